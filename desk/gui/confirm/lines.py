"""Names at the left, values at the right: plain facts that wrap anywhere, so that nothing is cut off."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QGridLayout, QLabel, QPlainTextEdit, QSizePolicy, QWidget

from desk.gui import theme
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.copylabel import INDENT, CopyLabel

LONG_WORD = 20
LONG_TEXT = 900
"""Texts beyond this many characters, or 14 lines, stand in a box that scrolls."""

_LONG = re.compile(rf"\S{{{LONG_WORD},}}")
_HERE = "\N{ZERO WIDTH SPACE}"


def breakable(text: str) -> str:
    """The text with invisible places to break in its long words."""
    return _LONG.sub(lambda word: _HERE.join(re.findall(".{1,8}", word.group())), text)


def value(text: str, role: str = "body", *, mono: bool = False) -> QLabel:
    """A value that wraps, long ids and addresses too. Plain text; its accessible name is the text itself."""
    made = label(breakable(text), role, wrap=True)
    # The height follows the width; a guessed one would leave gaps in long pages.
    policy = made.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
    made.setSizePolicy(policy)
    if mono:
        made.setFont(theme.mono())
    made.setAccessibleName(text)
    return made


def shown(made: QLabel) -> str:
    """The text of such a label without its places to break."""
    return made.text().replace(_HERE, "")


def text_box(text: str, name: str) -> QWidget:
    """A text as it is: a label while it is short, else a box that scrolls."""
    if len(text) <= LONG_TEXT and text.count("\n") < 14:
        return value(text)
    box = QPlainTextEdit(text)
    box.setReadOnly(True)
    box.setTabChangesFocus(True)
    box.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    box.setFixedHeight(240)
    box.setAccessibleName(name)
    return box


class Lines(QWidget):
    """Facts in lines. Empty values are left out."""

    def __init__(self, facts: Iterable[tuple[str, str]] = (), *, width: int = 128) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.S3 - INDENT)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, width)
        self._grid.setColumnStretch(1, 1)
        self._width = width
        self._count = 0
        for name, text in facts:
            self.add(name, text)

    def __len__(self) -> int:
        return self._count

    def add(self, name: str, text: str, *, mono: bool = False) -> None:
        if text:
            self.put(name, value(text, mono=mono) if mono else text_box(text, name))

    def put(self, name: str, widget: QWidget) -> None:
        """A widget as the value."""
        caption = value(name, "muted")
        caption.setFixedWidth(self._width)
        caption.setContentsMargins(0, 2, 0, 0)
        self._grid.addWidget(caption, self._count, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(_in_line(widget), self._count, 1)
        self._count += 1


def _in_line(widget: QWidget) -> QWidget:
    """Its text begins where that of a CopyLabel does, which needs room for its ring."""
    if isinstance(widget, CopyLabel):
        return widget
    if isinstance(widget, QLabel):
        at = widget.contentsMargins()
        widget.setContentsMargins(at.left() + INDENT, at.top(), at.right(), at.bottom())
        return widget
    holder = QWidget()
    layout = hbox(widget, gap=0)
    layout.setContentsMargins(INDENT, 0, 0, 0)
    holder.setLayout(layout)
    return holder
