"""Settings: external reporting. The agency is there; each change of a rule is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.approval import Approval
from desk.domain.errors import DeskError
from desk.domain.policy import find
from desk.domain.rules import AGENCIES, Rule
from desk.gui import theme
from desk.gui.runner import Job
from desk.gui.session import Session
from desk.gui.settings.ruleform import RuleForm
from desk.gui.widgets.buttons import primary, quiet, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import clear, hairline, hbox, label, vbox
from desk.gui.widgets.fields import TextField
from desk.gui.widgets.panels import Panel
from desk.gui.words import joined, plural, tr
from desk.services.changes import Done
from desk.services.routing import Moves
from desk.services.rules import RuleLine, RulesView


class RuleLineWidget(QWidget):
    """One rule: its toggle, what it covers, where its cases wait, and what is asked about it."""

    toggled = Signal(object)
    edited = Signal(object)
    removal_asked = Signal(object)

    def __init__(self, line: RuleLine, view: RulesView) -> None:
        super().__init__()
        rule = line.rule
        self.line = line
        self.toggle = CheckBox(tr("Enabled"))
        self.toggle.set_value(rule.enabled and rule.id != 0)
        self.toggle.setEnabled(rule.id != 0)
        self.toggle.setAccessibleName(tr("{name}: enabled", name=rule.name))
        self.toggle.changed.connect(partial(self.toggled.emit, rule))
        name = label(rule.name, "label")
        titles = [policy.title if (policy := find(view.policies, path)) else path for path in rule.policies]
        contact = f"{rule.contact.first_name} {rule.contact.last_name}".strip()
        said = joined(
            [
                AGENCIES.get(rule.agency.casefold(), rule.agency),
                ", ".join(titles),
                tr("queue {name}", name=rule.queue),
                contact,
            ]
        )
        about = label(said, "muted", wrap=True)
        words, colour, icon = state_words(line)
        self.state = Badge(words, colour, icon)
        self.edit = quiet(tr("Change…"))
        self.remove = quiet(tr("Remove…"))
        for button in (self.edit, self.remove):
            button.setAccessibleName(tr("{act} {name}", act=button.text(), name=rule.name))
        self.edit.clicked.connect(partial(self.edited.emit, rule))
        self.remove.clicked.connect(partial(self.removal_asked.emit, rule))
        middle = vbox(name, about, gap=2)
        row = hbox(self.toggle, gap=theme.S3)
        row.addLayout(middle, 1)
        row.addWidget(self.state)
        row.addWidget(self.edit)
        row.addWidget(self.remove)
        row.setContentsMargins(0, 0, 0, 0)
        self.setLayout(row)
        # Only now: without a parent they would show as windows of their own and take the focus.
        self.edit.setVisible(rule.id != 0)
        self.remove.setVisible(rule.id != 0)


def state_words(line: RuleLine) -> tuple[str, str, str]:
    """(words, colour, icon): how a rule stands, and what waits about it."""
    rule = line.rule
    if rule.id == 0:
        return tr("New, waits for a supervisor"), "warn", "clock"
    if rule.stopping:
        return tr("Paused, waits for a supervisor"), "warn", "pause"
    if line.waits:
        return tr("A change waits for a supervisor"), "warn", "clock"
    if rule.enabled:
        return tr("Runs"), "ok", "circle-check"
    return tr("Paused"), "muted", "pause"


class ReportingPanel(Panel):
    """``see_approvals`` carries nothing; ``notify`` is (kind, words)."""

    notify = Signal(str, str)
    see_approvals = Signal()

    def __init__(self, session: Session) -> None:
        self.add_rule = secondary(tr("Add rule"), "plus")
        super().__init__(tr("External reporting"), acts=(self.add_rule,))
        self._session = session
        self._view: RulesView | None = None
        self._pending: Callable[[str], Callable[[], Done[Any]]] | None = None
        self._shown: list[RuleLineWidget] = []
        agency = hbox(
            label(AGENCIES["ncmec"], "label"), Badge(tr("Ready"), "ok", "circle-check"), gap=theme.S3
        )
        agency.addWidget(label(tr("The agency is built in: there is nothing to add."), "muted"))
        agency.addStretch(1)
        self._alone = label(
            tr("Nobody else at this desk can agree to a change. Add a supervisor under People."),
            "warn",
            wrap=True,
        )
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.S2)
        self._list.setContentsMargins(0, 0, 0, 0)
        self.form = RuleForm()
        self.form.hide()
        self.form.wanted.connect(self._ask_rule)
        self.form.left.connect(self._close_form)
        escape = QShortcut(QKeySequence("Escape"), self.form)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._close_form)
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        self._build_question()
        self.add(agency, self._alone, hairline())
        self._rules = QWidget()
        self._rules.setLayout(self._list)
        self.add(self._rules, self._question, self.form, self._problem)
        self._build_apply()
        self.add_rule.clicked.connect(self._add)

    def _build_question(self) -> None:
        """One line that asks why before a rule is paused, enabled or removed."""
        self._question = QWidget()
        self._asked = label("", wrap=True)
        self.reason = TextField(tr("Why: for the supervisor and for the record"), limit=500)
        self.reason.setAccessibleName(tr("Why"))
        self.go = primary("")
        leave = secondary(tr("Cancel"), key="Esc")
        leave.clicked.connect(self._close_question)
        self.go.clicked.connect(self._go)
        self.reason.returnPressed.connect(self._go)
        row = hbox(self.reason, leave, self.go)
        row.setStretch(0, 1)
        column = vbox(self._asked, gap=theme.S2)
        column.addLayout(row)
        self._question.setLayout(column)
        self._question.hide()
        escape = QShortcut(QKeySequence("Escape"), self._question)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._close_question)

    def _build_apply(self) -> None:
        self.count = secondary(tr("Apply to waiting cases…"), "refresh-cw")
        self.count.clicked.connect(self._count)
        self._told = label("", "body-muted", wrap=True)
        self.apply = primary(tr("Move them"))
        self.apply.clicked.connect(self._apply)
        self.apply.hide()
        row = hbox(self.count, self._told, self.apply, gap=theme.S3)
        row.setStretch(1, 1)
        self.add(hairline(), row)
        self._told.setText(
            tr("Rules place cases as they come in. Those that wait already stay, unless you move them.")
        )

    # shown ----------------------------------------------------------------------

    def show_view(self, view: RulesView) -> None:
        """Show the rules; a form or question that is open stays."""
        self._view = view
        self._alone.setVisible(not view.second_person)
        clear(self._list)
        self._shown.clear()
        if not view.lines:
            said = tr("No rule yet: nothing is routed, and confirmed violations ask for no report.")
            self._list.addWidget(label(said, "body-muted", wrap=True))
        for line in view.lines:
            shown = RuleLineWidget(line, view)
            shown.toggled.connect(self._toggle)
            shown.edited.connect(self._edit)
            shown.removal_asked.connect(self._remove)
            self._list.addWidget(shown)
            self._shown.append(shown)

    def lines(self) -> list[RuleLineWidget]:
        """The rules as they are shown."""
        return list(self._shown)

    # asking -----------------------------------------------------------------------

    def _add(self) -> None:
        self._open_form(None)

    def _edit(self, rule: Rule) -> None:
        self._open_form(rule)

    def _open_form(self, rule: Rule | None) -> None:
        if self._view is not None:
            self._close_question()
            self._say("")
            self.form.show()
            self.form.begin(rule, self._view)
            self.add_rule.setEnabled(False)

    def _close_form(self) -> None:
        self.form.hide()
        self.add_rule.setEnabled(True)
        self.add_rule.setFocus()

    def _ask_rule(self, rule: Rule, reason: str) -> None:
        service, operator = self._session.desk.rules, self._session.operator
        self._send(lambda: service.ask(operator, rule, reason))

    def _toggle(self, rule: Rule) -> None:
        service, operator = self._session.desk.rules, self._session.operator
        if rule.enabled:
            self._ask(
                tr(
                    "Pause “{name}”? It stops at once; what was filed stays. Until a supervisor agrees, "
                    "confirmed violations under it still ask for their report.",
                    name=rule.name,
                ),
                tr("Pause it"),
                lambda reason: lambda: service.pause(operator, rule.id, reason),
            )
        elif rule.stopping:
            self._send(lambda: service.enable(operator, rule.id, ""))
        else:
            self._ask(
                tr("Enable “{name}”? It runs when a supervisor agrees.", name=rule.name),
                tr("Ask for agreement"),
                lambda reason: lambda: service.enable(operator, rule.id, reason),
            )

    def _remove(self, rule: Rule) -> None:
        service, operator = self._session.desk.rules, self._session.operator
        self._ask(
            tr("Remove “{name}”? It goes when a supervisor agrees; what was filed stays.", name=rule.name),
            tr("Ask for agreement"),
            lambda reason: lambda: service.ask_removal(operator, rule.id, reason),
        )

    def _ask(self, question: str, act: str, make: Callable[[str], Callable[[], Done[Any]]]) -> None:
        self._close_form()
        self._say("")
        self._pending = make
        self._asked.setText(question)
        self.go.setText(act)
        self.reason.set_value("")
        self._question.show()
        self.reason.setFocus()
        self._untick()

    def _untick(self) -> None:
        """A toggle shows how a rule stands, not what was pressed."""
        for line in self.lines():
            line.toggle.set_value(line.line.rule.enabled and line.line.rule.id != 0)

    def _close_question(self) -> None:
        self._pending = None
        self._question.hide()
        self._untick()

    def _go(self) -> None:
        if self._pending is None:
            return
        if not self.reason.value():
            self._say(tr("Say why: a supervisor reads it before they agree."))
            self.reason.setFocus()
            return
        self._send(self._pending(self.reason.value()))

    def _send(self, act: Callable[[], Done[Any]]) -> None:
        self._session.act(act, self._sent, self._failed, owner=self)

    def _sent(self, asked: Approval | None) -> None:
        self._say("")
        self._close_form()
        self._close_question()
        if asked is None:
            self.notify.emit("ok", tr("The rule runs again."))
        else:
            self.notify.emit("info", tr("Asked for. A supervisor finds it under Approvals."))

    def _failed(self, problem: DeskError) -> None:
        self._untick()
        self._say(problem.words())

    def _say(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    # waiting cases ----------------------------------------------------------------

    def _count(self) -> None:
        """How many waiting cases would move; looked at beside all other work."""
        service, operator = self._session.desk.routing, self._session.operator
        self.count.setEnabled(False)
        self.apply.hide()
        self._told.setText(tr("Looking at the cases that wait…"))

        def work(job: Job) -> Moves:
            return service.moves(operator, cancelled=lambda: job.cancelled)

        self._session.runner.run_long(work, self._counted, self._not_moved, owner=self)

    def _counted(self, moves: Moves) -> None:
        self.count.setEnabled(True)
        if not moves.total:
            self._told.setText(tr("Every waiting case is where the rules send it."))
            return
        parts = [
            tr("{n} from {before} to {after}", count, before=before, after=after)
            for before, after, count in moves.moves[:6]
        ]
        total = plural(moves.total, "{n} case would move:", "{n} cases would move:")
        more = tr("and more") if len(moves.moves) > 6 else ""
        self._told.setText(f"{total} {joined([*parts, more])}")
        self.apply.show()
        self.apply.setFocus()

    def _apply(self) -> None:
        service, operator = self._session.desk.routing, self._session.operator
        self.apply.hide()
        self.count.setEnabled(False)
        self._told.setText(tr("Moving them…"))

        def work(job: Job) -> Done[int]:
            return service.apply(operator, cancelled=lambda: job.cancelled)

        self._session.runner.run_long(work, self._applied, self._not_moved, owner=self)

    def _applied(self, done: Done[int]) -> None:
        self.count.setEnabled(True)
        said = plural(done.value, "{n} case moved.", "{n} cases moved.")
        self._told.setText(joined([said, tr("What somebody works on stayed where it is.")]))
        self._session.tell(done.changes)

    def _not_moved(self, problem: DeskError) -> None:
        self.count.setEnabled(True)
        self._told.setText(problem.words())
