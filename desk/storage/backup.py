"""Backups of a workspace: consistent while it is in use, encrypted as the workspace is, and restored.

    backup.json                 which workspace these are of; nothing secret
    snapshots/<time>/desk.db    the database, encrypted under the workspace's key
    snapshots/<time>/manifest.json   what belongs to it: sizes, digests, the key in its envelope
    vault/ab/abcd…              encrypted media, shared by all snapshots; they never change

The manifest is written last and is authenticated with a key of its own (HMAC-SHA-256), so that a
snapshot that was cut short or put together from parts is told from a whole one. The workspace's key
is in the backup only wrapped by a passphrase. What the OS keyring holds besides it (the agency's
credentials, the log's signing key) is not in a backup: it is set anew after a restore.

A team's PostgreSQL is backed up by its own means; a backup of such a workspace is refused here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from desk.domain.errors import Cancelled, UserError, WorkspaceProblem
from desk.ports.backup import BackupMade, Envelope, Progress
from desk.storage.engine import WRITES, open_sqlite
from desk.storage.keys import Purpose, fingerprint, subkey
from desk.storage.tables import case_keys, case_media
from desk.storage.workspace import DATABASE, VAULT, Workspace

FORMAT = 1
_SET, _SNAPSHOTS, _MANIFEST = "backup.json", "snapshots", "manifest.json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One backup as its manifest says; ``blobs`` are (name, size of the encrypted file in bytes)."""

    folder: Path
    workspace: str
    at: datetime
    database_sha256: str
    check: str
    blobs: tuple[tuple[str, int], ...]
    envelope: Envelope = field(repr=False)
    seal: str = ""

    @property
    def vault(self) -> Path:
        return self.folder.parent.parent / VAULT

    def content(self) -> bytes:
        """What the seal covers."""
        return json.dumps(
            {
                "format": FORMAT,
                "workspace": self.workspace,
                "at": self.at.isoformat(),
                "database_sha256": self.database_sha256,
                "check": self.check,
                "blobs": [list(blob) for blob in self.blobs],
                "envelope": dict(self.envelope),
            },
            sort_keys=True,
            separators=(",", ":"),
        ).encode()


