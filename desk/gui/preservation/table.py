"""The table of what is preserved: how a row is painted, and its keys."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from desk.domain.preservation import Preservation
from desk.gui import icons, theme
from desk.gui.preservation.model import (
    CASE,
    FILED,
    ITEM,
    LEFT,
    MADE,
    REPORT,
    STANDING,
    TODAY,
    UNTIL,
    PreservationModel,
)
from desk.gui.preservation.words import standing_words
from desk.gui.words import tr

Index = QModelIndex | QPersistentModelIndex
WIDTHS = ((UNTIL, 104), (LEFT, 92), (STANDING, 118), (REPORT, 96), (FILED, 96), (MADE, 72))
NARROW, NARROWER = 720, 620
"""Below these widths how it was made is left out, then the day of filing: the pane says both."""


class RowDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, theme.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(ITEM)
        if not isinstance(item, Preservation):
            return
        rect = QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, theme.colour("selected" if chosen else "surface"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        room = rect.adjusted(theme.S2 + 1, 0, -theme.S1, 0)
        said, role, icon = standing_words(item, index.data(TODAY))
        font = theme.sans(theme.BODY, tabular=True)
        colour = "text"
        if index.column() == STANDING:
            icons.draw(painter, icon, role, room.x(), room.center().y() - 7, 14)
            room.setLeft(room.x() + 20)
            font, colour = theme.sans(theme.SMALL, QFont.Weight.Medium), role
        elif index.column() in (LEFT, FILED, MADE):
            font, colour = theme.sans(theme.SMALL, tabular=True), "muted"
        if item.destroyed_at is not None and index.column() != STANDING:
            colour = "muted"
        painter.setFont(font)
        painter.setPen(theme.colour(colour))
        text = said if index.column() == STANDING else str(index.data() or "")
        cut = Qt.TextElideMode.ElideMiddle if index.column() == CASE else Qt.TextElideMode.ElideRight
        shown = QFontMetrics(font).elidedText(text, cut, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
        painter.restore()


class KeptTable(QTableView):
    """``chosen`` carries the Preservation in focus, or None; Enter or a double click emits ``opened``."""

    chosen = Signal(object)
    opened = Signal()

    def __init__(self, model: PreservationModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setProperty("fills", True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setAccessibleName(tr("What is preserved"))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(CASE, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS:
            self.setColumnWidth(column, width)
        self.doubleClicked.connect(self._double)
        self.selectionModel().selectionChanged.connect(self._current)

    def current(self) -> Preservation | None:
        rows = self.selectionModel().selectedRows()
        item = rows[0].data(ITEM) if rows else None
        return item if isinstance(item, Preservation) else None

    def _current(self, *_indexes: object) -> None:
        self.chosen.emit(self.current())

    def _double(self, *_indexes: object) -> None:
        self.opened.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnHidden(MADE, self.width() < NARROW)
        self.setColumnHidden(FILED, self.width() < NARROWER)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.opened.emit()
            return
        super().keyPressEvent(event)
