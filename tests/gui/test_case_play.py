"""Films and sounds on the case page: played while somebody holds, recorded as what was shown or heard."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.gui.theme import Scheme, Theme
from desk.practice.media import Card
from desk.practice.media_av import mp4, wav
from desk.services.desk import Desk
from desk.services.viewings import joined
from tests.gui.case_support import Bench, checkers, put_case
from tests.gui.test_case_look import opened, tile, viewings


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("DESK_SILENT", "1")
    if qapp.findChild(Theme) is None:
        Theme(qapp, Scheme.LIGHT)
    made = Bench(desk)
    made.page.resize(1180, 760)
    made.page.show()
    made.page.activateWindow()
    qtbot.waitUntil(made.page.isActiveWindow)
    yield made
    made.close()


def a_film(seconds: float, start: int) -> bytes:
    data = mp4(Card((160, 120), "rings", "film", start), seconds, start=start)
    if data is None:
        pytest.skip("no encoder for films here")
    return data


def ready(qtbot: QtBot, bench: Bench, number: int) -> None:
    opened(qtbot, bench, number)
    qtbot.waitUntil(bench.page.content.details.player.isVisible, timeout=15000)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)


def press(bench: Bench) -> None:
    QTest.keyPress(tile(bench), Qt.Key.Key_H)


def let_go(bench: Bench) -> None:
    QTest.keyRelease(tile(bench), Qt.Key.Key_H)


def test_a_film_plays_while_it_is_held_and_what_was_shown_is_recorded(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.mp4": a_film(4.0, 1)})
    ready(qtbot, bench, number)
    content, bar = bench.page.content, bench.page.content.details.player
    assert not content.sheet.showing
    assert not bar.with_sound
    press(bench)
    qtbot.waitUntil(lambda: content.sheet.painted and bar.at > 0.5, timeout=20000)
    let_go(bench)
    assert not content.sheet.showing
    assert not content.player.playing
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)
    view = bench.desk.review.open(bench.operator, number)
    ((start, end),) = view.played["c1"]
    assert start == 0
    assert end * 4.0 == pytest.approx(bar.at, abs=0.05)
    assert not view.viewed["c1"].viewed
    assert "% of 0:04 played" in content.details._line.text()


def test_holds_and_seeks_add_up_to_the_whole_film(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.mp4": a_film(3.0, 2)})
    ready(qtbot, bench, number)
    content, bar = bench.page.content, bench.page.content.details.player
    bar.speeds.set_value(2.0)
    bar.track.setFocus()
    QTest.keyClick(bar.track, Qt.Key.Key_End)
    QTest.keyClick(bar.track, Qt.Key.Key_Home)
    assert bar.at == 0
    QTest.mouseClick(bar.track, Qt.MouseButton.LeftButton, pos=QPoint(bar.track.width() // 2, 10))
    half = bar.at
    assert half == pytest.approx(1.5, abs=0.1)
    content.grid.setFocus()
    press(bench)
    # It ends by itself, key still down, and stays blurred.
    qtbot.waitUntil(lambda: content.player.playing)
    qtbot.waitUntil(lambda: not content.player.playing, timeout=20000)
    assert not content.sheet.showing
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)
    assert not viewings(bench, number)["c1"].viewed
    assert bar.at == 0  # from the beginning again
    press(bench)
    qtbot.waitUntil(lambda: bar.at > half + 0.3, timeout=20000)
    let_go(bench)
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].viewed, timeout=15000)
    qtbot.waitUntil(lambda: "viewed whole" in content.details._line.text())


def test_at_the_hold_s_limit_it_stops_and_goes_on_from_there(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.mp4": a_film(4.0, 3)})
    ready(qtbot, bench, number)
    content, bar = bench.page.content, bench.page.content.details.player
    press(bench)
    qtbot.waitUntil(lambda: content.sheet.painted and bar.at > 0.3, timeout=20000)
    content.player._limit.timeout.emit()
    assert not content.sheet.showing
    stands = bar.at
    assert stands > 0
    let_go(bench)
    press(bench)
    qtbot.waitUntil(lambda: bar.at > stands + 0.2, timeout=20000)
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)
    # Two holds, one stretch: nothing falls between them.
    assert len(bench.desk.review.open(bench.operator, number).played["c1"]) == 1


ENDINGS: dict[str, Callable[[Bench], object]] = {
    "focus elsewhere": lambda bench: bench.page.decisions.none.setFocus(),
    "page hidden": lambda bench: bench.page.hide(),
    "panic": lambda bench: bench.page.blank(),
    "covered": lambda bench: bench.page.setEnabled(False),
    "another speed": lambda bench: QTest.keyClick(tile(bench), Qt.Key.Key_E),
    "a step": lambda bench: QTest.keyClick(tile(bench), Qt.Key.Key_Period),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_whatever_takes_the_eye_away_stops_it(qtbot: QtBot, bench: Bench, tmp_path: Path, how: str) -> None:
    seed = 10 + list(ENDINGS).index(how)
    number = put_case(bench.desk, tmp_path, {"a.mp4": a_film(3.0, seed)})
    ready(qtbot, bench, number)
    content = bench.page.content
    press(bench)
    qtbot.waitUntil(lambda: content.sheet.painted, timeout=20000)
    ENDINGS[how](bench)
    assert not content.sheet.showing
    assert not content.player.playing
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)
    assert not content.sheet.showing
    assert viewings(bench, number)["c1"].seconds > 0
    bench.page.setEnabled(True)


def test_a_worker_that_dies_ends_the_hold_and_what_was_shown_stays(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.mp4": a_film(6.0, 30)})
    ready(qtbot, bench, number)
    content, bar = bench.page.content, bench.page.content.details.player
    press(bench)
    qtbot.waitUntil(lambda: content.sheet.painted and bar.at > 0.3, timeout=20000)
    hold = content.player._hold
    assert hold is not None
    assert hold.frames is not None
    reel: Any = hold.frames._reel
    reel._stop._process.kill()
    qtbot.waitUntil(lambda: not content.player.playing, timeout=20000)
    assert not content.sheet.showing
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)
    seen = viewings(bench, number)["c1"]
    assert 0 < seen.share < 0.6


def test_the_button_plays_while_it_is_held(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.mp4": a_film(3.0, 31)})
    ready(qtbot, bench, number)
    content, button = bench.page.content, bench.page.content.details.player.play
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: content.sheet.painted, timeout=20000)
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert not content.sheet.showing
    button.setFocus()
    QTest.keyPress(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: content.sheet.painted, timeout=20000)
    QTest.keyRelease(tile(bench), Qt.Key.Key_Space)
    assert not content.sheet.showing
    assert not button.isDown()


def test_steps_go_from_keyframe_to_keyframe(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.mp4": a_film(3.0, 32)})
    ready(qtbot, bench, number)
    place, bar = bench.page.content.details.place, bench.page.content.details.player
    place.set_keys((0.0, 1.0, 2.0))
    place.seek(0.0)
    QTest.keyClick(tile(bench), Qt.Key.Key_Period)
    assert place.position == bar.at == 1.0
    QTest.keyClick(tile(bench), Qt.Key.Key_Period)
    QTest.keyClick(tile(bench), Qt.Key.Key_Period)
    assert place.position == 2.0
    QTest.keyClick(tile(bench), Qt.Key.Key_Comma)
    assert place.position == 1.0


class Device:
    """A sound device that takes what it is given, in its own time."""

    def __init__(self, pull: Callable[[int], bytes]) -> None:
        self.taken, self._pull, self._over = 0, pull, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(0.005):
            self.taken += len(self._pull(4800))

    def close(self) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture
def devices(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[Device]:
    made: list[Device] = []

    def speaker(pull: Callable[[int], bytes]) -> Device:
        made.append(Device(pull))
        return made[-1]

    monkeypatch.setattr(bench.desk.review, "speaker", speaker)
    return made


def test_a_sound_is_heard_while_it_is_held(
    qtbot: QtBot, bench: Bench, tmp_path: Path, devices: list[Device]
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.wav": wav(3.0, start=4)})
    ready(qtbot, bench, number)
    content, bar = bench.page.content, bench.page.content.details.player
    qtbot.waitUntil(lambda: bool(bar.track._peaks), timeout=15000)
    assert not bar.sound.isVisible()
    press(bench)
    qtbot.waitUntil(lambda: bool(devices) and devices[0].taken > 0, timeout=20000)
    assert not content.sheet.showing
    # To its end, however fast the device takes it: then it is heard whole.
    qtbot.waitUntil(lambda: not content.player.playing, timeout=20000)
    let_go(bench)
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].viewed, timeout=15000)
    assert devices[0]._over.wait(60)


def test_letting_go_of_a_sound_is_silence_and_counts_no_further(
    qtbot: QtBot, bench: Bench, tmp_path: Path, devices: list[Device]
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.wav": wav(60.0, start=5)})
    ready(qtbot, bench, number)
    press(bench)
    qtbot.waitUntil(lambda: bool(devices) and devices[0].taken > 100_000, timeout=20000)
    let_go(bench)
    taken = devices[0].taken
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)
    assert devices[0].taken <= taken + 4800
    assert 0 < viewings(bench, number)["c1"].share < taken / 4 / 48000 / 60 + 0.001


def test_a_sound_that_nobody_could_hear_does_not_count(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.wav": wav(30.0, start=6)})
    ready(qtbot, bench, number)
    content, bar = bench.page.content, bench.page.content.details.player
    press(bench)
    qtbot.waitUntil(lambda: "No sound device" in content.hint.words.text(), timeout=20000)
    qtbot.waitUntil(lambda: bar.at > 0.1, timeout=20000)
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)
    assert viewings(bench, number)["c1"].share == 0


def test_a_film_is_mute_until_sound_is_chosen(
    qtbot: QtBot, bench: Bench, tmp_path: Path, devices: list[Device]
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.mp4": a_film(4.0, 33)})
    ready(qtbot, bench, number)
    content, bar = bench.page.content, bench.page.content.details.player
    press(bench)
    qtbot.waitUntil(lambda: content.sheet.painted and bar.at > 0.2, timeout=20000)
    let_go(bench)
    assert not devices
    QTest.keyClick(tile(bench), Qt.Key.Key_U)
    assert bar.with_sound
    press(bench)
    qtbot.waitUntil(lambda: content.sheet.painted and bool(devices) and devices[0].taken > 0, timeout=20000)
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)


def test_a_picture_does_not_play(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=7)})
    opened(qtbot, bench, number)
    press(bench)
    assert not bench.page.content.player.playing
    assert not tile(bench).asking
    let_go(bench)


def magenta(seconds: int) -> bytes:
    """A film in one colour that nothing else on the screen has; blurred it is grey."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        stream = file.add_stream("mpeg4", rate=12)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.gop_size = 12
        for _ in range(12 * seconds):
            file.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", (160, 120), (255, 0, 255)))))
        file.mux(stream.encode(None))
    return out.getvalue()


