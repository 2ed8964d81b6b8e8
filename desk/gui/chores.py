"""What the window does by itself beside all other work: hashing what came in, calling platform hooks."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desk.domain.errors import DeskError
from desk.gui.runner import Task
from desk.gui.session import Session
from desk.services.changes import Done


class Chores(QObject):
    """At most one of each kind runs; nobody waits for them, and what failed is tried at the next look."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._hashing: Task | None = None
        self._hooking: Task | None = None

    def catch_up(self) -> None:
        """Hash what was taken in."""
        if self._hashing is None:
            hashing = self._session.desk.hashing
            self._hashing = self._session.runner.run_long(
                lambda job: hashing.catch_up(cancelled=lambda: job.cancelled),
                self._hashed,
                self._not_hashed,
                owner=self,
            )

    def call_hooks(self) -> None:
        """Make the calls to the platform's own hooks that are due."""
        if self._hooking is None:
            hooks = self._session.desk.hooks
            self._hooking = self._session.runner.run_long(
                lambda job: hooks.run(cancelled=lambda: job.cancelled),
                self._hooks_called,
                self._hooks_not_called,
                owner=self,
            )

    def cancel(self) -> None:
        """The person these were done for goes."""
        for task in (self._hashing, self._hooking):
            if task is not None:
                task.cancel()

    def _hashed(self, done: Done[int]) -> None:
        self._hashing = None
        if done.changes:
            self._session.tell(done.changes)

    def _not_hashed(self, _problem: DeskError) -> None:
        self._hashing = None  # after the next import, or at the next start

    def _hooks_called(self, done: Done[int]) -> None:
        self._hooking = None
        if done.value:
            self._session.tell(done.changes)

    def _hooks_not_called(self, _problem: DeskError) -> None:
        self._hooking = None  # at the next look
