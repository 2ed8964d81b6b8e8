"""Filings as plain values, for states that are hard to come by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.domain.filing import FileState, Filing, FilingState
from desk.ports import FilingRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def a_file(index: int, **more: Any) -> FileState:
    return replace(
        FileState(index, f"c{index}", f"picture-{index}.png", f"{index:064x}", f"{index:032x}", 1000 + index),
        **more,
    )


def a_filing(id_: int, state: FilingState, **more: Any) -> Filing:
    opened = state is not FilingState.CONFIRMED
    plain = Filing(
        id=id_,
        case_number=100 + id_,
        state=state,
        files=(a_file(0),),
        hold=timedelta(minutes=5),
        confirmed_at=NOW - timedelta(minutes=1),
        confirmed_by=1,
        report_id=str(9000 + id_) if opened else None,
        attempt=1 if opened else 0,
        opened_at=NOW if opened else None,
        changed_at=NOW if opened else None,
        hold_until=NOW + timedelta(minutes=5) if state is FilingState.HELD else None,
    )
    return replace(plain, **more)


def a_row(filing: Filing) -> FilingRow:
    return FilingRow(
        filing, f"practice-{filing.id}", "Child Sex Trafficking", "Robin Example", "http://127.0.0.1:1/ispws"
    )
