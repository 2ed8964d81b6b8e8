"""Fewer and shorter pauses of the GUI thread while others compute in the same process."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 500


class Collector(QObject):
    """Garbage is collected on the GUI thread alone, as long as this lives; made there, and one in a process.

    Python looks for cycles on whichever thread makes the next object. Widgets among them would end on a
    thread of a pool, or on the GUI thread between any two steps of its code; the first crashes at times.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._clock = QTimer(self)
        self._clock.setInterval(EVERY_MS)
        self._clock.timeout.connect(self.look)
        self._clock.start()

    def look(self) -> None:
        """Collect as far as Python itself would have by now."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return

    def end(self) -> None:
        """Nobody's event loop runs any more: Python looks by itself again."""
        self._clock.stop()
        gc.enable()


def settle() -> None:
    """Take what is there for good out of the garbage collector's rounds; once in a process.

    Modules, tables and the window itself are some hundred thousand objects. A full round over them takes
    the better part of a tenth of a second, on whichever thread it falls, and the window stands still for it.
    What is made later is collected as ever.
    """
    if gc.get_freeze_count() == 0:
        gc.collect()
        gc.freeze()
