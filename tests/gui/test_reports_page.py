"""The reports page against real filings at the stand-in service."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.gui.confirm.lines import shown
from desk.gui.confirm.xmlview import readable
from desk.gui.reports.page import ReportsPage
from desk.gui.widgets.copylabel import CopyLabel
from desk.services.changes import Change
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


class Opened:
    def __init__(self, filer: Filer, show: Callable[[QWidget], QWidget]) -> None:
        self.filer = filer
        self.page = ReportsPage(filer.session)
        self.page.resize(1180, 640)
        self.went: list[tuple[str, dict[str, Any]]] = []
        self.said: list[tuple[str, str]] = []
        self.page.navigate.connect(lambda page, kwargs: self.went.append((page, kwargs)))
        self.page.notify.connect(lambda kind, words: self.said.append((kind, words)))
        show(self.page)

    def enter(self, **kwargs: object) -> ReportsPage:
        self.page.enter(**kwargs)
        self.filer.settle()
        return self.page

    def says(self, words: str) -> bool:
        labels = self.page.findChildren(QLabel)
        return any(words in shown(one) for one in labels if one.isVisible())

    def copied_values(self) -> set[str]:
        return {one.value() for one in self.page.findChildren(CopyLabel) if one.isVisible()}


@pytest.fixture
def opened(filer: Filer, show: Callable[[QWidget], QWidget]) -> Opened:
    return Opened(filer, show)


def test_before_the_first_report_it_says_so(
    tmp_path: Path, qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> None:
    with practice_desk(cases=False, folder=tmp_path) as desk, session_on(desk, qtbot) as filer:
        opened = Opened(filer, show)
        opened.enter()
        assert opened.says("No report is filed yet")


def test_a_story_says_what_was_sent_and_received(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    filing = filer.filed("practice-1018")
    page = opened.enter(filing_id=filing.id)
    story = filer.desk.outbox.story(filer.operator, filing.id)
    assert story.receipt is not None
    assert opened.says(f"Report {filing.report_id}")
    assert opened.says("It cannot be withdrawn by anyone.")
    assert opened.says("To be preserved until ")
    assert opened.says("Confirmed by Practice moderator")
    for words in ("Report opened", "File sent: ", "File details sent: ", "Held until ", "Report finished"):
        assert opened.says(words), words
    assert page.pane.sent.view.document() == story.confirmed.report_xml
    assert page.pane.received.view.document() == story.receipt.body
    file = story.row.filing.files[0]
    assert file.file_id is not None
    digest = hashlib.sha256(story.confirmed.report_xml).hexdigest()
    expected = {digest, story.receipt.sha256, file.md5, file.sha256, file.file_id, filing.report_id}
    assert expected <= opened.copied_values()


def test_the_details_are_shown_with_the_ids_that_were_sent(
    filer: Filer, opened: Opened, qtbot: QtBot
) -> None:
    filing = filer.filed("practice-1020")
    page = opened.enter(filing_id=filing.id)
    choice = page.pane.sent._choice
    assert choice is not None
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    document = page.pane.sent.view.document()
    assert str(filing.report_id).encode() in document
    assert str(filing.files[0].file_id).encode() in document
    view = page.pane.sent.view
    assert view.text.toPlainText() == readable(document)
    view._switch.set_value(False)
    view._show()
    assert view.text.toPlainText() == document.decode()
    view.copy()
    assert QGuiApplication.clipboard().text() == document.decode()


def test_the_list_is_searched_and_walked(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    older = filer.filed("practice-1007")
    newer = filer.filed("practice-1008")
    page = opened.enter()
    assert page.pane.story is not None
    assert page.pane.story.row.filing.id == newer.id
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    filer.settle()
    assert page.pane.story.row.filing.id == older.id
    page.search("practice-1008")
    filer.settle()
    assert page.model.rowCount() == 1
    page.search("nobody has this")
    filer.settle()
    assert opened.says("Nothing found")
    opened.enter(find="practice-1008")  # another page leads to a report by its number, wherever it was made
    assert page.model.filter.text == "practice-1008"
    opened.enter(filing_id=newer.id)
    assert page.model.filter.text == ""
    current = page.list.current()
    assert current is not None
    assert current.filing is not None
    assert current.filing.id == newer.id


def test_a_filing_on_its_way_has_its_story_too(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    filing = filer.filing("practice-1009")
    page = opened.enter(filing_id=filing.id)
    assert opened.says(f"Filing {filing.id}")
    assert opened.says("No answer is on record yet.")
    assert page.pane.save.isHidden()
    filer.desk.outbox.drain()
    page.refresh(frozenset({Change.OUTBOX}))
    qtbot.waitUntil(lambda: opened.says("Held until "))
    qtbot.mouseClick(page.pane.outbox, Qt.MouseButton.LeftButton)
    assert opened.went == [("outbox", {"filing_id": filing.id})]
    qtbot.mouseClick(page.pane.case, Qt.MouseButton.LeftButton)
    assert opened.went[-1] == ("case", {"number": filing.case_number})
    filer.desk.outbox.take_back(filer.operator, filing.id)
    filer.desk.outbox.drain()
    page.refresh(frozenset({Change.OUTBOX}))
    qtbot.waitUntil(lambda: opened.says("Taken back for good"))


def test_a_filing_that_is_not_there_says_so(opened: Opened) -> None:
    page = opened.enter(filing_id=99_999)
    assert page.said.words


def test_the_receipt_is_saved_byte_for_byte(
    filer: Filer, opened: Opened, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = filer.filed("practice-1010")
    page = opened.enter(filing_id=filing.id)
    qtbot.mouseClick(page.pane.save, Qt.MouseButton.LeftButton)
    dialog = page.exporting.dialog
    assert isinstance(dialog, QFileDialog)
    assert dialog.selectedFiles()[0].endswith(f"receipt-{filing.report_id}.xml")
    target = tmp_path / "receipt.xml"
    dialog.fileSelected.emit(str(target))
    dialog.close()
    filer.settle()
    receipt = filer.desk.outbox.story(filer.operator, filing.id).receipt
    assert receipt is not None
    assert target.read_bytes() == receipt.body
    assert list(tmp_path.iterdir()) == [target]
    assert opened.said == [("ok", "Saved as receipt.xml, byte for byte.")]
    page.exporting.write_bytes(tmp_path / "missing" / "receipt.xml", receipt.body)
    filer.settle()
    assert opened.said[-1][0] == "bad"
    assert "could not be saved" in opened.said[-1][1]


def test_the_story_is_copied_with_every_request_id(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    filing = filer.filed("practice-1011")
    page = opened.enter(filing_id=filing.id)
    qtbot.mouseClick(page.pane.copy_story, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    for entry in filer.desk.outbox.story(filer.operator, filing.id).journal:
        assert entry.request_id is not None
        assert entry.request_id in text


def test_coming_back_shows_everything_again(filer: Filer, opened: Opened) -> None:
    filer.filed("practice-1012")
    page = opened.enter()
    page.search("practice-1012")
    filer.settle()
    assert page.model.rowCount() == 1
    page.leave()
    page.refresh(frozenset({Change.REPORTS}))
    assert not page._reload.isActive()
    opened.enter()
    assert page.model.filter.text == ""
    assert page.model.rowCount() >= 1


def test_commands_follow_the_story(filer: Filer, opened: Opened) -> None:
    assert not any(command.enabled() for command in opened.page.commands())
    filing = filer.filed("practice-1013")
    page = opened.enter(filing_id=filing.id)
    assert all(command.enabled() for command in page.commands())
    assert isinstance(page.pane.case, QPushButton)
