"""The queue's filters, orders, columns and saved filters, and the acts of a case's header; on a real workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.case import SourceKind
from desk.domain.errors import UserError
from desk.gui.case.handing import Handing
from desk.gui.case.story import QueueStory
from desk.gui.queue.ask import Answer, AskDialog
from desk.gui.queue.filters import FilterBar, recalled, remembered
from desk.gui.queue.model import AGE, COMPLETE, KEPT, QUEUE, SUMMARY
from desk.gui.queue.page import QueuePage
from desk.gui.session import Session
from desk.ports import CaseFilter, QueueChoices
from tests.gui.desk_support import session_on

CASES = 30


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Session]:
    with session_on(tmp_path_factory.mktemp("filters"), CASES) as made:
        yield made


@pytest.fixture
def page(session: Session, show: Callable[[QWidget], QWidget], qtbot: QtBot) -> QueuePage:
    made = QueuePage(session)
    show(made)
    made.resize(1200, 700)
    made.enter()
    qtbot.waitUntil(lambda: made.model.rowCount() > 0)
    return made


def choose(menu: object, words: str) -> None:
    popup = menu.menu()  # type: ignore[attr-defined]
    assert isinstance(popup, QMenu)
    next(action for action in popup.actions() if action.text() == words).trigger()


def test_a_menu_narrows_and_clear_widens(page: QueuePage, qtbot: QtBot) -> None:
    assert page.filters.clear.isHidden()
    whole = page.model.rowCount()
    choose(page.filters.complete, "below 50")
    assert page.filters.complete.text() == "Completeness: below 50"
    assert (page.model.filter.least_complete, page.model.filter.most_complete) == (0, 49)
    assert not page.filters.clear.isHidden()
    qtbot.waitUntil(lambda: page._shown.text() != "" or page.model.rowCount() == 0)
    qtbot.mouseClick(page.filters.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.rowCount() == whole)
    assert page._shown.text() == ""


def test_policies_and_queues_are_those_there_are_cases_of(page: QueuePage, qtbot: QtBot) -> None:
    bar = FilterBar()
    bar.set_choices(QueueChoices(("a/b/c", "a/d"), ("main",), ()))
    assert [action.text() for action in bar.policy.menu().actions()] == ["Any", "a", "a/b", "a/b/c", "a/d"]
    bar.show_filter(CaseFilter(queue="gone"))
    bar.set_choices(QueueChoices(queues=("main",)))
    assert bar.queue.text() == "Queue: gone"  # chosen stays chosen
    qtbot.waitUntil(lambda: len(page.filters.queue.menu().actions()) > 1)


def test_a_heading_sorts_and_turns_round(page: QueuePage, qtbot: QtBot) -> None:
    header = page.table.horizontalHeader()
    header.sectionClicked.emit(COMPLETE)
    assert (page.model.filter.sort, page.model.filter.descending) == ("completeness", False)
    header.sectionClicked.emit(COMPLETE)
    assert page.model.filter.descending
    assert header.sortIndicatorSection() == COMPLETE
    header.sectionClicked.emit(AGE)

    def oldest_first() -> bool:
        first, last = page.model.row(0), page.model.row(page.model.rowCount() - 1)
        return first is not None and last is not None and first.occurred_at < last.occurred_at

    qtbot.waitUntil(oldest_first)
    page.sort_by("urgency")


def test_columns_are_shown_and_hidden_and_remembered(
    page: QueuePage, session: Session, show: Callable[[QWidget], QWidget], qtbot: QtBot
) -> None:
    class Kept(dict[str, str]):
        def set(self, key: str, value: str) -> None:
            self[key] = value

    page._kept = kept = Kept()
    assert page.table.hidden() == {QUEUE, KEPT}
    page.table._show_column(KEPT, True)
    page.set_filter(CaseFilter("urgent", known=True, text="words of a case", policy="child-safety"))
    assert kept["queue/hidden"] == str(QUEUE)
    own = f"queue/filter/{session.operator.id}"  # the next person begins with theirs
    assert "words" not in kept[own]
    assert recalled(kept[own]) == CaseFilter("urgent", known=True)
    page.set_filter(CaseFilter())
    cell = page.model.index(0, KEPT).data()
    qtbot.waitUntil(lambda: bool(page.model.index(0, KEPT).data()))
    assert cell is None or "days" in cell


@pytest.mark.parametrize("text", [None, "", "{", "[1]", '{"source": "x"}', '{"sort": "x"}', '{"view": 3}'])
def test_what_was_kept_badly_is_the_plain_queue(text: str | None) -> None:
    found = recalled(text)
    assert found == CaseFilter() or found.view == 3  # type: ignore[comparison-overlap]


def test_the_same_comes_back() -> None:
    wanted = CaseFilter("ai", source=SourceKind.HASH_MATCH, kept_days=7, sort="kept", descending=True)
    assert recalled(remembered(wanted)) == wanted


def test_a_filter_is_saved_used_and_removed(page: QueuePage, session: Session, qtbot: QtBot) -> None:
    page.set_filter(replace(page.model.filter, source=SourceKind.AI_DETECTION))
    page.filters.save_asked.emit()
    dialog = page.findChild(AskDialog)
    assert dialog is not None
    dialog.act.click()
    assert dialog.isVisible()  # it needs a name
    dialog.note.set_value("Found by a model")
    dialog.act.click()
    menu = page.filters.saved.menu()

    def named() -> bool:
        return any("Found by a model" in action.text() for action in menu.actions())

    qtbot.waitUntil(named)
    page.set_filter(CaseFilter())
    next(action for action in menu.actions() if "Found by a model" in action.text()).trigger()
    assert page.model.filter.source is SourceKind.AI_DETECTION
    (saved,) = session.desk.filters.all(session.operator)
    page.filters.renaming_asked.emit(saved)
    dialog = next(one for one in page.findChildren(AskDialog) if one.isVisible())
    assert dialog.note.value() == "Found by a model"
    dialog.note.set_value("By a model")
    dialog.act.click()
    qtbot.waitUntil(lambda: not named())
    (saved,) = session.desk.filters.all(session.operator)
    assert saved.name == "By a model"
    page.filters.removal_asked.emit(saved)
    qtbot.waitUntil(lambda: not session.desk.filters.all(session.operator))
    page.set_filter(CaseFilter())


def test_a_row_has_a_menu(page: QueuePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.model.row(0) is not None)
    row = page.model.row(0)
    assert row is not None
    page._row_menu(replace(row, claimed_by="Somebody Else"), QPoint(10, 10))
    menu = page._menu_of
    assert menu is not None
    words = [action.text() for action in menu.actions() if action.text()]
    assert words[:2] == ["Open", "Copy the case's id"]
    next(action for action in menu.actions() if action.text().startswith("Show only")).trigger()
    assert page.model.filter.policy == row.policy
    menu.close()
    page.set_filter(CaseFilter())


def test_a_list_that_cannot_be_read_says_so_in_its_place(
    session: Session, show: Callable[[QWidget], QWidget], qtbot: QtBot
) -> None:
    page = QueuePage(session)
    show(page)
    for message in ("It is out of reach.", "It still is."):
        page.model.failed.emit(UserError(message, "Try later."))
        assert message in page._layout.currentWidget().accessibleName()
    page._empty["failed"].acted.emit()
    qtbot.waitUntil(lambda: page._layout.currentWidget() is page.table)
    with qtbot.waitSignal(page.notify) as told:
        page.model.failed.emit(UserError("It is out of reach."))
    assert told.args == ["bad", "It is out of reach."]
    assert page._layout.currentWidget() is page.table


def test_jumping_anywhere_asks_for_few_pages(page: QueuePage) -> None:
    assert page.model.index(0, SUMMARY).isValid()
    for place in range(0, 100_000, 997):
        page.model._ask(place)
    assert len(page.model._asked) <= 5
    page.model._asked.clear()


def test_a_skipped_and_an_escalated_case_leave_with_their_words(
    session: Session, show: Callable[[QWidget], QWidget], qtbot: QtBot
) -> None:
    holder = QWidget()
    show(holder)
    handing = Handing(session, holder)
    desk, me = session.desk, session.operator
    for act in ("skip", "escalate", "opinion"):
        claim = desk.queue.next_case(me).value
        assert claim is not None
        session.set_claim(claim)
        handing.ask(act, claim)
        dialog = handing.dialog
        assert dialog is not None
        dialog.note.set_value("what should be known")
        with qtbot.waitSignal(handing.left):
            dialog.act.click()
        assert session.claim is None
        with qtbot.waitSignal(handing.noted) as told:
            handing.read(claim.case_id)
        assert "what should be known" in told.args[0]
    assert handing.pending is None  # nobody gives their own
    story = QueueStory()
    with qtbot.waitSignal(handing.told) as all_told:
        handing.read(claim.case_id)
    story.show_story(*all_told.args)
    said = [part.text() for part in story.findChildren(QLabel)]
    assert {"In the queue", "Second opinion", "what should be known"} <= set(said)
    assert not story.isHidden()
    story.forget()
    assert story.isHidden()
    assert desk.queue.counts(me).escalated == 1


def test_a_claim_is_renewed_while_somebody_is_there(
    session: Session, show: Callable[[QWidget], QWidget], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    show(window)
    monkeypatch.setattr(QGuiApplication, "focusWindow", lambda: window.windowHandle())
    claim = session.desk.queue.next_case(session.operator).value
    assert claim is not None
    session.set_claim(claim)
    monkeypatch.setattr("desk.gui.session.IDLE_MS", -1)
    session._renew()
    assert not session.runner.busy  # nobody is there: it ends with its lease
    monkeypatch.setattr("desk.gui.session.IDLE_MS", 60_000)
    qtbot.keyClick(window, Qt.Key.Key_A)
    with qtbot.waitSignal(session.claim_changed) as renewed:
        session._renew()
    assert renewed.args[0].until > claim.until
    session.desk.queue.release(session.operator, renewed.args[0])
    session.set_claim(None)


def test_words_stay_out_of_tracebacks() -> None:
    assert "secret" not in repr(Answer("secret"))
    assert "secret" not in repr(CaseFilter(text="secret"))
