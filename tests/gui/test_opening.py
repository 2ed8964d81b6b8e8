"""The window while its workspace opens: what it waits for, giving up, trying again, a passphrase."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desk.cli.output import keyring_waits
from desk.domain.company import EndpointKind
from desk.domain.errors import PassphraseNeeded, WorkspaceProblem
from desk.gui.opening import OpeningPage
from desk.gui.start import Life, Opened, Say
from desk.gui.theme import Scheme, Theme
from desk.system.keyring import WAITING, KeyringStore
from tests.gui.journey_support import MemorySettings


class Silent:
    """A keyring that answers once somebody answered its prompt."""

    def __init__(self, answered: threading.Event) -> None:
        self._answered = answered

    def get_password(self, _service: str, _username: str) -> str | None:
        self._answered.wait(20)
        return None

    def set_password(self, _service: str, _username: str, _password: str) -> None:
        raise AssertionError

    delete_password = get_password  # type: ignore[assignment]


def test_it_says_what_it_waits_for_and_asks_what_it_needs(qtbot: QtBot, look: Theme) -> None:
    answered = threading.Event()
    heard: list[Say] = []
    store = KeyringStore(
        find=lambda: Silent(answered), on_wait=lambda: heard[-1].waits(*WAITING), tell_after_s=0.01
    )

    def prepare(say: Say) -> Opened:
        heard.append(say)
        say("Opening the workspace…")
        store.get("key")
        if say.passphrase != "the right one":
            raise PassphraseNeeded("This workspace is unlocked by a passphrase.")
        raise WorkspaceProblem("The store is made by a newer desk.", "Bring the desk up to date.")

    life = Life(prepare, EndpointKind.TEST, MemorySettings(), Scheme.LIGHT, store.give_up)
    page = life.window.page("opening")
    assert isinstance(page, OpeningPage)

    def act(words: str) -> QPushButton | None:
        return next((one for one in page.findChildren(QPushButton) if one.text() == words), None)

    def says(words: str) -> bool:
        return any(one.text() == words for one in page.findChildren(QLabel))

    def press(words: str) -> None:
        """The one act has the focus: Space does it."""
        qtbot.waitUntil(lambda: (found := act(words)) is not None and found.hasFocus())
        qtbot.keyClick(act(words), Qt.Key.Key_Space)

    try:
        with qtbot.waitActive(life.window):
            life.window.show()
            life.window.activateWindow()
        life.begin()
        qtbot.waitUntil(lambda: says(WAITING[0]) and says(WAITING[1]))
        press("Stop waiting")
        qtbot.waitUntil(lambda: says("The keyring has not answered, and was not waited for any longer."))
        answered.set()
        store._tell_after_s = 60.0  # what it answers at once is not waited for, on a busy computer either
        press("Try again")
        qtbot.waitUntil(lambda: page.form is not None and page.form.passphrase.hasFocus())
        form = page.form
        assert form is not None
        qtbot.keyClick(form.passphrase, Qt.Key.Key_Return)
        assert form.said == "The passphrase is needed."
        form.passphrase.setText("a wrong one")
        qtbot.keyClick(form.passphrase, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not form.passphrase.text() and form.act.isEnabled())
        assert form.said.startswith("This workspace is unlocked")
        assert page.form is form
        form.passphrase.setText("the right one")
        qtbot.keyClick(form.passphrase, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: says("The store is made by a newer desk."))
        assert act("Try again") is not None
    finally:
        answered.set()
        life.window.close()
        life.end()


def test_a_command_says_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    keyring_waits()
    said = capsys.readouterr().err
    assert WAITING[0] in said
    assert "Ctrl+C gives up." in said
