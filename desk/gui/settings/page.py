"""Settings, for administrators: endpoint, company, hold and rest, policies and rules, people."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.company import Company
from desk.domain.errors import DeskError
from desk.domain.exposure import RestPolicy
from desk.domain.rules import Contact
from desk.gui import theme
from desk.gui.session import Session
from desk.gui.settings.backup import BackupPanel
from desk.gui.settings.endpoint import EndpointPanel, Known, read
from desk.gui.settings.hooks import HooksPanel
from desk.gui.settings.people import PeoplePanel, SignInPanel
from desk.gui.settings.policies import PoliciesPanel
from desk.gui.settings.reporting import ReportingPanel
from desk.gui.settings.signing import SigningPanel
from desk.gui.settings.weaker import WeakerPanel
from desk.gui.widgets.buttons import primary, quiet
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.fields import Field, MultiLine, TextField
from desk.gui.widgets.numbers import NumberField
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.words import tr
from desk.services.changes import Change
from desk.services.configuration import MAX_HOLD_MINUTES, DeskSettings, Network, Saved, weakening
from desk.services.rules import RulesView

WIDEST = 1100


class CompanyPanel(Panel):
    """Who reports (API: reporter)."""

    def __init__(self) -> None:
        super().__init__(tr("Company"))
        self.name = TextField()
        self.first, self.last, self.email = TextField(), TextField(), TextField()
        self.legal, self.terms = TextField(mono=True), MultiLine(rows=2)
        self.template = MultiLine(rows=2)
        self.email_field = Field(tr("Reporting email"), self.email, tr("NCMEC answers to this address."))
        self.add(Field(tr("Name of the platform"), self.name))
        self.add(
            _row(
                Field(tr("Reporting person: first name"), self.first, optional=True),
                Field(tr("Last name"), self.last, optional=True),
                self.email_field,
            )
        )
        self.add(Field(tr("Page for legal requests"), self.legal, optional=True))
        self.add(
            _row(
                Field(tr("Terms of service"), self.terms, tr("What they say of this."), optional=True),
                Field(tr("Company text"), self.template, tr("Said in every report."), optional=True),
            )
        )

    def editors(self) -> list[TextField | MultiLine]:
        return [self.name, self.first, self.last, self.email, self.legal, self.terms, self.template]

    def value(self, before: Company) -> Company:
        return replace(
            before,
            name=self.name.value().strip(),
            reporting=Contact(
                self.first.value().strip(), self.last.value().strip(), self.email.value().strip()
            ),
            legal_url=self.legal.value().strip() or None,
            terms_of_service=self.terms.value().strip() or None,
            company_template=self.template.value().strip() or None,
        )

    def set_value(self, company: Company) -> None:
        self.name.set_value(company.name)
        self.first.set_value(company.reporting.first_name)
        self.last.set_value(company.reporting.last_name)
        self.email.set_value(company.reporting.email)
        self.legal.set_value(company.legal_url or "")
        self.terms.set_value(company.terms_of_service or "")
        self.template.set_value(company.company_template or "")


class LimitsPanel(Panel):
    """The hold, and when people rest. Minutes."""

    def __init__(self) -> None:
        super().__init__(tr("Hold and rest"))
        self.hold = _spin(0, MAX_HOLD_MINUTES, width=160)
        self.prompt = _spin(1, 240)
        self.pause = _spin(1, 480)
        self.length = _spin(1, 120)
        self.cap = _spin(1, 24 * 60)
        self.look = _spin(1, 60)
        self.look.setSuffix(tr(" s"))
        self.add(
            Field(
                tr("Hold"),
                self.hold,
                tr("How long a report can be taken back. Escalated ones are not held."),
            )
        )
        self.add(
            _row(
                Field(tr("One look lasts at most"), self.look),
                Field(tr("Reminder after"), self.prompt),
                Field(tr("Break after"), self.pause),
                Field(tr("Break lasts"), self.length),
                Field(tr("Limit for a day"), self.cap),
            )
        )

    def editors(self) -> list[NumberField]:
        return [self.hold, self.prompt, self.pause, self.length, self.cap, self.look]

    def rest(self) -> RestPolicy:
        return RestPolicy(
            hold_seconds=float(self.look.value()),
            prompt_after=self.prompt.value() * 60.0,
            break_after=self.pause.value() * 60.0,
            break_for=self.length.value() * 60.0,
            daily_cap=self.cap.value() * 60.0,
        )

    def set_value(self, settings: DeskSettings) -> None:
        rest = settings.rest
        for spin, value in (
            (self.hold, settings.hold_minutes),
            (self.look, rest.hold_seconds),
            (self.prompt, rest.prompt_after / 60),
            (self.pause, rest.break_after / 60),
            (self.length, rest.break_for / 60),
            (self.cap, rest.daily_cap / 60),
        ):
            spin.set_quietly(round(value))


class NetworkPanel(Panel):
    """How the service is reached where the platform's network asks for it."""

    def __init__(self) -> None:
        super().__init__(tr("Network"))
        self.proxy = TextField(mono=True)
        self.ca_file = TextField(mono=True)
        self.add(
            _row(
                Field(
                    tr("Proxy"),
                    self.proxy,
                    tr("Such as http://proxy.example.com:3128; empty for none."),
                    optional=True,
                ),
                Field(
                    tr("Certificates of your own"),
                    self.ca_file,
                    tr("A PEM file that is trusted besides the system's."),
                    optional=True,
                ),
            )
        )

    def editors(self) -> list[TextField]:
        return [self.proxy, self.ca_file]

    def value(self) -> Network:
        return Network(self.proxy.value().strip(), self.ca_file.value().strip())

    def set_value(self, network: Network) -> None:
        self.proxy.set_value(network.proxy)
        self.ca_file.set_value(network.ca_file)


