"""Many small case packages, quickly, with broken ones among them."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.broken import BrokenCase, Spot, possible_flaws, small_png, write_broken, write_zip

_KINDS = ("user_report", "ai_detection", "hash_match", "proactive_detection", "trusted_flagger")
_POLICIES = ("child-safety/csam", "child-safety/csam/known", "child-safety/enticement", "spam")


class Many(NamedTuple):
    """What was written: the good packages and the broken ones."""

    valid: list[Path]
    broken: list[BrokenCase]


def distinct_png(number: int) -> bytes:
    """A test card of about 2 KB whose bytes are like no other's: the number stands in a comment chunk."""
    data = small_png(number % 15)
    body = b"tEXtComment\0PRACTICE %d" % number
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:-12] + chunk + data[-12:]


def write_many(folder: Path, n: int, *, now: datetime, broken: int = 0) -> Many:
    """Write `n` valid packages of one case each and `broken` more that must be refused, spread evenly
    among them by name (pkg-00000 and on). Three in four are folders and zips with an image; the rest is text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = n + broken
    bad = {(2 * index + 1) * total // (2 * broken) for index in range(broken)} if broken else set()
    flaws = possible_flaws()
    result = Many([], [])
    for index in range(total):
        spot = Spot(folder, f"pkg-{index:05d}", now)
        if index in bad:
            result.broken.append(write_broken(spot, flaws[len(result.broken) % len(flaws)]))
        else:
            result.valid.append(_write(spot, index))
    return result


def _write(spot: Spot, index: int) -> Path:
    minutes = 5 + index % 1400
    at = (spot.now - timedelta(minutes=minutes)).replace(microsecond=0).isoformat()
    case: dict[str, Any] = {
        "format": "desk-case/1",
        "id": f"many-{index}",
        "created_at": at,
        "source": {"kind": _KINDS[index % 5], "name": "practice"},
        "policies": [_POLICIES[index % 4]],
        "summary": f"Practice case {index}",
        "urgency": {"escalate": index % 97 == 0, "reason": "practice" if index % 97 == 0 else None},
        "incident": {"occurred_at": at, "platform": "Example Social"},
        "reported": {"id": f"u-{index % 700}", "ip_events": [{"ip": f"192.0.2.{index % 256}", "at": at}]},
    }
    if index % 4 == 3:
        case["content"] = [{"id": "c1", "uid": f"uid-{index}", "kind": "text", "text": f"[practice {index}]"}]
        path = spot.folder / f"{spot.name}.json"
        path.write_text(json.dumps(case), encoding="utf-8")
        return path
    data = distinct_png(index)
    digest = hashlib.sha256(data).hexdigest()
    case["content"] = [
        {"id": "c1", "uid": f"uid-{index}", "kind": "image", "file": "media/a.png", "sha256": digest}
    ]
    text = json.dumps(case).encode()
    if index % 4 == 2:
        return write_zip(spot, [("case.json", text), ("media/a.png", data)])
    path = spot.folder / spot.name
    (path / "media").mkdir(parents=True)
    (path / "case.json").write_bytes(text)
    (path / "media" / "a.png").write_bytes(data)
    return path
