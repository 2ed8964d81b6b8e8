"""Where the bundled fonts, icons, style sheet and texts lie, from a checkout and when frozen."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def root() -> Path:
    """The ``resources`` folder.

    A frozen program (PyInstaller) unpacks it beside its libraries; a checkout
    has it beside ``desk/``; a system package may lie in ``<prefix>/share``.
    Raises FileNotFoundError, naming every place looked at.
    """
    places: list[Path] = []
    unpacked = getattr(sys, "_MEIPASS", None)
    if getattr(sys, "frozen", False) and unpacked:
        places.append(Path(unpacked) / "resources")
    places.append(Path(__file__).resolve().parents[2] / "resources")
    places.append(Path(sys.prefix) / "share" / "tipline-desk" / "resources")
    for place in places:
        if (place / "style" / "desk.qss").is_file():
            return place
    looked = ", ".join(str(place) for place in places)
    raise FileNotFoundError(f"The resources folder is missing; looked in {looked}")


def path(*parts: str) -> Path:
    """The path of one resource. Raises FileNotFoundError where it is missing."""
    found = root().joinpath(*parts)
    if not found.exists():
        raise FileNotFoundError(f"Resource missing: {'/'.join(parts)}")
    return found


def text(*parts: str) -> str:
    """The UTF-8 text of one resource."""
    return path(*parts).read_text(encoding="utf-8")
