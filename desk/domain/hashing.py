"""Perceptual hashes: when two are near, and blocks by which near ones are found without comparing all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

PDQ = "pdq"

NEAR = 31
"""Bits of 256 up to which two PDQ hashes are near (Facebook, PDQ reference, 2019)."""

LEAST_QUALITY = 50
"""Under this quality a picture has too little in it to be compared (same source)."""

BLOCK_BITS = 16
BLOCKS = 16


@dataclass(frozen=True, slots=True)
class MediaHash:
    """A 256-bit hash of a picture, or of a film's still at second ``position``; ``quality`` 0 to 100."""

    value: bytes = field(repr=False)
    quality: int
    position: float | None = None

    @property
    def usable(self) -> bool:
        return self.quality >= LEAST_QUALITY


def distance(one: bytes, other: bytes) -> int:
    """How many bits differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def blocks(value: bytes) -> tuple[int, ...]:
    """The sixteen 16-bit parts of a hash as numbers of their own: part ‖ its bits."""
    parts = (int.from_bytes(value[2 * index : 2 * index + 2], "big") for index in range(BLOCKS))
    return tuple(index << BLOCK_BITS | part for index, part in enumerate(parts))


def probes(value: bytes) -> Iterator[int]:
    """The blocks of every hash within NEAR bits: 16 parts share at most 31 bits, so one part differs by one
    bit or none (multi-index hashing; Norouzi, Punjani, Fleet 2012). 272 of them."""
    for block in blocks(value):
        yield block
        for bit in range(BLOCK_BITS):
            yield block ^ 1 << bit
