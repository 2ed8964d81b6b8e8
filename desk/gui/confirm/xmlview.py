"""Documents as they are kept: set in lines for reading, or byte for byte; the bytes never change."""

from __future__ import annotations

import re

from PySide6.QtGui import QGuiApplication, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from desk.gui import theme
from desk.gui.widgets.buttons import quiet
from desk.gui.widgets.choices import Segmented
from desk.gui.widgets.common import label
from desk.gui.words import number, tr

MOST, MOST_IN_LINE = 300_000, 60_000
"""Characters shown, in all and where they stand in one line (a long line is slow to lay out).

Beyond it the text is cut for display; copying gives all of it.
"""

_TOKEN = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|[^<]+|<")


def readable(document: bytes) -> str:
    """The document with line breaks and indents, for reading only.

    Nothing is parsed or resolved (an answer may come from anywhere): the text is cut
    at its tags. What is no XML stays as it is; bytes that are no UTF-8 show as �.
    """
    text = document.decode("utf-8", "replace")
    if not text.lstrip().startswith("<"):
        return text
    lines: list[str] = []
    depth = 0
    held = ""  # an opening tag whose text may follow on the same line
    for token in _TOKEN.findall(text):
        if not token.startswith("<"):
            if token.strip():
                if held:
                    held += token
                else:
                    lines.append("  " * depth + token.strip())
            continue
        if token.startswith("</"):
            depth = max(0, depth - 1)
            lines.append(held + token if held else "  " * depth + token)
            held = ""
            continue
        if held:
            lines.append(held)
            held = ""
        if token.startswith(("<?", "<!")) or token.endswith("/>"):
            lines.append("  " * depth + token)
        else:
            held = "  " * depth + token
            depth += 1
    if held:
        lines.append(held)
    return "\n".join(lines)


class DocumentView(QWidget):
    """One document, with a switch between 'Readable' and 'As it is', and a button that copies the latter.

    Fill it with ``set_document``; make the readable text off the GUI thread with :func:`readable`.
    """

    def __init__(self, name: str, *, height: int = 320, note: str = "") -> None:
        super().__init__()
        self._document, self._readable = b"", ""
        self._switch = Segmented([(True, tr("Readable")), (False, tr("As it is"))], clearable=False)
        self._switch.setAccessibleName(tr("How {document} is shown", document=name))
        self._switch.set_value(True)
        self._switch.changed.connect(self._show)
        self._copy = quiet(tr("Copy"), "copy")
        self._copy.setAccessibleName(tr("Copy {document} as it is", document=name))
        self._copy.clicked.connect(self.copy)
        self._about = label("", "muted")
        self._about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme.mono())
        self.text.setProperty("mono", True)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setFixedHeight(height)
        self.text.setAccessibleName(name)
        top = self._top = QHBoxLayout()
        top.setSpacing(theme.S2)
        top.addWidget(self._switch)
        top.addWidget(self._about, 1)
        top.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        if note:
            column.addWidget(label(note, "muted", wrap=True))
        column.addLayout(top)
        column.addWidget(self.text)

    def document(self) -> bytes:
        return self._document

    def set_document(self, document: bytes, shown: str) -> None:
        """``shown`` is :func:`readable` of the same bytes."""
        self._document, self._readable = document, shown
        self._show()

    def copy(self) -> None:
        """The document as it is, whole."""
        QGuiApplication.clipboard().setText(self._document.decode("utf-8", "replace"))
        self._about.setText(tr("Copied"))

    def _show(self) -> None:
        text = self._readable if self._switch.value() else self._document.decode("utf-8", "replace")
        words = tr("{n} bytes", len(self._document))
        most = MOST if "\n" in text[:MOST_IN_LINE] else MOST_IN_LINE
        if len(text) > most:
            text = text[:most]
            words = tr("the first {shown} characters of {n} bytes", len(self._document), shown=number(most))
        self._about.setText(words)
        self._about.setToolTip(words)
        self.text.setPlainText(text)
