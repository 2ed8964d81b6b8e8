"""Locks between processes, on a file. The system frees them when their holder ends, however it ends."""

from __future__ import annotations

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


def hold(path: Path) -> int | None:
    """The descriptor of the locked file, made where it is missing; None where somebody holds it.

    Closing the descriptor frees the lock.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


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
