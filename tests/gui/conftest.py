"""What tests of the window share: one theme for the application, and windows that are really in front."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desk.gui import runner
from desk.gui.theme import Scheme, Theme, current

JITTER_S = float(os.environ.get("DESK_JITTER", "0")) / 1e3
"""Asked for by hand (``DESK_JITTER=60``, in ms): work off the GUI thread begins and ends late by chance, as on a
computer under load. A test that asserts what it did not wait for fails soon."""


def _late(work: runner._Work) -> None:
    wanted, kind = work._fn, work._task.kind

    def late() -> object:
        time.sleep(random.uniform(0, JITTER_S))
        result = wanted()
        # What was read is old when it comes; a write is on the disk long before its answer.
        time.sleep(random.uniform(0, JITTER_S if kind == "read" else 2 * JITTER_S))
        return result

    work._fn = late
    _run(work)


_run = runner._Work.run


@pytest.fixture(autouse=JITTER_S > 0)
def jitter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.path.name != "test_runner.py":  # it gives hundreds of pieces of work at a time
        monkeypatch.setattr(runner._Work, "run", _late)


def pytest_itemcollected(item: pytest.Item) -> None:
    # The offscreen platform says so of every window; it is no stray message of ours.
    if "tests/gui/" in item.nodeid:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    """The application's theme, light; there is one for the whole run, as in the program."""
    theme = current() or Theme(qapp, Scheme.LIGHT)
    theme.set_scheme(Scheme.LIGHT)
    yield theme
    theme.set_scheme(Scheme.LIGHT)


@pytest.fixture
def show(qtbot: QtBot, look: Theme) -> Callable[[QWidget], QWidget]:
    """Shows a widget as a window in front, and closes it after the test."""

    def showing(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        with qtbot.waitActive(widget):
            widget.show()
            widget.raise_()
            widget.activateWindow()
        return widget

    return showing


@pytest.fixture
def loud() -> QImage:
    """An image of one loud colour that the theme never has: a pixel of it on screen is a leak."""
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(0xFF00FF00)
    return image
