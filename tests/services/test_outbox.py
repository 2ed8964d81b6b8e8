"""The outbox with the real store, vault and client against the stand-in service."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from desk.domain.case import CaseState
from desk.domain.company import Credentials, Endpoint, EndpointKind
from desk.domain.errors import Bug, ClaimLost, NotAllowed, UserError
from desk.domain.filing import Call, FilingState, Reply
from desk.practice.server_faults import Fault, Kind
from desk.services.flow import follow
from desk.services.sending import LEASE
from desk.services.standing import Progress
from tests.support.around import Around
from tests.support.world import PASSWORD, USER, World, open_world


def journal(world: World, filing_id: int) -> list[tuple[str, str | None]]:
    with world.store.read() as uow:
        return [(entry.call.value, entry.outcome) for entry in uow.filings.journal(filing_id)]


# -- the whole way


def test_a_confirmed_report_is_filed_and_its_receipt_is_what_the_service_sent(served_on_both: World) -> None:
    world = served_on_both
    case = world.case(files=3)
    filing = world.confirmed(case.number)
    assert (filing.state, world.outbox.waiting()) == (FilingState.CONFIRMED, 1)

    held = world.until(filing.id, FilingState.HELD)
    assert held.hold_until == world.clock.now() + timedelta(minutes=5)
    assert world.finished() == []
    done = world.quiet(filing.id)

    assert (done.state, done.attempt, world.outbox.waiting()) == (FilingState.FILED, 1, 0)
    (report,) = world.finished()
    story = world.outbox.story(world.supervisor, filing.id)
    assert str(report["id"]) == done.report_id
    assert report["xml"].encode() == story.confirmed.report_xml
    assert report["xml_sha256"] == story.confirmed.report_sha256
    with world.store.read() as uow:
        kept = [uow.cases.media(case.number, content.id) for content in case.data.content]
    assert [file["md5"] for file in report["files"]] == [stored.md5 for stored in kept if stored]
    assert [file["id"] for file in report["files"]] == [file.file_id for file in done.files]
    for file, document in zip(report["files"], story.confirmed.files, strict=True):
        filled = world.composer.details(document.details_xml, str(report["id"]), file["id"])
        assert file["details"].encode() == filled

    # The receipt: the exact bytes of the answer to /finish.
    assert story.receipt is not None
    finish = story.journal[-1]
    assert finish.received == story.receipt.body
    assert hashlib.sha256(story.receipt.body).hexdigest() == story.receipt.sha256
    assert f"<reportId>{report['id']}</reportId>".encode() in story.receipt.body
    assert all(file["id"].encode() in story.receipt.body for file in report["files"])
    with world.store.read() as uow:
        assert uow.cases.get(case.number).state is CaseState.REPORTED
        assert uow.drafts.get(case.number) is None
    assert world.auditing.verify().ok


def test_the_journal_holds_every_call_with_intent_outcome_and_request_id(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.quiet(filing.id)
    story = served.outbox.story(served.supervisor, filing.id)
    assert [(entry.call, entry.file_index) for entry in story.journal] == [
        (Call.SUBMIT, None),
        (Call.UPLOAD, 0),
        (Call.FILEINFO, 0),
        (Call.UPLOAD, 1),
        (Call.FILEINFO, 1),
        (Call.FINISH, None),
    ]
    asked = {"status", "xsd"}
    answered = [request for request in served.service.requests() if request.endpoint not in asked]
    assert [entry.request_id for entry in story.journal] == [request.request_id for request in answered]
    for entry in story.journal:
        assert (entry.outcome, entry.code, entry.http_status) == ("accepted", 0, 200)
        assert entry.outcome_at is not None
        assert entry.received
        assert entry.endpoint == served.endpoint.url
    assert story.journal[0].sent == story.confirmed.report_xml
    assert story.confirmed.files[0].file.sha256.encode() in story.journal[1].sent
    assert (story.row.operator_name, story.row.platform_id) == ("Mo Moderator", "case-1")


def test_each_step_is_in_the_audit_log(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.quiet(filing.id)
    assert [act for act in served.acts() if act.startswith("filing.")] == [
        "filing.confirmed",
        "filing.opened",
        "filing.uploading",
        "filing.uploading",
        "filing.uploading",
        "filing.uploading",
        "filing.held",
        "filing.finishing",
        "filing.filed",
    ]


def test_an_escalated_report_is_not_held(served: World) -> None:
    filing = served.confirmed(served.case().number, escalate="A meeting was arranged for tonight.")
    before = served.clock.now()
    assert served.quiet(filing.id).state is FilingState.FILED
    assert served.clock.now() == before


def test_escalated_reports_go_first(served: World) -> None:
    served.confirmed(served.case("plain", first=10).number)
    urgent = served.confirmed(served.case("urgent", first=20).number, escalate="It goes on now.")
    stepped = served.outbox.step()
    assert stepped.filing is not None
    assert stepped.filing.id == urgent.id


def test_a_report_without_files(served: World) -> None:
    text = [{"id": "c1", "kind": "text", "text": "[practice text]"}]
    filing = served.confirmed(served.case(files=0, content=text).number)
    assert served.quiet(filing.id).state is FilingState.FILED
    assert served.finished()[0]["files"] == []


def test_nothing_due_says_when(served: World) -> None:
    stepped = served.outbox.step()
    assert (stepped.filing, stepped.next_due) == (None, None)
    filing = served.confirmed(served.case().number)
    assert served.outbox.drain() == 5  # its five calls
    held = served.filing(filing.id)
    assert served.outbox.step().next_due == held.hold_until
    assert served.outbox.next_due() == held.hold_until
    assert served.outbox.drain(stop=lambda: True) == 0


# -- holding and taking back


def test_the_hold_is_kept_to_the_second(served: World) -> None:
    filing = served.confirmed(served.case().number)
    held = served.until(filing.id, FilingState.HELD)
    served.clock.forward(minutes=4, seconds=59.999)
    assert served.outbox.step().filing is None
    assert served.filing(filing.id).state is FilingState.HELD
    served.clock.forward(seconds=0.001)
    assert served.clock.now() == held.hold_until
    assert served.quiet(filing.id).state is FilingState.FILED


def test_after_a_clock_that_was_days_ahead_holds_and_leases_are_counted_anew(served: World) -> None:
    right_time = served.clock.now()
    cases = [served.case().number, served.case("another", first=10).number]
    served.clock.forward(hours=72)
    filing = served.until(served.confirmed(cases[0]).id, FilingState.HELD)
    other = served.confirmed(cases[1])
    with served.store.write() as uow:  # by a process that ended while it drove it
        leased = uow.filings.take("desk-2", served.clock.now(), served.clock.now() + LEASE)
    assert leased is not None
    assert leased.filing.id == other.id
    served.clock.forward(hours=-72)
    assert served.outbox.step().filing is None
    right = served.outbox.set_right()
    assert [one.id for one in right.value] == [filing.id, other.id]
    assert right.value[0].hold_until == right_time + filing.hold
    assert served.outbox.set_right().value == ()
    with pytest.raises(ClaimLost), served.store.write() as uow:
        uow.filings.save(leased.filing, leased.fence)
    assert served.until(other.id, FilingState.FILED, FilingState.HELD).attempt == 1
    assert served.quiet(filing.id).state is FilingState.FILED
    assert served.clock.now() <= right_time + 2 * filing.hold


def test_file_now_ends_the_hold(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.until(filing.id, FilingState.HELD)
    before = served.clock.now()
    asked = served.outbox.file_now(served.moderator, filing.id).value
    assert asked.file_now
    assert served.quiet(filing.id).state is FilingState.FILED
    assert served.clock.now() == before
    assert "filing.file_now" in served.acts()


@pytest.mark.parametrize(
    "state",
    [
        FilingState.CONFIRMED,
        FilingState.OPENED,
        FilingState.UPLOADING,
        FilingState.HELD,
        FilingState.RETRACTING,
    ],
)
def test_taken_back_in_every_state_before_finishing(served: World, state: FilingState) -> None:
    case = served.case()
    filing = served.confirmed(case.number)
    if state is FilingState.RETRACTING:
        served.service.set_faults(Fault(kind=Kind.WRONG_MD5, endpoint="upload"))
    served.until(filing.id, state)
    served.outbox.take_back(served.moderator, filing.id)
    done = served.quiet(filing.id)
    assert (done.state, done.ended_at) == (FilingState.WITHDRAWN, served.clock.now())
    assert {report["state"] for report in served.service.reports()} <= {"retracted"}
    with served.store.read() as uow:
        assert uow.cases.get(case.number).state is CaseState.OPEN
        assert uow.drafts.get(case.number) is not None
        assert uow.filings.receipt(filing.id) is None
        assert not uow.filings.holders("ncmec", ["uid:uid-case-1-0"])
    served.confirmed(case.number)  # the same content can be confirmed again
    assert served.auditing.verify().ok


@pytest.mark.parametrize("state", [FilingState.FINISHING, FilingState.FILED])
def test_too_late_to_take_back(served: World, state: FilingState) -> None:
    filing = served.confirmed(served.case().number)
    if state is FilingState.FINISHING:
        served.service.set_faults(Fault(kind=Kind.HTTP_503, endpoint="finish"))
    served.until(filing.id, state)
    entries = len(served.acts())
    with pytest.raises(UserError):
        served.outbox.take_back(served.moderator, filing.id)
    assert len(served.acts()) == entries  # a refused wish is no act
    assert served.quiet(filing.id).state is FilingState.FILED


def test_a_withdrawn_filing_takes_no_more_wishes(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.outbox.take_back(served.moderator, filing.id)
    with pytest.raises(UserError):
        served.outbox.file_now(served.moderator, filing.id)
    served.quiet(filing.id)
    for wish in (served.outbox.take_back, served.outbox.file_now, served.outbox.try_now):
        with pytest.raises(UserError):
            wish(served.moderator, filing.id)


def test_taken_back_between_two_calls(served: World) -> None:
    """The wish of another thread arrives while a call is on its way."""
    filing = served.confirmed(served.case().number)
    served.until(filing.id, FilingState.OPENED)

    def upload(run: Callable[[], Reply], **_more: Any) -> Reply:
        served.outbox.take_back(served.moderator, filing.id)
        return run()

    outbox = served.outbox_of("desk-1", lambda: Around(served.agency(), upload=upload))  # type: ignore[arg-type]
    assert served.quiet(filing.id, outbox).state is FilingState.WITHDRAWN
    assert [report["state"] for report in served.service.reports()] == ["retracted"]


# -- faults of the service


# Lost before it was processed and after, for each call; the other ways to lose one end alike (tests/cybertip).
LOST = [
    (endpoint, kind)
    for endpoint in ("submit", "upload", "fileinfo", "finish", "retract")
    for kind in (Kind.DROP_MIDWAY, Kind.DROP_AFTER)
] + [("finish", kind) for kind in (Kind.DROP_BEFORE, Kind.TRUNCATED, Kind.EMPTY, Kind.HTML, Kind.CUT_XML)]


@pytest.mark.parametrize(("endpoint", "kind"), LOST)
def test_a_lost_answer_never_doubles_and_never_loses(served: World, endpoint: str, kind: Kind) -> None:
    filing = served.confirmed(served.case().number)
    served.service.set_faults(Fault(kind=kind, endpoint=endpoint))
    if endpoint == "retract":
        served.service.set_faults(Fault(kind=Kind.WRONG_MD5, endpoint="upload"))
    done = served.quiet(filing.id)
    assert done.state is FilingState.FILED, done.error
    (report,) = served.finished()
    assert str(report["id"]) == done.report_id
    assert len(report["files"]) == 2
    assert all(file["details"] for file in report["files"])
    assert served.service.pending_faults() == []
    with served.store.read() as uow:
        receipt = uow.filings.receipt(filing.id)
    assert receipt is not None
    assert receipt.report_id == done.report_id
    assert served.auditing.verify().ok


def test_a_finish_that_was_done_unheard_is_filed_by_its_second_answer(served: World) -> None:
    """5102: it had been filed. The receipt is the answer that told so, byte for byte."""
    filing = served.confirmed(served.case().number)
    served.service.set_faults(Fault(kind=Kind.DROP_AFTER, endpoint="finish"))
    done = served.quiet(filing.id)
    story = served.outbox.story(served.supervisor, filing.id)
    assert (done.state, len(served.service.reports())) == (FilingState.FILED, 1)
    assert [entry.outcome for entry in story.journal if entry.call is Call.FINISH] == ["unknown", "accepted"]
    assert story.receipt is not None
    assert b"5102" in story.receipt.body
    assert story.receipt.body == story.journal[-1].received


def test_wrong_md5_retracts_and_opens_afresh(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.service.set_faults(Fault(kind=Kind.WRONG_MD5, endpoint="upload", skip=1))
    retracting = served.until(filing.id, FilingState.RETRACTING)
    assert "other bytes" in retracting.error
    done = served.quiet(filing.id)
    assert (done.state, done.attempt) == (FilingState.FILED, 2)
    assert [report["state"] for report in served.service.reports()] == ["retracted", "finished"]


def test_a_lasting_fault_ends_with_words(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that alters every file: the filing gives up, frees its content and says why."""
    monkeypatch.setattr("desk.domain.filing.MAX_ATTEMPTS", 3)
    case = served.case(files=1)
    filing = served.confirmed(case.number)
    served.service.set_faults(Fault(kind=Kind.WRONG_MD5, endpoint="upload", times=None))
    done = served.quiet(filing.id)
    assert done.state is FilingState.REFUSED
    assert "reports were opened for it and none could be completed" in done.error
    assert served.finished() == []
    assert "open" not in {report["state"] for report in served.service.reports()}


