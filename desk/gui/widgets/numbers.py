"""A whole number with its unit, in a form."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSpinBox

from desk.gui import icons, theme


class NumberField(QSpinBox):
    """``unit`` stands behind the number, such as " min". Typed, or by the arrow keys and the two chevrons."""

    def __init__(self, low: int, high: int, unit: str, *, width: int = 0) -> None:
        super().__init__()
        self.setRange(low, high)
        self.setSuffix(unit)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The style gives the line edit within no padding, whatever the sheet says.
        self.lineEdit().setTextMargins(theme.S2, 0, 0, 0)
        if width:
            self.setFixedWidth(width)

    def set_quietly(self, value: int) -> None:
        """Show it without saying that somebody changed it."""
        self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling past a form must never change an answer.
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        middle, left = self.height() / 2, self.width() - 22
        for name, top, ends in (
            ("chevron-up", middle - 13, self.maximum()),
            ("chevron-down", middle + 1, self.minimum()),
        ):
            live = self.isEnabled() and self.value() != ends
            icons.draw(painter, name, "muted" if live else "line", left, top, 12)
        painter.end()
