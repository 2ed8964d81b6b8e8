"""Settings: the policy tree, the reporting rules and weaker settings, on a real workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.incident import IncidentType
from desk.domain.policy import find
from desk.domain.roles import Operator, Role
from desk.gui.session import Session
from desk.gui.settings.covering import PATH, CoveringTree
from desk.gui.settings.page import SettingsPage
from desk.services.configuration import DeskSettings
from tests.gui.desk_support import session_on
from tests.support.settings import kept, put

SLOW = 4_000
LEFT = Qt.MouseButton.LeftButton
ON = QAbstractItemView.DropIndicatorPosition


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Session]:
    with session_on(tmp_path_factory.mktemp("settings"), cases=8) as made:
        yield made


@pytest.fixture(scope="module")
def supervisor(session: Session) -> Operator:
    return session.desk.people.add(session.operator, "Supervisor", frozenset({Role.SUPERVISOR})).value


@pytest.fixture
def before(session: Session, supervisor: Operator) -> Iterator[DeskSettings]:
    found = kept(session.desk.configuration)
    yield found
    put(session.desk.configuration, found)
    for one in session.desk.approvals.pending(supervisor):
        session.desk.approvals.decline(supervisor, one.approval.id, "after the test")
    put(session.desk.configuration, found)


@pytest.fixture
def page(
    session: Session, before: DeskSettings, show: Callable[[QWidget], QWidget], qtbot: QtBot
) -> SettingsPage:
    made = SettingsPage(session)
    session.changed.connect(made.refresh)
    show(made)
    made.resize(1200, 800)
    made.enter()
    qtbot.waitUntil(lambda: len(made.rules.lines()) == len(before.rules), timeout=SLOW)
    return made


def pending(session: Session) -> list[str]:
    return [one.approval.title for one in session.desk.approvals.pending(session.operator)]


def choose(page: SettingsPage, path: str) -> None:
    tree = page.policies.tree
    (item,) = [
        one
        for one in tree.findItems("*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive)
        if one.data(0, PATH) == path
    ]
    tree.setCurrentItem(item)


# -- the tree


def test_a_policy_is_added_named_and_typed(page: SettingsPage, session: Session, qtbot: QtBot) -> None:
    choose(page, "child-safety/csam")
    qtbot.keyClick(page.policies.tree, Qt.Key.Key_Insert)
    assert page.policies.title_field.hasFocus()
    qtbot.keyClicks(page.policies.title_field, "Drawn Imagery")
    qtbot.keyClick(page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(
        lambda: (
            find(kept(session.desk.configuration).policies, "child-safety/csam/drawn-imagery") is not None
        ),
        timeout=SLOW,
    )
    qtbot.waitUntil(lambda: not page._dirty, timeout=SLOW)
    choose(page, "child-safety/csam/drawn-imagery")
    assert "As above: Child Pornography" in page.policies.kind.itemText(0)
    page.policies.kind.set_value(IncidentType.TRAFFICKING.value)
    page.policies.kind.changed.emit()
    found = find(page.policies.value(), "child-safety/csam/drawn-imagery")
    assert found is not None
    assert found.incident_type is IncidentType.TRAFFICKING
    page.policies.title_field.setText("Drawings")
    page.policies.finish()
    assert find(page.policies.value(), "child-safety/csam/drawn-imagery").title == "Drawings"  # type: ignore[union-attr]


def test_a_policy_is_moved_by_mouse_and_keys_and_put_back(page: SettingsPage, qtbot: QtBot) -> None:
    tree, panel = page.policies.tree, page.policies
    first = panel.value()
    tree.drop_on("child-safety/travel", "spam", ON.OnItem)
    assert find(panel.value(), "spam/travel") is not None
    assert tree.path() == "spam/travel"
    tree.drop_on("spam/travel", "child-safety/csam", ON.BelowItem)
    now = [policy.path for policy in panel.value() if policy.parent == "child-safety"]
    assert now[:2] == ["child-safety/csam", "child-safety/travel"]
    qtbot.keyClick(tree, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(tree, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(tree, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert tree.path() == "child-safety/csam/travel"
    qtbot.keyClick(tree, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert tree.path() == "child-safety/travel"
    tree.drop_on("child-safety/travel", "", ON.OnViewport)
    assert tree.path() == "travel"
    tree.drop_on("spam", "spam", ON.OnItem)
    choose(page, "child-safety")
    tree.drop_on("child-safety", "child-safety/csam", ON.OnItem)
    assert "below itself" in panel._problem.text()
    while panel._history:
        tree.setFocus()
        qtbot.keyClick(tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.value() == first


def test_removing_says_who_uses_it(page: SettingsPage, qtbot: QtBot) -> None:
    panel = page.policies
    choose(page, "child-safety/csam")
    qtbot.keyClick(panel.tree, Qt.Key.Key_Delete)
    assert "Known imagery" in panel._problem.text()
    choose(page, "spam")
    panel.tree.setFocus()
    qtbot.mouseClick(panel.remove, LEFT)
    qtbot.waitUntil(lambda: panel._ask.isVisible(), timeout=SLOW)
    assert "2 open cases name it" in panel._ask_words.text()
    qtbot.mouseClick(panel._keep, LEFT)
    assert find(panel.value(), "spam") is not None
    qtbot.mouseClick(panel.remove, LEFT)
    qtbot.waitUntil(lambda: panel._ask.isVisible(), timeout=SLOW)
    qtbot.mouseClick(panel._sure, LEFT)
    assert find(panel.value(), "spam") is None
    assert page._dirty
    page._show_before()


def test_a_tree_that_leaves_a_rule_asks_for_a_reason(
    page: SettingsPage, session: Session, before: DeskSettings, qtbot: QtBot
) -> None:
    page.policies._move("child-safety/csam/solicitation", "spam", "")
    qtbot.mouseClick(page._save, LEFT)
    assert page.weaker.isVisible()
    said = " ".join(one.text() for one in page.weaker.findChildren(QLabel))
    assert "Asking for or offering imagery: violations would no longer ask" in said
    qtbot.mouseClick(page.weaker.go, LEFT)
    assert page.weaker._field.problem()
    qtbot.keyClicks(page.weaker.reason, "we sort it there")
    qtbot.keyClick(page.weaker.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: pending(session) == ["Change the policy tree"], timeout=SLOW)
    qtbot.waitUntil(lambda: not page._dirty, timeout=SLOW)
    assert kept(session.desk.configuration) == before
    assert not page.weaker.isVisible()


def test_a_shorter_hold_asks_for_a_reason_and_can_be_left(page: SettingsPage, qtbot: QtBot) -> None:
    page.limits.hold.setValue(0)
    page.save()
    assert page.weaker.isVisible()
    page.weaker.left.emit()
    assert (page.weaker.isVisible(), page._dirty) == (False, True)
    qtbot.mouseClick(page._undo, LEFT)


# -- rules


def test_a_rule_is_asked_for_with_problems_at_its_fields(
    page: SettingsPage, session: Session, supervisor: Operator, qtbot: QtBot
) -> None:
    panel, form = page.rules, page.rules.form
    qtbot.mouseClick(panel.add_rule, LEFT)
    assert form.name.hasFocus()
    assert form.agency.value() is None
    qtbot.mouseClick(form.ask, LEFT)
    for field in ("name", "agency", "policies", "queue", "first_name", "last_name", "email", "reason"):
        assert form.problem_at(field), field
    qtbot.keyClicks(form.name, "Misleading")
    form.agency.set_value("ncmec")
    (item,) = [one for one in form.policies.items() if one.data(0, PATH) == "child-safety"]
    item.setCheckState(0, Qt.CheckState.Checked)
    assert form.policies.value() == ("child-safety",)
    below = [one for one in form.policies.items() if one.data(0, PATH) == "child-safety/csam/known"]
    assert below[0].isDisabled()
    assert "covered" in below[0].text(0)
    form.queue.setEditText("everything")
    qtbot.keyClicks(form.first, "Kim")
    qtbot.keyClicks(form.last, "Example")
    qtbot.keyClicks(form.email, "kim.example.com")
    qtbot.keyClicks(form.reason, "one rule for all")
    assert "not an email" in form.problem_at("email")
    form.email.clear()
    qtbot.keyClicks(form.email, "kim@example.com")
    assert not form.problem_at("email")
    qtbot.mouseClick(form.ask, LEFT)
    qtbot.waitUntil(lambda: pending(session) == ["Add a reporting rule"], timeout=SLOW)
    qtbot.waitUntil(lambda: "New" in panel.lines()[-1].state.words(), timeout=SLOW)
    assert not panel.lines()[-1].toggle.isEnabled()
    (asked,) = session.desk.approvals.pending(supervisor)
    session.tell(session.desk.approvals.agree(supervisor, asked.approval.id).changes)
    qtbot.waitUntil(lambda: panel.lines()[-1].state.words() == "Runs", timeout=SLOW)


def test_a_rule_is_paused_at_once_and_runs_again(
    page: SettingsPage, session: Session, before: DeskSettings, qtbot: QtBot
) -> None:
    panel = page.rules
    panel.lines()[0].toggle.click()
    assert panel._question.isVisible()
    assert panel.lines()[0].toggle.value(), "it shows how the rule stands"
    qtbot.mouseClick(panel.go, LEFT)
    assert "Say why" in panel._problem.text()
    qtbot.keyClick(panel.reason, Qt.Key.Key_Escape)
    assert not panel._question.isVisible()
    panel.lines()[0].toggle.click()
    qtbot.keyClicks(panel.reason, "astray")
    qtbot.keyClick(panel.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Paused, waits" in panel.lines()[0].state.words(), timeout=SLOW)
    assert kept(session.desk.configuration).rules[0].stopping
    panel.lines()[0].toggle.click()
    qtbot.waitUntil(lambda: panel.lines()[0].state.words() == "Runs", timeout=SLOW)
    assert kept(session.desk.configuration) == before
    assert pending(session) == []


def test_a_change_a_removal_and_an_enabling_are_asked_for(
    page: SettingsPage, session: Session, before: DeskSettings, qtbot: QtBot
) -> None:
    panel = page.rules
    qtbot.mouseClick(panel.lines()[1].edit, LEFT)
    form = panel.form
    assert form.name.value() == "Imagery"
    assert form.policies.value() == ("child-safety/csam",)
    form.queue.setEditText("other")
    qtbot.keyClicks(form.reason, "another team")
    qtbot.mouseClick(form.ask, LEFT)
    qtbot.waitUntil(lambda: "change waits" in panel.lines()[1].state.words(), timeout=SLOW)
    qtbot.mouseClick(panel.lines()[2].remove, LEFT)
    qtbot.keyClicks(panel.reason, "gone")
    qtbot.mouseClick(panel.go, LEFT)
    qtbot.waitUntil(lambda: len(pending(session)) == 2, timeout=SLOW)
    qtbot.waitUntil(lambda: not panel._question.isVisible(), timeout=SLOW)
    panel.lines()[4].toggle.click()
    qtbot.keyClicks(panel.reason, "needed")
    qtbot.mouseClick(panel.go, LEFT)
    qtbot.waitUntil(lambda: len(pending(session)) == 3, timeout=SLOW)
    assert kept(session.desk.configuration) == before
    qtbot.mouseClick(panel.add_rule, LEFT)
    qtbot.keyClick(form.name, Qt.Key.Key_Escape)
    assert not form.isVisible()


def test_what_can_not_be_asked_is_said(page: SettingsPage, session: Session, qtbot: QtBot) -> None:
    panel = page.rules
    panel._send(lambda: session.desk.rules.ask_removal(session.operator, 99, "why"))
    qtbot.waitUntil(lambda: "no such rule" in panel._problem.text(), timeout=SLOW)


def test_rules_are_applied_to_waiting_cases(
    page: SettingsPage, session: Session, before: DeskSettings, qtbot: QtBot
) -> None:
    panel = page.rules
    qtbot.mouseClick(panel.count, LEFT)
    qtbot.waitUntil(lambda: "Every waiting case" in panel._told.text(), timeout=SLOW)
    put(session.desk.configuration, replace(before, rules=()))
    qtbot.mouseClick(panel.count, LEFT)
    qtbot.waitUntil(lambda: panel.apply.isVisible(), timeout=SLOW)
    assert "would move" in panel._told.text()
    qtbot.mouseClick(panel.apply, LEFT)
    qtbot.waitUntil(lambda: "moved." in panel._told.text(), timeout=SLOW)
    put(session.desk.configuration, before)
    session.desk.routing.apply(session.operator)


def test_one_below_a_chosen_one_is_not_said_twice(page: SettingsPage, before: DeskSettings) -> None:
    tree = CoveringTree()
    tree.set_tree(before.policies, ("child-safety/csam", "child-safety/csam/known"))
    assert tree.value() == ("child-safety/csam",)
    assert tree.count_words() == "3 policies are covered"
    tree.deleteLater()
