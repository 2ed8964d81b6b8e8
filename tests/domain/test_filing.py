"""The filing's state machine, answer by answer: CyberTipline Reporting API, section on ambiguities."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.domain import filing as f
from desk.domain.filing import (
    Act,
    ActKind,
    Call,
    Filing,
    FilingState,
    OutcomeKind,
    Reply,
    RetractFor,
    apply,
    backoff,
    next_act,
    with_intent,
)
from tests.domain.filing_world import START, Crash, Fault, World, confirmed

A, R, T, U = OutcomeKind.ACCEPTED, OutcomeKind.REFUSED, OutcomeKind.TRY_AGAIN, OutcomeKind.UNKNOWN
MINUTE = timedelta(minutes=1)


def say(kind: OutcomeKind, code: int | None = None, **more: object) -> Reply:
    return Reply(kind, START + MINUTE, code, **more)  # type: ignore[arg-type]


def world_at(state: FilingState, **kwargs: object) -> World:
    """A world whose filing has come to this state without trouble."""
    world = World(confirmed(2, **kwargs))  # type: ignore[arg-type]
    while world.row.state is not state:
        if world.step().kind is ActKind.WAIT:
            world.now += MINUTE
    return world


def at(state: FilingState, **kwargs: object) -> Filing:
    return world_at(state, **kwargs).row


def after(filing: Filing, call: Call, reply: Reply, index: int | None = None) -> Filing:
    act = Act(ActKind.CALL, call, index)
    return apply(with_intent(filing, act), act, reply)


def test_an_untroubled_filing_calls_in_order_and_ends_filed() -> None:
    world = world_at(FilingState.FILED)
    assert [call.value for call, _ in world.service.sent] == (
        ["submit"] + ["upload", "fileinfo"] * 2 + ["finish"]
    )
    assert world.history == ["opened", "uploading", "held", "finishing", "filed"]
    assert world.now - START >= timedelta(minutes=5)
    assert world.row.uploaded() == 2
    assert world.row.irrevocable
    assert next_act(world.row, world.now).kind is ActKind.NOTHING


def test_escalated_filings_and_a_hold_of_nothing_go_on_at_once() -> None:
    for filing in (confirmed(1, hold=60, escalated=True), confirmed(1, hold=0)):
        world = World(filing)
        while not world.row.state.ended:
            assert world.step().kind is not ActKind.WAIT
        assert world.row.state is FilingState.FILED


def test_the_hold_waits_and_file_now_ends_it() -> None:
    world = world_at(FilingState.HELD)
    act = world.step()
    assert (act.kind, act.until) == (ActKind.WAIT, START + timedelta(minutes=5))
    assert not world.row.irrevocable
    world.file_now()
    world.step()
    assert world.row.state is FilingState.FINISHING


def test_a_hold_of_unknown_length_begins_anew_and_is_never_taken_as_over() -> None:
    held = replace(at(FilingState.HELD), hold_until=None, file_now=True)
    act = next_act(held, START)
    assert act.filing is not None
    assert act.filing.state is FilingState.HELD
    assert act.filing.hold_until == START + timedelta(minutes=5)


def test_the_hold_ends_before_the_agency_deletes_the_report() -> None:
    ready = replace(
        at(FilingState.HELD, hold=60),
        state=FilingState.UPLOADING,
        opened_at=START - timedelta(hours=23, minutes=30),
    )
    act = next_act(ready, START)
    assert act.filing is not None
    assert act.filing.expires_at == START + timedelta(hours=1)
    assert act.filing.hold_until == START + timedelta(minutes=50)
    unopened = replace(ready, opened_at=None)
    act = next_act(unopened, START)
    assert act.filing is not None
    assert act.filing.hold_until == START + timedelta(hours=1)


@pytest.mark.parametrize(
    ("opened", "changed", "expires"),
    [(0, 0, 24 * 60), (0, 22 * 60, 24 * 60), (0, 23 * 60 + 30, 24 * 60 + 30), (0, None, 24 * 60)],
)
def test_expiry_is_a_day_after_opening_or_an_hour_after_the_last_change(
    opened: int, changed: int | None, expires: int
) -> None:
    filing = replace(
        confirmed(),
        opened_at=START + opened * MINUTE,
        changed_at=None if changed is None else START + changed * MINUTE,
    )
    assert filing.expires_at == START + expires * MINUTE
    assert confirmed().expires_at is None


@pytest.mark.parametrize("state", [FilingState.OPENED, FilingState.UPLOADING, FilingState.HELD])
def test_asleep_past_the_deadline_it_is_opened_afresh(state: FilingState) -> None:
    act = next_act(at(state), START + timedelta(hours=25))
    assert act.filing is not None
    assert act.filing.state is FilingState.RETRACTING
    assert act.filing.retract_for is RetractFor.REOPEN
    assert "too long" in act.filing.error


def test_asleep_past_the_hold_but_not_the_deadline_it_goes_on() -> None:
    act = next_act(at(FilingState.HELD), START + timedelta(hours=20))
    assert act.filing is not None
    assert act.filing.state is FilingState.FINISHING


def test_finishing_past_the_deadline_asks_and_does_not_guess() -> None:
    finishing = at(FilingState.FINISHING)
    assert next_act(finishing, START + timedelta(days=9)).call is Call.FINISH


# -- lost answers ------------------------------------------------------------


def test_submit_without_an_answer_is_made_again() -> None:
    intent = with_intent(confirmed(), Act(ActKind.CALL, Call.SUBMIT))
    act = next_act(intent, START)
    assert act.filing == confirmed()
    again = after(confirmed(), Call.SUBMIT, say(U))
    assert again.state is FilingState.CONFIRMED
    assert again.error == f.NO_CLEAR_ANSWER
    assert after(confirmed(), Call.SUBMIT, say(A)).state is FilingState.CONFIRMED  # accepted without an id


@pytest.mark.parametrize(("call", "state"), [(Call.UPLOAD, "opened"), (Call.FILEINFO, "uploading")])
def test_an_upload_or_details_without_an_answer_retract_and_open_afresh(call: Call, state: str) -> None:
    filing = at(FilingState(state))
    intent = with_intent(filing, Act(ActKind.CALL, call, 0))
    restarted = next_act(intent, START).filing
    assert restarted is not None
    for reopened in (restarted, after(filing, call, say(U), 0)):
        assert (reopened.state, reopened.retract_for) == (FilingState.RETRACTING, RetractFor.REOPEN)
        assert "lost" in reopened.error
        back = after(reopened, Call.RETRACT, say(A))
        assert back.state is FilingState.CONFIRMED
        assert back.report_id is None
        assert all(file.file_id is None and file.intent is None and not file.detailed for file in back.files)


@pytest.mark.parametrize("state", [FilingState.FINISHING, FilingState.RETRACTING])
def test_finish_and_retract_without_an_answer_are_asked_again(state: FilingState) -> None:
    filing = at(FilingState.FINISHING)
    call = Call.FINISH
    if state is FilingState.RETRACTING:
        call = Call.RETRACT
        filing = replace(filing, state=state, retract_for=RetractFor.TAKE_BACK)
    intent = with_intent(filing, Act(ActKind.CALL, call))
    settled = next_act(intent, START).filing
    assert settled == replace(filing, finish_unknown=state is FilingState.FINISHING)
    unclear = after(filing, call, say(U))
    assert (unclear.state, unclear.tries) == (state, 1)
    assert next_act(unclear, START).kind is ActKind.WAIT
    assert unclear.retry_at is not None
    assert next_act(unclear, unclear.retry_at).call is call


@pytest.mark.parametrize("reply", [say(A, 0), say(R, 5102), say(U, 5102)])
def test_finish_is_done_at_success_and_at_already_finished(reply: Reply) -> None:
    done = after(at(FilingState.FINISHING), Call.FINISH, reply)
    assert (done.state, done.ended_at) == (FilingState.FILED, reply.at)


@pytest.mark.parametrize("code", [5001, 5101])
def test_finish_of_a_report_that_is_gone_opens_afresh(code: int) -> None:
    fresh = after(at(FilingState.FINISHING), Call.FINISH, say(R, code))
    assert fresh.state is FilingState.CONFIRMED
    assert fresh.retry_at is None  # the first time at once
    taken = next_act(replace(fresh, take_back=True), START)
    assert taken.filing is not None
    assert taken.filing.state is FilingState.WITHDRAWN


@pytest.mark.parametrize("reply", [say(R, 5102), say(U, 5102)])
def test_a_retract_that_finds_the_report_finished_says_filed(reply: Reply) -> None:
    retracting = replace(
        at(FilingState.FINISHING), state=FilingState.RETRACTING, retract_for=RetractFor.REFUSED
    )
    assert after(retracting, Call.RETRACT, reply).state is FilingState.FILED


@pytest.mark.parametrize(
    "reply",
    [say(R, 1000, http_status=401), say(R, 3000), say(R, 3300), say(R, 4000), say(T), say(U), say(R, None)],
)
@pytest.mark.parametrize("why", list(RetractFor))
def test_a_retract_that_is_refused_is_not_taken_as_done(reply: Reply, why: RetractFor) -> None:
    retracting = replace(
        at(FilingState.HELD), state=FilingState.RETRACTING, retract_for=why, error="said before"
    )
    still = after(retracting, Call.RETRACT, reply)
    assert (still.state, still.retract_for) == (FilingState.RETRACTING, why)
    assert still.retry_at is not None
    assert still.error
    if why is RetractFor.REFUSED:
        assert still.error.startswith("said before\n")


@pytest.mark.parametrize("reply", [say(A, 0), say(R, 5101), say(R, 5001)])
@pytest.mark.parametrize(
    ("why", "end"),
    [
        (RetractFor.TAKE_BACK, FilingState.WITHDRAWN),
        (RetractFor.REFUSED, FilingState.REFUSED),
        (RetractFor.REOPEN, FilingState.CONFIRMED),
    ],
)
def test_a_retract_that_is_done_leads_where_its_reason_says(
    reply: Reply, why: RetractFor, end: FilingState
) -> None:
    retracting = replace(at(FilingState.HELD), state=FilingState.RETRACTING, retract_for=why, error="x")
    done = after(retracting, Call.RETRACT, reply)
    assert done.state is end
    assert (done.ended_at is not None) is end.ended


# -- refusals ----------------------------------------------------------------


def test_a_refusal_keeps_its_words_until_a_person_reads_them() -> None:
    refused = after(
        at(FilingState.UPLOADING), Call.FILEINFO, say(R, 4100, description="fileName too long"), 0
    )
    assert refused.state is FilingState.RETRACTING
    stuck = after(refused, Call.RETRACT, say(T, 1000, description="slow"))
    stuck = after(stuck, Call.RETRACT, say(T, 1000, description="busy"))
    assert stuck.error == "fileName too long\nThe open report could not be retracted yet: busy"
    done = after(stuck, Call.RETRACT, say(A, 0))
    assert (done.state, done.error, done.error_code) == (FilingState.REFUSED, "fileName too long", 4100)


def test_a_refused_submit_ends_at_once_as_nothing_is_open() -> None:
    refused = after(confirmed(), Call.SUBMIT, say(R, 4100))
    assert refused.state is FilingState.REFUSED
    assert refused.error == "The service refused the report."
    assert refused.ended_at == START + MINUTE


def test_a_refused_finish_retracts() -> None:
    refused = after(at(FilingState.FINISHING), Call.FINISH, say(R, 4100, description="one file at most"))
    assert (refused.state, refused.retract_for) == (FilingState.RETRACTING, RetractFor.REFUSED)


def test_a_refused_upload_of_a_filing_taken_back_ends_withdrawn() -> None:
    refused = after(replace(at(FilingState.OPENED), take_back=True), Call.UPLOAD, say(R, 4200), 0)
    moved = next_act(refused, START).filing
    assert moved is not None
    assert after(moved, Call.RETRACT, say(A)).state is FilingState.WITHDRAWN


@pytest.mark.parametrize(
    "reply", [say(R, 1000, http_status=401), say(R, 2000), say(R, 3100, description="no")]
)
@pytest.mark.parametrize(
    ("state", "call", "index"),
    [
        ("confirmed", Call.SUBMIT, None),
        ("opened", Call.UPLOAD, 0),
        ("uploading", Call.FILEINFO, 0),
        ("retracting", Call.RETRACT, None),
    ],
)
def test_refused_credentials_wait_in_place_and_say_so(
    reply: Reply, state: str, call: Call, index: int | None
) -> None:
    if state == "retracting":
        filing = replace(at(FilingState.HELD), state=FilingState.RETRACTING, retract_for=RetractFor.TAKE_BACK)
    else:
        filing = at(FilingState(state))
    waiting = after(filing, call, reply, index)
    assert waiting.state is filing.state
    assert waiting.error.endswith(f.GOES_ON)
    assert waiting.retry_at is not None
    assert next_act(waiting, waiting.retry_at).call is call


@pytest.mark.parametrize("reply", [say(R, 1000, http_status=401), say(R, 3100), say(T), say(T, 1100)])
def test_a_finish_that_was_surely_not_done_leaves_it_held(reply: Reply) -> None:
    """A person can still take it back; else it is tried again, later each time."""
    held = after(at(FilingState.FINISHING), Call.FINISH, reply)
    assert (held.state, held.tries, held.finish_unknown) == (FilingState.HELD, 1, False)
    assert held.retry_at is not None
    assert next_act(held, START + MINUTE).kind is ActKind.WAIT
    taken_back = next_act(replace(held, take_back=True), START + MINUTE).filing
    assert taken_back is not None
    assert taken_back.state is FilingState.RETRACTING
    assert held.hold_until is not None
    then = max(held.retry_at, held.hold_until)
    again = next_act(held, then).filing
    assert again is not None
    assert (again.state, again.tries) == (FilingState.FINISHING, 1)
    assert next_act(again, then).call is Call.FINISH
    longer = after(again, Call.FINISH, reply)
    assert longer.retry_at is not None
    assert longer.retry_at > held.retry_at


@pytest.mark.parametrize("reply", [say(R, 1000, http_status=401), say(T)])
def test_after_a_finish_whose_answer_was_lost_it_is_never_held_again(reply: Reply) -> None:
    lost = after(at(FilingState.FINISHING), Call.FINISH, say(U))
    assert lost.finish_unknown
    waiting = after(lost, Call.FINISH, reply)
    assert (waiting.state, waiting.finish_unknown) == (FilingState.FINISHING, True)
    crashed = next_act(with_intent(at(FilingState.FINISHING), Act(ActKind.CALL, Call.FINISH)), START).filing
    assert crashed is not None
    assert after(crashed, Call.FINISH, reply).state is FilingState.FINISHING
    gone = after(waiting, Call.FINISH, say(R, 5001))
    assert (gone.state, gone.finish_unknown) == (FilingState.CONFIRMED, False)


@pytest.mark.parametrize(("state", "call"), [("opened", Call.UPLOAD), ("uploading", Call.FILEINFO)])
def test_what_is_not_done_is_done_later_and_what_is_gone_afresh(state: str, call: Call) -> None:
    filing = at(FilingState(state))
    later = after(filing, call, say(T, 1000), 0)
    assert (later.state, later.error) == (filing.state, f.NOT_DONE)
    for code in (5001, 5101):
        assert after(filing, call, say(R, code), 0).state is FilingState.CONFIRMED
    lost = after(filing, call, say(R, 5002), 0)
    assert (lost.state, lost.retract_for) == (FilingState.RETRACTING, RetractFor.REOPEN)


# -- the bytes ---------------------------------------------------------------


def test_another_md5_retracts_and_none_is_no_proof() -> None:
    filing = at(FilingState.OPENED)
    for md5 in ("0" * 32, None):
        other = after(filing, Call.UPLOAD, say(A, 0, file_id="x", md5=md5), 0)
        assert (other.state, other.retract_for) == (FilingState.RETRACTING, RetractFor.REOPEN)
        assert "other bytes" in other.error
    assert after(filing, Call.UPLOAD, say(A, 0, md5=filing.files[0].md5), 0).state is FilingState.RETRACTING
    upper = after(filing, Call.UPLOAD, say(A, 0, file_id="x", md5=filing.files[0].md5.upper()), 0)
    assert upper.state is FilingState.UPLOADING


def test_a_file_changed_since_confirmation_goes_back_to_a_person() -> None:
    filing = at(FilingState.OPENED)
    reply = say(A, 0, file_id="x", md5=filing.files[0].md5, sent_sha256="0" * 64)
    changed = after(filing, Call.UPLOAD, reply, 0)
    assert (changed.state, changed.retract_for) == (FilingState.RETRACTING, RetractFor.REFUSED)
    assert "not the one that was confirmed" in after(changed, Call.RETRACT, say(A)).error


def test_a_lasting_fault_backs_off_and_ends_with_a_person() -> None:
    world = World(confirmed(1))
    while not world.row.state.ended:
        act = world.step(Fault.WRONG_MD5)
        world.check()
        if act.kind is ActKind.WAIT:
            assert act.until is not None
            world.now = act.until
    assert world.row.state is FilingState.REFUSED
    assert len(world.service.reports) == f.MAX_ATTEMPTS
    assert "20 reports" in world.row.error
    assert world.now - START > timedelta(minutes=45)
    assert all(report.state == "retracted" for report in world.service.reports.values())


# -- wishes ------------------------------------------------------------------


@pytest.mark.parametrize("why", [RetractFor.REOPEN, RetractFor.REFUSED])
def test_taking_back_turns_a_retract_under_way(why: RetractFor) -> None:
    retracting = replace(at(FilingState.HELD), state=FilingState.RETRACTING, retract_for=why, take_back=True)
    turned = next_act(retracting, START).filing
    assert turned is not None
    assert turned.retract_for is RetractFor.TAKE_BACK
    assert next_act(turned, START).call is Call.RETRACT


def test_taking_back_goes_before_file_now_and_before_waiting() -> None:
    held = replace(at(FilingState.HELD), take_back=True, file_now=True, retry_at=START + timedelta(days=1))
    act = next_act(held, START)
    assert act.filing is not None
    assert act.filing.state is FilingState.RETRACTING
    assert act.filing.retry_at is None


def test_a_wish_made_during_a_call_outlives_the_answer() -> None:
    world = world_at(FilingState.UPLOADING)
    world.step(during=world.take_back)
    assert world.row.state is FilingState.UPLOADING
    assert world.settle().state is FilingState.WITHDRAWN


def test_a_filing_taken_back_while_finishing_is_withdrawn_if_the_agency_never_got_it() -> None:
    world = world_at(FilingState.FINISHING)
    world.now += timedelta(days=2)
    world.take_back()
    world.step(crash=Crash.BEFORE_CALL)
    assert world.settle().state is FilingState.WITHDRAWN


# -- small things ------------------------------------------------------------


def test_times_of_a_clock_far_ahead_are_taken_out_and_others_left() -> None:
    held = world_at(FilingState.HELD).row
    now = START - timedelta(days=3)
    right = f.set_right(held, now)
    assert right == replace(held, opened_at=now, changed_at=now, hold_until=now + held.hold)
    assert f.set_right(right, now) is not None
    assert f.set_right(right, now) == right
    assert f.set_right(held, START) == held
    tried = replace(world_at(FilingState.OPENED).row, retry_at=START + 3 * MINUTE)
    assert f.set_right(tried, now).retry_at is None
    assert f.set_right(tried, START) == tried
    ended = replace(held, state=FilingState.FILED, ended_at=START)
    assert f.set_right(ended, now) is ended


def test_backoff_doubles_to_five_minutes_with_up_to_a_half_more() -> None:
    assert [backoff(n, 0.0).total_seconds() for n in (0, 1, 2, 7, 8, 99)] == [2, 4, 8, 256, 300, 300]
    assert backoff(99, 1.0) == timedelta(minutes=7, seconds=30)


def test_files_are_numbered_in_order() -> None:
    filing = confirmed(2)
    with pytest.raises(ValueError, match="numbered"):
        replace(filing, files=filing.files[::-1])


def test_reprs_tell_no_names_and_no_bytes() -> None:
    assert "f0.bin" not in repr(confirmed())
    assert "secret" not in repr(say(A, 0, body=b"secret"))
