"""A workspace's folder: what lies where, making it, opening it.

    workspace.json   what kind of workspace this is; nothing secret
    desk.db          the encrypted database (not there where the store is a PostgreSQL)
    vault/           encrypted media
    logs/            the program's own log
    lock             held while the database is made or brought up to date

``workspace.json`` is written last, so a folder without it is no workspace yet.
"""

from __future__ import annotations

import enum
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from desk.domain.errors import WorkspaceProblem
from desk.storage import schema
from desk.storage.engine import LINE, open_postgres, open_sqlite
from desk.storage.keys import Purpose, fingerprint, subkey
from desk.storage.locks import alone
from desk.storage.unit_of_work import SqlStore
from desk.storage.vault import FileVault

FORMAT = 1
INFO, DATABASE, VAULT, LOGS, LOCK = "workspace.json", "desk.db", "vault", "logs", "lock"


class Unlock(enum.StrEnum):
    """Where the workspace's key comes from."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105 - the word, not one
    MEMORY = "memory"  # practice: gone with the process


@dataclass(frozen=True, slots=True)
class WorkspaceInfo:
    """What ``workspace.json`` says. ``postgres`` is an address without password, None for SQLite.

    ``check`` tells a wrong key from the right one. ``envelope`` holds the key wrapped by a passphrase;
    this module neither reads nor makes it.
    """

    id: uuid.UUID
    unlock: Unlock
    check: str
    postgres: str | None = None
    envelope: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open workspace."""

    folder: Path
    info: WorkspaceInfo
    store: SqlStore
    vault: FileVault

    @property
    def logs(self) -> Path:
        return self.folder / LOGS

    def close(self) -> None:
        self.vault.close()
        self.store.close()


def read_info(folder: Path) -> WorkspaceInfo:
    """Raises WorkspaceProblem where there is no workspace, or one of a newer format."""
    path = folder / INFO
    try:
        plain = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise WorkspaceProblem(
            f"There is no workspace in {folder}.", "Make one with: desk init, or name another folder."
        ) from None
    except OSError as error:
        raise WorkspaceProblem(f"{path} can't be read: {error.strerror}.") from None
    except ValueError:
        raise WorkspaceProblem(f"{path} is damaged.", "Restore it from a backup.") from None
    if isinstance(plain, dict) and isinstance(plain.get("format"), int) and plain["format"] > FORMAT:
        raise WorkspaceProblem(
            "This workspace was made by a newer Tipline Desk.", "Open it with that version or a later one."
        )
    try:
        return WorkspaceInfo(
            id=uuid.UUID(plain["id"]),
            unlock=Unlock(plain["unlock"]),
            check=str(plain["check"]),
            postgres=plain["store"].get("postgres"),
            envelope=dict(plain.get("envelope", {})),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise WorkspaceProblem(f"{path} is damaged.", "Restore it from a backup.") from None


def create(
    folder: Path,
    key: bytes,
    *,
    unlock: Unlock = Unlock.KEYRING,
    envelope: Mapping[str, Any] | None = None,
    postgres: str | None = None,
) -> Workspace:
    """Make a workspace in an empty or missing folder, and open it.

    ``key``: 32 bytes. ``postgres``: a team's store; its password is used and not kept. Raises
    WorkspaceProblem where the folder is in use or the store can't be reached.
    """
    info = WorkspaceInfo(
        id=uuid.uuid4(),
        unlock=unlock,
        check=fingerprint(key),
        postgres=None if postgres is None else without_password(postgres),
        envelope=dict(envelope or {}),
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path.name != LOCK for path in folder.iterdir()):
            raise WorkspaceProblem(f"{folder} is not empty.", "Choose an empty or a new folder.")
        folder.chmod(0o700)
        (folder / LOGS).mkdir(mode=0o700)
    except OSError as error:
        raise WorkspaceProblem(f"{folder} can't be made: {error.strerror}.") from None
    try:
        with alone(folder / LOCK):
            if postgres is None:
                engine = open_sqlite(folder / DATABASE, subkey(key, Purpose.DATABASE), create=True)
            else:
                engine = open_postgres(postgres)
            _bring_up_to_date(engine, folder)
            write_info(folder, info)
    except BaseException:
        _undo(folder)
        raise
    return _workspace(folder, info, engine, key)


def open(folder: Path, key: bytes, *, password: str | None = None) -> Workspace:
    """Open the workspace; an older database is copied first and then brought up to date.

    ``password`` is the one of a team's PostgreSQL. Raises WorkspaceProblem, in words.
    """
    info = read_info(folder)
    if fingerprint(key) != info.check:
        raise WorkspaceProblem(
            "This is not the key of this workspace.", "Unlock it with the key or passphrase it was made with."
        )
    with alone(folder / LOCK):
        if info.postgres is None:
            engine = open_sqlite(folder / DATABASE, subkey(key, Purpose.DATABASE))
        else:
            engine = open_postgres(_with_password(info.postgres, password))
        _bring_up_to_date(engine, folder)
    return _workspace(folder, info, engine, key)


def write_info(folder: Path, info: WorkspaceInfo) -> None:
    """Replace ``workspace.json`` in one step: the old one or the new one, never half of it."""
    plain = {
        "format": FORMAT,
        "id": str(info.id),
        "unlock": info.unlock.value,
        "check": info.check,
        "store": {"postgres": info.postgres} if info.postgres else {"sqlite": DATABASE},
        "envelope": dict(info.envelope),
    }
    half = folder / f"{INFO}.part"
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(plain, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    half.replace(folder / INFO)


def set_unlock(folder: Path, unlock: Unlock, envelope: Mapping[str, Any]) -> WorkspaceInfo:
    """Another way to unlock, or another passphrase; the key itself stays the same."""
    info = replace(read_info(folder), unlock=unlock, envelope=dict(envelope))
    write_info(folder, info)
    return info


def without_password(url: str) -> str:
    """The address fit for a file: no password in it, neither before the host nor behind it."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise WorkspaceProblem("The store's address can't be read.") from None
    return parsed._replace(password=None).difference_update_query(["password"]).render_as_string()


def _with_password(url: str, password: str | None) -> str:
    parsed = make_url(url)
    if password is not None:
        parsed = parsed.set(password=password)
    return parsed.render_as_string(hide_password=False)


def _bring_up_to_date(engine: Engine, folder: Path) -> None:
    try:
        here = schema.current(engine)
        schema.upgrade(engine, copy=folder / f"{DATABASE}.{here}.copy")
    except BaseException:
        engine.dispose()
        raise


def _undo(folder: Path) -> None:
    """Leave the folder empty again: it was, before this module made these."""
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}{LINE}", f"{INFO}.part", LOCK):
        (folder / name).unlink(missing_ok=True)
    (folder / LOGS).rmdir()


def _workspace(folder: Path, info: WorkspaceInfo, engine: Engine, key: bytes) -> Workspace:
    vault = FileVault(folder / VAULT, subkey(key, Purpose.VAULT))
    return Workspace(folder, info, SqlStore(engine), vault)
