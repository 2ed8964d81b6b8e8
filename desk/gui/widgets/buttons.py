"""Buttons: one primary act a page, secondary ones beside it, danger said quietly."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.common import focus_ring, set_role

# Between an icon and its words, besides what the style gives.
_AIR = 3


class Button(QPushButton):
    """A verb. ``kind``: primary, secondary, danger, quiet, link. ``key`` is shown, not bound."""

    def __init__(
        self,
        words: str,
        kind: str = "secondary",
        icon: str = "",
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self._kind = kind
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if icon:
            role = {"primary": "on_accent", "danger": "bad", "link": "accent"}.get(kind, "text")
            self.set_icon(icon, role)
        if key:
            self.setToolTip(f"{words}  ({key})")

    def set_icon(self, icon: str, role: str = "text") -> None:
        """Another icon, following the theme."""
        self.setIconSize(QSize(16 + _AIR, 16))
        icons.set_icon(self, icon, role, _AIR)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter presses the button in focus, as Space does.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.menu() is not None:
            painter = QPainter(self)
            side = self.height()
            icons.draw(painter, "chevron-down", "muted", self.width() - 22, (side - 14) / 2, 14)
            painter.end()
        if self.hasFocus():
            painter = QPainter(self)
            rect = QRectF(self.rect())
            if self._kind == "primary":
                # Inside the fill, with a gap: a ring of the accent on the accent would not be seen.
                focus_ring(painter, rect.adjusted(2, 2, -2, -2), theme.RADIUS - 2, "on_accent")
            else:
                focus_ring(painter, rect)
            painter.end()

    def setMenu(self, menu: QMenu) -> None:
        super().setMenu(menu)
        set_role(self, "drops", True)


def primary(words: str, icon: str = "", key: str = "") -> Button:
    """The one primary act."""
    return Button(words, "primary", icon, key)


def secondary(words: str, icon: str = "", key: str = "") -> Button:
    return Button(words, "secondary", icon, key)


def danger(words: str, icon: str = "", key: str = "") -> Button:
    """An act that takes something away: said in its colour, without a fill."""
    return Button(words, "danger", icon, key)


def quiet(words: str, icon: str = "", key: str = "") -> Button:
    return Button(words, "quiet", icon, key)


def link(words: str, icon: str = "") -> Button:
    return Button(words, "link", icon)


class IconButton(QToolButton):
    """An icon with an accessible name, 28 px square (or ``side``)."""

    def __init__(self, icon: str, words: str, role: str = "muted", side: int = 28) -> None:
        super().__init__()
        self.setProperty("kind", "icon")
        icons.set_icon(self, icon, role)
        self.setIconSize(QSize(16, 16))
        self.setFixedSize(side, side)
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            focus_ring(painter, QRectF(self.rect()))
            painter.end()
