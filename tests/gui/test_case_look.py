"""Law 1 on the case page: nothing unblurred that nobody asked for; what was shown goes on record."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.preview import Revealed
from desk.gui.theme import Scheme, Theme
from desk.gui.window import MainWindow
from desk.practice.media import OPEN_WATER, Card, gif, pdf, sideways_jpeg
from desk.practice.media_av import mp4
from desk.services.desk import Desk
from tests.gui.case_support import Bench, checkers, pixels, put_case, roughness, somebody_else


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("desk")) as opened:
        yield opened


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication, desk: Desk) -> Iterator[Bench]:
    if qapp.findChild(Theme) is None:
        Theme(qapp, Scheme.LIGHT)
    made = Bench(desk)
    made.page.resize(1180, 660)
    made.page.show()
    made.page.activateWindow()
    qtbot.waitUntil(made.page.isActiveWindow)
    yield made
    made.close()


def opened(qtbot: QtBot, bench: Bench, number: int, *, claim: bool = True) -> None:
    page = bench.page
    page.enter(number=number)
    qtbot.waitUntil(lambda: page._view is not None and not page.content.loader.busy, timeout=15000)
    if claim:
        page.claim()
        qtbot.waitUntil(lambda: page.mine and not bench.runner.busy, timeout=10000)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)


def tile(bench: Bench) -> Any:
    return bench.page.content.grid.tile(bench.page.content.grid.current)


def hold(bench: Bench) -> None:
    QTest.keyPress(tile(bench), Qt.Key.Key_Space)


def let_go(bench: Bench) -> None:
    QTest.keyRelease(tile(bench), Qt.Key.Key_Space)


def viewings(bench: Bench, number: int) -> Any:
    return bench.desk.review.open(bench.operator, number).viewed


class Slow:
    """A previewer's reveal that waits until it is told to go on; all else is the real one's."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.go, self.begun = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def reveal(self, *args: Any, **kwargs: Any) -> Any:
        self.begun.set()
        assert self.go.wait(20)
        return self._real.reveal(*args, **kwargs)


def test_without_a_claim_nothing_is_revealed_and_nothing_recorded(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=1)})
    opened(qtbot, bench, number, claim=False)
    hold(bench)
    assert not bench.page.content.looker.looking
    assert not tile(bench).asking
    let_go(bench)
    assert "Claim" in bench.page.content.hint.words.text()
    assert bench.page.decisions.claim.isVisible()
    assert not bench.page.decisions.report.isVisible()
    qtbot.waitUntil(lambda: not bench.runner.busy)
    assert viewings(bench, number)["c1"].seconds == 0


def test_the_grid_paints_nothing_but_blur(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    media = {f"{n}.png": checkers(cell=cell, seed=n) for n, cell in enumerate((2, 4, 8), 10)}
    number = put_case(bench.desk, tmp_path, media)
    opened(qtbot, bench, number)
    for key in bench.page.content.grid.ids():
        shown = pixels(bench.page.content.grid.tile(key))
        # The middle, without number, frame and focus ring. The file itself measures 30 and more.
        middle = shown.copy(QRect(24, 30, shown.width() - 48, shown.height() - 64))
        assert roughness(middle) < 3
    assert not bench.page.content.sheet.showing


def test_hold_shows_it_whole_and_letting_go_blurs_and_records(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(size=400, cell=5, seed=20)})
    opened(qtbot, bench, number)
    sheet = bench.page.content.sheet
    hold(bench)
    qtbot.waitUntil(lambda: sheet.painted)
    assert roughness(pixels(sheet)) > 5
    let_go(bench)
    assert not sheet.showing
    assert sheet._image is None
    assert not sheet.isVisible()
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].viewed)
    seen = viewings(bench, number)["c1"]
    assert 0 < seen.seconds < 30
    qtbot.waitUntil(lambda: "viewed whole" in bench.page.content.details._line.text())
    assert "not viewed" not in tile(bench).accessibleName()


def test_a_picture_that_comes_after_letting_go_is_dropped_unpainted(
    qtbot: QtBot, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=30)})
    opened(qtbot, bench, number)
    slow = Slow(bench.desk.review._previewer)
    monkeypatch.setattr(bench.desk.review, "_previewer", slow)
    shown: list[object] = []
    monkeypatch.setattr(bench.page.content.sheet, "put", lambda *args: shown.append(args))
    hold(bench)
    qtbot.waitUntil(slow.begun.is_set)
    let_go(bench)
    slow.go.set()
    qtbot.waitUntil(lambda: not bench.runner.busy)
    assert not shown
    assert not bench.page.content.sheet.showing
    assert viewings(bench, number)["c1"].seconds == 0