@pytest.mark.parametrize("endpoint", ["submit", "fileinfo", "finish"])
def test_a_refusal_gives_the_draft_back_with_the_services_words(served: World, endpoint: str) -> None:
    case = served.case()
    filing = served.confirmed(case.number)
    words = "Validation failed [12,4] - cvc-practice"
    served.service.set_faults(Fault(kind=Kind.CODE, endpoint=endpoint, code=4100, description=words))
    done = served.quiet(filing.id)
    assert (done.state, done.error_code) == (FilingState.REFUSED, 4100)
    assert words in done.error
    assert {report["state"] for report in served.service.reports()} <= {"retracted"}
    with served.store.read() as uow:
        assert uow.cases.get(case.number).state is CaseState.OPEN
    assert words in served.drafting.open(served.moderator, case.number).refused_words
    again = served.confirmed(case.number)
    assert served.quiet(again.id).state is FilingState.FILED


def test_the_agency_deleted_a_report_that_waited_too_long(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.service.set_faults(Fault(kind=Kind.HTTP_503, endpoint="finish"))
    served.until(filing.id, FilingState.FINISHING)
    served.service.advance(25 * 3600)
    served.clock.forward(seconds=1)
    done = served.quiet(filing.id)
    assert (done.state, done.attempt) == (FilingState.FILED, 2)
    assert [report["state"] for report in served.service.reports()] == ["expired", "finished"]


def test_the_service_is_away_and_comes_back(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.service.stop()
    stepped = served.outbox.step()
    assert stepped.filing is not None
    assert (stepped.filing.state, stepped.filing.tries) == (FilingState.CONFIRMED, 1)
    assert "no connection" in stepped.filing.error
    assert stepped.filing.retry_at == served.clock.now() + timedelta(seconds=2)
    assert served.outbox.step().filing is None
    served.service.start()
    served.outbox.try_now(served.moderator, filing.id)
    before = served.clock.now()
    held = served.until(filing.id, FilingState.HELD)
    assert (served.clock.now(), held.error) == (before, "")


# -- what stands in the way at the desk


def test_without_credentials_it_waits_and_says_so(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.credentials.remove(served.admin, served.endpoint)
    stepped = served.outbox.step()
    assert stepped.filing is not None
    assert stepped.filing.state is FilingState.CONFIRMED
    assert "no credentials" in stepped.filing.error
    assert journal(served, filing.id) == []  # nothing was sent, nothing is claimed to have been
    served.credentials.set(served.admin, served.endpoint, Credentials(USER, PASSWORD))
    assert served.quiet(filing.id).state is FilingState.FILED


def test_wrong_credentials_wait_and_lose_nothing(served: World) -> None:
    filing = served.confirmed(served.case().number)
    served.credentials.set(served.admin, served.endpoint, Credentials(USER, "not the one"))
    stepped = served.outbox.step()
    assert stepped.filing is not None
    assert stepped.filing.state is FilingState.CONFIRMED
    assert "password" in stepped.filing.error
    served.credentials.set(served.admin, served.endpoint, Credentials(USER, PASSWORD))
    assert served.quiet(filing.id).state is FilingState.FILED


def test_credentials_refused_at_the_end_leave_it_to_be_taken_back(served: World) -> None:
    filing = served.confirmed(served.case(files=1).number)
    served.until(filing.id, FilingState.HELD)
    served.service.set_faults(Fault(kind=Kind.UNAUTHORISED, endpoint="finish", times=2))
    served.clock.forward(minutes=5)
    held = served.outbox.run().filing
    assert held is not None
    assert (held.state, held.finish_unknown) == (FilingState.HELD, False)
    assert held.retry_at is not None
    assert "password" in held.error
    served.outbox.take_back(served.moderator, filing.id)
    assert served.quiet(filing.id).state is FilingState.WITHDRAWN
    assert [report["state"] for report in served.service.reports()] == ["retracted"]


def test_credentials_refused_at_the_end_and_mended_it_is_filed(served: World) -> None:
    filing = served.confirmed(served.case(files=1).number)
    served.until(filing.id, FilingState.HELD)
    served.service.set_faults(Fault(kind=Kind.UNAUTHORISED, endpoint="finish", times=3))
    assert served.quiet(filing.id).state is FilingState.FILED
    assert len(served.finished()) == 1


def test_a_filing_for_another_endpoint_waits_and_lets_the_others_go(served: World) -> None:
    """What was confirmed for one endpoint is never sent to another, and holds up nothing."""
    stuck = served.confirmed(served.case("first", first=10).number)
    other = Endpoint(EndpointKind.CUSTOM, served.endpoint.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(UserError, match="still on their way"):
        served.configuration.set_endpoint(served.admin, other)
    with served.store.write() as uow:  # another desk of the team changed it at the same moment
        uow.settings.set("endpoint", {"kind": "custom", "url": other.url})
    served.credentials.set(served.admin, other, Credentials(USER, PASSWORD))
    free = served.confirmed(served.case("second", first=20).number)
    assert served.quiet(free.id).state is FilingState.FILED
    waiting = served.filing(stuck.id)
    assert (waiting.state, waiting.report_id) == (FilingState.CONFIRMED, None)
    assert "another endpoint" in waiting.error
    assert len(served.service.reports()) == 1


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_a_file_that_is_not_the_confirmed_one_is_never_filed(served: World, harm: str) -> None:
    case = served.case()
    filing = served.confirmed(case.number)
    with served.store.read() as uow:
        stored = uow.cases.media(case.number, "c2")
    assert stored is not None
    path = served.folder / "vault" / stored.blob[:2] / stored.blob
    if harm == "missing":
        path.unlink()
    else:
        data = bytearray(path.read_bytes())
        data[-20] ^= 1
        path.write_bytes(bytes(data))
    done = served.quiet(filing.id)
    assert done.state is FilingState.REFUSED
    assert done.error
    assert served.finished() == []


def test_a_file_that_left_the_record_is_never_filed(served: World) -> None:
    case = served.case()
    filing = served.confirmed(case.number)

    class Without:
        """The store, in which this case has lost its media."""

        def __getattr__(self, name: str) -> Any:
            return getattr(served.store, name)

    vault_less = Without()
    outbox = served.outbox_of("desk-1")
    outbox._store = outbox._sender._store = vault_less  # type: ignore[assignment]
    served.until(filing.id, FilingState.OPENED, outbox=outbox)

    class NoMedia:
        def __init__(self, real: Any) -> None:
            self._real = real

        def __enter__(self) -> Any:
            uow = self._real.__enter__()
            uow.cases.media = lambda *_: None  # type: ignore[method-assign]
            return uow

        def __exit__(self, *trouble: Any) -> Any:
            return self._real.__exit__(*trouble)

    vault_less.read = lambda: NoMedia(served.store.read())  # type: ignore[attr-defined]
    vault_less.write = lambda **more: NoMedia(served.store.write(**more))  # type: ignore[attr-defined]
    done = served.quiet(filing.id, outbox)
    assert done.state is FilingState.REFUSED
    assert "missing" in done.error


# -- screens


def test_lists_by_state_and_words(served: World) -> None:
    filing = served.confirmed(served.case("alpha", first=10).number)
    other = served.confirmed(served.case("beta", first=20).number)
    assert [row.filing.id for row in served.outbox.rows(served.admin)] == [other.id, filing.id]
    assert [row.filing.id for row in served.outbox.rows(served.moderator, text="alpha")] == [filing.id]
    served.quiet(filing.id)
    assert [row.filing.id for row in served.outbox.rows(served.moderator, ended=True)] == [filing.id]
    assert [row.filing.id for row in served.outbox.filed(served.supervisor)] == [filing.id]
    assert served.outbox.filed(served.supervisor, text="beta") == []
    with pytest.raises(UserError):
        served.outbox.story(served.supervisor, 999)


def test_roles(served: World) -> None:
    filing = served.confirmed(served.case().number)
    refused: list[Callable[[], object]] = [
        lambda: served.outbox.filed(served.admin),
        lambda: served.outbox.story(served.admin, filing.id),
        lambda: served.outbox.take_back(served.admin, filing.id),
        lambda: served.outbox.file_now(served.admin, filing.id),
        lambda: served.outbox.try_now(served.admin, filing.id),
    ]
    for act in refused:
        with pytest.raises(NotAllowed):
            act()
    assert served.filing(filing.id) == filing


def test_progress_is_told_while_a_file_is_sent(served: World) -> None:
    filing = served.confirmed(served.case(files=1).number)
    seen: list[Progress | None] = []
    real = served.vault.read

    def watched(key: bytes, blob: str) -> Iterator[bytes]:
        data = b"".join(real(key, blob))
        for at in range(0, len(data), 700):
            yield data[at : at + 700]
            seen.append(served.outbox.progress(filing.id))

    served.vault.read = watched  # type: ignore[method-assign]
    told: list[Progress] = []

    def upload(run: Callable[..., Reply], *, progress: Callable[[int], None], **_more: Any) -> Reply:
        def both(count: int) -> None:
            progress(count)
            now = served.outbox.progress(filing.id)
            assert now is not None
            told.append(now)

        return run(progress=both)

    served.outbox._sender._agency = lambda: Around(served.agency(), upload=upload)  # type: ignore[assignment]
    served.until(filing.id, FilingState.HELD)
    assert told[-1].sent == told[-1].size == filing.files[0].size
    assert {(progress.filing_id, progress.file_index) for progress in told} == {(filing.id, 0)}
    assert served.outbox.progress(filing.id) is None
    assert seen


# -- several desks on one store


def other_desk(world: World, name: str) -> Iterator[World]:
    with open_world(
        world.folder, clock=world.clock, server=world.server, secrets=world.secrets, owner=name
    ) as made:
        made.recall()
        yield made


@pytest.fixture
def second(served: World) -> Iterator[World]:
    yield from other_desk(served, "desk-2")


def test_two_outboxes_step_by_turns_and_never_double(served: World, second: World) -> None:
    filings = [served.confirmed(served.case(f"case-{n}", first=10 * n).number) for n in range(4)]
    for _ in range(200):
        if served.outbox.step().filing is None and second.outbox.step().filing is None:
            due = served.outbox.next_due()
            if due is None:
                break
            served.clock.forward(seconds=max(0.001, (due - served.clock.now()).total_seconds()))
    assert [served.filing(filing.id).state for filing in filings] == [FilingState.FILED] * 4
    assert len(served.service.reports()) == len(served.finished()) == 4


def test_what_one_desk_holds_the_other_leaves_alone(served: World, second: World) -> None:
    filing = served.confirmed(served.case().number)
    with served.store.write() as uow:
        leased = uow.filings.take("desk-1", served.clock.now(), served.clock.now() + LEASE)
    assert leased is not None
    stepped = second.outbox.step()
    assert (stepped.filing, stepped.next_due) == (None, served.clock.now() + LEASE)
    served.clock.forward(seconds=LEASE.total_seconds())
    assert second.quiet(filing.id).state is FilingState.FILED


class DiesError(Exception):
    """The process ends here."""


def dying(world: World, call: str, *, after: bool) -> Callable[[], Any]:
    """The client, at whose ``call`` the process dies, before it is made or after."""

    def dies(run: Callable[[], Reply], **_more: Any) -> Reply:
        if after:
            run()
        raise DiesError

    return lambda: Around(world.agency(), **{call: dies})


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("call", ["submit", "upload", "fileinfo", "finish", "retract"])
def test_another_desk_takes_over_after_a_crash(served: World, second: World, call: str, after: bool) -> None:
    filing = served.confirmed(served.case().number)
    if call == "retract":
        served.service.set_faults(Fault(kind=Kind.WRONG_MD5, endpoint="upload"))
    outbox = served.outbox_of("desk-1", dying(served, call, after=after))
    real, died = served.store.write, []

    def write(**options: Any) -> Any:
        if died:
            raise DiesError  # a process that is gone gives no lease back
        return real(**options)

    original = Around.asking_upload if call == "upload" else Around.asking

    def noted(*args: Any, **more: Any) -> Any:
        asked = original(*args, **more)
        run = asked.run

        def runs() -> Reply:
            try:
                return run()
            except DiesError:
                died.append(True)
                raise

        asked.run = runs
        return asked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served.store, "write", write)
        patch.setattr(Around, original.__name__, noted)
        with pytest.raises(DiesError):
            served.quiet(filing.id, outbox)
    assert second.outbox.step().filing is None  # the lease of the dead one
    done = second.quiet(filing.id)
    assert done.state is FilingState.FILED
    (report,) = served.finished()
    assert len(report["files"]) == 2
    assert second.auditing.verify().ok


def test_a_slow_upload_renews_its_lease(served: World, second: World) -> None:
    """Three minutes for one file, longer than a lease: nobody takes it over meanwhile."""
    filing = served.confirmed(served.case(files=1).number)
    stolen: list[object] = []

    def slow(run: Callable[..., Reply], **more: Any) -> Reply:
        """Time passes while it sends."""
        for _ in range(18):
            served.clock.forward(seconds=10)
            more["progress"](1)
            stolen.append(second.outbox.step().filing)
        assert not more["cancelled"]()
        return run(progress=None, cancelled=None)

    outbox = served.outbox_of("desk-1", lambda: Around(served.agency(), upload=slow))  # type: ignore[arg-type]
    assert served.quiet(filing.id, outbox).state is FilingState.FILED
    assert set(stolen) == {None}
    assert len(served.finished()) == 1


def test_an_upload_whose_lease_was_lost_breaks_off(served: World, second: World) -> None:
    """The desk slept in the middle of an upload; another one has taken the filing over and filed it."""
    filing = served.confirmed(served.case(files=1).number)

    def asleep(run: Callable[[], Reply], **more: Any) -> Reply:
        served.clock.forward(minutes=10)
        assert second.quiet(filing.id).state is FilingState.FILED
        more["progress"](1)
        assert more["cancelled"]()
        return run()

    outbox = served.outbox_of("desk-1", lambda: Around(served.agency(), upload=asleep))  # type: ignore[arg-type]
    served.until(filing.id, FilingState.OPENED, outbox=outbox)
    assert outbox.step().filing is None
    assert served.filing(filing.id).state is FilingState.FILED
    assert len(served.finished()) == 1
    assert [report["state"] for report in served.service.reports()] == ["retracted", "finished"]


def test_a_bug_in_one_filings_document_holds_up_nothing(served: World) -> None:
    bad = served.confirmed(served.case("first", first=10).number)
    good = served.confirmed(served.case("second", first=20).number)
    real = served.composer.details

    class Broken:
        def __getattr__(self, name: str) -> Any:
            return getattr(served.composer, name)

        def details(self, template: bytes, report_id: str, file_id: str) -> bytes:
            if report_id == served.filing(bad.id).report_id:
                raise Bug("These are no file details with open IDs.")
            return real(template, report_id, file_id)

    outbox = served.outbox_of("desk-1")
    outbox._sender._composer = Broken()  # type: ignore[assignment]
    assert served.quiet(good.id, outbox).state is FilingState.FILED
    assert "no file details" in served.filing(bad.id).error


# -- the way to the service


def test_driven_in_one_go_until_it_waits(served: World) -> None:
    filing = served.confirmed(served.case().number)
    stepped = served.outbox.run()
    assert stepped.filing is not None
    assert (stepped.filing.id, stepped.filing.state) == (filing.id, FilingState.HELD)
    assert served.outbox.run().filing is None
    assert served.outbox.run(stop=lambda: True).filing is None


def test_a_broken_way_is_noticed_once_and_asked_for_again(served: World) -> None:
    filings = [served.confirmed(served.case(f"case-{n}", first=9 * n).number) for n in range(3)]
    assert served.outbox.connection().ok is None
    served.service.stop()
    while served.outbox.step().filing is not None:
        pass
    assert served.outbox.connection().ok is False
    # One of them ran into it; the others wait for the way, not for a time-out of their own.
    assert [len(journal(served, filing.id)) for filing in filings] == [1, 0, 0]
    served.credentials.remove(served.admin, served.endpoint)
    served.clock.forward(minutes=10)
    served.outbox.step()  # the question can't be asked without credentials
    assert "no credentials" in served.outbox.connection().words
    served.credentials.set(served.admin, served.endpoint, Credentials(USER, PASSWORD))
    served.service.start()
    for filing in filings:
        assert served.quiet(filing.id).state is FilingState.FILED
    assert served.outbox.connection().ok is True


def test_a_bug_while_asking_whether_the_service_is_there(served: World) -> None:
    served.confirmed(served.case().number)
    served.service.stop()
    served.outbox.step()
    served.clock.forward(minutes=10)
    sender = served.outbox._sender
    real = sender._agency

    def broken() -> Any:
        raise DiesError

    sender._agency = broken
    with pytest.raises(DiesError):
        served.outbox.step()
    sender._agency = real
    served.service.start()
    served.outbox.step()  # it asks again: the one that failed does not block it
    assert served.outbox.connection().ok is True


def test_bytes_that_are_not_the_confirmed_ones_open_no_report(served: World) -> None:
    filing = served.confirmed(served.case(files=2).number)
    served.vault.read = lambda key, blob: iter([b"other bytes"])  # type: ignore[method-assign]
    done = served.quiet(filing.id)
    assert done.state is FilingState.REFUSED
    assert "no longer the one that was confirmed" in done.error
    assert "It is file 1 of 2." in done.error
    assert served.service.reports() == []


def test_a_file_lost_between_opening_and_sending_is_refused(served: World) -> None:
    case = served.case(files=1)
    filing = served.confirmed(case.number)
    served.until(filing.id, FilingState.OPENED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("desk.storage.repositories.cases.SqlCases.media", lambda *_: None)
        done = served.quiet(filing.id)
    assert done.state is FilingState.REFUSED
    assert [report["state"] for report in served.service.reports()] == ["retracted"]


def test_a_store_that_fails_gives_the_lease_back(served: World) -> None:
    filing = served.confirmed(served.case().number)

    def full(*_: Any, **_more: Any) -> Any:
        raise UserError("The disk is full.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("desk.storage.repositories.filings.SqlFilings.save_known", full)
        with pytest.raises(UserError):
            served.outbox.step()
    stepped = served.outbox.step()
    assert stepped.filing is not None
    assert (stepped.filing.id, stepped.filing.state) == (filing.id, FilingState.OPENED)


def test_a_bug_in_a_call_gives_the_lease_back(served: World, second: World) -> None:
    filing = served.confirmed(served.case(files=1).number)
    outbox = served.outbox_of("desk-1", dying(served, "submit", after=True))
    with pytest.raises(DiesError):
        outbox.step()
    assert second.quiet(filing.id).state is FilingState.FILED  # at once, not when the lease is over
    assert served.clock.now() < filing.confirmed_at + timedelta(minutes=6)
    assert len(served.finished()) == 1


def test_a_lease_that_was_lost_is_given_back_and_the_filing_goes_on(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = served.confirmed(served.case(files=1).number)
    sender = served.outbox._sender
    real = sender.drive

    def lost(*_args: Any, **_more: Any) -> Any:
        monkeypatch.setattr(sender, "drive", real)
        raise ClaimLost("Another outbox has taken this filing over.")

    monkeypatch.setattr(sender, "drive", lost)
    assert served.outbox.step().filing is None
    assert served.quiet(filing.id).state is FilingState.FILED


def test_one_after_the_other_until_none_is_due(served: World) -> None:
    filings = [
        served.confirmed(
            served.case(f"case-{n}", files=1, first=9 * n).number, escalate="A child is in danger."
        )
        for n in range(3)
    ]
    told: list[Any] = []
    stepped = follow(served.store, served.outbox.flow(told=told.append))
    assert stepped.filing is None
    assert {served.filing(filing.id).state for filing in filings} == {FilingState.FILED}
    assert [one.id for one in told if one.state is FilingState.FILED] == [filing.id for filing in filings]
    assert len(served.finished()) == 3


def test_stopped_between_two_filings_nothing_stays_taken(served: World, second: World) -> None:
    filings = [
        served.confirmed(
            served.case(f"case-{n}", files=1, first=9 * n).number, escalate="A child is in danger."
        )
        for n in range(2)
    ]
    ended: list[Any] = []

    def told(filing: Any) -> None:
        if filing.state is FilingState.FILED:
            ended.append(filing)

    stepped = follow(served.store, served.outbox.flow(stop=lambda: bool(ended), told=told))
    assert stepped.filing is not None
    assert len(served.finished()) == 1
    assert {served.quiet(filing.id, second.outbox).state for filing in filings} == {FilingState.FILED}
    assert served.clock.now() < filings[0].confirmed_at + timedelta(minutes=2)  # no lease had to run out


def test_the_next_filing_is_given_back_where_nobody_can_be_told(served: World, second: World) -> None:
    for n in range(2):
        served.confirmed(
            served.case(f"case-{n}", files=1, first=9 * n).number, escalate="A child is in danger."
        )

    def told(filing: Any) -> None:
        if filing.state is FilingState.FILED:
            raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        follow(served.store, served.outbox.flow(told=told))
    assert second.outbox.step().filing is not None


def test_a_report_of_many_files_reads_its_papers_later(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.services.sending.FEW_FILES", 0)
    filing = served.confirmed(served.case(files=2).number)
    assert served.quiet(filing.id).state is FilingState.FILED
