"""Import in the window: dropped packages, progress, cancel, and every refusal named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk.gui.importing import Importing
from desk.gui.session import Session
from desk.gui.theme import Theme
from desk.gui.window import MainWindow
from desk.ports import CaseFilter
from tests.gui.desk_support import session_on
from tests.support.many import write_many


@pytest.fixture
def importing(tmp_path: Path, qtbot: QtBot, look: Theme) -> Iterator[tuple[Importing, Session]]:
    with session_on(tmp_path) as session:
        window = MainWindow()
        qtbot.addWidget(window)
        window.show()
        made = Importing(session, window)
        yield made, session
        if made.dialog is not None:
            made.dialog.close()
        window.close()


def test_a_folder_is_taken_in_and_refusals_are_named(
    importing: tuple[Importing, Session], tmp_path: Path, qtbot: QtBot
) -> None:
    made, session = importing
    folder = tmp_path / "drop"
    folder.mkdir()
    write_many(folder, 30, now=datetime.now(UTC), broken=5)
    made.take_in([folder])
    dialog = made.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.done_button.isVisible, timeout=20_000)
    page = session.desk.queue.page(session.operator, CaseFilter())
    assert page.total == 30
    said = dialog._list.toPlainText().split("\n\n")
    assert len(said) == 5
    # Where in one line, why in the next; the folder that all of them share only in what is copied.
    assert all(len(one.splitlines()) == 2 and str(folder) not in one for one in said)
    dialog.copy.click()
    copied = QApplication.clipboard().text().splitlines()
    assert len(copied) == 5
    assert all(one.startswith(str(folder)) for one in copied)


def test_cancel_keeps_what_is_in_and_nothing_half(
    importing: tuple[Importing, Session], tmp_path: Path, qtbot: QtBot
) -> None:
    made, session = importing
    folder = tmp_path / "drop"
    folder.mkdir()
    write_many(folder, 200, now=datetime.now(UTC))
    made.take_in([folder])
    dialog = made.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: bool(dialog._words.text()))
    dialog.stop.click()
    qtbot.waitUntil(dialog.done_button.isVisible, timeout=20_000)
    assert "cancelled" in dialog._head.text()
    assert "none comes in twice" in dialog._words.text()
    taken = session.desk.queue.page(session.operator, CaseFilter()).total
    assert 0 < taken < 200
    made.take_in([folder])
    assert made.dialog is not None
    qtbot.waitUntil(made.dialog.done_button.isVisible, timeout=30_000)
    assert session.desk.queue.page(session.operator, CaseFilter()).total == 200


def test_one_import_at_a_time(importing: tuple[Importing, Session], tmp_path: Path, qtbot: QtBot) -> None:
    made, _session = importing
    folder = tmp_path / "drop"
    folder.mkdir()
    write_many(folder, 60, now=datetime.now(UTC))
    made.take_in([folder])
    first = made.dialog
    made.take_in([folder])
    assert made.dialog is first
    assert first is not None
    qtbot.waitUntil(first.done_button.isVisible, timeout=20_000)