def test_a_picture_asked_for_by_one_hold_is_not_painted_in_the_next(
    qtbot: QtBot, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=31), "b.png": checkers(cell=8, seed=32)})
    opened(qtbot, bench, number)
    slow = Slow(bench.desk.review._previewer)
    monkeypatch.setattr(bench.desk.review, "_previewer", slow)
    shown: list[str] = []
    real = bench.page.content.sheet.put
    monkeypatch.setattr(
        bench.page.content.sheet,
        "put",
        lambda image, words, zoom: (shown.append(words), real(image, words, zoom)),
    )
    hold(bench)
    qtbot.waitUntil(slow.begun.is_set)
    let_go(bench)
    QTest.keyClick(tile(bench), Qt.Key.Key_Right)
    hold(bench)
    slow.go.set()
    qtbot.waitUntil(lambda: bench.page.content.sheet.painted)
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy)
    assert len(shown) == 1
    assert shown[0].startswith("b.png")
    seen = viewings(bench, number)
    assert not seen["c1"].viewed
    assert seen["c2"].viewed


def _focus_out(bench: Bench) -> None:
    QApplication.sendEvent(tile(bench), QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.OtherFocusReason))


def _deactivate(bench: Bench) -> None:
    QApplication.sendEvent(bench.page.content.sheet, QEvent(QEvent.Type.WindowDeactivate))


ENDINGS: dict[str, Callable[[Bench], object]] = {
    "focus elsewhere": lambda bench: bench.page.decisions.none.setFocus(),
    "focus lost": _focus_out,
    "window deactivated": _deactivate,
    "page hidden": lambda bench: bench.page.hide(),
    "page left": lambda bench: bench.page.leave(),
    "panic": lambda bench: bench.page.blank(),
    "covered": lambda bench: bench.page.setEnabled(False),
    "an arrow": lambda bench: QTest.keyClick(tile(bench), Qt.Key.Key_Right),
    "the hold's limit": lambda bench: bench.page.content.looker._limit.timeout.emit(),
    "case released": lambda bench: bench.page.release(),
    "another case": lambda bench: bench.page.open_case(999_999),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_whatever_takes_the_eye_away_blurs_at_once(
    qtbot: QtBot, bench: Bench, tmp_path: Path, how: str
) -> None:
    seed = 40 + 2 * list(ENDINGS).index(how)
    media = {"a.png": checkers(seed=seed), "b.png": checkers(cell=8, seed=seed + 1)}
    number = put_case(bench.desk, tmp_path, media)
    opened(qtbot, bench, number)
    sheet = bench.page.content.sheet
    first = tile(bench)
    hold(bench)
    qtbot.waitUntil(lambda: sheet.painted)
    ENDINGS[how](bench)
    assert not sheet.showing
    assert not first.asking
    QTest.keyRelease(first, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=10000)
    # One record, whatever ended it.
    assert viewings(bench, number)["c1"].viewed
    bench.page.setEnabled(True)


def test_the_one_key_of_the_window_blurs_and_covers(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=79)})
    window = MainWindow(None)
    window.add_page("case", bench.page)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    window.go("case", number=number)
    opened(qtbot, bench, number)
    assert window.header.title() == f"Case {number}"
    assert "claimed by you until" in bench.page.claim_bar.words()
    before = window.grab().toImage()
    hold(bench)
    qtbot.waitUntil(lambda: bench.page.content.sheet.painted)
    one = tile(bench)
    # blank_all is not even connected here: that the page is covered is enough.
    window.toggle_cover()
    assert window.covered
    assert not bench.page.content.sheet.showing
    QTest.keyRelease(one, Qt.Key.Key_Space)
    window.toggle_cover()
    qtbot.waitUntil(lambda: not bench.runner.busy)
    assert not bench.page.content.sheet.showing
    assert window.grab().toImage().size() == before.size()
    bench.page.setParent(None)
    window.close()
    window.deleteLater()


def test_a_held_keys_repeats_are_no_new_wish(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=80)})
    opened(qtbot, bench, number)
    sheet, one = bench.page.content.sheet, tile(bench)
    hold(bench)
    qtbot.waitUntil(lambda: sheet.painted)
    bench.page.content.looker._limit.timeout.emit()
    assert not sheet.showing
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress) * 3:
        event = QKeyEvent(kind, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)
        QApplication.sendEvent(one, event)
    assert not bench.page.content.looker.looking
    assert not sheet.showing
    let_go(bench)