def _row(*fields: QWidget) -> QWidget:
    holder = QWidget()
    row = hbox(*fields, gap=theme.S4)
    for index in range(len(fields)):
        row.setStretch(index, 1)
    holder.setLayout(row)
    return holder


def _spin(low: int, high: int, *, width: int = 0) -> NumberField:
    return NumberField(low, high, tr(" min"), width=width)


class SettingsPage(Page):
    icon: ClassVar[str] = "settings"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Settings")
        self._session = session
        self._before = DeskSettings()
        self._dirty = False
        self._save = primary(tr("Save"), key="Ctrl+S")
        self._save.clicked.connect(self.save)
        self._undo = quiet(tr("Undo the changes"), "undo-2")
        self._undo.clicked.connect(self._show_before)
        self.endpoint = EndpointPanel(session)
        self.company, self.limits, self.network = CompanyPanel(), LimitsPanel(), NetworkPanel()
        self.policies, self.rules = PoliciesPanel(session), ReportingPanel(session)
        self.people, self.weaker = PeoplePanel(session), WeakerPanel()
        self.signin = SignInPanel(session)
        self.hooks = HooksPanel(session)
        self.backup, self.signing = BackupPanel(session), SigningPanel(session)
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        self._scroll = scroll = Scroll()
        for panel in (
            self._problem,
            self.weaker,
            self.endpoint,
            self.company,
            self.limits,
            self.rules,
            self.policies,
            self.network,
            self.hooks,
            self.backup,
            self.signing,
            self.people,
            self.signin,
        ):
            panel.setMaximumWidth(WIDEST)
            scroll.add(panel)
        scroll.end()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        self.endpoint.notify.connect(self.notify)
        self.rules.notify.connect(self.notify)
        self.weaker.asked.connect(self._save_and_ask)
        self.weaker.left.connect(self._keep_editing)
        self.signin.notify.connect(self.notify)
        self.hooks.notify.connect(self.notify)
        self.backup.notify.connect(self.notify)
        self.signing.notify.connect(self.notify)
        for editor in (*self.company.editors(), *self.network.editors(), self.policies):
            editor.changed.connect(self._touched)
        for spin in self.limits.editors():
            spin.valueChanged.connect(self._touched)
        shortcut = QShortcut(QKeySequence.StandardKey.Save, self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.save)
        self._set_dirty(False)
        self._enable(False)

    def _enable(self, known: bool) -> None:
        """What is typed before the settings are known would be saved over them."""
        for panel in (self.company, self.limits, self.policies, self.network):
            panel.setEnabled(known)

    def header_widgets(self) -> list[QWidget]:
        return [self._undo, self._save]

    def commands(self) -> list[Command]:
        return [
            Command("settings.save", tr("Save the settings"), "Ctrl+S", self.save, lambda: self._dirty),
            Command("settings.undo", tr("Undo the changes"), "", self._show_before, lambda: self._dirty),
            Command("settings.check", tr("Check the credentials"), "", self.endpoint.check),
            Command("settings.backup", tr("Back up now"), "", self.backup.take, self.backup.make.isEnabled),
        ]

    def enter(self, **_kwargs: object) -> None:
        self._ask()

    def refresh(self, changes: frozenset[str]) -> None:
        if self.isVisible() and {Change.SETTINGS, Change.PEOPLE, Change.APPROVALS} & set(changes):
            self._ask()
        elif self.isVisible() and Change.HOOKS in changes:
            self.hooks.ask()

    def _ask(self) -> None:
        session = self._session

        def work() -> tuple[DeskSettings, Known, RulesView]:
            desk, operator = session.desk, session.operator
            return desk.configuration.settings(operator), read(session), desk.rules.view(operator)

        session.runner.run_read(work, self._show, self._failed, owner=self, key="settings")

    def _show(self, found: tuple[DeskSettings, Known, RulesView]) -> None:
        settings, known, rules = found
        self._enable(True)
        self.rules.show_view(rules)
        self.endpoint.show_known(known)
        self.people.ask()
        self.signin.ask()
        self.hooks.ask()
        self.backup.ask()
        self.signing.ask()
        if not self._dirty:
            self._before = settings
            self._show_before()
        else:
            # Rules change on their own, beside what is half-typed here.
            self._before = replace(self._before, rules=settings.rules)

    def _show_before(self) -> None:
        self.company.set_value(self._before.company)
        self.limits.set_value(self._before)
        self.network.set_value(self._before.network)
        self.policies.set_value(self._before.policies, self._before.rules)
        self._set_dirty(False)

    def _touched(self) -> None:
        self._set_dirty(True)

    def _set_dirty(self, dirty: bool) -> None:
        self._dirty = dirty
        self._save.setEnabled(dirty)
        self._undo.setVisible(dirty)
        if not dirty:
            self._problem.hide()
            self.weaker.hide()

    def value(self) -> DeskSettings:
        """The settings as they stand in the form."""
        return replace(
            self._before,
            company=self.company.value(self._before.company),
            policies=self.policies.value(),
            hold_minutes=self.limits.hold.value(),
            rest=self.limits.rest(),
            network=self.network.value(),
        )

    def save(self) -> None:
        """Keep what was changed; what would protect less is asked for, with a reason."""
        self.policies.finish()
        if not self._dirty:
            return
        weak = weakening(self._before, self.value())
        if weak:
            self.weaker.begin(weak, {policy.path: policy.title for policy in self._before.policies})
            self._scroll.ensureWidgetVisible(self.weaker)
            return
        self._save_and_ask("")

    def _keep_editing(self) -> None:
        self.weaker.hide()
        self.limits.hold.setFocus()

    def _save_and_ask(self, reason: str) -> None:
        wanted = self.value()
        service, operator = self._session.desk.configuration, self._session.operator
        self._rest_focus()
        self._save.setEnabled(False)
        self._session.act(
            lambda: service.save(operator, wanted, reason), self._saved, self._not_saved, owner=self
        )

    def _rest_focus(self) -> None:
        """A button that is switched off hands the focus to any other field, and the page jumps there."""
        if self._save.hasFocus() or self._undo.hasFocus():
            self._scroll.setFocus(Qt.FocusReason.OtherFocusReason)

    def _saved(self, saved: Saved) -> None:
        self._before = saved.settings
        if not self._save.isEnabled():  # else it was edited again meanwhile, and that stays
            self._show_before()
        if saved.asked is None:
            self.notify.emit("ok", tr("Saved."))
        else:
            said = tr("Saved, but for what protects less: a supervisor finds that under Approvals.")
            self.notify.emit("info", said)

    def _not_saved(self, problem: DeskError) -> None:
        self._save.setEnabled(True)
        self._problem.setText(problem.words())
        self._problem.show()

    def _failed(self, problem: DeskError) -> None:
        self.notify.emit("bad", problem.words())
