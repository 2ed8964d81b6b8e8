"""The values of a filing: its states, its files, the acts and the answers. The machine is in ``filing``."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

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
    name: str = field(repr=False)
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
    awaiting: bool = False
    """A second person's approval is still out: it is uploaded and held, and not finished without it."""
    finish_unknown: bool = False
    """A /finish was sent and its answer never came: the report may be filed."""

    def __post_init__(self) -> None:
        if any(file.index != place for place, file in enumerate(self.files)):
            raise ValueError("a filing's files are numbered from 0 in their order")

    @property
    def expires_at(self) -> datetime | None:
        """When the agency deletes the open report.

        24 h after it was opened or 1 h after the last change, whichever is later.
        """
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
