"""Who is at the desk: signing in, locking when nobody touches it, unlocking, changing places.

It knows no page. ``entered`` asks for a workplace for an operator, ``left`` to take it down.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from desk.domain.errors import DeskError
from desk.domain.roles import Operator
from desk.domain.signin import (
    AtScreenLock,
    Claims,
    CodeNeeded,
    NewPasswordNeeded,
    SignInPolicy,
    SignInRefused,
    TooSoon,
)
from desk.gui.case.screenlock import ScreenLock
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.gui.signin.forms import FirstForm, PracticeLock, SignInForm
from desk.gui.signin.idle import IdleWatch
from desk.gui.signin.menu import own_entries, practice_entries
from desk.gui.signin.own import OwnDialog
from desk.gui.signin.scene import Form, Scene, close_over
from desk.gui.widgets.page import Command
from desk.gui.window import MainWindow
from desk.gui.words import tr
from desk.services.changes import Change, Done
from desk.services.desk import Desk
from desk.services.signin import Standing

KEY_LOCK = "Ctrl+L"


class SignInKeeper(QObject):
    """Made once the workspace is open. ``entered`` carries the operator, ``left`` nothing."""

    entered = Signal(object)
    left = Signal()

    def __init__(self, window: MainWindow, runner: Runner, desk: Desk) -> None:
        super().__init__(window)
        self._window, self._runner, self._desk = window, runner, desk
        self._session: Session | None = None
        self._before: QWidget | None = None
        self._scene: Scene | None = None
        self._policy = SignInPolicy()
        self._lock_action = QAction(tr("Lock the desk"), window)
        self._lock_action.setShortcut(QKeySequence(KEY_LOCK))
        self._lock_action.triggered.connect(self._lock_by_key)
        window.view_menu.addAction(self._lock_action)
        self._lock_action.setEnabled(False)
        self.idle = IdleWatch(window, desk.clock, KEY_LOCK)
        self.idle.untouched.connect(partial(self.lock, "idle"))
        self.idle.key_pressed.connect(self._lock_by_key)
        self.idle.known_due.connect(self._ask_known)
        self._screen = ScreenLock(self)
        self._screen.locked.connect(self._screen_locked)

    # --- who ------------------------------------------------------------------

    @property
    def operator(self) -> Operator | None:
        return self._session.operator if self._session is not None else None

    @property
    def locked(self) -> bool:
        """Somebody's desk, covered."""
        return self._session is not None and self._window.shut

    @property
    def form(self) -> Form | None:
        """What is asked now, where nobody works."""
        return self._scene.form if self._scene is not None and self._window.shut else None

    def attend(self, session: Session) -> None:
        """This person works here from now on; the workplace tells it."""
        self._session = session
        session.changed.connect(self._changed)
        self._lock_action.setEnabled(True)
        self._menu(session.operator)
        self.idle.start()
        self._ask_policy()

    def _menu(self, operator: Operator) -> None:
        header = self._window.header
        if self._desk.practice:
            rest = practice_entries(header, self._desk.people.all(), operator, self.switch_to)
        else:
            rest = own_entries(header, self.show_own, self.change_places, self.sign_out)
        header.set_operator(operator.name, actions=[self._lock_action, *rest])

    def commands(self) -> list[Command]:
        """For the command palette."""
        found = [Command("session.lock", tr("Lock the desk"), KEY_LOCK, self._lock_by_key)]
        if not self._desk.practice:
            found += [
                Command("session.own", tr("Password and second step"), "", self.show_own),
                Command("session.other", tr("Sign in as somebody else"), "", self.change_places),
                Command("session.out", tr("Sign out"), "", self.sign_out),
            ]
        return found

    def show_own(self) -> None:
        operator = self.operator
        if operator is not None and not self._window.shut:
            OwnDialog(self._desk, self._runner, operator, self._window).open()

    # --- asking -----------------------------------------------------------------

    def ask(self, words: str = "") -> None:
        """Nobody is here: show the form that fits the workspace."""
        self._runner.run_read(
            self._desk.signin.standing, partial(self._show, words), self._window.show_problem, owner=self
        )

    def _show(self, words: str, standing: Standing) -> None:
        if self._session is not None:
            return  # somebody signed in meanwhile
        if standing.first_run:
            first = FirstForm(standing.first_name)
            first.given.connect(self._begin)
            self._put(first)
            return
        account = standing.recognised.name if standing.recognised else ""
        form = self.form
        if isinstance(form, SignInForm) and (not account or form.begun):
            return  # it is there already, and perhaps being filled in
        self._put(self._sign_in_form(SignInForm("", account, why=words)))

    def _sign_in_form(self, form: SignInForm) -> SignInForm:
        form.given.connect(self._given)
        form.account_given.connect(self._by_account)
        form.other_asked.connect(self._other)
        return form

    def _put(self, form: Form) -> None:
        close_over(self._window)
        self._scene = scene = Scene(form)
        self._window.shut_with(scene)
        scene.focus()

    def _begin(self, name: str, password: str) -> None:
        self._try(partial(self._desk.signin.begin, name, password))

    def _given(self, name: str, password: str, code: str, new: str | None) -> None:
        unlock = self._session is not None
        self._try(partial(self._desk.signin.sign_in, name, password, code, new, unlock=unlock))

    def _by_account(self, code: str) -> None:
        self._try(partial(self._desk.signin.sign_in_by_account, code, unlock=self._session is not None))

    def _try(self, act: Callable[[], Done[Operator]]) -> None:
        form = self.form
        if form is not None:
            form.set_busy(True)
        # Beside the reads and writes: the hash takes its time on purpose.
        self._runner.run_long(lambda _job: act(), self._came, self._refused, owner=self)

    def _came(self, done: Done[Operator]) -> None:
        self._enter(done.value)

    def _refused(self, problem: DeskError) -> None:
        form = self.form
        if form is None or isinstance(form, PracticeLock):
            return
        form.set_busy(False)
        if isinstance(form, SignInForm):
            if isinstance(problem, CodeNeeded):
                form.ask_code()
                return
            if isinstance(problem, NewPasswordNeeded):
                form.ask_new()
                return
        words = problem.message if isinstance(problem, TooSoon) else problem.words()
        if isinstance(form, SignInForm) and isinstance(problem, SignInRefused):
            words = form.words_for_wrong or words
        form.refused(words)
        if isinstance(problem, SignInRefused | TooSoon):
            form.wait(problem.wait.total_seconds())

    def _enter(self, operator: Operator) -> None:
        session = self._session
        if session is not None and session.operator == operator:
            self._open_up()
            return
        if session is not None:
            self._leave("other" if session.operator.id != operator.id else "roles")
        self._open_window()
        self.entered.emit(operator)

    def _open_up(self) -> None:
        """The same person is back: everything as it was, content blurred."""
        session = self._session
        assert session is not None
        self._open_window()
        self._lock_action.setEnabled(True)
        self.idle.start()
        session.resume()
        session.tell(frozenset(Change))
        before, self._before = self._before, None
        try:
            if before is not None and before.isVisible():
                before.setFocus()
        except RuntimeError:
            pass  # destroyed meanwhile

    def _open_window(self) -> None:
        self._scene = None
        self._window.open_up()

    # --- locking ------------------------------------------------------------------

    def _lock_by_key(self) -> None:
        self.lock("key")

    def lock(self, why: str) -> None:
        """Cover everything, at once; what was typed is saved. ``why``: key, idle, screen."""
        session = self._session
        if session is None or self._window.shut:
            return
        self._before = self._window.focusWidget()
        self._keep_page()
        session.pause()
        self.idle.stop()
        self._lock_action.setEnabled(False)
        self._put(self._lock_form(session.operator))
        if self._policy.claims_at_lock is Claims.RELEASE:
            self._release(session)
        if not self._desk.practice:
            signin, operator = self._desk.signin, session.operator
            self._runner.run_write(lambda: signin.locked(operator, why))
            self._ask_lock()

    def _lock_form(self, operator: Operator, account: str = "") -> Form:
        if self._desk.practice:
            practice = PracticeLock(operator.name)
            practice.given.connect(self._open_up)
            return practice
        return self._sign_in_form(SignInForm(operator.name, account, locked=True))

    def _ask_lock(self) -> None:
        self._runner.run_read(self._desk.signin.standing, self._lock_known, owner=self)

    def _lock_known(self, standing: Standing) -> None:
        """The account of the system stands for the person: they need no password they may not have."""
        session = self._session
        form = self.form
        if session is None or not self.locked or not isinstance(form, SignInForm):
            return
        if not form.locked or form.password.text():
            return  # somebody else is asked for, or the password is being typed
        if standing.recognised is not None and standing.recognised.id == session.operator.id:
            self._put(self._lock_form(session.operator, session.operator.name))

    def _keep_page(self) -> None:
        if self._window.current_id:
            self._window.page(self._window.current_id).keep()

    def _screen_locked(self) -> None:
        if self._session is None:
            return
        if self._policy.at_screen_lock is AtScreenLock.END and not self._desk.practice:
            self._end("screen", tr("The screen was locked, and the session ended. What you wrote is saved."))
        else:
            self.lock("screen")

    # --- changing places ------------------------------------------------------------

    def switch_to(self, person: Operator) -> None:
        """Practice: work as another of its people."""
        if self._desk.practice and self._session is not None:
            self._leave("other")
            self.entered.emit(person)

    def _other(self) -> None:
        """At a locked desk: somebody else signs in. What the one before wrote is saved."""
        operator = self.operator
        form = SignInForm(back=operator.name if operator else "")
        form.back_asked.connect(self._back)
        self._put(self._sign_in_form(form))

    def _back(self) -> None:
        if self._session is not None:
            self._put(self._lock_form(self._session.operator))
            if not self._desk.practice:
                self._ask_lock()

    def change_places(self) -> None:
        """Lock the desk and ask for somebody else; the one who works here stays until that one came."""
        if self._session is not None and not self._window.shut:
            self.lock("key")
            self._other()

    def sign_out(self) -> None:
        """End the session: pages go, the claim is released, the outbox goes on."""
        self._end("signed_out", "")

    def _end(self, why: str, words: str) -> None:
        if self._session is None:
            return
        self._leave(why)
        self._put(self._sign_in_form(SignInForm(why=words)))
        self.ask(words)

    def _leave(self, why: str) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        self.idle.stop()
        self._lock_action.setEnabled(False)
        self._before = None
        close_over(self._window)
        self._keep_page()
        session.changed.disconnect(self._changed)
        self._release(session)
        if not self._desk.practice:
            signin, operator = self._desk.signin, session.operator
            self._runner.run_write(lambda: signin.ended(operator, why))
        self.left.emit()

    def _release(self, session: Session) -> None:
        """Given up after what was typed is saved: writes run in order."""
        claim = session.claim
        if claim is None:
            return
        session.set_claim(None)
        queue, operator = self._desk.queue, session.operator
        self._runner.run_write(lambda: queue.release(operator, claim), None, lambda _lost: None)

    # --- what others changed ------------------------------------------------------------

    def _changed(self, changes: frozenset[Change]) -> None:
        if Change.SETTINGS in changes:
            self._ask_policy()
        if Change.PEOPLE in changes:
            self._ask_known()

    def _ask_policy(self) -> None:
        self._runner.run_read(self._desk.signin.policy, self._set_policy, owner=self, key="policy")

    def _set_policy(self, policy: SignInPolicy) -> None:
        self._policy = policy
        self.idle.minutes = policy.idle_minutes

    def _ask_known(self) -> None:
        operator = self.operator
        if operator is not None:
            self._runner.run_read(
                lambda: self._desk.signin.current(operator), self._known, owner=self, key="known"
            )

    def _known(self, operator: Operator | None) -> None:
        """Disabled, or of other roles: the window must not go on as it was."""
        session = self._session
        if session is None or self._window.shut:
            return
        if operator is None:
            name = session.operator.name  # another one may be offered to sign in below
            self._end("disabled", tr("{name} was signed out: an administrator disabled them.", name=name))
        elif operator.id == session.operator.id and operator.roles != session.operator.roles:
            self._leave("roles")
            self.entered.emit(operator)
            self._window.notices.show_notice("info", tr("Your roles were changed. These are your pages now."))
        elif operator.id == session.operator.id and operator != session.operator:
            session.operator = operator
            self._menu(operator)
