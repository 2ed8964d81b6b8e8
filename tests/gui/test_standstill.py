"""A restored workspace at the window: what stands still is said until a supervisor lets it go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.filing import Filing, FilingState
from desk.domain.roles import Operator
from desk.gui.confirm.lines import shown
from desk.gui.outbox.page import OutboxPage
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.gui.standstill import Standstill
from desk.gui.window import MainWindow
from tests.support.world import World, make_template, new_world

SLOW = 20_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("standstill-template"))


@pytest.fixture
def world(template: Path, tmp_path: Path, qapp: object) -> Iterator[World]:
    with new_world(template, tmp_path, serve=True) as made:
        yield made


@pytest.fixture
def held(world: World) -> Filing:
    """A filing that was held when the backup was made."""
    return world.until(world.confirmed(world.case("waiting").number).id, FilingState.HELD)


@pytest.fixture
def at_window(
    world: World, show: Callable[[QWidget], QWidget], held: Filing
) -> Iterator[Callable[[Operator], Standstill]]:
    runner = Runner()
    windows = []

    def opening(operator: Operator) -> Standstill:
        session = Session(world.desk, runner, operator)
        window = MainWindow()
        windows.append(window)
        window.add_page("outbox", OutboxPage(session))
        standstill = Standstill(session, window, session)
        session.changed.connect(lambda changes: window.refresh(frozenset(str(one) for one in changes)))
        show(window)
        window.go("outbox")
        standstill.ask()
        return standstill

    yield opening
    assert runner.drain()


def said(root: QWidget) -> str:
    return "\n".join(shown(one) for one in root.findChildren(QLabel) if one.isVisibleTo(root))


def test_a_supervisor_lets_it_go_on(
    world: World, held: Filing, at_window: Callable[[Operator], Standstill], qtbot: QtBot
) -> None:
    world.desk.backup.mark_restored(world.clock.now())
    standstill = at_window(world.supervisor)
    window = standstill._window
    qtbot.waitUntil(lambda: standstill.bar is not None, timeout=SLOW)
    bar = standstill.bar
    assert bar is not None
    qtbot.waitUntil(bar.isVisible, timeout=SLOW)
    assert "1 report stands still: it may have been filed since." in said(bar)
    assert standstill.filings == {held.id}
    page = window.page("outbox")
    assert isinstance(page, OutboxPage)
    qtbot.waitUntil(lambda: "restored from a backup" in said(page.detail), timeout=SLOW)
    assert page.detail._state.text() == "Stands still"
    assert not page.detail.file_now.isVisible()
    assert page.detail.take_back.isVisible()
    assert not page._possible("file_now")
    assert "stands still" in page.model.data(page.model.first(), Qt.ItemDataRole.AccessibleTextRole)
    page.list.viewport().grab()
    qtbot.mouseClick(bar.see, LEFT)
    qtbot.waitUntil(lambda: standstill.dialog is not None, timeout=SLOW)
    dialog = standstill.dialog
    assert dialog is not None
    for words in ("Compare each of these with NCMEC first", "waiting", f"report {held.report_id}"):
        assert words in said(dialog)
    dialog.go()
    assert dialog._reason.problem()
    dialog.opened.emit(held.id)
    assert window.current_id == "outbox"
    standstill.dialog = None
    standstill.open()
    qtbot.waitUntil(lambda: standstill.dialog is not None, timeout=SLOW)
    dialog = standstill.dialog
    dialog.reason.setPlainText("asked NCMEC by telephone")
    dialog.go()
    qtbot.waitUntil(lambda: standstill.bar is None, timeout=SLOW)
    assert "1 report goes on." in window.notices.words()
    qtbot.waitUntil(lambda: page.detail._state.text() == "Held", timeout=SLOW)
    assert world.desk.backup.restoring() is None
    standstill.open()
    assert world.quiet(held.id).state is FilingState.FILED


@pytest.mark.parametrize("who", ["moderator", "admin"])
def test_others_are_told_who_can(
    world: World, at_window: Callable[[Operator], Standstill], qtbot: QtBot, who: str
) -> None:
    world.desk.backup.mark_restored(world.clock.now())
    standstill = at_window(getattr(world, who))
    qtbot.waitUntil(lambda: standstill.bar is not None, timeout=SLOW)
    bar = standstill.bar
    assert bar is not None
    qtbot.waitUntil(bar.isVisible, timeout=SLOW)
    assert "A supervisor compares them" in said(bar)
    standstill.open()
    qtbot.waitUntil(lambda: standstill.dialog is not None, timeout=SLOW)
    dialog = standstill.dialog
    assert dialog is not None
    assert not dialog.act.isVisible()
    assert "A supervisor lets them go on." in said(dialog)
    dialog.reject()
    standstill._window.clear_pages()


def test_nothing_is_said_where_nothing_was_restored(
    world: World, at_window: Callable[[Operator], Standstill], qtbot: QtBot
) -> None:
    standstill = at_window(world.supervisor)
    qtbot.waitUntil(lambda: not standstill._session.runner.busy, timeout=SLOW)
    assert standstill.bar is None
    assert standstill.filings == frozenset()
