"""The list of messages. Plain text only: nothing in it is a link, and no message can reach into another."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desk.gui import icons, theme
from desk.gui.conversation.model import Index, MessageModel
from desk.gui.words import plural, tr

PAD = 8
BOX = 28
GAP = 22
LEFT_OUT = 76


def shown_text(text: str) -> str:
    """As the layout wants it: its breaks as line separators."""
    if text.isascii() and "\n" not in text and "\r" not in text:
        return text
    return "\u2028".join(text.splitlines())


class MessageDelegate(QStyledItemDelegate):
    """Sender, recipient, time and IP address above the text; hits marked, what is left out muted and said."""

    def __init__(self, view: MessageView, model: MessageModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self._heights: dict[int, float] = {}
        self._width = 0.0
        self.restyle()

    def restyle(self) -> None:
        self._heights.clear()
        self._body, self._small = theme.sans(), theme.sans(theme.SMALL)
        self._bold = theme.sans(theme.BODY, QFont.Weight.DemiBold)
        self._metrics = QFontMetricsF(self._body)
        self._top = QFontMetricsF(self._bold).height()

    def _left(self) -> int:
        return PAD + (BOX if self._model.marks else 0)

    def _lay(self, text: str, width: float) -> tuple[QTextLayout, float]:
        layout = QTextLayout(shown_text(text), self._body)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        layout.setTextOption(option)
        layout.beginLayout()
        y = 0.0
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y))
            y += line.height()
        layout.endLayout()
        return layout, y

    def _height(self, number: int, width: float) -> float:
        if width != self._width:
            self._width = width
            self._heights.clear()
        known = self._heights.get(number)
        if known is None:
            text = self._model.messages[number].text
            # Most messages are one short line: those need no layout, or ten thousand would take seconds.
            short = len(text) * self._metrics.averageCharWidth() < width * 3 and text.isascii()
            plain = short and "\n" not in text and "\r" not in text
            if plain and self._metrics.horizontalAdvance(text) + 2 < width:
                known = self._metrics.height()
            else:
                known = self._lay(text, width)[1]
            self._heights[number] = known
        return known

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        width = self._view.viewport().width() - self._left() - PAD
        row = index.row()
        gap = GAP if not self._model.whole and self._model.skipped(row) else 0
        height = self._height(self._model.rows[row], max(40.0, float(width)))
        return QSize(max(60, self._view.viewport().width()), round(gap + 6 + self._top + 2 + height + 6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, number = self._model, self._model.number(index)
        rect = QRect(option.rect)
        state = option.state
        painter.save()
        painter.setClipRect(rect)
        skipped = 0 if model.whole else model.skipped(index.row())
        if skipped:
            painter.setFont(self._small)
            painter.setPen(theme.colour("muted"))
            words = plural(skipped, "{n} message not shown", "{n} messages not shown")
            painter.drawText(
                QRect(rect.left() + self._left(), rect.top(), rect.width(), GAP),
                Qt.AlignmentFlag.AlignVCenter,
                f"⋯  {words}",
            )
            rect.setTop(rect.top() + GAP)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selected"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        out = model.marks and number not in model.reported
        if model.marks:
            self._box(painter, rect, not out)
        self._text(painter, rect, number, out)
        painter.restore()

    def _box(self, painter: QPainter, rect: QRect, on: bool) -> None:
        box = QRectF(rect.left() + PAD, rect.top() + 8, 16, 16)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if on else "edge"), 1))
        painter.setBrush(theme.colour("accent" if on else "surface"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if on:
            icons.draw(painter, "check", "on_accent", box.left() + 2, box.top() + 2, 12)

    def _text(self, painter: QPainter, rect: QRect, number: int, out: bool) -> None:
        message = self._model.messages[number]
        left, right = rect.left() + self._left(), rect.right() - PAD
        top = rect.top() + 6
        if out:
            painter.setFont(self._small)
            painter.setPen(theme.colour("muted"))
            place = QRectF(right - LEFT_OUT, top, LEFT_OUT, self._top)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tr("left out")
            )
            right -= LEFT_OUT
        painter.setFont(self._bold)
        painter.setPen(theme.colour("muted" if out else "text"))
        metrics = QFontMetricsF(self._bold)
        sender = metrics.elidedText(
            " ".join(message.sender.split()), Qt.TextElideMode.ElideRight, max(40.0, (right - left) * 0.45)
        )
        width = metrics.horizontalAdvance(sender)
        painter.drawText(QRectF(left, top, width + 2, self._top), Qt.AlignmentFlag.AlignVCenter, sender)
        painter.setFont(self._small)
        painter.setPen(theme.colour("muted"))
        place = QRectF(left + width + 10, top, max(0.0, right - left - width - 10), self._top)
        head = QFontMetricsF(self._small).elidedText(
            self._model.head(number), Qt.TextElideMode.ElideRight, place.width()
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, head)
        width = max(40.0, float(self._view.viewport().width() - self._left() - PAD))
        layout, _height = self._lay(message.text, width)
        painter.setPen(theme.colour("muted" if out else "text"))
        layout.draw(painter, QPointF(left, top + self._top + 2), self._marks(message.text, number))

    def _marks(self, text: str, number: int) -> list[QTextLayout.FormatRange]:
        """Where in it the words are that are searched."""
        wanted = self._model.wanted.casefold()
        if not wanted or not self._model.is_hit(number):
            return []
        format_ = QTextCharFormat()
        format_.setBackground(theme.colour("warn_tint"))
        format_.setForeground(theme.colour("text"))
        format_.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        folded, found, at = shown_text(text).casefold(), [], 0
        if len(folded) != len(shown_text(text)):
            return []  # folding changed its length: where the hit stands can't be said
        units = [0]
        for character in shown_text(text):
            units.append(units[-1] + (2 if ord(character) > 0xFFFF else 1))
        while (at := folded.find(wanted, at)) >= 0:
            mark = QTextLayout.FormatRange()
            mark.start, mark.length = units[at], units[at + len(wanted)] - units[at]
            mark.format = format_
            found.append(mark)
            at += len(wanted)
        return found


class MessageView(QListView):
    """``toggled(rows, on)``: a person marks these rows as reported, or leaves them out."""

    toggled = Signal(object, bool)

    def __init__(self, model: MessageModel, name: str) -> None:
        super().__init__()
        self._messages = model
        self.setModel(model)
        self._delegate = MessageDelegate(self, model)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(name)
        self.verticalScrollBar().setSingleStep(24)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange)
        if event.type() in kinds and hasattr(self, "_delegate"):
            self._delegate.restyle()
            self.scheduleDelayedItemsLayout()

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys of the page, and words are searched in the field above."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

    def whole_height(self) -> int:
        """Pixels of all rows together."""
        return self.verticalScrollBar().maximum() + self.viewport().height()

    def content_height(self) -> int:
        """Pixels of the rows themselves, which may be fewer than the view has."""
        if not self._messages.rows:
            return 0
        last = self.visualRect(self._messages.index(len(self._messages.rows) - 1))
        return last.bottom() + 1 + self.verticalOffset()

    def stretch(self) -> tuple[float, float] | None:
        """The part of the conversation that is on the screen, as shares of the whole; None where none is,
        or where some of its messages are not shown at all."""
        seen = self.viewport().visibleRegion().boundingRect()
        whole = self.content_height()
        if not self._messages.whole or seen.height() < 8 or seen.width() < 40 or whole <= 0:
            return None
        top, bottom = self.verticalOffset() + seen.top(), self.verticalOffset() + seen.bottom() + 1
        # The margin below the last line is nothing to read.
        return max(0.0, top - 6) / whole, min(1.0, (bottom + 8) / whole)

    def chosen(self) -> list[int]:
        """The rows that are highlighted, in order."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def go_to(self, row: int) -> None:
        self.setCurrentIndex(self._messages.index(row))
        self.scrollTo(self._messages.index(row), QListView.ScrollHint.PositionAtCenter)

    def copy(self) -> None:
        rows = self.chosen()
        if rows:
            QGuiApplication.clipboard().setText(self._messages.copied(rows))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        if self._messages.marks and event.key() == Qt.Key.Key_Space and self.chosen():
            rows = self.chosen()
            on = any(self._messages.rows[row] not in self._messages.reported for row in rows)
            self.toggled.emit(rows, on)
            return
        if not self.currentIndex().isValid() and self._messages.rows:
            # The keys begin at the first message; nothing is highlighted by that alone.
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self._messages.index(0), flag)
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if self._messages.marks and plain and index.isValid() and event.position().x() < PAD + BOX:
            self.toggled.emit([index.row()], self._messages.number(index) not in self._messages.reported)
