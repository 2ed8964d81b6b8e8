"""The composition root: the only place that wires the parts together.

Heavy parts are imported inside the functions that need them, so that the window
is painted and ``desk --help`` answers before a database library is loaded.
"""

from __future__ import annotations

import json
import logging
import os
import random
import secrets as token_source
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desk.domain.company import Company, Credentials, Endpoint, EndpointKind
from desk.domain.errors import DeskError, NotReady, UserError, WorkspaceProblem
from desk.domain.roles import Operator, Role
from desk.domain.rules import Contact

if TYPE_CHECKING:
    from desk.gui.start import Opened
    from desk.ports import Agency, Clock, Previewer, SecretStore, Store, Vault
    from desk.services.desk import Desk
    from desk.storage.workspace import WorkspaceInfo

log = logging.getLogger(__name__)
PRACTICE_HOLD_MINUTES = 1
ALL_ROLES = frozenset(Role)
Say = Callable[[str], None]


# -- places and secrets --------------------------------------------------------


def workspace_path(named: Path | None) -> Path:
    """The workspace's folder: the one named, DESK_WORKSPACE, the one last used, or the default."""
    from desk.system.paths import WORKSPACE_VARIABLE, choose_workspace, places
    from desk.system.settings import SettingsFile

    if named is None and not os.environ.get(WORKSPACE_VARIABLE):
        last = SettingsFile(places().settings).load().settings.last_workspace
        if last and Path(last).is_dir():
            return Path(last)
    return choose_workspace(named)


def read_secret(file: Path) -> str:
    """A secret from a private file. Raises UserError where others can read it."""
    from desk.system.passphrase import read_secret_file

    return read_secret_file(file)


def is_workspace(folder: Path) -> bool:
    from desk.storage import workspace

    return (folder / workspace.INFO).exists()


def needs_passphrase(folder: Path) -> bool:
    """Whether the workspace at ``folder`` is unlocked by a passphrase; False where there is none."""
    from desk.storage import workspace

    return is_workspace(folder) and workspace.read_info(folder).unlock is workspace.Unlock.PASSPHRASE


# -- wiring ----------------------------------------------------------------------


