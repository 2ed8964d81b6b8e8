"""The line above a conversation: search with before and next, and whose messages are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desk.domain.conversation import senders
from desk.gui import theme
from desk.gui.conversation.model import MessageModel
from desk.gui.conversation.view import MessageView
from desk.gui.widgets.buttons import IconButton
from desk.gui.widgets.common import label
from desk.gui.widgets.fields import Choice, TextField
from desk.gui.widgets.flow import FlowLayout
from desk.gui.words import number, plural, tr

MOST_SENDERS = 200


class Finder(QWidget):
    """Works on one view and its model."""

    def __init__(self, model: MessageModel, view: MessageView) -> None:
        super().__init__()
        self._model, self._view = model, view
        self._at = -1
        self.field = TextField(tr("Find in it"))
        self.field.setAccessibleName(tr("Find in these messages"))
        self.field.setFixedWidth(130)
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self.search)
        self.field.returnPressed.connect(self.next)
        self.said = label("", "muted")
        self.said.setMinimumHeight(32)
        self.said.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.up, self.down = IconButton("chevron-up", tr("Before")), IconButton("chevron-down", tr("Next"))
        self.up.clicked.connect(self.before)
        self.down.clicked.connect(self.next)
        names = senders(model.messages)[:MOST_SENDERS]
        self.whose = Choice([(None, tr("Everyone")), *((name, " ".join(name.split())) for name in names)])
        self.whose.set_value(None)
        self.whose.setAccessibleName(tr("Whose messages are shown"))
        self.whose.setMaximumWidth(180)
        self.around = Choice(
            [
                (0, tr("Only theirs")),
                (1, tr("1 around each")),
                (3, tr("3 around each")),
            ]
        )
        self.around.set_value(1)
        self.around.setAccessibleName(tr("Messages shown around each"))
        self.whose.changed.connect(self._show_only)
        self.around.changed.connect(self._show_only)
        line = FlowLayout(theme.S1)
        self.setLayout(line)
        for part in (self.field, self.up, self.down, self.said, self.whose, self.around):
            line.addWidget(part)
        self.around.hide()
        self.said.hide()
        self.whose.setVisible(len(names) > 1)

    def search(self) -> None:
        self._model.search(self.field.text())
        self._at = -1
        self._say()
        if self.field.text():
            self.next()

    def next(self) -> None:
        self._step(1)

    def before(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        hits = self._model.hits
        if hits:
            self._at = (self._at + step) % len(hits) if self._at >= 0 or step > 0 else len(hits) - 1
            self._view.go_to(hits[self._at])
        self._say()

    def _say(self) -> None:
        hits = len(self._model.hits)
        if not self.field.text():
            text = ""
        elif self._at < 0 or not hits:
            text = plural(hits, "{n} message", "{n} messages")
        else:
            text = tr(
                "{at} of {all}", at=number(self._at + 1), all=plural(hits, "{n} message", "{n} messages")
            )
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def _show_only(self) -> None:
        sender = self.whose.value()
        self.around.setVisible(sender is not None)
        self._model.show_only(sender, self.around.value() or 0)
        self._at = -1
        self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self.field.text() or self.whose.value() is not None):
            self.field.clear()
            self.whose.set_value(None)
            self._show_only()
            self._view.setFocus()
            return
        super().keyPressEvent(event)
