"""The audit page: the newest entry first, verification that finds a change, export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desk.gui.audit.model import NUMBER, WHAT
from desk.gui.audit.page import AuditPage
from desk.gui.session import Session
from desk.services.auditing import Verdict
from desk.services.changes import Change
from tests.gui.desk_support import session_on


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Session]:
    with session_on(tmp_path_factory.mktemp("audit"), 150) as made:
        yield made


@pytest.fixture
def page(session: Session, show: Callable[[QWidget], QWidget], qtbot: QtBot) -> AuditPage:
    made = AuditPage(session)
    show(made)
    made.resize(1200, 700)
    made.enter()
    qtbot.waitUntil(lambda: made.model.rowCount() > 0 and made.model.entry(0) is not None)
    return made


def test_the_newest_entry_is_at_the_top(page: AuditPage, session: Session, qtbot: QtBot) -> None:
    size = session.desk.auditing.head(session.operator).size
    assert page.model.rowCount() == size
    assert page.model.index(0, NUMBER).data() == str(size - 1)
    oldest = size - 1
    qtbot.waitUntil(lambda: page.model.entry(oldest) is not None)
    assert page.model.index(oldest, WHAT).data() == "people.first"


def test_a_new_entry_appears(page: AuditPage, session: Session, qtbot: QtBot) -> None:
    before = page.model.rowCount()
    session.act(lambda: session.desk.queue.claim(session.operator, 1))
    qtbot.waitUntil(lambda: session.desk.auditing.head(session.operator).size > before)
    page.refresh(frozenset({Change.AUDIT}))
    qtbot.waitUntil(lambda: page.model.rowCount() > before)


def test_verify_says_that_the_log_is_whole(page: AuditPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page._verify, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page._verdict.words() == "Whole")
    assert page._verify.isEnabled()


def test_verify_names_the_first_wrong_entry(page: AuditPage) -> None:
    page._verified(Verdict(9, "00", False, 4, "Entry 4 does not fit."))
    assert page._verdict.words() == "Not whole"
    assert "4" in page._said.text()


def test_an_entry_is_copied(page: AuditPage, qtbot: QtBot) -> None:
    page.table.selectRow(0)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().split("\t")[0] == page.model.index(0, NUMBER).data()


def test_export_writes_every_entry(
    page: AuditPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "log.jsonl"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    size = page.model.rowCount()
    with qtbot.waitSignal(page.notify) as told:
        qtbot.mouseClick(page._export, Qt.MouseButton.LeftButton)
    assert told.args[0] == "ok"
    assert len(target.read_bytes().splitlines()) >= size
    with qtbot.waitSignal(page.notify) as told:
        qtbot.mouseClick(page._export, Qt.MouseButton.LeftButton)
    assert told.args[0] == "bad"
