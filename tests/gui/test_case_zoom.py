"""The full-resolution view: on purpose, behind the hold, in bounded parts; a part is never the whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.preview import MAX_REVEALED_EDGE
from desk.gui.case.zoom import MOST, Zoom
from desk.gui.theme import Scheme, Theme
from desk.services.desk import Desk
from tests.gui.case_support import Bench, checkers, pixels, put_case, roughness
from tests.gui.test_case_look import hold, let_go, opened, tile, viewings

ACTS = ["in", "out", "fit", "one", "turn", "left", "right", "up", "down", "drag"]


@given(
    st.tuples(st.integers(1, 20_000), st.integers(1, 20_000)),
    st.tuples(st.integers(50, 4000), st.integers(50, 4000)),
    st.lists(st.sampled_from(ACTS), max_size=30),
)
def test_no_steps_leave_the_picture_or_ask_for_too_much(
    size: tuple[int, int], room: tuple[int, int], acts: list[str]
) -> None:
    zoom = Zoom(QSizeF(*size), QSizeF(*room))
    for act in acts:
        if act == "drag":
            zoom.drag(37.0, -53.0)
        else:
            zoom.act(act)
        cut, place, edge = zoom.asked()
        assert 1 <= edge <= MAX_REVEALED_EDGE
        assert not place.isEmpty()
        assert QRectF(0, 0, *size).adjusted(-0.01, -0.01, 0.01, 0.01).contains(place)
        assert (cut is None) == zoom.whole
        if cut is not None:
            assert 0 <= cut.left < cut.right <= 1
            assert 0 <= cut.top < cut.bottom <= 1
        assert zoom.fitting * 0.999 <= zoom.now <= max(MOST, zoom.fitting)
        # What is seen lies within what is fetched.
        assert place.adjusted(-0.01, -0.01, 0.01, 0.01).contains(zoom.seen())


def test_what_is_fitted_is_whole_and_turns_with_the_room() -> None:
    zoom = Zoom(QSizeF(4000, 1000), QSizeF(1000, 1000))
    assert zoom.now == 0.25
    assert zoom.transform(QPointF(500, 500), 1.0).mapRect(QRectF(0, 0, 4000, 1000)) == QRectF(
        0, 375, 1000, 250
    )
    zoom.act("turn")
    assert zoom.transform(QPointF(500, 500), 1.0).mapRect(QRectF(0, 0, 4000, 1000)) == QRectF(
        375, 0, 250, 1000
    )
    zoom.act("one")
    assert zoom.now == 1.0
    assert not zoom.whole
    zoom.act("right")  # on the screen: up the unturned picture's side
    assert zoom.centre.x() == 2000
    zoom.act("down")
    assert zoom.centre.x() == 2200
    zoom.act("fit")
    assert zoom.whole


def test_a_small_picture_is_not_enlarged_unless_asked() -> None:
    zoom = Zoom(QSizeF(100, 80), QSizeF(1000, 1000))
    assert zoom.now == 1.0
    zoom.act("in")
    assert zoom.now > 1.0
    assert zoom.asked()[2] <= 100


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication, desk: Desk) -> Iterator[Bench]:
    if qapp.findChild(Theme) is None:
        Theme(qapp, Scheme.LIGHT)
    made = Bench(desk)
    made.page.resize(1000, 700)
    made.page.show()
    made.page.activateWindow()
    qtbot.waitUntil(made.page.isActiveWindow)
    yield made
    made.close()


class Watched:
    """The real previewer, with what was asked of it."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.cuts: list[Any] = []
        self.edges: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def reveal(self, *args: Any, **kwargs: Any) -> Any:
        self.cuts.append(kwargs.get("cut"))
        self.edges.append(kwargs["edge"])
        return self._real.reveal(*args, **kwargs)


@pytest.fixture
def watched(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched(bench.desk.review._previewer)
    monkeypatch.setattr(bench.desk.review, "_previewer", made)
    return made


def test_zooming_is_a_choice_and_still_behind_the_hold(
    qtbot: QtBot, bench: Bench, tmp_path: Path, watched: Watched
) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(1600, 3, seed=5)})
    opened(qtbot, bench, number)
    content = bench.page.content
    QTest.keyClick(tile(bench), Qt.Key.Key_Z)
    assert content.looker.zooming
    assert not content.sheet.showing
    assert "Full resolution" in content.hint.words.text()
    hold(bench)
    qtbot.waitUntil(lambda: content.sheet.painted)
    assert content.sheet.size() == bench.page._body.size()
    before = roughness(pixels(content.sheet))
    QTest.keyClick(tile(bench), Qt.Key.Key_1)
    qtbot.waitUntil(lambda: watched.cuts[-1] is not None)
    qtbot.waitUntil(lambda: not bench.runner.busy)
    QApplication.processEvents()
    # Held, 1 is a size and no annotation; its own pixels are sharper than the shrunk whole.
    assert not content.details.tags.value()
    assert roughness(pixels(content.sheet)) > before + 10
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Down):
        QTest.keyClick(tile(bench), key)
        assert content.sheet.showing
    QTest.keyClick(tile(bench), Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert content.sheet.zoom is not None
    assert content.sheet.zoom.turns == 1
    assert content.grid.current == content.grid.ids()[0]
    let_go(bench)
    assert not content.sheet.showing
    assert content.sheet._image is None
    assert max(watched.edges) <= MAX_REVEALED_EDGE
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].viewed)  # it was whole at first
    QTest.keyClick(tile(bench), Qt.Key.Key_Z)
    assert not content.looker.zooming
    assert content.sheet.parentWidget() is content


def test_a_part_alone_is_not_the_whole(qtbot: QtBot, bench: Bench, tmp_path: Path, watched: Watched) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(1500, 3, seed=6)})
    opened(qtbot, bench, number)
    content = bench.page.content
    content.looking.toggle_zoom()
    hold(bench)
    qtbot.waitUntil(lambda: content.sheet.showing)
    content.sheet._whole = False  # as if the room had been covered
    content.looker.zoom_act("one")
    content.sheet._clock.invalidate()
    let_go(bench)
    qtbot.waitUntil(lambda: not bench.runner.busy)
    hold(bench)  # the next hold begins where the last one was
    qtbot.waitUntil(lambda: content.sheet.painted)
    assert watched.cuts[-1] is not None
    let_go(bench)
    qtbot.waitUntil(lambda: viewings(bench, number)["c1"].seconds > 0)
    assert not viewings(bench, number)["c1"].viewed
    content.looking.toggle_zoom()


def test_the_mouse_moves_it_while_it_is_held(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(1400, 5, seed=7)})
    opened(qtbot, bench, number)
    content = bench.page.content
    content.looking.toggle_zoom()
    one = tile(bench)
    QTest.mousePress(one, Qt.MouseButton.LeftButton, pos=QPoint(70, 70))
    qtbot.waitUntil(lambda: content.sheet.painted)
    content.looker.zoom_act("one")
    zoom = content.sheet.zoom
    assert zoom is not None
    before = zoom.centre
    QTest.mouseMove(one, QPoint(60, 70))
    QTest.mouseMove(one, QPoint(40, 70))
    qtbot.waitUntil(lambda: zoom.centre.x() > before.x())
    QTest.mouseRelease(one, Qt.MouseButton.LeftButton, pos=QPoint(40, 70))
    assert not content.sheet.showing
    content.looking.toggle_zoom()
