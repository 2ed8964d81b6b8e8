"""A key really held, on a real X server, whose auto-repeat sends it as let go and pressed again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desk.gui.widgets.tile import BlurTile
from desk.gui.widgets.tilegrid import TileGrid


@pytest.mark.skipif(shutil.which("xdotool") is None, reason="xdotool sends the real key")
def test_a_held_key_is_one_look(show: Callable[[QWidget], QWidget], qtbot: QtBot) -> None:
    if QGuiApplication.platformName() != "xcb":
        pytest.skip("only X sends auto-repeat as pairs")
    grid = TileGrid()
    tile = BlurTile("a", "image", 1)
    grid.set_tiles([tile])
    show(grid)
    tile.setFocus()
    asked: list[str] = []
    ended: list[float] = []
    grid.reveal_requested.connect(asked.append)
    grid.reveal_released.connect(lambda _id, seconds: ended.append(seconds))
    subprocess.run(["xdotool", "keydown", "space"], check=True)
    try:
        qtbot.waitUntil(lambda: bool(asked))
        qtbot.wait(1500)  # the repeats begin after 660 ms and come every 40 ms
        assert asked == ["a"]
        assert ended == []
    finally:
        subprocess.run(["xdotool", "keyup", "space"], check=True)
    qtbot.waitUntil(lambda: len(ended) == 1)
    assert asked == ["a"]
