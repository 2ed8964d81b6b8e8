"""Settings on a real workspace: nothing secret is shown, everything is kept, mistakes are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desk.gui.session import Session
from desk.gui.settings.page import SettingsPage
from tests.gui.desk_support import session_on

SLOW = 20_000


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Session]:
    with session_on(tmp_path_factory.mktemp("settings")) as made:
        yield made


@pytest.fixture
def page(session: Session, show: Callable[[QWidget], QWidget], qtbot: QtBot) -> SettingsPage:
    made = SettingsPage(session)
    session.changed.connect(made.refresh)
    show(made)
    made.resize(1200, 800)
    made.enter()
    qtbot.waitUntil(lambda: made.company.name.value() == "Example Social", timeout=SLOW)
    return made


def test_credentials_are_never_shown(page: SettingsPage, session: Session) -> None:
    endpoint = session.desk.configuration.endpoint()
    assert endpoint is not None
    credentials = session.desk.credentials.get(endpoint)
    assert credentials is not None
    for field in page.findChildren(QLineEdit):
        assert credentials.password not in field.text()
    assert page.endpoint.password.echoMode() is QLineEdit.EchoMode.Password
    assert "practice" in page.endpoint._state_words.text()


def test_check_asks_the_service(page: SettingsPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.endpoint._check, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.endpoint._state.words() == "Accepted", timeout=SLOW)


def test_a_wrong_password_is_said_and_mended(page: SettingsPage, session: Session, qtbot: QtBot) -> None:
    endpoint = session.desk.configuration.endpoint()
    assert endpoint is not None
    right = session.desk.credentials.get(endpoint)
    assert right is not None
    page.endpoint.user.setText("practice")
    page.endpoint.password.setText("not the password")
    qtbot.mouseClick(page.endpoint.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.endpoint._state.words() == "Not accepted", timeout=SLOW)
    assert page.endpoint.password.text() == ""
    page.endpoint.user.setText(right.user)
    page.endpoint.password.setText(right.password)
    qtbot.keyClick(page.endpoint.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.endpoint._state.words() == "Accepted", timeout=SLOW)


def test_a_change_is_saved_and_can_be_undone(page: SettingsPage, session: Session, qtbot: QtBot) -> None:
    assert not page._save.isEnabled()
    page.limits.hold.setValue(7)
    assert page._save.isEnabled()
    qtbot.mouseClick(page._undo, Qt.MouseButton.LeftButton)
    assert page.limits.hold.value() == 1
    page.limits.hold.setValue(9)
    qtbot.keyClick(page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    page.limits.hold.setValue(8)  # while it is being saved
    qtbot.waitUntil(lambda: page._before.hold_minutes == 9 and not session.runner.busy, timeout=SLOW)
    assert session.desk.configuration.settings(session.operator).hold_minutes == 9
    assert (page.limits.hold.value(), page._save.isEnabled()) == (8, True)
    qtbot.mouseClick(page._undo, Qt.MouseButton.LeftButton)
    assert (page.limits.hold.value(), page._save.isEnabled()) == (9, False)


def test_an_address_that_is_none_is_refused_at_its_field(page: SettingsPage, qtbot: QtBot) -> None:
    page.endpoint._endpoint_box.show()
    page.endpoint.set_endpoint.show()
    page.endpoint.kind.set_value("custom")
    page.endpoint.url.setText("http://example.com/ispws")
    qtbot.mouseClick(page.endpoint.set_endpoint, Qt.MouseButton.LeftButton)
    assert page.endpoint._url_field.problem()
