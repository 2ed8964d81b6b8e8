"""What happened to a case in the queue: who did what with it and why, and every second opinion in full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.gui import theme
from desk.gui.case.parts import Facts
from desk.gui.widgets.common import hairline, label
from desk.gui.words import tr
from desk.services.queue import Asked, Told


class QueueStory(QWidget):
    """The oldest first. Hidden where nothing happened."""

    def __init__(self) -> None:
        super().__init__()
        self._told: tuple[Told, ...] = ()
        self._asked: tuple[Asked, ...] = ()
        self._facts = Facts()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        column.addWidget(hairline())
        column.addSpacing(theme.S1)
        column.addWidget(label(tr("In the queue"), "section"))
        column.addWidget(self._facts)
        self.setAccessibleName(tr("In the queue"))
        self.hide()

    def forget(self) -> None:
        self.show_story((), ())

    def show_story(self, told: Sequence[Told], asked: Sequence[Asked]) -> None:
        if (tuple(told), tuple(asked)) != (self._told, self._asked):
            self._told, self._asked = tuple(told), tuple(asked)
            self._facts.clear()
            for when, name, by, lines in sorted(steps(told, asked), key=lambda step: step[0]):
                self._facts.time(name, when, by)
                for caption, said in lines:
                    self._facts.add(caption, said)
        self.setVisible(bool(told or asked))


Step = tuple[datetime, str, str, list[tuple[str, str]]]
"""When, what, by whom (and to whom), and what they said, with captions."""


def steps(told: Sequence[Told], asked: Sequence[Asked]) -> list[Step]:
    """Each act and each half of a second opinion. What is kept from the reader is said to be so."""
    found: list[Step] = []
    for act in told:
        name, by = {
            "skipped": (tr("Skipped"), tr("by {name}", name=act.by)),
            "snoozed": (tr("Put away"), tr("by {name}", name=act.by)),
            "escalated": (tr("Escalated"), tr("by {name}", name=act.by)),
            "sent_back": (tr("Given back"), tr("by {name}", name=act.by)),
            "handed_over": (tr("Handed over"), tr("by {by} to {to}", by=act.by, to=act.to)),
            "taken_over": (tr("Taken over"), tr("by {by} from {to}", by=act.by, to=act.to)),
        }[act.kind.value]
        found.append((act.at, name, by, [("", act.note)]))
    for one in asked:
        opinion = one.opinion
        first = one.first if one.first is not None else tr("kept from you until you gave yours")
        said = [(tr("Question"), opinion.question), (tr("Own opinion"), first)]
        found.append(
            (opinion.asked_at, tr("Second opinion"), tr("asked for by {name}", name=one.asked_by), said)
        )
        if opinion.given_at is not None:
            given = tr("given by {name}", name=one.given_by)
            found.append(
                (opinion.given_at, tr("Second opinion"), given, [(tr("Opinion"), opinion.second or "")])
            )
    return found
