"""Lanes: a few filings are driven side by side; an urgent report never waits behind a large upload.

One thread carries them: what their filings write at the same moment shares a commit, and their small calls
are awaited together. What takes long (a large file, a new connection) is done by threads of its own. Each
lane takes a filing with a lease of its own; the database keeps them apart, as it does the desks on one store.
"""

from __future__ import annotations

import gc
import logging
import queue
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from desk.domain.errors import DeskError
from desk.domain.filing import Filing, FilingState
from desk.ports import Begun, Clock
from desk.services.flow import Ended, Flow, Work, Write, begin, done, readable
from desk.services.outbox import Outbox, Stepped

log = logging.getLogger(__name__)
LANES = 8
"""Enough that calls go on while others wait. Most of the time all of them sleep."""
GARBAGE = 10_000
"""New objects before Python looks for cycles: a filing makes thousands and no cycles to speak of."""
LONGEST_WAIT = 30.0
AFTER_FAULT = 5.0


def _spare_collector() -> None:
    """What the program has loaded by now stays: looking through all of it again stops every lane for long."""
    if gc.isenabled() and gc.get_threshold()[0] != GARBAGE:
        gc.set_threshold(GARBAGE, *gc.get_threshold()[1:])
        gc.freeze()


@dataclass(slots=True, eq=False)
class _Lane:
    """One filing on its way, and what it waits for; idle without a flow."""

    flow: Flow[Stepped] | None = None
    write: Write | None = None
    begun: Begun | None = None


