"""Backups of a workspace, to a folder elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Files done, files in all."""

Envelope: TypeAlias = Mapping[str, Any]
"""The workspace's key wrapped by a passphrase; it opens a backup on another computer."""


@dataclass(frozen=True, slots=True)
class BackupMade:
    """``files`` of media in all, ``copied`` of them new since the backup before; ``size`` bytes copied."""

    folder: Path
    at: datetime
    files: int
    copied: int
    size: int
    missing: tuple[str, ...] = field(default=())


class Backups(Protocol):
    """One workspace's way to make backups."""

    def envelope(self, passphrase: str) -> Envelope:
        """The key wrapped by this passphrase. Raises UserError where it is too short."""
        ...

    def kept_envelope(self) -> Envelope | None:
        """The one that the workspace is unlocked by, where it is by a passphrase."""
        ...

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
        """A consistent copy while the workspace is in use; the latest ``keep`` are left in ``target``.

        Raises UserError where the place can't be written or belongs to another workspace, Cancelled.
        """
        ...


class Restored(Protocol):
    """Filings that must not be sent before a person has looked: the workspace came out of a backup."""

    def stop(self) -> tuple[int, ...]:
        """No outbox takes any filing that is not at an end; their ids."""
        ...

    def stopped(self) -> tuple[int, ...]: ...

    def go_on(self) -> int:
        """Let the outbox take them again; how many."""
        ...
