"""Forms: a report that was made elsewhere, and a supervisor's correction of what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desk.domain.case import CaseData
from desk.domain.channels import NCMEC, directory
from desk.domain.content import Content
from desk.domain.elsewhere import ElsewhereFiling, Stated, problems
from desk.gui import icons, theme
from desk.gui.case.parts import row
from desk.gui.widgets.buttons import danger, link, primary, secondary
from desk.gui.widgets.choices import CheckBox, Segmented
from desk.gui.widgets.common import label, vbox
from desk.gui.widgets.fields import Choice, Field, TextField
from desk.gui.widgets.moments import DateTimeField
from desk.gui.words import joined, tr


def content_words(piece: Content) -> str:
    """What a tick beside a piece of content says."""
    return joined([piece.name or piece.uid or piece.url or piece.id, tr(piece.kind.value)])


class RecordForm(QWidget):
    """``recorded`` carries the Stated, once it can be kept. Nothing is ticked or chosen beforehand."""

    recorded = Signal(object)
    left = Signal()

    def __init__(
        self, data: CaseData, *, body: str, by: str, filed_here: frozenset[str], mine: bool, now: datetime
    ) -> None:
        super().__init__()
        self._now = now
        self.body = Choice([(one.code, tr(one.name)) for one in directory() if one.takes_reports])
        self.body.set_value(body or None)
        self.reference = TextField(mono=True, limit=200)
        self.filed_at = DateTimeField()
        self.filed_by = TextField(limit=200)
        self.filed_by.set_value(by)
        self.settles = Segmented(
            [(True, tr("Yes, it counts as reported")), (False, tr("No, it stays open"))], clearable=False
        )
        self.note = TextField(limit=500)
        self.fields: dict[str, Field] = {
            "body": Field(tr("Body"), self.body),
            "reference": Field(
                tr("Reference"), self.reference, tr("Its report id or receipt, if it gave one.")
            ),
            "filed_at": Field(tr("Filed at"), self.filed_at),
            "filed_by": Field(tr("Filed by"), self.filed_by),
        }
        self._preserve = label(
            tr("A report to NCMEC begins the year of preservation, by whatever way it was made."),
            "muted",
            wrap=True,
        )
        self.content: dict[str, CheckBox] = {}
        pieces = vbox(gap=0)
        for piece in data.content:
            box = CheckBox(content_words(piece))
            if piece.id in filed_here:
                box.setText(tr("{content} · reported by this desk", content=content_words(piece)))
            self.content[piece.id] = box
            pieces.addWidget(box)
        every = link(tr("Tick all"))
        every.clicked.connect(self._tick_all)
        self._content_problem = label("", "bad", wrap=True)
        self._content_said = QWidget()
        said = row(icons.IconLabel("circle-alert", 14, "bad"), gap=6)
        said.addWidget(self._content_problem, 1)
        self._content_said.setLayout(said)
        self._content_said.hide()
        column = vbox(gap=theme.S3)
        column.addWidget(label(tr("Filed elsewhere, or by hand"), "section"))
        column.addWidget(
            label(
                tr(
                    "What is recorded here can't be reported to the same body again. It is never removed; "
                    "a supervisor can correct it with a reason."
                ),
                "muted",
                wrap=True,
            )
        )
        for key in ("body", "reference", "filed_at", "filed_by"):
            column.addWidget(self.fields[key])
            if key == "body":
                column.addWidget(self._preserve)
        column.addLayout(row(label(tr("What was reported"), "label"), None, every))
        column.addLayout(pieces)
        column.addWidget(self._content_said)
        self._settles_field = Field(
            tr("Is the case done with it?"),
            self.settles,
            tr("A report to another body may leave one to NCMEC still to be made."),
        )
        self._settles_field.setVisible(mine)
        self._mine = mine
        column.addWidget(self._settles_field)
        if not mine:
            column.addWidget(label(tr("Claim the case to close it with this record."), "muted", wrap=True))
        column.addWidget(Field(tr("Note"), self.note, optional=True))
        self.go = primary(tr("Put on record"))
        self.go.clicked.connect(self.submit)
        back = secondary(tr("Cancel"), key="Esc")
        back.clicked.connect(self.left)
        column.addLayout(row(self.go, back, None))
        column.addStretch(1)
        self.setLayout(column)
        self.body.changed.connect(self._body_changed)
        for editor, field in (
            (self.body, self.fields["body"]),
            (self.body, self.fields["reference"]),
            (self.reference, self.fields["reference"]),
            (self.filed_at, self.fields["filed_at"]),
            (self.filed_by, self.fields["filed_by"]),
            (self.settles, self._settles_field),
        ):
            editor.changed.connect(field.mended)
        for box in self.content.values():
            box.changed.connect(lambda: self._say_content(""))
        self._body_changed()

    def _body_changed(self) -> None:
        by_hand = self.body.value() == NCMEC
        self._preserve.setVisible(by_hand)
        self.fields["reference"].set_help(
            tr("The report id that the web form answered: a number.")
            if by_hand
            else tr("Its report id or receipt, if it gave one.")
        )

    def _tick_all(self) -> None:
        for box in self.content.values():
            box.set_value(True)

    def _say_content(self, problem: str) -> None:
        self._content_problem.setText(problem)
        self._content_said.setVisible(bool(problem))

    def stated(self) -> Stated:
        """As it stands in the form; a time that can't be read is the future, and is refused."""
        return Stated(
            body=self.body.value() or "",
            filed_at=self.filed_at.value() or datetime.max.replace(tzinfo=self._now.tzinfo),
            filed_by=self.filed_by.value(),
            content_ids=tuple(key for key, box in self.content.items() if box.value()),
            reference=self.reference.value(),
            settles=bool(self.settles.value()),
            note=self.note.value(),
        )

    def submit(self) -> None:
        """Say what is missing at its field, or hand it on."""
        stated = self.stated()
        found = dict(problems(stated, self._now))
        if self.filed_at.value() is None:
            found["filed_at"] = self.filed_at.problem() or tr("Give the date and the time, with the zone.")
        for key, field in self.fields.items():
            field.set_problem(tr(found.get(key, "")) if key in found else "")
        self._say_content(tr(found["content"]) if "content" in found else "")
        unsaid = self._mine and self.settles.value() is None
        self._settles_field.set_problem(tr("Say whether the case is done.") if unsaid else "")
        first = next((key for key in self.fields if key in found), None)
        if first is not None:
            self.fields[first].setFocus()
        if not found and not unsaid:
            self.recorded.emit(stated)

    def set_busy(self, busy: bool) -> None:
        self.go.setEnabled(not busy)


