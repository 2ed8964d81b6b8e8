"""Perceptual hashes of media as the store keeps them: one row for each picture in it, by its bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from desk.domain.hashing import MediaHash
from desk.ports.world import StoredMedia


@dataclass(frozen=True, slots=True)
class Unhashed:
    """Stored bytes that nobody has hashed yet."""

    case_number: int
    content_id: str
    media: StoredMedia


class Hashes(Protocol):
    def waiting(self, kind: str, *, limit: int = 50, skip: Iterable[str] = ()) -> tuple[Unhashed, ...]:
        """Media without hashes of this kind, each once, the oldest case first; erased cases have none."""
        ...

    def put(self, sha256: str, kind: str, hashes: Iterable[MediaHash], outcome: str = "") -> None:
        """Keep what was found, over what was there. ``outcome`` says in a word why there is none."""
        ...

    def of(self, sha256: str, kind: str) -> tuple[MediaHash, ...]: ...

    def near(self, sha256: str, kind: str, limit: int = 20) -> tuple[tuple[str, int], ...]:
        """(SHA-256, bits that differ) of other media that are near, the nearest first.

        The same bytes are no near ones; hashes of too low a quality are not compared.
        """
        ...

    def forget(self, number: int) -> None:
        """Drop the hashes of media that no other case holds: a hash shows a little of its picture."""
        ...
