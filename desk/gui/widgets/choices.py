"""Ticks, single choices as cards, and a row of exclusive answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.common import focus_ring, label, set_role

_BOX = 16


class CheckBox(QCheckBox):
    """A tick with its words; the whole width of the words can be clicked."""

    changed = Signal()

    def __init__(self, words: str, key: str = "") -> None:
        super().__init__(words)
        self._key = key
        self.clicked.connect(self.changed)
        if key:
            self.setToolTip(f"{words}  ({key})")

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, value: bool) -> None:
        self.setChecked(value)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(4 + _BOX + theme.S2 + width + 6, 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, live = self.isChecked(), self.isEnabled()
        box = QRectF(4.5, (self.height() - _BOX) / 2 + 0.5, _BOX - 1, _BOX - 1)
        fill = theme.colour("accent" if on and live else "line" if on else "surface")
        painter.setBrush(fill)
        outline = "accent" if on and live else "edge" if live else "line"
        painter.setPen(QPen(theme.colour(outline), 1))
        painter.drawRoundedRect(box, 4, 4)
        if on:
            role = "on_accent" if live else "muted"
            icons.draw(painter, "check", role, box.x() + 1, box.y() + 1, _BOX - 3)
        painter.setPen(theme.colour("text" if live else "muted"))
        painter.setFont(self.font())
        left = 4 + _BOX + theme.S2
        rect = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic), self.text())
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))
        painter.end()


class _Segment(QPushButton):
    def __init__(self, words: str, name: str) -> None:
        super().__init__(words)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        return QSize(max(44, self.fontMetrics().horizontalAdvance(self.text()) + 26), theme.CONTROL)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, live = self.isChecked(), self.isEnabled()
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.colour("accent" if on and live else "edge" if live else "line"), 1))
        hovered = self.underMouse() and live
        painter.setBrush(theme.colour("selected" if on else "hover" if hovered else "surface"))
        painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        role = ("accent" if on else "text") if live else "muted"
        painter.setPen(theme.colour(role))
        painter.setFont(self.font())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.text())
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))
        painter.end()


class Segmented(QWidget):
    """A row of exclusive answers: A1 A2 B1 B2, or Yes, No, Not known. Arrows move, Space chooses.

    Nothing is chosen at first; choosing the chosen one again takes it back if ``clearable``.
    """

    changed = Signal()

    def __init__(
        self, options: Sequence[tuple[Any, str]], *, names: Sequence[str] = (), clearable: bool = True
    ) -> None:
        super().__init__()
        self._clearable = clearable
        self._values = [value for value, _ in options]
        self._buttons: list[_Segment] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S1)
        for n, (_, words) in enumerate(options):
            button = _Segment(words, names[n] if n < len(names) else words)
            button.clicked.connect(self._clicked)
            self._buttons.append(button)
            row.addWidget(button)
        row.addStretch(1)
        if self._buttons:
            self.setFocusProxy(self._buttons[0])

    def _clicked(self) -> None:
        chosen = self.sender()
        for button in self._buttons:
            if button is not chosen:
                button.setChecked(False)
            elif not self._clearable:
                button.setChecked(True)
        self.changed.emit()

    def value(self) -> Any:
        """The chosen value, or None."""
        for value, button in zip(self._values, self._buttons, strict=True):
            if button.isChecked():
                return value
        return None

    def set_value(self, value: Any) -> None:
        for own, button in zip(self._values, self._buttons, strict=True):
            button.setChecked(own == value and value is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        focus = next((n for n, button in enumerate(self._buttons) if button.hasFocus()), None)
        if step is None or focus is None:
            super().keyPressEvent(event)
            return
        self._buttons[(focus + step) % len(self._buttons)].setFocus(Qt.FocusReason.TabFocusReason)


class OptionCard(QFrame):
    """One of several answers that need their own words: a title and when to use it."""

    chosen = Signal(object)

    def __init__(self, value: Any, title: str, words: str, hint: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        self._value, self._on = value, False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.setAccessibleDescription(f"{words} {hint}".strip())
        column = QVBoxLayout()
        column.setSpacing(2)
        top = QHBoxLayout()
        top.setSpacing(theme.S2)
        top.addWidget(label(title, "label", wrap=True), 1)
        self._hint = label(hint, "muted")
        if not hint:
            self._hint.hide()
        top.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        if words:
            column.addWidget(label(words, "muted", wrap=True))
        outer = QHBoxLayout(self)
        # The room at the left is for the dot that paintEvent draws.
        outer.setContentsMargins(38, 10, theme.S3, 10)
        outer.addLayout(column)
        set_role(self, "chosen", "false")

    @property
    def value(self) -> Any:
        return self._value

    def is_chosen(self) -> bool:
        return self._on

    def set_chosen(self, on: bool) -> None:
        self._on = on
        set_role(self, "chosen", "true" if on else "false")
        self.update()

    def set_hint(self, hint: str) -> None:
        """A short remark at the right, such as 'proposed by the policy'."""
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.chosen.emit(self._value)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(21, 20)
        painter.setPen(QPen(theme.colour("accent" if self._on else "edge"), 1.5))
        painter.setBrush(theme.colour("surface"))
        painter.drawEllipse(centre, 7.25, 7.25)
        if self._on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(centre, 4, 4)
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))
        painter.end()


class OptionCards(QWidget):
    """Cards of which one can be chosen. Nothing is preselected. Up and Down move, Space chooses."""

    changed = Signal()

    def __init__(self, options: Sequence[tuple[Any, str, str]]) -> None:
        super().__init__()
        self.cards: list[OptionCard] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        for value, title, words in options:
            card = OptionCard(value, title, words)
            card.chosen.connect(self._choose)
            self.cards.append(card)
            column.addWidget(card)
        if self.cards:
            self.setFocusProxy(self.cards[0])

    def _choose(self, value: Any) -> None:
        if self.value() != value:
            self.set_value(value)
            self.changed.emit()

    def value(self) -> Any:
        return next((card.value for card in self.cards if card.is_chosen()), None)

    def set_value(self, value: Any) -> None:
        for card in self.cards:
            card.set_chosen(value is not None and card.value == value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        focus = next((n for n, card in enumerate(self.cards) if card.hasFocus()), None)
        if step is None or focus is None:
            super().keyPressEvent(event)
            return
        target = self.cards[max(0, min(len(self.cards) - 1, focus + step))]
        target.setFocus(Qt.FocusReason.TabFocusReason)
