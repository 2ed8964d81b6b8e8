"""Case packages that an intake must refuse, each broken in its own way.

Every flaw sits in an otherwise valid package, so that a refusal can only come from the flaw. `reason` is a
regular expression of words, one of which a good refusal holds (search it with re.IGNORECASE); for flaws
inside the document these are the words of desk.domain.package.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple


class BrokenCase(NamedTuple):
    """Where it lies, and the words of which one belongs into its refusal."""

    path: Path
    reason: str


class Spot(NamedTuple):
    """Where one broken package is to be written: `name` without a suffix."""

    folder: Path
    name: str
    now: datetime


@functools.cache
def small_png(number: int = 0) -> bytes:
    """A test card of about 2 KB."""
    from desk.practice.media import Card, png

    # Those of the patterns that stay small as PNG.
    patterns = ("bars", "grid", "stripes", "tiles", "rings")
    return png(Card((160, 120), patterns[number % 5], "", number))


def valid_case(spot: Spot) -> dict[str, Any]:
    """A small valid case with one image at media/a.png."""
    at = (spot.now - timedelta(hours=2)).replace(microsecond=0).isoformat()
    data = small_png()
    return {
        "format": "desk-case/1",
        "id": f"case-{spot.name}",
        "source": {"kind": "user_report", "name": "in-app report"},
        "incident": {"occurred_at": at, "platform": "Example Social"},
        "reported": {"id": f"u-{spot.name}"},
        "content": [
            {
                "id": "c1",
                "uid": f"uid-{spot.name}",
                "kind": "image",
                "file": "media/a.png",
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        ],
    }


def write_folder(spot: Spot, case: dict[str, Any] | bytes, *, media: bool = True) -> Path:
    """A folder package; `case` may be raw bytes."""
    path = spot.folder / spot.name
    (path / "media").mkdir(parents=True)
    (path / "case.json").write_bytes(case if isinstance(case, bytes) else json.dumps(case).encode())
    if media:
        (path / "media" / "a.png").write_bytes(small_png())
    return path


def write_zip(
    spot: Spot,
    entries: list[tuple[zipfile.ZipInfo | str, bytes]],
    change: Callable[[bytes], bytes] | None = None,
) -> Path:
    """A .zip of `entries`; `change` may damage its bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
    path = spot.folder / f"{spot.name}.zip"
    path.write_bytes(change(out.getvalue()) if change else out.getvalue())
    return path


def zip_entries(spot: Spot, **changes: Any) -> list[tuple[zipfile.ZipInfo | str, bytes]]:
    """The entries of a valid zip package, with changes to the case's top-level keys."""
    return [
        ("case.json", json.dumps(valid_case(spot) | changes).encode()),
        ("media/a.png", small_png()),
    ]


def _edited(edit: Callable[[dict[str, Any]], Any]) -> Callable[[Spot], Path]:
    def write(spot: Spot) -> Path:
        case = valid_case(spot)
        edit(case)
        return write_folder(spot, case)

    return write


def _raw(change: Callable[[str], str | bytes]) -> Callable[[Spot], Path]:
    def write(spot: Spot) -> Path:
        text = change(json.dumps(valid_case(spot)))
        return write_folder(spot, text if isinstance(text, bytes) else text.encode())

    return write


def _missing_media(spot: Spot) -> Path:
    return write_folder(spot, valid_case(spot), media=False)


def _link(spot: Spot) -> Path:
    path = write_folder(spot, valid_case(spot))
    (path / "media" / "a.png").rename(path / "media" / "real.png")
    (path / "media" / "a.png").symlink_to("real.png")
    return path


def _media_is_folder(spot: Spot) -> Path:
    path = write_folder(spot, valid_case(spot), media=False)
    (path / "media" / "a.png").mkdir()
    return path


def _much(byte: bytes) -> bytes:
    """128 MiB of one byte, which a zip holds in a thousandth of that."""
    return byte * (128 << 20)


