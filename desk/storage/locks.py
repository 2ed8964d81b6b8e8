"""Locks between processes, on a file. The system frees them when their holder ends, however it ends."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.domain.errors import UserError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_STEP_S = 0.05
_LINE_STEP_S = 0.002
_HELD = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}


def hold(path: Path) -> int | None:
    """The descriptor of the locked file, made where it is missing; None where somebody holds it.

    Closing the descriptor frees the lock.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone(path: Path, *, patience: float = 30.0) -> Iterator[None]:
    """The only one within, of all processes. Raises UserError after ``patience`` seconds of waiting."""
    deadline = time.monotonic() + patience
    descriptor = hold(path)
    while descriptor is None:
        if time.monotonic() >= deadline:
            raise UserError(
                "Another Tipline Desk is preparing this workspace.", "Wait until it is done, then try again."
            )
        time.sleep(_STEP_S)
        descriptor = hold(path)
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def first_in_line(path: Path, *, patience: float) -> Iterator[None]:
    """The next in line of all processes that wait for something they share and only one can have.

    It is held while one waits for it, not while one has it: who has just had it and wants it again finds the
    next one waiting there already. A courtesy that keeps anybody from waiting for ever behind quicker ones;
    what makes it safe is the thing itself. So after ``patience`` seconds, and where the file can't be made or
    locked, one goes on without.
    """
    deadline = time.monotonic() + patience
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield
        return
    try:
        while not _locked(descriptor) and time.monotonic() < deadline:
            time.sleep(_LINE_STEP_S)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Whether it is locked now, or can't be at all."""
    try:
        _lock(descriptor)
    except OSError as error:
        return error.errno not in _HELD
    return True
