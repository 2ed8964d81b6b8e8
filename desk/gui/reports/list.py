"""How a filed report is painted in the list: its id and day, its case and type."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desk.gui import theme, words
from desk.gui.outbox.states import type_short
from desk.gui.reports.model import ROW, FiledModel, Index
from desk.gui.words import joined, tr
from desk.ports import FilingRow

ROW_HEIGHT = 60
WITH_TIME = 220


class ReportDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW)
        if not isinstance(row, FilingRow):
            return
        rect = QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, theme.colour("selected" if chosen else "surface"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(theme.S3, 9, -theme.S3, -9)
        when = row.filing.ended_at or row.filing.confirmed_at
        small = theme.sans(theme.SMALL, tabular=True)
        parts = words.moment(when).split(" ")
        day = " ".join(parts[: 2 if inner.width() >= WITH_TIME else 1])
        painter.setFont(small)
        painter.setPen(theme.colour("muted"))
        top = QRect(inner.x(), inner.y(), inner.width(), 20)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), day)
        room = inner.width() - QFontMetrics(small).horizontalAdvance(day) - theme.S2
        font = theme.sans(theme.BODY, QFont.Weight.Medium, tabular=True)
        self._line(painter, font, "text", QRect(inner.x(), inner.y(), room, 20), row.filing.report_id or "")
        told = joined([row.platform_id, type_short(row.incident_type)])
        self._line(painter, small, "muted", QRect(inner.x(), inner.y() + 22, inner.width(), 20), told)
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, font: QFont, role: str, rect: QRect, text: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.colour(role))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)


class ReportList(QListView):
    """``chosen`` carries the id of the filing in focus."""

    chosen = Signal(int)

    def __init__(self, model: FiledModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(ReportDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("Filed reports"))
        # Not the current index: a list that gets the focus makes its first row current by itself.
        self.selectionModel().selectionChanged.connect(self._current)

    def current(self) -> FilingRow | None:
        chosen = self.selectedIndexes()
        row = chosen[0].data(ROW) if chosen else None
        return row if isinstance(row, FilingRow) else None

    def _current(self, *_indexes: object) -> None:
        row = self.current()
        if row is not None:
            self.chosen.emit(row.filing.id)
