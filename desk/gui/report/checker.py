"""Checks a draft beside the typing: never two at a time, and always the newest at the end."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from desk.domain.draft import Draft
from desk.domain.errors import DeskError
from desk.gui.session import Session
from desk.services.drafting import Checked, DraftView

AFTER_MS = 120


class Checker(QObject):
    """``done(draft, checked)`` for the newest draft; ``failed(words)``."""

    done = Signal(object, object)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._draft: Draft | None = None
        self._view: DraftView | None = None
        self._busy = self._again = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(AFTER_MS)
        self._soon.timeout.connect(self.now)

    @property
    def busy(self) -> bool:
        return self._busy or self._soon.isActive()

    def take(self, draft: Draft | None, view: DraftView | None) -> None:
        """This is to be checked the next time."""
        self._draft, self._view = draft, view

    def soon(self) -> None:
        self._soon.start()

    def now(self) -> None:
        self._soon.stop()
        if self._draft is None or self._view is None:
            return
        if self._busy:
            # A long conversation takes a while: one check behind the other, not all at once.
            self._again = True
            return
        self._busy, self._again = True, False
        drafting, draft, view = self._session.desk.drafting, self._draft, self._view
        self._session.runner.run_read(
            lambda: drafting.check(draft, view),
            partial(self._done, draft),
            self._failed,
            owner=self,
            key="check",
        )

    def _done(self, draft: Draft, checked: Checked) -> None:
        self._busy = False
        if self._again:
            self.now()
            return
        self.done.emit(draft, checked)

    def _failed(self, problem: DeskError) -> None:
        self._busy = self._again = False
        self.failed.emit(problem.words())
