"""Law 1 on the screen: never an unblurred pixel that nobody asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desk.gui.widgets.tile import COARSE, WORDS_HEIGHT, BlurTile, TileState, coarse
from desk.gui.widgets.tilegrid import TileGrid

Show = Callable[[QWidget], QWidget]


class Desk(QWidget):
    """A grid of three with a field beside it; gives what was asked for, as a page does."""

    def __init__(self, image: QImage) -> None:
        super().__init__()
        self.grid, self.field, self.image = TileGrid(), QLineEdit(), image
        column = QVBoxLayout(self)
        column.addWidget(self.grid)
        column.addWidget(self.field)
        self.resize(640, 420)
        made = [BlurTile(f"c{n}", "image", n) for n in range(1, 4)]
        for tile in made:
            tile.set_blurred(image)
        self.grid.set_tiles(made)
        self.ended: list[tuple[str, float]] = []
        self.asked: list[str] = []
        self.grid.reveal_requested.connect(self.asked.append)
        self.grid.reveal_released.connect(lambda id_, seconds: self.ended.append((id_, seconds)))

    def answer(self) -> bool:
        return self.grid.tile(self.asked[-1]).show_revealed(self.image)


@pytest.fixture
def desk(show: Show, loud: QImage, qtbot: QtBot) -> Desk:
    made = Desk(loud)
    show(made)
    made.grid.tile("c1").setFocus()
    qtbot.waitUntil(lambda: made.grid.tile("c1").hasFocus())
    return made


def loud_pixels(widget: QWidget) -> int:
    """Pixels of the image's own colour in what the screen shows."""
    image = widget.grab().toImage()
    return sum(
        1
        for x in range(0, image.width(), 4)
        for y in range(0, image.height(), 4)
        if (c := image.pixelColor(x, y)).green() > 200 and c.red() < 80 and c.blue() < 80
    )


def hold(desk: Desk, id_: str = "c1") -> None:
    # A window that has just closed may take the front for a moment more.
    assert QTest.qWaitForWindowActive(desk, 30_000)
    QTest.keyPress(desk.grid.tile(id_), Qt.Key.Key_Space)


def let_go(desk: Desk, id_: str = "c1") -> None:
    QTest.keyRelease(desk.grid.tile(id_), Qt.Key.Key_Space)


