"""Lanes: a few threads drive filings side by side; an urgent report never waits behind a large upload.

Each lane takes a filing with a lease of its own; the database keeps them apart, as it
keeps apart the desks on one store.
"""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Callable
from functools import partial

from desk.domain.errors import DeskError
from desk.domain.filing import Filing, FilingState
from desk.ports import Clock
from desk.services.outbox import Outbox

log = logging.getLogger(__name__)
LANES = 8
"""Enough that calls go on while others wait for the disk. Most of the time all of them sleep."""
SWITCH_S = 0.0005
"""The longest turn of one thread while others want theirs: whoever writes holds up every other lane."""
GARBAGE = 10_000
"""New objects before Python looks for cycles: a filing makes thousands and no cycles to speak of."""
LONGEST_WAIT = 30.0
AFTER_FAULT = 5.0


def _spare_collector() -> None:
    """What the program has loaded by now stays: looking through all of it again stops every lane for long."""
    if gc.isenabled() and gc.get_threshold()[0] != GARBAGE:
        gc.set_threshold(GARBAGE, *gc.get_threshold()[1:])
        gc.freeze()


class Lanes:
    """Runs the outbox until stopped. ``told`` is called on a lane's thread after each commit."""

    def __init__(
        self, outbox: Outbox, clock: Clock, told: Callable[[Filing], None] | None = None, count: int = LANES
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._told = told or (lambda _filing: None)
        self._stopped = threading.Event()
        self._turn = threading.Condition()
        self._wakes = 0
        self._idle = 0
        self._threads = [
            threading.Thread(target=self._run, name=f"outbox-{n + 1}", daemon=True) for n in range(count)
        ]

    def start(self) -> None:
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_S))
        _spare_collector()
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something was confirmed or asked for: look at once."""
        with self._turn:
            self._wakes += 1
            self._turn.notify_all()

    def stop(self, timeout: float = 10.0) -> bool:
        """Finish the calls at hand and end. True if in time; a call cut off is settled at the next start."""
        self._stopped.set()
        self.wake()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout)
        return not any(thread.is_alive() for thread in self._threads)

    def wait_idle(self, timeout: float) -> bool:
        """Until every lane has found nothing due; False where the time ran out or it was stopped."""
        with self._turn:
            return self._turn.wait_for(lambda: self._idle == len(self._threads), timeout)

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._turn:
                seen = self._wakes
            wait = self._once()
            if wait <= 0:
                continue
            with self._turn:
                self._idle += 1
                self._turn.notify_all()
                self._turn.wait_for(partial(self._woken, seen), wait)
                self._idle -= 1

    def _woken(self, seen: int) -> bool:
        return self._wakes != seen or self._stopped.is_set()

    def _hear(self, filing: Filing) -> None:
        self._told(filing)
        if self._idle and (filing.state.ended or filing.state is FilingState.HELD or filing.retry_at):
            # There may be more than one to do: the others need not sleep on.
            self.wake()

    def _once(self) -> float:
        """Drive one filing after another; returns the seconds to wait before the next look."""
        try:
            result = self._outbox.run(stop=self._stopped.is_set, told=self._hear, go_on=True)
        except DeskError as problem:
            log.warning("The outbox could not go on: %s", type(problem).__name__)
            return AFTER_FAULT
        except Exception as bug:
            log.exception("The outbox met a bug: %s", type(bug).__name__)
            return AFTER_FAULT
        if result.filing is not None:
            return 0.0
        if result.next_due is None:
            return LONGEST_WAIT
        left = (result.next_due - self._clock.now()).total_seconds()
        return min(LONGEST_WAIT, max(0.05, left))
