"""Near files taken for the same picture because a person said so.

A perceptual hash finds candidates and decides nothing: PDQ hashes within 31 bits of 256 are near
(desk.domain.hashing), and near pictures can show different things. Two files with different bytes stand
in one batched report only where a person looked at both and said that they are the same picture. Who said
it, when, on what distance, and how much of either was viewed is kept with both SHA-256.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two files: where it was looked at, and how much of it (0..1) by the person who agreed."""

    sha256: str
    case_number: int
    content_id: str
    share: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """'These two are the same picture.' ``distance``: bits of 256 that differ (PDQ)."""

    id: int
    one: Side
    other: Side
    distance: int
    operator_id: int
    operator_name: str
    at: datetime
    withdrawn_at: datetime | None = None

    def between(self, sha256: str, near: str) -> bool:
        """Whether it speaks of these two, in either order."""
        return {self.one.sha256, self.other.sha256} == {sha256, near}
