"""Kills what outlives its deadline. One thread for any number of workers."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class Watchdog:
    """`arm` a deadline before a job, `disarm` it after; what is still armed at its time is called once."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._heap: list[tuple[float, int]] = []
        self._armed: dict[int, Callable[[], None]] = {}
        self._tickets = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    def arm(self, seconds: float, on_breach: Callable[[], None]) -> int:
        """Call `on_breach` in `seconds` unless disarmed; answers the ticket to disarm with."""
        with self._condition:
            ticket = next(self._tickets)
            self._armed[ticket] = on_breach
            heapq.heappush(self._heap, (time.monotonic() + seconds, ticket))
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="preview-watchdog", daemon=True)
                self._thread.start()
            self._condition.notify()
            return ticket

    def disarm(self, ticket: int) -> bool:
        """Forget a deadline; False if it has passed, and its call was made or is about to be."""
        with self._condition:
            return self._armed.pop(ticket, None) is not None

    def close(self) -> None:
        """End the thread. What is still armed is no longer watched."""
        with self._condition:
            self._closed = True
            self._condition.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._condition:
                if self._closed:
                    return
                while self._heap and self._heap[0][1] not in self._armed:
                    heapq.heappop(self._heap)
                if not self._heap:
                    self._condition.wait()
                    continue
                left = self._heap[0][0] - time.monotonic()
                if left > 0:
                    self._condition.wait(left)
                    continue
                on_breach = self._armed.pop(heapq.heappop(self._heap)[1])
            on_breach()
