"""Settings: who works at this desk, how they sign in, and when the desk locks."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.roles import Operator, Role
from desk.domain.signin import AtScreenLock, Claims, SignInPolicy
from desk.gui import theme
from desk.gui.session import Session
from desk.gui.settings.weaker import WeakerPanel
from desk.gui.widgets.buttons import danger, primary, secondary
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import clear, hairline, hbox, label, vbox
from desk.gui.widgets.fields import Field, TextField
from desk.gui.widgets.numbers import NumberField
from desk.gui.widgets.panels import Panel
from desk.gui.words import moment, tr
from desk.services.access import Shown
from desk.services.configuration import Weakening
from desk.services.lock_policy import weakened
from desk.services.signin import MAX_IDLE, MIN_IDLE, OneTime


def role_words() -> dict[Role, tuple[str, str]]:
    """Name and what it may, by role."""
    return {
        Role.MODERATOR: (tr("Moderator"), tr("reviews cases and files reports")),
        Role.SUPERVISOR: (tr("Supervisor"), tr("does that too, audits, and approves")),
        Role.ADMINISTRATOR: (tr("Administrator"), tr("sets rules, people and credentials")),
    }


def ways(shown: Shown) -> str:
    """How a person signs in, in words."""
    found = []
    if shown.must_change and shown.expires_at is not None:
        found.append(tr("one-time password until {time}", time=moment(shown.expires_at)))
    elif shown.has_password:
        found.append(tr("password"))
    if shown.has_code:
        found.append(tr("second step"))
    if shown.account:
        found.append(tr("account {name}", name=shown.account))
    return ", ".join(found) or tr("can't sign in yet")


class PeoplePanel(Panel):
    """Who works at this desk. Nobody is deleted: history names them."""

    def __init__(self, session: Session) -> None:
        self.add_person = secondary(tr("Add a person…"), "plus")
        super().__init__(tr("People"), acts=(self.add_person,))
        self.add_person.clicked.connect(self._add)
        self._session = session
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.S4)
        self._grid.setVerticalSpacing(theme.S2)
        self._grid.setColumnStretch(2, 1)
        self.add(self._grid)
        self.rows: dict[str, QWidget] = {}

    def ask(self) -> None:
        """Read who there is; nothing for those who may not."""
        access, operator = self._session.desk.access, self._session.operator
        self._session.runner.run_read(
            lambda: access.all(operator),
            self.set_people,
            lambda _refused: self.hide(),
            owner=self,
            key="people",
        )

    def set_people(self, people: tuple[Shown, ...]) -> None:
        clear(self._grid)
        self.rows.clear()
        words = role_words()
        for row, shown in enumerate(people):
            person = shown.operator
            name = label(person.name, "label" if person.active else "body-muted")
            roles = ", ".join(words[role][0] for role in Role if role in person.roles)
            edit = secondary(tr("Edit…"))
            edit.setAccessibleName(tr("Edit {name}", name=person.name))
            edit.clicked.connect(partial(self._edit, shown))
            how = label(ways(shown) if person.active else tr("disabled"), "body-muted", wrap=True)
            for column, widget in enumerate((name, label(roles), how)):
                self._grid.addWidget(widget, row, column)
            self._grid.addWidget(edit, row, 3, Qt.AlignmentFlag.AlignRight)
            self.rows[person.name] = edit
        self._grid.setColumnStretch(2, 1)

    def _add(self) -> None:
        PersonDialog(self._session, None, self.window()).open()

    def _edit(self, shown: Shown, _checked: bool = False) -> None:
        PersonDialog(self._session, shown, self.window()).open()


class PersonDialog(QDialog):
    """One person: name, email, roles, account; enabled or not; a one-time password."""

    def __init__(self, session: Session, shown: Shown | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._shown = session, shown
        person = shown.operator if shown else None
        title = person.name if person else tr("Add a person")
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        self.name, self.email, self.account = TextField(), TextField(), TextField(mono=True)
        self.roles = {
            role: CheckBox(tr("{role}: {may}", role=name, may=may))
            for role, (name, may) in role_words().items()
        }
        self.save = primary(tr("Save") if person else tr("Add"))
        self.save.clicked.connect(self._save)
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        column = vbox(gap=theme.S3, margin=theme.S4)
        column.addWidget(label(title, "page"))
        column.addWidget(Field(tr("Name"), self.name, tr("Acts are recorded under it.")))
        column.addWidget(Field(tr("Email"), self.email, optional=True))
        column.addWidget(label(tr("Roles"), "label"))
        for tick in self.roles.values():
            column.addWidget(tick)
        column.addWidget(
            Field(
                tr("Account of the system"),
                self.account,
                tr("Whoever runs the desk with it is recognised as this person: user, or user@computer."),
                optional=True,
            )
        )
        column.addWidget(self._problem)
        close = secondary(tr("Close"))
        close.clicked.connect(self.close)
        row = hbox()
        if person is not None:
            words = tr("Disable") if person.active else tr("Enable again")
            self.standing = danger(words) if person.active else secondary(words)
            self.standing.clicked.connect(self._set_active)
            self.standing.setEnabled(person.id != session.operator.id)
            row.addWidget(self.standing)
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self.save)
        column.addLayout(row)
        self._extra = QVBoxLayout()
        self._extra.setSpacing(theme.S3)
        column.addLayout(self._extra)
        column.addStretch(1)
        self.setLayout(column)
        if shown is not None and person is not None:
            self.name.set_value(person.name)
            self.email.set_value(person.email)
            self.account.set_value(shown.account)
            for role, tick in self.roles.items():
                tick.set_value(role in person.roles)
            if person.active and person.id != session.operator.id:
                self._offer_reset()
        self.name.setFocus()

    # acts ---------------------------------------------------------------------------

    def _save(self) -> None:
        desk, by, shown = self._session.desk, self._session.operator, self._shown
        name, email, account = self.name.value(), self.email.value(), self.account.value()
        roles = frozenset(role for role, tick in self.roles.items() if tick.value())

        def work() -> Any:
            if shown is None:
                made = desk.people.add(by, name, roles, email)
                if account:
                    desk.access.bind(by, made.value.id, account)
                return made
            person = shown.operator
            made = desk.people.change(by, person.id, name, roles, email)
            if account != shown.account:
                desk.access.bind(by, person.id, account)
            return made

        self.save.setEnabled(False)
        self._session.act(work, self._saved, self._failed, owner=self)

    def _saved(self, person: Operator) -> None:
        if self._shown is not None or self.account.value():
            self.close()
            return
        # Somebody new: they need something to sign in with.
        self.save.hide()
        for editor in (self.name, self.email, self.account, *self.roles.values()):
            editor.setEnabled(False)
        self._reset(person.id, tr("added"), False)

    def _set_active(self) -> None:
        assert self._shown is not None
        desk, by, person = self._session.desk, self._session.operator, self._shown.operator
        self._session.act(
            lambda: desk.people.set_active(by, person.id, not person.active),
            lambda _person: self.close(),
            self._failed,
            owner=self,
        )

    def _offer_reset(self) -> None:
        """A new one-time password, with the reason for the record."""
        assert self._shown is not None
        self.reason = TextField()
        self.also_code = CheckBox(tr("Take the second step away too"))
        self.also_code.setVisible(self._shown.has_code)
        self.reset = secondary(tr("Hand out a one-time password"), "key-round")
        self.reset.clicked.connect(self._ask_reset)
        self._extra.addWidget(hairline())
        self._extra.addWidget(
            Field(
                tr("Reason for a reset"),
                self.reason,
                tr("How you know that it is them. It is kept on record."),
            )
        )
        row = hbox(self.reset, self.also_code)
        row.addStretch(1)
        self._extra.addLayout(row)

    def _ask_reset(self) -> None:
        assert self._shown is not None
        self._reset(self._shown.operator.id, self.reason.value(), self.also_code.value())

    def _reset(self, operator_id: int, reason: str, also_code: bool) -> None:
        desk, by = self._session.desk, self._session.operator
        self._session.act(
            lambda: desk.access.reset(by, operator_id, reason, also_code=also_code),
            self._handed_out,
            self._failed,
            owner=self,
        )

    def _handed_out(self, once: OneTime) -> None:
        self._problem.hide()
        clear(self._extra)
        self._extra.addWidget(hairline())
        words = tr("One-time password until {time}. It is shown this once.", time=moment(once.until))
        self._extra.addWidget(label(words, "body-muted", wrap=True))
        self.password = label(once.password, "body", select=True)
        self.password.setFont(theme.mono(theme.SECTION))
        self._extra.addWidget(self.password)
        self._extra.addWidget(
            label(
                tr("They choose a password of their own when they sign in with it."), "body-muted", wrap=True
            )
        )
        self.adjustSize()

    def _failed(self, problem: DeskError) -> None:
        self.save.setEnabled(True)
        self._problem.setText(problem.words())
        self._problem.show()


class SignInPanel(Panel):
    """When the desk locks itself. Saved by itself: it is no setting of reports."""

    notify = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Locking"))
        self._session = session
        self._before = SignInPolicy()
        self.idle = NumberField(MIN_IDLE, MAX_IDLE, tr(" min"), width=160)
        self.end = CheckBox(tr("When the screen is locked or the computer sleeps, the session ends"))
        self.release = CheckBox(tr("A claimed case is released when the desk is locked"))
        self.save = secondary(tr("Save"))
        self.save.setEnabled(False)
        self.save.clicked.connect(self._save)
        row = QHBoxLayout()
        row.setSpacing(theme.S4)
        row.addWidget(Field(tr("The desk locks after"), self.idle, tr("Without a key or the mouse.")))
        ticks = vbox(self.end, self.release, gap=theme.S1)
        ticks.addStretch(1)
        row.addLayout(ticks, 1)
        row.addWidget(self.save, 0, Qt.AlignmentFlag.AlignBottom)
        self.weaker = WeakerPanel()
        self.weaker.asked.connect(self._keep)
        self.weaker.left.connect(self.weaker.hide)
        self.add(row, self.weaker)
        self.idle.valueChanged.connect(self._touched)
        for tick in (self.end, self.release):
            tick.changed.connect(self._touched)
        self._enable(False)

    def _enable(self, known: bool) -> None:
        """What is typed before the policy is known would be saved over it."""
        for field in (self.idle, self.end, self.release):
            field.setEnabled(known)

    def ask(self) -> None:
        self._session.runner.run_read(
            self._session.desk.signin.policy, self.set_policy, owner=self, key="policy"
        )

    def set_policy(self, policy: SignInPolicy) -> None:
        if self.save.isEnabled():
            return  # being edited
        self._enable(True)
        self._before = policy
        self.idle.set_quietly(policy.idle_minutes)
        self.end.set_value(policy.at_screen_lock is AtScreenLock.END)
        self.release.set_value(policy.claims_at_lock is Claims.RELEASE)

    def value(self) -> SignInPolicy:
        return SignInPolicy(
            self.idle.value(),
            AtScreenLock.END if self.end.value() else AtScreenLock.LOCK,
            Claims.RELEASE if self.release.value() else Claims.KEEP,
        )

    def _touched(self) -> None:
        self.save.setEnabled(self.value() != self._before)

    def _save(self) -> None:
        weak = weakened(self._before, self.value())
        if weak:
            self.weaker.begin(Weakening(weak), {})
            return
        self._keep("")

    def _keep(self, reason: str) -> None:
        wanted, signin, by = self.value(), self._session.desk.signin, self._session.operator

        def kept(policy: SignInPolicy) -> None:
            self.weaker.hide()
            self.set_policy(policy)
            if policy != wanted:
                said = tr("What protects less waits: a supervisor finds it under Approvals.")
                self.notify.emit("info", said)

        self.save.setEnabled(False)
        self._session.act(lambda: signin.set_policy(by, wanted, reason), kept, self._failed, owner=self)

    def _failed(self, problem: DeskError) -> None:
        self._touched()
        self.notify.emit("bad", problem.words())
