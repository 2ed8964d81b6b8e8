"""The queue and its claims: one person works on one case at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.domain.case import CaseRow, CaseState, Claim
from desk.domain.errors import ClaimLost, UserError
from desk.domain.roles import Operator, Permission, require
from desk.ports import CaseFilter, Clock, QueueCounts, Store
from desk.services.auditing import note
from desk.services.changes import Change, Done, done

LEASE = timedelta(minutes=30)


def require_own(operator: Operator, claim: Claim) -> None:
    """Raise ClaimLost where the claim is another person's: nobody acts on somebody else's."""
    if claim.operator_id != operator.id:
        raise ClaimLost("This claim is another person's.", "Claim the case yourself.")


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows from ``offset`` on; ``total`` cases fit the filter."""

    rows: tuple[CaseRow, ...]
    offset: int
    total: int


class Queue:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def page(self, operator: Operator, wanted: CaseFilter, *, offset: int = 0, limit: int = 200) -> QueuePage:
        require(operator, Permission.SEE_QUEUE)
        now = self._clock.now()
        with self._store.read() as uow:
            rows = uow.cases.rows(wanted, now, offset=offset, limit=limit)
            return QueuePage(tuple(rows), offset, uow.cases.count(wanted, now))

    def counts(self, operator: Operator) -> QueueCounts:
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return uow.cases.counts(operator.id, self._clock.now())

    def claim(self, operator: Operator, number: int) -> Done[Claim]:
        """Claim this case. Raises ClaimLost where somebody else holds it."""
        require(operator, Permission.CLAIM)
        now = self._clock.now()
        with self._store.write() as uow:
            claim = uow.cases.claim(number, operator, now + LEASE, now)
            note(uow, "case.claimed", now, operator, case_number=number)
        return done(claim, Change.QUEUE, Change.CASE)

    def next_case(self, operator: Operator, wanted: CaseFilter | None = None) -> Done[Claim | None]:
        """Claim the most urgent, then oldest case that nobody holds; None where there is none."""
        require(operator, Permission.CLAIM)
        now = self._clock.now()
        with self._store.write() as uow:
            claim = uow.cases.claim_next(wanted or CaseFilter(), operator, now + LEASE, now)
            if claim is not None:
                note(uow, "case.claimed", now, operator, case_number=claim.case_id)
        return done(claim, Change.QUEUE, Change.CASE)

    def renew(self, operator: Operator, claim: Claim) -> Claim:
        """Renew the lease while one works. Raises ClaimLost."""
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        now = self._clock.now()
        with self._store.write() as uow:
            return uow.cases.renew(claim, now + LEASE, now)

    def release(self, operator: Operator, claim: Claim) -> Done[None]:
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        with self._store.write() as uow:
            uow.cases.release(claim)
            note(uow, "case.released", self._clock.now(), operator, case_number=claim.case_id)
        return done(None, Change.QUEUE, Change.CASE)

    def snooze(self, operator: Operator, claim: Claim, until: datetime) -> Done[None]:
        """Put the case away until then, and give up the claim. Raises ClaimLost, UserError."""
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        now = self._clock.now()
        if until <= now:
            raise UserError("The case can't be put away until a time that is over.", "Choose a later time.")
        with self._store.write() as uow:
            uow.cases.renew(claim, claim.until, now)
            if uow.cases.get(claim.case_id).state not in (CaseState.OPEN, CaseState.SNOOZED):
                raise UserError("Only a case that waits can be put away.", "This one is decided or reported.")
            uow.cases.set_state(claim.case_id, CaseState.SNOOZED, snoozed_until=until)
            uow.cases.release(claim)
            note(uow, "case.snoozed", now, operator, case_number=claim.case_id, until=until.isoformat())
        return done(None, Change.QUEUE, Change.CASE)
