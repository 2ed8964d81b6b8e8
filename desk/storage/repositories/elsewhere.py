"""Reports filed elsewhere with their corrections, and walks through the guide."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from desk.domain import codec
from desk.domain.decision import DecisionKind
from desk.domain.elsewhere import Correction, ElsewhereFiling, Stated, preservation_of
from desk.domain.errors import AlreadyReported, UserError
from desk.ports.elsewhere import Walk
from desk.storage.repositories.base import Record, Repository, batched, insert_or_skip
from desk.storage.tables import reported_identity
from desk.storage.tables_elsewhere import elsewhere_corrections, elsewhere_filings, guide_walks

_F, _C, _I = elsewhere_filings.c, elsewhere_corrections.c, reported_identity.c


class SqlElsewhere(Repository):
    """The Elsewhere port."""

    def add(
        self,
        case_number: int,
        revision: int,
        stated: Stated,
        account_id: str | None,
        identities: Iterable[str],
        at: datetime,
        operator_id: int,
    ) -> ElsewhereFiling:
        with self._db.begin_nested():  # a caller that goes on after AlreadyReported keeps no half
            values = {
                "case_number": case_number,
                "revision": revision,
                "body": stated.body,
                "reference": stated.reference,
                "filed_at": stated.filed_at,
                "filed_by": stated.filed_by,
                "content": codec.canonical(stated.content_ids),
                "account_id": account_id,
                "settles": stated.settles,
                "note": stated.note,
                "recorded_at": at,
                "recorded_by": operator_id,
                "preserve_until": preservation_of(stated),
            }
            query = insert(elsewhere_filings).values(values).returning(_F.id)
            made = int(self._db.execute(query).scalar_one())
            self._hold(stated.body, identities, made)
        return self.get(made)

    def _hold(self, agency: str, identities: Iterable[str], elsewhere_id: int) -> None:
        """In the order in which filings take theirs, so that two desks never wait in a ring."""
        wanted = sorted(set(identities))
        kept = 0
        for batch in batched(wanted):
            rows = [{"agency": agency, "identity": one, "elsewhere_id": elsewhere_id} for one in batch]
            query = insert_or_skip(self._db, reported_identity).values(rows).returning(_I.identity)
            kept += len(self._db.execute(query).all())
        if kept == len(wanted):
            return
        held: set[int] = set()
        for batch in batched(wanted):
            here = select(_I.filing_id).where(_I.agency == agency, _I.identity.in_(batch))
            held.update(one for one in self._db.execute(here).scalars() if one is not None)
        raise AlreadyReported(
            "Some of this content is reported to that body already, or on its way to it.",
            "Leave it out, or look at the report that exists.",
            filing_ids=tuple(sorted(held)),
        )

    def correct(self, elsewhere_id: int, correction: Correction, preserve_until: date | None) -> None:
        values = {
            "elsewhere_id": elsewhere_id,
            "at": correction.at,
            "operator_id": correction.operator_id,
            "reason": correction.reason,
            "withdrawn": correction.withdrawn,
            "reference": correction.reference,
            "filed_at": correction.filed_at,
            "filed_by": correction.filed_by,
            "preserve_until": preserve_until,
        }
        self._db.execute(insert(elsewhere_corrections).values(values))
        if correction.withdrawn:
            self._db.execute(delete(reported_identity).where(_I.elsewhere_id == elsewhere_id))

    def get(self, elsewhere_id: int) -> ElsewhereFiling:
        found = self._read(select(elsewhere_filings).where(_F.id == elsewhere_id))
        if not found:
            raise UserError("There is no such record of a report filed elsewhere.")
        return found[0]

    def for_case(self, case_number: int) -> tuple[ElsewhereFiling, ...]:
        return self._read(select(elsewhere_filings).where(_F.case_number == case_number).order_by(_F.id))

    def rows(self, *, offset: int = 0, limit: int = 200) -> tuple[ElsewhereFiling, ...]:
        query = select(elsewhere_filings).order_by(_F.id.desc())
        return self._read(query.offset(offset).limit(limit))

    def count(self) -> int:
        return int(self._db.execute(select(func.count()).select_from(elsewhere_filings)).scalar_one())

    def holders(self, agency: str, identities: Iterable[str]) -> dict[str, int]:
        held: dict[str, int] = {}
        for batch in batched(sorted(set(identities))):
            query = select(_I.identity, _I.elsewhere_id).where(
                _I.agency == agency, _I.identity.in_(batch), _I.elsewhere_id.is_not(None)
            )
            held.update({row.identity: row.elsewhere_id for row in self._db.execute(query)})
        return held

    def prior_reports(self, account_id: str, body: str) -> tuple[tuple[str, datetime], ...]:
        """By the time at which they were filed."""
        query = select(elsewhere_filings).where(_F.account_id == account_id, _F.body == body)
        standing = [one.stated for one in self._read(query) if not one.withdrawn]
        return tuple(sorted(((one.reference, one.filed_at) for one in standing), key=lambda pair: pair[1]))

    def keep_walk(self, walk: Walk) -> None:
        self._db.execute(
            insert(guide_walks).values(
                case_number=walk.case_number,
                at=walk.at,
                operator_id=walk.operator_id,
                path=walk.path,
                decision=walk.decision.value,
                look_again_at=walk.look_again_at,
            )
        )

    def walks(self, case_number: int) -> tuple[Walk, ...]:
        query = select(guide_walks).where(guide_walks.c.case_number == case_number).order_by(guide_walks.c.id)
        return tuple(
            Walk(
                row.case_number,
                row.at,
                row.operator_id,
                row.path,
                DecisionKind(row.decision),
                row.look_again_at,
            )
            for row in self._db.execute(query)
        )

    def _read(self, query: Any) -> tuple[ElsewhereFiling, ...]:
        rows = self._db.execute(query).all()
        corrections = self._corrections([row.id for row in rows])
        return tuple(_filing(row, tuple(corrections.get(row.id, ()))) for row in rows)

    def _corrections(self, ids: Sequence[int]) -> dict[int, list[Correction]]:
        found: dict[int, list[Correction]] = {}
        for batch in batched(ids):
            query = select(elsewhere_corrections).where(_C.elsewhere_id.in_(batch)).order_by(_C.id)
            for row in self._db.execute(query):
                found.setdefault(row.elsewhere_id, []).append(
                    Correction(
                        row.at,
                        row.operator_id,
                        row.reason,
                        row.withdrawn,
                        row.reference,
                        row.filed_at,
                        row.filed_by,
                    )
                )
        return found


def _filing(row: Record, corrections: tuple[Correction, ...]) -> ElsewhereFiling:
    return ElsewhereFiling(
        id=row.id,
        case_number=row.case_number,
        revision=row.revision,
        first=Stated(
            body=row.body,
            filed_at=row.filed_at,
            filed_by=row.filed_by,
            content_ids=tuple(json.loads(bytes(row.content))),
            reference=row.reference,
            settles=row.settles,
            note=row.note,
        ),
        account_id=row.account_id,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        corrections=corrections,
    )
