"""What tests of the window share: one theme for the application, and windows that are really in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desk.gui.theme import Scheme, Theme, current


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
