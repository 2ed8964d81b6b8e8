"""Small helpers of all widgets: layouts with our spacing, labels with a role, the focus ring."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from desk.gui import theme
from desk.gui.words import seen


class Stack(QStackedLayout):
    """One of several widgets at a time, of which ``owner`` becomes the parent at once.

    A plain QStackedLayout shows its first widget when it is added: without a parent that is a window of
    its own for a moment, which takes the focus from ours.
    """

    def __init__(self, owner: QWidget) -> None:
        super().__init__()
        self._owner = owner

    def addWidget(self, widget: QWidget) -> int:  # type: ignore[override]
        if widget.parentWidget() is None:
            widget.setParent(self._owner)
        return super().addWidget(widget)


def vbox(*items: QWidget | QLayout, margin: int = 0, gap: int = theme.S2) -> QVBoxLayout:
    """A column."""
    box = QVBoxLayout()
    _fill(box, items, margin, gap)
    return box


def hbox(*items: QWidget | QLayout, margin: int = 0, gap: int = theme.S2) -> QHBoxLayout:
    """A row."""
    box = QHBoxLayout()
    _fill(box, items, margin, gap)
    return box


def _fill(
    box: QHBoxLayout | QVBoxLayout, items: tuple[QWidget | QLayout, ...], margin: int, gap: int
) -> None:
    box.setContentsMargins(margin, margin, margin, margin)
    box.setSpacing(gap)
    for item in items:
        if isinstance(item, QWidget):
            box.addWidget(item)
        else:
            box.addLayout(item)


def label(words: str, role: str = "body", *, wrap: bool = False, select: bool = False) -> QLabel:
    """A text. Roles: body, page, section, label, muted, body-muted, ok, warn, bad, key.

    Always plain text: a name from a case that looks like markup stays as it is written.
    """
    made = QLabel(seen(words))
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if wrap:
        # Without this a wrapping label keeps its unwrapped height hint in nested layouts.
        policy = made.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    if select:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def set_role(widget: QWidget, name: str, value: object) -> None:
    """Change a property that the style sheet looks at."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def hairline(vertical: bool = False) -> QFrame:
    """A line of 1 px."""
    line = QFrame()
    line.setObjectName("hairline")
    line.setFrameShape(QFrame.Shape.NoFrame)
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def focus_ring(painter: QPainter, rect: QRectF, radius: float = theme.RADIUS, role: str = "accent") -> None:
    """A ring of 2 px just inside ``rect``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour(role), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)
    painter.restore()


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            continue
        widget = item.widget()
        inner = item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
