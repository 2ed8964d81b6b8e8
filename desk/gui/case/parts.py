"""Small parts of the case page: rows, fact lines, an inline notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFont, QTextOption, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QTextEdit,
    QWidget,
)

from desk.gui import icons, theme, words
from desk.gui.widgets.buttons import IconButton, link
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.copylabel import INDENT
from desk.gui.widgets.notices import KINDS
from desk.gui.words import tr


def row(*items: QWidget | QLayout | None, gap: int = theme.S2, margin: int = 0) -> QHBoxLayout:
    """A row; None is a spring."""
    box = QHBoxLayout()
    box.setContentsMargins(margin, margin, margin, margin)
    box.setSpacing(gap)
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, QWidget):
            box.addWidget(item)
        else:
            box.addLayout(item)
    return box


def key_cap(key: str) -> QLabel:
    """A key as the legend shows it."""
    cap = label(key, "key")
    cap.setFixedHeight(18)
    cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return cap


def moment_label(when: datetime, role: str = "body") -> QLabel:
    """A time in the reader's zone with UTC as its tooltip; can be selected and copied."""
    made = label(words.moment_exact(when), role, select=True)
    made.setFont(theme.sans(theme.BODY if role == "body" else theme.SMALL, tabular=True))
    made.setToolTip(words.utc(when))
    made.setContentsMargins(INDENT, 0, 0, 0)
    return made


LONG_WORD = 34
"""Characters without a blank that a label could not break, and would cut off."""


def copied_whole(mime: QMimeData, text: str) -> QMimeData:
    """What is copied of a text that is shown in pieces: without the places to break."""
    if words.PIECE in text:
        return mime
    made = QMimeData()
    made.setText(mime.text().replace(words.PIECE, ""))
    return made


class LongValue(QTextEdit):
    """A value with words too long for a line: it breaks them anywhere, and copies them unbroken."""

    def __init__(self, text: str, font: QFont) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFont(font)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("background: transparent; border: none; padding: 0;")
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.document().setDocumentMargin(0)
        self.setViewportMargins(INDENT, 0, 0, 0)
        self._text = text
        self.setPlainText(words.in_pieces(text))
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def text(self) -> str:
        return self._text

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied_whole(super().createMimeDataFromSelection(), self._text)

    def _fit(self) -> None:
        self.setFixedHeight(max(18, int(self.document().size().height()) + 2))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the column scrolls, not the value


def value_label(text: str, *, mono: bool = False) -> QLabel | LongValue:
    """A value that wraps where it must, selectable, plain."""
    text = words.seen(text)
    if any(len(word) > LONG_WORD for word in text.split()):
        return LongValue(text, theme.mono() if mono else theme.sans())
    # Long ids and addresses have no blanks: told to ignore their width, they cannot widen the column.
    made = label(text, select=True, wrap=True)
    if mono:
        made.setFont(theme.mono())
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    made.setMinimumWidth(60)
    made.setContentsMargins(INDENT, 0, 0, 0)
    return made


class Facts(QWidget):
    """Names at the left, values at the right, in lines. Empty values are left out."""

    NAME_WIDTH = 104

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.S2)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, self.NAME_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self._lines = 0

    def __len__(self) -> int:
        return self._lines

    def add(self, name: str, value: str | None, *, mono: bool = False) -> None:
        if value:
            self.put(name, value_label(value, mono=mono))

    def time(self, name: str, when: datetime | None, note: str = "") -> None:
        if when is None:
            return
        made = moment_label(when)
        if note:
            made.setText(f"{made.text()} · {note}")
            made.setWordWrap(True)
        self.put(name, made)

    def put(self, name: str, value: QWidget) -> None:
        caption = label(name, "muted")
        caption.setFixedWidth(self.NAME_WIDTH)
        caption.setWordWrap(True)
        caption.setContentsMargins(0, 2, 0, 0)
        value.setAccessibleName(f"{name} {value.text()}" if isinstance(value, QLabel | LongValue) else name)
        self._grid.addWidget(caption, self._lines, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, self._lines, 1)
        self._lines += 1

    def wide(self, widget: QWidget) -> None:
        """A widget over both columns."""
        self._grid.addWidget(widget, self._lines, 0, 1, 2)
        self._lines += 1

    def clear(self) -> None:
        clear(self._grid)
        self._lines = 0


class Said(QFrame):
    """Something said on the page itself, with an act where one helps. Hidden while it has nothing to say."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.S3, theme.S1, theme.S1, theme.S1)
        self._row.setSpacing(theme.S2)
        self._words = ""
        self.hide()

    @property
    def words(self) -> str:
        return self._words

    def say(
        self,
        kind: str,
        text: str,
        acts: tuple[tuple[str, Callable[[], object]], ...] = (),
        *,
        stays: bool = False,
    ) -> None:
        """``kind``: info, ok, warn, bad. Acts are (words, callback). ``stays``: cannot be put away."""
        clear(self._row)
        self._words = text
        name, role = KINDS[kind]
        self._row.addWidget(icons.IconLabel(name, 16, role))
        self._row.addWidget(label(text, wrap=True), 1)
        for act, callback in acts:
            button = link(act)
            button.clicked.connect(lambda _checked=False, run=callback: run())
            self._row.addWidget(button)
        if not stays:
            close = IconButton("x", tr("Put away"), side=24)
            close.clicked.connect(self.unsay)
            self._row.addWidget(close)
        self.setAccessibleName(text)
        self.show()

    def unsay(self) -> None:
        if self._words:
            self._words = ""
            self.hide()
            self.closed.emit()
