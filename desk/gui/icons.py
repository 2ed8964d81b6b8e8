"""Outline icons (Lucide, ISC), tinted in a colour of the theme and sharp at every scale.

Only files of our own resources are read here; case media never comes near.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk.gui import resources, theme
from desk.gui.palette import mix

SIZES = (16, 20)
_SCALES = (1.0, 2.0)


@lru_cache(maxsize=256)
def _svg(name: str) -> str:
    return resources.text("icons", f"{name}.svg")


def render(name: str, colour: str, size: int, scale: float, gap: int = 0) -> QPixmap:
    """One icon as a pixmap of ``size`` logical px at a device pixel ratio; ``gap`` px of air at its right.

    Raises FileNotFoundError.
    """
    # 1.75 instead of Lucide's 2: beside 13 px Inter the heavier stroke shouts.
    source = _svg(name).replace("currentColor", colour).replace('stroke-width="2"', 'stroke-width="1.75"')
    renderer = QSvgRenderer(QByteArray(source.encode()))
    side = round(size * scale)
    pixmap = QPixmap(side + round(gap * scale), side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, disabled: str, gap: int) -> QIcon:
    made = QIcon()
    for size in SIZES:
        for scale in _SCALES:
            made.addPixmap(render(name, colour, size, scale, gap), QIcon.Mode.Normal)
            made.addPixmap(render(name, disabled, size, scale, gap), QIcon.Mode.Disabled)
    return made


def icon(name: str, role: str = "text", gap: int = 0) -> QIcon:
    """The icon in the theme's colour of now. ``role``: text, muted, accent, ok, warn, bad, on_accent.

    Prefer ``set_icon``, which follows a change of theme.
    """
    t = theme.tokens()
    colour = str(getattr(t, role))
    return _icon(name, colour, mix(colour, t.surface, 0.45), gap)


class _HasIcon(Protocol):
    def setIcon(self, icon: QIcon) -> None: ...


class _Tinter(QObject):
    """Lives with its widget or action and renews the icon when the theme changes."""

    def __init__(self, target: QObject, name: str, role: str, gap: int) -> None:
        super().__init__(target)
        self.setObjectName("tinter")
        self.name = name
        self.role = role
        self.gap = gap
        current = theme.current()
        if current is not None:
            current.changed.connect(self.tint)
        self.tint()

    def tint(self) -> None:
        target: _HasIcon = self.parent()  # type: ignore[assignment]
        target.setIcon(icon(self.name, self.role, self.gap))


def set_icon(target: QObject, name: str, role: str = "text", gap: int = 0) -> None:
    """Give a button or action an icon that follows the theme. Calling again replaces it.

    ``gap`` px of air at its right, where the style puts words too close.
    """
    for old in target.findChildren(_Tinter, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if isinstance(old, _Tinter):
            old.name, old.role, old.gap = name, role, gap
            old.tint()
            return
    _Tinter(target, name, role, gap)


class IconLabel(QWidget):
    """An icon on its own. Decoration unless given words: then it has an accessible name."""

    def __init__(
        self, name: str, size: int = 16, role: str = "text", words: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._size, self._role = name, size, role
        self.setFixedSize(size, size)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not words)
        if words:
            self.setAccessibleName(words)
            self.setToolTip(words)

    def set(self, name: str, role: str = "text") -> None:
        self._name, self._role = name, role
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        down = (self.height() - self._size) / 2  # where it is given more height, as that of a line of text
        draw(painter, self._name, self._role, self.rect().x(), self.rect().y() + down, self._size)


def draw(painter: QPainter, name: str, role: str, x: float, y: float, size: int = 16) -> None:
    """Paint an icon at a place in logical px, in a token's colour."""
    scale = painter.device().devicePixelRatio()
    painter.drawPixmap(
        QRectF(x, y, size, size),
        _cached(name, str(getattr(theme.tokens(), role)), size, scale),
        QRectF(0, 0, round(size * scale), round(size * scale)),
    )


@lru_cache(maxsize=512)
def _cached(name: str, colour: str, size: int, scale: float) -> QPixmap:
    return render(name, colour, size, scale)
