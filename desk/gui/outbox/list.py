"""How a filing is painted in the outbox's list: its case, its state as a word, its five steps, its error."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desk.gui import icons, theme, words
from desk.gui.outbox import states
from desk.gui.outbox.model import ENTRY, Index, OutboxModel
from desk.gui.session import Session
from desk.gui.widgets.progress import StepTrack
from desk.gui.words import joined, tr
from desk.ports import FilingRow

ROW_HEIGHT, ERROR_HEIGHT, HEADING_HEIGHT = 84, 22, 40
TRACK_WIDTH = 620


class FilingDelegate(QStyledItemDelegate):
    def __init__(self, session: Session, view: QListView) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        # One track, painted at every row: a widget for each of a thousand would be a thousand widgets.
        self._track = StepTrack(states.steps())

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        entry = index.data(ENTRY)
        if isinstance(entry, str):
            return QSize(0, HEADING_HEIGHT)
        error = isinstance(entry, FilingRow) and states.error_words(entry.filing)
        return QSize(0, ROW_HEIGHT + (ERROR_HEIGHT if error else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = QRect(option.rect)
        entry = index.data(ENTRY)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(entry, str):
            self._heading(painter, rect, entry)
        elif isinstance(entry, FilingRow):
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            painter.fillRect(rect, theme.colour("selected" if selected else "surface"))
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
            self._filing(painter, rect, entry)
        painter.restore()

    @staticmethod
    def _heading(painter: QPainter, rect: QRect, words_: str) -> None:
        painter.fillRect(rect, theme.colour("ground"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setFont(theme.sans(theme.SMALL, QFont.Weight.DemiBold))
        painter.setPen(theme.colour("muted"))
        at = rect.adjusted(theme.S4, 8, -theme.S4, 0)
        painter.drawText(at, int(Qt.AlignmentFlag.AlignVCenter), words_)

    def _filing(self, painter: QPainter, rect: QRect, row: FilingRow) -> None:
        now = self._session.desk.clock.now()
        filing = row.filing
        if filing.escalated:
            painter.fillRect(QRect(rect.x(), rect.y(), 3, rect.height() - 1), theme.colour("warn"))
        left, right = rect.x() + theme.S4, rect.right() - theme.S4
        line = QRect(left, rect.y() + 8, right - left, 20)
        model = self._view.model()
        still = isinstance(model, OutboxModel) and filing.id in model.stopped
        right = self._state(painter, line, states.still_word() if still else states.word(filing))
        room = QRect(left, line.y(), max(0, right - left - theme.S3), line.height())
        self._title(painter, room, row, now)
        stands = states.standing(filing, now)
        still_role, still_detail = ("warn", states.still_word()[0]) if still else (stands.role, stands.detail)
        self._track.set_step(stands.at, still_role, still_detail)
        self._track.resize(min(TRACK_WIDTH, rect.width() - 2 * theme.S4), 38)
        painter.save()
        painter.translate(left, rect.y() + 36)
        self._track.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        painter.restore()
        error = states.error_words(filing)
        if error:
            at = rect.y() + ROW_HEIGHT - 6
            role = stands.role if stands.role in ("bad", "warn") else "muted"
            icons.draw(painter, "circle-alert", role, left, at + 1, 16)
            painter.setFont(theme.sans(theme.SMALL))
            painter.setPen(theme.colour("text"))
            room = QRect(left + 22, at, rect.width() - 2 * theme.S4 - 22, 18)
            shown = painter.fontMetrics().elidedText(error, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)

    @staticmethod
    def _state(painter: QPainter, line: QRect, word: tuple[str, str, str]) -> int:
        """The state's word at the right; returns where it begins."""
        text, role, icon = word
        font = theme.sans(theme.SMALL, QFont.Weight.Medium)
        width = QFontMetrics(font).horizontalAdvance(text)
        start = line.right() - width - 20
        icons.draw(painter, icon, role, start, line.y() + 2, 16)
        painter.setFont(font)
        painter.setPen(theme.colour(role))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
        return start

    @staticmethod
    def _title(painter: QPainter, line: QRect, row: FilingRow, now: datetime) -> None:
        font = theme.sans(theme.BODY, QFont.Weight.Medium)
        painter.setFont(font)
        x = line.x()
        if row.filing.escalated:
            urgent = tr("Urgent")
            painter.setPen(theme.colour("warn"))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), urgent)
            x += QFontMetrics(font).horizontalAdvance(urgent) + theme.S2
        painter.setPen(theme.colour("text"))
        room = QRect(x, line.y(), max(0, line.right() - x), line.height())
        shown = QFontMetrics(font).elidedText(row.platform_id, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
        x += QFontMetrics(font).horizontalAdvance(shown) + theme.S3
        small = theme.sans(theme.SMALL, tabular=True)
        painter.setFont(small)
        painter.setPen(theme.colour("muted"))
        room = QRect(x, line.y(), max(0, line.right() - x), line.height())
        at = words.clock_or_moment(row.filing.confirmed_at, now)
        by = tr("{name}, {time}", name=row.operator_name, time=at)
        told = joined([states.type_short(row.incident_type), by])
        shown = QFontMetrics(small).elidedText(told, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)


class FilingList(QListView):
    """``chosen`` carries the FilingRow in focus, or None; ``opened`` comes with Enter or a double click."""

    chosen = Signal(object)
    opened = Signal()

    def __init__(self, session: Session, model: OutboxModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(FilingDelegate(session, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("Filings"))
        self.verticalScrollBar().setSingleStep(28)
        self.selectionModel().currentChanged.connect(self._current)
        self.doubleClicked.connect(self._double)

    def current(self) -> FilingRow | None:
        entry = self.currentIndex().data(ENTRY)
        return entry if isinstance(entry, FilingRow) else None

    def _double(self, *_indexes: object) -> None:
        self.opened.emit()

    def _current(self, *_indexes: object) -> None:
        self.chosen.emit(self.current())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.opened.emit()
            return
        # Letters are the page's acts; the list's own search by letters would swallow them.
        if event.text().isalpha() and not event.modifiers():
            event.ignore()
            return
        super().keyPressEvent(event)
