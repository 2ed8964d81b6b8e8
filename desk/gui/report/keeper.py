"""Keeps the draft: soon after every change, at the latest after ``MOST_MS`` of typing on end.

Saves run one after the other on the writing thread. Each takes the newest
draft and the version that the save before it gave, so that none waits for the
window, and the last one is made also while the window closes.
"""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from desk.domain.draft import Draft
from desk.domain.errors import DeskError, StaleDraft
from desk.gui.session import Session
from desk.ports import SavedDraft
from desk.services.changes import Change

REST_MS = 200
MOST_MS = 500


class Keeper(QObject):
    """``saved(at)`` after each save; ``stale(words)`` once, ``failed(words)`` where one did not work."""

    saved = Signal(object)
    stale = Signal(str)
    failed = Signal(str)
    settled = Signal()
    """Nothing is on its way any more."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._lock = Lock()
        self._pending: Draft | None = None
        self._version = 0
        self._round = 0
        self._flying = 0
        self._stopped = True
        self._told = False
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.flush)

    def start(self, version: int) -> None:
        """Begin with a draft just read. What waited for another draft was flushed before."""
        self._timer.stop()
        with self._lock:
            self._pending, self._version = None, version
            self._round += 1
        self._stopped = self._told = False

    def stop(self) -> None:
        """Keep nothing more; what waits is dropped."""
        self._timer.stop()
        with self._lock:
            self._pending = None
        self._stopped = True

    @property
    def waiting(self) -> bool:
        """Whether something typed is not yet on its way to the disk."""
        with self._lock:
            return self._pending is not None

    @property
    def busy(self) -> bool:
        """Whether anything waits or is being written."""
        return self.waiting or self._flying > 0

    def put(self, draft: Draft) -> None:
        """This is the draft now."""
        if self._stopped:
            return
        with self._lock:
            first = self._pending is None
            self._pending = draft
        if first:
            self._since.start()
        left = MOST_MS - self._since.elapsed() if self._since.isValid() else MOST_MS
        self._timer.start(max(0, min(REST_MS, left)))

    def flush(self) -> None:
        """Give what waits to the writing thread, now."""
        self._timer.stop()
        if self._stopped or not self.waiting:
            return
        turn = self._round
        self._flying += 1
        self._session.runner.run_write(lambda: self._save(turn), self._saved, self._broke, owner=self)

    def _save(self, turn: int) -> tuple[int, datetime] | None:
        """On the writing thread."""
        with self._lock:
            draft, version = self._pending, self._version
            if draft is None or self._round != turn:
                return None
            self._pending = None
        try:
            kept: SavedDraft = self._session.desk.drafting.save(self._session.operator, draft, version).value
        except BaseException:
            with self._lock:
                # What could not be kept waits for the next try, unless something newer came.
                if turn == self._round and self._pending is None:
                    self._pending = draft
            raise
        with self._lock:
            if turn == self._round:
                self._version = kept.version
        return turn, kept.saved_at

    def _saved(self, answer: tuple[int, datetime] | None) -> None:
        self._flying -= 1
        if answer is not None:
            self._tell(answer)
        if not self.busy:
            self.settled.emit()

    def _tell(self, answer: tuple[int, datetime]) -> None:
        self._session.saved.emit(answer[1])
        self.saved.emit(answer[1])
        if not self._told:
            # Other pages want to know that there is a draft, not each word of it.
            self._told = True
            self._session.tell(frozenset({Change.DRAFT}))

    def _broke(self, problem: DeskError) -> None:
        self._flying -= 1
        if self._stopped:
            return
        if isinstance(problem, StaleDraft):
            self.stop()
            self.stale.emit(problem.words())
            return
        self.failed.emit(problem.words())
