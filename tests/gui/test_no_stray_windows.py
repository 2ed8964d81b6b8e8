"""No part of a page is ever shown as a window of its own: it would flash up and take the focus away."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desk.gui.window import MainWindow
from tests.gui.journey_support import practice_window


class Watch(QObject):
    """Names of widgets that were shown as windows, but for the main one."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        if shown and not isinstance(watched, MainWindow):
            self.shown.append(f"{type(watched).__name__} {watched.objectName()}".strip())
        return False


def test_building_every_page_opens_one_window(qtbot: QtBot, tmp_path: Path, qapp: QApplication) -> None:
    watch = Watch()
    qapp.installEventFilter(watch)
    try:
        with practice_window(qtbot, tmp_path) as (life, _workplace):
            window = life.window
            for page in list(window._pages):
                window.go(page)
                QApplication.processEvents()
            assert watch.shown == []
    finally:
        qapp.removeEventFilter(watch)
