"""Work off the GUI thread: reads in a small pool, writes one after the other, long work beside both.

The GUI thread hands over a function without arguments and gets its result
back in a slot on the GUI thread. Results that nobody waits for any more are
dropped; writes themselves are never dropped.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import (
    QCoreApplication,
    QElapsedTimer,
    QEvent,
    QObject,
    QRunnable,
    Qt,
    QThreadPool,
    Signal,
)

from desk.domain.errors import Bug, Cancelled, DeskError

log = logging.getLogger(__name__)
T = TypeVar("T")


class Job:
    """What long work sees of its task: it says how far it is, and asks whether to stop. Any thread."""

    def __init__(self, task: Task) -> None:
        self._task = task

    @property
    def cancelled(self) -> bool:
        return self._task.cancelled

    def check(self) -> None:
        """Raises Cancelled when a person cancelled."""
        if self._task.cancelled:
            raise Cancelled("Cancelled.")

    def progress(self, done: int, total: int, words: str = "") -> None:
        """``total`` 0 means: not known."""
        self._task.progressed.emit(done, total, words)


class Task(QObject):
    """A handle on work under way. Lives on the GUI thread.

    ``progressed(done, total, words)`` and ``settled()`` arrive on the GUI
    thread; ``settled`` comes once, whatever happened.
    """

    progressed = Signal(int, int, str)
    settled = Signal()
    _finished = Signal(object, object)

    def __init__(self, runner: Runner, kind: str) -> None:
        super().__init__(runner)
        self.kind = kind
        self.done = False
        self._cancel = Event()
        self._stale = False
        self._owner: QObject | None = None
        self._on_done: Callable[[Any], object] | None = None
        self._on_error: Callable[[DeskError], object] | None = None
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def cancelled(self) -> bool:
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Stop a read or long work where it allows; a write is still made. Nothing is delivered of a read."""
        self._cancel.set()
        if self.kind == "read":
            self._stale = True

    def drop(self) -> None:
        """Nobody waits for the result any more."""
        self._stale = True
        if self.kind == "read":
            self._cancel.set()

    def _wanted(self) -> bool:
        return not self._stale and (self._owner is None or shiboken6.isValid(self._owner))

    def _deliver(self, result: object, error: object) -> None:
        if self.done:
            return
        self.done = True
        runner = self.parent()
        assert isinstance(runner, Runner)
        try:
            runner._settle(self, result, error)
        finally:
            self._on_done = self._on_error = self._owner = None
            self.settled.emit()
            self.deleteLater()


SWITCH_SECONDS = 0.001
"""How long the GUI thread waits for its turn while others compute in Python."""


_LEFT: list[QThreadPool] = []
"""Pools with work that did not end. Destroying one waits for its work without limit: they are kept."""


class _Work(QRunnable):
    def __init__(self, task: Task, fn: Callable[[], object]) -> None:
        super().__init__()
        self._task, self._fn = task, fn

    def run(self) -> None:
        result: object = None
        error: object = None
        try:
            if self._task.kind == "read" and self._task.cancelled:
                error = Cancelled("Cancelled.")
            else:
                result = self._fn()
        except BaseException as problem:
            error = problem
        try:
            self._task._finished.emit(result, error)
        except RuntimeError:
            log.debug("A result came after the window was gone")


