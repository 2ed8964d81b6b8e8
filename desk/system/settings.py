"""The few settings that belong to this computer and person, not to a workspace: window, theme, scale.

One JSON file, mode 0600, with nothing sensitive in it. Reading is tolerant: a key that this version does
not know is kept and written back, a value of the wrong type falls back to its default with a note, and
a file that is no JSON is set aside under another name, never overwritten.
"""

from __future__ import annotations

import base64
import json
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from desk.system.paths import make_private_dir, write_private

VERSION = 1
THEMES = ("system", "light", "dark")
MIN_SCALE, MAX_SCALE = 0.75, 3.0
MAX_FILE_BYTES = 1 << 20


@dataclass(frozen=True)
class MachineSettings:
    """What is remembered between two starts.

    last_workspace: absolute path, or None. window_geometry, window_state: the toolkit's own opaque bytes.
    theme: one of THEMES. scale: a factor on top of the screen's own, MIN_SCALE to MAX_SCALE.
    unknown: keys of other versions, written back untouched.
    """

    last_workspace: str | None = None
    window_geometry: bytes = b""
    window_state: bytes = b""
    theme: str = "system"
    scale: float = 1.0
    unknown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """Settings and what was odd about their file, in words (file, key, reason); empty if nothing was."""

    settings: MachineSettings
    notes: tuple[str, ...] = ()


class SettingsFile:
    """The settings file at `path`. Safe to use from several threads of one process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def load(self) -> Loaded:
        """Read the file; a missing one gives the defaults. Never raises for what stands in the file."""
        with self._lock:
            try:
                with self._path.open("rb") as file:
                    data = file.read(MAX_FILE_BYTES + 1)
            except FileNotFoundError:
                return Loaded(MachineSettings())
            except OSError as error:
                return Loaded(MachineSettings(), (f"{self._path} cannot be read ({error.strerror}).",))
            try:
                if len(data) > MAX_FILE_BYTES:
                    raise ValueError("it is too long")
                document = json.loads(data)
                if not isinstance(document, dict):
                    raise ValueError("it is not a JSON object")
            except (ValueError, RecursionError) as error:
                reason = "it is not JSON" if isinstance(error, json.JSONDecodeError) else str(error)
                return Loaded(MachineSettings(), (self._set_aside(reason),))
        return _from_document(document, self._path)

    def save(self, settings: MachineSettings) -> None:
        """Replace the file in one step. Raises UserError naming the file and the reason."""
        document: dict[str, Any] = dict(settings.unknown)
        document.setdefault("version", VERSION)
        for item in fields(MachineSettings):
            if item.name == "unknown":
                continue
            value = getattr(settings, item.name)
            document[item.name] = base64.b64encode(value).decode() if isinstance(value, bytes) else value
        with self._lock:
            make_private_dir(self._path.parent)
            write_private(self._path, json.dumps(document, indent=1, sort_keys=True).encode() + b"\n")

    def update(self, **changes: Any) -> MachineSettings:
        """Load, change the named settings, save; return the new ones."""
        settings = replace(self.load().settings, **changes)
        self.save(settings)
        return settings

    def _set_aside(self, reason: str) -> str:
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.broken-{number}")).exists():
            number += 1
        try:
            self._path.rename(aside)
        except OSError:
            return f"{self._path} is damaged ({reason}) and was left as it is; the defaults are used."
        return f"{self._path} is damaged ({reason}); it was set aside as {aside.name}, the defaults are used."


def _from_document(document: dict[str, Any], path: Path) -> Loaded:
    readers: dict[str, Callable[[Any], Any]] = {
        "last_workspace": _optional_text,
        "window_geometry": _bytes,
        "window_state": _bytes,
        "theme": _theme,
        "scale": _scale,
    }
    values: dict[str, Any] = {}
    notes = []
    for key, read in readers.items():
        if key not in document:
            continue
        raw = document.pop(key)
        try:
            values[key] = read(raw)
        except (ValueError, TypeError) as error:
            notes.append(f"{path}, key {key}: {error}; the default is used.")
    return Loaded(MachineSettings(**values, unknown=document), tuple(notes))


def _optional_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError("it must be text or null")


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError("it must be base64 text")
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        raise ValueError("it must be base64 text") from None


def _theme(value: object) -> str:
    if value not in THEMES:
        raise ValueError(f"it must be one of {', '.join(THEMES)}")
    return str(value)


def _scale(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("it must be a number")
    if not math.isfinite(value) or not MIN_SCALE <= value <= MAX_SCALE:
        raise ValueError(f"it must be between {MIN_SCALE} and {MAX_SCALE}")
    return float(value)
