"""A key really held, on a real X server, whose auto-repeat sends it as let go and pressed again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desk.gui.case.grid import CaseGrid
from desk.gui.widgets.tile import BlurTile


@pytest.mark.skipif(shutil.which("xdotool") is None, reason="xdotool sends the real key")
def test_a_held_key_is_one_look(show: Callable[[QWidget], QWidget], qtbot: QtBot) -> None:
    if QGuiApplication.platformName() != "xcb":
        pytest.skip("only X sends auto-repeat as pairs")
    grid = CaseGrid(96)
    tile = BlurTile("a", "image", 1)
    grid.set_tiles([tile])
    show(grid)
    tile.setFocus()
    asked: list[str] = []
    ended: list[float] = []
    grid.reveal_requested.connect(asked.append)
    grid.play_wanted.connect(tile.ask)
    grid.reveal_released.connect(lambda _id, seconds: ended.append(seconds))
    for key in ("space", "h"):  # to look, to play
        asked.clear()
        ended.clear()
        subprocess.run(["xdotool", "keydown", key], check=True)
        try:
            qtbot.waitUntil(lambda: bool(asked))
            qtbot.wait(1000)  # the repeats begin after 660 ms and come every 40 ms
            assert asked == ["a"]
            assert ended == []
            tile.blank()  # as the limit of one hold does, or the end of a film
            qtbot.wait(150)
            assert asked == ["a"]  # a key still down is no new wish
        finally:
            subprocess.run(["xdotool", "keyup", key], check=True)
        qtbot.waitUntil(lambda: len(ended) == 1)
        assert asked == ["a"]
