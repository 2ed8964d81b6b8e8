"""How a request is painted in the list: what it is, who asked, when, and how it stands."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desk.gui import theme, words
from desk.gui.approvals.words import state_words
from desk.gui.widgets.common import focus_ring
from desk.gui.words import joined, tr
from desk.services.approvals import Request

ROW_HEIGHT = 60
REQUEST = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex


class RequestModel(QAbstractListModel):
    """Requests as they were read; ``set`` keeps the same rows where nothing changed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: tuple[Request, ...] = ()

    def set(self, rows: tuple[Request, ...]) -> None:
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == REQUEST:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return joined([tr(row.approval.title), row.asked_by, state_words(row.approval.state)[0]])
        return None


class RequestDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(REQUEST)
        if not isinstance(row, Request):
            return
        rect = QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, theme.colour("selected" if chosen else "surface"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(theme.S3, 9, -theme.S3, -9)
        small = theme.sans(theme.SMALL, tabular=True)
        said, colour, _ = state_words(row.approval.state)
        if row.may_agree:
            said, colour = tr("your turn"), "accent"
        painter.setFont(small)
        painter.setPen(theme.colour(colour))
        top = QRect(inner.x(), inner.y(), inner.width(), 20)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), said)
        room = inner.width() - QFontMetrics(small).horizontalAdvance(said) - theme.S2
        font = theme.sans(theme.BODY, QFont.Weight.Medium)
        line = QRect(inner.x(), inner.y(), room, 20)
        self._line(painter, font, "text", line, tr(row.approval.title))
        who = tr("you") if row.own else row.asked_by
        below = QRect(inner.x(), inner.y() + 22, inner.width(), 20)
        self._line(painter, small, "muted", below, joined([who, words.moment(row.approval.asked_at)]))
        view = option.widget
        if chosen and isinstance(view, QAbstractItemView) and view.hasFocus():
            focus_ring(painter, rect.toRectF())
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, font: QFont, role: str, rect: QRect, text: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.colour(role))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)


class RequestList(QListView):
    """``chosen`` carries the Request in focus, or None."""

    chosen = Signal(object)

    def __init__(self, model: RequestModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(RequestDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Requests"))
        self.selectionModel().selectionChanged.connect(self._current)

    def current(self) -> Request | None:
        chosen = self.selectedIndexes()
        row = chosen[0].data(REQUEST) if chosen else None
        return row if isinstance(row, Request) else None

    def choose(self, approval_id: int | None) -> None:
        """The request of this number, else the first."""
        model = self.model()
        assert isinstance(model, RequestModel)
        at = next((n for n, row in enumerate(model.rows) if row.approval.id == approval_id), 0)
        if model.rows:
            self.setCurrentIndex(model.index(at))
        self._current()

    def _current(self, *_indexes: object) -> None:
        self.chosen.emit(self.current())
