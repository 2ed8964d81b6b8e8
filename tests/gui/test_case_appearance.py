"""A person's own size of tiles and blur: kept with the window, never less blurred than the floor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.preview import BLUR_FLOOR
from desk.gui.case.appearance import STRENGTHS, Appearance
from desk.gui.theme import Scheme, Theme
from desk.services.desk import Desk
from tests.gui.case_support import Bench, checkers, put_case
from tests.gui.test_case_look import opened, tile


class Kept(dict[str, str]):
    def set(self, key: str, value: str) -> None:
        self[key] = value


def test_no_choice_is_less_than_the_floor() -> None:
    assert min(STRENGTHS.values()) >= BLUR_FLOOR


def test_choices_are_kept_and_nonsense_is_not_believed(qapp: QApplication) -> None:
    kept = Kept({"case/tiles": "large", "case/blur": "none at all"})
    one = Appearance(QObject(qapp))
    told: list[bool] = []
    one.changed.connect(lambda: told.append(True))
    one.keep_in(kept)
    assert (one.side, one.strength, told) == (200, BLUR_FLOOR, [True])
    one.choose("blur", "stronger")
    assert kept["case/blur"] == "stronger"
    assert one.strength == 2 * BLUR_FLOOR
    with pytest.raises(KeyError):
        one.choose("blur", "none")


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("desk")) as made:
        yield made


def test_the_grid_follows_and_the_file_in_focus_stays(
    qtbot: QtBot, qapp: QApplication, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if qapp.findChild(Theme) is None:
        Theme(qapp, Scheme.LIGHT)
    bench = Bench(desk)
    bench.page.resize(1180, 700)
    bench.page.show()
    bench.page.activateWindow()
    qtbot.waitUntil(bench.page.isActiveWindow)
    number = put_case(desk, tmp_path, {f"{n}.png": checkers(seed=n) for n in range(3)})
    opened(qtbot, bench, number)
    QTest.keyClick(tile(bench), Qt.Key.Key_Right)
    current = bench.page.content.grid.current
    asked: list[Any] = []
    real = desk.review._previewer.preview
    monkeypatch.setattr(
        desk.review._previewer, "preview", lambda *a, **k: (asked.append(k["strength"]), real(*a, **k))[1]
    )
    appearance = bench.page.content.appearance
    appearance.choose("tiles", "small")
    appearance.choose("blur", "strongest")
    qtbot.waitUntil(lambda: not bench.page.content.loader.busy and not bench.runner.busy, timeout=15000)
    assert bench.page.content.grid.current == current
    assert tile(bench).width() == 112
    assert set(asked) <= {BLUR_FLOOR, 4 * BLUR_FLOOR}
    assert asked[-1] == 4 * BLUR_FLOOR
    bench.close()
