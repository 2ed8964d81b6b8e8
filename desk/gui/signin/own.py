"""One's own password and second step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import segno
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QSizePolicy, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.roles import Operator
from desk.domain.signin import MIN_CHARACTERS, SignInRefused
from desk.gui import theme
from desk.gui.palette import LIGHT
from desk.gui.runner import Runner
from desk.gui.signin.forms import PasswordField
from desk.gui.widgets.buttons import danger, primary, secondary
from desk.gui.widgets.common import hairline, hbox, label, vbox
from desk.gui.widgets.fields import Field, TextField
from desk.gui.widgets.panels import Scroll
from desk.gui.words import plural, tr
from desk.services.access import CodeSetup, Shown
from desk.services.changes import Done
from desk.services.desk import Desk

T = TypeVar("T")


class QrCode(QWidget):
    """A QR code, dark on light in every theme: cameras read nothing else for sure."""

    SIDE = 200

    def __init__(self, text: str) -> None:
        super().__init__()
        self._rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.SIDE, self.SIDE)
        self.setAccessibleName(tr("QR code for the authenticator app; the same as the text beside it"))

    def sizeHint(self) -> QSize:
        return QSize(self.SIDE, self.SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(LIGHT.surface))
        step = self.width() / len(self._rows)
        dark = QColor(LIGHT.text)
        for y, row in enumerate(self._rows):
            for x, on in enumerate(row):
                if on:
                    painter.fillRect(QRectF(x * step, y * step, step + 0.5, step + 0.5), dark)


class OwnDialog(QDialog):
    """Both need the password one has now; what is wrong is said where it is."""

    def __init__(self, desk: Desk, runner: Runner, operator: Operator, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Password and second step"))
        self.resize(520, 620)
        self._access, self._runner, self._operator = desk.access, runner, operator
        self._setup: CodeSetup | None = None
        self._busy, self._turn = False, 0
        self.password = PasswordField()
        self._password_field = Field(tr("Your password now"), self.password, tr("Asked for every change."))
        self.new, self.again = PasswordField(), PasswordField()
        self.change = primary(tr("Change the password"))
        self.change.clicked.connect(self._change)
        for editor in (self.new, self.again):
            editor.returnPressed.connect(self._change)
        self._said = label("", "body-muted", wrap=True)
        self._second = QVBoxLayout()
        self._second.setSpacing(theme.S3)
        self._held: QWidget | None = None
        scroll = Scroll()
        self._first = QWidget()
        first = vbox(
            self._password_field,
            hairline(),
            label(tr("Password"), "section"),
            Field(
                tr("New password"),
                self.new,
                tr("At least {n} characters. Four or five random words are good.", n=MIN_CHARACTERS),
            ),
            Field(tr("The same again"), self.again),
            gap=theme.S4,
        )
        first.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        first.addWidget(hairline())
        self._first.setLayout(first)
        scroll.add(label(operator.name, "page"), self._first, label(tr("Second step"), "section"))
        scroll.body.addLayout(self._second)
        scroll.end()
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        self._close = close = secondary(tr("Close"))
        close.clicked.connect(self.close)
        foot = hbox(self._problem, self._said)
        foot.setStretch(0, 1)
        foot.setStretch(1, 1)
        foot.addWidget(close)
        foot.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll, 1)
        column.addLayout(foot)
        self._ask()
        self.password.setFocus()

    # what there is ------------------------------------------------------------------

    def _ask(self) -> None:
        turn = self._turn

        def came(shown: Shown) -> None:
            if turn == self._turn:  # else a secret or the codes may be in view, which nobody sees again
                self._show(shown)

        self._runner.run_read(lambda: self._access.own(self._operator), came, self._failed, owner=self)

    def _show(self, shown: Shown) -> None:
        self._password_field.setVisible(shown.has_password)
        self.change.setText(tr("Change the password") if shown.has_password else tr("Set the password"))
        self._first.show()
        part, column = self._part()
        if not shown.has_code:
            column.addWidget(
                label(
                    tr(
                        "A code from an authenticator app besides the password: to have seen you type it "
                        "is not enough then."
                    ),
                    "body-muted",
                    wrap=True,
                )
            )
            self.turn_on = secondary(tr("Turn it on…"), "key-round")
            self.turn_on.clicked.connect(self._begin)
            column.addWidget(self.turn_on, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            left = plural(
                shown.recovery_left,
                "It is on. {n} recovery code is left.",
                "It is on. {n} recovery codes are left.",
            )
            column.addWidget(label(left, "body-muted", wrap=True))
            self.renew = secondary(tr("New recovery codes"), "refresh-cw")
            self.renew.clicked.connect(self._renew)
            self.turn_off = danger(tr("Turn it off"))
            self.turn_off.clicked.connect(self._turn_off)
            row = hbox(self.renew, self.turn_off)
            row.addStretch(1)
            column.addLayout(row)
        self._put(part)

    def _part(self) -> tuple[QWidget, QVBoxLayout]:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S3)
        return part, column

    def _put(self, part: QWidget) -> None:
        if self._held is not None:
            self._second.removeWidget(self._held)
            self._held.hide()
            self._held.deleteLater()
        self._held = part
        self._second.addWidget(part)
        # Made after the button below it: Tab would come to that one first.
        last: QWidget = self.change
        for widget in part.findChildren(QWidget):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                QWidget.setTabOrder(last, widget)
                last = widget
        QWidget.setTabOrder(last, self._close)

    # acts ---------------------------------------------------------------------------

    def _change(self) -> None:
        if not self.change.isEnabled():
            return
        if self.new.value() != self.again.value():
            self._say(tr("The two new passwords differ."))
            return
        password, new = self.password.value(), self.new.value()
        self._run(partial(self._access.change_password, self._operator, password, new), self._changed)

    def _changed(self, _done: Done[None]) -> None:
        for editor in (self.password, self.new, self.again):
            editor.forget()
        self._tell(tr("The password is changed."))
        self._ask()

    def _begin(self) -> None:
        self._run(partial(self._access.begin_code, self._operator, self.password.value()), self._show_setup)

    def _show_setup(self, setup: CodeSetup) -> None:
        self._setup = setup
        self.password.forget()
        self.change.setEnabled(True)
        self._first.hide()
        part, column = self._part()
        column.addWidget(
            label(
                tr("Read this with the app, or type the text into it. Then give the code it shows."),
                "body-muted",
                wrap=True,
            )
        )
        text = label(setup.text, "body", select=True, wrap=True)
        text.setFont(theme.mono(theme.BODY))
        text.setAccessibleName(tr("Secret for the app: {text}", text=setup.text))
        row = hbox(QrCode(setup.uri), text, gap=theme.S4)
        row.setStretch(1, 1)
        column.addLayout(row)
        self.code = TextField(mono=True, limit=12)
        self.confirm = primary(tr("Turn it on"))
        self.confirm.clicked.connect(self._confirm)
        self.code.returnPressed.connect(self._confirm)
        column.addWidget(Field(tr("Code that the app shows"), self.code))
        column.addWidget(self.confirm, 0, Qt.AlignmentFlag.AlignLeft)
        self._put(part)
        self.code.setFocus()

    def _confirm(self) -> None:
        if self._setup is not None:
            act = partial(self._access.confirm_code, self._operator, self._setup, self.code.value())
            self._run(act, self._show_codes)

    def _renew(self) -> None:
        self._run(partial(self._access.new_recovery, self._operator, self.password.value()), self._show_codes)

    def _show_codes(self, done: Done[tuple[str, ...]]) -> None:
        self.password.forget()
        self._setup = None
        self._first.hide()
        part, column = self._part()
        column.addWidget(
            label(
                tr(
                    "Recovery codes, each good for one sign-in without the app. "
                    "They are shown this once: write them down."
                ),
                "body-muted",
                wrap=True,
            )
        )
        self.codes = label("\n".join(done.value), "body", select=True)
        self.codes.setFont(theme.mono(theme.BODY))
        column.addWidget(self.codes)
        kept = secondary(tr("I have kept them"))
        kept.clicked.connect(self._ask)
        column.addWidget(kept, 0, Qt.AlignmentFlag.AlignLeft)
        self._put(part)
        kept.setFocus()
        self._tell("")

    def _turn_off(self) -> None:
        self._run(partial(self._access.remove_code, self._operator, self.password.value()), self._turned_off)

    def _turned_off(self, _done: Done[None]) -> None:
        self.password.forget()
        self._tell(tr("The second step is off."))
        self._ask()

    def _run(self, act: Callable[[], T], on_done: Callable[[T], object]) -> None:
        if self._busy:
            return  # pressed twice: the codes of the second act would make those in view worthless
        self._busy = True
        self._turn += 1
        self._say("")
        self.change.setEnabled(False)

        def done(value: T) -> None:
            self._busy = False
            on_done(value)

        def failed(problem: DeskError) -> None:
            self._busy = False
            self._failed(problem)

        self._runner.run_long(lambda _job: act(), done, failed, owner=self)

    def _failed(self, problem: DeskError) -> None:
        self.change.setEnabled(True)
        wrong = isinstance(problem, SignInRefused) and not self._password_field.isHidden()
        # Who it is stands above: nothing but the password can be wrong.
        self._say(tr("This is not your password. Nothing was changed.") if wrong else problem.words())
        if wrong:
            self.password.selectAll()
            self.password.setFocus()

    def _say(self, words: str) -> None:
        self._said.hide()
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    def _tell(self, words: str) -> None:
        self.change.setEnabled(True)
        self._problem.hide()
        self._said.setText(words)
        self._said.show()
