"""What was shown goes on record; one's own rest comes back from it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from desk.domain.exposure import Rest
from desk.domain.viewing import ViewingKind
from desk.gui.case.look import Shown
from desk.gui.case.messages import Read
from desk.gui.session import Session


class Recorder(QObject):
    """``rest_changed`` carries the operator's own Rest whenever another one was read."""

    rest_changed = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.rest: Rest | None = None

    def display(self, number: int, shown: Shown) -> None:
        """Record a display that ended. The write is made even if the page is gone meanwhile."""
        review, operator = self._session.desk.review, self._session.operator
        record = partial(
            review.shown,
            operator,
            number,
            shown.content_id,
            at=shown.at,
            seconds=shown.seconds,
            kind=shown.kind,
            start=shown.start,
            end=shown.end,
            speed=shown.speed,
        )
        self._session.act(record, owner=self)

    def reading(self, number: int, read: Read) -> None:
        """Record what was scrolled through of a chat or text; its seconds are shared among the stretches."""
        share = read.seconds / len(read.stretches)
        for start, end in read.stretches:
            shown = Shown(read.content_id, read.at, share, ViewingKind.READ, start, end)
            self.display(number, shown)

    def ask_rest(self) -> None:
        desk, operator = self._session.desk, self._session.operator
        self._session.runner.run_read(
            lambda: desk.review.rest(operator), self.set_rest, lambda _error: None, owner=self, key="rest"
        )

    def set_rest(self, rest: Rest) -> None:
        if rest != self.rest:
            self.rest = rest
            self.rest_changed.emit(rest)
