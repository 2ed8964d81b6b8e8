"""What is preserved and until when, the orders on it, and what was destroyed."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, insert, literal, null, select, union_all, update

from desk.domain.codec import from_plain
from desk.domain.errors import UserError
from desk.domain.preservation import (
    SOON_DAYS,
    Certificate,
    Destruction,
    Order,
    OrderKind,
    Preservation,
    Standing,
)
from desk.ports.preservation import PreservationCounts
from desk.storage.repositories.base import Record, Repository, contains
from desk.storage.tables import cases, filing_cases, filings, receipts
from desk.storage.tables_elsewhere import elsewhere_corrections, elsewhere_filings
from desk.storage.tables_preservation import destructions, preservation_orders

_O, _D, _E = preservation_orders.c, destructions.c, elsewhere_filings.c

_PAIRS = union_all(
    select(filings.c.id.label("filing_id"), filings.c.case_number),
    select(filing_cases.c.filing_id, filing_cases.c.case_number),
).subquery("pairs")
_LONGER = (
    select(_O.case_number, func.max(_O.until).label("until"))
    .where(_O.kind == OrderKind.EXTENSION.value)
    .group_by(_O.case_number)
    .subquery("longer")
)
_HOLDS = (
    select(_O.case_number, func.count().label("holds"))
    .where(_O.kind == OrderKind.HOLD.value, _O.released_at.is_(None))
    .group_by(_O.case_number)
    .subquery("holds")
)


def _corrected(column: Any) -> Any:
    """The latest correction that says this anew; NULL where none does."""
    latest = elsewhere_corrections.alias()
    return (
        select(latest.c[column.name])
        .where(latest.c.elsewhere_id == _E.id, latest.c[column.name].is_not(None))
        .order_by(latest.c.id.desc())
        .limit(1)
        .correlate(elsewhere_filings)
        .scalar_subquery()
    )


def _by_hand() -> Select[Any]:
    """Reports made elsewhere that began a duty, as they stand after all corrections."""
    withdrawn = exists().where(
        elsewhere_corrections.c.elsewhere_id == _E.id, elsewhere_corrections.c.withdrawn.is_(True)
    )
    return select(
        null().label("filing_id"),
        _E.id.label("elsewhere_id"),
        _E.case_number,
        func.coalesce(_corrected(_E.reference), _E.reference).label("report_id"),
        func.coalesce(_corrected(_E.filed_at), _E.filed_at).label("at"),
        func.coalesce(_corrected(_E.preserve_until), _E.preserve_until).label("duty"),
    ).where(_E.preserve_until.is_not(None), ~withdrawn)


_ALL = union_all(
    select(
        receipts.c.filing_id,
        null().label("elsewhere_id"),
        _PAIRS.c.case_number,
        receipts.c.report_id,
        receipts.c.at,
        receipts.c.preserve_until.label("duty"),
    ).join(_PAIRS, _PAIRS.c.filing_id == receipts.c.filing_id),
    _by_hand(),
).subquery("preserved")
_A = _ALL.c
_last_day = case((_LONGER.c.until > _A.duty, _LONGER.c.until), else_=_A.duty)
_HELD = func.coalesce(_HOLDS.c.holds, 0)
_FROM = (
    _ALL.outerjoin(_LONGER, _LONGER.c.case_number == _A.case_number)
    .outerjoin(_HOLDS, _HOLDS.c.case_number == _A.case_number)
    .outerjoin(destructions, _D.case_number == _A.case_number)
)


class SqlPreservation(Repository):
    """The PreservationTable port."""

    def rows(
        self,
        today: date,
        *,
        standing: Standing | None = None,
        ends: tuple[date, date] | None = None,
        text: str = "",
        offset: int = 0,
        limit: int = 200,
    ) -> tuple[Preservation, ...]:
        query = _rows().offset(offset).limit(limit)
        if standing is not None:
            query = query.where(_standing(today) == standing.value)
        if ends is not None:
            query = query.where(_D.case_number.is_(None), _last_day.between(*ends))
        if text.strip():
            pattern = contains(text)
            query = query.where(
                func.lower(_A.report_id).like(pattern, escape="\\")
                | func.lower(cases.c.platform_id).like(pattern, escape="\\")
            )
        return tuple(_preservation(row) for row in self._db.execute(query))

    def for_case(self, case_number: int) -> tuple[Preservation, ...]:
        query = _rows().where(_A.case_number == case_number)
        return tuple(_preservation(row) for row in self._db.execute(query))

    def counts(self, today: date) -> PreservationCounts:
        what = _standing(today)
        soon = date.fromordinal(today.toordinal() + SOON_DAYS)
        query = select(
            what.label("standing"),
            func.count().label("all"),
            func.sum(case((_last_day <= soon, 1), else_=0)).label("soon"),
        ).select_from(_FROM)
        found = {row.standing: (row.all, int(row.soon)) for row in self._db.execute(query.group_by(what))}
        count = {one: found.get(one.value, (0, 0)) for one in Standing}
        return PreservationCounts(
            kept=count[Standing.KEPT][0],
            soon=count[Standing.KEPT][1],
            held=count[Standing.HELD][0],
            over=count[Standing.OVER][0],
            destroyed=count[Standing.DESTROYED][0],
        )

    def months(self, today: date) -> tuple[tuple[str, int], ...]:
        sqlite = self._db.dialect.name == "sqlite"
        month = func.strftime("%Y-%m", _last_day) if sqlite else func.to_char(_last_day, "YYYY-MM")
        query = (
            select(month.label("month"), func.count().label("all"))
            .select_from(_FROM)
            .where(_D.case_number.is_(None), _last_day >= today.replace(day=1))
            .group_by(month)
            .order_by(month)
        )
        return tuple((row.month, row.all) for row in self._db.execute(query))

    def add_order(
        self,
        case_number: int,
        kind: OrderKind,
        reference: str,
        note: str,
        by: int,
        at: datetime,
        until: date | None,
    ) -> Order:
        values = {
            "case_number": case_number,
            "kind": kind.value,
            "reference": reference,
            "note": note,
            "by": by,
            "at": at,
            "until": until,
        }
        key = self._db.execute(insert(preservation_orders).values(values).returning(_O.id)).scalar_one()
        return self.order(key)

    def order(self, order_id: int) -> Order:
        row = self._db.execute(select(preservation_orders).where(_O.id == order_id)).one_or_none()
        if row is None:
            raise UserError("There is no order with this number.")
        return _order(row)

    def orders(self, case_number: int) -> tuple[Order, ...]:
        query = select(preservation_orders).where(_O.case_number == case_number).order_by(_O.id)
        return tuple(_order(row) for row in self._db.execute(query))

    def release(self, order_id: int, by: int, at: datetime) -> Order:
        changed = self._db.execute(
            update(preservation_orders)
            .where(_O.id == order_id, _O.released_at.is_(None))
            .values(released_by=by, released_at=at)
        )
        if not changed.rowcount:
            raise UserError("This hold was released already.")
        return self.order(order_id)

    def add_destruction(self, destruction: Destruction) -> None:
        self._db.execute(
            insert(destructions).values(
                case_number=destruction.case_number,
                at=destruction.at,
                approval=destruction.certificate.approval,
                document=destruction.document,
                sha256=destruction.sha256,
            )
        )

    def destruction(self, case_number: int) -> Destruction | None:
        row = self._db.execute(select(destructions).where(_D.case_number == case_number)).one_or_none()
        if row is None:
            return None
        certificate = from_plain(Certificate, json.loads(row.document))
        return Destruction(
            case_number=row.case_number,
            at=row.at,
            basis=certificate.basis,
            certificate=certificate,
            document=bytes(row.document),
            sha256=row.sha256,
            cleared_at=row.cleared_at,
        )

    def uncleared(self) -> tuple[int, ...]:
        query = select(_D.case_number).where(_D.cleared_at.is_(None)).order_by(_D.case_number)
        return tuple(self._db.execute(query).scalars())

    def cleared(self, case_number: int, at: datetime) -> None:
        self._db.execute(
            update(destructions)
            .where(_D.case_number == case_number, _D.cleared_at.is_(None))
            .values(cleared_at=at)
        )


def _standing(today: date) -> Any:
    """The domain's rule (``Preservation.standing``) as SQL; the contract tests hold both to be the same."""
    return case(
        (_D.case_number.is_not(None), literal(Standing.DESTROYED.value)),
        (_HELD > 0, literal(Standing.HELD.value)),
        (_last_day >= today, literal(Standing.KEPT.value)),
        else_=literal(Standing.OVER.value),
    )


def _rows() -> Select[Any]:
    return (
        select(
            _A.filing_id,
            _A.elsewhere_id,
            _A.case_number,
            _A.report_id,
            _A.at,
            _A.duty,
            _last_day.label("until"),
            _HELD.label("holds"),
            _D.at.label("destroyed_at"),
            cases.c.platform_id,
        )
        .select_from(_FROM.join(cases, cases.c.number == _A.case_number))
        .order_by(_last_day, _A.at, _A.case_number)
    )


def _preservation(row: Record) -> Preservation:
    return Preservation(
        filing_id=row.filing_id,
        elsewhere_id=row.elsewhere_id,
        case_number=row.case_number,
        report_id=row.report_id,
        filed_at=row.at,
        until=row.until,
        duty_until=row.duty,
        holds=row.holds,
        destroyed_at=row.destroyed_at,
        platform_id=row.platform_id,
    )


def _order(row: Record) -> Order:
    return Order(
        id=row.id,
        case_number=row.case_number,
        kind=OrderKind(row.kind),
        reference=row.reference,
        note=row.note,
        by=row.by,
        at=row.at,
        until=row.until,
        released_by=row.released_by,
        released_at=row.released_at,
    )
