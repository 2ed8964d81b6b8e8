"""The guide at work: keys, back and anew, a proposal that a person takes, a case that comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.case import CaseState
from desk.domain.guidance import Outcome
from desk.domain.incident import IncidentType, ReportAnnotation
from desk.gui.guide.page import GuidePage
from desk.gui.guide.parts import LookAgain
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.services.desk import Desk
from tests.gui.case_support import checkers, put_case

FICTION = ("no",) * 9 + ("fiction",)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("desk")) as opened:
        yield opened


@pytest.fixture
def session(desk: Desk) -> Iterator[Session]:
    runner = Runner()
    made = Session(desk, runner, desk.people.all()[0])
    yield made
    made.set_claim(None)
    assert runner.drain()


@pytest.fixture
def page(session: Session, show: Callable[[QWidget], QWidget]) -> GuidePage:
    made = GuidePage(session)
    made.resize(1180, 660)
    show(made)
    return made


def went(page: GuidePage) -> list[tuple[str, dict[str, object]]]:
    places: list[tuple[str, dict[str, object]]] = []
    page.navigate.connect(lambda name, where: places.append((name, where)))
    return places


def texts(page: QWidget) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def case_of(session: Session, folder: Path, *, claim: bool = True) -> int:
    number = put_case(session.desk, folder, {"a.png": checkers(32)})
    if claim:
        session.set_claim(session.desk.queue.claim(session.operator, number).value)
    return number


def test_numbers_answer_and_nothing_is_chosen_beforehand(page: GuidePage, qtbot: QtBot) -> None:
    page.enter()
    assert not any(answer.hasFocus() for answer in page.answers)
    QTest.keyClick(page, Qt.Key.Key_Return)
    assert page.path == ()
    QTest.keyClick(page, Qt.Key.Key_2)
    QTest.keyClick(page, Qt.Key.Key_3)
    assert page.path == ("no", "asked")
    qtbot.waitUntil(lambda: "Child Pornography" in texts(page))
    qtbot.waitUntil(lambda: "Proposal" in texts(page))
    qtbot.waitUntil(lambda: "Open a case and claim it" in texts(page))
    QTest.keyClick(page, Qt.Key.Key_Backspace)
    assert page.path == ("no",)
    qtbot.waitUntil(lambda: page.answers[3].isVisible())
    QTest.keyClick(page, Qt.Key.Key_Down)
    assert page.answers[0].hasFocus()
    QTest.keyClick(page.answers[0], Qt.Key.Key_Down)
    assert page.answers[1].hasFocus()
    QTest.keyClick(page.answers[1], Qt.Key.Key_Up)
    QTest.keyClick(page.answers[0], Qt.Key.Key_9)  # no such answer
    assert page.path == ("no",)
    page.start_anew()
    assert page.path == ()
    qtbot.waitUntil(lambda: "local police first" in texts(page))


def test_an_earlier_answer_leads_back_to_its_question(page: GuidePage) -> None:
    page.enter()
    for code in FICTION:
        page.answer(code)
    page.trail.wanted.emit(2)
    assert page.path == ("no", "no")


def test_a_type_is_taken_to_the_report_on_purpose(
    page: GuidePage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    number = case_of(session, tmp_path)
    page.enter(number=number, back="report")
    assert page.back is not None
    assert page.back[0] == "report"
    for code in ("no", "no", "sextortion"):
        page.answer(code)
    places = went(page)
    assert page.result is not None
    page.result.taken.emit()
    qtbot.waitUntil(lambda: bool(places))
    name, where = places[0]
    assert (name, where["number"]) == ("report", number)
    assert where["guided"] == (IncidentType.ENTICEMENT, {ReportAnnotation.SEXTORTION})
    walks = session.desk.review.open(session.operator, number).walks
    assert [walk.path for walk in walks] == ["danger.no imagery.no contact.sextortion"]


def test_not_a_matter_here_closes_with_a_reason_and_a_day(
    page: GuidePage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    number = case_of(session, tmp_path)
    page.enter(number=number)
    for code in (*FICTION, "yes"):
        page.answer(code)
    qtbot.waitUntil(lambda: "Not a CyberTipline matter" in texts(page))
    qtbot.waitUntil(lambda: "local police now" in texts(page))
    view = page.result
    assert view is not None
    assert view.look is not None
    assert view.look.value() is None
    without = next(button for button in view._buttons if button.text().startswith("Close: violation"))
    without.click()
    qtbot.waitUntil(lambda: "needs a reason" in texts(page))
    view.reason.set_value("Fiction, in words alone")
    view.look.day.setText("soon")
    view.look.day.textEdited.emit("soon")
    without.click()
    qtbot.waitUntil(lambda: "year, month and day" in texts(page))
    view.look.spans._buttons[0].click()
    wanted = view.look.value()
    places = went(page)
    without.click()
    qtbot.waitUntil(lambda: bool(places))
    assert places[0][0] == "queue"
    found = session.desk.review.open(session.operator, number)
    assert (found.case.state, found.case.snoozed_until) == (CaseState.SNOOZED, wanted)
    assert session.claim is None


def test_unsure_hands_on_and_a_plan_may_be_reported(
    page: GuidePage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    number = case_of(session, tmp_path)
    page.enter(number=number)
    for code in (*("no",) * 8, "yes", "unclear"):
        page.answer(code)
    assert page.result is not None
    assert page.result.result.outcome is Outcome.MAY_REPORT
    places = went(page)
    page.result.taken.emit()
    assert places == [("report", {"number": number})]
    page.step_back()
    page.answer("contact")
    qtbot.waitUntil(lambda: "Online Enticement" in texts(page))
    page.start_anew()
    for code in (*("no",) * 9, "unsure"):
        page.answer(code)
    page.result._buttons[0].click()
    qtbot.waitUntil(lambda: "needs a note" in texts(page))
    page.result.reason.set_value("Which of the two is it?")
    page.result._buttons[0].click()
    qtbot.waitUntil(lambda: len(places) > 1)
    assert session.desk.review.open(session.operator, number).case.state is CaseState.ESCALATED


def test_a_refusal_is_said_and_nothing_is_lost(
    page: GuidePage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    number = case_of(session, tmp_path, claim=False)
    page.enter(number=number)
    for code in (*FICTION, "no"):
        page.answer(code)
    qtbot.waitUntil(lambda: "Claim the case to act on this" in texts(page))
    claim = session.desk.queue.claim(session.operator, number).value
    session.set_claim(claim)
    qtbot.waitUntil(lambda: "Claim the case" not in texts(page))
    session.desk.queue.release(session.operator, claim)
    session.desk.queue.claim(
        session.desk.people.add(session.operator, "Ada Other", session.operator.roles).value, number
    )
    assert page.result is not None
    page.result._buttons[1].click()
    qtbot.waitUntil(lambda: bool(page.said.words))
    assert page.path == (*FICTION, "no")
    places = went(page)
    page.to_channels()
    page.leave_guide()
    assert [name for name, _ in places] == ["channels", "case"]
    assert {command.id for command in page.commands()} == {"guide.back", "guide.anew", "guide.leave"}


def test_the_day_to_look_again_is_a_day_to_come(show: Callable[[QWidget], QWidget]) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    field = LookAgain(now, UTC)
    show(field)
    assert (field.value(), field.trouble()) == (None, "")
    field.spans._buttons[1].click()
    assert field.value() == (now + timedelta(days=90)).replace(hour=9)
    field.day.setText("2026-03-02")
    field.day.textEdited.emit("2026-03-02")
    assert "still to come" in field.trouble()
    assert (field.value(), field.spans.value()) == (None, None)
