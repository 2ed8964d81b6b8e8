"""What waits for a second person, on a real desk with two people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.approval import ApprovalKind, ApprovalState
from desk.domain.policy import moved
from desk.domain.roles import Operator, Role
from desk.domain.rules import Contact, Rule
from desk.gui.approvals.page import ApprovalsPage, waiting_for
from desk.gui.approvals.words import describe, figure, kind_words
from desk.gui.rail import Rail, standard_items
from desk.gui.session import Session
from desk.services.configuration import settings_of
from tests.gui.desk_support import session_on

SLOW = 20_000
NEW = Rule(0, "Travel", ("child-safety/travel",), "travel", Contact("Kim", "Example", "kim@example.com"))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Session]:
    with session_on(tmp_path_factory.mktemp("approvals")) as made:
        yield made


@pytest.fixture(scope="module")
def other(session: Session) -> Operator:
    """An administrator and supervisor besides the one at the window."""
    roles = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
    return session.desk.people.add(session.operator, "Other Person", roles).value


@pytest.fixture
def page(session: Session, other: Operator, show: Callable[[QWidget], QWidget]) -> ApprovalsPage:
    for one in session.desk.approvals.pending(other):
        asker = session.operator if one.approval.asked_by == session.operator.id else other
        session.desk.approvals.withdraw(asker, one.approval.id)
    made = ApprovalsPage(session)
    session.changed.connect(made.refresh)
    show(made)
    made.resize(1200, 760)
    made.enter()
    return made


def said(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def test_another_persons_request_is_read_and_agreed_to(
    page: ApprovalsPage, session: Session, other: Operator, qtbot: QtBot
) -> None:
    asked = session.desk.rules.ask(other, NEW, "Travel is apart now").value
    assert waiting_for(session) == 1
    page.enter(approval=asked.id)
    wanted = ("Other Person", "Travel is apart now", "Travel for abuse", "Kim Example · kim@example.com")
    qtbot.waitUntil(lambda: all(words in said(page.pane) for words in wanted), timeout=SLOW)
    assert not page.pane.withdraw.isVisible()
    qtbot.keyClick(page.list, Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: waiting_for(session) == 0, timeout=SLOW)
    qtbot.waitUntil(lambda: not page.pane.isVisible(), timeout=SLOW)
    with session.desk.configuration._store.read() as uow:
        assert "Travel" in {rule.name for rule in settings_of(uow).rules}
    page.which.set_value("decided")
    page.which.changed.emit()
    qtbot.waitUntil(lambda: page.pane.isVisible(), timeout=SLOW)
    assert page.pane._state.words() == "Agreed"
    assert not page.pane._answer.isVisible()


def test_declining_needs_a_reason(
    page: ApprovalsPage, session: Session, other: Operator, qtbot: QtBot
) -> None:
    asked = session.desk.rules.ask_removal(other, 2, "not needed").value
    page.enter()
    qtbot.waitUntil(lambda: page.pane.isVisible(), timeout=SLOW)
    qtbot.mouseClick(page.pane.decline, Qt.MouseButton.LeftButton)
    assert page.pane._note_field.problem()
    assert page.pane.note.hasFocus()
    qtbot.keyClicks(page.pane.note, "we need it")
    qtbot.mouseClick(page.pane.decline, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: waiting_for(session) == 0, timeout=SLOW)
    (found,) = [one for one in session.desk.approvals.recent(other) if one.approval.id == asked.id]
    assert (found.approval.state, found.approval.note) == (ApprovalState.DECLINED, "we need it")


def test_ones_own_request_can_only_be_withdrawn(page: ApprovalsPage, session: Session, qtbot: QtBot) -> None:
    asked = session.desk.rules.pause(session.operator, 1, "why").value
    page.enter()
    qtbot.waitUntil(lambda: page.pane.isVisible(), timeout=SLOW)
    assert waiting_for(session) == 0, "one's own is nothing to answer"
    assert (page.pane.agree.isVisible(), page.pane.withdraw.isVisible()) == (False, True)
    qtbot.waitUntil(lambda: "You asked for this" in said(page.pane))
    page.pane.do_agree()
    page.pane.do_decline()
    qtbot.keyClick(page.list, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page._nothing.isVisible(), timeout=SLOW)
    (found,) = [one for one in session.desk.approvals.recent(session.operator) if one.approval.id == asked.id]
    assert found.approval.state is ApprovalState.WITHDRAWN


def test_what_fits_no_more_is_said_and_stays(
    page: ApprovalsPage, session: Session, other: Operator, qtbot: QtBot
) -> None:
    configuration = session.desk.configuration
    before = configuration.settings(other)
    configuration.save(other, replace(before, hold_minutes=0), "why")
    configuration.save(other, replace(before, hold_minutes=before.hold_minutes + 1))
    page.enter()
    qtbot.waitUntil(lambda: page.pane.isVisible(), timeout=SLOW)
    qtbot.waitUntil(lambda: all(words in said(page.pane) for words in ("1 min", "0 min")))
    qtbot.mouseClick(page.pane.agree, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "changed since" in said(page.said), timeout=SLOW)
    assert waiting_for(session) == 1


def test_every_kind_has_words(session: Session, other: Operator) -> None:
    assert all(kind_words(kind) != kind.value for kind in ApprovalKind)
    settings = session.desk.configuration.settings(other)
    rule = settings.rules[1]
    wanted = replace(rule, queue="elsewhere")
    change = session.desk.rules.ask(other, wanted, "why").value
    assert [(line.before, line.after) for line in describe(change).lines] == [(rule.queue, "elsewhere")]
    removal = session.desk.rules.ask_removal(other, rule.id, "why").value
    assert all(line.after == "" for line in describe(removal).lines)
    pause = session.desk.rules.pause(other, rule.id, "why").value
    assert rule.name in describe(pause).said
    tree, _ = moved(settings.policies, "child-safety/csam/solicitation", "spam")
    weaker = session.desk.configuration.save(
        other, replace(settings_now(session, other), policies=tree), "why"
    )
    asked = weaker.value.asked
    assert asked is not None
    found = describe(asked)
    assert ("child-safety/csam/solicitation", "spam/solicitation") in [
        (line.before, line.after) for line in found.lines
    ]
    assert "ask for a report" in found.said
    plain = describe(replace(asked, kind=ApprovalKind.HOLD, title="Release a hold"))
    assert plain.lines == ()
    assert (figure("rest.daily_cap", 7200), figure("rest.hold_seconds", 10.0), figure("x", "y")) == (
        "120 min",
        "10 s",
        "y",
    )
    assert (figure("x", 2.5), figure("x", 20.0)) == ("2.5", "20")


def settings_now(session: Session, who: Operator):  # type: ignore[no-untyped-def]
    return session.desk.configuration.settings(who)


def test_the_rail_counts_what_waits(qtbot: QtBot, show: Callable[[QWidget], QWidget]) -> None:
    rail = Rail(standard_items())
    show(rail)
    rail.set_waiting("approvals", 2)
    assert "2 wait for you" in rail._buttons["approvals"].accessibleName()
    before = rail.grab().toImage()
    rail.set_waiting("approvals", 120)
    assert rail.grab().toImage() != before
    rail.set_waiting("approvals", 0)
    rail.set_waiting("nowhere", 1)
    assert rail._buttons["approvals"].accessibleName() == "Approvals"
