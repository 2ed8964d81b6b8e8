"""A filing: one report on its way to the agency, from confirmation to receipt.

The state machine is a pure table: :func:`next_act` says what to do in a state,
:func:`apply` what a reply makes of it. One remote call, one commit: the caller
commits the intent before the call and the outcome after it.

Source of the rules for lost answers: CyberTipline Reporting API. /submit may be
repeated (an unfinished report reaches no one); an upload or file details whose
answer was lost is mended by retracting and opening afresh; /finish and /retract
are asked again, 5102 and 5101 being their successes. A /finish that was surely
not done leaves the report held, for a person to take back or for the next try. Refused credentials say
nothing about the report: the call waits until they are mended.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from desk.domain.filing_types import (
    IDLE_FOR,
    OPEN_FOR,
    Act,
    ActKind,
    Call,
    FieldProblem,
    FileState,
    Filing,
    FilingState,
    OutcomeKind,
    Reply,
    RetractFor,
)

__all__ = [
    "Act",
    "ActKind",
    "Call",
    "FieldProblem",
    "FileState",
    "Filing",
    "FilingState",
    "IDLE_FOR",
    "OPEN_FOR",
    "OutcomeKind",
    "Reply",
    "RetractFor",
    "apply",
    "backoff",
    "next_act",
    "set_right",
    "with_intent",
]

CODE_NO_REPORT = 5001
CODE_NO_FILE = 5002
CODE_RETRACTED = 5101
CODE_FINISHED = 5102
HOLD_MARGIN = timedelta(minutes=10)
"""A hold ends at least this long before the agency deletes the open report."""
CLOCK_OFF = timedelta(hours=1)
"""No time of a filing lies further ahead than its hold and this: clocks differ, but not by so much."""
MAX_ATTEMPTS = 20
"""Reports opened for one confirmation before a person is asked to look."""
CODES_NOT_AUTHORISED = frozenset({2000, 3000, 3100, 3300})
HTTP_NOT_AUTHORISED = frozenset({401, 403, 407})


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
            if filing.awaiting and filing.attempt:
                return Act(ActKind.WAIT)  # open too long without the approval: only a person ends this
            return Act(ActKind.CALL, Call.SUBMIT)
        case FilingState.OPENED | FilingState.UPLOADING:
            for file in filing.files:
                if file.file_id is None:
                    return Act(ActKind.CALL, Call.UPLOAD, file.index)
                if not file.detailed:
                    return Act(ActKind.CALL, Call.FILEINFO, file.index)
            return Act(ActKind.MOVE, filing=_held(filing, now))
        case FilingState.HELD:
            if filing.hold_until is None:
                return Act(ActKind.MOVE, filing=_held(filing, now))
            if filing.awaiting and now >= filing.hold_until:
                return Act(ActKind.WAIT, until=filing.expires_at)
            if not filing.awaiting and (filing.file_now or now >= filing.hold_until):
                return Act(ActKind.MOVE, filing=replace(filing, state=FilingState.FINISHING))
            return Act(ActKind.WAIT, until=filing.hold_until)
        case FilingState.FINISHING:
            return Act(ActKind.CALL, Call.FINISH)
        case _:
            return Act(ActKind.CALL, Call.RETRACT)


def _held(filing: Filing, now: datetime) -> Filing:
    """The hold begins. It never outlasts the open report, which would then be opened afresh for ever."""
    until = now if filing.escalated else now + filing.hold
    if filing.expires_at is not None:
        until = max(now, min(until, filing.expires_at - HOLD_MARGIN))
    return replace(filing, state=FilingState.HELD, hold_until=until)


def set_right(filing: Filing, now: datetime) -> Filing:
    """The filing without times that this clock can't have given: they come from one that was far ahead.

    Left as they are, a hold of minutes would last for days, and the agency delete the report meanwhile. When
    it was opened in truth is not known: if it was deleted since, /finish says so and it is opened afresh.
    """
    if filing.state.ended:
        return filing
    latest = now + CLOCK_OFF
    right = replace(
        filing,
        opened_at=now if filing.opened_at is not None and filing.opened_at > latest else filing.opened_at,
        changed_at=now if filing.changed_at is not None and filing.changed_at > latest else filing.changed_at,
        retry_at=None if filing.retry_at is not None and filing.retry_at > latest else filing.retry_at,
    )
    until = right.hold_until
    if right.state is FilingState.HELD and until is not None and until > latest + right.hold:
        return _held(right, now)
    return right


def _lost_answer(filing: Filing) -> Filing | None:
    """What an intent without an outcome means after a restart; None where there is none to settle."""
    if filing.state is FilingState.CONFIRMED and filing.intent is Call.SUBMIT:
        return replace(filing, intent=None)
    if any(file.intent is not None for file in filing.files) and filing.state in (
        FilingState.OPENED,
        FilingState.UPLOADING,
    ):
        return _reopen(filing, "An answer was lost; the report is retracted and opened afresh.")
    if filing.state is FilingState.FINISHING and filing.intent is not None:
        return replace(filing, intent=None, finish_unknown=True)
    if filing.state is FilingState.RETRACTING and filing.intent is not None:
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
            return _with_refusal(filing, _after_retract(base, reply, spread))


def _with_refusal(before: Filing, after: Filing) -> Filing:
    """Why the report was refused is what a person needs to mend it: retracting does not wipe it out."""
    if before.retract_for is not RetractFor.REFUSED or after.state is FilingState.FILED:
        return after
    said = before.error.split(NOT_RETRACTED)[0]
    words = said if after.state.ended else f"{said}{NOT_RETRACTED}{after.error}"
    return replace(after, error=words, error_code=before.error_code)


NOT_RETRACTED = "\nThe open report could not be retracted yet: "
NOT_DONE = "The service could not be reached, or could not do it now. It is asked again."
NO_CLEAR_ANSWER = "No clear answer came from the service. It is asked again."
NOT_AUTHORISED = "The service did not accept the credentials. Mend them in Settings"
GOES_ON = "The filing waits, and goes on by itself once that is done."


def _not_authorised(reply: Reply) -> bool:
    return reply.kind is OutcomeKind.REFUSED and (
        reply.http_status in HTTP_NOT_AUTHORISED or reply.code in CODES_NOT_AUTHORISED
    )


def _again(filing: Filing, reply: Reply, spread: float) -> Filing:
    if _not_authorised(reply):
        words = f"{(reply.description or NOT_AUTHORISED).rstrip('.')}. {GOES_ON}"
    else:
        words = reply.description or (NOT_DONE if reply.kind is OutcomeKind.TRY_AGAIN else NO_CLEAR_ANSWER)
    return replace(
        filing,
        tries=filing.tries + 1,
        retry_at=reply.at + backoff(filing.tries, spread),
        error=words,
        error_code=reply.code,
    )


def _refused(filing: Filing, reply: Reply) -> Filing:
    """The service said no: retract what is open, then give the draft back."""
    said = replace(
        filing,
        error=reply.description or "The service refused the report.",
        error_code=reply.code,
        retry_at=None,
        tries=0,
    )
    if filing.report_id is None:
        return replace(said, state=FilingState.REFUSED, ended_at=reply.at)
    return replace(said, state=FilingState.RETRACTING, retract_for=RetractFor.REFUSED)


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
    if reply.kind is OutcomeKind.REFUSED and not _not_authorised(reply):
        return _refused(filing, reply)
    return _again(filing, reply, spread)


def _not_attached(filing: Filing, reply: Reply, spread: float) -> Filing | None:
    """What a refused or postponed upload or file details make of the filing; None for other answers."""
    if reply.kind is OutcomeKind.TRY_AGAIN or _not_authorised(reply):
        return _again(filing, reply, spread)
    if reply.kind is not OutcomeKind.REFUSED:
        return None
    if reply.code in (CODE_NO_REPORT, CODE_RETRACTED):
        return _opened_afresh(filing, "The report was no longer there; it is opened afresh.", reply, spread)
    if reply.code == CODE_NO_FILE:
        return _reopen(filing, "The service had lost a file; the report is retracted and opened afresh.")
    return _refused(filing, reply)


def _after_upload(filing: Filing, act: Act, reply: Reply, spread: float) -> Filing:
    other = _not_attached(filing, reply, spread)
    if other is not None:
        return other
    if reply.kind is OutcomeKind.UNKNOWN or not reply.file_id:
        return _reopen(filing, "The answer to an upload was lost; the report is retracted and opened afresh.")
    file = filing.files[act.file_index or 0]
    if reply.sent_sha256 is not None and reply.sent_sha256 != file.sha256:
        changed = replace(reply, description="The file on disk is not the one that was confirmed.", code=None)
        return _refused(filing, changed)
    if reply.md5 is None or reply.md5.lower() != file.md5.lower():
        return _reopen(filing, "The service holds other bytes than were sent; the report is retracted.")
    files = tuple(replace(f, file_id=reply.file_id) if f.index == file.index else f for f in filing.files)
    return replace(
        filing, state=FilingState.UPLOADING, files=files, changed_at=reply.at, retry_at=None, tries=0
    )


def _after_fileinfo(filing: Filing, act: Act, reply: Reply, spread: float) -> Filing:
    other = _not_attached(filing, reply, spread)
    if other is not None:
        return other
    if reply.kind is OutcomeKind.UNKNOWN:
        return _reopen(
            filing, "The answer to file details was lost; the report is retracted and opened afresh."
        )
    files = tuple(replace(f, detailed=True) if f.index == act.file_index else f for f in filing.files)
    return replace(filing, files=files, changed_at=reply.at, retry_at=None, tries=0)


def _opened_afresh(filing: Filing, why: str, reply: Reply, spread: float) -> Filing:
    """Back to confirmed: the old report is known to be gone or retracted.

    The first time at once; from then on it waits longer each time, so that a
    lasting fault (a proxy that alters files) does not open reports without end.
    """
    fresh = replace(
        filing,
        state=FilingState.CONFIRMED,
        report_id=None,
        opened_at=None,
        changed_at=None,
        hold_until=None,
        finish_unknown=False,
        retract_for=None,
        retry_at=None if filing.attempt < 2 else reply.at + backoff(filing.attempt - 2, spread),
        tries=0,
        error=why,
        error_code=None,
        files=tuple(file.fresh() for file in filing.files),
    )
    if filing.attempt < MAX_ATTEMPTS or filing.take_back:
        return fresh
    words = f"{filing.attempt} reports were opened for it and none could be completed. The last time: {why}"
    return replace(fresh, state=FilingState.REFUSED, ended_at=reply.at, retry_at=None, error=words)


def _after_finish(filing: Filing, reply: Reply, spread: float) -> Filing:
    finished = reply.kind is OutcomeKind.ACCEPTED or reply.code == CODE_FINISHED
    if finished:
        return replace(filing, state=FilingState.FILED, ended_at=reply.at, retry_at=None, tries=0)
    if reply.kind is OutcomeKind.REFUSED and not _not_authorised(reply):
        if reply.code == CODE_NO_REPORT:
            why = "The agency had deleted the open report: it was not filed. It is opened afresh."
            return _opened_afresh(filing, why, reply, spread)
        if reply.code == CODE_RETRACTED:
            return _opened_afresh(
                filing, "The report had been retracted; it is opened afresh.", reply, spread
            )
        return _refused(filing, reply)
    again = _again(filing, reply, spread)
    if reply.kind is OutcomeKind.UNKNOWN:
        return replace(again, finish_unknown=True)
    # Surely not done by this call: unless an earlier one may have been, a person can still take it back.
    return again if filing.finish_unknown else replace(again, state=FilingState.HELD)


def _after_retract(filing: Filing, reply: Reply, spread: float) -> Filing:
    if reply.code == CODE_FINISHED and reply.kind is not OutcomeKind.ACCEPTED:
        return replace(
            filing, state=FilingState.FILED, ended_at=reply.at, retract_for=None, retry_at=None, tries=0
        )
    gone = reply.kind is OutcomeKind.ACCEPTED or reply.code in (CODE_RETRACTED, CODE_NO_REPORT)
    if not gone:
        return _again(filing, reply, spread)
    ended = replace(filing, ended_at=reply.at, retry_at=None, tries=0)
    if filing.retract_for is RetractFor.TAKE_BACK:
        return replace(ended, state=FilingState.WITHDRAWN)
    if filing.retract_for is RetractFor.REFUSED:
        return replace(ended, state=FilingState.REFUSED)
    why = "The report was retracted and is opened afresh."
    return _opened_afresh(filing, why, reply, spread)
