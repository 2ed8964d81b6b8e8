"""What people did with cases in the queue, second opinions, and saved filters."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update

from desk.domain import codec
from desk.domain.case import Opinion, QueueAct, QueueActKind
from desk.domain.errors import UserError
from desk.ports import CaseFilter, SavedFilter
from desk.storage.repositories.base import Record, Repository
from desk.storage.tables_queue import queue_acts, queue_filters, queue_opinions

_A, _O, _F = queue_acts.c, queue_opinions.c, queue_filters.c


class SqlQueueBook(Repository):
    """The QueueBook port."""

    def add(self, act: QueueAct) -> None:
        self._db.execute(
            insert(queue_acts).values(
                case_number=act.case_number,
                kind=act.kind.value,
                operator_id=act.operator_id,
                to_operator=act.to_operator,
                at=act.at,
                until=act.until,
                note=act.note,
            )
        )

    def acts(self, case_number: int) -> tuple[QueueAct, ...]:
        query = select(queue_acts).where(_A.case_number == case_number).order_by(_A.id)
        return tuple(
            QueueAct(
                row.case_number,
                QueueActKind(row.kind),
                row.operator_id,
                row.at,
                row.note,
                row.to_operator,
                row.until,
            )
            for row in self._db.execute(query)
        )

    def ask(
        self, case_number: int, asked_by: int, at: datetime, question: str, first: str, *, shown: bool
    ) -> Opinion:
        if any(opinion.pending for opinion in self.opinions(case_number)):
            raise UserError("A second opinion on this case is asked for already.", "Wait for it.")
        made = self._db.execute(
            insert(queue_opinions)
            .values(
                case_number=case_number,
                asked_by=asked_by,
                asked_at=at,
                question=question,
                first=first,
                shown=shown,
            )
            .returning(_O.id)
        ).scalar_one()
        return self._opinion(made)

    def give(self, opinion_id: int, given_by: int, at: datetime, second: str) -> Opinion:
        done = self._db.execute(
            update(queue_opinions)
            .where(_O.id == opinion_id, _O.given_at.is_(None))
            .values(given_by=given_by, given_at=at, second=second)
        )
        if not done.rowcount:
            raise UserError("This second opinion was given already.")
        return self._opinion(opinion_id)

    def opinions(self, case_number: int) -> tuple[Opinion, ...]:
        query = select(queue_opinions).where(_O.case_number == case_number).order_by(_O.id)
        return tuple(_opinion(row) for row in self._db.execute(query))

    def _opinion(self, opinion_id: int) -> Opinion:
        return _opinion(self._db.execute(select(queue_opinions).where(_O.id == opinion_id)).one())

    # filters ----------------------------------------------------------------------

    def save_filter(self, name: str, owner: int, wanted: CaseFilter, *, shared: bool) -> SavedFilter:
        self._db.execute(delete(queue_filters).where(_F.owner == owner, _F.name == name))
        made = self._db.execute(
            insert(queue_filters)
            .values(name=name, owner=owner, shared=shared, document=codec.canonical(wanted))
            .returning(_F.id)
        ).scalar_one()
        return self.filter(made)

    def filters(self, operator_id: int) -> tuple[SavedFilter, ...]:
        query = select(queue_filters).where(or_(_F.owner == operator_id, _F.shared)).order_by(_F.name, _F.id)
        return tuple(_saved(row) for row in self._db.execute(query))

    def filter(self, filter_id: int) -> SavedFilter:
        row = self._db.execute(select(queue_filters).where(_F.id == filter_id)).one_or_none()
        if row is None:
            raise UserError("There is no such filter any more.")
        return _saved(row)

    def rename_filter(self, filter_id: int, name: str) -> SavedFilter:
        self._db.execute(update(queue_filters).where(_F.id == filter_id).values(name=name))
        return self.filter(filter_id)

    def remove_filter(self, filter_id: int) -> None:
        self._db.execute(delete(queue_filters).where(_F.id == filter_id))


def _opinion(row: Record) -> Opinion:
    return Opinion(
        id=row.id,
        case_number=row.case_number,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        question=row.question,
        first=row.first,
        shown=row.shown,
        given_by=row.given_by,
        given_at=row.given_at,
        second=row.second,
    )


def _saved(row: Record) -> SavedFilter:
    return SavedFilter(
        row.id, row.name, row.owner, row.shared, codec.from_plain(CaseFilter, json.loads(row.document))
    )
