"""The Preservation page on a real desk whose clock is put forward: dates, orders, two people, certificate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk.domain.approval import ApprovalKind
from desk.domain.errors import UserError
from desk.domain.preservation import Basis, Standing
from desk.domain.roles import Operator, Role
from desk.gui.approvals.words import describe
from desk.gui.confirm.lines import shown
from desk.gui.preservation.dialogs import DestroyDialog, ExtendDialog, HoldDialog, ReleaseDialog
from desk.gui.preservation.model import Wanted
from desk.gui.preservation.page import PreservationPage
from desk.gui.preservation.words import month_words
from desk.gui.runner import Runner
from desk.gui.session import Session
from tests.support.world import World, make_template, new_world

SLOW = 20_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("preservation-template"))


@pytest.fixture
def world(template: Path, tmp_path: Path, qapp: object) -> Iterator[World]:
    with new_world(template, tmp_path, serve=True) as made:
        yield made


@pytest.fixture
def open_page(
    world: World, qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> Iterator[Callable[[Operator], PreservationPage]]:
    runners = []

    def opening(operator: Operator) -> PreservationPage:
        runner = Runner()
        runners.append(runner)
        session = Session(world.desk, runner, operator)
        page = PreservationPage(session)
        session.changed.connect(lambda changes: page.refresh(frozenset(str(one) for one in changes)))
        page.resize(1200, 760)
        show(page)
        page.enter()
        qtbot.waitUntil(lambda: not runner.busy, timeout=SLOW)
        return page

    yield opening
    for runner in runners:
        assert runner.drain()


def second(world: World) -> Operator:
    with world.store.write() as uow:
        return uow.people.add("Second Supervisor", frozenset({Role.SUPERVISOR}))


def filed(world: World, name: str = "case-1", first: int = 0) -> int:
    case = world.case(name, first=first)
    world.quiet(world.confirmed(case.number).id)
    return case.number


def to(world: World, day: date) -> None:
    """The clock to noon of that day."""
    now = world.clock.now()
    ahead = timedelta(days=(day - now.date()).days, hours=12 - now.hour)
    world.clock.forward(seconds=ahead.total_seconds())


def said(root: QWidget) -> str:
    return "\n".join(shown(one) for one in root.findChildren(QLabel) if one.isVisibleTo(root))


def quiet(page: PreservationPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page._session.runner.busy and not page._reload.isActive(), timeout=SLOW)


def cases(page: PreservationPage, qtbot: QtBot, **wanted: Any) -> list[int]:
    page._show_wanted(Wanted(**wanted))
    page._ask()
    quiet(page, qtbot)
    return [row.case_number for row in page.model.rows()]


def test_each_list_is_right_a_day_before_on_and_after_each_date(
    world: World, open_page: Callable[[Operator], PreservationPage], qtbot: QtBot
) -> None:
    one = filed(world)
    to(world, date(2026, 12, 4))
    two, three = filed(world, "case-2", 5), filed(world, "case-3", 9)
    world.preservation.extend(world.supervisor, two, date(2028, 3, 1), "Letter 4")
    hold = world.preservation.hold(world.supervisor, three, "Warrant 12").value
    page = open_page(world.supervisor)
    ends = {one: date(2027, 11, 20), two: date(2028, 3, 1), three: date(2027, 12, 4)}
    days = {day + timedelta(n) for day in ends.values() for n in (-31, -30, -1, 0, 1)}
    for day in sorted(days):
        to(world, day)
        kept = [case for case in (one, two) if day <= ends[case]]
        assert cases(page, qtbot, view="all") == sorted(ends, key=lambda case: ends[case])
        assert cases(page, qtbot, view="kept") == kept
        soon = [case for case in kept if (ends[case] - day).days <= 30]
        assert cases(page, qtbot, view="soon") == soon
        assert cases(page, qtbot, view="over") == [case for case in (one, two) if day > ends[case]]
        assert cases(page, qtbot, view="held") == [three]
        assert cases(page, qtbot, view="destroyed") == []
        assert cases(page, qtbot, month="2028-03") == [two]
        counts = {view: button.text().split()[-1] for view, button in page.views.items()}
        over = 2 - len(kept)
        assert counts == {
            "all": "3", "kept": str(len(kept)), "soon": str(len(soon)), "held": "1", "over": str(over),
            "destroyed": "0",
        }  # fmt: skip
    with world.store.write() as uow:
        uow.preservation.release(hold.id, world.supervisor.id, world.clock.now())
    assert cases(page, qtbot, view="over") == [one, three, two]
    assert cases(page, qtbot, view="held") == []


def test_months_and_words_narrow_the_list_by_mouse_and_keys(
    world: World, open_page: Callable[[Operator], PreservationPage], qtbot: QtBot
) -> None:
    one = filed(world)
    to(world, date(2026, 12, 4))
    two = filed(world, "case-2", 5)
    to(world, date(2027, 3, 1))
    page = open_page(world.supervisor)
    assert [cell.month for cell in page.months.cells][:2] == ["2027-03", "2027-04"]
    november = next(cell for cell in page.months.cells if cell.month == "2027-11")
    assert november.accessibleName() == "Nov 2027: 1 ends"
    november.setFocus()
    qtbot.keyClick(november, Qt.Key.Key_Return)
    quiet(page, qtbot)
    assert [row.case_number for row in page.model.rows()] == [one]
    assert page._month.isVisibleTo(page)
    qtbot.keyClick(november, Qt.Key.Key_Right)
    december = page.months.cells[page.months.cells.index(november) + 1]
    assert december.hasFocus()
    qtbot.mouseClick(december, LEFT)
    quiet(page, qtbot)
    assert [row.case_number for row in page.model.rows()] == [two]
    assert page.pane.kept is not None
    assert page.pane.kept.case_number == two
    qtbot.mouseClick(page._month, LEFT)
    quiet(page, qtbot)
    assert len(page.model.rows()) == 2
    page.search("case-2")
    quiet(page, qtbot)
    assert [row.case_number for row in page.model.rows()] == [two]
    page.search("nothing like it")
    quiet(page, qtbot)
    assert page._lists.currentWidget() is page._nothing
    assert month_words("2028-01") == "Jan 2028"


def test_kept_longer_and_held_by_one_person_and_released_by_two(
    world: World, open_page: Callable[[Operator], PreservationPage], qtbot: QtBot
) -> None:
    number, other = filed(world), second(world)
    page = open_page(world.supervisor)
    qtbot.waitUntil(lambda: page.pane.isVisible(), timeout=SLOW)
    told: list[str] = []
    page.notify.connect(lambda _kind, text: told.append(text))
    text = said(page.pane)
    for words in ("case-1", "must be preserved until 2027-11-20", "2 files", "with us"):
        assert words in text
    qtbot.keyClick(page.table, Qt.Key.Key_E)
    extend = page.dialog
    assert isinstance(extend, ExtendDialog)
    extend.go()
    assert extend._until.problem()
    extend.until.setText("2027-01-01")
    extend.go()
    assert extend._reference.problem()
    extend.reference.setText("Letter 4")
    extend.go()
    qtbot.waitUntil(lambda: "already" in extend.said.words, timeout=SLOW)
    extend.until.setText("2028-03-01")
    qtbot.keyClick(extend, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "Extended until 2028-03-01" in said(page.pane), timeout=SLOW)
    page.begin("hold")
    hold = page.dialog
    assert isinstance(hold, HoldDialog)
    hold.go()
    assert hold._reference.problem()
    hold.reference.setText("Warrant 12")
    hold.go()
    qtbot.waitUntil(lambda: "Warrant 12" in said(page.pane), timeout=SLOW)
    quiet(page, qtbot)
    assert page.pane.why_not("destroy").startswith("A legal hold stands")
    assert not page.pane.destruction.isEnabled()
    assert page.pane.destruction.accessibleDescription()
    page.ask_release(world.preservation.kept(world.supervisor, number).orders[1])
    release = page.dialog
    assert isinstance(release, ReleaseDialog)
    release.go()
    assert release._reason.problem()
    release.reason.setPlainText("the court is done")
    release.go()
    qtbot.waitUntil(lambda: "Waits for a second person" in said(page.pane), timeout=SLOW)
    (asked,) = world.preservation.kept(other, number).waiting
    described = describe(asked)
    assert asked.kind is ApprovalKind.HOLD
    assert "one zip" in describe(replace(asked, kind=ApprovalKind.EVIDENCE)).said.casefold()
    assert described.lines[0].before == "under “Warrant 12”"
    assert "2028-03-01" in described.lines[0].after
    world.desk.approvals.agree(other, asked.id)
    page._ask()
    qtbot.waitUntil(lambda: "released by Second Supervisor" in said(page.pane), timeout=SLOW)
    assert len(told) == 3


def test_destroyed_by_two_people_and_certified(
    world: World, open_page: Callable[[Operator], PreservationPage], qtbot: QtBot, tmp_path: Path
) -> None:
    number, other = filed(world), second(world)
    page = open_page(world.supervisor)
    qtbot.waitUntil(lambda: page.pane.kept is not None, timeout=SLOW)
    assert page.pane.why_not("certificate")
    page.begin("certificate")
    assert page.certificate.dialog is None
    page.begin("destroy")
    dialog = page.dialog
    assert isinstance(dialog, DestroyDialog)
    assert "This can't be undone" in said(dialog)
    dialog.go()
    assert "Choose on what basis" in said(dialog)
    dialog.basis.cards[0].chosen.emit(Basis.DUTY_OVER)
    dialog.go()
    assert "does not permit it now" in said(dialog)
    dialog.basis.cards[1].chosen.emit(Basis.LAW_ENFORCEMENT)
    dialog.go()
    assert dialog._reference.problem()
    dialog.reference.setText("Request 88")
    dialog.go()
    assert dialog._reason.problem()
    dialog.reason.setPlainText("asked by letter")
    dialog.go()
    qtbot.waitUntil(lambda: "Waits for a second person" in said(page.pane), timeout=SLOW)
    assert not page.pane.destruction.isEnabled()
    (asked,) = world.preservation.kept(other, number).waiting
    described = describe(asked)
    assert described.final
    assert "the 2 media files of case 1" in described.said
    assert [line.after for line in described.lines] == [
        "law enforcement asked for it in writing", "Request 88", "destroyed",
    ]  # fmt: skip
    world.desk.approvals.agree(other, asked.id)
    page._ask()
    qtbot.waitUntil(lambda: page.pane.certificate.isVisible(), timeout=SLOW)
    qtbot.waitUntil(lambda: "nobody can read them" in said(page.pane), timeout=SLOW)
    assert page.pane.why_not("extend") == "The media of this case were destroyed."
    page.begin("certificate")
    shown_now = page.certificate.dialog
    assert shown_now is not None
    assert "Request 88" in said(shown_now)
    destruction = world.preservation.certificate(world.moderator, number)
    for kind in ("json", "pdf"):
        page.certificate.save(destruction, kind, tmp_path / f"made.{kind}")
        qtbot.waitUntil(lambda kind=kind: f"made.{kind}" in shown_now.said.words, timeout=SLOW)  # type: ignore[misc]
    exact = (tmp_path / "made.json").read_bytes()
    assert hashlib.sha256(exact).hexdigest() == destruction.sha256
    assert (tmp_path / "made.pdf").read_bytes().startswith(b"%PDF")
    with world.store.read() as uow:
        last = json.loads(uow.audit.rows(0, 500)[-1].entry)
    assert last["act"] == "preservation.certificate"
    plain = hashlib.sha256((tmp_path / "made.pdf").read_bytes()).hexdigest()
    assert len(last["facts"]["file"]) == 64  # a keyed digest: whoever has the file can't look for it
    assert plain not in json.dumps(last)
    page.certificate.save(destruction, "json", tmp_path / "none" / "made.json")
    qtbot.waitUntil(lambda: "could not be saved" in shown_now.said.words, timeout=SLOW)
    shown_now.accept()
    assert cases(page, qtbot, view="destroyed") == [number]
    assert page.model.rows()[0].standing(world.clock.now().date()) is Standing.DESTROYED


def test_moderators_read_it_and_are_told_who_may(
    world: World, open_page: Callable[[Operator], PreservationPage], qtbot: QtBot
) -> None:
    filed(world)
    page = open_page(world.moderator)
    qtbot.waitUntil(lambda: page.pane.kept is not None, timeout=SLOW)
    for what in ("extend", "hold", "destroy"):
        assert "Supervisors" in page.pane.why_not(what)
        page.begin(what)
    assert page.dialog is None
    assert not page.pane.extend.isEnabled()
    assert "Supervisors order" in said(page.pane)
    gone: list[tuple[str, dict[str, Any]]] = []
    page.navigate.connect(lambda where, what: gone.append((where, what)))
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    qtbot.mouseClick(page.pane.case, LEFT)
    assert [where for where, _ in gone] == ["case", "case"]


def test_empty_and_failing(
    world: World,
    open_page: Callable[[Operator], PreservationPage],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = open_page(world.supervisor)
    assert page._layout.currentWidget() is page._none
    assert all(not command.enabled() for command in page._commands)
    filed(world)

    def fails(*_: object, **__: object) -> None:
        raise UserError("The database does not answer.", "Try again.")

    with monkeypatch.context() as patch:
        patch.setattr(type(world.preservation), "list", fails)
        page.enter(case=1)
        qtbot.waitUntil(lambda: "does not answer" in page.said.words, timeout=SLOW)
    page._ask()
    qtbot.waitUntil(lambda: bool(page.model.rows()) and not page.said.words, timeout=SLOW)
    quiet(page, qtbot)
    assert page.pane.kept is not None
