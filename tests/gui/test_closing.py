"""Closing the window over reports that are held: asked once, and nothing stands still for the question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.filing import Filing, FilingState
from desk.gui.closing import Closing, ClosingDialog
from desk.gui.window import MainWindow
from tests.support.world import World, make_template, new_world

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[World]:
    template = make_template(tmp_path_factory.mktemp("closing-template"))
    with new_world(template, tmp_path, serve=True) as made:
        yield made


def button(dialog: ClosingDialog, words: str) -> QPushButton | None:
    return next((one for one in dialog.findChildren(QPushButton) if one.text() == words), None)


def test_the_question_stays_files_or_leaves(
    world: World, qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> None:
    first = world.until(world.confirmed(world.case("held").number).id, FilingState.HELD)
    filings: list[Filing] = [first]
    window = MainWindow()

    def file_now(number: int) -> None:
        world.outbox.file_now(world.moderator, number)

    closing = Closing(window, lambda: filings, file_now)
    window.may_close.append(closing.may_close)
    show(window)

    def asked() -> ClosingDialog:
        window.close()
        window.close()  # asked once, however often it is closed
        (dialog,) = (one for one in window.findChildren(ClosingDialog) if one.isVisible())
        assert window.isVisible()
        return dialog

    dialog = asked()
    assert any("1 report is not filed yet" in one.text() for one in dialog.findChildren(QLabel))
    assert dialog.stay.hasFocus() or dialog.focusWidget() is dialog.stay
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert (window.isVisible(), world.filing(first.id).state) == (True, FilingState.HELD)

    window.shut_with(QWidget())
    behind = asked()
    assert button(behind, "File the held one now") is None, "who closes a locked window files nothing"
    closing.withdraw()
    assert not behind.isVisible()
    window.open_up()

    now = button(asked(), "File the held one now")
    assert now is not None
    qtbot.mouseClick(now, LEFT)
    assert window.isVisible()
    filings[:] = [world.quiet(first.id)]
    assert filings[0].state is FilingState.FILED

    filings.append(world.until(world.confirmed(world.case("later").number).id, FilingState.HELD))
    later = button(asked(), "Close, send later")
    assert later is not None
    qtbot.mouseClick(later, LEFT)
    assert not window.isVisible()
    assert world.filing(filings[1].id).state is FilingState.HELD
