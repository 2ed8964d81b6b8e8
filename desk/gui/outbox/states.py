"""A filing in words: where it stands, what happens next, what a person can do. Pure; no widget here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.domain.filing import Filing, FilingState, RetractFor
from desk.gui import words
from desk.gui.words import plural, tr

UPLOAD_STATES = (FilingState.OPENED, FilingState.UPLOADING)


def steps() -> list[str]:
    """The five steps of every filing."""
    return [tr("Opened"), tr("Uploaded"), tr("Held"), tr("Finishing"), tr("Filed")]


@dataclass(frozen=True)
class Standing:
    """Step 0 to 5 (5: all done), the state's role and the word for the present step."""

    at: int
    role: str
    detail: str


def type_short(incident_type: str) -> str:
    """The type without its bracket, for narrow places."""
    return incident_type.split(" (")[0]


def standing(filing: Filing, now: datetime) -> Standing:
    """Where the filing stands on the track."""
    match filing.state:
        case FilingState.CONFIRMED:
            return Standing(0, _role(filing, now), tr("Opening"))
        case FilingState.OPENED | FilingState.UPLOADING:
            return Standing(1, _role(filing, now), _uploading(filing))
        case FilingState.HELD if filing.awaiting:
            return Standing(2, "accent", tr("Held for approval"))
        case FilingState.HELD if filing.retry_at is not None:
            return Standing(2, _role(filing, now), tr("Waits to be finished"))
        case FilingState.HELD:
            left = words.countdown(filing.hold_until - now) if filing.hold_until else ""
            return Standing(2, "accent", tr("Held {time}", time=left))
        case FilingState.FINISHING:
            return Standing(3, _role(filing, now), tr("Finishing"))
        case FilingState.FILED:
            return Standing(5, "ok", "")
        case FilingState.WITHDRAWN:
            return Standing(_reached(filing), "muted", tr("Taken back"))
        case FilingState.REFUSED:
            return Standing(_reached(filing), "bad", tr("Refused"))
        case _:
            return _retracting(filing)


def _role(filing: Filing, now: datetime) -> str:
    waits = filing.retry_at is not None and filing.retry_at > now
    return "warn" if filing.error and (waits or filing.tries) else "accent"


def _reached(filing: Filing) -> int:
    if filing.hold_until is not None:
        return 2
    return 1 if filing.report_id is not None else 0


def _uploading(filing: Filing) -> str:
    count = len(filing.files)
    if not count:
        return tr("Uploading")
    return tr("Uploading {at} of {count}", at=min(count, filing.uploaded() + 1), count=count)


def _retracting(filing: Filing) -> Standing:
    if filing.retract_for is RetractFor.TAKE_BACK:
        return Standing(_reached(filing), "muted", tr("Taking back"))
    if filing.retract_for is RetractFor.REFUSED:
        return Standing(_reached(filing), "bad", tr("Refused"))
    return Standing(_reached(filing), "warn", tr("Opening afresh"))


def word(filing: Filing) -> tuple[str, str, str]:
    """The state as one word or two, its role and icon."""
    if filing.take_back and not filing.state.ended and filing.state is not FilingState.FINISHING:
        return tr("Being taken back"), "muted", "undo-2"
    if filing.state is FilingState.RETRACTING:
        if filing.retract_for is RetractFor.REFUSED:
            return tr("Refused, being retracted"), "bad", "circle-alert"
        return tr("Being opened afresh"), "warn", "refresh-cw"
    if waits_for_approval(filing):
        return tr("Waits for approval"), "accent", "users"
    if filing.state is FilingState.HELD and filing.retry_at is not None:
        return tr("Waits to be finished"), "warn", "clock"
    return {
        FilingState.CONFIRMED: (tr("Waits to be opened"), "text", "clock"),
        FilingState.OPENED: (tr("Opened"), "text", "upload"),
        FilingState.UPLOADING: (tr("Uploading"), "text", "upload"),
        FilingState.HELD: (tr("Held"), "accent", "hourglass"),
        FilingState.FINISHING: (tr("Finishing"), "text", "send"),
        FilingState.FILED: (tr("Filed"), "ok", "circle-check"),
        FilingState.WITHDRAWN: (tr("Taken back"), "muted", "undo-2"),
        FilingState.REFUSED: (tr("Refused"), "bad", "circle-alert"),
    }[filing.state]


def still_word() -> tuple[str, str, str]:
    """In the place of the state's word after a restore: no outbox takes it."""
    return tr("Stands still"), "warn", "pause"


def still_words() -> str:
    return tr(
        "It stands still since the workspace was restored from a backup: it may have been filed since. A "
        "supervisor compares it with NCMEC and lets it go on."
    )


