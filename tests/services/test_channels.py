"""Reports made elsewhere count as reported, are corrected in the open, and never block another body."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.domain.case import CaseState
from desk.domain.decision import DecisionKind
from desk.domain.elsewhere import Stated
from desk.domain.errors import AlreadyReported, ClaimLost, NotAllowed, NotReady, UserError
from desk.domain.packet import Part
from desk.ports import CaseFilter
from desk.services.guidance import look_again
from tests.support.world import World


def by_hand(world: World, *content: str, **more: object) -> Stated:
    plain = Stated(
        "ncmec", world.clock.now() - timedelta(hours=3), "Robin Example", content or ("c1", "c2"), "4564700"
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def test_a_report_by_hand_settles_the_case_and_its_content(world: World) -> None:
    case = world.case()
    claim = world.claimed(case.number)
    done = world.desk.channels.record(world.moderator, case.number, by_hand(world, settles=True), claim)
    assert done.value.preserve_until is not None
    view = world.review.open(world.moderator, case.number)
    assert (view.case.state, view.case.claim) == (CaseState.REPORTED, None)
    assert view.filed_elsewhere == (done.value,)
    assert view.decisions[-1].kind is DecisionKind.ELSEWHERE
    assert view.decisions[-1].note == "NCMEC CyberTipline, 4564700"
    (row,) = world.desk.channels.rows(world.moderator)
    assert (row.platform_id, row.recorded_by) == ("case-1", "Mo Moderator")
    assert world.desk.channels.count(world.moderator) == 1
    with world.store.read() as uow:
        entry = json.loads(uow.audit.rows(0, 1000)[-1].entry)
    assert entry["act"] == "elsewhere.recorded"
    assert "4564700" not in json.dumps(entry)
    assert "Robin" not in json.dumps(entry)


def test_what_was_filed_by_hand_is_left_out_of_a_draft_and_refused_in_a_report(world: World) -> None:
    case = world.case()
    world.desk.channels.record(world.moderator, case.number, by_hand(world, "c1"))
    claim, summary = world.summed(case.number)
    assert [line.content.id for line in summary.files] == ["c2"]
    assert summary.draft.reported is not None
    assert 4564700 in summary.draft.reported.prior_reports
    assert summary.by_hand == {}
    both = replace(world.drafting.open(world.moderator, case.number).draft)
    saved = world.drafting.open(world.moderator, case.number).saved
    for piece in ("c1", "c2"):
        both = both.with_choice(replace(both.choice(piece), include=True))
    world.drafting.save(world.moderator, both, saved.version)
    summary = world.confirmation.summary(world.moderator, case.number)
    assert len(summary.by_hand) == 1
    with pytest.raises(AlreadyReported, match="by hand"):
        world.confirmation.confirm(world.moderator, claim, summary, checked=True)


def test_another_body_does_not_keep_it_from_ncmec(world: World) -> None:
    case = world.case()
    channels = world.desk.channels
    channels.record(world.moderator, case.number, by_hand(world, body="nca", reference=""))
    with pytest.raises(AlreadyReported):
        channels.record(world.moderator, case.number, by_hand(world, "c2", body="nca", reference=""))
    filing = world.confirmed(case.number)
    with pytest.raises(AlreadyReported) as caught:
        channels.record(world.moderator, case.number, by_hand(world))
    assert caught.value.filing_ids == (filing.id,)
    records = channels.case(world.moderator, case.number)
    assert records.filed_here == {"c1", "c2"}
    assert [row.filing.first.body for row in records.rows] == ["nca"]


def test_what_is_missing_is_said_and_a_case_is_closed_by_its_worker_only(world: World) -> None:
    case = world.case()
    channels, claim = world.desk.channels, world.claimed(case.number)
    with pytest.raises(NotReady) as caught:
        channels.record(world.moderator, case.number, by_hand(world, reference="?"), claim)
    assert [key for key, _, _ in caught.value.problems] == ["reference"]
    with pytest.raises(UserError, match="no such content"):
        channels.record(world.moderator, case.number, by_hand(world, "c9"))
    settling = by_hand(world, settles=True)
    with pytest.raises(UserError, match="Only who works"):
        channels.record(world.moderator, case.number, settling)
    with pytest.raises(ClaimLost):
        channels.record(world.other, case.number, settling, claim)
    with pytest.raises(NotAllowed):
        channels.record(world.admin, case.number, by_hand(world))
    world.review.decide(world.moderator, claim, DecisionKind.NO_VIOLATION)
    with pytest.raises(UserError, match="decided already"):
        channels.record(world.moderator, case.number, settling, world.claimed(case.number))


def test_a_supervisor_corrects_and_withdraws_with_a_reason(world: World) -> None:
    case = world.case()
    channels = world.desk.channels
    made = channels.record(
        world.moderator, case.number, by_hand(world, settles=True), world.claimed(case.number)
    ).value
    with pytest.raises(NotAllowed):
        channels.withdraw(world.moderator, made.id, "mine")
    with pytest.raises(UserError, match="needs a reason"):
        channels.correct(world.supervisor, made.id, " ", reference="4564701")
    with pytest.raises(UserError, match="different"):
        channels.correct(world.supervisor, made.id, "typo", reference="4564700")
    with pytest.raises(NotReady):
        channels.correct(world.supervisor, made.id, "typo", reference="none")
    fixed = channels.correct(world.supervisor, made.id, "typo", reference="4564701").value
    assert (fixed.stated.reference, fixed.first.reference) == ("4564701", "4564700")
    gone = channels.withdraw(world.supervisor, made.id, "another case was meant").value
    assert gone.withdrawn
    assert world.review.open(world.moderator, case.number).case.state is CaseState.OPEN
    with pytest.raises(UserError, match="withdrawn already"):
        channels.withdraw(world.supervisor, made.id, "again")
    (row,) = channels.rows(world.supervisor)
    assert row.corrected_by == ("Sue Supervisor", "Sue Supervisor")
    assert {"elsewhere.corrected", "elsewhere.withdrawn"} <= set(world.acts())
    world.confirmed(case.number)


def test_a_case_settled_twice_stays_reported_when_one_record_goes(world: World) -> None:
    case = world.case()
    channels = world.desk.channels
    first = channels.record(
        world.moderator, case.number, by_hand(world, "c1", settles=True), world.claimed(case.number)
    ).value
    with world.store.write() as uow:
        uow.cases.set_state(case.number, CaseState.OPEN)
    second = channels.record(
        world.moderator, case.number, by_hand(world, "c2", settles=True), world.claimed(case.number)
    ).value
    channels.withdraw(world.supervisor, first.id, "mistaken")
    assert world.review.open(world.moderator, case.number).case.state is CaseState.REPORTED
    channels.withdraw(world.supervisor, second.id, "mistaken")
    assert world.review.open(world.moderator, case.number).case.state is CaseState.OPEN


def test_a_saved_packet_is_on_record_without_a_word_of_it(world: World) -> None:
    case = world.case()
    parts = frozenset({Part.FILES, Part.INCIDENT})
    world.desk.channels.packet_saved(world.moderator, case.number, parts, "ab" * 32, body="nca", pages=2)
    with world.store.read() as uow:
        entry = json.loads(uow.audit.rows(0, 1000)[-1].entry)
    assert entry["facts"]["parts"] == "files incident"
    assert (entry["act"], entry["facts"]["body"]) == ("packet.saved", "nca")
    with pytest.raises(ValueError, match="SHA-256"):
        world.desk.channels.packet_saved(world.moderator, case.number, parts, "ab")
    with pytest.raises(NotAllowed):
        world.desk.channels.packet_saved(world.admin, case.number, parts, "ab" * 32)


NOT_HERE = ("no",) * 9 + ("fiction", "no")
UNSURE = ("no",) * 9 + ("unsure",)


def test_a_case_comes_back_on_its_day_with_its_note_and_its_walk(world: World) -> None:
    case = world.case()
    when = world.clock.now() + timedelta(days=30)
    world.review.decide(
        world.moderator,
        world.claimed(case.number),
        DecisionKind.VIOLATION_NO_REPORT,
        reason="Fiction, in words alone",
        look_again_at=when,
        path=NOT_HERE,
    )
    view = world.review.open(world.moderator, case.number)
    assert (view.case.state, view.case.snoozed_until) == (CaseState.SNOOZED, when)
    assert view.walks[0].look_again_at == when
    assert view.walks[0].path.endswith("only.fiction threat.no")
    assert world.queue.next_case(world.other).value is None
    world.clock.forward(seconds=30 * 86_400)
    assert world.queue.page(world.other, CaseFilter()).total == 1
    claim = world.queue.next_case(world.other).value
    assert claim is not None
    assert claim.case_id == case.number
    assert world.review.open(world.other, case.number).decisions[0].note == "Fiction, in words alone"


def test_dates_and_walks_that_cannot_be_kept_are_refused(world: World) -> None:
    case = world.case()
    claim, now = world.claimed(case.number), world.clock.now()
    decide = world.review.decide
    with pytest.raises(UserError, match="goes with a case that is closed"):
        look_again(DecisionKind.REPORT, now + timedelta(days=1), now)
    with pytest.raises(UserError, match="over already"):
        decide(world.moderator, claim, DecisionKind.NO_VIOLATION, look_again_at=now)
    with pytest.raises(UserError, match="not walked to its end"):
        decide(world.moderator, claim, DecisionKind.NO_VIOLATION, path=("no",))
    with pytest.raises(UserError, match="decided by confirming"):
        decide(world.moderator, claim, DecisionKind.ELSEWHERE)


def test_what_the_guide_cannot_decide_goes_before_the_supervisors(world: World) -> None:
    case = world.case()
    claim, guide = world.claimed(case.number), world.desk.guide
    with pytest.raises(UserError, match="note"):
        guide.escalate(world.moderator, claim, UNSURE, " ")
    with pytest.raises(UserError, match="not walked to its end"):
        guide.escalate(world.moderator, claim, ("no",), "which law?")
    guide.escalate(world.moderator, claim, UNSURE, "which law?")
    view = world.review.open(world.moderator, case.number)
    assert (view.case.state, view.case.claim, view.decisions) == (CaseState.ESCALATED, None, ())
    assert view.walks[0].path.endswith("only.unsure")
    (told,) = world.queue.history(world.supervisor, case.number)
    assert (told.kind, told.note) == ("escalated", "which law?")
    with pytest.raises(NotAllowed, match="before the supervisors"):
        world.claimed(case.number, world.other)
    world.claimed(case.number, world.supervisor)


def test_a_proposal_is_taken_by_a_person_and_sends_nothing(world: World) -> None:
    case = world.case()
    claim = world.claimed(case.number)
    taken = world.desk.guide.take(world.moderator, claim, ("no", "no", "contact"))
    assert taken.value.value.startswith("Online Enticement")
    view = world.review.open(world.moderator, case.number)
    assert [walk.decision for walk in view.walks] == [DecisionKind.REPORT]
    assert view.filings == ()
    assert world.acts()[-1] == "guide.taken"
    with pytest.raises(UserError, match="propose no incident type"):
        world.desk.guide.take(world.moderator, claim, NOT_HERE)
