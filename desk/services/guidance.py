"""What a walk through 'Is this reportable?' was taken for, kept beside the decision.

The guide itself is a table (desk.domain.guidance) and decides nothing. Kept and audited are the codes
of the answers: no content, no person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desk.domain.case import Claim
from desk.domain.decision import DecisionKind
from desk.domain.errors import UserError
from desk.domain.guidance import Path, Result, at, written
from desk.domain.incident import IncidentType
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, Store, UnitOfWork, Walk
from desk.services.auditing import note
from desk.services.changes import Change, Done, done
from desk.services.queue import NOTE_NEEDED, escalate, need_words, require_own

CLOSING = frozenset({DecisionKind.NO_VIOLATION, DecisionKind.VIOLATION_NO_REPORT})


class GuideService:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def take(self, operator: Operator, claim: Claim, path: Path) -> Done[IncidentType]:
        """A person takes the type that the guide proposes, for the report they write. Nothing is sent by it.

        Raises UserError where the path proposes none, ClaimLost, NotAllowed.
        """
        require(operator, Permission.DRAFT)
        require_own(operator, claim)
        result = at(path)
        if not isinstance(result, Result) or result.type is None:
            raise UserError("These answers propose no incident type.", "Choose one in the report yourself.")
        now = self._clock.now()
        with self._store.write() as uow:
            uow.cases.renew(claim, claim.until, now)
            keep_walk(uow, operator, claim.case_id, DecisionKind.REPORT, path, now)
            note(
                uow,
                "guide.taken",
                now,
                operator,
                case_number=claim.case_id,
                guide=written(path),
                outcome=result.outcome.value,
                incident_type=result.type.value,
            )
        return done(result.type, Change.CASE)

    def escalate(self, operator: Operator, claim: Claim, path: Path, words: str) -> Done[None]:
        """Put a case on which the guide can't decide before the supervisors, with a note and the answers.

        Raises UserError where the guide was not walked to its end, ClaimLost, NotAllowed.
        """
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        need_words(words, *NOTE_NEEDED)
        now = self._clock.now()
        with self._store.write() as uow:
            escalate(uow, operator, claim, words, now)
            keep_walk(uow, operator, claim.case_id, DecisionKind.ESCALATE, path, now)
            note(uow, "case.escalated", now, operator, case_number=claim.case_id, **told(path, None))
        return done(None, Change.QUEUE, Change.CASE)


def look_again(kind: DecisionKind, when: datetime | None, now: datetime) -> None:
    """Raise UserError for a date to look again that can't be kept."""
    if when is None:
        return
    if kind not in CLOSING:
        raise UserError(
            "A date to look again goes with a case that is closed without a report.", "Leave the date out."
        )
    if when <= now:
        raise UserError("The date to look again is over already.", "Choose a later day.")


def told(path: Path | None, when: datetime | None) -> dict[str, Any]:
    """What the audit log says of it."""
    facts: dict[str, Any] = {} if path is None else {"guide": written(path)}
    return facts if when is None else facts | {"look_again": when.isoformat()}


def keep_walk(
    uow: UnitOfWork,
    operator: Operator,
    number: int,
    kind: DecisionKind,
    path: Path | None,
    now: datetime,
    when: datetime | None = None,
) -> None:
    """Keep the walk, or the date to look again alone. Raises UserError for a walk without its end."""
    if path is not None and not isinstance(at(path), Result):
        raise UserError("The guide was not walked to its end.", "Answer its last question first.")
    if path is not None or when is not None:
        kept = written(path) if path is not None else ""
        uow.elsewhere.keep_walk(Walk(number, now, operator.id, kept, kind, when))
