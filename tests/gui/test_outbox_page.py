"""The outbox page against the real practice desk and its stand-in service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.company import Credentials
from desk.domain.filing import Filing, FilingState
from desk.gui.confirm.lines import shown
from desk.gui.outbox.model import ENTRY, Listed
from desk.gui.outbox.page import OutboxPage
from desk.gui.words import number
from desk.ports import FilingRow
from desk.services.changes import Change
from desk.services.desk import Desk
from desk.services.outbox import Progress
from tests.gui.filing_desk import Filer, double_click, practice, session_on
from tests.gui.filing_values import NOW, a_file, a_filing, a_row

OUTBOX = frozenset({Change.OUTBOX})


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
        self.page = OutboxPage(filer.session)
        self.page.resize(1180, 640)
        self.went: list[tuple[str, dict[str, Any]]] = []
        self.page.navigate.connect(lambda page, kwargs: self.went.append((page, kwargs)))
        filer.session.changed.connect(self.page.refresh)
        show(self.page)

    def enter(self, **kwargs: object) -> OutboxPage:
        self.page.enter(**kwargs)
        self.filer.settle()
        return self.page

    def texts(self) -> list[str]:
        return [shown(one) for one in self.page.findChildren(QLabel) if one.isVisible()]

    def says(self, words: str) -> bool:
        return any(words in text for text in self.texts())

    def button(self, words: str) -> QPushButton:
        return next(b for b in self.page.findChildren(QPushButton) if b.text() == words and b.isVisible())

    def show_rows(self, *rows: FilingRow, ended: tuple[FilingRow, ...] = (), more: bool = False) -> None:
        """Rows that no service gave: for states that are hard to come by."""
        self.page._front = True
        self.page._show(Listed(rows, ended, more))

    def state_of(self, filing: Filing) -> FilingState:
        return self.filer.now(filing).state


@pytest.fixture
def opened(filer: Filer, show: Callable[[QWidget], QWidget]) -> Opened:
    return Opened(filer, show)


def test_an_empty_outbox_says_so_kindly(
    tmp_path: Path, qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> None:
    with practice_desk(cases=False, folder=tmp_path) as desk, session_on(desk, qtbot) as filer:
        opened = Opened(filer, show)
        opened.enter()
        assert opened.says("Nothing is on its way")
        qtbot.mouseClick(opened.button("To the queue"), Qt.MouseButton.LeftButton)
        assert opened.went == [("queue", {})]


def test_a_filing_is_followed_to_its_end(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    filing = filer.filing("practice-1007")
    page = opened.enter(filing_id=filing.id)
    assert opened.says("It is opened at the service as soon as it is its turn.")
    assert page.list.hasFocus()
    filer.desk.outbox.step()
    page.refresh(OUTBOX)
    qtbot.waitUntil(lambda: opened.says("Opened"))
    filer.desk.outbox.drain()
    page.refresh(OUTBOX)
    qtbot.waitUntil(lambda: opened.says("Filed at"))
    assert page._seconds.isActive()
    qtbot.keyClick(page.list, Qt.Key.Key_F)
    filer.settle()
    filer.desk.outbox.drain()
    assert opened.state_of(filing) is FilingState.FILED
    page.refresh(OUTBOX)
    qtbot.waitUntil(lambda: opened.says("It cannot be withdrawn by anyone."))
    assert page.model.index(0, 0).data(ENTRY) == "Finished"
    assert not page._seconds.isActive()


def test_taking_back_asks_in_place_and_is_for_good(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    filing = filer.filing("practice-1008")
    filer.desk.outbox.drain()
    page = opened.enter(filing_id=filing.id)
    qtbot.keyClick(page.list, Qt.Key.Key_T)
    assert opened.says("Take this report back for good?")
    assert page.detail.sure.hasFocus()
    qtbot.keyClick(page.detail.sure, Qt.Key.Key_Escape)
    assert not page.detail.asking
    assert filer.now(filing).take_back is False
    qtbot.mouseClick(opened.button("Take back"), Qt.MouseButton.LeftButton)
    double_click(qtbot, opened.button("Take back for good"))
    filer.settle()
    filer.desk.outbox.drain()
    assert opened.state_of(filing) is FilingState.WITHDRAWN
    page.refresh(OUTBOX)
    qtbot.waitUntil(lambda: opened.says("It was taken back and reached no one."))
    assert page.detail.take_back.isHidden()


def test_enter_presses_the_button_in_focus_not_the_row(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    filing = filer.filing("practice-1012")
    page = opened.enter(filing_id=filing.id)
    qtbot.keyClick(page.list, Qt.Key.Key_T)
    qtbot.keyClick(page.detail.sure, Qt.Key.Key_Return)
    filer.settle()
    assert opened.went == []
    filer.desk.outbox.drain()
    assert opened.state_of(filing) is FilingState.WITHDRAWN


def test_refused_credentials_say_when_it_is_tried_again(filer: Filer, opened: Opened, qtbot: QtBot) -> None:
    endpoint = filer.desk.configuration.endpoint()
    assert endpoint is not None
    good = filer.desk.credentials.get(endpoint)
    assert good is not None
    filer.desk.credentials.set(filer.operator, endpoint, Credentials("practice", "wrong"))
    filing = filer.filing("practice-1009")
    filer.desk.outbox.drain()
    page = opened.enter(filing_id=filing.id)
    row = page.list.current()
    assert row is not None
    assert row.filing.retry_at is not None
    assert opened.says("refused the user name or the password")
    assert opened.says("Tries again at") or page.detail.try_now.isHidden()
    filer.desk.credentials.set(filer.operator, endpoint, good)
    filer.desk.outbox.try_now(filer.operator, filing.id)
    filer.desk.outbox.drain()
    assert opened.state_of(filing) is FilingState.HELD
    page.refresh(OUTBOX)
    qtbot.waitUntil(lambda: opened.says("Filed at"))
    assert not opened.says("credentials")


def test_try_now_asks_for_the_filing_in_focus(opened: Opened, filer: Filer, qtbot: QtBot) -> None:
    filing = filer.filing("practice-1010")
    now = filer.desk.clock.now()
    waits = replace(filing, retry_at=now + timedelta(minutes=5), tries=3, error="It could not be reached.")
    opened.page.enter()
    filer.settle()
    opened.show_rows(a_row(waits))
    assert opened.says("Tries again at")
    assert opened.says("It could not be reached.")
    qtbot.keyClick(opened.page.list, Qt.Key.Key_R)
    filer.settle()
    head = filer.desk.auditing.head(filer.operator)
    last = filer.desk.auditing.entries(filer.operator, start=head.size - 1)[0]
    assert (last.act, last.filing_id) == ("filing.try_now", filing.id)


def test_an_act_that_comes_too_late_says_why(opened: Opened, filer: Filer) -> None:
    filing = filer.filed("practice-1011")
    page = opened.enter()
    opened.show_rows(
        a_row(replace(filing, state=FilingState.HELD, hold_until=filing.ended_at, ended_at=None))
    )
    page._act("take_back", filing.id)
    filer.settle()
    assert "This report is filed" in page.said.words
    assert opened.state_of(filing) is FilingState.FILED


def test_a_refused_filing_leads_back_to_the_report(opened: Opened, qtbot: QtBot) -> None:
    refused = a_filing(
        9, FilingState.REFUSED, error="Validation failed: the email address.", error_code=4100, ended_at=NOW
    )
    opened.show_rows(ended=(a_row(refused),))
    assert opened.says("Validation failed: the email address. (code 4100)")
    assert opened.says("Nothing was filed. Mend the report")
    assert opened.page.detail.take_back.isHidden()
    qtbot.mouseClick(opened.button("Mend the report"), Qt.MouseButton.LeftButton)
    assert opened.went == [("report", {"number": refused.case_number})]


def test_arrows_pass_the_heading_and_keys_lead_on(opened: Opened, qtbot: QtBot) -> None:
    first, last = a_row(a_filing(1, FilingState.HELD)), a_row(a_filing(2, FilingState.FILED, ended_at=NOW))
    opened.show_rows(first, ended=(last,))
    page = opened.page
    page.list.setFocus()
    assert page.list.current() == first
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.list.current() == last
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert opened.went == [("reports", {"filing_id": 2})]
    qtbot.mouseClick(opened.button("Open case"), Qt.MouseButton.LeftButton)
    assert opened.went[-1] == ("case", {"number": last.filing.case_number})
    assert not page._possible("take_back")


def test_letters_do_not_move_the_list(opened: Opened, qtbot: QtBot) -> None:
    opened.show_rows(*(a_row(a_filing(n, FilingState.CONFIRMED)) for n in (1, 2, 3)))
    opened.page.list.setFocus()
    qtbot.keyClick(opened.page.list, Qt.Key.Key_P)
    assert opened.page.list.currentIndex().row() == 0


def test_progress_runs_for_the_file_under_way_only(opened: Opened) -> None:
    files = (a_file(0, file_id="f0", detailed=True), a_file(1), a_file(2))
    opened.show_rows(a_row(a_filing(5, FilingState.UPLOADING, files=files)))
    page = opened.page
    assert page._polling.isActive()
    page._progressed(Progress(5, 1, 500, 1001))
    bars = [bar for _, _, bar in page.detail._files._states]
    assert [not bar.isHidden() for bar in bars] == [False, True, False]
    assert bars[1].value() == 499
    page._progressed(Progress(6, 1, 1, 2))
    assert bars[1].value() == 499
    page.leave()
    assert not page._polling.isActive()


def test_a_refresh_keeps_the_filing_in_focus_and_the_question(opened: Opened) -> None:
    rows = [a_row(a_filing(n, FilingState.HELD)) for n in (3, 2, 1)]
    opened.show_rows(*rows)
    page = opened.page
    page.list.setCurrentIndex(page.model.place(2))
    page.take_back()
    opened.show_rows(a_row(a_filing(4, FilingState.CONFIRMED)), *rows)
    current = page.list.current()
    assert current is not None
    assert current.filing.id == 2
    assert page.detail.asking
    page.list.setCurrentIndex(page.model.place(1))
    assert not page.detail.asking


def test_a_thousand_filings_stay_one_list(opened: Opened, qtbot: QtBot) -> None:
    rows = [a_row(a_filing(n, FilingState.HELD)) for n in range(1000, 0, -1)]
    opened.show_rows(*rows, more=True)
    page = opened.page
    assert page.model.rowCount() == 1000
    assert len(page.list.findChildren(QWidget)) < 20
    page.list.scrollToBottom()
    page.list.grab()
    assert page._more.text() == f"Show more after the first {number(1000)}"


def test_show_more_asks_for_more(opened: Opened, filer: Filer, qtbot: QtBot) -> None:
    opened.show_rows(a_row(a_filing(1, FilingState.HELD)), more=True)
    qtbot.mouseClick(opened.page._more, Qt.MouseButton.LeftButton)
    filer.settle()
    assert opened.page._wanted == 400


def test_nothing_is_asked_for_a_page_that_is_not_in_front(opened: Opened) -> None:
    opened.enter()
    opened.page.leave()
    opened.page.refresh(OUTBOX)
    assert not opened.page._reload.isActive()


def test_rows_speak_to_a_screen_reader(opened: Opened) -> None:
    opened.show_rows(a_row(a_filing(1, FilingState.HELD, hold_until=datetime(2030, 1, 1, tzinfo=UTC))))
    text = opened.page.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text.startswith("case practice-1, ")
    assert "Held" in text
    assert opened.page.list.accessibleName() == "1 filing on its way"


def test_commands_name_every_act_with_its_key(opened: Opened) -> None:
    opened.show_rows(a_row(a_filing(1, FilingState.HELD, hold_until=datetime(2030, 1, 1, tzinfo=UTC))))
    keys = {command.id: (command.key, command.enabled()) for command in opened.page.commands()}
    assert keys["outbox.take_back"] == ("T", True)
    assert keys["outbox.file_now"] == ("F", True)
    assert keys["outbox.try_now"] == ("R", False)
