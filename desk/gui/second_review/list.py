"""How a second review is painted in the list: which case, by which rule, since when, and how it stands."""

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
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desk.gui import theme
from desk.gui import words as desk_words
from desk.gui.second_review import words
from desk.gui.widgets.common import focus_ring
from desk.gui.words import joined, tr
from desk.ports import Clock
from desk.services.second_review import ReviewLine

ROW_HEIGHT = 60
LINE = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex


class ReviewModel(QAbstractListModel):
    """Lines as they were read; ``set`` keeps the same rows where nothing changed."""

    def __init__(self, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._clock = clock
        self.rows: tuple[ReviewLine, ...] = ()

    def set(self, rows: tuple[ReviewLine, ...]) -> None:
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
        if role == LINE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return joined([self.title(row), words.state(row.review)[0], self.below(row)])
        return None

    @staticmethod
    def title(row: ReviewLine) -> str:
        return tr("Case {number}", number=row.review.case_number)

    def below(self, row: ReviewLine) -> str:
        review = row.review
        when = review.reviewed_at or review.made_at
        old = desk_words.age(when, self._clock.now())
        return joined([review.rule, old])


class ReviewDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, model = index.data(LINE), index.model()
        if not isinstance(row, ReviewLine) or not isinstance(model, ReviewModel):
            return
        rect = QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, theme.colour("selected" if chosen else "surface"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(theme.S3, 9, -theme.S3, -9)
        small = theme.sans(theme.SMALL, tabular=True)
        said, colour, _ = words.state(row.review)
        painter.setFont(small)
        painter.setPen(theme.colour(colour))
        top = QRect(inner.x(), inner.y(), inner.width(), 20)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), said)
        room = inner.width() - QFontMetrics(small).horizontalAdvance(said) - theme.S2
        line = QRect(inner.x(), inner.y(), room, 20)
        self._line(painter, theme.sans(theme.BODY, QFont.Weight.Medium), "text", line, model.title(row))
        below = QRect(inner.x(), inner.y() + 22, inner.width(), 20)
        self._line(painter, small, "muted", below, model.below(row))
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


class ReviewList(QListView):
    """``chosen`` carries the ReviewLine in focus, or None; ``opened`` comes with Enter or a double click."""

    chosen = Signal(object)
    opened = Signal()

    def __init__(self, model: ReviewModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(ReviewDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Second reviews"))
        self.selectionModel().selectionChanged.connect(self._current)
        self.doubleClicked.connect(self._double)

    def current(self) -> ReviewLine | None:
        chosen = self.selectedIndexes()
        row = chosen[0].data(LINE) if chosen else None
        return row if isinstance(row, ReviewLine) else None

    def choose(self, review_id: int | None) -> None:
        """The review of this number, else the first."""
        model = self.model()
        assert isinstance(model, ReviewModel)
        at = next((n for n, row in enumerate(model.rows) if row.review.id == review_id), 0)
        if model.rows:
            self.setCurrentIndex(model.index(at))
        self._current()

    def _current(self, *_indexes: object) -> None:
        self.chosen.emit(self.current())

    def _double(self, *_indexes: object) -> None:
        self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.opened.emit()
            return
        super().keyPressEvent(event)