def _deflated(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _bomb(spot: Spot) -> Path:
    case = valid_case(spot)
    del case["content"][0]["sha256"]
    return write_zip(
        spot, [("case.json", json.dumps(case).encode()), (_deflated("media/a.png"), _much(b"\0"))]
    )


def _json_bomb(spot: Spot) -> Path:
    text = json.dumps(valid_case(spot)).encode()
    return write_zip(spot, [(_deflated("case.json"), text + _much(b" ")), ("media/a.png", small_png())])


def _zip_escape(spot: Spot) -> Path:
    return write_zip(spot, [*zip_entries(spot), ("../outside.png", small_png())])


def _zip_link(spot: Spot) -> Path:
    entry = zipfile.ZipInfo("media/a.png")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return write_zip(spot, [zip_entries(spot)[0], (entry, b"../case.json")])


def _zip_cut(spot: Spot) -> Path:
    return write_zip(spot, zip_entries(spot), lambda data: data[: len(data) * 2 // 3])


def _zip_flipped(spot: Spot) -> Path:
    def flip(data: bytes) -> bytes:
        at = data.index(b"IDAT") + 8
        return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]

    case = valid_case(spot)
    del case["content"][0]["sha256"]
    return write_zip(spot, [("case.json", json.dumps(case).encode()), ("media/a.png", small_png())], flip)


def _zip_locked(spot: Spot) -> Path:
    """The bit that says 'encrypted' is set on every member, in both headers."""

    def lock(data: bytes) -> bytes:
        changed = bytearray(data)
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = changed.find(mark)
            while at >= 0:
                changed[at + offset] |= 1
                at = changed.find(mark, at + 4)
        return bytes(changed)

    return write_zip(spot, zip_entries(spot), lock)


def _zip_empty(spot: Spot) -> Path:
    return write_zip(spot, zip_entries(spot)[1:])


def _set(case: dict[str, Any], *path: str | int, value: Any) -> None:
    here: Any = case
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value


def _nested(text: str) -> str:
    depth = 100_000
    return text[:-1] + ', "extra": {"a": ' + "[" * depth + "]" * depth + "}}"


def _file(path: str) -> Callable[[Spot], Path]:
    return _edited(lambda case: _set(case, "content", 0, "file", value=path))


#: The flaws by name: the words a refusal holds one of, and what writes the package.
FLAWS: dict[str, tuple[str, Callable[[Spot], Path]]] = {
    "bad JSON": (r"json", _raw(lambda text: text[: len(text) // 2])),
    "unknown key": (r"unknown key", _edited(lambda case: _set(case, "sumary", value="typed wrongly"))),
    "missing required key": (r"required", _edited(lambda case: case.pop("incident"))),
    "wrong sha256": (r"sha-?256", _edited(lambda case: _set(case, "content", 0, "sha256", value="ab" * 32))),
    "missing media": (r"missing|not there|not found|no such|does not exist|absent|no file", _missing_media),
    "path escape": (r"outside|escape|leave|\.\.|path|relative|within|inside", _file("../../outside.png")),
    "absolute path": (r"absolute|outside|path|relative|within|inside", _file("/outside/a.png")),
    "link in folder": (r"link", _link),
    "zip bomb": (r"bomb|ratio|too large|too big|expand|compress|unpack|limit|larger|more than|grow", _bomb),
    "zip path escape": (r"outside|escape|leave|\.\.|path|relative|within|inside", _zip_escape),
    "zip link": (r"link", _zip_link),
    "truncated zip": (r"zip|cut|truncat|incomplete|archive", _zip_cut),
    "duplicate content ids": (
        r"twice",
        _edited(lambda case: case["content"].append({"id": "c1", "kind": "text", "text": "[practice]"})),
    ),
    "time without offset": (
        r"offset",
        _edited(lambda case: _set(case, "incident", "occurred_at", value="2026-01-02T03:04:05")),
    ),
    "wrong enum": (r"unknown value", _edited(lambda case: _set(case, "source", "kind", value="rumour"))),
    "wrong type": (
        r"expected",
        _edited(lambda case: _set(case, "reported", "emails", value="a@example.com")),
    ),
    "bad format version": (
        r"unknown format",
        _edited(lambda case: _set(case, "format", value="desk-case/9")),
    ),
    "empty content": (r"at least one", _edited(lambda case: _set(case, "content", value=[]))),
    "duplicate JSON key": (r"twice|duplicate", _raw(lambda text: text[:-1] + ', "id": "another"}')),
    "not UTF-8": (r"utf-?8", _raw(lambda text: text.replace("in-app report", "caf\xe9").encode("latin-1"))),
    "deep nesting": (r"nest|deep|depth", _raw(_nested)),
    "media is a folder": (r"folder|directory|regular|not a file|no file|no plain file", _media_is_folder),
    "image without file": (r"needs it", _edited(lambda case: case["content"][0].pop("file"))),
    "sha256 not hexadecimal": (
        r"64 hexadecimal",
        _edited(lambda case: _set(case, "content", 0, "sha256", value="no digest")),
    ),
    "zip without case.json": (r"case\.json", _zip_empty),
    "not a number": (
        r"json|nan|number|between",
        _raw(lambda text: text.replace('"kind": "user_report"', '"kind": "user_report", "confidence": NaN')),
    ),
    "half a surrogate pair": (
        r"surrogate",
        _raw(lambda text: text.replace("in-app report", "\\ud83d report")),
    ),
    "list instead of object": (r"expected an object", _raw(lambda text: f"[{text}]")),
    "damaged zip member": (r"crc|damage|corrupt|checksum|zip", _zip_flipped),
    "encrypted zip": (r"encrypt|password", _zip_locked),
    "JSON bomb": (
        r"bomb|ratio|too large|too big|expand|compress|unpack|limit|larger|more than|grow",
        _json_bomb,
    ),
}


def possible_flaws() -> list[str]:
    """The names of the flaws that this computer can write (Windows makes no links without a right to)."""
    return [name for name in FLAWS if name != "link in folder" or os.name != "nt"]


def write_broken(spot: Spot, flaw: str) -> BrokenCase:
    """One package with the flaw of that name. Raises KeyError for an unknown one."""
    reason, write = FLAWS[flaw]
    return BrokenCase(write(spot), reason)


def broken_cases(folder: Path, *, now: datetime, count: int = 20) -> list[BrokenCase]:
    """Write `count` packages, each broken in another way as long as there are flaws left; then from the
    start again under other ids. `len(FLAWS)` gives all."""
    folder.mkdir(parents=True, exist_ok=True)
    flaws = possible_flaws()
    return [
        write_broken(Spot(folder, f"pkg-{index:04d}", now), flaws[index % len(flaws)])
        for index in range(count)
    ]
