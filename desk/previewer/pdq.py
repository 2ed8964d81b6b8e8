"""PDQ, the 256-bit perceptual hash of pictures, from its published description.

Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (ThreatExchange, 2019).
Luminance is smoothed to 64 x 64 by a box filter run twice (Jarosz), its 16 x 16 lowest frequencies but the
constant ones are taken by a discrete cosine transform, and each is compared with their median. Two hashes are
near at a Hamming distance of 31 or less; a quality under 50 says that there is too little in it to compare.

The kept library has no wheel for Linux and this Python, and the desk must install without a compiler. The
steps here are the same, for the 64 x 64 points that are kept only, in plain Python: some 40 ms a picture, and
nobody waits for them.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import mul
from typing import NamedTuple

from PIL import Image

SIDE = 512
"""Larger pictures are reduced to this side first: it is eight times the grid that follows."""

LEAST = 5
"""A picture of fewer pixels a side has no hash."""

_GRID = 64
_BITS = 16

_Weights = tuple[tuple[int, tuple[float, ...]], ...]


class Pdq(NamedTuple):
    """32 bytes, the highest frequency's bit first; quality 0 to 100."""

    value: bytes
    quality: int


def pdq(image: Image.Image) -> Pdq:
    """The hash of a decoded picture. What is transparent counts with the colour it hides, as elsewhere."""
    if min(image.size) < LEAST:
        return Pdq(bytes(32), 0)
    size = min(image.width, SIDE), min(image.height, SIDE)
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    if size != image.size:
        image = image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    return _hash(_smooth(image.convert("F")))


def _smooth(image: Image.Image) -> list[list[float]]:
    """64 rows of 64: the filter's value at the middle of each cell."""
    width, height = image.size
    luma = array("f")
    luma.frombytes(image.tobytes())
    rows = [luma[at : at + width].tolist() for at in range(0, width * height, width)]
    lines = [
        [sum(map(mul, weights, column)) for column in zip(*rows[first : first + len(weights)], strict=True)]
        for first, weights in _weights(height)
    ]
    return [
        [sum(map(mul, weights, line[first : first + len(weights)])) for first, weights in _weights(width)]
        for line in lines
    ]


@lru_cache(maxsize=8)
def _weights(length: int) -> _Weights:
    """For each of 64 points: where its window begins and what each sample in it weighs.

    A box filter of length / 128, rounded up, run twice; windows are cut off at the ends.
    """
    window = (length + 2 * _GRID - 1) // (2 * _GRID)
    after = (window + 2) // 2 - 1
    before = window - 1 - after

    def box(at: int) -> range:
        return range(max(0, at - before), min(length, at + after + 1))

    found = []
    for index in range(_GRID):
        at = int((index + 0.5) * length / _GRID)
        outer = box(at)
        first, last = box(outer[0])[0], box(outer[-1])[-1]
        weights = [0.0] * (last - first + 1)
        for middle in outer:
            inner = box(middle)
            for sample in inner:
                weights[sample - first] += 1 / (len(outer) * len(inner))
        found.append((first, tuple(weights)))
    return tuple(found)


_COSINES = [
    [
        math.sqrt(2 / _GRID) * math.cos(math.pi / 2 / _GRID * (row + 1) * (2 * column + 1))
        for column in range(_GRID)
    ]
    for row in range(_BITS)
]


def _hash(grid: Sequence[Sequence[float]]) -> Pdq:
    columns = list(zip(*grid, strict=True))
    half = [[sum(map(mul, cosines, column)) for column in columns] for cosines in _COSINES]
    flat = [sum(map(mul, line, cosines)) for line in half for cosines in _COSINES]
    median = sorted(flat)[len(flat) // 2 - 1]
    bits = sum(1 << index for index, value in enumerate(flat) if value > median)
    return Pdq(bits.to_bytes(32, "big"), _quality(grid, columns))


def _quality(grid: Sequence[Sequence[float]], columns: Sequence[Sequence[float]]) -> int:
    """How much changes from point to point, each change counted in whole hundredths of full contrast."""
    total = 0
    for lines in (grid, columns):
        for line in lines:
            total += sum(abs(int((a - b) * 100 / 255)) for a, b in pairwise(line))
    return min(100, int(total / 90))
