"""Second review at the window: the list, a blind look at the case, the two opinions, rules, agreement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.case import CaseState
from desk.domain.codec import to_plain
from desk.domain.decision import DecisionKind
from desk.domain.incident import IncidentType
from desk.domain.roles import Operator
from desk.domain.second_review import Kappa, ReviewState, SampleRule
from desk.gui.approvals.words import describe
from desk.gui.second_review import words
from desk.gui.second_review.page import AGREEMENT, REVIEWED, RULES, SecondReviewPage, waiting_reviews
from desk.gui.second_review.rules import RulesPanel
from desk.gui.widgets.chips import Badge
from desk.services.desk import Desk
from desk.services.second_review import Rules
from tests.gui.case_support import Bench, checkers, put_case, somebody_else

SLOW = 20_000
EVERY = SampleRule("every decision")
MUST = SampleRule("all reports", required=True)


def stand_by(desk: Desk, *rules: SampleRule) -> None:
    """These rules from now on, as if whoever has to agree had."""
    with desk.second_review._store.write() as uow:
        uow.settings.set("second_review.rules", to_plain(Rules(rules)))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("desk")) as opened:
        yield opened


@pytest.fixture(scope="module")
def first(desk: Desk) -> Operator:
    """Who decides first."""
    return somebody_else(desk)


@pytest.fixture
def bench(qtbot: QtBot, desk: Desk, first: Operator, show: Callable[[QWidget], QWidget]) -> Iterator[Bench]:
    made = Bench(desk)
    stand_by(desk, EVERY)
    made.page.resize(1180, 660)
    show(made.page)
    yield made
    for line in desk.second_review.pending(made.operator):
        desk.second_review.give(
            made.operator, line.review.id, DecisionKind.NO_VIOLATION, reason="the test is over"
        )
    made.close()


@pytest.fixture
def page(bench: Bench, show: Callable[[QWidget], QWidget]) -> SecondReviewPage:
    made = SecondReviewPage(bench.session)
    bench.session.changed.connect(made.refresh)
    made.resize(1180, 660)
    show(made)
    return made


def decided(desk: Desk, first: Operator, folder: Path, kind: DecisionKind = DecisionKind.NO_VIOLATION) -> int:
    number = put_case(desk, folder, {"a.png": checkers(seed=len(list(folder.iterdir())))})
    claim = desk.queue.claim(first, number).value
    desk.review.decide(first, claim, kind, reason="first reason")
    return number


def confirmed(desk: Desk, first: Operator, folder: Path) -> int:
    number = put_case(desk, folder, {"a.png": checkers(seed=77)})
    claim = desk.queue.claim(first, number).value
    view = desk.drafting.open(first, number)
    desk.drafting.save(first, replace(view.draft, incident_type=IncidentType.CSAM), view.saved.version)
    desk.confirmation.confirm(first, claim, desk.confirmation.summary(first, number), checked=True)
    return number


def said(part: QWidget) -> str:
    texts = [label.text() for label in part.findChildren(QLabel) if label.isVisibleTo(part)]
    texts += [badge.words() for badge in part.findChildren(Badge) if badge.isVisibleTo(part)]
    return "\n".join(texts + [line.text() for line in part.findChildren(QLineEdit)])


def settled(qtbot: QtBot, bench: Bench) -> None:
    qtbot.waitUntil(lambda: not bench.runner.busy, timeout=SLOW)


def look(qtbot: QtBot, bench: Bench, number: int) -> None:
    """As 'Open the case' does it."""
    bench.page.enter(number=number, review=1)
    qtbot.waitUntil(lambda: bench.page.looks, timeout=SLOW)
    settled(qtbot, bench)


def test_a_blind_case_tells_nothing_of_the_first_decision(
    qtbot: QtBot, bench: Bench, desk: Desk, first: Operator, tmp_path: Path
) -> None:
    number = decided(desk, first, tmp_path, DecisionKind.VIOLATION_NO_REPORT)
    look(qtbot, bench, number)
    page, bar = bench.page, bench.page.second.bar
    text = said(page)
    assert first.name not in text
    assert "first reason" not in text
    assert "closed" not in text
    assert "Decisions so far" not in text
    assert bar.isVisible()
    assert not page.decisions.isVisible()
    assert "shown after yours" in bar.about()
    assert (bar.answer.value(), bar.type.value(), bar.go.isEnabled()) == (None, None, False)
    assert page.content._to_look_at() is not None, "held by its claim, the files can be looked at"
    assert not page.mine
    tile = page.content.grid.tile("c1")
    QTest.keyPress(tile, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.content.sheet.painted, timeout=SLOW)
    QTest.keyRelease(tile, Qt.Key.Key_Space)
    settled(qtbot, bench)
    assert desk.review.open(bench.operator, number).viewed["c1"].viewed, "on record as always"
    for key in (Qt.Key.Key_G, Qt.Key.Key_O):  # they would tell what was filed and answered
        QTest.keyClick(page.focusWidget() or page, key)
    QTest.keyClick(page.focusWidget() or page, Qt.Key.Key_R)  # chooses; never goes to the first one's draft
    assert bench.went == []
    assert bar.answer.value() is DecisionKind.REPORT
    assert bar.type.isVisible()
    qtbot.mouseClick(bar.go, Qt.MouseButton.LeftButton)
    assert "incident type" in bar.problem()
    bar.type.set_value(IncidentType.TRAFFICKING)
    bar.type.changed.emit()
    assert "sale or exchange" in said(bar)
    qtbot.mouseClick(bar.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "needs a reason" in bar.problem(), timeout=SLOW)
    qtbot.keyClicks(bar.reason, "a child was offered")
    qtbot.keyClick(bar.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(bar.result()), timeout=SLOW)
    settled(qtbot, bench)
    assert "otherwise than " + first.name in bar.result()
    assert "Violation, no report" in bar.result()
    assert first.name in said(page.known), "nothing is withheld any more"
    assert "Looked at again" in said(page.known)
    assert bench.session.claim is None
    assert not page.decisions.isVisible()
    bar.back.click()
    assert bench.went[-1][0] == "second_review"
    (line,) = desk.second_review.for_case(first, number)
    assert (line.review.state, line.review.reason) == (ReviewState.DISAGREED, "a child was offered")


def test_the_first_person_reads_the_outcome_on_their_case(
    qtbot: QtBot, bench: Bench, desk: Desk, first: Operator, tmp_path: Path
) -> None:
    number = put_case(desk, tmp_path, {"a.png": checkers(seed=5)})
    claim = desk.queue.claim(bench.operator, number).value
    desk.review.decide(bench.operator, claim, DecisionKind.NO_VIOLATION)
    (line,) = desk.second_review.pending(first)
    bench.page.enter(number=number)
    qtbot.waitUntil(lambda: bench.page._view is not None, timeout=SLOW)
    settled(qtbot, bench)
    assert not bench.page.second.bar.isVisible(), "nobody looks again at their own"
    desk.second_review.give(first, line.review.id, DecisionKind.NO_VIOLATION)
    bench.page.reload()
    qtbot.waitUntil(lambda: "agrees" in said(bench.page.known), timeout=SLOW)
    assert first.name in said(bench.page.known)
    settled(qtbot, bench)


def test_a_required_one_says_what_hangs_on_it_and_goes_on_when_agreed(
    qtbot: QtBot, bench: Bench, page: SecondReviewPage, desk: Desk, first: Operator, tmp_path: Path
) -> None:
    stand_by(desk, MUST, EVERY)
    decided(desk, first, tmp_path)
    number = confirmed(desk, first, tmp_path)
    desk.outbox.drain()
    page.enter()
    qtbot.waitUntil(lambda: page.pane.isVisible() and len(page.model.rows) == 2, timeout=SLOW)
    text = said(page.pane)
    assert f"Case {number}" in text, "required ones stand first"
    for part in ("Report waits for it", "shown after your own decision", "keeps it open until"):
        assert part in text
    assert first.name not in text
    assert waiting_reviews(bench.session) == 2
    went: list[tuple[str, dict[str, object]]] = []
    page.navigate.connect(lambda to, where: went.append((to, where)))
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert went[-1][0] == "case"
    assert went[-1][1]["number"] == number
    bench.page.activateWindow()
    look(qtbot, bench, number)
    bar = bench.page.second.bar
    assert "service keeps it open until" in bar.about()
    bar.choose(DecisionKind.REPORT)
    bar.type.set_value(IncidentType.CSAM)
    bar.give()
    qtbot.waitUntil(lambda: "agree" in bar.result(), timeout=SLOW)
    assert "The report goes on." in bar.result()
    settled(qtbot, bench)
    (row,) = [one for one in desk.outbox.rows(first) if one.filing.case_number == number]
    assert not row.filing.awaiting
    page.turn(REVIEWED)
    qtbot.waitUntil(lambda: first.name in said(page.pane), timeout=SLOW)
    desk.outbox.take_back(first, row.filing.id)
    desk.outbox.drain()


def test_disagreeing_takes_a_waiting_report_back(
    qtbot: QtBot, bench: Bench, desk: Desk, first: Operator, tmp_path: Path
) -> None:
    stand_by(desk, MUST)
    number = confirmed(desk, first, tmp_path)
    desk.outbox.drain()
    look(qtbot, bench, number)
    bar = bench.page.second.bar
    bar.choose(DecisionKind.NO_VIOLATION)
    bar.reason.setText("a news picture")
    bar.give()
    qtbot.waitUntil(lambda: "taken back" in bar.result(), timeout=SLOW)
    settled(qtbot, bench)
    desk.outbox.drain()
    assert desk.review.open(first, number).case.state is CaseState.OPEN


def test_without_anything_waiting_it_leads_to_the_rules(
    qtbot: QtBot, bench: Bench, page: SecondReviewPage
) -> None:
    page.enter(show="waiting")
    qtbot.waitUntil(lambda: page._nothing.isVisible(), timeout=SLOW)
    page._nothing.acted.emit()
    qtbot.waitUntil(lambda: EVERY.name in said(page.rules), timeout=SLOW)
    qtbot.keyClick(page, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert page.which.value() == REVIEWED
    settled(qtbot, bench)


def test_rules_are_made_changed_removed_and_undone(
    qtbot: QtBot, bench: Bench, page: SecondReviewPage, desk: Desk
) -> None:
    page.turn(RULES)
    rules = page.rules
    qtbot.waitUntil(lambda: EVERY.name in said(rules), timeout=SLOW)
    qtbot.mouseClick(rules.add, Qt.MouseButton.LeftButton)
    form = rules.form
    assert form.isVisible()
    form.name.setText(EVERY.name)
    form.share.setText("0")
    form.below.setText("101")
    form.first.setText("x")
    qtbot.keyClick(form.name, Qt.Key.Key_Return)
    assert "Another rule" in form.problem_at("name")
    for field in ("share", "below", "first"):
        assert form.problem_at(field), field
    assert form.name.hasFocus()
    form.name.setText("Weak reports")
    form.share.setText("12,5 %")
    form.below.setText("40")
    form.first.setText("")
    form.types[IncidentType.CSAM].set_value(True)
    form.required.set_value(True)
    form.try_it()
    qtbot.waitUntil(lambda: "Weak reports" in said(rules) and not rules.editing, timeout=SLOW)
    made = desk.second_review.rules(bench.operator)[1]
    assert made == SampleRule("Weak reports", 0.125, (IncidentType.CSAM.value,), below=40, required=True)
    qtbot.waitUntil(lambda: "12.5 % of the reports" in said(rules), timeout=SLOW)
    rules.edit(1)
    assert form.share.value() == "12.5"
    qtbot.keyClick(form.name, Qt.Key.Key_Escape)
    assert not rules.editing
    _, pause, remove = acts(rules, "Weak reports")
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    assert "“Weak reports” would draw or hold back less" in said(rules.weaker)
    rules.weaker.left.emit()
    assert not rules.weaker.isVisible()
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    rules.weaker.reason.set_value("Too many of them.")
    rules.weaker.go.click()
    qtbot.waitUntil(lambda: "Another supervisor" in rules.said.words, timeout=SLOW)
    assert "not in use" not in said(rules)
    other = next(one for one in desk.people.all() if one.name == "Sol Supervisor")
    (asked,) = desk.approvals.pending(other)
    told = describe(asked.approval)
    assert (told.lines[0].what, told.lines[0].after) == ("Weak reports", "not in use")
    desk.approvals.agree(other, asked.approval.id)
    page.turn(RULES)
    rules.ask()
    qtbot.waitUntil(lambda: "not in use" in said(rules), timeout=SLOW)
    _, pause, remove = acts(rules, "Weak reports")
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(rules.rules) == 1, timeout=SLOW)
    page.activateWindow()
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(rules.rules) == 2 and not rules.can_undo, timeout=SLOW)
    settled(qtbot, bench)


def acts(rules: RulesPanel, name: str) -> list[QWidget]:
    return list(rules._acts[name])


def test_agreement_is_a_table_by_type_and_month_and_never_by_person(
    qtbot: QtBot, bench: Bench, page: SecondReviewPage, desk: Desk, first: Operator
) -> None:
    page.turn(AGREEMENT)
    qtbot.waitUntil(lambda: page.agreement.all.rowCount() == 1, timeout=SLOW)
    shown = page.agreement.all.text() + page.agreement.types.text() + page.agreement.months.text()
    assert "All" in shown
    assert first.name not in shown
    assert bench.operator.name not in shown
    settled(qtbot, bench)


@pytest.mark.parametrize(
    ("value", "pairs", "said_so"),
    [
        (None, 3, "too few to say: 3 of at least 5"),
        (None, 9, "all alike: chance alone would give the same"),
        (-0.2, 9, "less than chance would give"),
        (0.1, 9, "slight"),
        (0.61, 9, "substantial"),
        (0.9, 9, "almost complete"),
    ],
)
def test_a_kappa_in_words(value: float | None, pairs: int, said_so: str) -> None:
    assert words.kappa(Kappa(pairs, 0.5, 0.5, value)) == said_so


def test_a_failure_is_said_with_a_way_on(qtbot: QtBot, bench: Bench, page: SecondReviewPage) -> None:
    nobody = replace(bench.operator, roles=frozenset())
    bench.session.operator = nobody
    page.enter()
    qtbot.waitUntil(lambda: page.failed.isVisible(), timeout=SLOW)
    bench.session.operator = bench.operator
    page.failed.retry.click()
    settled(qtbot, bench)


def test_the_result_gives_way_when_the_case_is_left(
    qtbot: QtBot, bench: Bench, desk: Desk, first: Operator, tmp_path: Path
) -> None:
    number = decided(desk, first, tmp_path)
    look(qtbot, bench, number)
    bar = bench.page.second.bar
    bar.choose(DecisionKind.NO_VIOLATION)
    bar.give()
    qtbot.waitUntil(lambda: "You and " in bar.result(), timeout=SLOW)
    settled(qtbot, bench)
    bench.page.leave()
    bench.page.enter(number=number)
    settled(qtbot, bench)
    qtbot.waitUntil(lambda: bench.page.decisions.isVisible() and not bar.isVisible(), timeout=SLOW)
    assert bench.page.decisions.reopen.isVisible()
