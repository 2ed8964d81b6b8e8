"""A filing: one report on its way to the agency, from confirmation to receipt.

The state machine is a pure table: :func:`next_act` says what to do in a state,
:func:`apply` what a reply makes of it. One remote call, one commit: the caller
commits the intent before the call and the outcome after it.

Source of the rules for lost answers: CyberTipline Reporting API. /submit may be
repeated (an unfinished report reaches no one); an upload or file details whose
answer was lost is mended by retracting and opening afresh; /finish and /retract
are asked again, 5102 and 5101 being their successes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

CODE_NO_REPORT = 5001
CODE_RETRACTED = 5101
CODE_FINISHED = 5102
OPEN_FOR = timedelta(hours=24)
IDLE_FOR = timedelta(hours=1)


class OutcomeKind(enum.Enum):
    """The small set of outcomes that every answer becomes. UNKNOWN is never *not done*."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TRY_AGAIN = "try_again"  # nothing was done; the same call may be made later
    UNKNOWN = "unknown"  # the call may or may not have been done


@dataclass(frozen=True, slots=True)
class FieldProblem:
    path: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one call. ``body`` holds the exact bytes received (bounded)."""

    kind: OutcomeKind
    at: datetime
    code: int | None = None
    description: str = ""
    http_status: int | None = None
    request_id: str | None = None
    body: bytes = field(default=b"", repr=False)
    report_id: str | None = None
    file_id: str | None = None
    md5: str | None = None
    file_ids: tuple[str, ...] = ()
    problems: tuple[FieldProblem, ...] = ()
    sent_md5: str | None = None
    sent_sha256: str | None = None
    sent_size: int | None = None


class FilingState(enum.StrEnum):
    CONFIRMED = "confirmed"
    OPENED = "opened"
    UPLOADING = "uploading"
    HELD = "held"
    FINISHING = "finishing"
    FILED = "filed"
    RETRACTING = "retracting"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"

    @property
    def ended(self) -> bool:
        return self in (FilingState.FILED, FilingState.WITHDRAWN, FilingState.REFUSED)


class RetractFor(enum.StrEnum):
    """Why a report is being retracted: it decides where the filing goes afterwards."""

    TAKE_BACK = "take_back"  # → withdrawn
    REOPEN = "reopen"  # → confirmed: the same confirmation opens another report
    REFUSED = "refused"  # → refused: a person must mend the draft


class Call(enum.StrEnum):
    """The remote calls, by their endpoint."""

    SUBMIT = "submit"
    UPLOAD = "upload"
    FILEINFO = "fileinfo"
    FINISH = "finish"
    RETRACT = "retract"


@dataclass(frozen=True, slots=True)
class FileState:
    """One file of a filing. ``intent`` marks a call whose answer is not yet known."""

    index: int
    content_id: str
    name: str
    sha256: str
    md5: str
    size: int
    file_id: str | None = None
    detailed: bool = False
    intent: Call | None = None

    def fresh(self) -> FileState:
        """The file as it is for another report: nothing uploaded."""
        return replace(self, file_id=None, detailed=False, intent=None)


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing. Times are UTC. ``attempt`` counts the reports opened for it."""

    id: int
    case_number: int
    state: FilingState
    files: tuple[FileState, ...]
    hold: timedelta
    confirmed_at: datetime
    confirmed_by: int
    escalated: bool = False
    report_id: str | None = None
    attempt: int = 0
    opened_at: datetime | None = None
    changed_at: datetime | None = None
    hold_until: datetime | None = None
    file_now: bool = False
    take_back: bool = False
    retract_for: RetractFor | None = None
    intent: Call | None = None
    retry_at: datetime | None = None
    tries: int = 0
    error: str = ""
    error_code: int | None = None
    request_id: str | None = None
    ended_at: datetime | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When the agency deletes the open report: 24 h after opening or 1 h after the last change, the later."""
        if self.opened_at is None:
            return None
        return max(self.opened_at + OPEN_FOR, (self.changed_at or self.opened_at) + IDLE_FOR)

    @property
    def irrevocable(self) -> bool:
        """Whether it can no longer be taken back: /finish was or may have been sent."""
        return self.state in (FilingState.FINISHING, FilingState.FILED)

    def uploaded(self) -> int:
        return sum(1 for file in self.files if file.detailed)


class ActKind(enum.Enum):
    CALL = "call"
    WAIT = "wait"  # nothing to do before ``until``
    MOVE = "move"  # a change of state without a call
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Act:
    kind: ActKind
    call: Call | None = None
    file_index: int | None = None
    until: datetime | None = None
    filing: Filing | None = None


def next_act(filing: Filing, now: datetime) -> Act:
    """What is to be done next with this filing at ``now``."""
    if filing.state.ended:
        return Act(ActKind.NOTHING)
    lost = _lost_answer(filing)
    if lost is not None:
        return Act(ActKind.MOVE, filing=lost)
    if filing.take_back and filing.state is not FilingState.FINISHING:
        moved = _taken_back(filing, now)
        if moved is not None:
            return Act(ActKind.MOVE, filing=moved)
    if filing.retry_at is not None and now < filing.retry_at:
        return Act(ActKind.WAIT, until=filing.retry_at)
    if filing.state in (FilingState.OPENED, FilingState.UPLOADING, FilingState.HELD):
        expires = filing.expires_at
        if expires is not None and now >= expires:
            return Act(
                ActKind.MOVE, filing=_reopen(filing, "The report was open too long; it is opened afresh.")
            )
    return _step(filing, now)


def _step(filing: Filing, now: datetime) -> Act:
    match filing.state:
        case FilingState.CONFIRMED:
            return Act(ActKind.CALL, Call.SUBMIT)
        case FilingState.OPENED | FilingState.UPLOADING:
            for file in filing.files:
                if file.file_id is None:
                    return Act(ActKind.CALL, Call.UPLOAD, file.index)
                if not file.detailed:
                    return Act(ActKind.CALL, Call.FILEINFO, file.index)
            until = now if filing.escalated else now + filing.hold
            return Act(ActKind.MOVE, filing=replace(filing, state=FilingState.HELD, hold_until=until))
        case FilingState.HELD:
            if filing.file_now or filing.hold_until is None or now >= filing.hold_until:
                return Act(ActKind.MOVE, filing=replace(filing, state=FilingState.FINISHING, tries=0))
            return Act(ActKind.WAIT, until=filing.hold_until)
        case FilingState.FINISHING:
            return Act(ActKind.CALL, Call.FINISH)
        case _:
            return Act(ActKind.CALL, Call.RETRACT)


def _lost_answer(filing: Filing) -> Filing | None:
    """What an intent without an outcome means after a restart; None where there is none to settle."""
    if filing.state is FilingState.CONFIRMED and filing.intent is Call.SUBMIT:
        return replace(filing, intent=None)
    if any(file.intent is not None for file in filing.files) and filing.state in (
        FilingState.OPENED,
        FilingState.UPLOADING,
    ):
        return _reopen(filing, "An answer was lost; the report is retracted and opened afresh.")
    if filing.state in (FilingState.FINISHING, FilingState.RETRACTING) and filing.intent is not None:
        return replace(filing, intent=None)
    return None


def _taken_back(filing: Filing, now: datetime) -> Filing | None:
    if filing.state is FilingState.CONFIRMED:
        return replace(filing, state=FilingState.WITHDRAWN, ended_at=now, retry_at=None)
    if filing.state is FilingState.RETRACTING:
        if filing.retract_for is RetractFor.TAKE_BACK:
            return None
        return replace(filing, retract_for=RetractFor.TAKE_BACK)
    return replace(
        filing, state=FilingState.RETRACTING, retract_for=RetractFor.TAKE_BACK, retry_at=None, tries=0
    )


def _reopen(filing: Filing, why: str) -> Filing:
    return replace(
        filing, state=FilingState.RETRACTING, retract_for=RetractFor.REOPEN, error=why, retry_at=None, tries=0
    )


def backoff(tries: int, spread: float = 0.5) -> timedelta:
    """Wait before the next try: 2 s doubling to 5 min; ``spread`` in 0..1 adds up to a half as jitter."""
    base = min(300.0, 2.0 * 2 ** min(tries, 10))
    return timedelta(seconds=base * (1.0 + 0.5 * spread))


def with_intent(filing: Filing, act: Act) -> Filing:
    """The filing as committed before a call: the intent is on record."""
    if act.file_index is None:
        return replace(filing, intent=act.call)
    files = tuple(replace(f, intent=act.call) if f.index == act.file_index else f for f in filing.files)
    return replace(filing, files=files)


def apply(filing: Filing, act: Act, reply: Reply, *, spread: float = 0.5) -> Filing:
    """The filing as committed after a call. Pure; the same for live answers and for tests."""
    base = replace(
        filing,
        intent=None,
        error="",
        error_code=None,
        request_id=reply.request_id or filing.request_id,
        files=tuple(replace(f, intent=None) if f.index == act.file_index else f for f in filing.files),
    )
    match act.call:
        case Call.SUBMIT:
            return _after_submit(base, reply, spread)
        case Call.UPLOAD:
            return _after_upload(base, act, reply, spread)
        case Call.FILEINFO:
            return _after_fileinfo(base, act, reply, spread)
        case Call.FINISH:
            return _after_finish(base, reply, spread)
        case _:
            return _after_retract(base, reply, spread)


def _again(filing: Filing, reply: Reply, spread: float) -> Filing:
    return replace(
        filing,
        tries=filing.tries + 1,
        retry_at=reply.at + backoff(filing.tries, spread),
        error=reply.description,
        error_code=reply.code,
    )


def _refused(filing: Filing, reply: Reply) -> Filing:
    """The service said no: retract what is open, then give the draft back."""
    words = {"error": reply.description, "error_code": reply.code}
    if filing.report_id is None:
        return replace(filing, state=FilingState.REFUSED, ended_at=reply.at, retry_at=None, **words)  # type: ignore[arg-type]
    return replace(
        filing,
        state=FilingState.RETRACTING,
        retract_for=RetractFor.REFUSED,
        retry_at=None,
        tries=0,
        **words,  # type: ignore[arg-type]
    )


def _after_submit(filing: Filing, reply: Reply, spread: float) -> Filing:
    if reply.kind is OutcomeKind.ACCEPTED and reply.report_id:
        return replace(
            filing,
            state=FilingState.OPENED,
            report_id=reply.report_id,
            attempt=filing.attempt + 1,
            opened_at=reply.at,
            changed_at=reply.at,
            retry_at=None,
            tries=0,
            files=tuple(file.fresh() for file in filing.files),
        )
    if reply.kind is OutcomeKind.REFUSED:
        return _refused(filing, reply)
    return _again(filing, reply, spread)


def _after_upload(filing: Filing, act: Act, reply: Reply, spread: float) -> Filing:
    if reply.kind is OutcomeKind.TRY_AGAIN:
        return _again(filing, reply, spread)
    if reply.kind is OutcomeKind.REFUSED:
        if reply.code == CODE_NO_REPORT:
            return _opened_afresh(filing, "The report was no longer there; it is opened afresh.")
        return _refused(filing, reply)
    if reply.kind is OutcomeKind.UNKNOWN or not reply.file_id:
        return _reopen(filing, "The answer to an upload was lost; the report is retracted and opened afresh.")
    file = filing.files[act.file_index or 0]
    if reply.sent_sha256 is not None and reply.sent_sha256 != file.sha256:
        changed = replace(reply, description="The file on disk is not the one that was confirmed.", code=None)
        return _refused(filing, changed)
    if reply.md5 is None or reply.md5.lower() != file.md5:
        return _reopen(filing, "The service holds other bytes than were sent; the report is retracted.")
    files = tuple(replace(f, file_id=reply.file_id) if f.index == file.index else f for f in filing.files)
    return replace(
        filing, state=FilingState.UPLOADING, files=files, changed_at=reply.at, retry_at=None, tries=0
    )


def _after_fileinfo(filing: Filing, act: Act, reply: Reply, spread: float) -> Filing:
    if reply.kind is OutcomeKind.TRY_AGAIN:
        return _again(filing, reply, spread)
    if reply.kind is OutcomeKind.REFUSED:
        if reply.code == CODE_NO_REPORT:
            return _opened_afresh(filing, "The report was no longer there; it is opened afresh.")
        return _refused(filing, reply)
    if reply.kind is OutcomeKind.UNKNOWN:
        return _reopen(
            filing, "The answer to file details was lost; the report is retracted and opened afresh."
        )
    files = tuple(replace(f, detailed=True) if f.index == act.file_index else f for f in filing.files)
    return replace(filing, files=files, changed_at=reply.at, retry_at=None, tries=0)


def _opened_afresh(filing: Filing, why: str) -> Filing:
    """Back to confirmed: the old report is known to be gone or retracted."""
    return replace(
        filing,
        state=FilingState.CONFIRMED,
        report_id=None,
        opened_at=None,
        changed_at=None,
        hold_until=None,
        retract_for=None,
        retry_at=None,
        error=why,
        files=tuple(file.fresh() for file in filing.files),
    )


def _after_finish(filing: Filing, reply: Reply, spread: float) -> Filing:
    finished = reply.kind is OutcomeKind.ACCEPTED or reply.code == CODE_FINISHED
    if finished:
        return replace(filing, state=FilingState.FILED, ended_at=reply.at, retry_at=None, tries=0)
    if reply.kind is OutcomeKind.REFUSED:
        if reply.code == CODE_NO_REPORT:
            return _opened_afresh(
                filing, "NCMEC had deleted the open report: it was not filed. It is opened afresh."
            )
        if reply.code == CODE_RETRACTED:
            return _opened_afresh(filing, "The report had been retracted; it is opened afresh.")
        return _refused(filing, reply)
    return _again(filing, reply, spread)


def _after_retract(filing: Filing, reply: Reply, spread: float) -> Filing:
    if reply.kind is OutcomeKind.REFUSED and reply.code == CODE_FINISHED:
        return replace(filing, state=FilingState.FILED, ended_at=reply.at, retract_for=None, retry_at=None)
    gone = reply.kind is OutcomeKind.ACCEPTED or reply.code in (CODE_RETRACTED, CODE_NO_REPORT)
    if not gone:
        return _again(filing, reply, spread)
    if filing.retract_for is RetractFor.TAKE_BACK:
        return replace(filing, state=FilingState.WITHDRAWN, ended_at=reply.at, retry_at=None)
    if filing.retract_for is RetractFor.REFUSED:
        words = filing.error or "The service refused the report."
        return replace(filing, state=FilingState.REFUSED, ended_at=reply.at, retry_at=None, error=words)
    return _opened_afresh(filing, "The report was retracted and is opened afresh.")
