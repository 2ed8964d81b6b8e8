"""The evidence bundle from the window: asked for, agreed to by another, made once."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.roles import Role
from desk.gui.queue.ask import AskDialog
from desk.gui.reports.page import ReportsPage
from desk.services.desk import Desk
from tests.gui.filing_desk import Filer, practice, session_on


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice(tmp_path_factory) as opened:
        yield opened


@pytest.fixture
def filer(desk: Desk, qtbot: QtBot) -> Iterator[Filer]:
    with session_on(desk, qtbot) as made:
        yield made


def test_it_takes_two_and_is_made_once(
    filer: Filer, show: Callable[[QWidget], QWidget], qtbot: QtBot, tmp_path: Path
) -> None:
    filing = filer.filed("practice-1018")
    page = ReportsPage(filer.session)
    page.resize(1180, 640)
    told: list[tuple[str, str]] = []
    page.notify.connect(lambda kind, words: told.append((kind, words)))
    show(page)
    page.enter(filing_id=filing.id)
    filer.settle()
    button = page.pane.bundle
    qtbot.waitUntil(button.isVisible)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(AskDialog)
    assert dialog is not None
    dialog.note.set_value("A court asks.")
    dialog.act.click()
    qtbot.waitUntil(lambda: button.text() == "Bundle asked for")
    assert not button.isEnabled()
    assert told[-1][0] == "ok"

    second = filer.desk.people.add(filer.operator, "Second Person", frozenset({Role.SUPERVISOR})).value
    (waiting,) = filer.desk.approvals.pending(second)
    filer.desk.approvals.agree(second, waiting.approval.id)
    page.bundle.reload()
    qtbot.waitUntil(lambda: button.text() == "Make the bundle…" and button.isEnabled())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    asked = page.findChild(QFileDialog)
    assert asked is not None
    asked.reject()
    page.bundle.make(tmp_path / "no" / "b.zip")
    qtbot.waitUntil(lambda: told[-1][0] == "bad")
    page.bundle.make(tmp_path / "b.zip")
    qtbot.waitUntil(lambda: "SHA-256" in told[-1][1])
    assert "report.xml" in zipfile.ZipFile(tmp_path / "b.zip").namelist()
    qtbot.waitUntil(lambda: button.text() == "Evidence bundle…")
    page.bundle._standing = replace(page.bundle._standing, agreed=None)
    page.bundle.make(tmp_path / "c.zip")
    assert not (tmp_path / "c.zip").exists()
    filer.settle()


def test_who_may_not_ask_sees_no_button(
    filer: Filer, show: Callable[[QWidget], QWidget], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = filer.filed("practice-1019")
    moderator = replace(filer.operator, roles=frozenset({Role.MODERATOR}))
    monkeypatch.setattr(filer.session, "operator", moderator)
    page = ReportsPage(filer.session)
    show(page)
    page.enter(filing_id=filing.id)
    filer.settle()
    assert page.pane.story is not None
    assert not page.pane.bundle.isVisible()