class _Agencies:
    """One client for the endpoint that is set, kept as long as its credentials stay the same.

    The keyring is asked again after KEPT seconds, or when credentials were set, removed or
    refused: not for each of a thousand calls.
    """

    KEPT = 30.0

    def __init__(self, desk: Callable[[], Desk], clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._held: tuple[Endpoint, Credentials, Agency] | None = None
        self._until = 0.0
        self._lock = threading.Lock()
        self._old: list[Agency] = []

    def forget(self) -> None:
        """Ask the keyring again at the next call."""
        self._until = 0.0

    def current(self) -> Agency:
        """Raises NotReady without endpoint or credentials, NoKeyring, KeyringLocked."""
        with self._lock:
            if self._held is not None and time.monotonic() < self._until:
                return self._held[2]
            agency = self._asked()
            self._until = time.monotonic() + self.KEPT
            return agency

    def _asked(self) -> Agency:
        desk = self._desk()
        endpoint = desk.configuration.endpoint()
        if endpoint is None:
            raise NotReady("No endpoint is set.", "An administrator sets one in Settings.")
        credentials = desk.credentials.get(endpoint)
        if credentials is None:
            raise NotReady(
                "There are no credentials for the endpoint.",
                "An administrator sets them in Settings, or with “desk credentials set”.",
            )
        if self._held is not None and self._held[:2] == (endpoint, credentials):
            return self._held[2]
        # The old client may be in a call on another lane: it is closed with the workspace.
        if self._held is not None:
            self._old.append(self._held[2])
        agency = self.make(endpoint, credentials)
        self._held = (endpoint, credentials, agency)
        return agency

    def make(self, endpoint: Endpoint, credentials: Credentials) -> Agency:
        from desk.cybertip.client import ClientOptions, CyberTipClient

        network = self._desk().configuration.settings().network
        ca_file = Path(network.ca_file) if network.ca_file else None
        options = ClientOptions(proxy=network.proxy or None, ca_file=ca_file)
        return CyberTipClient(endpoint, credentials, self._clock, options)

    def close(self) -> None:
        for agency in (*self._old, *((self._held[2],) if self._held else ())):
            agency.close()
        self._old.clear()
        self._held = None


def _wire(
    stack: ExitStack,
    *,
    store: Store,
    vault: Vault,
    secrets: SecretStore,
    workspace_id: str,
    place: str,
    practice: bool,
) -> Desk:
    from desk.cybertip.compose import CyberTipComposer
    from desk.cybertip.schema import ServiceSchema
    from desk.media.pool import PreviewPool
    from desk.services.auditing import Auditing
    from desk.services.configuration import Configuration
    from desk.services.confirmation import Confirmation
    from desk.services.credentials import CredentialService
    from desk.services.desk import Desk
    from desk.services.drafting import Drafting
    from desk.services.intake import Intake
    from desk.services.outbox import Outbox
    from desk.services.people import PeopleService
    from desk.services.preservation import PreservationService
    from desk.services.queue import Queue
    from desk.services.review import Review
    from desk.services.schema import SchemaKeeper
    from desk.system.clock import SystemClock

    clock = SystemClock()
    composer = CyberTipComposer()
    schema = SchemaKeeper(store, ServiceSchema, clock)
    previewer: Previewer = PreviewPool()
    stack.callback(previewer.close)
    box: list[Desk] = []
    agencies = _Agencies(lambda: box[0], clock)
    stack.callback(agencies.close)
    owner = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
    desk = Desk(
        clock=clock,
        workspace_id=workspace_id,
        place=place,
        practice=practice,
        intake=Intake(store, vault, clock),
        queue=Queue(store, clock),
        review=Review(store, vault, previewer, clock),
        drafting=Drafting(store, composer, clock),
        confirmation=Confirmation(store, composer, clock),
        outbox=Outbox(
            store, vault, composer, agencies.current, clock, owner, random.SystemRandom().random, schema
        ),
        auditing=Auditing(store, clock),
        preservation=PreservationService(store, clock),
        people=PeopleService(store, clock),
        configuration=Configuration(store, clock, on_endpoint=agencies.forget),
        credentials=CredentialService(
            store, secrets, agencies.make, clock, workspace_id, schema.keep, agencies.forget
        ),
        schema=schema,
    )
    box.append(desk)
    return desk


# -- a workspace -----------------------------------------------------------------


def make_workspace(
    folder: Path,
    endpoint: Endpoint,
    operator: str,
    *,
    passphrase: str | None = None,
    postgres: str | None = None,
    secrets: SecretStore | None = None,
) -> None:
    """Make a workspace with its first operator, who has every role.

    Unlocked by the OS keyring, or by ``passphrase``. ``postgres`` is the URL of a
    team's store; its password goes to the keyring. Raises NoKeyring,
    KeyringLocked, WorkspaceProblem; nothing is left where it fails.
    """
    from sqlalchemy.engine import make_url

    from desk.services.configuration import Configuration
    from desk.services.people import PeopleService
    from desk.storage import workspace
    from desk.system import passphrase as wrapping
    from desk.system.clock import SystemClock
    from desk.system.keyring import KeyringStore, workspace_key_name

    if is_workspace(folder):
        raise WorkspaceProblem("There is a workspace here already.", "Choose another folder.")
    kept = secrets or KeyringStore()
    if passphrase is None:
        # Asked before anything is made: a missing keyring should leave no trace.
        kept.get(workspace_key_name("none"))
    key = token_source.token_bytes(32)
    unlock = workspace.Unlock.KEYRING if passphrase is None else workspace.Unlock.PASSPHRASE
    fresh = not folder.exists()
    made = workspace.create(folder, key, unlock=unlock, postgres=postgres)
    name = workspace_key_name(str(made.info.id))
    try:
        with closing(made):
            if passphrase is None:
                kept.set(name, key)
            else:
                envelope = wrapping.wrap(key, passphrase, context=str(made.info.id))
                workspace.set_unlock(folder, unlock, json.loads(envelope))
            password = make_url(postgres).password if postgres else None
            if password:
                kept.set(_postgres_name(str(made.info.id)), str(password).encode())
            clock = SystemClock()
            first = PeopleService(made.store, clock).first(operator, ALL_ROLES).value
            Configuration(made.store, clock).set_endpoint(first, endpoint)
    except BaseException:
        if passphrase is None:
            kept.delete(name)
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _postgres_name(workspace_id: str) -> str:
    return f"workspace/{workspace_id}/postgres"


@contextmanager
def open_desk(
    folder: Path, *, passphrase: str | None = None, secrets: SecretStore | None = None
) -> Iterator[Desk]:
    """The services of the workspace at ``folder``. Raises WorkspaceProblem, NoKeyring, KeyringLocked."""
    from desk.storage import workspace
    from desk.system.keyring import KeyringStore
    from desk.system.logs import set_up_logging

    info = workspace.read_info(folder)
    kept = secrets or KeyringStore()
    key = _key_of(info, passphrase, kept)
    with ExitStack() as stack:
        stack.callback(set_up_logging(folder / workspace.LOGS))
        password = kept.get(_postgres_name(str(info.id))) if info.postgres else None
        opened = workspace.open(folder, key, password=password.decode() if password else None)
        stack.callback(opened.close)
        yield _wire(
            stack,
            store=opened.store,
            vault=opened.vault,
            secrets=kept,
            workspace_id=str(info.id),
            place=str(folder),
            practice=False,
        )


def _key_of(info: WorkspaceInfo, passphrase: str | None, secrets: SecretStore) -> bytes:
    """The workspace's key, from the keyring or out of its envelope."""
    from desk.storage.workspace import Unlock
    from desk.system import passphrase as wrapping
    from desk.system.keyring import workspace_key_name

    if info.unlock is Unlock.PASSPHRASE:
        if passphrase is None:
            raise WorkspaceProblem(
                "This workspace is unlocked by a passphrase.",
                "Give it when asked, or with --passphrase-file.",
            )
        envelope = json.dumps(dict(info.envelope)).encode()
        return wrapping.unwrap(envelope, passphrase, context=str(info.id))
    found = secrets.get(workspace_key_name(str(info.id)))
    if found is None:
        raise WorkspaceProblem(
            "The keyring has no key for this workspace.",
            "Sign in as the person who made it, or restore the keyring's entry from a backup.",
        )
    return found


# -- practice ----------------------------------------------------------------------


@contextmanager
def practice_desk(
    *, cases: bool = True, say: Say | None = None, folder: Path | None = None
) -> Iterator[Desk]:
    """A throwaway workspace: its key in memory, a stand-in CyberTipline on loopback, synthetic cases.

    The folder is destroyed at the end. ``folder`` names its parent, for tests.
    """
    from desk.practice.server import StandIn
    from desk.storage import workspace
    from desk.system.keyring import MemorySecretStore

    tell = say or (lambda _words: None)
    with ExitStack() as stack:
        base = Path(tempfile.mkdtemp(prefix="desk-practice-", dir=folder))
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        tell("Starting the stand-in CyberTipline on this computer…")
        password = token_source.token_urlsafe(16)
        server = stack.enter_context(StandIn(user="practice", password=password))
        opened = workspace.create(
            base / "workspace", token_source.token_bytes(32), unlock=workspace.Unlock.MEMORY
        )
        stack.callback(opened.close)
        desk = _wire(
            stack,
            store=opened.store,
            vault=opened.vault,
            secrets=MemorySecretStore(),
            workspace_id=str(opened.info.id),
            place=str(base / "workspace"),
            practice=True,
        )
        _set_up_practice(desk, Endpoint(EndpointKind.PRACTICE, server.url), password)
        if cases:
            tell("Making a day's work of synthetic cases…")
            _practice_cases(desk, base / "cases", desk.clock.now())
        yield desk


def _set_up_practice(desk: Desk, endpoint: Endpoint, password: str) -> None:
    from desk.domain.incident import IncidentType
    from desk.domain.policy import Policy
    from desk.domain.rules import Rule
    from desk.practice.cases import POLICIES, RULES
    from desk.services.configuration import DeskSettings

    operator = desk.people.first("Practice moderator", ALL_ROLES, "moderator@example.com").value
    desk.configuration.set_endpoint(operator, endpoint)
    desk.credentials.set(operator, endpoint, Credentials("practice", password))
    desk.configuration.save(
        operator,
        DeskSettings(
            company=Company(
                name="Example Social",
                reporting=Contact("Robin", "Example", "trust-safety@example.com"),
                legal_url="https://social.example/legal",
                terms_of_service="https://social.example/terms",
            ),
            policies=tuple(
                Policy(p.path, p.title, IncidentType(p.incident_type) if p.incident_type else None)
                for p in POLICIES
            ),
            rules=tuple(
                Rule(index, r.name, r.policies, r.queue, Contact(*r.contact), r.agency, r.enabled)
                for index, r in enumerate(RULES, 1)
            ),
            hold_minutes=PRACTICE_HOLD_MINUTES,
        ),
    )
    desk.credentials.check(operator, endpoint)


def _practice_cases(desk: Desk, folder: Path, now: datetime) -> None:
    from desk.practice.cases import write_cases

    folder.mkdir(mode=0o700)
    try:
        result = desk.intake.take_in(write_cases(folder, now=now), None).value
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for refused in result.refused:
        log.warning("A practice case was refused: %s", refused.reason)


# -- the window ------------------------------------------------------------------------


class _WindowSettings:
    """gui.window.WindowSettings on the machine's settings file; nothing of a case."""

    def __init__(self) -> None:
        from desk.system.paths import places
        from desk.system.settings import SettingsFile

        self._file = SettingsFile(places().settings)

    def get(self, key: str) -> str | None:
        settings = self._file.load().settings
        if key == "theme":
            return settings.theme
        window = settings.unknown.get("window")
        value = window.get(key) if isinstance(window, dict) else None
        return value if isinstance(value, str) else None

    def set(self, key: str, value: str) -> None:
        try:
            if key == "theme":
                self._file.update(theme=value)
                return
            settings = self._file.load().settings
            window = settings.unknown.get("window")
            kept = {**(window if isinstance(window, dict) else {}), key: value}
            self._file.update(unknown={**settings.unknown, "window": kept})
        except DeskError as problem:
            log.warning("The window's state could not be kept: %s", type(problem).__name__)

    def remember(self, folder: Path) -> None:
        try:
            self._file.update(last_workspace=str(folder))
        except DeskError as problem:
            log.warning("The workspace's place could not be kept: %s", type(problem).__name__)


def show_practice(*, cases: bool = True) -> int:
    """Practice mode in a window; returns the exit code."""
    from desk.gui.start import run_window

    stack = ExitStack()

    def prepare(say: Say) -> Opened:
        return _opened(stack.enter_context(practice_desk(cases=cases, say=say)), stack)

    settings = _WindowSettings()
    with stack:
        return run_window(
            prepare, band=EndpointKind.PRACTICE, settings=settings, scheme=settings.get("theme") or "system"
        )


def show_workspace(folder: Path, *, passphrase: str | None = None) -> int:
    """The workspace at ``folder`` in a window; returns the exit code."""
    from desk.gui.start import run_window

    stack = ExitStack()
    settings = _WindowSettings()

    def prepare(say: Say) -> Opened:
        say("Opening the workspace…")
        desk = stack.enter_context(open_desk(folder, passphrase=passphrase))
        settings.remember(folder)
        desk.intake.sweep()
        return _opened(desk, stack)

    with stack:
        return run_window(
            prepare, band=EndpointKind.PRODUCTION, settings=settings, scheme=settings.get("theme") or "system"
        )


def _opened(desk: Desk, stack: ExitStack) -> Opened:
    from desk.gui.start import Opened

    endpoint = desk.configuration.endpoint()
    return Opened(
        desk=desk,
        operator=_window_operator(desk),
        endpoint=endpoint.kind if endpoint else EndpointKind.PRODUCTION,
        address=endpoint.url if endpoint else "",
        close=stack.close,
    )


def _window_operator(desk: Desk) -> Operator:
    """Who works at the window. One operator until people sign in by name."""
    people = desk.people.all()
    if not people:
        raise UserError("This workspace has no operator.", "Make it anew with “desk init”.")
    return people[0]