def test_the_mouse_held_on_a_tile_looks_and_a_click_only_chooses(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=81), "b.png": checkers(cell=8, seed=82)})
    opened(qtbot, bench, number)
    other = bench.page.content.grid.tile("c2")
    QTest.mouseClick(other, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    assert bench.page.content.grid.current == "c2"
    assert not bench.page.content.looker.looking
    QTest.mousePress(other, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    qtbot.waitUntil(lambda: bench.page.content.sheet.painted)
    QTest.mouseRelease(other, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    assert not bench.page.content.sheet.showing


def test_a_still_of_a_film_or_an_animation_never_counts_as_viewing_it(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    card = Card((160, 120), "rings", "film", 5)
    film = mp4(card, 2.0)
    media = {"a.gif": gif(card, 4)} | ({"b.mp4": film} if film is not None else {})
    number = put_case(bench.desk, tmp_path, media)
    opened(qtbot, bench, number)
    place = bench.page.content.details.place
    qtbot.waitUntil(lambda: place.count == 4)
    assert "every picture" in place._note.text()
    for key in bench.page.content.grid.ids():
        if key != bench.page.content.grid.current:
            QTest.keyClick(tile(bench), Qt.Key.Key_Right)
            qtbot.waitUntil(lambda: place.position is not None, timeout=15000)
            QTest.keyClick(tile(bench), Qt.Key.Key_Period)
            assert place.position > 0
        hold(bench)
        qtbot.waitUntil(lambda: bench.page.content.sheet.painted, timeout=15000)
        let_go(bench)
        qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)
    seen = viewings(bench, number)
    assert all(one.seconds > 0 and not one.viewed for one in seen.values())


def test_a_document_is_viewed_page_by_page(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    paper = pdf("PRACTICE", ("a", "b"), pages=2, made_at=bench.desk.clock.now(), seed=3)
    number = put_case(bench.desk, tmp_path, {"a.pdf": paper})
    opened(qtbot, bench, number)
    place = bench.page.content.details.place
    qtbot.waitUntil(lambda: place.count == 2)
    for wanted in (0.5, 1.0):
        hold(bench)
        qtbot.waitUntil(lambda: bench.page.content.sheet.painted, timeout=15000)
        let_go(bench)
        qtbot.waitUntil(lambda wanted=wanted: viewings(bench, number)["c1"].share == pytest.approx(wanted))
        QTest.keyClick(tile(bench), Qt.Key.Key_Period)
    assert viewings(bench, number)["c1"].viewed


def test_of_identical_files_only_the_one_looked_at_is_viewed(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    same = checkers(seed=90)
    number = put_case(bench.desk, tmp_path, {"a.png": same, "b.png": same})
    opened(qtbot, bench, number)
    assert bench.page.content.grid.ids() == ["c1"]
    assert "1 of 2 identical" in bench.page.content.details._copies.text()
    QTest.keyClick(tile(bench), Qt.Key.Key_BracketRight)
    hold(bench)
    qtbot.waitUntil(lambda: bench.page.content.sheet.painted)
    let_go(bench)
    qtbot.waitUntil(lambda: viewings(bench, number)["c2"].viewed)
    assert not viewings(bench, number)["c1"].viewed
    assert "not viewed" in tile(bench).accessibleName()


def test_a_damaged_picture_is_no_whole_viewing(
    qtbot: QtBot, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=91)})
    opened(qtbot, bench, number)

    class Half(Slow):
        def reveal(self, *args: Any, **kwargs: Any) -> Any:
            return Revealed(4, 4, 1, bytes(16), damaged=True)

    monkeypatch.setattr(bench.desk.review, "_previewer", Half(bench.desk.review._previewer))
    hold(bench)
    qtbot.waitUntil(lambda: bench.page.content.sheet.painted)
    let_go(bench)
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].seconds > 0)
    assert not viewings(bench, number)["c1"].viewed


def test_what_cannot_be_shown_says_why_and_can_still_be_reported(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": b"not a picture at all, whatever its name says"})
    opened(qtbot, bench, number)
    details = bench.page.content.details
    assert "It can still be reported" in details._plain.text()
    assert "SHA-256" in details._plain.text()
    hold(bench)
    qtbot.waitUntil(lambda: "can still be reported" in bench.page.content.hint.words.text())
    assert not bench.page.content.sheet.showing
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy)
    assert viewings(bench, number)["c1"].seconds == 0


def test_media_locked_for_a_break_are_not_asked_for(
    qtbot: QtBot, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Somebody else: one's own exposure lasts beyond this test.
    bench.operator = bench.session.operator = somebody_else(bench.desk)
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=92)})
    opened(qtbot, bench, number)
    rests: list[Any] = []
    bench.page.rest_changed.connect(rests.append)
    now = bench.desk.clock.now()
    bench.desk.review.shown(bench.operator, number, "c1", at=now, seconds=51 * 60, start=0.0, end=0.0)
    bench.page.reload()
    qtbot.waitUntil(lambda: "break" in bench.page.content.hint.words.text())
    assert rests
    hold(bench)
    assert not bench.page.content.looker.looking
    let_go(bench)
    # Text work goes on: marks are still to be had.
    assert bench.page.content.details.marks.isVisible()


