"""The outbox's lanes, told to the window: off the GUI thread, word of each change on it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desk.domain.filing import Filing
from desk.ports import Clock
from desk.services.changes import Change
from desk.services.lanes import Lanes
from desk.services.outbox import Outbox

STEPPED = frozenset({Change.OUTBOX, Change.QUEUE, Change.CASE, Change.REPORTS, Change.AUDIT})


class OutboxThread(QObject):
    """Made on the GUI thread. ``stepped`` carries the filing after a drive, ``changed`` what was written."""

    stepped = Signal(object)
    changed = Signal(object)

    def __init__(self, outbox: Outbox, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopped = False
        self._lanes = Lanes(outbox, clock, self._tell)
        self._started = False

    def start(self) -> None:
        """Once; it goes on while people come and go."""
        if not self._started:
            self._started = True
            self._lanes.start()

    def wake(self) -> None:
        """Something was confirmed or asked for: look at once."""
        self._lanes.wake()

    def stop(self, timeout: float = 10.0) -> bool:
        """Finish the calls at hand and end. True if in time; a call cut off is settled at the next start."""
        self._stopped = True
        return self._lanes.stop(timeout)

    def _tell(self, filing: Filing) -> None:
        # On a lane's thread: signals queue themselves onto the GUI thread.
        if not self._stopped:
            self.stepped.emit(filing)
            self.changed.emit(STEPPED)
