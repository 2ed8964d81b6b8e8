"""Reading the draft of a case, with the service's own words for the fields."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from desk.domain.errors import DeskError
from desk.gui.report.records import all_paths
from desk.gui.session import Session
from desk.ports import FieldInfo
from desk.services.drafting import DraftView


class Opening(QObject):
    """``opened`` carries the DraftView that was asked for last, ``failed`` a DeskError."""

    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._turn = 0
        self.words: dict[str, FieldInfo] = {}
        """By path; read with the first draft."""

    def read(self, number: int) -> None:
        """Read the draft; begin it where there is none. A write, so it comes after every save before it."""
        turn = self.drop()
        drafting, operator = self._session.desk.drafting, self._session.operator
        paths = [] if self.words else all_paths()

        def work() -> tuple[DraftView, dict[str, FieldInfo]]:
            found = {path: info for path in paths if (info := drafting.field(path)) is not None}
            return drafting.open(operator, number), found

        self._session.runner.run_write(
            work, partial(self._opened, turn), partial(self._not_opened, turn), owner=self
        )

    def drop(self) -> int:
        """Answers on their way are not waited for any more; the number of what is asked next."""
        self._turn += 1
        return self._turn

    def _opened(self, turn: int, answer: tuple[DraftView, dict[str, FieldInfo]]) -> None:
        if turn == self._turn:
            view, found = answer
            self.words.update(found)
            self.opened.emit(view)

    def _not_opened(self, turn: int, problem: DeskError) -> None:
        if turn == self._turn:
            self.failed.emit(problem)
