"""How a report is painted in the list: its id and day, its case, its state and type."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desk.gui import icons, theme, words
from desk.gui.outbox.states import type_short
from desk.gui.reports.model import ROW, Index, ReportsModel
from desk.gui.reports.states import body_name, row_name, row_state
from desk.gui.words import joined, tr
from desk.ports import ReportRow

ROW_HEIGHT = 80
WITH_TIME = 220
ICON = 14


class ReportDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW)
        if not isinstance(row, ReportRow):
            return
        rect = QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, theme.colour("selected" if chosen else "surface"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(theme.S3, 9, -theme.S3, -9)
        small = theme.sans(theme.SMALL, tabular=True)
        ended = row.filing.ended_at if row.filing is not None else None
        parts = words.moment(ended or row.at).split(" ")
        day = " ".join(parts[: 2 if inner.width() >= WITH_TIME else 1])
        painter.setFont(small)
        painter.setPen(theme.colour("muted"))
        top = QRect(inner.x(), inner.y(), inner.width(), 20)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), day)
        room = inner.width() - QFontMetrics(small).horizontalAdvance(day) - theme.S2
        font = theme.sans(theme.BODY, QFont.Weight.Medium, tabular=True)
        self._line(painter, font, "text", QRect(inner.x(), inner.y(), room, 20), row_name(row))
        body = body_name(row.elsewhere.first.body) if row.elsewhere is not None else ""
        about = joined([row.platform_id, body or type_short(row.incident_type)])
        self._line(painter, small, "muted", QRect(inner.x(), inner.y() + 21, inner.width(), 20), about)
        said, role, icon = row_state(row)
        y = inner.y() + 42
        icons.draw(painter, icon, role, inner.x(), y + 3, ICON)
        left = inner.x() + ICON + 6
        rest = QRect(left, y, inner.right() - left, 20)
        medium = theme.sans(theme.SMALL, QFont.Weight.Medium)
        self._line(painter, medium, role, rest, said)
        left += QFontMetrics(medium).horizontalAdvance(said) + theme.S2
        escalated = row.filing is not None and row.filing.escalated
        more = joined(
            [
                tr("escalated") if escalated else "",
                words.plural(row.others, "{n} more case", "{n} more cases") if row.others else "",
                words.plural(row.notes, "{n} note", "{n} notes") if row.notes else "",
            ]
        )
        if more and left < inner.right():
            self._line(painter, small, "muted", QRect(left, y, inner.right() - left, 20), "· " + more)
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, font: QFont, role: str, rect: QRect, text: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.colour(role))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)


class ReportList(QListView):
    """``chosen`` says that another row has the focus: see ``current``."""

    chosen = Signal()

    def __init__(self, model: ReportsModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(ReportDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("Reports"))
        # Not the current index: a list that gets the focus makes its first row current by itself.
        self.selectionModel().selectionChanged.connect(self._current)

    def current(self) -> ReportRow | None:
        chosen = self.selectedIndexes()
        row = chosen[0].data(ROW) if chosen else None
        return row if isinstance(row, ReportRow) else None

    def _current(self, *_indexes: object) -> None:
        if self.current() is not None:
            self.chosen.emit()
