"""The file elsewhere that gets a copy of each checkpoint: appended to, caught up with, looked at."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from desk.domain.audit import CheckpointRow
from desk.domain.errors import DeskError, UserError
from desk.ports import UnitOfWork

_TAIL = 1 << 14


def not_copied(path: Path, uow: UnitOfWork, origin: str) -> list[CheckpointRow]:
    """The checkpoints that the file lacks, ascending. Raises UserError where it can't be read."""
    return uow.audit.checkpoints(after=last_copied(path, uow, origin))


def copies_lag(path: Path, uow: UnitOfWork, origin: str) -> str:
    """What is wrong with the file of copies, in words; "" where it can be written and lacks nothing."""
    try:
        missing = not_copied(path, uow, origin)
    except DeskError as problem:
        return f"{path}: {problem.words()}"
    place = path if path.exists() else path.parent
    if not os.access(place, os.W_OK):
        return f"{path}: {_unwritable(OSError(errno.EACCES, os.strerror(errno.EACCES))).words()}"
    if not missing:
        return ""
    return (
        f"{path} lacks {len(missing)} of the signed checkpoints; the next one that is signed brings them. "
        "Where it stays so, make its folder reachable."
    )


def last_copied(path: Path, uow: UnitOfWork, origin: str) -> int:
    """The number of the last checkpoint in the file, found by its size; 0 where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _TAIL))
            tail = file.read(_TAIL).decode(errors="replace")
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise _unwritable(error) from None
    _, found, rest = tail.rpartition(origin + "\n")
    size = rest.split("\n", 1)[0]
    if not found or not size.isdecimal():
        return 0
    for row in uow.audit.newest_checkpoints(1000):
        if row.size <= int(size):
            return row.number
    return 0


def append(path: Path, data: bytes) -> None:
    """All of it or nothing, and on the disk. Raises UserError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.fstat(descriptor).st_size
            if os.write(descriptor, data) != len(data):
                os.ftruncate(descriptor, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unwritable(error) from None


def _unwritable(error: OSError) -> UserError:
    return UserError(
        f"The file for copies of checkpoints can't be written: {error.strerror}.",
        "Make its folder reachable, or have an administrator name another file.",
    )
