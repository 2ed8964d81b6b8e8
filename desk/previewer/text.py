"""The text inside files: a fixed list of fields, cleaned and cut. The host cleans it once more."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image

from .protocol import MAX_ENTRIES, MAX_VALUE

Entry = tuple[int, str]

NAMES = (
    "make",
    "model",
    "lens",
    "serial number",
    "owner",
    "software",
    "taken",
    "digitised",
    "changed",
    "time offset",
    "place",
    "altitude",
    "place time",
    "title",
    "description",
    "comment",
    "artist",
    "copyright",
    "created",
    "creator",
    "producer",
    "subject",
    "keywords",
    "album",
    "date",
    "encoder",
)
"""Names of fields; a field crosses the wire as its number in this list."""

_BASE = {
    0x010F: "make",
    0x0110: "model",
    0x0131: "software",
    0x0132: "changed",
    0x010E: "description",
    0x013B: "artist",
    0x8298: "copyright",
}
_CAMERA = {
    0xA434: "lens",
    0xA431: "serial number",
    0xA430: "owner",
    0x9003: "taken",
    0x9004: "digitised",
    0x9011: "time offset",
    0x9286: "comment",
}
_TAGS = {
    "make": "make",
    "com.apple.quicktime.make": "make",
    "model": "model",
    "com.apple.quicktime.model": "model",
    "com.apple.quicktime.software": "software",
    "location": "place",
    "com.apple.quicktime.location.iso6709": "place",
    "title": "title",
    "description": "description",
    "comment": "comment",
    "artist": "artist",
    "copyright": "copyright",
    "creation_time": "created",
    "creator": "creator",
    "producer": "producer",
    "creationdate": "created",
    "moddate": "changed",
    "subject": "subject",
    "keywords": "keywords",
    "author": "artist",
    "album": "album",
    "date": "date",
    "encoder": "encoder",
    "software": "software",
}


def clean(value: Any) -> str:
    """Printable text of bounded length; empty when there is none."""
    if isinstance(value, bytes):
        value = value[: MAX_VALUE * 4].removeprefix(b"ASCII\x00\x00\x00").decode("utf-8", "replace")
    text = str(value)[: MAX_VALUE * 4].replace("\x00", " ")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_VALUE]


def _add(entries: list[Entry], name: str, value: Any) -> None:
    text = clean(value)
    if text and len(entries) < MAX_ENTRIES:
        entries.append((NAMES.index(name), text))


def from_exif(exif: Image.Exif, info: Mapping[Any, Any]) -> list[Entry]:
    """The fields of a picture: its EXIF, and the text blocks of a PNG or GIF."""
    entries: list[Entry] = []
    for tags, names in ((exif, _BASE), (_ifd(exif, ExifTags.IFD.Exif), _CAMERA)):
        for number, name in names.items():
            if number in tags:
                _add(entries, name, tags[number])
    _place(entries, _ifd(exif, ExifTags.IFD.GPSInfo))
    for key, value in list(info.items())[:200]:
        if isinstance(key, str) and isinstance(value, str | bytes) and key.lower() in _TAGS:
            _add(entries, _TAGS[key.lower()], value)
    return entries


def from_tags(tags: Mapping[str, str]) -> list[Entry]:
    """The fields of a film, a sound or a document."""
    entries: list[Entry] = []
    for key, value in list(tags.items())[:200]:
        if key.lower() in _TAGS:
            _add(entries, _TAGS[key.lower()], value)
    return entries


def _ifd(exif: Image.Exif, part: int) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(part)
    except Exception:
        return {}


def _place(entries: list[Entry], gps: Mapping[int, Any]) -> None:
    try:
        latitude = _degrees(gps[2]) * (-1 if str(gps.get(1, "N")).upper().startswith("S") else 1)
        longitude = _degrees(gps[4]) * (-1 if str(gps.get(3, "E")).upper().startswith("W") else 1)
        _add(entries, "place", f"{latitude:.6f}, {longitude:.6f}")
        if 6 in gps:
            _add(entries, "altitude", f"{float(gps[6]):.0f} m")
        if 29 in gps:
            _add(entries, "place time", gps[29])
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def pack(entries: list[Entry]) -> bytes:
    """One byte for the name, two for the length, then UTF-8."""
    packed = b""
    for number, value in entries[:MAX_ENTRIES]:
        raw = value.encode("utf-8", "replace")
        packed += struct.pack("<BH", number, len(raw)) + raw
    return packed
