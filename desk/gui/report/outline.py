"""The outline at the left: six parts, each ticked once nothing is missing in it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.report.paths import SECTIONS
from desk.gui.report.words import things_missing
from desk.gui.widgets.common import focus_ring
from desk.gui.words import tr

WIDTH, NARROW = 172, 148


def section_words(key: str) -> str:
    return {
        "incident": tr("Incident"),
        "files": tr("Files"),
        "people": tr("People"),
        "circumstances": tr("Circumstances"),
        "urgency": tr("Urgency"),
        "completeness": tr("Completeness"),
    }[key]


class OutlineItem(QAbstractButton):
    def __init__(self, key: str, index: int) -> None:
        super().__init__()
        self.key = key
        self.setText(section_words(key))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shortcut = tr("Alt+{n}", n=index)
        self._here, self._state, self._count = False, "open", 0
        self.set_state("open", 0)

    def sizeHint(self) -> QSize:
        return QSize(NARROW - theme.S3 - theme.S2, 32)

    @property
    def ticked(self) -> bool:
        return self._state == "done"

    def set_here(self, here: bool) -> None:
        if here != self._here:
            self._here = here
            self.update()

    def set_state(self, state: str, count: int) -> None:
        """``state``: open, done, bad (with ``count`` things to mend)."""
        self._state, self._count = state, count
        said = {
            "done": tr("complete"),
            "bad": things_missing(count),
        }.get(state, tr("not complete yet"))
        self.setAccessibleName(f"{self.text()}, {said}")
        self.setToolTip(f"{self.text()}: {said}  ({self._shortcut})")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if self._here or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selected" if self._here else "hover"))
            painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        name, role = {"done": ("circle-check", "ok"), "bad": ("circle-alert", "bad")}.get(
            self._state, ("circle", "muted")
        )
        icons.draw(painter, name, role, 8, (self.height() - 16) / 2, 16)
        weight = QFont.Weight.Medium if self._here else QFont.Weight.Normal
        painter.setFont(theme.sans(theme.BODY, weight))
        painter.setPen(theme.colour("text" if self._here else "muted"))
        flags = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(rect.adjusted(32, 0, -26 if self._count else -4, 0), flags, self.text())
        if self._count:
            painter.setFont(theme.sans(theme.SMALL, tabular=True))
            painter.setPen(theme.colour("bad" if self._state == "bad" else "muted"))
            right = flags | int(Qt.AlignmentFlag.AlignRight)
            painter.drawText(rect.adjusted(0, 0, -10, 0), right, str(self._count))
        if self.hasFocus():
            focus_ring(painter, rect)
        painter.end()


class Outline(QWidget):
    """``jumped(key)`` when a part was clicked."""

    jumped = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Outline of the report"))
        self.items: dict[str, OutlineItem] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S3, theme.S4, theme.S2, theme.S4)
        column.setSpacing(2)
        for index, key in enumerate(SECTIONS, 1):
            item = OutlineItem(key, index)
            item.clicked.connect(partial(self.jumped.emit, key))
            self.items[key] = item
            column.addWidget(item)
        column.addStretch(1)

    def set_here(self, key: str) -> None:
        for name, item in self.items.items():
            item.set_here(name == key)

    def set_state(self, key: str, state: str, count: int = 0) -> None:
        self.items[key].set_state(state, count)
