"""The case page at work: facts, claims, marks by keyboard with undo, decisions and their undo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.case import CaseState
from desk.domain.content import Classification, FileAnnotation
from desk.domain.decision import DecisionKind
from desk.domain.draft import FileChoice
from desk.domain.elsewhere import Stated
from desk.domain.incident import IncidentType
from desk.gui.case.bars import snooze_times
from desk.gui.case.facts import flat
from desk.gui.case.keys import sequence
from desk.gui.case.messages import ChatView
from desk.gui.case.tile import CaseTile
from desk.gui.case.violation import ViolationAsk
from desk.gui.theme import Scheme, Theme
from desk.gui.widgets.copylabel import CopyLabel
from desk.services.desk import Desk
from tests.gui.case_support import Bench, checkers, put_case, somebody_else

LONG = "unbroken" * 40


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("desk")) as opened:
        yield opened


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication, desk: Desk) -> Iterator[Bench]:
    if qapp.findChild(Theme) is None:
        Theme(qapp, Scheme.LIGHT)
    made = Bench(desk)
    made.page.resize(1180, 660)
    made.page.show()
    made.page.activateWindow()
    qtbot.waitUntil(made.page.isActiveWindow)
    yield made
    made.close()


def settled(qtbot: QtBot, bench: Bench) -> None:
    qtbot.waitUntil(lambda: not bench.runner.busy and not bench.page.marks.pending, timeout=15000)


def opened(qtbot: QtBot, bench: Bench, number: int, *, claim: bool = True) -> None:
    bench.page.enter(number=number)
    qtbot.waitUntil(lambda: bench.page._view is not None, timeout=15000)
    settled(qtbot, bench)
    if claim:
        press(bench, Qt.Key.Key_C)
        qtbot.waitUntil(lambda: bench.page.mine, timeout=10000)
        settled(qtbot, bench)


def press(bench: Bench, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(bench.page.focusWidget() or bench.page, key, modifier)


def choice(bench: Bench, number: int, key: str = "c1") -> FileChoice:
    return bench.desk.drafting.open(bench.operator, number).draft.choice(key)


def words(part: QWidget) -> str:
    texts = [label.text() for label in part.findChildren(QLabel) if label.isVisibleTo(part)]
    texts += [copy.value() for copy in part.findChildren(CopyLabel)]
    return "\n".join(texts)


def test_without_a_case_it_offers_the_next_one(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    put_case(bench.desk, tmp_path, {"a.png": checkers(seed=1)})
    page = bench.page
    page.enter()
    assert page.no_case.isVisible()
    assert page.no_case.title() == "No case open"
    assert page.no_case.next.hasFocus()
    press(bench, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.mine, timeout=10000)
    settled(qtbot, bench)
    assert page.title.startswith("Case ")
    assert page.decisions.report.isVisible()


def test_no_case_waiting_is_said_and_leads_to_the_queue(qtbot: QtBot, bench: Bench, desk: Desk) -> None:
    held = somebody_else(desk)
    while desk.queue.next_case(held).value is not None:
        pass
    said: list[tuple[str, str]] = []
    bench.page.notify.connect(lambda kind, text: said.append((kind, text)))
    bench.page.enter()
    bench.page.no_case.next.click()
    qtbot.waitUntil(lambda: bool(bench.went))
    assert said == [("info", "No case is waiting.")]
    assert bench.went[-1][0] == "queue"
    settled(qtbot, bench)


def test_all_that_is_known_stands_at_the_left(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(
        bench.desk,
        tmp_path,
        {"a.png": checkers(seed=3)},
        source={"kind": "ai_detection", "name": "matcher", "detail": "PDQ distance 4", "confidence": 0.98},
        urgency={"escalate": True, "reason": "A meeting is near."},
        reported={
            "id": "u-77",
            "service": "Example Social",
            "screen_name": "user77",
            "emails": [
                {
                    "address": "a@example.com",
                    "kind": "Home",
                    "verified": True,
                    "verified_at": "2026-01-02T03:04:05Z",
                }
            ],
            "associated": [
                {"kind": "Linked", "id": "u-80", "bio": "The other one", "ip_events": [{"ip": "192.0.2.80"}]}
            ],
            "phones": [{"number": "5550100", "calling_code": "+1"}],
            "ip_events": [
                {"ip": "192.0.2.7", "port": 51812, "at": "2026-01-02T03:04:05Z", "event": "Upload"}
            ],
            "disabled": {"permanent": True},
            "prior_reports": [4564654],
            "bio": LONG,
        },
        recipients=[{"id": "u-78"}],
        victims=[{"id": "u-79", "age": 12}],
        law_enforcement={"agency": "Practice Police", "case_number": "P-1"},
        extra={"ticket": {"id": 7, "tags": ["x", "y"]}, "flag": True},
        content=[{"id": "u1", "kind": "url", "url": "https://files.example.com/a"}],
    )
    opened(qtbot, bench, number, claim=False)
    shown = words(bench.page.known)
    for wanted in (
        "AI detection by matcher, 98 % confident",
        "PDQ distance 4",
        "A meeting is near.",
        "u-77",
        "a@example.com · Home · verified 2026-01-02",
        "u-80",
        "The other one",
        "+1 5550100",
        "disabled for good",
        "4564654",
        "u-78",
        "u-79",
        "Practice Police",
        "https://files.example.com/a",
        "ticket.id",
        "x, y",
        "never opens an address",
    ):
        assert wanted in shown, wanted
    # However long a word is, the column scrolls downwards only.
    inner = bench.page.known._scroll
    widget = inner.widget()
    assert widget is not None
    assert widget.width() <= inner.viewport().width()
    assert not bench.page.mine
    assert bench.session.claim is None
    assert bench.page.claim_bar.words() == "not claimed"


def test_addresses_are_copied_never_opened(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    url = "https://files.example.com/b"
    number = put_case(bench.desk, tmp_path, {}, content=[{"id": "u1", "kind": "url", "url": url}])
    opened(qtbot, bench, number, claim=False)
    found = next(c for c in bench.page.known.findChildren(CopyLabel) if c.value() == url)
    QTest.mouseClick(found, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    assert QGuiApplication.clipboard().text() == url
    assert not any(label.openExternalLinks() for label in bench.page.findChildren(QLabel))


def test_another_persons_claim_leaves_the_case_to_be_read(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=4)})
    ada = somebody_else(desk)
    desk.queue.claim(ada, number)
    opened(qtbot, bench, number, claim=False)
    assert f"claimed by {ada.name} until" in bench.page.claim_bar.words()
    assert f"{ada.name} is working on this case" in words(bench.page.decisions)
    bar = bench.page.decisions
    left = [button for button in bar.findChildren(QAbstractButton) if button.isVisible()]
    assert left == [bar.guide, bar.channels]  # they decide nothing
    press(bench, Qt.Key.Key_G)
    press(bench, Qt.Key.Key_O)
    assert bench.went == [("guide", {"number": number, "back": "case"}), ("channels", {"number": number})]
    press(bench, Qt.Key.Key_N)
    settled(qtbot, bench)
    assert not desk.review.open(bench.operator, number).decisions


def test_keys_alone_classify_annotate_and_undo(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=5), "b.png": checkers(cell=8, seed=6)})
    opened(qtbot, bench, number)
    assert bench.page.content.grid.tile("c1").hasFocus()
    kept: list[object] = []
    bench.session.saved.connect(kept.append)
    press(bench, Qt.Key.Key_J)
    press(bench, Qt.Key.Key_3)
    press(bench, Qt.Key.Key_0)
    press(bench, Qt.Key.Key_P)
    settled(qtbot, bench)
    found = choice(bench, number)
    assert found.classification is Classification.A1
    assert found.annotations == {FileAnnotation.VIRAL, FileAnnotation.GENERATIVE_AI}
    assert found.public is True
    assert kept
    press(bench, Qt.Key.Key_Right)
    press(bench, Qt.Key.Key_Semicolon)
    press(bench, Qt.Key.Key_X)
    settled(qtbot, bench)
    second = choice(bench, number, "c2")
    assert second.classification is Classification.B2
    assert not second.include
    for expected in (True, False):
        press(bench, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        settled(qtbot, bench)
        assert choice(bench, number, "c2").include
        assert (choice(bench, number, "c2").classification is Classification.B2) is expected
    for _ in range(4):
        press(bench, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled(qtbot, bench)
    assert choice(bench, number) == FileChoice("c1")
    assert bench.page.content.grid.current == "c1"  # undo shows what it took back
    press(bench, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled(qtbot, bench)
    assert choice(bench, number) == FileChoice("c1")


def test_a_key_pressed_again_takes_the_mark_back(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=7)})
    opened(qtbot, bench, number)
    for key in (Qt.Key.Key_K, Qt.Key.Key_K, Qt.Key.Key_2, Qt.Key.Key_2):
        press(bench, key)
    settled(qtbot, bench)
    assert choice(bench, number) == FileChoice("c1")
    bench.page.marks.reload()
    press(bench, Qt.Key.Key_P)  # while the draft is read again
    settled(qtbot, bench)
    press(bench, Qt.Key.Key_3)
    settled(qtbot, bench)
    kept = choice(bench, number)
    assert kept.public is True
    assert kept != FileChoice("c1", public=True)  # both are there
    for key in (Qt.Key.Key_X, Qt.Key.Key_P):
        press(bench, key)
    bench.page.marks.stop()  # the second waits for the first
    settled(qtbot, bench)
    assert choice(bench, number) == replace(kept, public=False, include=False)


def test_marks_go_to_all_identical_files_and_by_mouse_too(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    same = checkers(seed=8)
    number = put_case(bench.desk, tmp_path, {"a.png": same, "b.png": same})
    opened(qtbot, bench, number)
    details = bench.page.content.details
    QTest.mouseClick(details.classes._buttons[1], Qt.MouseButton.LeftButton)
    QTest.mouseClick(details.public._buttons[1], Qt.MouseButton.LeftButton)
    settled(qtbot, bench)
    for key in ("c1", "c2"):
        assert choice(bench, number, key).classification is Classification.A2
        assert choice(bench, number, key).public is False
    bench.page.undo()
    bench.page.undo()
    settled(qtbot, bench)
    assert [choice(bench, number, key) for key in ("c1", "c2")] == [FileChoice("c1"), FileChoice("c2")]


def test_suggestions_are_shown_and_taken_over_by_key_only(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(
        bench.desk,
        tmp_path,
        {"a.png": checkers(seed=9)},
        suggest={"classification": "B1", "annotations": ["viral", "meme"]},
    )
    opened(qtbot, bench, number)
    details = bench.page.content.details
    assert "B1, viral, meme" in details._suggested.text()
    assert choice(bench, number) == FileChoice("c1")
    press(bench, Qt.Key.Key_A)
    settled(qtbot, bench)
    found = choice(bench, number)
    assert found.classification is Classification.B1
    assert found.annotations == {FileAnnotation.VIRAL, FileAnnotation.POTENTIAL_MEME}
    assert not details._suggest_row.isVisible()


def test_a_draft_changed_elsewhere_keeps_both_changes(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=11), "b.png": checkers(cell=8, seed=12)})
    opened(qtbot, bench, number)
    press(bench, Qt.Key.Key_J)
    settled(qtbot, bench)
    other = desk.drafting.open(bench.operator, number)
    changed = other.draft.with_choice(FileChoice("c2", public=False))
    desk.drafting.save(bench.operator, changed, other.saved.version)
    press(bench, Qt.Key.Key_4)
    settled(qtbot, bench)
    assert choice(bench, number, "c2").public is False
    first = choice(bench, number)
    assert first.classification is Classification.A1
    assert first.annotations == {FileAnnotation.POSSIBLE_SELF_PRODUCTION}
    assert not bench.page.said.words


def test_no_violation_by_key_can_be_undone(qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=13)})
    opened(qtbot, bench, number)
    press(bench, Qt.Key.Key_N)
    qtbot.waitUntil(bench.page.done.isVisible)
    settled(qtbot, bench)
    assert desk.review.open(bench.operator, number).case.state is CaseState.CLOSED
    assert "no violation" in bench.page.done.title()
    assert bench.session.claim is None
    assert bench.page.done.back.hasFocus()
    assert not bench.page.content.grid.ids()  # nothing of it stays
    press(bench, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bench.page.mine, timeout=10000)
    settled(qtbot, bench)
    view = desk.review.open(bench.operator, number)
    assert view.case.state is CaseState.OPEN
    assert [decision.kind for decision in view.decisions] == [DecisionKind.NO_VIOLATION]
    assert "Decisions so far" in words(bench.page.known)


def test_after_a_decision_enter_goes_back_to_the_queue(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=14)})
    opened(qtbot, bench, number)
    bench.page.decisions.none.click()
    qtbot.waitUntil(bench.page.done.isVisible)
    press(bench, Qt.Key.Key_Return)
    assert bench.went[-1] == ("queue", {})
    settled(qtbot, bench)


def choose(ask: ViolationAsk, policy: str) -> None:
    """As a person does in the list."""
    ask.policy.set_value(policy)
    ask.policy.changed.emit()


def test_a_violation_without_report_needs_its_reason(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=15)})
    opened(qtbot, bench, number)
    bar = bench.page.decisions
    press(bench, Qt.Key.Key_V)
    ask = bar.violation
    assert ask.policy.hasFocus()
    choose(ask, "child-safety/csam")
    assert "“Imagery” asks for a report" in words(bar)
    assert ask.report.hasFocus()
    QTest.mouseClick(ask.decline, Qt.MouseButton.LeftButton)
    assert ask.reason.hasFocus()
    press(bench, Qt.Key.Key_Return)
    assert "needs a reason" in words(bar)
    QTest.keyClicks(ask.reason, "nothing JKL;N matches the rule")  # keys of the page type here
    press(bench, Qt.Key.Key_Escape)
    assert not bar.asking
    assert bench.page.content.grid.tile("c1").hasFocus()
    press(bench, Qt.Key.Key_V)
    assert (ask.reason.text(), ask.policy.value()) == ("", None)
    choose(ask, "child-safety/csam")
    QTest.mouseClick(ask.decline, Qt.MouseButton.LeftButton)
    QTest.keyClicks(ask.reason, "Spam of an old hash")
    press(bench, Qt.Key.Key_Return)
    qtbot.waitUntil(bench.page.done.isVisible)
    settled(qtbot, bench)
    decision = desk.review.open(bench.operator, number).decisions[0]
    assert decision.kind is DecisionKind.VIOLATION_NO_REPORT
    assert decision.note == "Spam of an old hash"
    assert decision.policy == "child-safety/csam"
    with_files = desk.drafting.open(bench.operator, number).draft.choice("c1")
    assert with_files.classification is None


def test_a_second_opinion_goes_to_another_person(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=16)})
    opened(qtbot, bench, number)
    press(bench, Qt.Key.Key_S)
    dialog = bench.page.handing.dialog
    assert dialog is not None
    dialog.note.set_value("how old?")
    dialog.act.click()
    qtbot.waitUntil(lambda: bool(bench.went))
    assert bench.session.claim is None
    bench.page.enter(number=number)
    qtbot.waitUntil(lambda: "asks for a second opinion: how old?" in bench.page.noted.text())
    settled(qtbot, bench)
    assert bench.page.decisions.claim.isVisible()
    assert bench.page.decisions.opinion.text() == "Second opinion…"
    (asked,) = desk.queue.opinions(desk.people.all()[1], number)
    bench.page.handing.pending = asked
    bench.page._offer()
    assert bench.page.decisions.opinion.text() == "Give second opinion…"
    bench.page.handing.forget()
    other = desk.queue.next_case(bench.operator).value  # what other tests left open may come, never this one
    assert other is None or other.case_id != number
    if other is not None:
        desk.queue.release(bench.operator, other)


def test_a_closed_case_is_opened_again(qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=17)})
    claim = desk.queue.claim(bench.operator, number).value
    desk.review.decide(bench.operator, claim, DecisionKind.NO_VIOLATION)
    opened(qtbot, bench, number, claim=False)
    assert bench.page.decisions.reopen.isVisible()
    assert bench.page.content.hint.words.text() == "Blurred. Open it again to look."
    view, loaded = bench.page._view, bench.page._loaded
    assert view is not None
    assert loaded is not None
    known = bench.page.known
    known.show_case(replace(view, prior_reports=(("900000001", view.case.received_at),)), loaded.names, {})
    said = [one for one in known.findChildren(QLabel) if "filed from this desk" in one.text()]
    assert [one.wordWrap() for one in said] == [True]  # a badge would push the column out
    bench.page.decisions.reopen.click()
    qtbot.waitUntil(lambda: bench.page.mine, timeout=10000)
    settled(qtbot, bench)
    assert bench.page.decisions.report.isVisible()


def test_the_report_opens_for_this_case(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=18)})
    opened(qtbot, bench, number)
    press(bench, Qt.Key.Key_J)
    press(bench, Qt.Key.Key_R)
    # The form reads the same draft: what was just marked has to be in it.
    assert not bench.went
    qtbot.waitUntil(lambda: bool(bench.went))
    assert bench.went == [("report", {"number": number})]
    assert choice(bench, number).classification is Classification.A1
    press(bench, Qt.Key.Key_R)
    assert len(bench.went) == 2


def test_release_and_snooze_give_the_claim_up(qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=19)})
    opened(qtbot, bench, number)
    bench.page.claim_bar._release.click()
    qtbot.waitUntil(lambda: bench.session.claim is None and not bench.runner.busy)
    settled(qtbot, bench)
    assert desk.review.open(bench.operator, number).case.claim is None
    assert not bench.page.mine
    opened(qtbot, bench, number)
    bench.page.claim_bar.snoozed.emit(1)
    dialog = bench.page.handing.dialog
    assert dialog is not None
    dialog.note.set_value("the logs come tomorrow")
    dialog.act.click()
    qtbot.waitUntil(lambda: bool(bench.went))
    settled(qtbot, bench)
    case = desk.review.open(bench.operator, number).case
    assert case.state is CaseState.SNOOZED
    assert case.snoozed_until is not None
    left = case.snoozed_until - desk.clock.now()
    assert timedelta(hours=3, minutes=55) < left <= timedelta(hours=4)


def test_what_is_under_more_is_reached_by_name_and_the_keys_come_home_after_it(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=19)})
    opened(qtbot, bench, number)
    acts = {command.id: command for command in bench.page.commands()}
    able = {
        name
        for name in ("hand_over", "skip", "send_back", "take_over")
        if acts[f"case.hand.{name}"].enabled()
    }
    assert able == {"hand_over", "skip"}
    bench.page.known.findChildren(CopyLabel)[0].setFocus()  # remembered by Qt, and gone when it is built anew
    acts["case.hand.skip"].callback()
    dialog = bench.page.handing.dialog
    assert dialog is not None
    dialog.act.click()
    assert dialog._field.problem()
    dialog.note.setFocus()
    qtbot.keyClicks(dialog.note, "not mine to judge")
    assert not dialog._field.problem()  # it is mended: what was said of it goes
    dialog.act.click()
    qtbot.waitUntil(lambda: bool(bench.went))
    bench.page.enter(number=number)
    qtbot.waitUntil(lambda: bench.page.known.isVisible() and bench.page.content.has_files)
    settled(qtbot, bench)
    assert isinstance(QApplication.focusWidget(), CaseTile)


def test_times_to_snooze(desk: Desk) -> None:
    now = desk.clock.now()
    times = dict(snooze_times(now))
    assert times["1 hour"] - now == timedelta(hours=1)
    morning = times["Tomorrow, 09:00"].astimezone()
    assert (morning.hour, morning.minute) == (9, 0)
    assert timedelta(0) < morning - now < timedelta(hours=49)


def test_what_became_of_the_case_on_another_page_is_said(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=20)})
    opened(qtbot, bench, number)
    by_hand = Stated("ncmec", desk.clock.now(), "Ada", ("c1",), reference="77001234", settles=True)
    claim = bench.session.claim
    assert claim is not None
    desk.channels.record(bench.operator, number, by_hand, claim)
    bench.page.enter(number=number)
    qtbot.waitUntil(lambda: bench.page.said.words == "This case was reported.")
    settled(qtbot, bench)


def test_a_claim_that_was_lost_is_said(qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=21)})
    opened(qtbot, bench, number)
    claim = bench.session.claim
    assert claim is not None
    desk.queue.release(bench.operator, claim)
    desk.queue.claim(somebody_else(desk), number)
    press(bench, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: bool(bench.page.said.words), timeout=10000)
    settled(qtbot, bench)
    assert bench.session.claim is None
    assert not desk.review.open(bench.operator, number).decisions
    assert not bench.page.decisions.none.isVisible()


def test_a_case_that_is_not_there_says_so(qtbot: QtBot, bench: Bench) -> None:
    bench.page.enter(number=999_999)
    qtbot.waitUntil(bench.page.failed.isVisible, timeout=10000)
    assert bench.page.failed.words()
    bench.page.failed.left.emit()
    assert bench.went[-1] == ("queue", {})


def chat(count: int) -> dict[str, Any]:
    messages = [
        {"from": "u-1", "to": "u-2", "at": "2026-01-02T03:04:05Z", "text": f"[practice message {n}]"}
        for n in range(count)
    ]
    return {"id": "t1", "kind": "chat", "client": "Direct messages", "messages": messages}


def test_messages_are_searched_and_reading_to_the_end_is_recorded(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    number = put_case(bench.desk, tmp_path, {}, content=[chat(60)])
    opened(qtbot, bench, number)
    talk = bench.page.known.conversations[0]
    assert "Messages (60)" in words(bench.page.known)
    press(bench, Qt.Key.Key_T)
    assert talk.view.hasFocus()
    QTest.keyClicks(talk.finder.field, "message 5")
    assert "1 of 11 messages" in words(talk)
    QTest.keyClick(talk.finder.field, Qt.Key.Key_Return)
    assert isinstance(talk.view, ChatView)
    assert talk.view.currentIndex().row() == 50

    def seen() -> Any:
        return bench.desk.review.open(bench.operator, number).viewed["t1"]

    bar = talk.view.verticalScrollBar()
    talk.finder.field.clear()
    for value in range(0, bar.maximum() + 1, 100):
        bar.setValue(value)
        talk._tick()
    assert not seen().viewed
    bar.setValue(bar.maximum())
    talk._tick()
    qtbot.waitUntil(lambda: seen().viewed, timeout=10000)
    settled(qtbot, bench)


def test_a_text_seen_in_part_counts_for_that_part(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {}, content=[chat(200)])
    opened(qtbot, bench, number)
    bench.page.known.focus_messages()
    talk = bench.page.known.conversations[0]
    qtbot.waitUntil(lambda: bool(talk._stretches), timeout=5000)
    bench.page.leave()
    settled(qtbot, bench)
    seen = bench.desk.review.open(bench.operator, number).viewed["t1"]
    assert 0 < seen.share < 0.5
    assert not seen.viewed


def test_reading_without_a_claim_is_not_recorded(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {}, content=[{"id": "t1", "kind": "text", "text": "[practice]"}])
    opened(qtbot, bench, number, claim=False)
    talk = bench.page.known.conversations[0]
    assert not talk._timer.isActive()
    bench.page.leave()
    settled(qtbot, bench)
    assert bench.desk.review.open(bench.operator, number).viewed["t1"].seconds == 0


def test_every_command_has_a_name_and_no_key_twice(bench: Bench) -> None:
    commands = bench.page.commands()
    keys = [command.key for command in commands if command.key]
    assert len(keys) == len(set(keys))
    assert all(command.title for command in commands)
    assert {"N", "V", "S", "R", "C", "J", "K", "L", ";", "X", "P", "M"} <= set(keys)
    for key in keys:
        assert sequence(key).count() == 1, key


def test_every_control_has_a_name(qtbot: QtBot, bench: Bench, tmp_path: Path) -> None:
    number = put_case(bench.desk, tmp_path, {"a.png": checkers(seed=23)}, content=[chat(5)])
    opened(qtbot, bench, number)
    nameless = [
        type(widget).__name__
        for widget in bench.page.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
    ]
    assert not nameless


def test_extra_is_laid_out_flat() -> None:
    deep: Any = {"a": {"b": [1, 2, {"c": None}]}, "d": [], "e": True}
    assert flat(deep) == [
        ("a.b[0]", "1"),
        ("a.b[1]", "2"),
        ("a.b[2].c", "nothing"),
        ("d", "[]"),
        ("e", "yes"),
    ]


def test_from_a_rules_queue_straight_to_the_confirmation(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    source = {"kind": "ai_detection", "name": "practice"}
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=31)}, source=source)
    opened(qtbot, bench, number)
    bar = bench.page.decisions
    assert bar.report.text() == "Confirm violation and file…"
    press(bench, Qt.Key.Key_R)
    ask = bar.violation
    assert ask.isVisible()
    assert ask.policy.value() is None, "nothing is chosen beforehand"
    assert not ask.report.isVisible()
    choose(ask, "child-safety/csam")
    assert "as: Child Pornography" in words(bar)
    assert ask.report.text() == "Check and file…"
    press(bench, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.went[-1:] == [("confirm", {"number": number})])
    settled(qtbot, bench)
    summary = desk.confirmation.summary(bench.operator, number)
    assert summary.draft.incident_type is IncidentType.CSAM
    assert summary.draft.policy == "child-safety/csam"


def test_something_missing_opens_the_form_there(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    source = {"kind": "ai_detection", "name": "practice"}
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=32)}, source=source)
    opened(qtbot, bench, number)
    press(bench, Qt.Key.Key_V)
    ask = bench.page.decisions.violation
    choose(ask, "spam")
    assert "No rule reports this policy" in words(bench.page.decisions)
    assert ask.reason.hasFocus()
    QTest.mouseClick(ask.report, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bench.went[-1:] == [("report", {"number": number, "review": True})])
    settled(qtbot, bench)


def test_a_case_that_a_person_found_gets_the_prompt_and_the_form(
    qtbot: QtBot, bench: Bench, tmp_path: Path, desk: Desk
) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=33)})
    opened(qtbot, bench, number)
    bar = bench.page.decisions
    assert bar.report.text() == "Report…"
    press(bench, Qt.Key.Key_V)
    choose(bar.violation, "child-safety/csam")
    assert bar.violation.report.text() == "Report…"
    press(bench, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.went[-1:] == [("report", {"number": number, "review": False})])
    settled(qtbot, bench)