class CorrectForm(QWidget):
    """A supervisor says what is right, or that it was a mistake; with a reason.

    ``corrected`` carries (record's id, reason, what is different); ``withdrawn`` (record's id, reason).
    """

    corrected = Signal(int, str, object)
    withdrawn = Signal(int, str)
    left = Signal()

    def __init__(self, filing: ElsewhereFiling) -> None:
        super().__init__()
        self.filing = filing
        stated = filing.stated
        self.reference = TextField(mono=True, limit=200)
        self.reference.set_value(stated.reference)
        self.filed_at = DateTimeField()
        self.filed_at.set_value(stated.filed_at)
        self.filed_by = TextField(limit=200)
        self.filed_by.set_value(stated.filed_by)
        self.reason = TextField(limit=500)
        self._reason = Field(tr("Reason"), self.reason, tr("What was wrong, in a sentence."))
        self._when = Field(tr("Filed at"), self.filed_at)
        column = vbox(gap=theme.S3)
        column.addWidget(label(tr("Correct this record"), "section"))
        column.addWidget(label(tr("What was recorded first stays beside it."), "muted", wrap=True))
        column.addWidget(Field(tr("Reference"), self.reference))
        column.addWidget(self._when)
        column.addWidget(Field(tr("Filed by"), self.filed_by))
        column.addWidget(self._reason)
        self.go = primary(tr("Correct it"))
        self.go.clicked.connect(self.submit)
        self.gone = danger(tr("Withdraw it"))
        self.gone.setToolTip(tr("It was recorded by mistake and no longer counts as reported"))
        self.gone.clicked.connect(self.withdraw)
        back = secondary(tr("Cancel"), key="Esc")
        back.clicked.connect(self.left)
        column.addLayout(row(self.go, back, None, self.gone))
        column.addStretch(1)
        self.setLayout(column)
        self.reason.changed.connect(self._reason.mended)
        self.filed_at.changed.connect(self._when.mended)

    def changes(self) -> Mapping[str, object]:
        """Only what is different."""
        stated = self.filing.stated
        found: dict[str, object] = {
            "reference": self.reference.value(),
            "filed_at": self.filed_at.value(),
            "filed_by": self.filed_by.value(),
        }
        return {key: value for key, value in found.items() if value != getattr(stated, key)}

    def _reasoned(self) -> bool:
        self._reason.set_problem("" if self.reason.value() else tr("A correction needs a reason."))
        return bool(self.reason.value())

    def submit(self) -> None:
        unread = self.filed_at.value() is None
        self._when.set_problem(tr("Give the date and the time, with the zone.") if unread else "")
        if self._reasoned() and not unread:
            self.corrected.emit(self.filing.id, self.reason.value(), self.changes())

    def withdraw(self) -> None:
        if self._reasoned():
            self.withdrawn.emit(self.filing.id, self.reason.value())

    def set_busy(self, busy: bool) -> None:
        self.go.setEnabled(not busy)
        self.gone.setEnabled(not busy)
