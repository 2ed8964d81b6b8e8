"""Reports as a list, the newest first; more are read where the view looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desk.domain.errors import DeskError
from desk.gui import words
from desk.gui.reports.states import row_name, row_state
from desk.gui.session import Session
from desk.gui.words import tr
from desk.ports import ReportFilter, ReportPlace, ReportRow, ReportState

ROW = Qt.ItemDataRole.UserRole
PAGE = 200
Index = QModelIndex | QPersistentModelIndex


class ReportsModel(QAbstractListModel):
    """``loaded`` carries how many rows are read, ``counted`` a mapping by state, ``failed`` a DeskError."""

    loaded = Signal(int)
    counted = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: list[ReportRow] = []
        self._filter = ReportFilter()
        self._more, self._asking, self._turn = False, False, 0

    @property
    def filter(self) -> ReportFilter:
        return self._filter

    def set_filter(self, wanted: ReportFilter) -> None:
        self._filter = wanted
        self.reload()

    def reload(self) -> None:
        """Ask again from the top; what is shown stays until the answer is there."""
        self._turn += 1
        self._ask(None, max(PAGE, len(self._rows)))
        reports, operator, wanted = self._session.desk.reports, self._session.operator, self._filter

        def take(counts: Mapping[ReportState, int]) -> None:
            self.counted.emit(counts)

        self._session.runner.run_read(
            lambda: reports.counts(operator, wanted), take, self.failed.emit, owner=self, key="counts"
        )

    def _ask(self, after: ReportPlace | None, limit: int) -> None:
        reports, operator, wanted = self._session.desk.reports, self._session.operator, self._filter
        turn = self._turn
        self._asking = True

        def take(found: Sequence[ReportRow]) -> None:
            if turn == self._turn:
                self._take(after, list(found), len(found) == limit)

        def refuse(problem: DeskError) -> None:
            if turn == self._turn:
                self._asking = False
                self.failed.emit(problem)

        self._session.runner.run_read(
            lambda: reports.rows(operator, wanted, after=after, limit=limit), take, refuse, owner=self
        )

    def _take(self, after: ReportPlace | None, found: list[ReportRow], more: bool) -> None:
        self._asking, self._more = False, more
        if after is None:
            if [row.place for row in found] != [row.place for row in self._rows]:
                self.beginResetModel()
                self._rows = found
                self.endResetModel()
            elif found:
                self._rows = found
                self.dataChanged.emit(self.index(0, 0), self.index(len(found) - 1, 0))
        elif found:
            start = len(self._rows)
            self.beginInsertRows(QModelIndex(), start, start + len(found) - 1)
            self._rows.extend(found)
            self.endInsertRows()
        self.loaded.emit(len(self._rows))

    def place(self, filing_id: int) -> QModelIndex:
        """The index of this filing among those read, else an invalid one."""
        for at, row in enumerate(self._rows):
            if row.filing is not None and row.filing.id == filing_id:
                return self.index(at, 0)
        return QModelIndex()

    # what Qt asks ---------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._asking

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._ask(self._rows[-1].place, PAGE)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row_name(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tr(
                "{report}, {state}, case {case}, {type}, {when}, confirmed by {name}",
                report=row_name(row),
                state=row_state(row)[0],
                case=row.platform_id,
                type=row.incident_type,
                when=words.moment(row.at),
                name=row.person,
            )
        return None
