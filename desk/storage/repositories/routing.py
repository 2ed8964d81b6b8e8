"""Waiting cases and the queue they wait in, for the reporting rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, select, update

from desk.domain.case import CaseState
from desk.domain.rules import FOUND_BY_MACHINE
from desk.ports import Waiting
from desk.storage.columns import EPOCH, Moment
from desk.storage.repositories.base import Repository
from desk.storage.tables import case_revisions, cases

_C = cases.c
_UNDECIDED = (CaseState.OPEN.value, CaseState.SNOOZED.value, CaseState.ESCALATED.value)


class SqlRouting(Repository):
    """The Routing port."""

    def waiting(self, after: int, limit: int, now: datetime) -> tuple[Waiting, ...]:
        query = (
            select(_C.number, _C.queue, case_revisions.c.document)
            .join(
                case_revisions,
                (case_revisions.c.case_number == _C.number) & (case_revisions.c.revision == _C.revision),
            )
            .where(
                _C.number > after,
                _C.state.in_(_UNDECIDED),
                _C.source.in_(sorted(FOUND_BY_MACHINE)),
                _free(now),
            )
            .order_by(_C.number)
            .limit(limit)
        )
        return tuple(_waiting(*row) for row in self._db.execute(query).all())

    def move(self, numbers: Sequence[int], queue: str, now: datetime) -> int:
        moved = self._db.execute(update(cases).where(_C.number.in_(numbers), _free(now)).values(queue=queue))
        return int(moved.rowcount)


def _free(now: datetime) -> ColumnElement[bool]:
    return func.coalesce(_C.claim_until, literal(EPOCH, Moment())) <= now


def _waiting(number: int, queue: str, document: bytes) -> Waiting:
    # Only what places the case is read: the document of a large one takes long to read whole.
    plain = json.loads(document)
    return Waiting(number, queue, plain.get("queue"), tuple(plain.get("policies", ())))