class Lanes:
    """Runs the outbox until stopped. ``told`` is called on the lanes' thread after each commit."""

    def __init__(
        self, outbox: Outbox, clock: Clock, told: Callable[[Filing], None] | None = None, count: int = LANES
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._told = told or (lambda _filing: None)
        self._lanes = [_Lane() for _ in range(count)]
        self._stopped = threading.Event()
        self._turn = threading.Condition()
        self._wakes, self._seen = 1, 0
        self._idle = False
        self._look_at = 0.0
        self._workers = _Workers(self._rouse)
        self._pair: tuple[socket.socket, socket.socket] | None = None
        """What is sent to the second wakes the thread, which waits for the first."""
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        _spare_collector()
        self._pair = socket.socketpair()
        for end in self._pair:
            end.setblocking(False)
        self._thread.start()

    def wake(self) -> None:
        """Something was confirmed or asked for: look at once."""
        with self._turn:
            self._wakes += 1
            self._idle = False
        self._rouse()

    def stop(self, timeout: float = 10.0) -> bool:
        """Finish the calls at hand and end. True if in time; a call cut off is settled at the next start."""
        self._stopped.set()
        self._rouse()
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def wait_idle(self, timeout: float) -> bool:
        """Until nothing is due; False where the time ran out or it was stopped."""
        with self._turn:
            return self._turn.wait_for(lambda: self._idle, timeout)

    def _rouse(self) -> None:
        if self._pair is not None:
            with suppress(OSError):  # enough of them are there to be heard, or the thread has ended
                self._pair[1].send(b"\0")

    # on the thread ---------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self._turn_over():
                pass
        finally:
            self._workers.stop()
            with self._turn:
                self._turn.notify_all()
            for end in self._pair or ():
                end.close()

    def _turn_over(self) -> bool:
        """Look, write and wait, once; False at the end."""
        try:
            stopped = self._stopped.is_set()
            with self._turn:
                woken, self._seen = self._wakes != self._seen, self._wakes
            if not stopped and (woken or time.monotonic() >= self._look_at):
                self._look()
            self._write()
            if all(lane.flow is None for lane in self._lanes):
                if stopped:
                    return False
                with self._turn:
                    self._idle = self._wakes == self._seen and time.monotonic() < self._look_at
                    self._turn.notify_all()
            self._wait()
        except Exception as bug:
            log.exception("The outbox's lanes met a bug: %s", type(bug).__name__)
            return not self._stopped.wait(AFTER_FAULT)
        return True

    def _look(self) -> None:
        """One that is idle looks whether there is something to do; if so, it has the next one look."""
        self._look_at = time.monotonic() + LONGEST_WAIT
        lane = next((lane for lane in self._lanes if lane.flow is None), None)
        if lane is not None:
            lane.flow = self._outbox.flow(stop=self._stopped.is_set, told=self._hear)
            self._advance(lane, Ended())

    def _write(self) -> None:
        """What all that want to write write, until none does."""
        while wanting := [(lane, lane.write) for lane in self._lanes if lane.write is not None]:
            made = self._outbox.together([write.body for _, write in wanting])
            for lane, _ in wanting:
                lane.write = None
            for (lane, write), ended in zip(wanting, made, strict=True):
                if write.takes and ended.value is not None:
                    self._look()
                self._advance(lane, ended)

    def _wait(self) -> None:
        """Until an answer comes, a worker is done, somebody wakes, or it is time for something."""
        under_way = {lane.begun.fileno(): lane for lane in self._lanes if lane.begun is not None}
        untils = [lane.begun.until for lane in under_way.values() if lane.begun is not None]
        now = time.monotonic()
        if self._workers.done or self._wakes != self._seen:
            until = now
        else:
            # Once stopped nobody looks any more: only what is under way is waited for.
            looks = now + LONGEST_WAIT if self._stopped.is_set() else self._look_at
            until = min([looks, *untils])
        assert self._pair is not None
        hears, _ = self._pair
        ready = readable([hears.fileno(), *under_way], until - now)
        if hears.fileno() in ready:
            with suppress(BlockingIOError):
                while hears.recv(4096):
                    pass
        while self._workers.done:
            lane, ended = self._workers.done.popleft()
            self._advance(lane, ended)
        now = time.monotonic()
        for number, lane in under_way.items():
            begun = lane.begun
            if begun is None:
                continue
            if number in ready:
                self._come(lane, begun.look)
            elif now >= begun.until:
                self._come(lane, begun.give_up)

    def _come(self, lane: _Lane, look: Callable[[], object]) -> None:
        came = done(look)
        if came.error is not None or came.value is not None:
            lane.begun = None
            self._advance(lane, came)

    def _advance(self, lane: _Lane, last: Ended) -> None:
        """Go on with what came of the last step, up to the next one that has to be waited for."""
        flow = lane.flow
        assert flow is not None
        while True:
            try:
                wanted = flow.send(last.value) if last.error is None else flow.throw(last.error)
                if isinstance(wanted, Write):
                    lane.write = wanted
                    return
            except StopIteration as end:
                lane.flow = None
                self._rest(self._until(end.value))
                return
            except DeskError as problem:
                log.warning("The outbox could not go on: %s", type(problem).__name__)
                lane.flow = None
                self._rest(AFTER_FAULT)
                return
            except Exception as bug:
                log.exception("The outbox met a bug: %s", type(bug).__name__)
                lane.flow = None
                self._rest(AFTER_FAULT)
                return
            begun = begin(wanted)
            if isinstance(begun, Ended):
                last = begun
            elif begun is not None:
                lane.begun = begun
                return
            elif wanted.quick:
                last = done(wanted.body)
            else:
                self._workers.do(lane, wanted)
                return

    def _rest(self, seconds: float) -> None:
        self._look_at = min(self._look_at, time.monotonic() + seconds)

    def _until(self, result: Stepped) -> float:
        """Seconds until the next look."""
        if result.next_due is None:
            return 0.0 if result.filing is not None else LONGEST_WAIT
        left = (result.next_due - self._clock.now()).total_seconds()
        return min(LONGEST_WAIT, max(0.05, left))

    def _hear(self, filing: Filing) -> None:
        self._told(filing)
        waits = filing.state.ended or filing.state is FilingState.HELD or filing.retry_at is not None
        if waits and any(lane.flow is None for lane in self._lanes):
            # There may be more than one to do, or sooner: one that is idle need not sleep on.
            self._look_at = 0.0


class _Workers:
    """Threads that do one thing each at a time; made when they are needed, and kept."""

    def __init__(self, rouse: Callable[[], None]) -> None:
        self._rouse = rouse
        self._todo: queue.SimpleQueue[tuple[_Lane, Work] | None] = queue.SimpleQueue()
        self._free = 0
        self._count = 0
        self._lock = threading.Lock()
        self.done: deque[tuple[_Lane, Ended]] = deque()

    def do(self, lane: _Lane, work: Work) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
            else:
                self._count += 1
                threading.Thread(target=self._run, name=f"outbox-{self._count}", daemon=True).start()
        self._todo.put((lane, work))

    def stop(self) -> None:
        for _ in range(self._count):
            self._todo.put(None)

    def _run(self) -> None:
        while (given := self._todo.get()) is not None:
            lane, work = given
            ended = done(work.body)
            with self._lock:
                self._free += 1
            self.done.append((lane, ended))
            self._rouse()
