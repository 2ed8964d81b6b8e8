"""When each picture of an animation is shown, read from its headers: no picture is decoded for that.

The times are the desk's own. A picture stands 40 ms at least and two seconds at most, so that none of them is
skipped by a player and none keeps a person waiting; formats that name no times get the same for each.
"""

from __future__ import annotations

import io
from typing import BinaryIO, NamedTuple

from PIL import Image

from .protocol import MAX_COUNT

LEAST_MS = 40
MOST_MS = 2000
USUAL_MS = 100
"""What viewers take for a picture that names no time, or less than a fiftieth of a second."""

PAGE_MS = 1000


class Timing(NamedTuple):
    """The millisecond at which each picture begins, and at which the last one ends."""

    starts: tuple[int, ...]
    end: int

    def at(self, position_ms: int) -> int:
        """The number of the picture that is shown then, from 0."""
        found = 0
        for number, start in enumerate(self.starts):
            if start > position_ms:
                break
            found = number
        return found


def timing(image: Image.Image, source: BinaryIO, frames: int) -> Timing | None:
    """None for a single picture, and where there are more than can be told apart from here.

    ``frames`` is the number of pictures that the decoder counted: a file whose headers count otherwise has no
    times, and cannot be said to have been shown to its end.
    """
    if not 1 < frames < MAX_COUNT:
        return None
    at = source.tell()
    try:
        found = _delays(image, source, frames)
    finally:
        source.seek(at)
    if len(found) != frames:
        return None
    starts, now = [], 0
    for delay in found:
        starts.append(now)
        now += max(LEAST_MS, min(delay if delay >= 20 else USUAL_MS, MOST_MS))
    return Timing(tuple(starts), now)


def _delays(image: Image.Image, source: BinaryIO, frames: int) -> list[int]:
    if image.format == "GIF":
        return gif_delays(source)
    if image.format == "WEBP":
        return _webp_delays(source)
    if image.format == "PNG":
        return _png_delays(source)
    return [PAGE_MS if image.format in ("TIFF", "MPO") else USUAL_MS] * frames


def gif_delays(source: BinaryIO) -> list[int]:
    """One for each image block of a GIF, without decoding any; stops at what it does not know."""
    source.seek(0)
    head = source.read(13)
    if len(head) == 13 and head[10] & 0x80:
        source.seek(3 << ((head[10] & 7) + 1), io.SEEK_CUR)
    found: list[int] = []
    delay = 0
    while len(found) < MAX_COUNT:
        block = source.read(1)
        if block == b"\x2c":
            found.append(delay)
            delay = 0
            descriptor = source.read(9)
            if len(descriptor) == 9 and descriptor[8] & 0x80:
                source.seek(3 << ((descriptor[8] & 7) + 1), io.SEEK_CUR)
            source.seek(1, io.SEEK_CUR)
        elif block == b"\x21":
            if source.read(1) == b"\xf9":
                control = source.read(5)
                if len(control) == 5:
                    delay = 10 * int.from_bytes(control[2:4], "little")
                    source.seek(control[0] - 4, io.SEEK_CUR)
        else:
            break
        while (length := source.read(1)) and length != b"\x00":
            source.seek(length[0], io.SEEK_CUR)
        if not length:
            break
    return found


def _webp_delays(source: BinaryIO) -> list[int]:
    source.seek(12)
    found: list[int] = []
    for _ in range(MAX_COUNT * 2):
        head = source.read(8)
        if len(head) < 8:
            break
        length = int.from_bytes(head[4:], "little")
        skip = length + (length & 1)
        if head[:4] == b"ANMF":
            frame = source.read(16)
            skip -= len(frame)
            found.append(int.from_bytes(frame[12:15], "little"))
        source.seek(skip, io.SEEK_CUR)
    return found


def _png_delays(source: BinaryIO) -> list[int]:
    """Of an APNG. Its still picture comes first where it is none of the moving ones."""
    source.seek(8)
    found: list[int] = []
    for _ in range(MAX_COUNT * 4):
        head = source.read(8)
        if len(head) < 8:
            break
        length, skip = int.from_bytes(head[:4], "big"), 4
        if head[4:] == b"fcTL" and length == 26:
            control = source.read(26)
            over, under = int.from_bytes(control[20:22], "big"), int.from_bytes(control[22:24], "big")
            found.append(round(1000 * over / (under or 100)))
        else:
            if head[4:] == b"IDAT" and not found:
                found.append(PAGE_MS)
            skip += length
        source.seek(skip, io.SEEK_CUR)
    return found
