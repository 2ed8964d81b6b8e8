"""The whole window on a practice workspace, as `desk practice` opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pytestqt.qtbot import QtBot

from desk import app
from desk.domain.company import EndpointKind
from desk.gui.start import Life, Opened, Say
from desk.gui.theme import Scheme
from desk.gui.workplace import Workplace


class MemorySettings:
    """Window settings that die with the test."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def set(self, key: str, value: str) -> None:
        self.kept[key] = value


@contextmanager
def practice_window(qtbot: QtBot, folder: Path, *, cases: bool = True) -> Iterator[tuple[Life, Workplace]]:
    """Opens the window, waits until work can begin, and ends it as closing would."""
    stack = ExitStack()

    def prepare(say: Say) -> Opened:
        desk = stack.enter_context(app.practice_desk(cases=cases, say=say, folder=folder))
        return app.opened(desk, stack)

    life = Life(prepare, EndpointKind.PRACTICE, MemorySettings(), Scheme.LIGHT)
    life.window.resize(1280, 800)
    with qtbot.waitActive(life.window):
        life.window.show()
        life.window.activateWindow()
    try:
        life.begin()
        qtbot.waitUntil(lambda: life.workplace is not None, timeout=60_000)
        assert isinstance(life.workplace, Workplace)
        yield life, life.workplace
    finally:
        life.window.close()
        life.end()
        stack.close()
