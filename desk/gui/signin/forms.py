"""The forms of the sign-in screen: name, password and code; the first administrator; a locked desk."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desk.domain.signin import MIN_CHARACTERS
from desk.gui import icons, theme
from desk.gui.widgets.buttons import Button, link, primary
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.fields import Field, TextField
from desk.gui.widgets.panels import Panel
from desk.gui.words import tr

WIDTH = 400


class PasswordField(TextField):
    """One line that shows dots; the eye shows what was typed, until the focus goes."""

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhHiddenText
        )
        self._eye = QAction(tr("Show what is typed"), self)
        self._eye.setCheckable(True)
        self._eye.toggled.connect(self._look)
        self.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)
        self._look(False)

    def _look(self, on: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)
        icons.set_icon(self._eye, "eye-off" if on else "eye", "muted")

    def value(self) -> str:
        """As it was typed: blanks belong to a password."""
        return self.text()

    def forget(self) -> None:
        """Empty, and nothing to undo."""
        self._eye.setChecked(False)
        self.clear()
        self.setModified(False)


class Form(Panel):
    """A card: icon and title, a word, fields, one act, and what went wrong."""

    def __init__(self, icon: str, title: str, words: str, act: str) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.body.setContentsMargins(theme.S6, theme.S6, theme.S6, theme.S6)
        self.body.setSpacing(theme.S4)
        self.setAccessibleName(title)
        head = hbox(icons.IconLabel(icon, 20, "muted"), label(title, "page"), gap=theme.S3)
        head.addStretch(1)
        self.add(head)
        self._words = label(words, "body-muted", wrap=True)
        self.add(self._words)
        self._words.setVisible(bool(words))
        self._fields: list[Field] = []
        self._act_words = act
        self.act = primary(act)
        self.act.clicked.connect(self.submit)
        self._problem = label("", "bad", wrap=True)
        self._left = 0
        self._waiting = QTimer(self)
        self._waiting.setInterval(1000)
        self._waiting.setTimerType(Qt.TimerType.PreciseTimer)
        self._waiting.timeout.connect(self._count)

    def add_field(self, words: str, editor: QWidget, help_text: str = "") -> Field:
        field = Field(words, editor, help_text)
        self._fields.append(field)
        self.add(field)
        return field

    def close_form(self, *more: QWidget) -> None:
        """What comes below the fields."""
        self.add(self._problem)
        self._problem.hide()
        self.add(self.act)
        for item in more:
            self.add(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submit()
            return
        super().keyPressEvent(event)

    def submit(self) -> None:
        """Subclasses tell what was given."""

    def say(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    @property
    def said(self) -> str:
        return self._problem.text()

    def set_busy(self, busy: bool) -> None:
        self.act.setEnabled(not busy and self._left <= 0)
        self.act.setText(tr("One moment…") if busy else self._act_words)
        for field in self._fields:
            field.editor.setEnabled(not busy)

    def wait(self, seconds: float) -> None:
        """No attempt before so many seconds; the button counts them."""
        # Rather a moment late than a moment too soon for the service.
        self._left = -int(-(seconds + 0.2) // 1) if seconds > 0 else 0
        if self._left:
            self._waiting.start()
            self.act.setEnabled(False)
            self.act.setText(tr("Wait {n} s", n=self._left))

    def _count(self) -> None:
        self._left -= 1
        if self._left > 0:
            self.act.setText(tr("Wait {n} s", n=self._left))
            return
        self._waiting.stop()
        self.act.setText(self._act_words)
        self.act.setEnabled(True)


class SignInForm(Form):
    """Name and password; the code and a password of one's own where they are asked for.

    ``given`` carries (name, password, code, new password or None). With ``name`` given it is that person's
    desk which is locked.
    """

    given = Signal(str, str, str, object)
    account_given = Signal(str)
    other_asked = Signal()
    back_asked = Signal()

    def __init__(
        self, name: str = "", account: str = "", *, locked: bool = False, why: str = "", back: str = ""
    ) -> None:
        """``account``: the person whom the OS account stands for; they go on without a password.

        ``back``: the person whose desk is locked, while somebody else is asked for.
        """
        title = tr("The desk is locked") if locked else tr("Sign in")
        super().__init__(
            "lock" if locked else "circle-user", title, why, tr("Unlock") if locked else tr("Sign in")
        )
        self._locked_name = name if locked else ""
        self._account = account
        self.name = TextField()
        self.password, self.code = PasswordField(), TextField(mono=True)
        self.new, self.again = PasswordField(), PasswordField()
        self.name_field = self.add_field(tr("Name"), self.name)
        if locked:
            self.name_field.hide()
            self.add(label(name, "section"))
        self.name.set_value(name)
        self.password_field = self.add_field(tr("Password"), self.password)
        self.code_field = self.add_field(
            tr("Code"), self.code, tr("From your authenticator app, or one of your recovery codes.")
        )
        self.new_field = self.add_field(
            tr("A password of your own"),
            self.new,
            tr("At least {n} characters. Four or five random words are good.", n=MIN_CHARACTERS),
        )
        self.again_field = self.add_field(tr("The same again"), self.again)
        for field in (self.code_field, self.new_field, self.again_field):
            field.hide()
        more: list[QWidget] = []
        self.by_account: Button | None = None
        if account and account == (name or account):
            self.password_field.hide()
            self.name.set_value(account)
            self.name_field.hide()
            if not locked:
                # Above every field: the code may be asked for yet.
                self._who = label(account, "section")
                self.body.insertWidget(self.body.indexOf(self.name_field), self._who)
            self.by_account = link(tr("Use the password instead"))
            self.by_account.clicked.connect(self.use_password)
            more.append(self.by_account)
        self.other = link(tr("Sign in as somebody else"))
        self.other.clicked.connect(self.other_asked)
        self.other.setVisible(False)
        if back:
            self.back = link(tr("Back to {name}", name=back))
            self.back.clicked.connect(self.back_asked)
            more.append(self.back)
        self.close_form(*more, self.other)
        self.other.setVisible(locked)

    @property
    def _passwordless(self) -> bool:
        return self.by_account is not None and not self.by_account.isHidden()

    @property
    def words_for_wrong(self) -> str:
        """What can be wrong here; empty where more than one thing can, and none of them may be named."""
        return tr("This code is not right, or was used before.") if self._passwordless else ""

    @property
    def locked(self) -> bool:
        """Whether it asks for the one whose desk is locked."""
        return bool(self._locked_name)

    @property
    def begun(self) -> bool:
        """Whether somebody is filling it in."""
        return bool(self.name.text() or self.password.text()) or not self.act.isEnabled()

    def use_password(self) -> None:
        """The account is not used: the password is asked for."""
        if self.by_account is not None:
            self.by_account.hide()
        self.password_field.show()
        if not self._locked_name:
            self._who.hide()
            self.name_field.show()
        self.focus_first()

    def focus_first(self) -> None:
        """The first field that is still empty."""
        for editor in (self.name, self.password, self.code, self.new):
            field = editor.parentWidget()
            if field is not None and not field.isHidden() and not editor.text():
                editor.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self.act.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_code(self) -> None:
        self.code_field.show()
        self.focus_first()

    def ask_new(self) -> None:
        self.new_field.show()
        self.again_field.show()
        self.say(tr("This password was handed out for one time. Choose one of your own."))
        self.focus_first()

    def refused(self, words: str) -> None:
        """Wrong: what was secret is gone, the name stays."""
        for editor in (self.password, self.new, self.again):
            editor.forget()
        self.code.clear()
        self.say(words)
        self.focus_first()

    def submit(self) -> None:
        if not self.act.isEnabled():
            return
        self.say("")
        if self._passwordless:
            self.account_given.emit(self.code.value())
            return
        new = self.new.value() if not self.new_field.isHidden() else None
        if new is not None and new != self.again.value():
            self.say(tr("The two passwords differ."))
            return
        name = self._locked_name or self.name.value()
        if not name or not self.password.value():
            known = bool(self._locked_name)
            self.say(tr("The password is needed.") if known else tr("Name and password are both needed."))
            self.focus_first()
            return
        self.given.emit(name, self.password.value(), self.code.value(), new)


class FirstForm(Form):
    """The first administrator, once. ``given`` carries (name, password)."""

    given = Signal(str, str)

    def __init__(self, name: str = "") -> None:
        super().__init__(
            "key-round",
            tr("The first administrator"),
            tr(
                "Nobody can sign in to this workspace yet. Choose the name and the password of its first "
                "administrator; everybody else is added in Settings."
            ),
            tr("Make it and sign in"),
        )
        self.name = TextField()
        self.name.set_value(name)
        self.password, self.again = PasswordField(), PasswordField()
        self.add_field(tr("Name"), self.name, tr("Acts are recorded under it."))
        self.add_field(
            tr("Password"),
            self.password,
            tr("At least {n} characters. Four or five random words are good.", n=MIN_CHARACTERS),
        )
        self.add_field(tr("The same again"), self.again)
        self.close_form()

    def focus_first(self) -> None:
        (self.password if self.name.value() else self.name).setFocus(Qt.FocusReason.OtherFocusReason)

    def refused(self, words: str) -> None:
        """What was typed twice is typed anew; the fields, switched off meanwhile, have lost the keys."""
        self.password.forget()
        self.again.forget()
        self.say(words)
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        if not self.act.isEnabled():
            return
        self.say("")
        if not self.name.value():
            self.say(tr("The first administrator needs a name."))
        elif self.password.value() != self.again.value():
            self.refused(tr("The two passwords differ."))
        else:
            self.given.emit(self.name.value(), self.password.value())


class PracticeLock(Form):
    """Practice has no passwords: one act goes on."""

    given = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(
            "lock",
            tr("The desk is locked"),
            tr(
                "In practice nobody has a password. At a real desk the one who works there gives theirs here."
            ),
            tr("Go on as {name}", name=name),
        )
        self.close_form()

    def focus_first(self) -> None:
        self.act.setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        self.given.emit()


class PassphraseForm(Form):
    """Asks for the passphrase of a workspace that has one. ``given`` carries it."""

    given = Signal(str)

    def __init__(self) -> None:
        super().__init__(
            "key-round",
            tr("Unlock the workspace"),
            tr("It is unlocked by a passphrase, which is the same for everybody who works in it."),
            tr("Unlock"),
        )
        self.passphrase = PasswordField()
        self.add_field(tr("Passphrase"), self.passphrase)
        self.close_form()

    def focus_first(self) -> None:
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        if not self.act.isEnabled():
            return
        if not self.passphrase.value():
            self.say(tr("The passphrase is needed."))
            return
        self.say("")
        self.set_busy(True)
        self.given.emit(self.passphrase.value())

    def refused(self, words: str) -> None:
        self.set_busy(False)
        self.passphrase.forget()
        self.say(words)
        self.focus_first()
