"""Throwing a draft away, and taking that back for as long as the page shows it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desk.domain.draft import Draft
from desk.domain.errors import DeskError
from desk.gui.session import Session
from desk.ports import SavedDraft


class Discarding(QObject):
    """``discarded``, ``restored``, or ``failed(words)`` after one of the two."""

    discarded = Signal()
    restored = Signal()
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.draft: Draft | None = None

    def forget(self) -> None:
        """Another draft is shown now."""
        self.draft = None

    def discard(self, draft: Draft) -> None:
        self.draft = draft
        drafting, operator = self._session.desk.drafting, self._session.operator
        self._session.act(lambda: drafting.discard(operator, draft.case_number), self._gone, self._kept)

    def take_back(self) -> None:
        draft = self.draft
        if draft is not None:
            drafting, operator = self._session.desk.drafting, self._session.operator
            self._session.act(lambda: drafting.save(operator, draft, 0), self._back, self._not_back)

    def _gone(self, _nothing: None) -> None:
        self.discarded.emit()

    def _kept(self, problem: DeskError) -> None:
        self.draft = None
        self.failed.emit(problem.words())

    def _back(self, _saved: SavedDraft) -> None:
        self.draft = None
        self.restored.emit()

    def _not_back(self, problem: DeskError) -> None:
        self.failed.emit(problem.words())
