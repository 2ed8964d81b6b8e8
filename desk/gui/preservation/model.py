"""What is preserved as a table model, what ends first at the top; more is read where the view looks."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desk.domain.errors import DeskError
from desk.domain.preservation import SOON_DAYS, Preservation, Standing
from desk.gui.preservation.words import left_words, made_words, standing_words, until_words
from desk.gui.session import Session
from desk.gui.words import joined, moment, tr, utc

PAGE = 200
UNTIL, LEFT, STANDING, REPORT, CASE, FILED, MADE = range(7)
ITEM = Qt.ItemDataRole.UserRole
TODAY = Qt.ItemDataRole.UserRole + 1
EVER = (date(1, 1, 1), date(9999, 12, 31))
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is shown. ``view``: all, kept, soon, held, over, destroyed. ``month``: such as 2027-11."""

    view: str = "all"
    month: str = ""
    text: str = ""

    @property
    def standing(self) -> Standing | None:
        if self.view == "all":
            return None
        return Standing.KEPT if self.view == "soon" else Standing(self.view)

    def ends(self, today: date) -> tuple[date, date] | None:
        """The days between which it ends; of 'all', everything that is not destroyed."""
        if self.month:
            year, month = (int(part) for part in self.month.split("-"))
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        if self.view == "soon":
            return today, today + timedelta(days=SOON_DAYS)
        return EVER if self.view == "all" else None


class PreservationModel(QAbstractTableModel):
    """``loaded`` carries how many rows are there; ``failed`` a DeskError."""

    loaded = Signal(int)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: list[Preservation] = []
        self._today = date.min
        self._wanted = Wanted()
        self._more = self._asking = False
        self._turn = 0
        self._headings = (
            tr("Until"),
            tr("Left"),
            tr("Standing"),
            tr("Report"),
            tr("Case"),
            tr("Filed"),
            tr("Made"),
        )

    @property
    def wanted(self) -> Wanted:
        return self._wanted

    def rows(self) -> list[Preservation]:
        """Those read so far."""
        return list(self._rows)

    def show_wanted(self, wanted: Wanted) -> None:
        """Show others, from the top."""
        self._wanted = wanted
        self._ask_anew(PAGE)

    def reload(self) -> None:
        """Ask again from the top; what is shown stays until the answer is there."""
        self._ask_anew(max(PAGE, len(self._rows)))

    def _ask_anew(self, count: int) -> None:
        self._turn += 1
        self._ask(0, count)

    def _ask(self, start: int, count: int) -> None:
        service, operator = self._session.desk.preservation, self._session.operator
        wanted, turn = self._wanted, self._turn
        self._asking = True

        def read() -> tuple[date, list[Preservation]]:
            today = service.today()
            found = service.list(
                operator,
                standing=wanted.standing,
                ends=wanted.ends(today),
                text=wanted.text,
                offset=start,
                limit=count,
            )
            return today, [*found]

        def take(answer: tuple[date, list[Preservation]]) -> None:
            if turn == self._turn:
                self._take(start, count, *answer)

        def refuse(problem: DeskError) -> None:
            if turn == self._turn:
                self._asking = False
                self.failed.emit(problem)

        self._session.runner.run_read(read, take, refuse, owner=self)

    def _take(self, start: int, count: int, today: date, found: list[Preservation]) -> None:
        self._asking, self._more = False, len(found) == count
        if start == 0:
            if found != self._rows or today != self._today:
                self.beginResetModel()
                self._rows, self._today = found, today
                self.endResetModel()
        elif found:
            self.beginInsertRows(QModelIndex(), start, start + len(found) - 1)
            self._rows.extend(found)
            self.endInsertRows()
        self.loaded.emit(len(self._rows))

    def place(self, case_number: int) -> QModelIndex:
        """The first row of this case among those read, else an invalid index."""
        for at, item in enumerate(self._rows):
            if item.case_number == case_number:
                return self.index(at, 0)
        return QModelIndex()

    # what Qt asks ---------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headings)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._asking

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._ask(len(self._rows), PAGE)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        item = self._rows[index.row()]
        if role == ITEM:
            return item
        if role == TODAY:
            return self._today
        if role == Qt.ItemDataRole.ToolTipRole:
            return utc(item.filed_at) if index.column() == FILED else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(item, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return joined([self._cell(item, column) for column in range(len(self._headings))])
        return None

    def _cell(self, item: Preservation, column: int) -> str:
        if column == UNTIL:
            return until_words(item)
        if column == LEFT:
            return left_words(item, self._today)
        if column == STANDING:
            return standing_words(item, self._today)[0]
        if column == REPORT:
            return item.report_id
        if column == CASE:
            return item.platform_id
        return moment(item.filed_at).split(" ")[0] if column == FILED else made_words(item)
