"""The test display itself: a window gets the keyboard on it, and two test processes do not share one."""

from __future__ import annotations

import os

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot


def test_a_window_becomes_active_and_takes_what_is_typed(qtbot: QtBot) -> None:
    line = QLineEdit()
    qtbot.addWidget(line)
    with qtbot.waitActive(line, timeout=10_000):
        line.show()
        line.activateWindow()
        line.setFocus()
    qtbot.waitUntil(line.hasFocus, timeout=10_000)
    qtbot.keyClicks(line, "typed")
    assert line.text() == "typed"


def test_each_process_has_its_own_display() -> None:
    displays = os.environ.get("DESK_TEST_DISPLAYS", "").split()
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not displays or worker is None:
        pytest.skip("one process only, or no displays of the test command's")
    assert os.environ["DISPLAY"] == displays[int(worker.removeprefix("gw"))]
