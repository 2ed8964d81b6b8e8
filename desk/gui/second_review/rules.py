"""The sampling rules: which decisions another person looks at again. Each change is kept at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.second_review import SampleRule, weaker_rules
from desk.gui import theme
from desk.gui.case.parts import Said
from desk.gui.second_review import words
from desk.gui.second_review.ruleform import RuleForm
from desk.gui.session import Session
from desk.gui.settings.weaker import WeakerPanel
from desk.gui.widgets.buttons import Button, link, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import clear, hairline, hbox, label, vbox
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.words import tr

WIDEST = 860
Rules = tuple[SampleRule, ...]


class RulesPanel(QWidget):
    """``failed`` carries a DeskError of reading them."""

    failed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.rules: Rules = ()
        self._before: Rules | None = None
        self._changing: SampleRule | None = None
        self._setting = False
        self.said = Said()
        self.add = secondary(tr("New rule"), "plus")
        self.add.clicked.connect(partial(self.edit, None))
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.S3)
        self._acts: dict[str, list[Button]] = {}
        self.form = RuleForm()
        self.form.wanted.connect(self._keep)
        self.form.left.connect(self._leave_form)
        self._shown = Panel(tr("Sampling rules"), acts=[self.add])
        self._shown.add(
            label(
                tr(
                    "Tried from the top: the first one that draws a decision counts, and one that makes a "
                    "report wait goes before the others."
                ),
                "muted",
                wrap=True,
            ),
            self.said,
            self._list,
        )
        self.weaker = WeakerPanel()
        self.weaker.asked.connect(self._ask_another)
        self.weaker.left.connect(self._keep_as_it_is)
        self._wanted: Rules = ()
        self._edited = Panel()
        self._edited.add(self.form)
        self._edited.hide()
        scroll = Scroll()
        for panel in (self.weaker, self._shown, self._edited):
            panel.setMaximumWidth(WIDEST)
            scroll.add(panel)
        scroll.end()
        self._scroll = scroll
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    def ask(self) -> None:
        service, operator = self._session.desk.second_review, self._session.operator
        self._session.runner.run_read(
            lambda: service.rules(operator), self._show, self.failed.emit, owner=self, key="rules"
        )

    def _show(self, rules: Rules) -> None:
        self.rules = rules
        clear(self._list)
        self._acts = {}
        if not rules:
            none = tr("There is no rule yet: nothing is looked at again, and no report waits for anybody.")
            self._list.addWidget(label(none, "body-muted", wrap=True))
        for n, rule in enumerate(rules):
            self._list.addWidget(self._row(n, rule))

    def _row(self, n: int, rule: SampleRule) -> QWidget:
        change = link(tr("Change"))
        pause = link(tr("Stop using") if rule.enabled else tr("Use"))
        remove = link(tr("Remove"))
        change.clicked.connect(partial(self.edit, n))
        pause.clicked.connect(partial(self._toggle, n))
        remove.clicked.connect(partial(self._remove, n))
        self._acts[rule.name] = [change, pause, remove]
        for button, what in zip(
            self._acts[rule.name], (tr("Change"), pause.text(), tr("Remove")), strict=True
        ):
            button.setAccessibleName(tr("{act}: {name}", act=what, name=rule.name))
        top = hbox(label(rule.name, "label"), gap=theme.S2)
        if not rule.enabled:
            top.addWidget(Badge(tr("not in use"), "muted", "pause"))
        elif rule.required:
            top.addWidget(Badge(tr("reports wait for it"), "warn", "hourglass"))
        top.addStretch(1)
        for button in self._acts[rule.name]:
            top.addWidget(button)
        row = QWidget()
        row.setLayout(vbox(hairline(), top, label(words.rule(rule), "muted", wrap=True), gap=theme.S1))
        row.setAccessibleName(f"{rule.name}: {words.rule(rule)}")
        return row

    # --- changing --------------------------------------------------------------

    def edit(self, n: int | None, *_checked: object) -> None:
        """The form, for a new rule or one of the list."""
        self._changing = rule = self.rules[n] if n is not None else None
        others = [one for at, one in enumerate(self.rules) if at != n]
        self._shown.hide()
        self._edited.show()
        self.form.begin(rule, others)

    def _leave_form(self) -> None:
        self._edited.hide()
        self._shown.show()
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def editing(self) -> bool:
        return not self._edited.isHidden()

    def _keep(self, rule: SampleRule) -> None:
        rules = list(self.rules)
        if self._changing in rules:  # wherever it stands by now
            rules[rules.index(self._changing)] = rule
        else:
            rules.append(rule)
        self._set(tuple(rules), tr("“{name}” is kept.", name=rule.name))

    def _toggle(self, n: int, *_checked: object) -> None:
        rule = self.rules[n]
        other = replace(rule, enabled=not rule.enabled)
        said = tr("“{name}” is in use.", name=rule.name)
        if rule.enabled:
            said = tr("“{name}” draws nothing more.", name=rule.name)
        self._set((*self.rules[:n], other, *self.rules[n + 1 :]), said)

    def _remove(self, n: int, *_checked: object) -> None:
        said = tr("“{name}” is removed.", name=self.rules[n].name)
        self._set(self.rules[:n] + self.rules[n + 1 :], said)

    def undo(self) -> None:
        """The rules as they were before the last change."""
        if self._before is not None:
            self._set(self._before, tr("The rules are as they were."), undone=True)

    @property
    def can_undo(self) -> bool:
        return self._before is not None

    def _set(self, rules: Rules, said: str, *, undone: bool = False) -> None:
        if self._setting:
            return  # made of the rules before the change under way, it would take that back
        weak = weaker_rules(self.rules, rules)
        if weak:
            self._wanted = rules
            if self.editing:
                self._leave_form()
            self.said.unsay()
            self.weaker.ask(
                [tr("“{name}” would draw or hold back less", name=name) for name in weak], tr("Ask")
            )
            self._scroll.ensureWidgetVisible(self.weaker)
            return
        service, operator, before = self._session.desk.second_review, self._session.operator, self.rules

        def kept(found: Rules) -> None:
            self._setting = False
            self._before = None if undone else before
            if self.editing:
                self._leave_form()
            self._show(found)
            undo = () if undone else ((tr("Undo"), self.undo),)
            self.said.say("ok", said, undo)

        self._setting = True
        self._session.act(lambda: service.set_rules(operator, rules), kept, self._refused, owner=self)

    def _ask_another(self, reason: str) -> None:
        """Nothing changes before another supervisor agrees."""
        if self._setting:
            return
        service, operator, wanted = self._session.desk.second_review, self._session.operator, self._wanted

        def asked(found: Rules) -> None:
            self._setting = False
            self.weaker.hide()
            self._show(found)
            self.said.say("info", tr("Asked. Another supervisor finds it under Approvals."))

        self._setting = True
        self._session.act(
            lambda: service.set_rules(operator, wanted, reason), asked, self._refused, owner=self
        )

    def _keep_as_it_is(self) -> None:
        self.weaker.hide()
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refused(self, problem: DeskError) -> None:
        self._setting = False
        self.weaker.hide()
        if self.editing:
            self._leave_form()
        self.said.say("bad", problem.words())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.editing:
            self._leave_form()
            return
        super().keyPressEvent(event)
