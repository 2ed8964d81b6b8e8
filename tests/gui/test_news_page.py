"""What became of one's own reports reaches the one who filed: said once, kept until it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.outcome import OutcomeKind, OutcomeSource
from desk.domain.roles import Operator, Role
from desk.domain.second_review import SampleRule
from desk.gui.confirm.page import ConfirmPage
from desk.gui.news import words
from desk.gui.news.page import NewsPage, unread
from desk.services.desk import Desk
from tests.gui.filing_desk import Filer, practice, session_on

SLOW = 20_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice(tmp_path_factory) as opened:
        yield opened


@pytest.fixture
def filer(desk: Desk, qtbot: QtBot) -> Iterator[Filer]:
    with session_on(desk, qtbot) as made:
        yield made


@pytest.fixture(scope="module")
def supervisor(desk: Desk) -> Operator:
    return desk.people.add(desk.people.all()[0], "Sue Example", frozenset({Role.SUPERVISOR})).value


def said(part: QWidget) -> str:
    return "\n".join(label.text() for label in part.findChildren(QLabel) if label.isVisibleTo(part))


def test_notes_are_read_and_put_away(
    filer: Filer, supervisor: Operator, qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> None:
    page = NewsPage(filer.session)
    filer.session.changed.connect(page.refresh)
    page.resize(1000, 700)
    show(page)
    page.enter()
    qtbot.waitUntil(lambda: page._nothing.isVisible(), timeout=SLOW)
    filing = filer.filed("practice-1007")
    outcomes = filer.desk.outcomes
    outcomes.add(supervisor, filing.id, OutcomeSource.LAW_ENFORCEMENT, OutcomeKind.CHILD_SAFE, "thank you")
    outcomes.add(supervisor, filing.id, OutcomeSource.NCMEC, OutcomeKind.INFORMATIONAL)
    assert len(unread(filer.session)) == 2
    page.enter()
    qtbot.waitUntil(lambda: len(page.cards) == 2, timeout=SLOW)
    filer.settle()
    for part in ("A child was identified or protected.", "Law enforcement", filing.report_id or "?"):
        assert part in said(page)
    assert "thank you" in page.cards[0].accessibleName()
    went: list[tuple[str, dict[str, object]]] = []
    page.navigate.connect(lambda to, where: went.append((to, where)))
    page.cards[0].open.click()
    assert went == [("reports", {"filing_id": filing.id})]
    assert page.cards[0].read.hasFocus()
    qtbot.keyClick(page.cards[0].read, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.cards) == 1, timeout=SLOW)
    filer.settle()
    page.read_all()
    qtbot.waitUntil(lambda: page._nothing.isVisible(), timeout=SLOW)
    filer.settle()
    assert unread(filer.session) == ()


def test_an_administrator_alone_hears_nothing(filer: Filer, desk: Desk) -> None:
    before = filer.session.operator
    filer.session.operator = desk.people.add(before, "Ada Example", frozenset({Role.ADMINISTRATOR})).value
    assert unread(filer.session) == ()
    filer.session.operator = before


def test_every_note_has_words() -> None:
    assert all(words.kind(kind) and words.icon(kind) for kind in OutcomeKind)
    assert all(words.source(source) for source in OutcomeSource)
    assert words.count(1) == "1 note on a report of yours"


def test_confirming_a_report_that_waits_for_a_second_person_says_so(
    filer: Filer, qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> None:
    filer.desk.second_review.set_rules(filer.operator, (SampleRule("all reports", required=True),))
    number = filer.draft("practice-1010")
    filer.claim(number)
    page = ConfirmPage(filer.session)
    told: list[str] = []
    page.notify.connect(lambda _kind, words: told.append(words))
    page.resize(1180, 640)
    show(page)
    page.enter(number=number)
    filer.settle()
    page.bar.tick.click()
    qtbot.mouseClick(page.bar.act, Qt.MouseButton.LeftButton)
    filer.settle()
    assert "A second person looks at it first" in told[-1]
    with filer.desk.second_review._store.write() as uow:
        uow.settings.set("second_review.rules", None)
