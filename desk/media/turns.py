"""Whose turn it is: what a person holds the key for, what they wait for, and what nobody waits for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

PATIENCE = 2.0
"""Seconds for which work that nobody waits for stands back; after that it goes on beside the rest."""


class Hurry(Enum):
    """How a job is waited for."""

    HELD = "held"  # a key is held down: a turn of its own, at once
    AWAITED = "awaited"  # a tile waits to be filled
    NOBODY = "nobody"  # hashes of what was taken in


class Turns:
    """At most ``workers`` awaited jobs at once, and one of each other kind. Safe for several threads."""

    def __init__(self, workers: int) -> None:
        self._slots = {
            Hurry.HELD: threading.BoundedSemaphore(1),
            Hurry.AWAITED: threading.BoundedSemaphore(workers),
            Hurry.NOBODY: threading.BoundedSemaphore(1),
        }
        self._quiet = threading.Condition()
        self._waited_for = 0
        self._over = False

    @contextmanager
    def turn(self, hurry: Hurry) -> Iterator[None]:
        """One job's turn. What nobody waits for lets the others go first, as long as its patience lasts."""
        if hurry is Hurry.NOBODY:
            with self._slots[hurry]:
                with self._quiet:
                    self._quiet.wait_for(lambda: self._over or not self._waited_for, PATIENCE)
                yield
            return
        with self._quiet:
            self._waited_for += 1
        try:
            with self._slots[hurry]:
                yield
        finally:
            with self._quiet:
                self._waited_for -= 1
                self._quiet.notify_all()

    def close(self) -> None:
        """Nothing stands back any more: whoever comes is turned away elsewhere."""
        with self._quiet:
            self._over = True
            self._quiet.notify_all()
