"""The audit page: the newest entry first, verification that finds a change, export."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.checkpoint import parse_notes
from desk.domain.errors import Cancelled
from desk.gui.audit.model import NUMBER, PAGE, WHAT
from desk.gui.audit.page import AuditPage
from desk.gui.session import Session
from desk.services.auditing import LogFilter, Verdict
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
    assert "Entry 4" in page._said.text()


def test_the_last_verification_is_still_there(page: AuditPage, session: Session, qtbot: QtBot) -> None:
    session.desk.auditing.verify(session.operator)
    again = AuditPage(session)
    qtbot.addWidget(again)
    again.enter()
    qtbot.waitUntil(lambda: again._verdict.words() == "Whole")


def test_verifying_is_cancelled(page: AuditPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, never = threading.Event(), threading.Event()

    def verify(_operator: object, *, cancelled: Callable[[], bool], **_rest: object) -> Verdict:
        begun.set()
        while not cancelled():
            never.wait(0.005)
        raise Cancelled("The verification was cancelled.")

    monkeypatch.setattr(page._session.desk.auditing, "verify", verify)
    page.verify()
    page.verify()  # one at a time
    qtbot.waitUntil(begun.is_set)
    assert not page._verify.isEnabled()
    qtbot.mouseClick(page._cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page._verdict.words() == "Not verified")
    assert page._verify.isEnabled()
    assert not page._cancel.isVisible()


def test_older_checkpoints_are_compared(
    page: AuditPage, session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(session.desk.checkpoints.sign(session.operator).value.note, "utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(kept), ""))
    page.verify_older()
    qtbot.waitUntil(lambda: page._task is None)
    assert page._verdict.words() == "Whole"
    kept.write_text("nothing")
    page.verify_older()
    qtbot.waitUntil(lambda: page._task is None)
    assert page._verdict.words() == "Not verified"


# -- filters


def test_filters_show_what_they_let_through(page: AuditPage, session: Session, qtbot: QtBot) -> None:
    everything = page.model.rowCount()
    qtbot.waitUntil(lambda: page.filters.person.count() > 2)
    page.filters.kind.set_value("people.")
    page.filters.kind.changed.emit()
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < everything)
    assert {page.model.index(row, WHAT).data() for row in range(page.model.rowCount())} <= {
        "people.first",
        "people.added",
    }
    qtbot.keyClicks(page.filters.case, "no number")
    qtbot.waitUntil(lambda: page._stack.currentWidget() is page._nothing)
    page._nothing.acted.emit()
    qtbot.waitUntil(lambda: page.model.rowCount() >= everything)
    assert not page.filters.clear.isVisible()


def test_more_is_found_as_one_scrolls(page: AuditPage, session: Session, qtbot: QtBot) -> None:
    wanted = LogFilter(text="v")
    size = len(session.desk.auditing.find(session.operator, wanted, limit=100_000))
    assert size > PAGE
    page.model.set_filter(wanted)
    qtbot.waitUntil(lambda: page.model.rowCount() >= PAGE)
    while page.model.rowCount() < size:
        before = page.model.rowCount()
        if page.model.canFetchMore(QModelIndex()):
            page.model.fetchMore(QModelIndex())
        qtbot.waitUntil(lambda: page.model.rowCount() > before)  # noqa: B023
    numbers = [int(page.model.index(row, NUMBER).data()) for row in range(page.model.rowCount())]
    assert numbers == sorted(set(numbers), reverse=True)
    page.model.set_filter(None)


# -- what is signed


def test_checkpoints_are_signed_copied_and_saved(
    page: AuditPage, session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = page.signed
    before = pane.list.count()
    with qtbot.waitSignal(page.notify):
        qtbot.mouseClick(pane.sign, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.list.count() > before)
    pane.copy_chosen()
    newest = session.desk.checkpoints.newest(session.operator)
    assert QApplication.clipboard().text() == newest[0].note
    assert pane.key.value().startswith("tipline-desk/")
    file = tmp_path / "all.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(file), ""))
    with qtbot.waitSignal(pane.notify):
        pane._ask_place()
    assert len(parse_notes(file.read_text("utf-8"))) == len(newest)
    with qtbot.waitSignal(pane.notify) as told:
        pane.save_to(tmp_path)
    assert told.args[0] == "bad"


def test_what_keeps_it_from_being_signed_is_said(page: AuditPage, session: Session) -> None:
    state = session.desk.checkpoints.state(session.operator)
    page.signed._loaded((replace(state, trouble="The keyring is locked."), []))
    assert page.signed.standing.words() == "Needs attention"
    assert "locked" in page.signed.trouble.text()
    page.signed._loaded((replace(state, last=None), []))
    assert page.signed.standing.words() == "Nothing signed yet"
    assert not page.signed.list.isVisibleTo(page.signed)


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