def test_a_preview_that_was_never_blurred_cannot_be_recognised(loud: QImage) -> None:
    stripes = QImage(400, 300, QImage.Format.Format_RGB32)
    stripes.fill(0xFF000000)
    painter = QPainter(stripes)
    for x in range(0, 400, 8):
        painter.fillRect(x, 0, 4, 300, 0xFFFFFFFF)
    painter.end()
    made = coarse(stripes)
    assert made.isGrayscale()
    middle = [made.pixelColor(x, made.height() // 2).red() for x in range(20, made.width() - 20)]
    assert max(middle) - min(middle) < 40  # the stripes are one grey
    assert coarse(loud).isGrayscale()
    assert coarse(QImage()).isNull()
    assert min(coarse(QImage(4000, 3, QImage.Format.Format_RGB32)).size().toTuple()) >= 1
    assert COARSE <= 16


def test_nothing_is_shown_before_it_is_asked_for(desk: Desk) -> None:
    for tile in (desk.grid.tile("c1"), desk.grid.tile("c2")):
        assert tile.show_revealed(desk.image) is False
        assert not tile.is_revealed
    assert loud_pixels(desk) == 0
    assert desk.asked == []


def test_holding_shows_and_letting_go_blurs(desk: Desk) -> None:
    hold(desk)
    assert desk.asked == ["c1"]
    assert loud_pixels(desk) == 0  # asked, but nothing came yet
    assert desk.answer()
    assert loud_pixels(desk) > 100
    let_go(desk)
    assert loud_pixels(desk) == 0
    assert [id_ for id_, _ in desk.ended] == ["c1"]
    assert desk.ended[0][1] >= 0


def test_an_answer_that_comes_too_late_is_dropped(desk: Desk) -> None:
    hold(desk)
    let_go(desk)
    assert desk.answer() is False
    assert loud_pixels(desk) == 0
    assert desk.ended == [("c1", 0.0)]


def test_only_the_tile_that_was_asked_for_shows(desk: Desk) -> None:
    hold(desk)
    assert desk.grid.tile("c2").show_revealed(desk.image) is False
    assert loud_pixels(desk) == 0


def test_repeats_of_a_held_key_ask_once_and_prolong_nothing(desk: Desk, qtbot: QtBot) -> None:
    tile = desk.grid.tile("c1")
    tile.set_max_seconds(0.2)
    hold(desk)
    assert desk.answer()
    for _ in range(5):
        for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
            QApplication.sendEvent(
                tile, QKeyEvent(kind, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)
            )
    assert tile.is_revealed
    qtbot.waitUntil(lambda: not tile.is_revealed)
    QApplication.sendEvent(
        tile, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)
    )
    assert desk.asked == ["c1"]
    assert not tile.asking
    assert 0.15 < desk.ended[0][1] < 2
    assert loud_pixels(desk) == 0


def test_losing_the_focus_blanks(desk: Desk) -> None:
    hold(desk)
    desk.answer()
    desk.field.setFocus()
    assert not desk.grid.tile("c1").is_revealed
    assert loud_pixels(desk) == 0
    assert len(desk.ended) == 1


@pytest.mark.parametrize(
    "kind", [QEvent.Type.WindowDeactivate, QEvent.Type.WindowBlocked, QEvent.Type.ApplicationDeactivate]
)
def test_another_window_in_front_blanks(desk: Desk, kind: QEvent.Type) -> None:
    hold(desk)
    desk.answer()
    QApplication.sendEvent(desk.grid.tile("c1"), QEvent(kind))
    assert not desk.grid.tile("c1").is_revealed
    assert loud_pixels(desk) == 0


def test_a_real_window_in_front_blanks(desk: Desk, show: Show) -> None:
    hold(desk)
    desk.answer()
    show(QLineEdit())
    assert not desk.grid.tile("c1").is_revealed
    assert desk.answer() is False


@pytest.mark.parametrize("act", ["hide", "disable", "replace", "window"])
def test_hiding_disabling_or_replacing_blanks(desk: Desk, act: str) -> None:
    tile = desk.grid.tile("c1")
    hold(desk)
    desk.answer()
    if act == "hide":
        desk.grid.hide()
    elif act == "disable":
        desk.setEnabled(False)
    elif act == "replace":
        desk.grid.set_tiles([])
    else:
        desk.hide()
    assert not tile.is_revealed
    assert not tile.asking
    assert len(desk.ended) == 1


def test_another_key_ends_the_look_first(desk: Desk) -> None:
    hold(desk)
    desk.answer()
    QTest.keyPress(desk.grid.tile("c1"), Qt.Key.Key_N)
    assert not desk.grid.tile("c1").is_revealed


def test_the_image_is_shown_whole(desk: Desk) -> None:
    wide = QImage(400, 100, QImage.Format.Format_RGB32)
    wide.fill(0xFF00FF00)
    hold(desk)
    tile = desk.grid.tile("c1")
    assert tile.show_revealed(wide)
    shot = tile.grab().toImage()
    ratio = shot.width() / tile.width()
    colour = shot.pixelColor(round(tile.width() / 2 * ratio), round(12 * ratio))
    assert colour.green() < 250 or colour.red() > 80  # above the wide image lies the tile, not a crop
    let_go(desk)


def test_no_preview_and_loading_have_words(desk: Desk) -> None:
    tile = desk.grid.tile("c2")
    tile.set_no_preview("damaged")
    assert tile.state is TileState.NO_PREVIEW
    assert "damaged" in tile.accessibleName()
    tile.set_blurred(QImage())
    assert tile.state is TileState.NO_PREVIEW
    small = QRectF(0, 0, 96, 96)
    large = QRectF(0, 0, 144, 144)
    assert tile._middle(large) == large.center().y()
    assert tile._middle(small) + 6 + WORDS_HEIGHT <= small.bottom() - 26  # above the plate with the number
    tile.set_loading()
    tile.set_same(3)
    tile.set_viewed(True)
    for word in ("Content 2", "image", "3 identical files", "viewed", "loading"):
        assert word in tile.accessibleName()


@pytest.mark.parametrize("seconds", [0, -1, 10.5])
def test_no_policy_allows_more_than_ten_seconds(qtbot: QtBot, look: object, seconds: float) -> None:
    tile = BlurTile("x")
    qtbot.addWidget(tile)
    with pytest.raises(ValueError, match="10 seconds"):
        tile.set_max_seconds(seconds)


def test_a_click_chooses_and_only_a_long_press_looks(desk: Desk, qtbot: QtBot) -> None:
    tile = desk.grid.tile("c2")
    QTest.mouseClick(tile, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert desk.grid.current == "c2"
    assert desk.asked == []
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    qtbot.waitUntil(lambda: desk.asked == ["c2"])
    assert desk.answer()
    QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert not tile.is_revealed


def test_moving_over_a_tile_shows_nothing(desk: Desk) -> None:
    QTest.mouseMove(desk.grid.tile("c2"), QPoint(20, 20))
    assert desk.asked == []


def test_arrows_move_and_stay_inside(desk: Desk) -> None:
    seen: list[str] = []
    desk.grid.current_changed.connect(seen.append)
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_Left,
    ):
        QTest.keyPress(desk.grid.tile(desk.grid.current), key)
        assert desk.grid.tile(desk.grid.current).hasFocus()
    assert seen == ["c2", "c3", "c1", "c3", "c2"]


def test_tab_goes_past_the_grid(desk: Desk) -> None:
    QTest.keyPress(desk.grid.tile("c1"), Qt.Key.Key_Tab)
    assert desk.field.hasFocus()
