"""Filings to and from their rows, and when each of them is next due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from desk.domain.filing import ActKind, Call, FileState, Filing, FilingState, RetractFor, next_act
from desk.storage.columns import EPOCH
from desk.storage.repositories.base import Record, batched
from desk.storage.repositories.prepared import Prepared
from desk.storage.tables import filing_files, filings

ESCALATED, NORMAL, AT_AN_END = 0, 1, 2

_F, _P = filings.c, filing_files.c

FILING_COLUMNS = (
    _F.id,
    _F.case_number,
    _F.state,
    _F.hold,
    _F.confirmed_at,
    _F.confirmed_by,
    _F.escalated,
    _F.report_id,
    _F.attempt,
    _F.opened_at,
    _F.changed_at,
    _F.hold_until,
    _F.file_now,
    _F.take_back,
    _F.retract_for,
    _F.intent,
    _F.retry_at,
    _F.tries,
    _F.error,
    _F.error_code,
    _F.request_id,
    _F.ended_at,
    _F.awaiting,
    _F.finish_unknown,
)
"""Everything of a Filing but its files: no documents are read where nobody asks for them."""

_FILE_COLUMNS = (
    _P.filing_id,
    _P.position,
    _P.content_id,
    _P.name,
    _P.sha256,
    _P.md5,
    _P.size,
    _P.file_id,
    _P.detailed,
    _P.intent,
)


def read_filings(connection: Connection, rows: Iterable[Record]) -> list[Filing]:
    """The filings of these rows (with FILING_COLUMNS), in the same order, with their files."""
    kept = list(rows)
    files: dict[int, list[FileState]] = {row.id: [] for row in kept}
    for ids in batched(files):
        query = select(*_FILE_COLUMNS).where(_P.filing_id.in_(ids)).order_by(_P.filing_id, _P.position)
        for row in connection.execute(query):
            files[row.filing_id].append(file_state(row))
    return [_filing(row, tuple(files[row.id])) for row in kept]


_FILES_OF_ONE = Prepared(
    select(*_FILE_COLUMNS).where(_P.filing_id == bindparam("b_id")).order_by(_P.position)
)


def read_filing(connection: Connection, row: Record) -> Filing:
    """The filing of this row (with FILING_COLUMNS): the outbox reads one at every step."""
    return _filing(row, tuple(map(file_state, _FILES_OF_ONE.all(connection, {"b_id": row.id}))))


def file_state(row: Record) -> FileState:
    return FileState(
        index=row.position,
        content_id=row.content_id,
        name=row.name,
        sha256=row.sha256,
        md5=row.md5,
        size=row.size,
        file_id=row.file_id,
        detailed=row.detailed,
        intent=None if row.intent is None else Call(row.intent),
    )


def _filing(row: Record, files: tuple[FileState, ...]) -> Filing:
    return Filing(
        id=row.id,
        case_number=row.case_number,
        state=FilingState(row.state),
        files=files,
        hold=row.hold,
        confirmed_at=row.confirmed_at,
        confirmed_by=row.confirmed_by,
        escalated=row.escalated,
        report_id=row.report_id,
        attempt=row.attempt,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        hold_until=row.hold_until,
        file_now=row.file_now,
        take_back=row.take_back,
        retract_for=None if row.retract_for is None else RetractFor(row.retract_for),
        intent=None if row.intent is None else Call(row.intent),
        retry_at=row.retry_at,
        tries=row.tries,
        error=row.error,
        error_code=row.error_code,
        request_id=row.request_id,
        ended_at=row.ended_at,
        awaiting=row.awaiting,
        finish_unknown=row.finish_unknown,
    )


def standing(filing: Filing) -> dict[str, Any]:
    """The columns that say where the filing stands; what was confirmed is not among them."""
    return places(filing) | {"due_at": due_at(filing)}


def places(filing: Filing) -> dict[str, Any]:
    """:func:`standing`, without the time when it is due."""
    return {
        "state": filing.state.value,
        "report_id": filing.report_id,
        "attempt": filing.attempt,
        "opened_at": filing.opened_at,
        "changed_at": filing.changed_at,
        "hold_until": filing.hold_until,
        "file_now": filing.file_now,
        "take_back": filing.take_back,
        "retract_for": None if filing.retract_for is None else filing.retract_for.value,
        "intent": None if filing.intent is None else filing.intent.value,
        "retry_at": filing.retry_at,
        "tries": filing.tries,
        "error": filing.error,
        "error_code": filing.error_code,
        "request_id": filing.request_id,
        "ended_at": filing.ended_at,
        "finish_unknown": filing.finish_unknown,
        "turn": _turn(filing),
    }


def _turn(filing: Filing) -> int:
    if filing.state.ended:
        return AT_AN_END
    return ESCALATED if filing.escalated else NORMAL


def due_at(filing: Filing) -> datetime | None:
    """When the state machine has something to do with the filing: the epoch for at once, None for never.

    The machine itself is asked, so that the outbox is never woken for a filing it would only put back.
    """
    at = EPOCH
    for _ in range(4):  # a retry may lead to a wait: few steps, and never a loop
        act = next_act(filing, at)
        if act.kind is ActKind.NOTHING:
            return None
        if act.kind is ActKind.WAIT and act.until is None:
            return None
        if act.kind is not ActKind.WAIT or act.until is None or act.until <= at:
            break
        at = act.until
    return at
