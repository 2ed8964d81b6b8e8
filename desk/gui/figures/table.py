"""A table of figures: read by eye, keyboard and screen reader, copied as text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from desk.gui import theme

ROW = 32
MOST_ROWS = 12
"""Shown at once; the rest is scrolled to."""


class FigureTable(QTableWidget):
    """Cells are text already. The first column holds words, the others figures at the right."""

    def __init__(self, name: str, *, wide: int = 0, first: int = 0) -> None:
        """``wide``: the column that takes the room that is left; ``first``: the first one's width."""
        super().__init__()
        self._wide, self._first = wide, first
        self.setAccessibleName(name)
        self.setObjectName("figures")
        self.setFont(theme.sans(theme.SMALL, tabular=True))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setHighlightSections(False)

    def set_table(self, headings: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> None:
        """Show these rows; the first ``words`` columns and the last one, where it is wide, hold words."""
        self.setColumnCount(len(headings))
        self.setRowCount(len(rows))
        middle = Qt.AlignmentFlag.AlignVCenter
        for column, heading in enumerate(headings):
            text = column < words or column == self._wide
            side = Qt.AlignmentFlag.AlignLeft if text else Qt.AlignmentFlag.AlignRight
            head = QTableWidgetItem(heading)
            head.setTextAlignment(side | middle)
            self.setHorizontalHeaderItem(column, head)
            for n, row in enumerate(rows):
                item = QTableWidgetItem(row[column])
                item.setTextAlignment(side | middle)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{heading}: {row[column] or '–'}")
                self.setItem(n, column, item)
        header = self.horizontalHeader()
        for column in range(len(headings)):
            stretched = column == self._wide
            header.setSectionResizeMode(
                column,
                QHeaderView.ResizeMode.Stretch if stretched else QHeaderView.ResizeMode.ResizeToContents,
            )
        if self._first:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(0, self._first)
        shown = min(MOST_ROWS, max(1, len(rows)))
        self.setFixedHeight(shown * ROW + 40)
        if rows:
            self.selectionModel().setCurrentIndex(
                self.model().index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )

    def text(self) -> str:
        """Headings and the chosen rows (all, where none is chosen), with tabs between cells."""
        chosen = sorted({index.row() for index in self.selectedIndexes()}) or range(self.rowCount())
        columns = range(self.columnCount())
        lines = ["\t".join(self._cell(self.horizontalHeaderItem(column)) for column in columns)]
        lines += ["\t".join(self._cell(self.item(row, column)) for column in columns) for row in chosen]
        return "\n".join(lines)

    @staticmethod
    def _cell(item: QTableWidgetItem | None) -> str:
        return item.text() if item is not None else ""

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        super().keyPressEvent(event)
