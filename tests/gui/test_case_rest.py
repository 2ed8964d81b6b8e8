"""Rest on the case page, and what blurs it from outside: the screen's lock."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk.domain.exposure import Rest, RestState
from desk.gui.case.resting import RestNotice
from desk.gui.case.screenlock import ScreenLock
from desk.gui.theme import Theme

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


def test_a_word_then_a_break_that_counts_down_then_nothing(qtbot: QtBot, look: Theme) -> None:
    clock = Hands()
    notice = RestNotice(clock)
    qtbot.addWidget(notice)
    over: list[bool] = []
    notice.over.connect(lambda: over.append(True))
    notice.say(None)
    assert notice.isHidden()
    notice.say(Rest(RestState.PROMPT, 1260, 1260, 1740))
    assert "21 min" in notice.words
    assert "29 min" in notice.words
    notice.put_away()
    notice.say(Rest(RestState.PROMPT, 1320, 1320, 1680))
    assert notice.isHidden()
    notice.say(Rest(RestState.BREAK, 3000, 3000, 0, NOON + timedelta(seconds=582)))
    assert notice.left == "9:42"
    assert not notice._close.isVisibleTo(notice)
    clock.at += timedelta(seconds=581.4)
    notice._count()
    assert notice.left == "0:01"
    assert not over
    clock.at += timedelta(seconds=1)
    notice._count()
    assert over == [True]
    notice.say(Rest(RestState.CLEAR, 0, 3000, 3000))
    assert notice.isHidden()
    notice.say(Rest(RestState.CAPPED, 0, 15000, 0, NOON))
    assert "limit" in notice.words
    assert not notice._left.isVisibleTo(notice)


def test_without_a_bus_nothing_is_listened_to(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DBUS_SYSTEM_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("desk.gui.case.screenlock._SYSTEM_SOCKET", tmp_path / "none")
    assert ScreenLock().listening == 0


LISTENER = """
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from desk.gui.case.screenlock import ScreenLock
app = QCoreApplication([])
lock = ScreenLock()
told = []
lock.locked.connect(lambda: told.append(1))
other = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, "the desktop")
def send(active):
    made = QDBusMessage.createSignal("/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged")
    made.setArguments([active])
    other.send(made)
lock.locked.connect(app.quit)
send(False)
send(True)
QTimer.singleShot(20000, app.quit)
app.exec()
print("told", len(told), lock.listening >= 3)
"""


@pytest.mark.skipif(sys.platform != "linux" or not which("dbus-run-session"), reason="needs D-Bus")
def test_the_screen_s_lock_is_heard() -> None:
    command = ["dbus-run-session", "--", sys.executable, "-c", LISTENER]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert "told 1 True" in done.stdout, done.stderr
