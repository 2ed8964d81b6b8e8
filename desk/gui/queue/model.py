"""The queue as a table model over any number of cases: rows are asked for where the view looks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal

from desk.domain.case import CaseRow, CaseState, SourceKind
from desk.domain.errors import DeskError
from desk.gui.session import Session
from desk.gui.words import age, tr
from desk.ports import CaseFilter
from desk.services.queue import QueuePage

PAGE = 200
PAGES_KEPT = 40
MOST_ASKED = 4
ROW = Qt.ItemDataRole.UserRole
SUMMARY, POLICY, SOURCE, AGE, COMPLETE, QUEUE, KEPT = range(7)
SORTED_BY = {SUMMARY: "urgency", SOURCE: "source", AGE: "age", COMPLETE: "completeness", KEPT: "kept"}
"""The orders that a click on a heading gives; a second click turns them round."""
Index = QModelIndex | QPersistentModelIndex


def source_words(source: SourceKind) -> str:
    """How the case was found, in words."""
    return {
        SourceKind.USER_REPORT: tr("User report"),
        SourceKind.TRUSTED_FLAGGER: tr("Trusted flagger"),
        SourceKind.LAW_ENFORCEMENT_REQUEST: tr("Law enforcement"),
        SourceKind.PROACTIVE_DETECTION: tr("Proactive detection"),
        SourceKind.AI_DETECTION: tr("AI detection"),
        SourceKind.HASH_MATCH: tr("Hash match"),
    }[source]


def state_words(row: CaseRow) -> str:
    """What is special about the case's state; empty for a plain open case."""
    return {
        CaseState.SNOOZED: tr("Snoozed"),
        CaseState.ESCALATED: tr("Escalated"),
        CaseState.REPORTING: tr("Report on its way"),
        CaseState.REPORTED: tr("Reported"),
        CaseState.CLOSED: tr("Closed"),
    }.get(row.state, "")


class QueueModel(QAbstractTableModel):
    """Pages of rows, the least recently used forgotten; what is not there yet is asked for when painted."""

    loaded = Signal(int)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filter = CaseFilter()
        self._total = 0
        self._pages: OrderedDict[int, tuple[CaseRow, ...]] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0
        self.capped = False
        self._headings = (
            tr("Case"),
            tr("Policy"),
            tr("Source"),
            tr("Age"),
            tr("Complete"),
            tr("Queue"),
            tr("Platform keeps"),
        )

    @property
    def filter(self) -> CaseFilter:
        return self._filter

    def set_filter(self, wanted: CaseFilter) -> None:
        """Show other cases, from the top."""
        self._filter = wanted
        self.reload()

    def reload(self) -> None:
        """Ask again; what is shown stays until the answer is there, so that the layout keeps still."""
        self._generation += 1
        self._asked.clear()
        self._ask(0, fresh=True)

    def _ask(self, page: int, *, fresh: bool = False) -> None:
        if page in self._asked or (len(self._asked) >= MOST_ASKED and not fresh):
            return  # the view is painted again when one of them comes: then what is in view is asked for
        self._asked.add(page)
        generation, wanted = self._generation, self._filter
        queue, operator = self._session.desk.queue, self._session.operator

        def take(result: QueuePage) -> None:
            if generation == self._generation:
                self._take(page, result, fresh)

        self._session.runner.run_read(
            lambda: queue.page(operator, wanted, offset=page * PAGE, limit=PAGE),
            take,
            self._problem,
            owner=self,
        )

    @property
    def total(self) -> int:
        return self._total

    def _take(self, page: int, result: QueuePage, fresh: bool) -> None:
        self._asked.discard(page)
        self.capped = result.capped
        if fresh or result.total != self._total:
            self.beginResetModel()
            if fresh:
                self._pages.clear()
            self._total = result.total
            self._pages[page] = result.rows
            self.endResetModel()
        else:
            self._pages[page] = result.rows
            first, last = page * PAGE, min(self._total, page * PAGE + len(result.rows)) - 1
            if first <= last:  # nothing came for a page past the end: cases left meanwhile
                self.dataChanged.emit(self.index(first, 0), self.index(last, KEPT))
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        self.loaded.emit(self._total)

    def _problem(self, problem: DeskError) -> None:
        self._asked.clear()
        self.failed.emit(problem)

    def row(self, index: int) -> CaseRow | None:
        """The case in this row, None while it is being read."""
        page = index // PAGE
        rows = self._pages.get(page)
        if rows is None:
            self._ask(page)
            return None
        self._pages.move_to_end(page)
        place = index - page * PAGE
        return rows[place] if place < len(rows) else None

    def find(self, number: int) -> int | None:
        """The row of this case among those read, else None."""
        for page, rows in self._pages.items():
            for place, row in enumerate(rows):
                if row.number == number:
                    return page * PAGE + place
        return None

    # what Qt asks ---------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._total

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == AGE:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row(index.row())
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, 40)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _CELLS[index.column()](row, self._session)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (
                accessible(row, self._session)
                if index.column() == SUMMARY
                else _CELLS[index.column()](row, self._session)
            )
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == SUMMARY:
            return row.summary
        return None


def _summary(row: CaseRow, _session: Session) -> str:
    return row.summary or tr("No summary")


def _age(row: CaseRow, session: Session) -> str:
    return age(row.occurred_at, session.desk.clock.now())


def kept_words(row: CaseRow, now: datetime) -> str:
    """How long the platform's own copy is there, in whole days."""
    if row.kept_until is None:
        return ""
    days = (row.kept_until - now).days
    if days < 0:
        return tr("may be gone")
    return tr("less than a day") if days == 0 else tr("{n} days", n=days)


_CELLS: dict[int, Callable[[CaseRow, Session], str]] = {
    SUMMARY: _summary,
    POLICY: lambda row, _: row.policy,
    SOURCE: lambda row, _: source_words(row.source),
    AGE: _age,
    COMPLETE: lambda row, _: str(row.completeness),
    QUEUE: lambda row, _: row.queue,
    KEPT: lambda row, session: kept_words(row, session.desk.clock.now()),
}


def accessible(row: CaseRow, session: Session) -> str:
    """The row as one sentence for a screen reader."""
    parts = [
        tr("urgent") if row.urgent else "",
        _summary(row, session),
        row.policy,
        source_words(row.source),
        tr("known match") if row.known_match else "",
        tr("complete to {score} of 100", score=row.completeness),
        tr("claimed by {name}", name=row.claimed_by) if row.claimed_by else "",
        state_words(row),
    ]
    return ", ".join(part for part in parts if part)
