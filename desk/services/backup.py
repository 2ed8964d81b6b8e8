"""Backup of the workspace, and what has to happen after it was restored.

A backup knows nothing of what was filed after it was made. So a restored workspace sends nothing by
itself: its unfinished filings stand still until a supervisor has compared them with what NCMEC has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from desk.domain.errors import NotReady, UserError
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, Store
from desk.ports.backup import BackupMade, Backups, Progress
from desk.services.auditing import note
from desk.services.changes import Change, Done, done

RECENT = timedelta(days=7)
KEEP = 7
_PRACTICE = ("Practice is never backed up.", "Its workspace is destroyed at the end.")
_TEAM = (
    "This workspace's records are in a team's PostgreSQL.",
    "Back that up with its own means (pg_dump or its log archive), and the folder's vault as files.",
)
_LAST, _ENVELOPE, _RESTORED = "backup.last", "backup.envelope", "backup.restored"


@dataclass(frozen=True, slots=True)
class BackupState:
    """The last backup. ``recent``: not older than a week. ``passphrase``: one is set for backups."""

    at: datetime | None
    place: str
    files: int
    recent: bool
    passphrase: bool
    possible: bool  # False in practice and on a team's PostgreSQL; ``why_not`` says why
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Restoring:
    """The workspace came out of a backup of ``backup_at``; ``filings`` wait for a supervisor."""

    backup_at: datetime
    restored_at: datetime
    filings: tuple[int, ...]


class BackupService:
    def __init__(self, store: Store, clock: Clock, backups: Backups | None, *, practice: bool = True) -> None:
        """``backups`` None: a workspace that the desk never backs up: practice, or a team's PostgreSQL."""
        self._store = store
        self._clock = clock
        self._backups = backups
        self._none = _PRACTICE if practice else _TEAM

    def state(self) -> BackupState:
        """For doctor and Settings; nothing of a case stands in it."""
        with self._store.read() as uow:
            last = uow.settings.get(_LAST) or {}
            envelope = uow.settings.get(_ENVELOPE)
        at = datetime.fromisoformat(last["at"]) if last else None
        kept = self._backups is not None and self._backups.kept_envelope() is not None
        return BackupState(
            at=at,
            place=str(last.get("place", "")),
            files=int(last.get("files", 0)),
            recent=at is not None and self._clock.now() - at <= RECENT,
            passphrase=kept or envelope is not None,
            possible=self._backups is not None,
            why_not="" if self._backups is not None else " ".join(self._none),
        )

    def set_passphrase(self, operator: Operator, passphrase: str) -> Done[None]:
        """The passphrase that opens backups on another computer. Raises UserError where it is too short."""
        require(operator, Permission.BACKUP)
        envelope = dict(self._able().envelope(passphrase))
        with self._store.write() as uow:
            uow.settings.set(_ENVELOPE, envelope)
            note(uow, "backup.passphrase", self._clock.now(), operator)
        return done(None, Change.SETTINGS)

    def take(
        self,
        operator: Operator,
        target: Path,
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Done[BackupMade]:
        """Back up to ``target``, a folder for this workspace's backups alone.

        Raises NotReady where no passphrase is set, UserError, Cancelled; an older backup stays then.
        """
        require(operator, Permission.BACKUP)
        backups = self._able()
        with self._store.read() as uow:
            envelope = uow.settings.get(_ENVELOPE)
        envelope = envelope or backups.kept_envelope()
        if envelope is None:
            raise NotReady(
                "There is no passphrase for backups yet.",
                "Set one: without it, nothing could be restored on another computer.",
            )
        now = self._clock.now()
        made = backups.take(target, envelope, now, keep=KEEP, progress=progress, cancelled=cancelled)
        with self._store.write() as uow:
            uow.settings.set(_LAST, {"at": now.isoformat(), "place": str(target), "files": made.files})
            note(uow, "backup.made", now, operator, files=made.files, copied=made.copied)
        return done(made, Change.SETTINGS)

    def _able(self) -> Backups:
        if self._backups is None:
            raise UserError(*self._none)
        return self._backups

    # -- after a restore -----------------------------------------------------------------

    def mark_restored(self, backup_at: datetime) -> tuple[int, ...]:
        """The first thing in a restored workspace: its filings stand still. Their ids."""
        now = self._clock.now()
        with self._store.write() as uow:
            stopped = uow.restored.stop()
            uow.settings.set(_RESTORED, {"backup_at": backup_at.isoformat(), "restored_at": now.isoformat()})
            note(uow, "workspace.restored", now, None, backup=backup_at.isoformat(), filings=len(stopped))
        return stopped

    def restoring(self) -> Restoring | None:
        """What a restore left for a supervisor to look at; None where there is nothing."""
        with self._store.read() as uow:
            plain = uow.settings.get(_RESTORED)
            stopped = uow.restored.stopped()
        if not plain or not stopped:
            return None
        return Restoring(
            datetime.fromisoformat(plain["backup_at"]), datetime.fromisoformat(plain["restored_at"]), stopped
        )

    def resume(self, operator: Operator, reason: str) -> Done[int]:
        """Let the outbox go on, once a supervisor has made sure that none of them was filed since.

        Raises NotAllowed, UserError without a reason.
        """
        require(operator, Permission.RESUME)
        if not reason.strip():
            raise UserError("This needs a reason.", "Say how it was made sure that none of them was filed.")
        with self._store.write() as uow:
            count = uow.restored.go_on()
            uow.settings.set(_RESTORED, None)
            note(uow, "outbox.resumed", self._clock.now(), operator, filings=count)
        return done(count, Change.OUTBOX)
