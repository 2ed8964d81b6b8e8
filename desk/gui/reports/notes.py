"""What became of a report: the notes, for everybody; and the form for a supervisor's new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.outcome import OutcomeKind, OutcomeSource
from desk.gui import theme, words
from desk.gui.confirm.lines import Lines, value
from desk.gui.reports.states import kind_words, source_words
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.common import clear, hairline, hbox, label, vbox
from desk.gui.widgets.fields import Choice, Field, MultiLine, TextField
from desk.gui.widgets.panels import Panel
from desk.gui.words import joined, tr
from desk.services.whole_story import NoteLine


@dataclass(frozen=True, slots=True)
class NewNote:
    source: OutcomeSource
    kind: OutcomeKind
    reference: str
    day: date
    words: str

    def __repr__(self) -> str:  # people's words stay out of tracebacks
        return f"NewNote(kind={self.kind.value!r})"


class NotesPanel(Panel):
    """``noted`` carries a NewNote, once it can be kept; ``look_at`` the field that needs the eye."""

    noted = Signal(object)
    look_at = Signal(QWidget)

    def __init__(self) -> None:
        self.open_form = secondary(tr("Add a note…"), "plus")
        super().__init__(tr("What became of it"), acts=(self.open_form,))
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.S3)
        self.source = Choice([(one, source_words(one)) for one in OutcomeSource])
        self.kind = Choice([(one, kind_words(one)) for one in OutcomeKind])
        self.reference = TextField(mono=True, limit=200)
        self.day = TextField(limit=10)
        self.words = MultiLine(rows=3)
        self.fields = {
            "source": Field(tr("From"), self.source),
            "kind": Field(tr("What"), self.kind),
            "day": Field(tr("Day"), self.day, tr("Of the feedback itself, as 2026-05-04.")),
            "reference": Field(tr("Their reference"), self.reference, optional=True),
            "words": Field(
                tr("In words"), self.words, tr("The one who filed reads this. No names of victims.")
            ),
        }
        self.add_note = primary(tr("Add the note"))
        self.add_note.clicked.connect(self.submit)
        back = secondary(tr("Cancel"), key="Esc")
        back.clicked.connect(lambda: self.show_form(False))
        self._form = Panel()
        self._form.add(*self.fields.values())
        acts = hbox(self.add_note, back)
        acts.addStretch(1)
        self._form.add(acts)
        self._form.hide()
        self._today = date.min
        self.open_form.clicked.connect(lambda: self.show_form(True))
        self.add(self._list, self._form)

    def show_notes(self, notes: Sequence[NoteLine], *, may_add: bool, today: date) -> None:
        self._today = today
        self.open_form.setVisible(may_add and self._form.isHidden())
        if not may_add:
            self._form.hide()
        clear(self._list)
        if not notes:
            self._list.addWidget(label(tr("Nothing is noted yet."), "body-muted", wrap=True))
        for at, line in enumerate(notes):
            if at:
                self._list.addWidget(hairline())
            self._list.addLayout(self._note(line))

    @staticmethod
    def _note(line: NoteLine) -> QVBoxLayout:
        one = line.outcome
        column = vbox(value(kind_words(one.kind), "label"), gap=theme.S1)
        column.addWidget(label(joined([source_words(one.source), one.day.isoformat()]), "muted", wrap=True))
        facts = Lines(width=112)
        facts.add(tr("Reference"), one.reference, mono=True)
        facts.add(tr("In words"), one.words)
        facts.add(tr("Noted"), joined([line.by, words.moment(one.at)]))
        seen = words.moment(one.seen_at) if one.seen_at else tr("not yet")
        facts.add(tr("Read by the one who filed"), seen)
        column.addWidget(facts)
        return column

    def show_form(self, on: bool) -> None:
        self._form.setVisible(on)
        self.open_form.setVisible(not on)
        if on:
            if not self.day.value():
                self.day.set_value(self._today.isoformat())
            self.source.setFocus()
        else:
            self.open_form.setFocus()

    @property
    def writing(self) -> bool:
        return not self._form.isHidden()

    def kept(self) -> None:
        """The note stands: the form is empty again."""
        for choice in (self.source, self.kind):
            choice.set_value(None)
        for text in (self.reference, self.day, self.words):
            text.set_value("")
        for field in self.fields.values():
            field.set_problem("")
        self._form.hide()

    def submit(self) -> None:
        """Say what is missing at its field, or hand it on."""
        problems: dict[str, str] = {}
        if self.source.value() is None:
            problems["source"] = tr("Say who told it.")
        if self.kind.value() is None:
            problems["kind"] = tr("Choose what became of it.")
        try:
            day = date.fromisoformat(self.day.value())
        except ValueError:
            day = date.max
            problems["day"] = tr("Write the day as 2026-05-04.")
        if day > self._today and "day" not in problems:
            problems["day"] = tr("The day is still to come.")
        if self.kind.value() is OutcomeKind.OTHER and not self.words.value():
            problems["words"] = tr("Say what became of the report.")
        for key, field in self.fields.items():
            field.set_problem(problems.get(key, ""))
        first = next(iter(key for key in self.fields if key in problems), None)
        if first is not None:
            self.fields[first].setFocus()
            self.look_at.emit(self.fields[first])
            return
        self.noted.emit(
            NewNote(self.source.value(), self.kind.value(), self.reference.value(), day, self.words.value())
        )
