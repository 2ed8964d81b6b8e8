"""The form of one reporting rule. What is wrong is said at the fields; a supervisor agrees to the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from desk.domain.rules import AGENCIES, MOST_TEXT, Contact, Rule, rule_problems
from desk.gui import icons, theme
from desk.gui.settings.covering import CoveringTree
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.fields import Choice, Field, TextField
from desk.gui.words import tr
from desk.services.rules import RulesView


class QueueChoice(QComboBox):
    """One of the queues that are known, or a new one's name."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self.lineEdit()
        assert line is not None
        line.setMaxLength(MOST_TEXT)
        line.setPlaceholderText(tr("Choose, or name a new one"))
        self.editTextChanged.connect(self.changed)

    def value(self) -> str:
        return self.currentText().strip()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling past a form must never change an answer.
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        icons.draw(painter, "chevron-down", "muted", self.width() - 24, (self.height() - 16) / 2)
        painter.end()

    def set_queues(self, queues: tuple[str, ...], chosen: str) -> None:
        self.blockSignals(True)
        self.clear()
        self.addItems(list(queues))
        self.setCurrentIndex(-1)
        self.setEditText(chosen)
        self.blockSignals(False)


class RuleForm(QWidget):
    """``wanted`` carries the Rule and the reason; ``left`` comes when the form is put away."""

    wanted = Signal(object, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rule = Rule(0, "", (), "", Contact())
        self._view: RulesView | None = None
        self._tried = False
        self._title = label("", "section")
        self.name = TextField(tr("such as: Imagery, automatic"), limit=MOST_TEXT)
        self.agency = Choice(list(AGENCIES.items()))
        self.policies = CoveringTree()
        self.queue = QueueChoice()
        self.first, self.last, self.email = TextField(limit=60), TextField(limit=60), TextField(limit=254)
        self.enabled = CheckBox(tr("Enabled as soon as it is agreed to"))
        self.reason = TextField(tr("for the supervisor and for the record"), limit=500)
        self.ask = primary(tr("Ask for agreement"))
        self.cancel = secondary(tr("Cancel"), key="Esc")
        self.ask.clicked.connect(self.try_it)
        self.cancel.clicked.connect(self.left)
        self._fields = {
            "name": Field(tr("Rule name"), self.name),
            "agency": Field(tr("Agency"), self.agency),
            "policies": Field(
                tr("Policies"),
                self.policies,
                tr("A parent covers all below it, also what is added later."),
            ),
            "queue": Field(
                tr("Review queue"),
                self.queue,
                tr("AI-detected cases wait there for a person before anything is filed."),
            ),
            "first_name": Field(tr("Reporting contact: first name"), self.first),
            "last_name": Field(tr("Last name"), self.last),
            "email": Field(tr("Email"), self.email, tr("The agency asks this person about a report.")),
            "reason": Field(tr("Why"), self.reason),
        }
        self._fill()
        for editor in (self.name, self.agency, self.policies, self.queue, self.first, self.last, self.email,
                       self.reason):  # fmt: skip
            editor.changed.connect(self._check)

    def _fill(self) -> None:
        fields = self._fields
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S3)
        column.addWidget(self._title)
        top = hbox(fields["name"], fields["agency"], fields["queue"], gap=theme.S4)
        for n, stretch in enumerate((4, 3, 3)):
            top.setStretch(n, stretch)
        people = hbox(fields["first_name"], fields["last_name"], fields["email"], gap=theme.S4)
        for n, stretch in enumerate((3, 3, 4)):
            people.setStretch(n, stretch)
        column.addLayout(top)
        column.addWidget(fields["policies"])
        column.addLayout(people)
        column.addWidget(fields["reason"])
        column.addWidget(self.enabled)
        acts = hbox(self.ask, self.cancel)
        acts.addStretch(1)
        column.addLayout(acts)

    def begin(self, rule: Rule | None, view: RulesView) -> None:
        """A new rule, or one to be changed."""
        self._rule = rule or Rule(0, "", (), "", Contact())
        self._view, self._tried = view, False
        self._title.setText(tr("New rule") if rule is None else tr("Change “{name}”", name=rule.name))
        self.name.set_value(self._rule.name)
        self.agency.set_value(self._rule.agency.casefold() if rule is not None else None)
        self.policies.set_tree(view.policies, self._rule.policies)
        self.queue.set_queues(view.queues, self._rule.queue)
        self.first.set_value(self._rule.contact.first_name)
        self.last.set_value(self._rule.contact.last_name)
        self.email.set_value(self._rule.contact.email)
        self.reason.set_value("")
        self.enabled.set_value(True)
        self.enabled.setVisible(rule is None)
        self._say({})
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def value(self) -> Rule:
        """The rule as it stands in the form."""
        return replace(
            self._rule,
            name=self.name.value(),
            agency=self.agency.value() or "",
            policies=self.policies.value(),
            queue=self.queue.value(),
            contact=Contact(self.first.value(), self.last.value(), self.email.value()),
            enabled=self.enabled.value() if self._rule.id == 0 else self._rule.enabled,
        )

    def problems(self) -> dict[str, str]:
        if self._view is None:
            return {}
        others = tuple(
            line.rule if line.rule.id else replace(line.rule, id=-n)
            for n, line in enumerate(self._view.lines, 1)
        )
        found = rule_problems(self.value(), others, self._view.policies)
        if not self.agency.value():
            found["agency"] = tr("Choose the agency that gets the reports.")
        if not self.reason.value():
            found["reason"] = tr("Say why: a supervisor reads it before they agree.")
        return found

    def try_it(self) -> None:
        """Ask for it, or say at its field what is wrong."""
        self._tried = True
        found = self.problems()
        self._say(found)
        if not found:
            self.wanted.emit(self.value(), self.reason.value())
            return
        first = next(field for field in self._fields if field in found)
        self._fields[first].editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def problem_at(self, field: str) -> str:
        return self._fields[field].problem()

    def _check(self) -> None:
        self._fields["policies"].set_help(
            self.policies.count_words() or tr("A parent covers all below it, also what is added later.")
        )
        if self._tried:
            self._say(self.problems())

    def _say(self, found: Mapping[str, str]) -> None:
        for name, field in self._fields.items():
            field.set_problem(tr(found[name]) if name in found else "")
