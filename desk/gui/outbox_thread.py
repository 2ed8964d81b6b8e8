"""One thread steps the outbox: off the GUI thread, one remote call after the other."""

from __future__ import annotations

import logging
import threading

from PySide6.QtCore import QObject, Signal

from desk.domain.errors import DeskError
from desk.ports import Clock
from desk.services.changes import Change
from desk.services.outbox import Outbox, Stepped

log = logging.getLogger(__name__)
LONGEST_WAIT = 30.0
AFTER_FAULT = 5.0
STEPPED = frozenset({Change.OUTBOX, Change.QUEUE, Change.CASE, Change.REPORTS, Change.AUDIT})


class OutboxThread(QObject):
    """Made on the GUI thread. ``stepped`` carries the filing after a step, ``changed`` what was written."""

    stepped = Signal(object)
    changed = Signal(object)

    def __init__(self, outbox: Outbox, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outbox = outbox
        self._clock = clock
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something was confirmed or asked for: look at once."""
        self._wake.set()

    def stop(self, timeout: float = 10.0) -> bool:
        """Finish the call at hand and end. True if in time; a call cut off is settled at the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            wait = self._once()
            if wait > 0 and not self._stop.is_set():
                self._wake.wait(wait)

    def _once(self) -> float:
        """Step once; returns the seconds to wait before the next look."""
        try:
            result = self._outbox.step()
        except DeskError as problem:
            log.warning("The outbox could not step: %s", type(problem).__name__)
            return AFTER_FAULT
        except Exception as bug:
            log.exception("The outbox met a bug: %s", type(bug).__name__)
            return AFTER_FAULT
        if result.filing is not None:
            self._tell(result)
            return 0.0
        if result.next_due is None:
            return LONGEST_WAIT
        left = (result.next_due - self._clock.now()).total_seconds()
        return min(LONGEST_WAIT, max(0.05, left))

    def _tell(self, result: Stepped) -> None:
        if self._stop.is_set():
            return
        self.stepped.emit(result.filing)
        self.changed.emit(STEPPED)
