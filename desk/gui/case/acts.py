"""Acts on a case: claim, release, snooze, decide, open again. One at a time; each tells how it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from desk.domain.case import Claim
from desk.domain.decision import Decision, DecisionKind
from desk.domain.errors import DeskError
from desk.domain.incident import IncidentType
from desk.gui.session import Session
from desk.services.changes import Done

T = TypeVar("T")


class CaseActs(QObject):
    """``claimed`` carries the Claim, ``put_away`` (number, until), ``decided`` the Decision, ``refused``
    a DeskError; ``busy`` comes with True before an act and with False after it, whatever happened."""

    claimed = Signal(object)
    released = Signal()
    put_away = Signal(int, object)
    decided = Signal(object)
    none_waiting = Signal()
    prepared = Signal(object)
    refused = Signal(object)
    busy = Signal(bool)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._running = False

    @property
    def running(self) -> bool:
        return self._running

    def _act(self, fn: Callable[[], Done[T]], done: Callable[[T], object]) -> None:
        if self._running:
            return
        self._set(True)

        def finished(value: T) -> None:
            self._set(False)
            done(value)

        self._session.act(fn, finished, self._refused, owner=self)

    def _refused(self, error: DeskError) -> None:
        self._set(False)
        self.refused.emit(error)

    def _set(self, running: bool) -> None:
        self._running = running
        self.busy.emit(running)

    def claim(self, number: int) -> None:
        desk, operator = self._session.desk, self._session.operator
        self._act(lambda: desk.queue.claim(operator, number), self._claimed)

    def next_case(self) -> None:
        desk, operator = self._session.desk, self._session.operator
        self._act(lambda: desk.queue.next_case(operator), self._claimed)

    def _claimed(self, claim: Claim | None) -> None:
        if claim is None:
            self.none_waiting.emit()
            return
        self._session.set_claim(claim)
        self.claimed.emit(claim)

    def release(self, claim: Claim) -> None:
        desk, operator = self._session.desk, self._session.operator

        def done(_nothing: None) -> None:
            self._session.set_claim(None)
            self.released.emit()

        self._act(lambda: desk.queue.release(operator, claim), done)

    def snooze(self, claim: Claim, until: datetime) -> None:
        desk, operator = self._session.desk, self._session.operator

        def done(_nothing: None) -> None:
            self._session.set_claim(None)
            self.put_away.emit(claim.case_id, until)

        self._act(lambda: desk.queue.snooze(operator, claim, until), done)

    def decide(self, claim: Claim, kind: DecisionKind, reason: str | None, policy: str | None) -> None:
        desk, operator = self._session.desk, self._session.operator

        def done(decision: Decision) -> None:
            # First said, then the claim goes: the page leaves the case before it hears of that.
            self.decided.emit(decision)
            self._session.set_claim(None)

        self._act(lambda: desk.review.decide(operator, claim, kind, policy=policy, reason=reason), done)

    def confirm_violation(self, claim: Claim, policy: str, kind: IncidentType | None) -> None:
        """Note the violated policy and draft the report of all that the case holds."""
        desk, operator = self._session.desk, self._session.operator
        self._act(lambda: desk.violations.confirm(operator, claim, policy, kind), self.prepared.emit)

    def reopen(self, number: int) -> None:
        """Open a decided case again and claim it. The decision stays on record."""
        desk, operator = self._session.desk, self._session.operator
        self._act(lambda: desk.review.reopen(operator, number), lambda _nothing: self.claim(number))
