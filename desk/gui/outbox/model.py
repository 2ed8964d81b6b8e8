"""The outbox as a list: filings on their way, then a heading, then what ended today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desk.domain.filing import Filing, FilingState
from desk.domain.roles import Operator
from desk.gui.outbox import states
from desk.gui.session import Session
from desk.gui.words import local
from desk.ports import FilingRow
from desk.services.backup import BackupService
from desk.services.outbox import Outbox

ENTRY = Qt.ItemDataRole.UserRole
STEP = 200
REFUSED_FOR = timedelta(days=7)
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Listed:
    """What was read: rows on their way, rows that ended, and whether there are more of the first."""

    under_way: tuple[FilingRow, ...]
    ended: tuple[FilingRow, ...]
    more: bool
    stopped: frozenset[int] = frozenset()
    """Filings that stand still since a restore."""


def read(outbox: Outbox, operator: Operator, wanted: int, now: datetime) -> Listed:
    """Off the GUI thread: up to ``wanted`` rows on their way, and what ended and still matters."""
    rows: list[FilingRow] = []
    more = True
    while more and len(rows) < wanted:
        page = outbox.rows(operator, offset=len(rows))
        rows.extend(page)
        more = len(page) == STEP
    return Listed(tuple(rows), _still_matters(rows, outbox.rows(operator, ended=True), now), more)


def stopped(backup: BackupService) -> frozenset[int]:
    """Filings that stand still since the workspace was restored; for a reading thread."""
    restoring = backup.restoring()
    return frozenset(restoring.filings) if restoring is not None else frozenset()


def _still_matters(
    under_way: Sequence[FilingRow], ended: Sequence[FilingRow], now: datetime
) -> tuple[FilingRow, ...]:
    """What ended today, and the refused of the last days that nobody has mended yet."""
    latest: dict[int, int] = {}
    for row in (*under_way, *ended):
        case = row.filing.case_number
        latest[case] = max(latest.get(case, 0), row.filing.id)

    def shown(filing: Filing) -> bool:
        if filing.ended_at is None:
            return False
        if local(filing.ended_at).date() == local(now).date():
            return True
        fresh = now - filing.ended_at <= REFUSED_FOR
        return filing.state is FilingState.REFUSED and fresh and latest[filing.case_number] == filing.id

    kept = [row for row in ended if shown(row.filing)]
    kept.sort(key=lambda row: (row.filing.ended_at or now, row.filing.id), reverse=True)
    return tuple(kept)


class OutboxModel(QAbstractListModel):
    """Entries are FilingRows and headings (str). Rows that stay keep their place and selection."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._entries: list[FilingRow | str] = []
        self.stopped: frozenset[int] = frozenset()

    def set_entries(self, entries: list[FilingRow | str]) -> None:
        same = [_key(one) for one in entries] == [_key(one) for one in self._entries]
        if same:
            self._entries = entries
            if entries:
                self.dataChanged.emit(self.index(0, 0), self.index(len(entries) - 1, 0))
            return
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def rows(self) -> list[FilingRow]:
        """Every filing, without the headings."""
        return [one for one in self._entries if isinstance(one, FilingRow)]

    def place(self, filing_id: int) -> QModelIndex:
        """The index of this filing; an invalid one where it is not listed."""
        for at, one in enumerate(self._entries):
            if isinstance(one, FilingRow) and one.filing.id == filing_id:
                return self.index(at, 0)
        return QModelIndex()

    def first(self) -> QModelIndex:
        """The first filing."""
        rows = self.rows()
        return self.place(rows[0].filing.id) if rows else QModelIndex()

    # what Qt asks ---------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._entries[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if isinstance(entry, str):
            return entry if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.platform_id
        if role == Qt.ItemDataRole.AccessibleTextRole:
            now = self._session.desk.clock.now()
            if entry.filing.id in self.stopped:
                return f"{entry.platform_id}, {entry.incident_type}, {states.still_words()}"
            return states.accessible(entry.platform_id, entry.incident_type, entry.filing, now)
        return None


def _key(entry: FilingRow | str) -> int | str:
    return entry if isinstance(entry, str) else entry.filing.id
