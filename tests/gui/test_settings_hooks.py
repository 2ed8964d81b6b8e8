"""The hook in Settings and on the case page, against a real server on this computer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desk.gui.account.ties import CaseTies
from desk.gui.confirm.lines import shown
from desk.gui.session import Session
from desk.gui.settings.hooks import HooksPanel
from tests.gui.case_support import put_case
from tests.gui.desk_support import session_on
from tests.gui.report_support import png
from tests.support.hooked import SECRET, Platform, platform

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Session]:
    with session_on(tmp_path_factory.mktemp("hooks")) as made:
        yield made


@pytest.fixture
def hooked() -> Iterator[Platform]:
    with platform() as made:
        yield made


def words(root: QWidget) -> str:
    return "\n".join(shown(one) for one in root.findChildren(QLabel) if one.isVisibleTo(root))


def test_set_tested_and_seen_to_fail(
    session: Session, hooked: Platform, qtbot: QtBot, show: Callable[[QWidget], QWidget], tmp_path: Path
) -> None:
    panel = HooksPanel(session)
    session.changed.connect(lambda _changes: panel.ask())
    told: list[tuple[str, str]] = []
    panel.notify.connect(lambda kind, text: told.append((kind, text)))
    panel.resize(900, 500)
    show(panel)
    panel.ask()
    assert not panel.url.isEnabled()
    qtbot.waitUntil(lambda: panel._state.words() == "Off")
    assert not panel.test.isEnabled()
    panel.url.setText("http://hooks.example.com/")
    panel.enrich.toggle()
    qtbot.mouseClick(panel.save, LEFT)
    qtbot.waitUntil(
        lambda: "Plain HTTP" in panel._url_field.problem() or "leaves" in panel._url_field.problem()
    )
    panel.url.setText(hooked.url)
    qtbot.mouseClick(panel.save, LEFT)
    qtbot.waitUntil(lambda: "no secret" in panel._secret_field.problem())
    panel.secret.setText(SECRET)
    qtbot.mouseClick(panel.save, LEFT)
    qtbot.waitUntil(lambda: panel._state.words() == "On")
    assert panel.secret.text() == ""
    qtbot.waitUntil(panel.test.isEnabled)
    qtbot.mouseClick(panel.test, LEFT)
    qtbot.waitUntil(lambda: any("answered" in text for _, text in told))
    assert hooked.wrong == []
    hooked.answers = [(500, b"")]
    number = put_case(session.desk, tmp_path, {"a.jpg": png(70)})
    ties = CaseTies(session)
    ties.resize(600, 300)
    show(ties)
    ties.show_case(session.desk.review.open(session.operator, number))
    qtbot.waitUntil(lambda: session.desk.hooks.state(session.operator, number) is not None)
    session.desk.hooks.run()
    ties.show_case(session.desk.review.open(session.operator, number))
    qtbot.waitUntil(lambda: "could not be asked: It answered with HTTP 500" in words(ties))
    panel.ask()
    qtbot.waitUntil(lambda: panel._state.words() == "Not coming through")
    failed = f"Asking about case {number} · It answered with HTTP 500 · tried once · again at"
    qtbot.waitUntil(lambda: failed in words(panel))
    hooked.answers = [(204, b"")]
    again = next(one for one in panel.findChildren(QPushButton) if one.text() == "Try now")
    qtbot.mouseClick(again, LEFT)
    qtbot.waitUntil(lambda: not session.runner.busy)
    session.desk.hooks.run()
    panel.ask()
    qtbot.waitUntil(lambda: panel._state.words() == "On")
    ties.show_case(session.desk.review.open(session.operator, number))
    qtbot.waitUntil(lambda: "Asked the platform: The platform knows nothing further." in words(ties))