def take(
    workspace: Workspace,
    key: bytes,
    target: Path,
    envelope: Envelope,
    at: datetime,
    *,
    keep: int = 7,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BackupMade:
    """See ``desk.ports.backup.Backups.take``."""
    if workspace.info.postgres is not None:
        raise UserError(
            "This workspace's records are in a team's PostgreSQL.",
            "Back that up with its own means (pg_dump or its log archive), and the folder’s vault as files.",
        )
    tell, stop = progress or (lambda *_: None), cancelled or (lambda: False)
    folder = target / _SNAPSHOTS / at.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    try:
        _claim(target, str(workspace.info.id))
        folder.mkdir(mode=0o700, parents=True)
        try:
            _copy_database(workspace, folder / DATABASE)
            made = _copy_media(workspace, key, folder, tell, stop)
            snapshot = Snapshot(
                folder=folder,
                workspace=str(workspace.info.id),
                at=at,
                database_sha256=_digest(folder / DATABASE),
                check=fingerprint(key),
                blobs=made.blobs,
                envelope=dict(envelope),
            )
            _write(folder / _MANIFEST, _sealed(snapshot, key))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _forget(target, keep)
    except OSError as error:
        raise UserError(
            f"The backup could not be written: {error.strerror}.", "Make room there, or name another place."
        ) from None
    return BackupMade(folder, at, len(made.blobs), made.copied, made.size, made.missing)


def snapshots(target: Path) -> tuple[Snapshot, ...]:
    """The whole ones in a backup's folder, the newest first."""
    found = sorted((target / _SNAPSHOTS).glob(f"*/{_MANIFEST}"), reverse=True)
    return tuple(read(path.parent) for path in found)


def read(folder: Path) -> Snapshot:
    """The snapshot in this folder, as it says. Raises WorkspaceProblem where it is none or is damaged."""
    try:
        plain = json.loads((folder / _MANIFEST).read_text("utf-8"))
        if plain["format"] > FORMAT:
            raise WorkspaceProblem(
                "This backup was made by a newer Tipline Desk.",
                "Restore it with that version or a later one.",
            )
        return Snapshot(
            folder=folder,
            workspace=str(plain["workspace"]),
            at=datetime.fromisoformat(plain["at"]),
            database_sha256=str(plain["database_sha256"]),
            check=str(plain["check"]),
            blobs=tuple((str(name), int(size)) for name, size in plain["blobs"]),
            envelope=dict(plain["envelope"]),
            seal=str(plain["seal"]),
        )
    except FileNotFoundError:
        raise WorkspaceProblem(
            f"There is no whole backup in {folder}.", "Name the folder that was given for the backup."
        ) from None
    except OSError as error:
        raise WorkspaceProblem(f"The backup can't be read: {error.strerror}.") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise WorkspaceProblem("The backup's manifest is damaged.", "Use an older backup.") from None


def verify(snapshot: Snapshot, key: bytes, progress: Progress | None = None) -> None:
    """Raise WorkspaceProblem, naming what, unless the snapshot is whole and opens with this key."""
    tell = progress or (lambda *_: None)
    if snapshot.check != fingerprint(key):
        raise WorkspaceProblem("This is not the key of this backup.", "Use the passphrase it was made with.")
    if not hmac.compare_digest(snapshot.seal, _seal(snapshot, key)):
        raise WorkspaceProblem("The backup's manifest was changed or cut short.", "Use an older backup.")
    if _digest(snapshot.folder / DATABASE) != snapshot.database_sha256:
        raise WorkspaceProblem("The backup's database was changed or cut short.", "Use an older backup.")
    for number, (name, size) in enumerate(snapshot.blobs, 1):
        path = snapshot.vault / name[:2] / name
        if not path.is_file() or path.stat().st_size != size:
            raise WorkspaceProblem(
                f"A file of the backup is missing or cut short: {name}.", "Use another copy of this backup."
            )
        tell(number, len(snapshot.blobs))


def restore(snapshot: Snapshot, key: bytes, folder: Path, progress: Progress | None = None) -> None:
    """Put database and media into an empty or missing ``folder``; ``workspace.json`` is the caller's.

    Raises WorkspaceProblem as ``verify`` does, or where the folder is in use; nothing is left then.
    """
    tell = progress or (lambda *_: None)
    verify(snapshot, key)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise WorkspaceProblem(f"{folder} is not empty.", "Choose an empty or a new folder.")
        try:
            _copy(snapshot.folder / DATABASE, folder / DATABASE)
            for number, (name, _) in enumerate(snapshot.blobs, 1):
                _copy(snapshot.vault / name[:2] / name, folder / VAULT / name[:2] / name)
                tell(number, len(snapshot.blobs))
        except BaseException:
            for path in folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            raise
    except OSError as error:
        raise WorkspaceProblem(f"{folder} can't be written: {error.strerror}.") from None


@dataclass(frozen=True, slots=True)
class _Copied:
    blobs: tuple[tuple[str, int], ...]
    copied: int
    size: int
    missing: tuple[str, ...]


def _claim(target: Path, workspace: str) -> None:
    """The folder is this workspace's, or becomes it where it is empty."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = target / _SET
    if mark.exists():
        try:
            of = json.loads(mark.read_text("utf-8"))["workspace"]
        except (ValueError, KeyError, TypeError):
            of = None
        if of != workspace:
            raise UserError("The folder holds backups of another workspace.", "Name a folder of its own.")
        return
    if any(target.iterdir()):
        raise UserError("The folder is not empty and holds no backups.", "Name an empty or a new folder.")
    _write(mark, json.dumps({"format": FORMAT, "workspace": workspace}).encode())


def _copy_database(workspace: Workspace, path: Path) -> None:
    """One consistent state, under the same key: SQLCipher's own copy."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    driver = workspace.store.engine.raw_connection()
    try:
        driver.info.pop(WRITES, None)  # whoever takes it next from the pool says anew whether it writes
        driver.cursor().execute("PRAGMA query_only=OFF")
        driver.cursor().execute("VACUUM INTO ?", (str(path),))
    except Exception:
        raise UserError(
            "The database could not be copied.", "Make room at the backup's place and try again."
        ) from None
    finally:
        driver.close()
    _sync(path)


def _copy_media(
    workspace: Workspace, key: bytes, folder: Path, tell: Progress, stop: Callable[[], bool]
) -> _Copied:
    """What the copied database speaks of; a file is copied once for all snapshots."""
    names = list(_blobs_of(folder / DATABASE, key))
    store = folder.parent.parent / VAULT
    blobs, missing, copied, size = [], [], 0, 0
    for number, name in enumerate(names, 1):
        if stop():
            raise Cancelled("The backup was cancelled.", "Nothing half-made is left.")
        source, copy = workspace.folder / VAULT / name[:2] / name, store / name[:2] / name
        try:
            length = source.stat().st_size
            if not copy.is_file() or copy.stat().st_size != length:
                _copy(source, copy)
                copied, size = copied + 1, size + length
            blobs.append((name, length))
        except FileNotFoundError:
            missing.append(name)  # destroyed since the copy was begun
        tell(number, len(names))
    return _Copied(tuple(blobs), copied, size, tuple(missing))


def _blobs_of(database: Path, key: bytes) -> Iterator[str]:
    engine = open_sqlite(database, subkey(key, Purpose.DATABASE))
    try:
        with engine.connect() as connection:
            query = (
                select(case_media.c.blob)
                .join(case_keys, case_keys.c.case_number == case_media.c.case_number)
                .distinct()
                .order_by(case_media.c.blob)
            )
            yield from connection.execute(query).scalars()
        with closing(engine.raw_connection()) as driver:
            # The copy is one file again: its digest covers everything.
            driver.cursor().execute("PRAGMA journal_mode=DELETE").fetchone()
    finally:
        engine.dispose()


def _forget(target: Path, keep: int) -> None:
    """Leave the newest ``keep`` snapshots and what they need."""
    found = snapshots(target)
    for old in found[keep:]:
        shutil.rmtree(old.folder)
    needed = {name for snapshot in found[:keep] for name, _ in snapshot.blobs}
    for path in (target / VAULT).glob("??/*"):
        if path.name not in needed:
            path.unlink()


def _seal(snapshot: Snapshot, key: bytes) -> str:
    return hmac.new(subkey(key, Purpose.BACKUP), snapshot.content(), hashlib.sha256).hexdigest()


def _sealed(snapshot: Snapshot, key: bytes) -> bytes:
    plain: Mapping[str, Any] = json.loads(snapshot.content()) | {"seal": _seal(snapshot, key)}
    return json.dumps(plain, indent=1).encode()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _copy(source: Path, path: Path) -> None:
    """A private copy under its name only once it is whole on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(path.name + ".part")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with source.open("rb") as read_from, os.fdopen(descriptor, "wb") as out:
        shutil.copyfileobj(read_from, out, _CHUNK)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)


def _write(path: Path, data: bytes) -> None:
    half = path.with_name(path.name + ".part")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


class FolderBackups:
    """The Backups port for one open workspace."""

    def __init__(self, workspace: Workspace, key: bytes, wrap: Callable[[bytes, str, str], bytes]) -> None:
        """``wrap``: the key, the passphrase, the workspace's id; gives the envelope as JSON."""
        self._workspace = workspace
        self._key = key
        self._wrap = wrap

    def __repr__(self) -> str:
        return "FolderBackups(…)"

    def envelope(self, passphrase: str) -> Envelope:
        plain: Envelope = json.loads(self._wrap(self._key, passphrase, str(self._workspace.info.id)))
        return plain

    def kept_envelope(self) -> Envelope | None:
        return self._workspace.info.envelope or None

    def take(
        self,
        target: Path,
        envelope: Envelope,
        at: datetime,
        *,
        keep: int,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> BackupMade:
        return take(
            self._workspace,
            self._key,
            target,
            envelope,
            at,
            keep=keep,
            progress=progress,
            cancelled=cancelled,
        )
