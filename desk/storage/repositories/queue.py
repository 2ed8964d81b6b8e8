"""The claims on cases: one person holds one case, for a time.

Free cases are taken in the queue's order from what ``Lists`` finds; what is found is looked at once more
under the row's lock, so that of several who ask at once each gets another case.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update

from desk.domain.case import CaseState, Claim
from desk.domain.errors import ClaimLost
from desk.domain.roles import Operator
from desk.ports import CaseFilter
from desk.storage.repositories.base import BATCH, no_case
from desk.storage.repositories.facets import FOLD_AT
from desk.storage.repositories.queue_lists import Lists
from desk.storage.tables import cases
from desk.storage.tables_queue import queue_acts, queue_opinions

LOOKED_AT = 32
"""Cases that a search for a free one looks at together."""

_C = cases.c
Condition = ColumnElement[bool]


def _woken(now: datetime) -> Condition:
    return (_C.state == CaseState.SNOOZED.value) & (_C.snoozed_until <= now)


class Queue(Lists):
    """Claims. Part of the Cases port."""

    def claim(self, number: int, operator: Operator, until: datetime, now: datetime) -> Claim:
        row = self._db.execute(
            select(_C.claim_operator, _C.claim_name, _C.claim_until, _C.claim_token)
            .where(_C.number == number)
            .with_for_update(key_share=True)
        ).one_or_none()
        if row is None:
            raise no_case()
        if row.claim_operator == operator.id:
            claim = Claim(number, operator.id, operator.name, until, row.claim_token)
            self._keep(claim, now)
            return claim
        if row.claim_operator is not None and row.claim_until > now:
            raise ClaimLost(f"{row.claim_name} is working on this case.", "Take another one, or ask them.")
        claim = Claim(number, operator.id, operator.name, until, row.claim_token + 1)
        self._keep(claim, now)
        return claim

    def claim_next(
        self, wanted: CaseFilter, operator: Operator, until: datetime, now: datetime
    ) -> Claim | None:
        """The best case that nobody holds, one's own included: asking for the next means another one."""
        self._wake(now)
        view = self._facets.view()
        found, _ = self._found(view, wanted, now)
        found &= ~self._not_for(operator, now)
        place = 0
        while numbers := self._ordered(view, found, wanted, place, LOOKED_AT):
            place += len(numbers)
            for number in numbers:
                token = self._free(number, now, wanted)
                if token is not None:
                    claim = Claim(number, operator.id, operator.name, until, token + 1)
                    self._keep(claim, now)
                    return claim
        return None

    def _free(self, number: int, now: datetime, wanted: CaseFilter) -> int | None:
        """The case's last token, its row locked; None where it is not free any more."""
        query = (
            select(_C.claim_token)
            .where(_C.number == number, or_(_C.claim_until.is_(None), _C.claim_until <= now), *_still(wanted))
            .with_for_update(skip_locked=True, key_share=True)
        )
        return self._db.execute(query).scalar_one_or_none()

    def _not_for(self, operator: Operator, now: datetime) -> int:
        """Cases that 'next' does not offer to this person: held by somebody, skipped by them today, or
        waiting for another person's opinion that they asked for."""
        held = self._those(select(_C.number).where(_C.claim_until > now))
        acts, opinions = queue_acts.c, queue_opinions.c
        skipped = self._those(
            select(acts.case_number).where(
                acts.operator_id == operator.id, acts.until > now, acts.kind == "skipped"
            )
        )
        asked = self._those(
            select(opinions.case_number).where(opinions.asked_by == operator.id, opinions.given_at.is_(None))
        )
        return held | skipped | asked

    def take_over(self, number: int, operator: Operator, until: datetime, now: datetime) -> Claim:
        """The claim goes to this person, whoever holds it; the one who did loses it."""
        token = self._db.execute(
            select(_C.claim_token).where(_C.number == number).with_for_update(key_share=True)
        ).scalar_one_or_none()
        if token is None:
            raise no_case()
        claim = Claim(number, operator.id, operator.name, until, token + 1)
        self._keep(claim, now)
        return claim

    def renew(self, claim: Claim, until: datetime, now: datetime) -> Claim:
        """Also after its end, as long as nobody else took the case."""
        renewed = Claim(claim.case_id, claim.operator_id, claim.operator_name, until, claim.token)
        if not self._keep(renewed, now, only_own=True):
            raise ClaimLost(
                "Your claim on this case ended and somebody else took it.",
                "What you typed is kept in the draft; open the case again to see where it stands.",
            )
        return renewed

    def release(self, claim: Claim) -> None:
        self._db.execute(
            update(cases)
            .where(
                _C.number == claim.case_id,
                _C.claim_operator == claim.operator_id,
                _C.claim_token == claim.token,
            )
            .values(claim_operator=None, claim_name=None, claim_until=None)
        )

    def _wake(self, now: datetime) -> None:
        """Make what has slept long enough open in name too, so that the next search need not look there."""
        asleep = select(_C.number).where(_woken(now)).limit(BATCH)
        self._db.execute(
            update(cases)
            .where(_C.number.in_(asleep.with_for_update(skip_locked=True, key_share=True)))
            .values(state=CaseState.OPEN.value, snoozed_until=None)
        )
        self._facets.fold(at_least=FOLD_AT)

    def _keep(self, claim: Claim, now: datetime, *, only_own: bool = False) -> bool:
        conditions: list[Condition] = [_C.number == claim.case_id]
        if only_own:
            conditions += [_C.claim_operator == claim.operator_id, _C.claim_token == claim.token]
        done = self._db.execute(
            update(cases)
            .where(*conditions)
            .values(
                claim_operator=claim.operator_id,
                claim_name=claim.operator_name,
                claim_until=claim.until,
                claim_token=claim.token,
            )
        )
        if done.rowcount and not only_own:  # taken up again: what slept is awake
            self._db.execute(
                update(cases)
                .where(_C.number == claim.case_id, _woken(now))
                .values(state=CaseState.OPEN.value, snoozed_until=None)
            )
        return bool(done.rowcount)


def _still(wanted: CaseFilter) -> list[Condition]:
    """What may have changed since the sets were read: a case that is open no more is not offered."""
    if wanted.view in ("all", "urgent", "ai"):
        return [_C.state == CaseState.OPEN.value]
    return [_C.state == CaseState.ESCALATED.value] if wanted.view == "escalated" else []