HIGH = bytes(value > 200 for value in range(256))
LOW = bytes(value < 60 for value in range(256))


def magenta_seen(bench: Bench) -> bool:
    image = bench.page.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    data = bytes(image.constBits())
    red, green, blue = (
        int.from_bytes(data[n::4].translate(table), "little") for n, table in enumerate((HIGH, LOW, HIGH))
    )
    return bool(red & green & blue)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_walk_leaves_a_frame_and_what_is_recorded_was_painted(
    qtbot: QtBot, bench: Bench, tmp_path: Path, devices: list[Device], seed: int
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.mp4": magenta(6), "b.wav": wav(8.0, start=40 + seed)})
    ready(qtbot, bench, number)
    page, content = bench.page, bench.page.content
    bar, sheet, chance = content.details.player, content.sheet, random.Random(seed)
    painted: list[tuple[float, float]] = []
    real = content.player._paint

    def watched(hold: Any, frames: Any, second: float, now: float) -> float:
        found = real(hold, frames, second, now)
        if hold.played.last is not None:
            last = 6.0 if hold.played.near_end else hold.played.last
            painted.append((hold.start / 6.0, last / 6.0))
        return found

    content.player._paint = watched  # type: ignore[method-assign]

    def play_for_a_while() -> None:
        tile(bench).setFocus()
        press(bench)
        if content.player.playing and content.content is not None and content.content.id == "c1":
            begun = bar.at
            qtbot.waitUntil(lambda: not content.player.playing or bar.at > begun + 0.3, timeout=20000)

    steps: list[Callable[[], object]] = [
        play_for_a_while,
        play_for_a_while,
        lambda: press(bench),
        lambda: let_go(bench),
        lambda: QTest.keyClick(tile(bench), chance.choice([Qt.Key.Key_E, Qt.Key.Key_U])),
        lambda: QTest.keyClick(tile(bench), chance.choice([Qt.Key.Key_Comma, Qt.Key.Key_Period])),
        lambda: QTest.keyClick(tile(bench), chance.choice([Qt.Key.Key_Left, Qt.Key.Key_Right])),
        lambda: bar.sought.emit(chance.uniform(0, 5.0)),
        page.blank,
        page.reload,
        lambda: (page.setEnabled(False), page.setEnabled(True)),
        lambda: QApplication.sendEvent(sheet, QEvent(QEvent.Type.WindowDeactivate)),
    ]
    for _ in range(40):
        qtbot.waitUntil(page.isActiveWindow)
        chance.choice(steps)()
        QApplication.processEvents()
        assert magenta_seen(bench) == sheet.showing
        if sheet.showing:
            assert tile(bench).asking
            if chance.random() < 0.6:
                let_go(bench)
                assert not sheet.showing
                assert not magenta_seen(bench)
    page.blank()
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=20000)
    assert painted
    for start, end in bench.desk.review.open(bench.operator, number).played.get("c1", ()):
        assert any(a - 0.01 <= start and end <= b + 0.01 for a, b in joined(painted))
