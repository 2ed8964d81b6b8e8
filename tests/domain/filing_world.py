"""A model of the agency's service, of the outbox and of a person, to drive the filing's state machine.

The service is written from the protocol's facts, not from the machine: open reports that expire, files
attached to them, a finish that is for good. The outbox commits an intent before each call and the outcome
after it, and may die in between. A person may wish at any of those moments.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from desk.domain.filing import (
    Act,
    ActKind,
    Call,
    FileState,
    Filing,
    FilingState,
    OutcomeKind,
    Reply,
    RetractFor,
    apply,
    next_act,
    with_intent,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEFORE_FINISHING = frozenset(FilingState) - {FilingState.FINISHING, FilingState.FILED}


class Fault(enum.Enum):
    """What can befall one call."""

    NONE = "none"
    LOST_BEFORE = "lost before it was processed"
    LOST_AFTER = "lost after it was processed"
    LATE = "lost, and processed some time later"
    BUSY = "not done, said so"
    UNAUTHORISED = "401, not done"
    FORBIDDEN_CODE = "code 3300, not done"
    REFUSED = "4100, not done"
    FILE_GONE = "5002"
    WRONG_MD5 = "other bytes arrived"
    NO_ID = "accepted without an id"
    CHANGED_ON_DISK = "the file that was read is not the confirmed one"


class Crash(enum.Enum):
    NONE = "none"
    BEFORE_CALL = "after the intent was committed"
    AFTER_CALL = "before the outcome was committed"


@dataclass
class Report:
    opened_at: datetime
    changed_at: datetime
    files: dict[str, tuple[str, bool]] = field(default_factory=dict)  # file id → md5, detailed
    state: str = "open"


@dataclass
class Service:
    """The agency's side. Its reports survive whatever happens at the desk."""

    reports: dict[str, Report] = field(default_factory=dict)
    sent: list[tuple[Call, str | None]] = field(default_factory=list)
    late: list[Callable[[datetime], object]] = field(default_factory=list)
    bad: frozenset[Call] = frozenset()  # calls whose document it refuses, always

    def finished(self) -> list[Report]:
        return [report for report in self.reports.values() if report.state == "finished"]

    def _open(self, report_id: str, now: datetime) -> tuple[Report | None, int]:
        report = self.reports.get(report_id)
        if report is None:
            return None, 5001
        if report.state == "open" and now >= max(
            report.opened_at + timedelta(hours=24), report.changed_at + timedelta(hours=1)
        ):
            del self.reports[report_id]
            return None, 5001
        codes = {"open": 0, "retracted": 5101, "finished": 5102}
        return report, codes[report.state]

    def process(
        self, call: Call, report_id: str | None, file_id: str | None, md5: str, now: datetime
    ) -> Reply:
        """Do the call and answer. What is refused changes nothing."""
        if call in self.bad:
            return Reply(OutcomeKind.REFUSED, now, 4100, "Validation failed", 400)
        if call is Call.SUBMIT:
            new = str(1000 + len(self.reports) + len(self.sent))
            self.reports[new] = Report(now, now)
            return Reply(OutcomeKind.ACCEPTED, now, 0, report_id=new)
        assert report_id is not None
        report, code = self._open(report_id, now)
        if report is None or code:
            return Reply(OutcomeKind.REFUSED, now, code, "not open", 400)
        if call is Call.UPLOAD:
            name = hashlib.md5(f"{report_id}/{len(report.files)}".encode()).hexdigest()
            report.files[name] = (md5, False)
            report.changed_at = now
            return Reply(OutcomeKind.ACCEPTED, now, 0, report_id=report_id, file_id=name, md5=md5.upper())
        if call is Call.FILEINFO:
            if file_id not in report.files or report.files[file_id][1]:
                return Reply(OutcomeKind.REFUSED, now, 5002, "file does not exist", 400)
            report.files[file_id] = (report.files[file_id][0], True)
            report.changed_at = now
            return Reply(OutcomeKind.ACCEPTED, now, 0, report_id=report_id)
        report.state = "finished" if call is Call.FINISH else "retracted"
        return Reply(OutcomeKind.ACCEPTED, now, 0, report_id=report_id, body=b"<reportDoneResponse/>")


def confirmed(files: int = 2, *, hold: int = 5, escalated: bool = False) -> Filing:
    """A filing as it stands after its confirmation; ``hold`` in minutes."""
    contents = [f"content {n}".encode() for n in range(files)]
    return Filing(
        id=1,
        case_number=1,
        state=FilingState.CONFIRMED,
        files=tuple(
            FileState(
                n, f"c{n}", f"f{n}.bin", hashlib.sha256(b).hexdigest(), hashlib.md5(b).hexdigest(), len(b)
            )
            for n, b in enumerate(contents)
        ),
        hold=timedelta(minutes=hold),
        confirmed_at=START,
        confirmed_by=1,
        escalated=escalated,
    )


