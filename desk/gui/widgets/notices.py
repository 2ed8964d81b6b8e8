"""Notices that come and go at the bottom of the page: no box to answer, nothing that blinks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.buttons import IconButton, link
from desk.gui.widgets.common import label
from desk.gui.words import tr

KINDS = {
    "info": ("info", "accent"),
    "ok": ("circle-check", "ok"),
    "warn": ("triangle-alert", "warn"),
    "bad": ("circle-alert", "bad"),
}
# What needs an answer stays until it is put away; what only tells goes by itself.
_SECONDS = {"info": 6, "ok": 6}
_MOST = 3
LINE = 24
"""Pixels: the height of the cross, and of the line that the icon and a single line of words stand in."""


class Notice(QFrame):
    """One notice: icon, words, perhaps an act, and a way to put it away."""

    def __init__(
        self, kind: str, words: str, action: str = "", callback: Callable[[], object] | None = None
    ) -> None:
        super().__init__()
        self.kind, self.words = kind, words
        self.setObjectName("notice")
        name, role = KINDS[kind]
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S3, theme.S2, theme.S2, theme.S2)
        row.setSpacing(theme.S2)
        mark = icons.IconLabel(name, 16, role)
        mark.setFixedHeight(LINE)  # in the middle of the first line, beside the cross
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        text = label(words, wrap=True)
        text.setMinimumWidth(220)
        row.addWidget(text, 1)
        if action and callback is not None:
            button = link(action)
            button.clicked.connect(callback)
            button.clicked.connect(self.close_notice)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        close = IconButton("x", tr("Put away"), side=LINE)
        close.clicked.connect(self.close_notice)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(words)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(18)
        shadow.setOffset(0, 4)
        shade = theme.colour("shadow")
        shade.setAlpha(48)
        shadow.setColor(shade)
        self.setGraphicsEffect(shadow)
        if kind in _SECONDS:
            timer = QTimer(self)
            timer.setSingleShot(True)
            timer.timeout.connect(self.close_notice)
            timer.start(_SECONDS[kind] * 1000)

    def close_notice(self) -> None:
        self.hide()
        self.deleteLater()
        parent = self.parentWidget()
        if isinstance(parent, Notices):
            parent.forget(self)


class Notices(QWidget):
    """Stacks notices over the lower edge of its parent, out of the way of the layout."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("scrolled")
        self._shown: list[Notice] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(theme.S2)
        parent.installEventFilter(self)
        self.hide()

    def show_notice(
        self, kind: str, words: str, action: str = "", callback: Callable[[], object] | None = None
    ) -> None:
        """``kind``: info, ok, warn, bad. The same words twice show once."""
        if kind not in KINDS:
            raise ValueError(f"No such kind of notice: {kind}")
        for old in list(self._shown):
            if old.words == words:
                old.close_notice()
        while len(self._shown) >= _MOST:
            self._shown[0].close_notice()
        notice = Notice(kind, words, action, callback)
        self._shown.append(notice)
        self._column.addWidget(notice)
        notice.show()  # a child that was never shown has no height yet
        event = QAccessibleAnnouncementEvent(self, words)
        if kind in ("warn", "bad"):
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)
        self._place()

    def forget(self, notice: Notice) -> None:
        if notice in self._shown:
            self._shown.remove(notice)
        self._column.removeWidget(notice)
        self._place()

    def words(self) -> list[str]:
        """What is shown now, oldest first."""
        return [notice.words for notice in self._shown]

    def clear(self) -> None:
        for notice in list(self._shown):
            notice.close_notice()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None or not self._shown:
            self.hide()
            return
        width = min(480 + 32, parent.width())
        self._column.activate()
        height = self._column.totalHeightForWidth(width)
        height = height if height > 0 else self.sizeHint().height()
        self.setGeometry((parent.width() - width) // 2, parent.height() - height, width, height)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
