"""The audit log as a table model, the newest entry first, read where the view looks."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desk.domain.errors import DeskError
from desk.gui import theme
from desk.gui.session import Session
from desk.gui.words import moment, tr, utc
from desk.services.auditing import LogFilter, ReadEntry

PAGE = 200
PAGES_KEPT = 30
NUMBER, WHEN, WHO, WHAT, CASE, FILING, FACTS = range(7)
ACT_COLUMNS = ((NUMBER, 64), (WHEN, 170), (WHO, 160), (WHAT, 170), (CASE, 64), (FILING, 64))
"""Widths of the columns in px; the last one takes what is left."""
ENTRY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class AuditModel(QAbstractTableModel):
    """Row 0 is the newest entry. ``size`` is the number of entries in the log."""

    loaded = Signal(int)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._size = 0
        self._generation = 0
        self._pages: OrderedDict[int, dict[int, ReadEntry]] = OrderedDict()
        self._asked: set[int] = set()
        self._wanted: LogFilter | None = None
        self._found: list[ReadEntry] = []
        self._more = False
        self._headings = (
            tr("No."),
            tr("When"),
            tr("Who"),
            tr("Act"),
            tr("Case"),
            tr("Filing"),
            tr("Facts"),
        )

    def set_filter(self, wanted: LogFilter | None) -> None:
        """Show what the filter lets through, everything without one."""
        self.beginResetModel()
        self._wanted, self._found, self._more = wanted, [], False
        self.endResetModel()
        self.reload()

    @property
    def filtered(self) -> bool:
        return self._wanted is not None

    def _find(self, before: int | None = None) -> None:
        auditing, operator, wanted = self._session.desk.auditing, self._session.operator, self._wanted
        if wanted is None:
            return

        def take(entries: list[ReadEntry]) -> None:
            if wanted == self._wanted:
                self._take_found(before, entries)

        self._session.runner.run_read(
            lambda: auditing.find(operator, wanted, before=before, limit=PAGE),
            take,
            self._problem,
            owner=self,
            key="find",
        )

    def _take_found(self, before: int | None, entries: list[ReadEntry]) -> None:
        self._more = len(entries) == PAGE
        if before is None:
            if entries != self._found[: len(entries)] or len(entries) != len(self._found):
                self.beginResetModel()
                self._found = entries
                self.endResetModel()
            self.loaded.emit(len(self._found))
            return
        if entries:
            first = len(self._found)
            self.beginInsertRows(QModelIndex(), first, first + len(entries) - 1)
            self._found += entries
            self.endInsertRows()
        self.loaded.emit(len(self._found))

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._wanted is not None and self._more

    def fetchMore(self, _parent: Index) -> None:
        self._more = False
        self._find(self._found[-1].index)

    def reload(self) -> None:
        """Read the head again; entries already read stay, for they never change."""
        if self._wanted is not None:
            self._find()
            return
        auditing, operator = self._session.desk.auditing, self._session.operator
        self._session.runner.run_read(
            lambda: auditing.head(operator).size, self._sized, self.failed.emit, owner=self, key="head"
        )

    def _sized(self, size: int) -> None:
        if self._wanted is not None:
            return
        if size != self._size:
            self.beginResetModel()
            self._size = size
            last = size // PAGE
            for page in [p for p in self._pages if p >= last - 1]:
                del self._pages[page]
            self._asked.clear()
            self._generation += 1
            self.endResetModel()
        self.loaded.emit(size)

    def entry(self, row: int) -> ReadEntry | None:
        if self._wanted is not None:
            return self._found[row] if row < len(self._found) else None
        index = self._size - 1 - row
        page = index // PAGE
        entries = self._pages.get(page)
        if entries is None:
            self._ask(page)
            return None
        self._pages.move_to_end(page)
        return entries.get(index)

    def _ask(self, page: int) -> None:
        if page in self._asked:
            return
        self._asked.add(page)
        auditing, operator, generation = self._session.desk.auditing, self._session.operator, self._generation

        def take(entries: list[ReadEntry]) -> None:
            if generation == self._generation:
                self._take(page, entries)

        self._session.runner.run_read(
            lambda: auditing.entries(operator, start=page * PAGE, limit=PAGE), take, self._problem, owner=self
        )

    def _take(self, page: int, entries: list[ReadEntry]) -> None:
        self._asked.discard(page)
        self._pages[page] = {entry.index: entry for entry in entries}
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        if self._wanted is not None:
            return
        first = max(0, self._size - (page + 1) * PAGE)
        last = min(self._size - 1, self._size - 1 - page * PAGE)
        self.dataChanged.emit(self.index(first, 0), self.index(last, FACTS))

    def _problem(self, problem: DeskError) -> None:
        self._asked.clear()
        self.failed.emit(problem)

    def rowCount(self, parent: Index | None = None) -> int:
        if parent is not None and parent.isValid():
            return 0
        return self._size if self._wanted is None else len(self._found)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (NUMBER, CASE, FILING):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.entry(index.row())
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.ForegroundRole and index.column() in (NUMBER, FACTS):
            return theme.colour("muted")
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in (NUMBER, CASE, FILING):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if entry is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == NUMBER else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return utc(entry.at) if index.column() == WHEN else facts(entry)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _cell(entry, index.column())
        return None


def facts(entry: ReadEntry) -> str:
    """The entry's facts on one line."""
    return "  ".join(f"{key} {value}" for key, value in entry.facts.items() if value is not None)


def _cell(entry: ReadEntry, column: int) -> str:
    match column:
        case 0:
            return str(entry.index)
        case 1:
            return moment(entry.at)
        case 2:
            return entry.operator
        case 3:
            return entry.act
        case 4:
            return "" if entry.case_number is None else str(entry.case_number)
        case 5:
            return "" if entry.filing_id is None else str(entry.filing_id)
        case _:
            return facts(entry)
