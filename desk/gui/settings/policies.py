"""Settings: the policy tree with its incident types, and the reporting rules."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from desk.domain.incident import IncidentType
from desk.domain.policy import Policy
from desk.domain.rules import Contact, Rule
from desk.gui import theme
from desk.gui.widgets.buttons import danger, secondary
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.fields import Choice, Field, TextField
from desk.gui.widgets.panels import Panel
from desk.gui.widgets.rows import RepeatingRows
from desk.gui.words import joined, plural, tr
from desk.services.configuration import DeskSettings

PATH = Qt.ItemDataRole.UserRole


class PoliciesPanel(Panel):
    """A tree of policies; each proposes an incident type, its own or its parent's."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Policies"))
        self._policies: tuple[Policy, ...] = ()
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([tr("Policy"), tr("Proposes the incident type")])
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setAccessibleName(tr("Policies"))
        self.tree.setUniformRowHeights(True)
        self.tree.setMinimumHeight(280)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.currentItemChanged.connect(self._chosen)
        self.path = TextField(mono=True)
        self.title_field = TextField()
        self.type = Choice(
            [("", tr("none of its own")), *((kind.value, kind.value) for kind in IncidentType)]
        )
        self.put = secondary(tr("Add or change"))
        self.put.clicked.connect(self._put)
        self.drop = danger(tr("Remove"), "trash-2")
        self.drop.clicked.connect(self._drop)
        self._path_field = Field(
            tr("Path"), self.path, tr("Slugs with a slash: a parent covers all below it.")
        )
        self.add(self.tree)
        row = QHBoxLayout()
        row.setSpacing(theme.S4)
        row.addWidget(self._path_field, 2)
        row.addWidget(Field(tr("Title"), self.title_field), 2)
        row.addWidget(Field(tr("Proposes"), self.type), 3)
        self.add(row)
        acts = hbox(self.put, self.drop)
        acts.addStretch(1)
        self.add(acts)

    def value(self) -> tuple[Policy, ...]:
        return self._policies

    def set_value(self, policies: tuple[Policy, ...]) -> None:
        self._policies = tuple(sorted(policies, key=lambda policy: policy.path))
        self.tree.clear()
        items: dict[str, QTreeWidgetItem] = {}
        for policy in self._policies:
            words = [policy.title or policy.path, policy.incident_type.value if policy.incident_type else "–"]
            item = QTreeWidgetItem(words)
            item.setData(0, PATH, policy.path)
            item.setToolTip(0, policy.path)
            parent = items.get(policy.parent or "")
            if parent is None:
                self.tree.addTopLevelItem(item)
            else:
                parent.addChild(item)
            items[policy.path] = item
        self.tree.expandAll()

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        for policy in self._policies:
            if item is not None and policy.path == item.data(0, PATH):
                self.path.set_value(policy.path)
                self.title_field.set_value(policy.title)
                self.type.set_value(policy.incident_type.value if policy.incident_type else "")

    def _put(self) -> None:
        path = self.path.value().strip().strip("/")
        if not path or any(not part.strip() for part in path.split("/")):
            self._path_field.set_problem(tr("A path has words between its slashes."))
            self.path.setFocus()
            return
        self._path_field.set_problem("")
        chosen = self.type.value()
        policy = Policy(path, self.title_field.value().strip(), IncidentType(chosen) if chosen else None)
        self.set_value((*(p for p in self._policies if p.path != path), policy))
        self.changed.emit()

    def _drop(self) -> None:
        path = self.path.value().strip()
        self.set_value(tuple(p for p in self._policies if p.path != path))
        self.changed.emit()


class RuleRow(QWidget):
    """One reporting rule in a row."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rule = Rule(0, "", (), "", Contact())
        self.enabled = CheckBox(tr("Enabled"))
        self.name = TextField(tr("name of the rule"))
        self.policies = TextField(tr("policies, with commas"), mono=True)
        self.queue = TextField(tr("queue"))
        self.first = TextField(tr("first name"))
        self.last = TextField(tr("last name"))
        self.email = TextField(tr("email"))
        for field, name in (
            (self.name, tr("Name")),
            (self.policies, tr("Policies")),
            (self.queue, tr("Review queue")),
            (self.first, tr("Contact: first name")),
            (self.last, tr("Contact: last name")),
            (self.email, tr("Contact: email")),
        ):
            field.setAccessibleName(name)
            field.changed.connect(self.changed)
        self.enabled.changed.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S2)
        for widget, stretch in (
            (self.enabled, 0),
            (self.name, 3),
            (self.policies, 4),
            (self.queue, 2),
            (self.first, 1),
            (self.last, 1),
            (self.email, 3),
        ):
            row.addWidget(widget, stretch)
        self.setFocusProxy(self.name)

    def value(self) -> Rule | None:
        if not self.name.value().strip() and not self.policies.value().strip():
            return None
        return replace(
            self._rule,
            name=self.name.value().strip(),
            policies=tuple(part.strip() for part in self.policies.value().split(",") if part.strip()),
            queue=self.queue.value().strip() or "child-safety",
            contact=Contact(
                self.first.value().strip(), self.last.value().strip(), self.email.value().strip()
            ),
            enabled=self.enabled.value(),
        )

    def set_value(self, value: Rule | None) -> None:
        rule = value or Rule(0, "", (), "", Contact())
        self._rule = rule
        self.enabled.set_value(rule.enabled)
        self.name.set_value(rule.name)
        self.policies.set_value(", ".join(rule.policies))
        self.queue.set_value(rule.queue)
        self.first.set_value(rule.contact.first_name)
        self.last.set_value(rule.contact.last_name)
        self.email.set_value(rule.contact.email)


class RulesPanel(Panel):
    """The reporting rules. Agency: NCMEC, which is there from the start."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Reporting rules"), aside=tr("agency: NCMEC"))
        self.add(
            label(
                tr(
                    "A rule sends AI-detected cases of its policies to its queue and names the contact that "
                    "stands in their reports. A policy covers all below it. A paused rule touches nothing "
                    "that was sent."
                ),
                "muted",
                wrap=True,
            )
        )
        self.rows = RepeatingRows(RuleRow, tr("rule"), most=200, empty_words=tr("No rule yet."))
        self.rows.changed.connect(self.changed)
        self.add(self.rows)

    def value(self) -> tuple[Rule, ...]:
        rules = [rule for rule in self.rows.value() if rule is not None]
        highest = max((rule.id for rule in rules), default=0)
        numbered = []
        for rule in rules:
            if rule.id == 0:
                highest += 1
                rule = replace(rule, id=highest)
            numbered.append(rule)
        return tuple(numbered)

    def set_value(self, rules: tuple[Rule, ...]) -> None:
        self.rows.set_value(list(rules))


def summary(settings: DeskSettings) -> str:
    """A line about what is set."""
    return joined(
        [
            plural(len(settings.policies), "{n} policy", "{n} policies"),
            plural(len(settings.rules), "{n} rule", "{n} rules"),
            tr("held {n} min", settings.hold_minutes),
        ]
    )
