"""An account across cases: from the case page, by search, and what it shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desk.app import practice_desk
from desk.domain.decision import DecisionKind
from desk.domain.elsewhere import Stated
from desk.gui.account.page import AccountPage
from desk.gui.account.ties import CaseTies
from desk.gui.confirm.lines import shown
from desk.gui.runner import Runner
from desk.gui.session import Session
from desk.services import accounts
from desk.services.changes import Change
from desk.services.desk import Desk
from tests.gui.case_support import put_case
from tests.gui.report_support import png

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with practice_desk(cases=False, folder=tmp_path_factory.mktemp("account")) as opened:
        yield opened


@pytest.fixture
def session(desk: Desk) -> Iterator[Session]:
    runner = Runner()
    bugs: list[str] = []
    runner.bug.connect(bugs.append)
    yield Session(desk, runner, desk.people.all()[0])
    assert runner.drain()
    assert not bugs


def person(account: str, **more: object) -> dict[str, object]:
    return {"id": account, "screen_name": f"{account} <b>", **more}


def ip(address: str, port: int | None) -> dict[str, object]:
    found: dict[str, object] = {"ip": address, "at": "2026-01-02T03:04:05Z", "event": "Login"}
    return found | ({"port": port} if port else {})


def words(root: QWidget) -> str:
    """Every word that is on the screen, those of links and badges too."""
    texts = [shown(one) for one in root.findChildren(QLabel) if one.isVisibleTo(root)]
    texts += [one.text() for one in root.findChildren(QPushButton) if one.isVisibleTo(root)]
    texts += [one.accessibleName() for one in root.findChildren(QWidget) if one.isVisibleTo(root)]
    return "\n".join(texts)


def press(root: QWidget, text: str, qtbot: QtBot) -> None:
    found = next(one for one in root.findChildren(QPushButton) if text in one.text() and one.isVisible())
    qtbot.mouseClick(found, LEFT)


def test_one_page_for_all_that_is_known(
    session: Session, desk: Desk, tmp_path: Path, qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> None:
    shared = {
        "ip_events": [ip("192.0.2.7", 51812), ip("100.64.0.9", None)],
        "emails": [{"address": "x@example.com"}],
    }
    first = put_case(desk, tmp_path, {"a.jpg": png(1)}, reported=person("u-1", **shared))
    second = put_case(desk, tmp_path, {"a.jpg": png(2)}, reported=person("u-1"))
    other = put_case(desk, tmp_path, {"a.jpg": png(3)}, reported=person("u-2", **shared))
    victim = put_case(desk, tmp_path, {"a.jpg": png(4)}, reported=person("u-3"), victims=[person("u-1")])
    operator = session.operator
    desk.review.decide(operator, desk.queue.claim(operator, first).value, DecisionKind.NO_VIOLATION)
    by_hand = Stated("ncmec", desk.clock.now(), "Ada", ("c1",), reference="77001234")
    desk.channels.record(operator, second, by_hand)
    page = AccountPage(session)
    show(page)
    page.enter()
    assert "No account chosen" in words(page)
    went: list[tuple[str, dict[str, object]]] = []
    page.navigate.connect(lambda name, where: went.append((name, where)))
    page.enter(account="u-1", number=second)
    qtbot.waitUntil(lambda: f"Case {second}" in words(page), timeout=5_000)
    said = words(page)
    assert page.title == "Account u-1"
    assert page.back == ("case", "Case")
    assert "2 cases" in said
    assert "No violation" in said
    assert f"Case {victim}" in said
    assert "as a victim" in said
    assert f"case {other} · port 51812 · " in said
    assert "port not given" in said
    assert "carrier-grade NAT" in said
    assert "same number is another machine" in said
    assert "u-1 <b>" in said  # as it is written, never as markup
    press(page, f"Case {first}", qtbot)
    assert went == [("case", {"number": first})]
    press(page, "Show it", qtbot)
    assert went[-1] == ("reports", {"find": "77001234"})
    press(page, "u-2", qtbot)
    qtbot.waitUntil(lambda: page.title == "Account u-2" and f"Case {other}" in words(page), timeout=5_000)
    page.search("x@example.com")
    qtbot.waitUntil(lambda: "Accounts found" in words(page), timeout=5_000)
    page.search("nobody at all")
    qtbot.waitUntil(lambda: "Nothing found" in words(page), timeout=5_000)
    page.search("u-3")
    qtbot.waitUntil(lambda: page.title == "Account u-3", timeout=5_000)
    page.refresh(frozenset({Change.CASE}))
    page.search("")


def test_further_cases_come_when_asked_for(
    session: Session,
    desk: Desk,
    tmp_path: Path,
    qtbot: QtBot,
    show: Callable[[QWidget], QWidget],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(accounts, "CASES", 2)
    numbers = [put_case(desk, tmp_path, {"a.jpg": png(20 + n)}, reported=person("u-many")) for n in range(5)]
    page = AccountPage(session)
    show(page)
    page.enter(account="u-many")
    qtbot.waitUntil(lambda: f"Case {numbers[-1]}" in words(page), timeout=5_000)
    assert f"Case {numbers[1]}" not in words(page)
    for last in (numbers[1], numbers[0]):
        qtbot.mouseClick(page.more, LEFT)
        qtbot.waitUntil(lambda last=last: f"Case {last}" in words(page), timeout=5_000)
    qtbot.mouseClick(page.more, LEFT)
    qtbot.waitUntil(lambda: not page.more.isVisible(), timeout=5_000)


def test_a_case_says_what_it_is_tied_to(
    session: Session, desk: Desk, tmp_path: Path, qtbot: QtBot, show: Callable[[QWidget], QWidget]
) -> None:
    one = put_case(desk, tmp_path, {"a.jpg": png(40)}, reported=person("u-tied"))
    put_case(desk, tmp_path, {"a.jpg": png(41)}, reported=person("u-tied"))
    same = put_case(desk, tmp_path, {"a.jpg": png(40)}, reported=person("u-else"))
    ties = CaseTies(session)
    ties.resize(600, 300)
    show(ties)
    went: list[tuple[str, dict[str, object]]] = []
    ties.wanted.connect(lambda name, where: went.append((name, where)))
    ties.show_case(desk.review.open(session.operator, one))
    qtbot.waitUntil(lambda: "Reported account u-tied · 1 other case" in words(ties), timeout=5_000)
    assert f"The same file is in 1 other case: {same}" in words(ties)
    press(ties, "Reported account", qtbot)
    press(ties, "File as one batched report…", qtbot)
    assert went == [
        ("account", {"account": "u-tied", "number": one}),
        ("report", {"number": one, "batch": True}),
    ]
