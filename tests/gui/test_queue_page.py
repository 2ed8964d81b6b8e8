"""The queue page on a real workspace: rows, headings, search, next case, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desk.domain.case import CaseRow
from desk.gui.queue.model import ROW, SUMMARY, accessible
from desk.gui.queue.page import QueuePage
from desk.gui.session import Session
from desk.gui.widgets.header import SearchBox
from desk.services.changes import Change
from tests.gui.desk_support import session_on

CASES = 250


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Session]:
    with session_on(tmp_path_factory.mktemp("queue"), CASES) as made:
        yield made


@pytest.fixture
def page(session: Session, show: Callable[[QWidget], QWidget], qtbot: QtBot) -> QueuePage:
    made = QueuePage(session)
    show(made)
    made.resize(1200, 700)
    made.enter()
    qtbot.waitUntil(lambda: made.model.rowCount() > 0)
    return made


def test_every_case_has_a_row_and_rows_come_where_the_view_looks(page: QueuePage, qtbot: QtBot) -> None:
    assert page.model.rowCount() == CASES
    last = CASES - 1
    assert page.model.row(last) is None  # asked for by this look
    qtbot.waitUntil(lambda: page.model.row(last) is not None)
    first = page.model.index(0, SUMMARY).data(ROW)
    assert isinstance(first, CaseRow)
    assert page.model.find(first.number) == 0


def test_a_row_says_itself_to_a_screen_reader(page: QueuePage, session: Session) -> None:
    row = page.model.row(0)
    assert row is not None
    words = accessible(row, session)
    assert row.summary in words
    assert row.policy in words
    assert page.model.index(0, SUMMARY).data(Qt.ItemDataRole.AccessibleTextRole) == words


def test_enter_opens_the_row_in_focus(page: QueuePage, qtbot: QtBot) -> None:
    page.table.selectRow(2)
    page.table.setFocus()
    row = page.table.current_case()
    assert row is not None
    with qtbot.waitSignal(page.navigate) as told:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert told.args == ["case", {"number": row.number}]


def test_keys_go_to_the_cases_although_the_page_had_them_while_it_loaded(
    session: Session, show: Callable[[QWidget], QWidget], qtbot: QtBot
) -> None:
    made = QueuePage(session)
    show(made)
    made.activateWindow()
    made.setFocus()  # as the window does where nothing on the page could take the focus
    qtbot.waitUntil(made.hasFocus)
    made.enter()
    qtbot.waitUntil(made.table.hasFocus)


def test_from_the_search_on_to_what_was_found(page: QueuePage, qtbot: QtBot) -> None:
    search = SearchBox()
    qtbot.addWidget(search)
    search.left.connect(page.to_results)
    page.activateWindow()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down):
        page.setFocus()
        qtbot.keyClick(search, key)
        qtbot.waitUntil(page.table.hasFocus)


def test_search_finds_and_says_when_nothing_is_found(page: QueuePage, qtbot: QtBot) -> None:
    row = page.model.row(0)
    assert row is not None
    page.search(row.platform_id)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    found = page.model.row(0)
    assert found is not None
    assert found.platform_id == row.platform_id
    page.search("nothing-has-this-name")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    qtbot.waitUntil(lambda: page._layout.currentWidget() is page._empty.get("search"))
    page.search("")
    qtbot.waitUntil(lambda: page.model.rowCount() == CASES)


def test_headings_count_and_choose(page: QueuePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: str(CASES) in page._views["all"].text().replace(",", ""))
    qtbot.mouseClick(page._views["closed"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    assert page._views["closed"].isChecked()
    qtbot.mouseClick(page._views["all"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.rowCount() == CASES)


def test_next_case_claims_and_opens(page: QueuePage, session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.navigate) as told:
        qtbot.mouseClick(page._next, Qt.MouseButton.LeftButton)
    assert told.args[0] == "case"
    claim = session.claim
    assert claim is not None
    assert told.args[1] == {"number": claim.case_id}
    session.act(lambda: session.desk.queue.release(session.operator, claim))
    session.set_claim(None)
    with qtbot.waitSignal(page.navigate) as told:
        qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    second = session.claim
    assert second is not None
    session.act(lambda: session.desk.queue.release(session.operator, second))
    session.set_claim(None)


def test_a_change_elsewhere_is_shown(page: QueuePage, session: Session, qtbot: QtBot) -> None:
    row = page.model.row(0)
    assert row is not None
    session.desk.queue.claim(session.operator, row.number)
    page.refresh(frozenset({Change.QUEUE}))

    def claimed() -> bool:
        now = page.model.row(0)
        return now is not None and now.claimed_by == session.operator.name

    qtbot.waitUntil(claimed)


def test_the_tiles_painted_are_blurred_ones(page: QueuePage, qtbot: QtBot) -> None:
    delegate = page.table.itemDelegate()
    tiles = delegate._tiles  # type: ignore[attr-defined]

    def both() -> bool:
        return {"type", "picture"} <= {
            one if isinstance(one, str) else "picture" for one in tiles._kept.values()
        }

    qtbot.waitUntil(both, timeout=15_000)  # words have the icon of words, not one that promises a picture
    image = next(one for one in tiles._kept.values() if not isinstance(one, str))
    assert image.isGrayscale()
    assert image.width() <= 64


def test_an_empty_queue_says_so_and_offers_import(
    tmp_path: Path, show: Callable[[QWidget], QWidget], qtbot: QtBot
) -> None:
    with session_on(tmp_path) as session:
        page = QueuePage(session)
        show(page)
        page.enter()
        qtbot.waitUntil(lambda: "all" in page._empty)
        assert page._layout.currentWidget() is page._empty["all"]
        page.hide()


def test_the_case_in_focus_stays_when_the_queue_is_read_anew(page: QueuePage, qtbot: QtBot) -> None:
    page.table.selectRow(7)
    row = page.table.current_case()
    assert row is not None
    page.refresh(frozenset({Change.QUEUE}))
    with qtbot.waitSignal(page.model.modelReset):
        pass
    qtbot.waitUntil(lambda: page.table.current_case() is not None)
    after = page.table.current_case()
    assert after is not None
    assert after.number == row.number
