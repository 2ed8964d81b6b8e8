"""The workers behind the pool: who runs, who waits, who is replaced."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Generator, Iterator

from desk.domain.preview import NoPreviewReason

from .process import Hello, WorkerGone, WorkerProcess
from .sources import Opened
from .turns import Hurry, Turns
from .watchdog import Watchdog
from .wire import MAX_COUNT, Answer, Ask, Breach, Digest, Format, Part, Request, Worker, digest

START_SECONDS = 30.0

WORN_OUT = 100
"""Jobs after which a worker is replaced; a file it refused counts ten."""

WORN_SECONDS = 90.0
"""Seconds of work after which it is replaced, well before its limit of processor time."""


class Stop:
    """A person's wish to end what plays; it comes from another thread than the one that plays."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None
        self.asked = False

    def hold(self, process: WorkerProcess | None) -> None:
        """The worker that plays, or that none does any more."""
        with self._lock:
            self._process = process
            if self.asked and process is not None:
                process.kill()

    def now(self) -> None:
        """End it, also in the middle of a frame."""
        with self._lock:
            self.asked = True
            if self._process is not None:
                self._process.kill()


class Crew:
    """Keeps a few idle workers of each kind; replaces what is worn, hung, dead or dishonest."""

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise ValueError("a pool needs at least one worker")
        self._workers = workers
        self._turns = Turns(workers)
        # One film and its sound at a time.
        self._playing = {ask: threading.BoundedSemaphore(1) for ask in (Ask.PLAY, Ask.SOUND)}
        self._watchdog = Watchdog()
        self._lock = threading.Lock()
        self._idle: dict[Worker, list[WorkerProcess]] = defaultdict(list)
        self._busy: set[WorkerProcess] = set()
        self._closed = False

    def run(
        self, opened: Opened, kind: Worker, request: Request, size: int, *, seconds: float, hurry: Hurry
    ) -> Digest | NoPreviewReason:
        """One job with its deadline. What the source raises passes through; its worker is replaced."""
        with self._turns.turn(hurry):
            outcome = self._try(opened, kind, request, size, seconds)
            if outcome is None:
                # Killed from outside, for want of memory perhaps: once more, and then no more.
                outcome = self._try(opened, kind, request, size, seconds)
            return outcome or NoPreviewReason.CRASHED

    def play(
        self, opened: Opened, kind: Worker, request: Request, size: int, stop: Stop, *, seconds: float
    ) -> Generator[Part, None, None]:
        """Part after part, each within `seconds`; ends early where the worker does, or by `stop`.

        The last part is a DONE where the file came to its end.
        """
        turn = self._playing[request.ask]
        while not turn.acquire(timeout=0.1):
            if stop.asked:
                return
        try:
            process = self._take(kind)
            if process is None:
                return
            healthy = False
            stop.hold(process)
            try:
                with self._deadline(START_SECONDS, process):
                    process.hello()
                supply = opened.supply(kind)
                with self._deadline(seconds, process):
                    process.begin(request, size, supply.chunks)
                for ordinal in range(MAX_COUNT):
                    with self._deadline(seconds, process):
                        part = process.next_part(request, size, supply.read)
                    if part.untrusted.answer not in (Answer.PIXELS, Answer.SOUND):
                        healthy = part.untrusted.answer in (Answer.DONE, Answer.REFUSED)
                        if part.untrusted.answer == Answer.DONE:
                            yield part
                        return
                    if part.untrusted.answer == Answer.PIXELS and part.untrusted.ordinal != ordinal:
                        return
                    yield part
            except (WorkerGone, Breach):
                return
            finally:
                # A film that was stopped leaves a worker that still sends frames: it is replaced.
                stop.hold(None)
                self._give_back(process, healthy=healthy and not stop.asked)
        finally:
            turn.release()

    def hello(self, kind: Worker) -> tuple[Hello, bool] | None:
        """What a worker of this kind reports, and whether a job object holds it; None if none starts."""
        with self._turns.turn(Hurry.HELD):
            process = self._take(kind)
            if process is None:
                return None
            said: Hello | None = None
            try:
                with contextlib.suppress(WorkerGone, Breach), self._deadline(START_SECONDS, process):
                    said = process.hello()
                return (said, process.in_job) if said else None
            finally:
                self._give_back(process, healthy=said is not None)

    def warm(self, kind: Worker) -> None:
        """Start idle workers of one kind, without waiting for them."""
        for _ in range(self._workers):
            self._prepare(kind)

    def pids(self) -> tuple[int, ...]:
        """Numbers of the processes now running."""
        with self._lock:
            everyone = [*self._busy, *(one for some in self._idle.values() for one in some)]
        return tuple(sorted(one.pid for one in everyone))

    def close(self) -> None:
        """End every worker; threads in a job get their answer at once."""
        self._turns.close()
        with self._lock:
            self._closed = True
            idle = [one for some in self._idle.values() for one in some]
            self._idle.clear()
            for one in self._busy:
                one.kill()
        for one in idle:
            one.close()
        self._watchdog.close()

    def _try(
        self, opened: Opened, kind: Worker, request: Request, size: int, seconds: float
    ) -> Digest | NoPreviewReason | None:
        """One try; None when the worker was killed from outside."""
        process = self._take(kind)
        if process is None:
            return NoPreviewReason.UNAVAILABLE
        healthy = False
        try:
            try:
                with self._deadline(START_SECONDS, process):
                    process.hello()
            except (WorkerGone, Breach):
                return NoPreviewReason.UNAVAILABLE
            supply = opened.supply(kind, whole=request.format is Format.PNG)
            try:
                with self._deadline(seconds, process):
                    parts = process.ask(request, size, supply.chunks, supply.read)
                outcome = digest(parts, request)
            finally:
                supply.close()
            healthy = True
            return outcome
        except WorkerGone:
            return NoPreviewReason.UNAVAILABLE if self._closed else process.ending()
        except Breach:
            return NoPreviewReason.GUARD
        finally:
            self._give_back(process, healthy=healthy)

    def _take(self, kind: Worker) -> WorkerProcess | None:
        dead: list[WorkerProcess] = []
        taken: WorkerProcess | None = None
        with self._lock:
            if self._closed:
                return None
            while self._idle[kind] and taken is None:
                candidate = self._idle[kind].pop()
                if candidate.alive():
                    taken = candidate
                else:
                    dead.append(candidate)
            if taken is not None:
                self._busy.add(taken)
        for one in dead:
            one.close()
        return taken or self._start(kind)

    def _start(self, kind: Worker) -> WorkerProcess | None:
        try:
            process = WorkerProcess(kind)
        except OSError:
            return None
        with self._lock:
            late = self._closed
            if not late:
                self._busy.add(process)
        if late:
            process.close()
            return None
        return process

    def _give_back(self, process: WorkerProcess, *, healthy: bool) -> None:
        kind = process.worker
        fit = healthy and process.wear < WORN_OUT and process.busy_seconds < WORN_SECONDS
        with self._lock:
            self._busy.discard(process)
            keep = fit and not self._closed and len(self._idle[kind]) < self._workers
            if keep:
                self._idle[kind].append(process)
        if not keep:
            process.close()
            if not fit:
                self._prepare(kind)

    def _prepare(self, kind: Worker) -> None:
        """Start a worker for the next job; it loads and locks itself meanwhile."""
        with self._lock:
            if self._closed or len(self._idle[kind]) >= self._workers:
                return
            try:
                self._idle[kind].insert(0, WorkerProcess(kind))
            except OSError:
                return

    @contextlib.contextmanager
    def _deadline(self, seconds: float, process: WorkerProcess) -> Iterator[None]:
        ticket = self._watchdog.arm(seconds, lambda: process.kill(timed_out=True))
        try:
            yield
        except BaseException:
            self._watchdog.disarm(ticket)
            raise
        if not self._watchdog.disarm(ticket):
            # The answer came as the time ran out: the worker is being killed and must not be used again.
            raise WorkerGone
