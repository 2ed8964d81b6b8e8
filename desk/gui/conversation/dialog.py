"""Which messages of a conversation are reported. Each change is kept in the draft as it is made."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from desk.domain.content import Content
from desk.domain.conversation import Selection, narrowed, numbers_of, of_sender, senders
from desk.gui import theme
from desk.gui.conversation.finder import Finder
from desk.gui.conversation.model import MessageModel
from desk.gui.conversation.view import MessageView
from desk.gui.widgets.buttons import primary, quiet, secondary
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.words import number, plural, tr

MOST_IN_MENU = 20


def selection_words(kept: int, total: int) -> str:
    """How much of a conversation is reported, and how much is not."""
    if kept == total:
        return plural(total, "The only message is reported.", "All {n} messages are reported.")
    return tr(
        "{kept} of {all} are reported; {out} left out.",
        kept=number(kept),
        all=plural(total, "{n} message", "{n} messages"),
        out=number(total - kept),
    )


class MessagesDialog(QDialog):
    """``chosen`` carries the selection, None for everything."""

    chosen = Signal(object)

    def __init__(self, content: Content, selection: Selection | None, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Which messages are reported?"))
        self.model = MessageModel(content.messages, marks=True)
        self.model.set_reported(numbers_of(selection, len(content.messages)))
        self.view = MessageView(self.model, tr("Messages"))
        self.view.toggled.connect(self._toggled)
        self.finder = Finder(self.model, self.view)
        self.said = label("", "body", wrap=True)
        self.report = secondary(tr("Report"))
        self.leave_out = secondary(tr("Leave out"))
        for button, on in ((self.report, True), (self.leave_out, False)):
            button.setMenu(self._menu(button, content, on))
        self.undo, self.redo = quiet(tr("Undo"), "undo-2"), quiet(tr("Redo"))
        self.undo.clicked.connect(self._undo)
        self.redo.clicked.connect(self._redo)
        for keys, act in (
            (QKeySequence.StandardKey.Undo, self._undo),
            (QKeySequence.StandardKey.Redo, self._redo),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(partial(self.finder.field.setFocus, Qt.FocusReason.ShortcutFocusReason))
        done = primary(tr("Done"))
        done.setAutoDefault(False)
        done.clicked.connect(self.accept)
        help_ = label(
            tr(
                "Space reports or leaves out what is highlighted; Shift and the arrows highlight a range, "
                "Ctrl+A all that is shown. What is left out is said in the report as a number. What counts "
                "as read stays as it is."
            ),
            "muted",
            wrap=True,
        )
        marks = hbox(self.report, self.leave_out, self.undo, self.redo, gap=theme.S2)
        marks.addStretch(1)
        end = hbox(gap=theme.S2)
        end.addWidget(self.said, 1)
        end.addWidget(done)
        column = vbox(help_, self.finder, gap=theme.S2, margin=theme.S4)
        column.addLayout(marks)
        column.addWidget(self.view, 1)
        column.addLayout(end)
        self.setLayout(column)
        self.resize(760, 620)
        self.setMinimumSize(420, 320)
        self._say()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.model.rows:
            self.view.setCurrentIndex(self.model.index(0))

    def _menu(self, button: QWidget, content: Content, on: bool) -> QMenu:
        menu = QMenu(button)
        menu.addAction(tr("What is highlighted")).triggered.connect(partial(self._highlighted, on))
        menu.addAction(tr("Everything")).triggered.connect(partial(self._everything, on))
        menu.addSeparator()
        for name in senders(content.messages)[:MOST_IN_MENU]:
            said = tr("All of {name}", name=" ".join(name.split()).replace("&", "&&"))
            menu.addAction(said).triggered.connect(partial(self._all_of, name, on))
        return menu

    def _highlighted(self, on: bool, _checked: bool = False) -> None:
        self._toggled(self.view.chosen(), on)

    def _everything(self, on: bool, _checked: bool = False) -> None:
        self._mark(list(range(len(self.model.messages))), on)

    def _all_of(self, name: str, on: bool, _checked: bool = False) -> None:
        self._mark(sorted(of_sender(self.model.messages, name)), on)

    def _toggled(self, rows: list[int], on: bool) -> None:
        self._mark([self.model.rows[row] for row in rows], on)

    def _mark(self, numbers: list[int], on: bool) -> None:
        if self.model.report(numbers, on):
            self._changed()

    def _undo(self) -> None:
        if self.model.undo():
            self._changed()

    def _redo(self) -> None:
        if self.model.redo():
            self._changed()

    def _changed(self) -> None:
        self._say()
        self.chosen.emit(narrowed(self.model.reported, len(self.model.messages)))

    def _say(self) -> None:
        kept = len(self.model.reported)
        words = selection_words(kept, len(self.model.messages))
        if not kept:
            words = tr("No message is reported. Choose some, or leave the conversation out of the report.")
        self.said.setText(words)
        self.undo.setEnabled(self.model.can_undo)
        self.redo.setEnabled(self.model.can_redo)