class Runner(QObject):
    """Owns the pools. Make it on the GUI thread, give it to pages, ``drain`` it before the end.

    ``problem`` carries a DeskError that no ``on_error`` took; ``bug`` a short
    reference under which the log holds the place (never the text) of an
    error that is our fault.
    """

    problem = Signal(object)
    bug = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None, readers: int = 4) -> None:
        super().__init__(parent)
        # Threads that compute would each keep the GUI thread waiting for 5 ms, Python's own interval.
        sys.setswitchinterval(SWITCH_SECONDS)
        self._reads, self._writes, self._long = QThreadPool(), QThreadPool(), QThreadPool()
        for pool, threads in ((self._reads, readers), (self._writes, 1), (self._long, 2)):
            pool.setMaxThreadCount(threads)
            # Threads stay: database connections and thread names stay with them.
            pool.setExpiryTimeout(-1)
        self._open: set[Task] = set()
        self._latest: dict[tuple[int, str], Task] = {}
        self._closed = False
        self._bugs = 0

    # --- starting work -------------------------------------------------

    def run_read(
        self,
        fn: Callable[[], T],
        on_done: Callable[[T], object] | None = None,
        on_error: Callable[[DeskError], object] | None = None,
        *,
        owner: QObject | None = None,
        key: str = "",
    ) -> Task:
        """Run a read. Of reads with one ``key`` of one ``owner`` only the newest is delivered.

        ``owner`` is whoever the result is for (by default the object whose
        method ``on_done`` is): once it is destroyed, nothing is delivered.
        """
        return self._start("read", self._reads, fn, on_done, on_error, owner, key)

    def run_write(
        self,
        fn: Callable[[], T],
        on_done: Callable[[T], object] | None = None,
        on_error: Callable[[DeskError], object] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Task:
        """Run a write, after all writes given before it; also when nobody waits for it any more."""
        return self._start("write", self._writes, fn, on_done, on_error, owner, "")

    def run_long(
        self,
        fn: Callable[[Job], T],
        on_done: Callable[[T], object] | None = None,
        on_error: Callable[[DeskError], object] | None = None,
        *,
        on_progress: Callable[[int, int, str], object] | None = None,
        owner: QObject | None = None,
    ) -> Task:
        """Run an import, export or verification beside the others, so that no draft waits behind it.

        Cancelling it raises Cancelled inside at the next ``job.check()``; that
        reaches ``on_error`` as any DeskError does.
        """
        task = Task(self, "long")
        if on_progress is not None:
            task.progressed.connect(on_progress, Qt.ConnectionType.QueuedConnection)
        job = Job(task)
        return self._start("long", self._long, lambda: fn(job), on_done, on_error, owner, "", task)

    def _start(
        self,
        kind: str,
        pool: QThreadPool,
        fn: Callable[[], Any],
        on_done: Callable[[Any], object] | None,
        on_error: Callable[[DeskError], object] | None,
        owner: QObject | None,
        key: str,
        task: Task | None = None,
    ) -> Task:
        task = task or Task(self, kind)
        if self._closed:
            if kind == "write":
                raise Bug("Work was given after the runner was closed.")
            # A last refresh on the way out: nobody will see its answer.
            task.done = task._stale = True
            return task
        if owner is None:
            holder = getattr(on_done, "__self__", None) or getattr(on_error, "__self__", None)
            owner = holder if isinstance(holder, QObject) else None
        task._owner, task._on_done, task._on_error = owner, on_done, on_error
        if key:
            slot = (id(owner), key)
            before = self._latest.get(slot)
            if before is not None and not before.done:
                before.drop()
            self._latest[slot] = task
        self._open.add(task)
        if len(self._open) == 1:
            self.busy_changed.emit(True)
        pool.start(_Work(task, fn))
        return task

    # --- ending it -----------------------------------------------------

    def _settle(self, task: Task, result: object, error: object) -> None:
        self._open.discard(task)
        for slot, latest in list(self._latest.items()):
            if latest is task:
                del self._latest[slot]
        try:
            self._hand_over(task, result, error)
        finally:
            if not self._open:
                self.busy_changed.emit(False)

    def _hand_over(self, task: Task, result: object, error: object) -> None:
        wanted = task._wanted()
        if error is None:
            if wanted and task._on_done is not None:
                task._on_done(result)
            return
        if not isinstance(error, DeskError) or isinstance(error, Bug):
            reference = self._log_bug(error)
            self.bug.emit(reference)
            if wanted and task._on_error is not None:
                task._on_error(Bug("Something went wrong inside the desk.", f"Reference {reference}."))
            return
        if wanted and task._on_error is not None:
            task._on_error(error)
        elif task.kind == "write" or (wanted and not isinstance(error, Cancelled)):
            # A write that failed is said even when its page is gone.
            self.problem.emit(error)

    def _log_bug(self, error: object) -> str:
        self._bugs += 1
        reference = f"B{self._bugs:03d}"
        # The kind and the places, never the text: an exception's text may hold content.
        frames = traceback.extract_tb(error.__traceback__) if isinstance(error, BaseException) else []
        where = "".join(f"\n  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames)
        log.error("Bug %s: %s%s", reference, type(error).__name__, where)
        return reference

    @property
    def busy(self) -> bool:
        return bool(self._open)

    def drain(self, timeout_ms: int = 10_000) -> bool:
        """For the end: take no more work, stop reads and long work, wait for every write.

        True if all ended in time. Nothing is delivered to pages any more; an error of a
        last write still comes as ``problem``.
        """
        self._closed = True
        for task in list(self._open):
            if task.kind != "write":
                task.cancel()
            task._stale = True
        for pool in (self._reads, self._long):
            pool.clear()
        clock = QElapsedTimer()
        clock.start()
        ended = True
        for pool in (self._writes, self._long, self._reads):
            left = max(0, timeout_ms - clock.elapsed())
            if not pool.waitForDone(left):
                ended = False
                _LEFT.append(pool)
        for task in list(self._open):
            # What ended while we waited lies in this thread's queue: take it now, the loop is over.
            QCoreApplication.sendPostedEvents(task, QEvent.Type.MetaCall.value)
        if not ended:
            kinds = sorted(task.kind for task in self._open)
            log.error("Work did not end with the window: %s", ", ".join(kinds))
        return ended
