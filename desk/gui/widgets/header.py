"""The line above a page: the way back, its title, its acts, search, the operator's menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.buttons import Button
from desk.gui.widgets.common import label
from desk.gui.words import tr


class SearchBox(QLineEdit):
    """A search field; ``searched`` comes when typing rests for 200 ms, and at once with Enter.

    ``left`` comes with Enter and Down: on to what was found.
    """

    searched = Signal(str)
    left = Signal()

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self._icon = QAction(self)
        icons.set_icon(self._icon, "search", "muted")
        self.addAction(self._icon, QLineEdit.ActionPosition.LeadingPosition)
        self._last = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(200)
        self._timer.timeout.connect(self._tell)
        self.textChanged.connect(self._changed)
        self.returnPressed.connect(self._tell)
        self.set_words(words or tr("Search…"))

    def set_words(self, words: str) -> None:
        self.setPlaceholderText(words)
        self.setAccessibleName(words.rstrip("…"))

    def _changed(self) -> None:
        self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            event.accept()
            self.left.emit()

    def _tell(self) -> None:
        self._timer.stop()
        if self.text() != self._last:
            self._last = self.text()
            self.searched.emit(self._last)


class Header(QFrame):
    """One header for all pages, so that title, search and operator never jump."""

    back_clicked = Signal()
    searched = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setFixedHeight(56)
        self._back = Button("", "quiet", "chevron-left")
        self._back.clicked.connect(self.back_clicked)
        self._title = label("", "page")
        self.search = SearchBox()
        self.search.setFixedWidth(264)
        self.search.searched.connect(self.searched)
        self.operator = Button("", "quiet", "circle-user")
        self._menu = QMenu(self)
        self.operator.setMenu(self._menu)
        self._acts = QHBoxLayout()
        self._acts.setSpacing(theme.S2)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S4, 0, theme.S3, 0)
        row.setSpacing(theme.S2)
        row.addWidget(self._back)
        row.addWidget(self._title)
        row.addStretch(1)
        row.addLayout(self._acts)
        row.addWidget(self.search)
        row.addSpacing(theme.S1)
        row.addWidget(self.operator)
        self.set_back("")
        self.set_search("")
        self.set_operator("")

    def title(self) -> str:
        return self._title.text()

    def set_title(self, words: str) -> None:
        self._title.setText(words)
        self._title.setAccessibleName(words)

    def set_back(self, words: str) -> None:
        self._back.setText(words)
        self._back.setVisible(bool(words))
        self._back.setAccessibleName(tr("Back to {page}", page=words))

    def set_search(self, placeholder: str) -> None:
        """The search slot with this placeholder; empty text hides it."""
        self.search.setVisible(bool(placeholder))
        if placeholder:
            self.search.set_words(placeholder)
        blocked = self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(blocked)

    def set_acts(self, widgets: list[QWidget]) -> None:
        """Show a page's acts. Those of the page before are hidden, not destroyed: they are its own."""
        while self._acts.count():
            item = self._acts.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
        for widget in widgets:
            self._acts.addWidget(widget)
            widget.show()

    def set_operator(self, name: str, shown: str = "", actions: list[QAction] | None = None) -> None:
        """Who is signed in; ``shown`` may add time ('Ada · 12 min'); ``actions`` fill the menu."""
        self.operator.setText(shown or name)
        self.operator.setVisible(bool(name))
        self.operator.setAccessibleName(tr("Signed in as {name}", name=name))
        if actions is not None:
            self._menu.clear()
            self._menu.addActions(actions)
