"""Making and opening a workspace.

Heavy parts are imported inside the functions that need them: the window is painted, and
``desk --help`` answers, before a database library is loaded.
"""

from __future__ import annotations

import json
import secrets as token_source
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desk.app.places import is_workspace
from desk.app.wiring import wire
from desk.domain.company import Endpoint
from desk.domain.errors import PassphraseNeeded, WorkspaceProblem
from desk.domain.roles import Role
from desk.domain.signin import check_password

if TYPE_CHECKING:
    from desk.ports import SecretStore
    from desk.services.desk import Desk
    from desk.storage.workspace import WorkspaceInfo


ALL_ROLES = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Restored:
    """A workspace that came out of a backup. ``stopped``: filings that wait for a supervisor."""

    folder: Path
    backup_at: datetime
    files: int
    stopped: tuple[int, ...]


def make_workspace(
    folder: Path,
    endpoint: Endpoint,
    operator: str,
    *,
    passphrase: str | None = None,
    postgres: str | None = None,
    password: str | None = None,
    secrets: SecretStore | None = None,
    on_wait: Callable[[], None] | None = None,
) -> None:
    """Make a workspace with its first operator, who has every role.

    They sign in with ``password``; without one the OS account that makes the workspace stands for them.

    Unlocked by the OS keyring, or by ``passphrase``. ``postgres`` is the URL of a
    team's store; its password goes to the keyring. Raises NoKeyring,
    KeyringLocked, WorkspaceProblem; nothing is left where it fails.
    """
    from sqlalchemy.engine import make_url

    from desk.services.configuration import Configuration
    from desk.services.people import PeopleService
    from desk.services.signin import SignIn
    from desk.storage import workspace
    from desk.system import passphrase as wrapping
    from desk.system.account import os_account
    from desk.system.clock import SystemClock
    from desk.system.keyring import KeyringStore, workspace_key_name
    from desk.system.passwords import Argon2Passwords

    if is_workspace(folder):
        raise WorkspaceProblem("There is a workspace here already.", "Choose another folder.")
    if password is not None:
        check_password(password, operator)
    kept = secrets or KeyringStore(on_wait=on_wait)
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
            store_password = make_url(postgres).password if postgres else None
            if store_password:
                kept.set(_postgres_name(str(made.info.id)), str(store_password).encode())
            clock = SystemClock()
            first = PeopleService(made.store, clock).first(operator, ALL_ROLES).value
            Configuration(made.store, clock).set_endpoint(first, endpoint)
            signin = SignIn(made.store, made.vault, Argon2Passwords, clock, os_account())
            if password is None:
                signin.begin_by_account(first.name)
            else:
                signin.begin(first.name, password)
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
    folder: Path,
    *,
    passphrase: str | None = None,
    secrets: SecretStore | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Iterator[Desk]:
    """The services of the workspace at ``folder``. Raises WorkspaceProblem, NoKeyring, KeyringLocked.

    ``on_wait``: what to call where the keyring keeps the caller waiting.
    """
    from desk.storage import workspace
    from desk.storage.backup import FolderBackups
    from desk.system.keyring import KeyringStore
    from desk.system.logs import set_up_logging

    info = workspace.read_info(folder)
    kept = secrets or KeyringStore(on_wait=on_wait)
    key = _key_of(info, passphrase, kept)
    with ExitStack() as stack:
        try:
            stack.callback(set_up_logging(folder / workspace.LOGS))
        except OSError as error:  # a disk that is full, or mounted to be read only: the rest would fail too
            raise WorkspaceProblem(
                f"{folder} can't be written: {error.strerror}.",
                "Make room on its disk, or make the folder writable for you, and try again.",
            ) from None
        password = kept.get(_postgres_name(str(info.id))) if info.postgres else None
        opened = workspace.open(folder, key, password=password.decode() if password else None)
        stack.callback(opened.close)
        yield wire(
            stack,
            store=opened.store,
            vault=opened.vault,
            secrets=kept,
            workspace_id=str(info.id),
            place=str(folder),
            practice=False,
            backups=None if info.postgres else FolderBackups(opened, key, _wrap),
        )


def restore_workspace(
    source: Path,
    folder: Path,
    passphrase: str,
    *,
    use_keyring: bool = True,
    secrets: SecretStore | None = None,
    progress: Callable[[int, int], None] | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Restored:
    """Put the newest backup in ``source`` (or the snapshot that it is) into the empty ``folder``.

    ``passphrase`` opens the backup. The key goes to the OS keyring, or stays under that passphrase.
    The filings that were on their way stand still until a supervisor lets them go on. Raises
    WorkspaceProblem, NoKeyring, KeyringLocked; nothing is left where it fails.
    """
    import uuid

    from desk.services.backup import BackupService
    from desk.storage import backup, workspace
    from desk.system import passphrase as wrapping
    from desk.system.clock import SystemClock
    from desk.system.keyring import KeyringStore, workspace_key_name

    if is_workspace(folder):
        raise WorkspaceProblem("There is a workspace here already.", "Choose another folder.")
    whole = backup.snapshots(source)
    snapshot = whole[0] if whole else backup.read(source)
    envelope = json.dumps(dict(snapshot.envelope)).encode()
    key = wrapping.unwrap(envelope, passphrase, context=snapshot.workspace)
    kept = secrets or KeyringStore(on_wait=on_wait)
    if use_keyring:
        kept.get(workspace_key_name("none"))
    unlock = workspace.Unlock.KEYRING if use_keyring else workspace.Unlock.PASSPHRASE
    backup.restore(snapshot, key, folder, progress)
    try:
        info = workspace.WorkspaceInfo(
            id=uuid.UUID(snapshot.workspace),
            unlock=unlock,
            check=snapshot.check,
            envelope={} if use_keyring else dict(snapshot.envelope),
        )
        (folder / workspace.LOGS).mkdir(mode=0o700)
        workspace.write_info(folder, info)
        with closing(workspace.open(folder, key)) as opened:
            stopped = BackupService(opened.store, SystemClock(), None).mark_restored(snapshot.at)
        if use_keyring:
            kept.set(workspace_key_name(snapshot.workspace), key)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Restored(folder, snapshot.at, len(snapshot.blobs), stopped)


def _wrap(key: bytes, passphrase: str, workspace_id: str) -> bytes:
    from desk.system import passphrase as wrapping

    return wrapping.wrap(key, passphrase, context=workspace_id)


def _key_of(info: WorkspaceInfo, passphrase: str | None, secrets: SecretStore) -> bytes:
    """The workspace's key, from the keyring or out of its envelope."""
    from desk.storage.workspace import Unlock
    from desk.system import passphrase as wrapping
    from desk.system.keyring import workspace_key_name

    if info.unlock is Unlock.PASSPHRASE:
        if passphrase is None:
            raise PassphraseNeeded(
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
