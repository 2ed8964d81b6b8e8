"""Files let fall on the window: what is offered, said over the page while they are carried across it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFrame, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.words import plural, tr


def files_in(mime: QMimeData) -> list[Path]:
    """The files and folders of this computer among what is carried."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def copied(event: QDropEvent) -> None:
    """Accept as a copy, whatever was proposed: who is told that its files were moved may delete them."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


class LetFall(QFrame):
    """An outline of the page and a word in its middle. It takes no mouse: the window gets the drop."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setObjectName("letfall")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = label("", "section")
        said = label(tr(".json, .jsonl, .zip, or folders. The files stay where they are."), "body-muted")
        box = QFrame()
        box.setObjectName("notice")
        row = hbox(icons.IconLabel("download", 20, "accent"), gap=theme.S3, margin=theme.S4)
        row.addLayout(vbox(self._words, said, gap=theme.S1))
        box.setLayout(row)
        column = vbox(margin=theme.S4)
        column.addWidget(box, 0, Qt.AlignmentFlag.AlignCenter)
        self.setLayout(column)
        self.hide()

    def offer(self, count: int) -> None:
        """Say that so many would be taken in."""
        self._words.setText(plural(count, "Let go to import it", "Let go to import {n} items"))
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()
