"""Settings: the endpoint and its credentials, which go to the keyring and are never shown again."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desk.domain.company import Credentials, Endpoint, EndpointKind
from desk.domain.endpoint import endpoint as endpoint_of
from desk.domain.errors import DeskError, ServiceRefused
from desk.gui import theme
from desk.gui.session import Session
from desk.gui.widgets.buttons import danger, primary, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.fields import Choice, Field, TextField
from desk.gui.widgets.panels import Panel
from desk.gui.words import moment, plural, tr
from desk.services.changes import Change
from desk.services.credentials import CredentialState
from desk.services.schema import SchemaState


@dataclass(frozen=True)
class Known:
    """The endpoint that is set, and what may be shown of its credentials."""

    endpoint: Endpoint | None
    state: CredentialState | None
    problem: str = ""
    schema: SchemaState = SchemaState(None)  # noqa: RUF009 - frozen


def read(session: Session) -> Known:
    """Off the GUI thread: the keyring may take its time."""
    endpoint = session.desk.configuration.endpoint()
    if endpoint is None:
        return Known(None, None)
    schema = session.desk.schema.state(endpoint.url)
    try:
        return Known(endpoint, session.desk.credentials.state(endpoint), "", schema)
    except DeskError as problem:
        return Known(endpoint, None, problem.words(), schema)


class EndpointPanel(Panel):
    """Which service reports go to, and as whom."""

    notify = Signal(str, str)

    def __init__(self, session: Session) -> None:
        self._check = secondary(tr("Check"), "refresh-cw")
        super().__init__(tr("Endpoint and credentials"), acts=(self._check,))
        self._session = session
        self._known = Known(None, None)
        self.kind = Choice(
            [
                ("test", tr("NCMEC test")),
                ("production", tr("NCMEC production")),
                ("custom", tr("Another address")),
            ]
        )
        self.url = TextField(mono=True)
        self._url_field = Field(
            tr("Address"),
            self.url,
            tr("HTTPS; plain HTTP to this computer only (a proxy, a test server)."),
        )
        self._kind_field = Field(
            tr("Where reports go"),
            self.kind,
            tr("A workspace has one endpoint; credentials belong to it alone."),
        )
        self.set_endpoint = secondary(tr("Set the endpoint"))
        self._address = label("", "body-muted", select=True)
        self._state = Badge("", "muted")
        self._state_words = label("", "body-muted", wrap=True)
        self._schema = Badge("", "muted")
        self._schema_words = label("", "body-muted", wrap=True)
        self._differences = label("", "body-muted", wrap=True, select=True)
        self.user = TextField(tr("as NCMEC gave it"))
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        # Neither undo nor the input method may keep what was typed.
        self.password.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.save = primary(tr("Store in the keyring"))
        self.remove = danger(tr("Remove them"), "trash-2")
        self._fill()
        self._connect()

    def _fill(self) -> None:
        status = hbox(self._state, gap=theme.S2)
        status.addWidget(self._state_words, 1)
        schema = hbox(self._schema, gap=theme.S2)
        schema.addWidget(self._schema_words, 1)
        self.add(self._address, status, schema, self._differences)
        self._endpoint_box = QWidget()
        places = hbox(self._kind_field, self._url_field, gap=theme.S4)
        places.setStretch(0, 1)
        places.setStretch(1, 2)
        self._endpoint_box.setLayout(places)
        self.add(self._endpoint_box)
        row = hbox(self.set_endpoint)
        row.addStretch(1)
        self.add(row)
        both = hbox(
            Field(tr("User name"), self.user),
            Field(tr("Password"), self.password, tr("Kept in this computer's keyring and nowhere else.")),
            gap=theme.S4,
        )
        self.add(both)
        acts = hbox(self.save, self.remove)
        acts.addStretch(1)
        self.add(acts)

    def _connect(self) -> None:
        self.kind.changed.connect(self._kind_chosen)
        self.set_endpoint.clicked.connect(self._set_endpoint)
        self.save.clicked.connect(self._save)
        self.password.returnPressed.connect(self._save)
        self.remove.clicked.connect(self._remove)
        self._check.clicked.connect(self.check)

    # shown ----------------------------------------------------------------------

    def show_known(self, known: Known) -> None:
        """Show what is set; a person's half-typed words stay."""
        self._known = known
        endpoint, state = known.endpoint, known.state
        practice = endpoint is not None and endpoint.kind is EndpointKind.PRACTICE
        self._endpoint_box.setVisible(not practice)
        self.set_endpoint.setVisible(not practice)
        self._address.setText(endpoint.url if endpoint else tr("No endpoint is set yet."))
        if endpoint is not None and not practice:
            self.kind.set_value(endpoint.kind.value)
            self.url.set_value(endpoint.url)
            self.url.setReadOnly(endpoint.kind is not EndpointKind.CUSTOM)
        there = state is not None and state.there
        self._check.setEnabled(there)
        self.remove.setVisible(there)
        self.save.setText(tr("Replace in the keyring") if there else tr("Store in the keyring"))
        self._say(known)
        self._say_schema(known.schema)

    def _say_schema(self, schema: SchemaState) -> None:
        """How the service's own schema and the desk's model differ, by name."""
        self._differences.setText("\n".join(schema.differences))
        self._differences.setVisible(bool(schema.differences))
        if schema.fetched_at is None:
            self._schema.set(tr("No schema yet"), "muted", "circle")
            self._schema_words.setText(tr("It is fetched when the credentials are checked, then once a day."))
        elif schema.differences:
            self._schema.set(tr("Schema differs"), "warn", "triangle-alert")
            words = plural(
                len(schema.differences),
                "Fetched on {when}; {n} part differs from what this desk knows:",
                "Fetched on {when}; {n} parts differ from what this desk knows:",
                when=moment(schema.fetched_at),
            )
            self._schema_words.setText(words)
        else:
            self._schema.set(tr("Schema known"), "ok", "circle-check")
            self._schema_words.setText(
                tr("Fetched on {when}; every report is held against it.", when=moment(schema.fetched_at))
            )

    def _say(self, known: Known) -> None:
        state = known.state
        if known.problem:
            self._state.set(tr("Keyring"), "bad", "circle-alert")
            self._state_words.setText(known.problem)
        elif state is None or not state.there:
            self._state.set(tr("No credentials"), "warn", "triangle-alert")
            self._state_words.setText(tr("Without them nothing can be sent."))
        elif state.checked_at is None:
            self._state.set(tr("Not checked"), "muted", "circle")
            self._state_words.setText(tr("Check asks the service whether it accepts them."))
        elif state.accepted:
            self._state.set(tr("Accepted"), "ok", "circle-check")
            words = tr("Checked on {when} as {user}", when=moment(state.checked_at), user=state.checked_as)
            self._state_words.setText(words)
        else:
            self._state.set(tr("Not accepted"), "bad", "octagon-alert")
            self._state_words.setText(
                tr("Checked on {when}: {words}", when=moment(state.checked_at), words=state.words)
            )

    # acts -----------------------------------------------------------------------

    def _kind_chosen(self) -> None:
        chosen = self.kind.value()
        custom = chosen == "custom"
        self.url.setReadOnly(not custom)
        if chosen in ("test", "production"):
            self.url.set_value(endpoint_of(chosen).url)
        elif custom:
            self.url.set_value("")
            self.url.setFocus()

    def _set_endpoint(self) -> None:
        chosen = self.kind.value()
        try:
            endpoint = endpoint_of(chosen if chosen in ("test", "production") else self.url.value())
        except DeskError as problem:
            self._url_field.set_problem(problem.words())
            self.url.setFocus()
            return
        self._url_field.set_problem("")
        service, operator = self._session.desk.configuration, self._session.operator
        self._session.act(
            lambda: service.set_endpoint(operator, endpoint), self._endpoint_set, self._failed, owner=self
        )

    def _endpoint_set(self, _endpoint: Endpoint) -> None:
        self.notify.emit("ok", tr("The endpoint is set. It is live after the next start of the window."))

    def _save(self) -> None:
        endpoint = self._known.endpoint
        if endpoint is None:
            self._failed_words(tr("Set the endpoint first."))
            return
        credentials = Credentials(self.user.value().strip(), self.password.text())
        service, operator = self._session.desk.credentials, self._session.operator
        self._session.act(
            lambda: service.set(operator, endpoint, credentials), self._saved, self._failed, owner=self
        )

    def _saved(self, _state: CredentialState) -> None:
        self.password.clear()
        self.user.clear()
        self.notify.emit("ok", tr("Stored in the keyring."))
        self.check()

    def check(self) -> None:
        """Ask the service with the stored credentials."""
        endpoint = self._known.endpoint
        if endpoint is None:
            return
        self._check.setEnabled(False)
        self._state.set(tr("Checking…"), "muted")
        service, operator = self._session.desk.credentials, self._session.operator
        self._session.runner.run_long(
            lambda _job: service.check(operator, endpoint), self._checked, self._not_checked, owner=self
        )

    def _not_checked(self, problem: DeskError) -> None:
        self._check.setEnabled(True)
        if isinstance(problem, ServiceRefused):
            # The refusal is kept: shown from there, it stays whatever is read anew meanwhile.
            self._session.tell(frozenset({Change.SETTINGS}))
        else:
            self._failed_words(problem.words())

    def _checked(self, done: object) -> None:
        self._check.setEnabled(True)
        self._session.tell(getattr(done, "changes", frozenset()))

    def _remove(self) -> None:
        endpoint = self._known.endpoint
        if endpoint is not None:
            service, operator = self._session.desk.credentials, self._session.operator
            self._session.act(lambda: service.remove(operator, endpoint), None, self._failed, owner=self)

    def _failed(self, problem: DeskError) -> None:
        self._check.setEnabled(True)
        self._failed_words(problem.words())

    def _failed_words(self, words: str) -> None:
        self._state.set(tr("Not done"), "bad", "circle-alert")
        self._state_words.setText(words)
