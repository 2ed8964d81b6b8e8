"""Filed reports as a list, the newest first; more are read where the view looks."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desk.domain.errors import DeskError
from desk.gui import words
from desk.gui.session import Session
from desk.gui.words import tr
from desk.ports import FilingRow

ROW = Qt.ItemDataRole.UserRole
PAGE = 200
Index = QModelIndex | QPersistentModelIndex


class FiledModel(QAbstractListModel):
    """``loaded`` carries how many rows are there; ``failed`` a DeskError."""

    loaded = Signal(int)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: list[FilingRow] = []
        self._text, self._more, self._asking, self._turn = "", False, False, 0

    @property
    def text(self) -> str:
        return self._text

    def search(self, text: str) -> None:
        self._text = text
        self.reload()

    def reload(self) -> None:
        """Ask again from the top; what is shown stays until the answer is there."""
        self._turn += 1
        self._ask(0, max(PAGE, len(self._rows)))

    def _ask(self, start: int, wanted: int) -> None:
        outbox, operator, text, turn = (
            self._session.desk.outbox,
            self._session.operator,
            self._text,
            self._turn,
        )
        self._asking = True

        def read() -> tuple[list[FilingRow], bool]:
            found: list[FilingRow] = []
            more = True
            while more and len(found) < wanted:
                page = outbox.filed(operator, text=text, offset=start + len(found))
                found.extend(page)
                more = len(page) == PAGE
            return found, more

        def take(answer: tuple[list[FilingRow], bool]) -> None:
            if turn == self._turn:
                self._take(start, *answer)

        self._session.runner.run_read(read, take, self._problem, owner=self)

    def _take(self, start: int, found: list[FilingRow], more: bool) -> None:
        self._asking, self._more = False, more
        if start == 0:
            if [row.filing.id for row in found] != [row.filing.id for row in self._rows]:
                self.beginResetModel()
                self._rows = found
                self.endResetModel()
        elif found:
            self.beginInsertRows(QModelIndex(), start, start + len(found) - 1)
            self._rows.extend(found)
            self.endInsertRows()
        self.loaded.emit(len(self._rows))

    def _problem(self, problem: DeskError) -> None:
        self._asking = False
        self.failed.emit(problem)

    def place(self, filing_id: int) -> QModelIndex:
        """The index of this filing among those read, else an invalid one."""
        for at, row in enumerate(self._rows):
            if row.filing.id == filing_id:
                return self.index(at, 0)
        return QModelIndex()

    # what Qt asks ---------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._asking

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._ask(len(self._rows), PAGE)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.filing.report_id or ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tr(
                "report {report}, case {case}, {type}, filed {when}, confirmed by {name}",
                report=row.filing.report_id or "",
                case=row.platform_id,
                type=row.incident_type,
                when=words.moment(row.filing.ended_at or row.filing.confirmed_at),
                name=row.operator_name,
            )
        return None
