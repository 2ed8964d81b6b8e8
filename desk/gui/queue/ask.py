"""A question with an act of the queue: a note, for whom it is, a name. Ctrl+Enter acts, Escape goes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

from desk.domain.roles import Operator
from desk.gui import theme
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.widgets.fields import Choice, Field, MultiLine, TextField
from desk.gui.words import tr

WIDTH = 440


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said. ``to`` is a person's number, ``more`` the own opinion, ``on`` the tick."""

    note: str
    to: int | None = None
    more: str = ""
    on: bool = False

    def __repr__(self) -> str:  # people's words stay out of tracebacks
        return "Answer(…)"


class AskDialog(QDialog):
    """``answered`` carries an Answer, once; closing it says nothing."""

    answered = Signal(object)

    def __init__(
        self,
        title: str,
        words: str,
        field: str,
        act: str,
        parent: QWidget,
        *,
        people: Sequence[Operator] | None = None,
        more: str = "",
        tick: str = "",
        line: bool = False,
        problem: str = "",
        value: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.note: TextField | MultiLine = TextField(limit=80) if line else MultiLine(rows=3)
        self.note.set_value(value)
        self._problem = problem or tr("This needs a few words.")
        self._field = Field(field, self.note)
        self.people = Choice([(one.id, one.name) for one in people or ()], tr("Choose a person…"))
        self._people_field = Field(tr("To"), self.people)
        self.more = MultiLine(rows=3)
        self._more_field = Field(more, self.more, optional=True)
        self.tick = CheckBox(tick)
        self.act = primary(act)
        self.act.clicked.connect(self._done)
        back = secondary(tr("Cancel"))
        back.clicked.connect(self.reject)
        acts = hbox(gap=theme.S2)
        acts.addStretch(1)
        acts.addWidget(back)
        acts.addWidget(self.act)
        column = vbox(label(words, "body-muted", wrap=True), margin=theme.S4, gap=theme.S3)
        if people is not None:
            column.addWidget(self._people_field)
        column.addWidget(self._field)
        if more:
            column.addWidget(self._more_field)
        if tick:
            column.addWidget(self.tick)
        column.addLayout(acts)
        self.setLayout(column)
        self.setFixedWidth(WIDTH)
        self.people.changed.connect(self._people_field.mended)
        self.note.changed.connect(self._field.mended)
        self._asks_person = people is not None
        if isinstance(self.note, TextField) and value:
            self.note.selectAll()
        (self.people if self._asks_person else self.note).setFocus()

    def _done(self) -> None:
        self._field.set_problem("")
        self._people_field.set_problem("")
        if self._asks_person and self.people.value() is None:
            self._people_field.set_problem(tr("Choose who gets the case."))
            self.people.setFocus()
        elif not self.note.value():
            self._field.set_problem(self._problem)
            self.note.setFocus()
        else:
            said = Answer(self.note.value(), self.people.value(), self.more.value(), self.tick.isChecked())
            self.accept()
            self.answered.emit(said)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier or self.focusWidget() is self.note
        ):
            self._done()
            return
        super().keyPressEvent(event)
