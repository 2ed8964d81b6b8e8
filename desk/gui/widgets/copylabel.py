"""An id or hash in a monospace face that is copied with a click or Ctrl+C."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.common import focus_ring
from desk.gui.words import tr

INDENT = 4
"""Pixels before its text, for the ring of the focus: values above and below it stand in line with it."""


class CopyLabel(QWidget):
    """Shows the value, shortened in the middle where room is short; copies it whole.

    Only for ids, hashes and request ids. Never for a secret: the clipboard is everybody's.
    """

    copied = Signal(str)

    def __init__(self, value: str = "", words: str = "", *, flush: bool = False) -> None:
        """``flush``: it stands alone below other text, in line with it; a line under it shows the focus."""
        super().__init__()
        self._indent = 0 if flush else INDENT
        self._value, self._words, self._said = value, words, False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFont(theme.mono())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(1500)
        self._timer.timeout.connect(self._unsay)
        self.set_value(value)

    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self._value = value
        named = f"{self._words} {value}".strip()
        self.setAccessibleName(tr("{value}, press Enter to copy", value=named))
        self.setToolTip(tr("{value}\nClick to copy", value=value))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        return QSize(self.fontMetrics().horizontalAdvance(self._value) + 34, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(90, 24)

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._value)
        self._said = True
        self._timer.start()
        self.update()
        self.copied.emit(self._value)

    def _unsay(self) -> None:
        self._said = False
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.copy()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.matches(QKeySequence.StandardKey.Copy) or event.key() in keys:
            self.copy()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(theme.colour("text"))
        room = self.width() - 30
        shown = painter.fontMetrics().elidedText(self._value, Qt.TextElideMode.ElideMiddle, room)
        align = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(self._indent, 0, room, self.height()), align, shown)
        left = self._indent + painter.fontMetrics().horizontalAdvance(shown) + 8
        name, role = ("check", "ok") if self._said else ("copy", "muted")
        icons.draw(painter, name, role, left, (self.height() - 14) / 2, 14)
        if self.hasFocus() and not self._indent:
            painter.fillRect(QRectF(0, self.height() - 2, left + 14, 2), theme.colour("accent"))
        elif self.hasFocus():
            focus_ring(painter, QRectF(self.rect()), 4)
        painter.end()
