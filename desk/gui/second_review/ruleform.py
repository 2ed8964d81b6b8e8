"""The form of one sampling rule. What is wrong is said at the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desk.domain.incident import IncidentType
from desk.domain.second_review import SampleRule
from desk.gui import theme
from desk.gui.outbox.states import type_short
from desk.gui.second_review import words
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.fields import Field, TextField
from desk.gui.words import tr


def figure(text: str) -> float | None:
    """A number as it was typed, with a point or a comma; None where it is none."""
    try:
        return float(text.strip().rstrip("%").strip().replace(",", "."))
    except ValueError:
        return None


class RuleForm(QWidget):
    """``wanted`` carries the SampleRule; ``left`` comes when the form is put away."""

    wanted = Signal(object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rule = SampleRule("")
        self._others: frozenset[str] = frozenset()
        self._tried = False
        self._title = label("", "section")
        self.name = TextField(tr("such as: Every tenth decision"), limit=80)
        self.share = TextField(limit=8)
        self.below = TextField(tr("any"), limit=3)
        self.first = TextField(tr("all of them"), limit=5)
        self.types = {one: CheckBox(type_short(one.value)) for one in IncidentType}
        self.reports = CheckBox(tr("Only reports, no other decision"))
        self.required = CheckBox(tr("A report waits for the second person before it is filed"))
        self.blind = CheckBox(tr("Blind: the first decision is shown after the second"))
        self.enabled = CheckBox(tr("In use"))
        self.keep = primary(tr("Keep the rule"))
        self.cancel = secondary(tr("Cancel"), key="Esc")
        self.keep.clicked.connect(self.try_it)
        self.cancel.clicked.connect(self.left)
        self._fields = {
            "name": Field(tr("Rule name"), self.name),
            "share": Field(tr("Share in %"), self.share, tr("Drawn by chance; nobody can foresee which.")),
            "below": Field(
                tr("Completeness below"), self.below, tr("Of 100. Only reports have one."), optional=True
            ),
            "first": Field(
                tr("First reports of a moderator"), self.first, tr("The first so many."), optional=True
            ),
        }
        self._fill()
        for editor in (self.name, self.share, self.below, self.first):
            editor.changed.connect(self._check)
            editor.returnPressed.connect(self.try_it)

    def _fill(self) -> None:
        fields = self._fields
        top = hbox(fields["name"], fields["share"], gap=theme.S4)
        top.setStretch(0, 3)
        top.setStretch(1, 2)
        more = hbox(fields["below"], fields["first"], gap=theme.S4)
        more.setStretch(0, 1)
        more.setStretch(1, 1)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.S4)
        grid.setVerticalSpacing(0)
        for n, box in enumerate(self.types.values()):
            grid.addWidget(box, n // 2, n % 2)
        acts = hbox(self.keep, self.cancel)
        acts.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S3)
        column.addWidget(self._title)
        column.addLayout(top)
        column.addLayout(more)
        column.addWidget(label(tr("Incident types; none ticked means any"), "label"))
        column.addLayout(grid)
        column.addWidget(label(tr("What is looked at, and when"), "label"))
        ticks = QVBoxLayout()
        ticks.setSpacing(0)
        for box in (self.reports, self.required, self.blind, self.enabled):
            ticks.addWidget(box)
        column.addLayout(ticks)
        column.addWidget(label(tr("An urgent report is never held back, whatever a rule says."), "muted"))
        column.addLayout(acts)

    def begin(self, rule: SampleRule | None, others: Sequence[SampleRule]) -> None:
        """A new rule, or one to be changed; ``others`` are the rules beside it."""
        self._rule = found = rule or SampleRule("")
        self._others = frozenset(one.name.strip() for one in others)
        self._tried = False
        self._title.setText(tr("New rule") if rule is None else tr("Change “{name}”", name=rule.name))
        self.name.set_value(found.name)
        self.share.set_value("" if rule is None else words.share(found.share))
        self.below.set_value("" if found.below is None else str(found.below))
        self.first.set_value("" if found.new_within is None else str(found.new_within))
        for one, box in self.types.items():
            box.set_value(one.value in found.incident_types)
        self.reports.set_value(found.reports_only)
        self.required.set_value(found.required)
        self.blind.set_value(found.blind)
        self.enabled.set_value(found.enabled)
        self._say({})
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def problems(self) -> dict[str, str]:
        """By field, in words, what is wrong."""
        found = {}
        name, share = self.name.value(), figure(self.share.value())
        if not name:
            found["name"] = tr("Name the rule.")
        elif name in self._others:
            found["name"] = tr("Another rule has this name.")
        if share is None or not 0 < share <= 100:
            found["share"] = tr("Give a share above 0 and up to 100 %.")
        below = self.below.value()
        if below and not (below.isdecimal() and 0 < int(below) <= 100):
            found["below"] = tr("Give a whole number from 1 to 100, or nothing.")
        first = self.first.value()
        if first and not (first.isdecimal() and int(first) > 0):
            found["first"] = tr("Give a whole number from 1 on, or nothing.")
        return found

    def value(self) -> SampleRule:
        """The rule as it stands in the form, once there are no problems."""
        share = figure(self.share.value())
        below, first = self.below.value(), self.first.value()
        return replace(
            self._rule,
            name=self.name.value(),
            share=(share or 0.0) / 100,
            incident_types=tuple(one.value for one, box in self.types.items() if box.value()),
            below=int(below) if below else None,
            new_within=int(first) if first else None,
            reports_only=self.reports.value(),
            required=self.required.value(),
            blind=self.blind.value(),
            enabled=self.enabled.value(),
        )

    def try_it(self) -> None:
        """Keep it, or say at its field what is wrong."""
        self._tried = True
        found = self.problems()
        self._say(found)
        if not found:
            self.wanted.emit(self.value())
            return
        first = next(field for field in self._fields if field in found)
        self._fields[first].editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def problem_at(self, field: str) -> str:
        return self._fields[field].problem()

    def _check(self) -> None:
        if self._tried:
            self._say(self.problems())

    def _say(self, found: Mapping[str, str]) -> None:
        for name, field in self._fields.items():
            field.set_problem(found.get(name, ""))
