"""Sets of cases as bits: case number n is bit n of a whole number.

A million cases are 125 kB; both databases' rows of it are chunks of 8192 cases. Every order that the
queue knows is a walk over such sets, so that a page anywhere costs the same: sets are cut in two and
counted until what is left is small enough to be listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

CHUNK_BITS = 13
CHUNK = 1 << CHUNK_BITS
CHUNK_BYTES = CHUNK // 8
BLOCK = 256
"""Bytes that are counted at once where a position is sought."""
SMALL = 256
"""A set of so few cases is sorted by their values."""

_PLACES = tuple(tuple(place for place in range(8) if byte >> place & 1) for byte in range(256))

Values: TypeAlias = Callable[[Sequence[int]], dict[int, int]]
"""By case number, the value by which a sliced order sorts."""


def of(numbers: Iterable[int]) -> int:
    """The set of these cases."""
    found = sorted(numbers)
    if not found:
        return 0
    made = bytearray(found[-1] // 8 + 1)
    for number in found:
        made[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(made, "little")


def members(bits: int, skip: int = 0, limit: int | None = None) -> list[int]:
    """The cases in the set, ascending, from the one at ``skip`` on."""
    if not bits:
        return []
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    found: list[int] = []
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK]
        count = int.from_bytes(block, "little").bit_count()
        if count <= skip:
            skip -= count
            continue
        base = start * 8
        here = [base + at * 8 + place for at, byte in enumerate(block) if byte for place in _PLACES[byte]]
        found += here[skip:]
        skip = 0
        if limit is not None and len(found) >= limit:
            return found[:limit]
    return found


def page(groups: Iterable[int], skip: int, limit: int) -> list[int]:
    """From ``skip`` on, the cases of these sets one after the other, each set ascending."""
    found: list[int] = []
    for group in groups:
        if len(found) >= limit:
            break
        count = group.bit_count()
        if count <= skip:
            skip -= count
            continue
        found += members(group, skip, limit - len(found))
        skip = 0
    return found


def sliced(group: int, slices: Sequence[int], values: Values, skip: int, limit: int) -> list[int]:
    """From ``skip`` on, the cases of the set by a number that each has, ascending, then by case number.

    ``slices`` are the sets in which that number's bits are set, the highest bit first.
    """
    found: list[int] = []
    for part, level in _cut(group, slices, 0, skip):
        if level < 0:
            skip -= part.bit_count()
        elif level == len(slices):  # all equal
            found += members(part, skip, limit - len(found))
            skip = 0
        else:
            listed = members(part)
            by = values(listed)
            listed.sort(key=lambda number: (by.get(number, 0), number))
            found += listed[skip:]
            skip = 0
        if len(found) >= limit:
            break
    return found[:limit]


def _cut(group: int, slices: Sequence[int], level: int, skip: int) -> Iterator[tuple[int, int]]:
    """Parts in order, each with the slices that it was cut by; -1 where all of it is passed over."""
    count = group.bit_count()
    if not count:
        return
    if count <= skip:
        yield group, -1
    elif count <= SMALL or level == len(slices):
        yield group, level
    else:
        ones = group & slices[level]
        zeros = group ^ ones
        below = zeros.bit_count()
        yield from _cut(zeros, slices, level + 1, skip)
        yield from _cut(ones, slices, level + 1, max(0, skip - below))


def at_most(group: int, slices: Sequence[int], most: int) -> int:
    """Those of the set whose sliced number is at most ``most``."""
    if most < 0:
        return 0
    if most >> len(slices):
        return group
    found, equal = 0, group
    for place, bits in enumerate(slices):
        ones = equal & bits
        if most >> (len(slices) - 1 - place) & 1:
            found |= equal ^ ones
            equal = ones
        else:
            equal ^= ones
    return found | equal
