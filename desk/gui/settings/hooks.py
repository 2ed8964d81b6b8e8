"""The platform's own hooks: where, what for, the secret that signs, a test, and what fails."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.hooks import HookKind, HookSettings, HookState
from desk.domain.roles import Permission
from desk.gui import theme
from desk.gui.runner import Job
from desk.gui.session import Session
from desk.gui.widgets.buttons import link, primary, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import clear, hbox, label
from desk.gui.widgets.fields import Field, TextField
from desk.gui.widgets.panels import Panel
from desk.gui.words import joined, moment, plural, tr
from desk.ports import HookCall
from desk.services.hooks import HooksView

MOST = 8


def call_words(call: HookCall) -> str:
    """'Asking about case 12 · It can't be reached. · tried 3 times, again at …'."""
    about = (
        tr("Asking about case {n}", n=call.case_number)
        if call.kind is HookKind.ENRICH
        else tr("Telling of filing {n}", n=call.filing_id)
    )
    tried = plural(call.tries, "tried once", "tried {n} times")
    then = tr("given up") if call.state is HookState.FAILED else ""
    if call.state is HookState.WAITING and call.next_at is not None:
        then = tr("again at {time}", time=moment(call.next_at))
    return joined([about, call.words.rstrip("."), tried, then])


class HooksPanel(Panel):
    """Saved by its own button: a secret does not wait beside other changes."""

    notify = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__(tr("The platform's hook"))
        self._session = session
        self._view: HooksView | None = None
        self._dirty = self._saving = False
        self._state = Badge("", "muted")
        self._state_words = label("", "body-muted", wrap=True)
        self.url = TextField(tr("https://hooks.example.com/desk"), mono=True)
        self.enrich = CheckBox(tr("Ask what else is known of the people, when a case is opened"))
        self.filed = CheckBox(tr("Tell what was filed, and until when it must be preserved"))
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        # Neither undo nor the input method may keep what was typed.
        self.secret.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.save = primary(tr("Save the hook"))
        self.test = secondary(tr("Test it"))
        self._trouble = QVBoxLayout()
        self._trouble.setSpacing(theme.S1)
        self._fill()
        for editor in (self.url, self.enrich, self.filed):
            editor.changed.connect(self._touched)
        self.secret.textEdited.connect(self._touched)
        self.save.clicked.connect(self._save)
        self.test.clicked.connect(self._test)
        self._enable(False)
        if not session.operator.may(Permission.SETTINGS):
            self.hide()

    def _enable(self, known: bool) -> None:
        """What is typed before the hook is known would be saved over it."""
        for field in (self.url, self.secret, self.enrich, self.filed, self.save):
            field.setEnabled(known)

    def _fill(self) -> None:
        status = hbox(self._state, gap=theme.S2)
        status.addWidget(self._state_words, 1)
        self.add(
            label(
                tr(
                    "A service of the platform that the desk asks and tells. Each call is signed with the "
                    "secret. A hook that fails never holds up a report."
                ),
                "body-muted",
                wrap=True,
            ),
            status,
        )
        self._url_field = Field(
            tr("Address"), self.url, tr("HTTPS; plain HTTP to this computer only."), optional=True
        )
        self._secret_field = Field(
            tr("Secret"), self.secret, tr("At least 16 characters; kept in this computer's keyring alone.")
        )
        fields = hbox(self._url_field, self._secret_field, gap=theme.S4)
        fields.setStretch(0, 1)
        fields.setStretch(1, 1)
        acts = hbox(self.save, self.test)
        acts.addStretch(1)
        self.add(fields, self.enrich, self.filed, acts, self._trouble)

    # shown ----------------------------------------------------------------------------

    def ask(self) -> None:
        """Read what is set, where this person may see it."""
        if not self._session.operator.may(Permission.SETTINGS):
            return
        hooks, operator = self._session.desk.hooks, self._session.operator
        self._session.runner.run_read(
            lambda: hooks.view(operator), self.show_view, self._failed, owner=self, key="hooks"
        )

    def show_view(self, view: HooksView) -> None:
        """A person's half-typed words stay."""
        self._view = view
        self._enable(True)
        if not self._dirty:
            self.url.set_value(view.settings.url)
            self.enrich.set_value(view.settings.enrich)
            self.filed.set_value(view.settings.filed)
        self.secret.setPlaceholderText(tr("kept; type to replace it") if view.secret else "")
        self.test.setEnabled(bool(view.settings.url) and view.secret and not self._dirty)
        self._say(view)
        clear(self._trouble)
        for call in view.troubled[:MOST]:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(theme.S3)
            row.addWidget(label(call_words(call), "body", wrap=True), 1)
            again = link(tr("Try now"))
            again.clicked.connect(partial(self._again, call.id))
            row.addWidget(again, 0, Qt.AlignmentFlag.AlignTop)
            self._trouble.addWidget(line)
        more = len(view.troubled) - MOST
        if more > 0:
            self._trouble.addWidget(label(tr("and {n} more", more), "muted"))

    def _say(self, view: HooksView) -> None:
        if not view.settings.on:
            self._state.set(tr("Off"), "muted", "circle")
            self._state_words.setText(tr("Nothing is asked and nothing is told."))
        elif view.troubled:
            self._state.set(tr("Not coming through"), "warn", "triangle-alert")
            words = plural(
                len(view.troubled),
                "{n} call did not come through yet.",
                "{n} calls did not come through yet.",
            )
            self._state_words.setText(words)
        else:
            self._state.set(tr("On"), "ok", "circle-check")
            self._state_words.setText(
                plural(view.waiting, "{n} call waits.", "{n} calls wait.") if view.waiting else ""
            )

    # acts -----------------------------------------------------------------------------

    def _touched(self) -> None:
        self._dirty, self._saving = True, False
        self.test.setEnabled(False)
        for field in (self._url_field, self._secret_field):
            field.set_problem("")

    def _save(self) -> None:
        wanted = HookSettings(self.url.value().strip(), bool(self.enrich.value()), bool(self.filed.value()))
        secret = self.secret.text() or None
        hooks, operator = self._session.desk.hooks, self._session.operator
        self.secret.clear()
        self._saving = True
        self._session.act(
            lambda: hooks.save(operator, wanted, secret), self._saved, self._not_saved, owner=self
        )

    def _saved(self, _settings: HookSettings) -> None:
        self._dirty = not self._saving  # edited again meanwhile: that stays
        self.notify.emit("ok", tr("Saved."))
        self.ask()

    def _not_saved(self, problem: DeskError) -> None:
        about_secret = "secret" in problem.message
        (self._secret_field if about_secret else self._url_field).set_problem(problem.words())
        (self.secret if about_secret else self.url).setFocus()

    def _test(self) -> None:
        hooks, operator = self._session.desk.hooks, self._session.operator
        self.test.setEnabled(False)

        def work(_job: Job) -> str:
            return hooks.test(operator)

        self._session.runner.run_long(work, self._tested, self._failed, owner=self)

    def _tested(self, words: str) -> None:
        self.test.setEnabled(True)
        self.notify.emit("ok", words)

    def _again(self, call_id: int) -> None:
        hooks, operator = self._session.desk.hooks, self._session.operator
        self._session.act(lambda: hooks.again(operator, call_id), None, self._failed, owner=self)

    def _failed(self, problem: DeskError) -> None:
        self.test.setEnabled(self._view is not None and self._view.secret and not self._dirty)
        self.notify.emit("bad", problem.words())
