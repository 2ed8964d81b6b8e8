"""Signing in at the window: the first administrator, a locked desk, other people, roles, practice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from desk import app
from desk.domain.codec import to_plain
from desk.domain.company import EndpointKind
from desk.domain.roles import Operator, Role
from desk.domain.signin import AtScreenLock, Claims, SignInPolicy, step_of, totp
from desk.gui.settings.page import SettingsPage
from desk.gui.settings.people import PersonDialog
from desk.gui.signin.forms import FirstForm, PracticeLock, SignInForm
from desk.gui.signin.keeper import SignInKeeper
from desk.gui.signin.own import OwnDialog
from desk.gui.start import Life, Opened, Say
from desk.gui.theme import Scheme, Theme
from desk.gui.workplace import Workplace
from desk.services.changes import Done
from desk.services.desk import Desk
from desk.services.lock_policy import POLICY
from desk.services.signin import Standing
from desk.system.passphrase import Costs
from desk.system.passwords import Argon2Passwords
from tests.gui.journey_support import MemorySettings
from tests.support.clocks import SettableClock

MINE, OTHER = "four words of Ada's", "another four words"
SLOW = 20_000


@dataclass
class Window:
    """A real window on a workspace whose people sign in."""

    qtbot: QtBot
    life: Life
    clock: SettableClock

    @property
    def desk(self) -> Desk:
        assert self.life.opened is not None
        return self.life.opened.desk

    @property
    def keeper(self) -> SignInKeeper:
        assert isinstance(self.life.keeper, SignInKeeper)
        return self.life.keeper

    @property
    def work(self) -> Workplace:
        assert isinstance(self.life.workplace, Workplace)
        return self.life.workplace

    def until(self, ready: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(ready()), timeout=SLOW)

    def begin(self) -> Operator:
        """The first administrator, with every role, at work."""
        self.until(lambda: isinstance(self.keeper.form, FirstForm))
        form = self.keeper.form
        assert isinstance(form, FirstForm)
        form.password.setText("short")
        form.again.setText("short")
        self.qtbot.keyClick(form.again, Qt.Key.Key_Return)
        self.until(lambda: form.said and form.password.hasFocus() and not form.again.text())
        form.password.setText(MINE)
        form.again.setText(MINE)
        self.qtbot.keyClick(form.again, Qt.Key.Key_Return)
        self.until(lambda: self.life.workplace is not None)
        return self.work.session.operator

    def form(self) -> SignInForm:
        self.until(lambda: isinstance(self.keeper.form, SignInForm))
        form = self.keeper.form
        assert isinstance(form, SignInForm)
        return form

    def give(self, name: str, password: str) -> SignInForm:
        form = self.form()
        form.name.setText(name)
        form.password.setText(password)
        self.qtbot.keyClick(form.password, Qt.Key.Key_Return)
        return form


@contextmanager
def window_on(qtbot: QtBot, folder: Path, *, practice: bool = False) -> Iterator[Window]:
    stack, clock = ExitStack(), SettableClock()

    def prepare(say: Say) -> Opened:
        desk = stack.enter_context(app.practice_desk(cases=False, say=say, folder=folder))
        if practice:
            return app.opened(desk, stack)
        desk = replace(desk, practice=False, clock=clock)
        desk.signin.account = ""
        return Opened(desk, None, EndpointKind.TEST, "", stack.close)

    life = Life(prepare, EndpointKind.TEST, MemorySettings(), Scheme.LIGHT)
    with qtbot.waitActive(life.window):
        life.window.show()
        life.window.activateWindow()
    try:
        life.begin()
        qtbot.waitUntil(lambda: life.opened is not None, timeout=60_000)
        yield Window(qtbot, life, clock)
    finally:
        life.window.close()
        life.end()
        stack.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, look: Theme) -> None:
    monkeypatch.setattr("desk.system.passwords.Argon2Passwords", lambda: Argon2Passwords(Costs(1, 1, 8)))


def acts(window: Window) -> list[str]:
    operator = replace(window.desk.people.all()[0], roles=frozenset(Role))
    return [entry.act for entry in window.desk.auditing.entries(operator, limit=1000)]


def test_locked_nothing_is_in_view_and_only_the_password_brings_it_back(qtbot: QtBot, tmp_path: Path) -> None:
    with window_on(qtbot, tmp_path) as window:
        window.begin()
        main = window.life.window
        assert any("who reports" in words for words in main.notices.words())
        dialog = QDialog(main)
        dialog.open()
        main.go("settings")
        page = main.page("settings")
        # While a dialog is open its window has the keys.
        window.until(lambda: QGuiApplication.focusWindow() is dialog.windowHandle())
        QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert window.keeper.locked
        assert not page.isVisible()
        assert not dialog.isVisible()
        assert not main.header.isVisible()
        assert not main.menuBar().isEnabled()
        assert not main.acceptDrops()
        assert not main.go("queue")
        main.open_palette()
        main.toggle_cover()
        assert not main.covered
        shown = [child for child in main.findChildren(QWidget) if child.isVisible()]
        assert all("Settings" not in child.accessibleName() for child in shown)
        form = window.give("", "not the password")
        window.until(lambda: form.said)
        assert (form.password.text(), window.keeper.locked) == ("", True)
        for _ in range(3):
            window.until(form.act.isEnabled)
            window.give("", "not the password")
            window.until(lambda: not form.password.text())
        window.until(lambda: form.act.text().startswith("Wait"))
        window.until(form.act.isEnabled)
        window.give("", MINE)
        window.until(lambda: not main.shut)
        assert page.isVisible()
        main.activateWindow()
        window.until(main.isActiveWindow)
        qtbot.keyClick(main, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert window.keeper.locked
        window.give("", MINE)
        window.until(lambda: not main.shut)
        assert main.current_id == "settings"
        assert main.menuBar().isEnabled()
        window.until(lambda: "signin.unlocked" in acts(window))
        assert "session.locked" in acts(window)


def test_it_locks_when_nobody_touches_it(qtbot: QtBot, tmp_path: Path) -> None:
    with window_on(qtbot, tmp_path) as window:
        ada = window.begin()
        policy = SignInPolicy(5, AtScreenLock.LOCK, Claims.RELEASE)
        signin = window.desk.signin

        def agreed() -> Done[SignInPolicy]:  # as if a supervisor had
            with signin._store.write() as uow:
                uow.settings.set(POLICY, to_plain(policy))
            return signin.set_policy(ada, policy)

        window.work.session.act(agreed)
        window.until(lambda: window.keeper._policy == policy)
        window.clock.forward(minutes=4)
        window.keeper.idle.look()
        assert not window.keeper.locked
        window.keeper.idle.touch()
        window.clock.forward(minutes=4)
        window.keeper.idle.look()
        assert not window.keeper.locked
        window.clock.forward(minutes=-60)  # a clock that goes back does not keep it open for an hour
        window.keeper.idle.look()
        window.clock.forward(minutes=5)
        window.keeper.idle.look()
        assert window.keeper.locked
        window.give("", MINE)
        window.until(lambda: not window.life.window.shut)
        window.keeper._screen.locked.emit()
        assert window.keeper.locked


def test_the_session_ends_with_the_screen_and_another_person_gets_their_pages(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with window_on(qtbot, tmp_path) as window:
        ada = window.begin()
        main = window.life.window
        noor = window.desk.people.add(ada, "Noor New", frozenset({Role.MODERATOR})).value
        once = window.desk.access.reset(ada, noor.id, "new here").value.password
        window.until(lambda: window.keeper._policy is not None)
        window.keeper._screen.locked.emit()
        assert window.life.workplace is None
        assert main.current_id == ""
        form = window.give("noor new", once)
        window.until(lambda: not form.new_field.isHidden())
        form.new.setText(OTHER)
        form.again.setText("something else")
        form.submit()
        assert "differ" in form.said
        form.again.setText(OTHER)
        form.submit()
        window.until(lambda: window.life.workplace is not None)
        assert window.work.session.operator == noor
        window.keeper._show(
            "", Standing(first_run=False)
        )  # the answer to who is there, late: it covers nobody
        assert not main.shut
        assert not main.rail.is_shown("audit")
        assert not main.go("audit")
        assert main.rail.is_shown("queue")
        # Somebody else at a locked desk; the one before can still go back.
        window.keeper.change_places()
        back = window.form()
        window.keeper._lock_known(Standing(first_run=False, recognised=noor))
        assert window.form() is back  # it is somebody else who is asked for
        back.back.click()
        window.form().other.click()
        window.give("Practice moderator", MINE)
        window.until(lambda: window.life.workplace is not None and window.work.session.operator == ada)
        assert main.rail.is_shown("audit")
        window.keeper.sign_out()
        assert window.life.workplace is None
        window.until(lambda: "session.ended" in acts(window))


def test_a_person_disabled_elsewhere_is_signed_out_and_new_roles_give_new_pages(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with window_on(qtbot, tmp_path) as window:
        ada = window.begin()
        main, people = window.life.window, window.desk.people
        noor = people.add(ada, "Noor New", frozenset({Role.MODERATOR})).value
        once = window.desk.access.reset(ada, noor.id, "new here").value.password
        window.desk.signin.sign_in("Noor New", once, new_password=OTHER)
        window.keeper.sign_out()
        window.give("Noor New", OTHER)
        window.until(lambda: window.life.workplace is not None)
        window.until(lambda: window.work.others.known is not None)
        people.change(ada, noor.id, "Noor New", frozenset({Role.SUPERVISOR}))
        window.work.others.look()  # the log tells that somebody else changed something
        window.until(lambda: main.rail.is_shown("audit"))
        people.set_active(ada, noor.id, False)
        window.keeper._ask_known()
        window.until(lambda: window.life.workplace is None)
        window.form()
        assert main.shut


def test_practice_has_no_passwords_and_changes_roles(qtbot: QtBot, tmp_path: Path) -> None:
    with window_on(qtbot, tmp_path, practice=True) as window:
        window.until(lambda: window.life.workplace is not None)
        main = window.life.window
        people = {person.name: person for person in window.desk.people.all()}
        window.keeper.lock("key")
        form = window.keeper.form
        assert isinstance(form, PracticeLock)
        form.submit()
        assert not main.shut
        named = {action.text(): action for action in main.header.operator.menu().actions()}
        (mika,) = (action for words, action in named.items() if "Mika Moderator" in words)
        mika.trigger()
        assert window.work.session.operator == people["Mika Moderator"]
        assert not main.rail.is_shown("settings")
        window.keeper.switch_to(people["Ari Administrator"])
        assert main.current_id == "settings"
        assert not main.rail.is_shown("queue")


def test_people_in_settings_and_ones_own_second_step(qtbot: QtBot, tmp_path: Path) -> None:
    with window_on(qtbot, tmp_path) as window:
        ada = window.begin()
        main = window.life.window
        main.go("settings")
        page = main.page("settings")
        assert isinstance(page, SettingsPage)
        window.until(lambda: "Mika Moderator" in page.people.rows)
        page.people.add_person.click()
        adding = main.findChild(PersonDialog)
        assert isinstance(adding, PersonDialog)
        adding.name.setText("Noor New")
        adding.roles[Role.MODERATOR].setChecked(True)
        adding.save.click()
        window.until(lambda: hasattr(adding, "password"))
        once = adding.password.text()
        adding.close()
        assert window.desk.signin.sign_in("Noor New", once, new_password=OTHER).value.name == "Noor New"
        window.until(lambda: "Noor New" in page.people.rows)
        window.until(page.signin.idle.isEnabled)
        page.signin.idle.setValue(7)
        page.signin.save.click()
        window.until(lambda: page.signin._before.idle_minutes == 7)
        assert window.desk.signin.policy().idle_minutes == 7
        page.signin.idle.setValue(30)
        page.signin.save.click()
        assert page.signin.weaker.isVisible()
        page.signin.weaker.reason.set_value("They read for long.")
        page.signin.weaker.go.click()
        window.until(lambda: len(window.desk.approvals.pending(window.work.session.operator)) == 1)
        window.until(lambda: page.signin.idle.value() == 7)
        window.until(lambda: not page.signin.weaker.isVisible())  # a page that reads anew may be the first
        # One's own.
        window.keeper.show_own()
        own = main.findChild(OwnDialog)
        assert isinstance(own, OwnDialog)
        window.until(lambda: hasattr(own, "turn_on"))
        own.turn_on.click()
        window.until(lambda: not own._problem.isHidden())  # the password was not given
        own.password.setText(MINE)
        own.turn_on.click()
        window.until(lambda: hasattr(own, "confirm"))
        assert own._setup is not None
        secret = window.desk.signin.secret(own._setup.wrapped)
        own.code.setText(totp(secret, step_of(window.desk.signin._clock.now())))
        own.confirm.click()
        own.confirm.click()  # in a hurry
        window.until(lambda: hasattr(own, "codes") and not window.life.runner.busy)
        assert own._problem.isHidden()
        assert len(own.codes.text().split()) == 10
        code = own.codes.text().split()[0]
        own._ask()
        window.until(lambda: hasattr(own, "turn_off"))
        own.password.setText(MINE)
        own.new.setText(OTHER)
        own.again.setText(OTHER)
        qtbot.keyClick(own.again, Qt.Key.Key_Return)
        window.until(lambda: not own.new.text())
        own.close()
        window.keeper.lock("key")
        form = window.give("", OTHER)
        window.until(lambda: not form.code_field.isHidden())
        form.code.setText(code)
        form.submit()
        window.until(lambda: not main.shut)
        assert window.work.session.operator == ada


def test_whom_the_account_stands_for_needs_no_password(qtbot: QtBot, tmp_path: Path) -> None:
    with window_on(qtbot, tmp_path) as window:
        ada = window.begin()
        window.desk.signin.account = "ada@desk-1"
        window.desk.access.bind(ada, ada.id, "ada@desk-1")
        window.keeper.lock("key")
        window.until(lambda: window.form().by_account is not None)
        window.form().other.click()
        window.form().back_asked.emit()  # somebody else did not sign in after all: nothing more is asked
        window.until(lambda: window.form().by_account is not None)
        window.form().act.click()
        window.until(lambda: not window.life.window.shut)
        window.keeper.sign_out()
        window.until(lambda: window.form().by_account is not None)
        form = window.form()
        link = form.by_account
        assert link is not None
        link.click()
        assert not form.password_field.isHidden()
        assert form._who.isHidden()
        window.give("Practice moderator", MINE)
        window.until(lambda: window.life.workplace is not None)
