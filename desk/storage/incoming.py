"""Where blobs lie while they are written, and who is still writing.

Each process that writes has a folder of its own here, with a lock that it holds until it ends. So a
sweep can tell what a dead process left behind from what a living one is about to put on record.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import weakref
from contextlib import suppress
from pathlib import Path

from desk.storage.locks import hold

_LOCK = "lock"


class Incoming:
    """The half-written blobs of one vault."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._own: Path | None = None
        self._end: weakref.finalize[[Path, int], Incoming] | None = None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def part(self, blob: str) -> Path:
        """Where to write this blob until it is whole."""
        with self._guard:
            while self._own is None:
                own = self._folder / secrets.token_hex(8)
                own.mkdir(mode=0o700)
                lock = _try_hold(own)
                if lock is not None:  # else a sweep took it for a dead one's: another folder, then
                    self._own = own
                    self._end = weakref.finalize(self, _let_go, own, lock)
            return self._own / f"{blob}.part"

    def sweep(self) -> int:
        """Remove what dead processes left; return how many half-written blobs that were."""
        removed = 0
        for folder in self._others():
            lock = _try_hold(folder)
            if lock is None:
                continue
            removed += sum(1 for path in folder.iterdir() if path.name != _LOCK)
            _let_go(folder, lock)
        return removed

    def busy_since(self) -> int | None:
        """When the oldest living writer began (nanoseconds of the file system's clock), None without one."""
        times = []
        if self._own is not None:
            times.append((self._own / _LOCK).stat().st_mtime_ns)
        for folder in self._others():
            lock = _try_hold(folder)
            if lock is not None:
                os.close(lock)
                continue
            with suppress(FileNotFoundError):  # it ended just now
                times.append((folder / _LOCK).stat().st_mtime_ns)
        return min(times, default=None)

    def close(self) -> None:
        with self._guard:
            if self._end is not None:
                self._end()
            self._own = self._end = None

    def _others(self) -> list[Path]:
        return [path for path in sorted(self._folder.iterdir()) if path.is_dir() and path != self._own]


def _try_hold(folder: Path) -> int | None:
    """The folder's lock; None where somebody has it or the folder is gone."""
    try:
        return hold(folder / _LOCK)
    except FileNotFoundError:
        return None


def _let_go(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
    if folder.exists():  # Windows does not remove what is open
        shutil.rmtree(folder, ignore_errors=True)