def next_words(filing: Filing, now: datetime, *, counted: bool = True) -> str:
    """What will happen by itself, or what a person has to do; ``counted`` with the seconds left."""
    if filing.state is FilingState.FILED:
        return tr("The report is with the agency. It cannot be withdrawn by anyone.")
    if filing.state is FilingState.WITHDRAWN:
        return tr("It was taken back and reached no one. The case is open again.")
    if filing.state is FilingState.REFUSED:
        return tr("Nothing was filed. Mend the report and confirm it again; what was written is kept.")
    if filing.retry_at is not None and filing.retry_at > now:
        at = tr("Tries again at {time}", time=words.clock_or_moment(filing.retry_at, now))
        return _counted(at, filing.retry_at - now, counted)
    if filing.state is FilingState.FINISHING:
        return tr("It is being filed. It can no longer be taken back.")
    if filing.take_back:
        return tr("It is being taken back; it reaches no one.")
    if waits_for_approval(filing):
        return approval_words(filing)
    if filing.state is FilingState.HELD and filing.hold_until is not None:
        if filing.file_now or filing.hold_until <= now:
            return tr("It is filed now.")
        at = tr("Filed at {time} unless it is taken back", time=words.clock_or_moment(filing.hold_until, now))
        return _counted(at, filing.hold_until - now, counted)
    if filing.state is FilingState.RETRACTING:
        if filing.retract_for is RetractFor.REFUSED:
            return tr("What is open at the service is retracted, then the report comes back to be mended.")
        return tr("What is open at the service is retracted, then the same report is opened again.")
    if filing.state is FilingState.CONFIRMED:
        return tr("It is opened at the service as soon as it is its turn.")
    return tr("Its files go up one after the other; then it is held.")


def _counted(at: str, left: timedelta, counted: bool) -> str:
    if not counted:
        return tr("{event}.", event=at)
    return tr("{event}, in {left}.", event=at, left=words.countdown(left))


def can_take_back(filing: Filing) -> bool:
    """Until /finish was or may have been sent."""
    return (
        not filing.state.ended
        and not filing.irrevocable
        and not filing.take_back
        and not (filing.state is FilingState.RETRACTING and filing.retract_for is RetractFor.REFUSED)
    )


def waits_for_approval(filing: Filing) -> bool:
    """Whether only a second person's approval lets it go on."""
    if not filing.awaiting or filing.take_back:
        return False
    return filing.state is FilingState.HELD or (filing.state is FilingState.CONFIRMED and filing.attempt > 0)


def approval_words(filing: Filing) -> str:
    """What a report that needs a second person waits for."""
    if filing.state is FilingState.CONFIRMED and filing.attempt:
        return tr(
            "It was open too long, and the service deleted it unread. "
            "It is opened afresh once a second person approves."
        )
    return tr("A second person looks at it first. It is filed once they approve, never before.")


def can_file_now(filing: Filing, now: datetime) -> bool:
    """Only while it is held, and waits for nobody."""
    return (
        filing.state is FilingState.HELD
        and not filing.awaiting
        and not filing.file_now
        and not filing.take_back
        and filing.hold_until is not None
        and filing.hold_until > now
    )


def can_try_now(filing: Filing, now: datetime) -> bool:
    """Only while it waits for its next try."""
    return not filing.state.ended and filing.retry_at is not None and filing.retry_at > now


def ticking(filing: Filing, now: datetime) -> bool:
    """Whether something about it is counted down in seconds."""
    if filing.state.ended:
        return False
    held = filing.state is FilingState.HELD and not filing.file_now and not filing.awaiting
    return held or can_try_now(filing, now)


def error_words(filing: Filing) -> str:
    """The error as it is to be read, with the service's code where it gave one; empty where there is none."""
    if not filing.error or filing.state in (FilingState.FILED, FilingState.WITHDRAWN):
        return ""
    if filing.error_code is not None:
        return tr("{error} (code {code})", error=filing.error, code=filing.error_code)
    return filing.error


def deadline(filing: Filing) -> str:
    """Until when the agency keeps the open report; empty where nothing is open."""
    if filing.state.ended or filing.expires_at is None:
        return ""
    return tr("The agency deletes it unfinished at {time}.", time=words.moment(filing.expires_at))


def accessible(platform_id: str, incident: str, filing: Filing, now: datetime) -> str:
    """The row as one sentence for a screen reader."""
    found, _, _ = word(filing)
    parts = [
        tr("case {id}", id=platform_id),
        incident,
        found,
        standing(filing, now).detail,
        error_words(filing),
        next_words(filing, now),
        plural(len(filing.files), "{n} file", "{n} files"),
    ]
    return ", ".join(part for part in parts if part)