def test_metadata_is_shut_until_opened_and_opening_is_recorded(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    card = Card((160, 120), "bars", "meta", 6)
    picture = sideways_jpeg(card, taken=bench.desk.clock.now(), where=OPEN_WATER)
    number = put_case(bench.desk, tmp_path, {"a.jpg": picture})
    opened(qtbot, bench, number)
    details = bench.page.content.details
    assert not details.metadata.is_open()
    assert not viewings(bench, number)["c1"].metadata
    QTest.keyClick(tile(bench), Qt.Key.Key_M)
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].metadata)
    qtbot.waitUntil(lambda: details._metadata_box.count() == 1)
    # It stands last, below the edge of this small page, and is brought into sight.
    scroll = bench.page.content._details_scroll
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().value() > 0)
    assert not viewings(bench, number)["c1"].exif  # the file itself was not viewed
    assert not bench.page.content.sheet.showing


def loud(seed: int) -> bytes:
    """A PNG in one colour that nothing else on the screen has; blurred it is grey."""
    image = Image.new("RGB", (120, 90), (255, 0, 255))
    image.putpixel((seed, 0), (0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("seed", [1, 2])
def test_no_walk_through_the_page_leaves_an_open_pixel(
    qtbot: QtBot, bench: Bench, tmp_path: Path, seed: int
) -> None:
    """A screenshot after every step: unblurred only while somebody holds, and then it goes on record."""
    number = put_case(bench.desk, tmp_path, {f"{n}.png": loud(10 * seed + n) for n in range(3)})
    opened(qtbot, bench, number)
    page, sheet = bench.page, bench.page.content.sheet
    chance = random.Random(seed)
    shown: list[object] = []
    page.content.looker.shown.connect(shown.append)
    puts = 0

    def open_pixels() -> bool:
        image = page.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
        return b"\xff\x00\xff\xff" in bytes(image.constBits())

    def look_for_long() -> None:
        nonlocal puts
        tile(bench).setFocus()
        hold(bench)
        qtbot.waitUntil(lambda: sheet.painted)
        puts += 1
        assert open_pixels()

    def look_for_a_moment() -> None:
        tile(bench).setFocus()
        hold(bench)
        let_go(bench)

    steps: list[Callable[[], object]] = [
        look_for_long,
        look_for_a_moment,
        lambda: let_go(bench),
        lambda: QTest.keyClick(tile(bench), chance.choice([Qt.Key.Key_Left, Qt.Key.Key_Right])),
        lambda: QTest.keyClick(tile(bench), Qt.Key.Key_J),
        lambda: QTest.keyClick(tile(bench), Qt.Key.Key_M),
        page.blank,
        page.reload,
        page.decisions.ask_violation,
        page.decisions.cancel,
        lambda: (page.setEnabled(False), page.setEnabled(True)),
        lambda: (page._stack.hide(), page._stack.show()),
        lambda: QApplication.sendEvent(sheet, QEvent(QEvent.Type.WindowDeactivate)),
        lambda: page.enter(number=number),
    ]
    for _ in range(40):
        qtbot.waitUntil(page.isActiveWindow)
        if not sheet.showing or chance.random() < 0.7:
            chance.choice(steps)()
        QApplication.processEvents()
        assert open_pixels() == sheet.showing
        if sheet.showing:
            assert tile(bench).asking
            if chance.random() < 0.5:
                let_go(bench)
                assert not open_pixels()
    page.blank()
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=15000)
    assert len(shown) >= puts > 0
    assert any(one.viewed for one in viewings(bench, number).values())
