"""Moving pictures on the case page: shown as films are, viewed when each of their pictures was on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desk.gui.case.sheet import LookSheet
from tests.gui.case_support import Bench, put_case
from tests.gui.test_case_look import tile, viewings
from tests.gui.test_case_play import bench, desk, let_go, press, ready
from tests.previewer.test_animation import animation

__all__ = ["bench", "desk"]


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The shades that were on the screen, in order."""
    found: list[int] = []
    real = LookSheet.paintEvent

    def paint(sheet: LookSheet, event: QPaintEvent) -> None:
        real(sheet, event)
        image = sheet._image
        if image is not None:
            shade = image.pixelColor(image.width() // 2, image.height() // 2).lightness()
            if not found or found[-1] != shade:
                found.append(shade)

    monkeypatch.setattr(LookSheet, "paintEvent", paint)
    return found


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP"])
def test_it_is_viewed_when_every_picture_was_on_the_screen(
    qtbot: QtBot, bench: Bench, tmp_path: Path, painted: list[int], name: str
) -> None:
    pictures = 10
    number = put_case(bench.desk, tmp_path, {f"a.{name.lower()}": animation(name, [40] * pictures)})
    ready(qtbot, bench, number)
    content, bar = bench.page.content, bench.page.content.details.player
    qtbot.waitUntil(content.details.place.isVisible, timeout=15000)
    assert "H to play" in content.hint.words.text()
    # One picture of it, however long, is not all of it.
    QTest.keyPress(tile(bench), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: content.sheet.painted, timeout=15000)
    QTest.keyRelease(tile(bench), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].seconds > 0, timeout=15000)
    assert not viewings(bench, number)["c1"].viewed
    painted.clear()
    bar.speeds.set_value(2.0)
    press(bench)
    qtbot.waitUntil(lambda: content.player.playing)
    qtbot.waitUntil(lambda: not content.player.playing, timeout=20000)
    assert not content.sheet.showing
    let_go(bench)
    assert len(set(painted)) == pictures
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].viewed, timeout=15000)


def test_a_part_of_it_is_said_as_a_part(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.gif": animation("GIF", [400] * 6)})
    ready(qtbot, bench, number)
    content, bar = bench.page.content, bench.page.content.details.player
    press(bench)
    qtbot.waitUntil(lambda: content.sheet.painted and bar.at > 0.9, timeout=20000)
    let_go(bench)
    assert not content.sheet.showing
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].share > 0, timeout=15000)
    claim = viewings(bench, number)["c1"]
    assert not claim.viewed
    assert claim.share == pytest.approx(2 / 6)
    qtbot.waitUntil(lambda: "of its pictures shown" in content.details._line.text(), timeout=15000)
