"""Looks at the case beside the writing: what of it is reported by now, and whether it grew or was viewed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from desk.domain.errors import DeskError
from desk.gui.session import Session
from desk.services.drafting import DraftView
from desk.services.review import CaseView


class Lookout(QObject):
    """``reported``: content id → filing. ``grown``: the case, or what was viewed of it, is more now."""

    reported = Signal(object)
    grown = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: DraftView | None = None

    def ask(self, shown: DraftView) -> None:
        """Compare the case as it is with what the form shows."""
        self._shown = shown
        review, operator, number = self._session.desk.review, self._session.operator, shown.case.number
        self._session.runner.run_read(
            lambda: review.open(operator, number),
            partial(self._found, shown),
            self._ignore,
            owner=self,
            key="reported",
        )

    def forget(self) -> None:
        """The form is read anew: answers on their way are about what it showed before."""
        self._shown = None

    def _found(self, shown: DraftView, found: CaseView) -> None:
        if shown is not self._shown:
            return
        self.reported.emit(dict(found.reported_in))
        if found.case.revision != shown.case.revision or found.viewed != shown.viewed:
            self.grown.emit()

    def _ignore(self, _problem: DeskError) -> None:
        """The confirmation says it again, and refuses what was reported already."""
