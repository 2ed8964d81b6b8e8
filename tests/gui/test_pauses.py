"""Garbage goes on the GUI thread, at a moment of its own."""

from __future__ import annotations

import gc
import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desk.gui.pauses import Collector


def test_no_other_thread_collects(qtbot: QtBot) -> None:
    ended: list[threading.Thread] = []

    class Knot(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.me = self

        def __del__(self) -> None:
            ended.append(threading.current_thread())

    gc.enable()  # as Python begins; the tests have it off
    owner = QObject()
    collector = Collector(owner)
    try:
        Knot()
        made: list[list[int]] = []
        thread = threading.Thread(target=lambda: made.extend([n] for n in range(200_000)))
        thread.start()
        thread.join(60)
        assert len(made) == 200_000
        assert ended == []
        qtbot.waitUntil(lambda: bool(ended), timeout=20_000)
        assert ended == [threading.main_thread()]
        collector.look()  # nothing is due: nothing happens
    finally:
        collector.end()
        again = gc.isenabled()
        gc.disable()
    assert again
