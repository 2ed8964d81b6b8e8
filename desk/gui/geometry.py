"""Where the window stood and how large it was, kept from one day to the next."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import Protocol

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget

WIDTH, HEIGHT = 1280, 800
"""Pixels of a window that was never opened before, where the screen has them."""
KEY = "window/geometry"
FRAME = (4, 44)
"""Pixels left free at the first opening for the frame and title that the system puts around the window."""


class WindowSettings(Protocol):
    """Where the window keeps its own state. Texts only; never anything of a case."""

    def get(self, key: str) -> str | None: ...
    def set(self, key: str, value: str) -> None: ...


def restore(window: QWidget, settings: WindowSettings | None) -> None:
    """The size for a first opening, or what was kept."""
    free = window.screen().availableSize()  # without the frame, whose size is not known yet
    window.resize(min(WIDTH, free.width() - FRAME[0]), min(HEIGHT, free.height() - FRAME[1]))
    kept = settings.get(KEY) if settings is not None else None
    if kept:
        # Qt ignores bytes that are no geometry; text that is no base64 counts the same.
        with suppress(ValueError):
            window.restoreGeometry(QByteArray(base64.b64decode(kept)))


def keep(window: QWidget, settings: WindowSettings) -> None:
    """Remember it as it is now."""
    data = bytes(window.saveGeometry().data())
    settings.set(KEY, base64.b64encode(data).decode("ascii"))
