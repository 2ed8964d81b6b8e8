"""Short marks: badges that only say, chips that can be switched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.common import focus_ring
from desk.gui.widgets.flow import FlowLayout

_TINTS = {"ok": "ok_tint", "warn": "warn_tint", "bad": "bad_tint", "accent": "accent_tint"}


class Badge(QWidget):
    """A word, with an icon where given, in a state's colour on its tint. Never colour alone.

    ``state``: muted, text, ok, warn, bad, accent.
    """

    def __init__(self, words: str, state: str = "muted", icon: str = "") -> None:
        super().__init__()
        self._words, self._state, self._icon = words, state, icon
        self.setFont(theme.sans(theme.SMALL, QFont.Weight.Medium))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words)

    def words(self) -> str:
        return self._words

    def set(self, words: str, state: str = "muted", icon: str = "") -> None:
        self._words, self._state, self._icon = words, state, icon
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        width = self.fontMetrics().horizontalAdvance(self._words) + 16 + (18 if self._icon else 0)
        return QSize(width, 22)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(_TINTS.get(self._state, "hover")))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        left = 8.0
        if self._icon:
            icons.draw(painter, self._icon, self._state, left, (self.height() - 14) / 2, 14)
            left += 18
        painter.setFont(self.font())
        painter.setPen(theme.colour(self._state))
        rect = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), self._words)


class Chip(QAbstractButton):
    """A word that can be on or off. The tick says so, not the colour alone."""

    def __init__(self, words: str, key: str = "") -> None:
        super().__init__()
        self.setText(words)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(words)
        self.setFont(theme.sans(theme.SMALL, QFont.Weight.Medium))
        if key:
            self.setToolTip(f"{words}  ({key})")

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + 20 + (18 if self.isCheckable() else 0), 26)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, live = self.isChecked(), self.isEnabled()
        ink = ("accent" if on else "text") if live else "muted"
        painter.setPen(QPen(theme.colour("accent" if on and live else "edge" if live else "line"), 1))
        hovered = self.underMouse() and live
        painter.setBrush(theme.colour("selected" if on else "hover" if hovered else "surface"))
        rect = QRectF(self.rect())
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 13, 13)
        icon = "check" if on else "plus"
        icons.draw(painter, icon, "accent" if on else "muted", 9, (self.height() - 14) / 2, 14)
        painter.setFont(self.font())
        painter.setPen(theme.colour(ink))
        painter.drawText(rect.adjusted(27, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), self.text())
        if self.hasFocus():
            focus_ring(painter, rect, 12)
        painter.end()


class TagChips(QWidget):
    """Marks of which any number can be on, such as annotations."""

    changed = Signal()

    def __init__(self, options: Sequence[tuple[str, str]], keys: Sequence[str] = ()) -> None:
        super().__init__()
        self._chips: dict[str, Chip] = {}
        flow = FlowLayout(6)
        for n, (value, words) in enumerate(options):
            chip = Chip(words, keys[n] if n < len(keys) else "")
            chip.clicked.connect(self.changed)
            self._chips[value] = chip
            flow.addWidget(chip)
        self.setLayout(flow)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if self._chips:
            self.setFocusProxy(next(iter(self._chips.values())))

    def value(self) -> frozenset[str]:
        return frozenset(value for value, chip in self._chips.items() if chip.isChecked())

    def set_value(self, values: frozenset[str] | set[str]) -> None:
        for value, chip in self._chips.items():
            chip.setChecked(value in values)

    def toggle(self, value: str) -> None:
        """As if a person had pressed it; for keys. Raises KeyError."""
        self._chips[value].click()
