"""The coarse part of a progressive JPEG: enough for a tile an eighth as wide, at a fraction of the time.

Such a file sends a picture an eighth as wide and high first (the mean of each block of 8 by 8), and all
detail in later scans, which are nine tenths of the work. A blurred tile shows none of that detail.
"""

from __future__ import annotations

import re

_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""In packed data, 0xFF stands before 0x00, or before one of eight marks that belong to it."""

_END = b"\xff\xd9"
_MOST_PARTS = 4000


def coarse(data: bytes) -> bytes | None:
    """Headers and the scans of block means, as a JPEG of its own; None for a file that is not whole."""
    if not data.startswith(b"\xff\xd8") or _END not in data[-4096:]:
        return None
    kept, found, at = [data[:2]], 0, 2
    for _ in range(_MOST_PARTS):
        if data[at : at + 2] == _END:
            return b"".join([*kept, _END]) if found else None
        if data[at : at + 1] != b"\xff" or at + 4 > len(data):
            return None
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == 0xFF:
            at += 1  # filling
            continue
        until = at + 2 + length
        if length < 2 or kind <= 0x01 or 0xD0 <= kind <= 0xD8 or until > len(data):
            return None
        wanted = True
        if kind == 0xDA:
            following = _MARKER.search(data, until)
            if following is None:
                return None
            first_coefficient = until - 3
            wanted = data[first_coefficient] == 0
            found += wanted
            until = following.start()
        if wanted:
            kept.append(data[at:until])
        at = until
    return None
