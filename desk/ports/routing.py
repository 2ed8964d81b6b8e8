"""Cases that wait, as the reporting rules look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that a machine found and nobody decided: where it waits, and what would place it.

    ``own_queue`` is the queue that its platform named, where it did.
    """

    number: int
    queue: str
    own_queue: str | None
    policies: tuple[str, ...]


class Routing(Protocol):
    def waiting(self, after: int, limit: int, now: datetime) -> tuple[Waiting, ...]:
        """Such cases with numbers above ``after`` that nobody holds at ``now``, by number."""
        ...

    def move(self, numbers: Sequence[int], queue: str, now: datetime) -> int:
        """Put these cases into another queue; how many were. What somebody holds now stays where it is."""
        ...