@dataclass
class World:
    """Service, outbox and person. ``row`` is the filing as committed."""

    row: Filing
    service: Service = field(default_factory=Service)
    now: datetime = START
    promised: bool = False  # a person took it back in time: it must not be filed
    finish_sent: bool = False
    history: list[FilingState] = field(default_factory=list)

    # -- the outbox ----------------------------------------------------------

    def step(
        self,
        fault: Fault = Fault.NONE,
        crash: Crash = Crash.NONE,
        during: Callable[[], None] | None = None,
        *,
        mangled: str = "0" * 32,
    ) -> Act:
        """One step as an outbox does it; ``during`` is a person's wish, made while a call is under way.

        A move reads and commits in one transaction; a call commits its intent, and its outcome onto the
        filing as it stands by then.
        """
        read = self.row
        act = next_act(read, self.now)
        if act.kind is ActKind.MOVE:
            assert act.filing is not None
            self._commit(act.filing)
        elif act.kind is ActKind.CALL:
            self._call(read, act, fault, crash, during, mangled)
        return act

    def _call(
        self,
        read: Filing,
        act: Act,
        fault: Fault,
        crash: Crash,
        during: Callable[[], None] | None,
        mangled: str,
    ) -> None:
        assert act.call is not None
        self._commit(with_intent(read, act))
        if crash is Crash.BEFORE_CALL:
            return
        if during:
            during()
        if act.call is Call.FINISH:
            self._may_finish(read)
            self.finish_sent = True
        self.service.sent.append((act.call, read.report_id))
        reply = self._reply(read, act, fault, mangled)
        if crash is Crash.AFTER_CALL:
            return
        self._commit(apply(self.row, act, reply, spread=0.5))

    def _reply(self, read: Filing, act: Act, fault: Fault, mangled: str) -> Reply:
        call = act.call
        assert call is not None
        now = self.now
        file = read.files[act.file_index] if act.file_index is not None else None
        md5 = mangled if fault is Fault.WRONG_MD5 else file.md5 if file else ""
        file_id = file.file_id if file else None

        def process(at: datetime) -> Reply:
            return self.service.process(call, read.report_id, file_id, md5, at)

        if fault is Fault.LOST_BEFORE:
            return Reply(OutcomeKind.UNKNOWN, now)
        if fault is Fault.LATE:
            self.service.late.append(process)
            return Reply(OutcomeKind.UNKNOWN, now)
        if fault is Fault.BUSY:
            return Reply(OutcomeKind.TRY_AGAIN, now, 1000, http_status=503)
        if fault is Fault.UNAUTHORISED:
            return Reply(OutcomeKind.REFUSED, now, 1000, http_status=401)
        if fault is Fault.FORBIDDEN_CODE:
            return Reply(OutcomeKind.REFUSED, now, 3300, "no", http_status=200)
        if fault is Fault.REFUSED:
            return Reply(OutcomeKind.REFUSED, now, 4100, "cvc-length", http_status=400)
        if fault is Fault.FILE_GONE:
            return Reply(OutcomeKind.REFUSED, now, 5002, "no such file", http_status=400)
        reply = process(now)
        if fault is Fault.LOST_AFTER:
            return Reply(OutcomeKind.UNKNOWN, now)
        if fault is Fault.NO_ID:
            return replace(reply, report_id=None, file_id=None)
        if file is not None and call is Call.UPLOAD:
            changed = fault is Fault.CHANGED_ON_DISK
            return replace(reply, sent_sha256="f" * 64 if changed else file.sha256)
        return reply

    def _commit(self, new: Filing) -> None:
        if new.state is not self.row.state:
            self.history.append(new.state)
        self.row = new

    def _may_finish(self, read: Filing) -> None:
        """The hold was kept, or a person or the escalation waived it."""
        assert read.state is FilingState.FINISHING
        assert read.file_now or read.escalated or read.hold_until is not None
        if not (read.file_now or read.escalated):
            assert read.hold_until is not None
            assert read.expires_at is not None
            assert self.now >= read.hold_until
            full = (read.changed_at or START) + read.hold
            assert read.hold_until >= min(full, read.expires_at - timedelta(minutes=10))

    # -- a person ------------------------------------------------------------

    def take_back(self) -> None:
        if self.row.state.ended:
            return
        if self.row.state is not FilingState.FINISHING and not self.finish_sent:
            self.promised = True
        self.row = replace(self.row, take_back=True)

    def file_now(self) -> None:
        if not self.row.state.ended:
            self.row = replace(self.row, file_now=True)

    # -- the world -----------------------------------------------------------

    def deliver_late(self) -> None:
        if self.service.late:
            self.service.late.pop(0)(self.now)

    def settle(self, limit: int = 500) -> Filing:
        """No more faults: step until the end, waiting whenever the machine says so."""
        while self.service.late:
            self.deliver_late()
        for _ in range(limit):
            act = self.step()
            self.check()
            if act.kind is ActKind.NOTHING:
                return self.row
            if act.kind is ActKind.WAIT:
                assert act.until is not None
                assert act.until > self.now
                self.now = act.until
        raise AssertionError(f"no end in {limit} steps: {self.history[-12:]}")

    # -- the laws ------------------------------------------------------------

    def check(self) -> None:
        finished = self.service.finished()
        assert len(finished) <= 1, "two finished reports for one confirmation"
        if self.promised:
            assert not finished, "filed though it was taken back in time"
        if self.row.state in (FilingState.WITHDRAWN, FilingState.REFUSED):
            assert not finished, "given up, but the agency has it"
            assert self.row.ended_at is not None
        if self.row.state is FilingState.REFUSED:
            assert self.row.error, "refused without words"
        if self.row.state is FilingState.FILED:
            assert len(finished) == 1
            assert self.service.reports[self.row.report_id or ""] is finished[0]
        for report in finished:
            held = sorted(md5 for md5, _ in report.files.values())
            assert held == sorted(file.md5 for file in self.row.files)
            assert all(detailed for _, detailed in report.files.values())
        if self.row.retry_at is not None and not self.row.state.ended:
            assert self.row.error, "it waits without saying why"
        if self.row.state is FilingState.RETRACTING:
            assert isinstance(self.row.retract_for, RetractFor)
