"""Sets of cases as bits: case number n is bit n of a whole number.

A million cases are 125 kB; both databases' rows of it are chunks of 8192 cases. Every order that the
queue knows is a walk over such sets, so that a page anywhere costs the same: sets are cut in two and
counted until what is left is small enough to be listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

CHUNK_BITS = 13
CHUNK = 1 << CHUNK_BITS
CHUNK_BYTES = CHUNK // 8
BLOCK = 256
"""Bytes that are counted at once where a position is sought."""
SMALL = 256
"""A set of so few cases is sorted by their values."""
SPARSE = 4000
"""In a set of so few cases the bytes that hold any are sought, not each looked at."""
_EMPTY = bytes(2 * BLOCK)

_PLACES = tuple(tuple(place for place in range(8) if byte >> place & 1) for byte in range(256))
_HELD = re.compile(rb"[^\0]")

CUTS_KEPT = 64
"""Cuts of one set that are remembered; of a million cases 125 kB each."""
Cuts: TypeAlias = dict[int, tuple[int, int]]
"""By the way to it, the upper part of a cut and how many are in it."""
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
    if bits.bit_count() <= SPARSE:
        for start in range(0, len(data), len(_EMPTY)):
            block = data[start : start + len(_EMPTY)]
            if block == _EMPTY:
                continue
            for held in _HELD.finditer(block):
                at = held.start()
                found += [(start + at) * 8 + place for place in _PLACES[block[at]]]
        return found[skip:] if limit is None else found[skip : skip + limit]
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


def within(numbers: Iterable[int], bits: int) -> list[int]:
    """Those of the numbers that are in the set, in their order."""
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    end = len(data) * 8
    return [number for number in numbers if number < end and data[number >> 3] >> (number & 7) & 1]


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


def sliced(
    group: int, slices: Sequence[int], values: Values, skip: int, limit: int, known: Cuts | None = None
) -> list[int]:
    """From ``skip`` on, the cases of the set by a number that each has, ascending, then by case number.

    ``slices`` are the sets in which that number's bits are set, the highest bit first. ``known`` remembers
    how the set was cut, for the next page of the same set and slices.
    """
    found: list[int] = []
    known = {} if known is None else known
    for part, count, level in _cut(group, group.bit_count(), slices, 0, skip, known, 1):
        if level < 0:
            skip -= count
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


def _cut(
    group: int, count: int, slices: Sequence[int], level: int, skip: int, known: Cuts, path: int
) -> Iterator[tuple[int, int, int]]:
    """Parts in order, each with how many are in it and the slices that it was cut by.

    -1 where all of it is passed over: that part need not be made. ``path``: a bit for each slice so far,
    after a first one.
    """
    if count <= skip:
        yield 0, count, -1
        return
    while count > SMALL and level < len(slices):
        cut = known.get(path)
        if cut is None:
            ones = group & slices[level]
            cut = (ones, ones.bit_count())
            if len(known) >= CUTS_KEPT:
                known.clear()
            known[path] = cut
        ones, above = cut
        level += 1
        if above == count or not above:
            path *= 2
            continue  # all have the bit, or none
        below = count - above
        if below <= skip:
            yield 0, below, -1
            skip -= below
        else:
            yield from _cut(group ^ ones, below, slices, level, skip, known, path * 2)
            skip = 0
        group, count, path = ones, above, path * 2 + 1
        if count <= skip:
            yield 0, count, -1
            return
    yield group, count, level


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
