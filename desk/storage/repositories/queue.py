"""The queue's lists and counts, and the claims on cases.

A view is one or more buckets, each an equality on ``state`` (and ``source``) that an index returns
in the queue's order; several buckets are merged in that order.
A snoozed case whose time has passed counts as open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, literal, or_, select, union_all, update

from desk.domain.case import CaseRow, CaseState, Claim, SourceKind
from desk.domain.errors import Bug, ClaimLost
from desk.domain.roles import Operator
from desk.ports import CaseFilter, QueueCounts
from desk.storage.repositories.base import BATCH, Repository, contains, no_case
from desk.storage.tables import EPOCH, Moment, case_search, cases

_C = cases.c
_ORDER = (_C.rank, _C.received_at, _C.number)
_FOUND_BY_MACHINE = (SourceKind.AI_DETECTION.value, SourceKind.HASH_MATCH.value)
_ENDED = (CaseState.REPORTING, CaseState.REPORTED, CaseState.CLOSED)
_SHOWN = (
    _C.number,
    _C.platform_id,
    _C.summary,
    _C.policy,
    _C.source,
    _C.rank,
    _C.known_match,
    _C.state,
    _C.received_at,
    _C.occurred_at,
    _C.completeness,
    _C.content_count,
    _C.first_content,
    _C.claim_name,
    _C.claim_until,
    _C.snoozed_until,
)

Condition = ColumnElement[bool]


def _woken(now: datetime) -> Condition:
    return (_C.state == CaseState.SNOOZED.value) & (_C.snoozed_until <= now)


def _buckets(wanted: CaseFilter, now: datetime) -> list[Condition]:
    match wanted.view:
        case "all" | "urgent":
            return [_C.state == CaseState.OPEN.value, _woken(now)]
        case "ai":
            opened = _C.state == CaseState.OPEN.value
            by_source = [opened & (_C.source == source) for source in _FOUND_BY_MACHINE]
            return [*by_source, _woken(now) & _C.source.in_(_FOUND_BY_MACHINE)]
        case "mine":
            return [(_C.claim_operator == wanted.operator_id) & (_C.claim_until > now)]
        case "snoozed":
            asleep = or_(_C.snoozed_until.is_(None), _C.snoozed_until > now)
            return [(_C.state == CaseState.SNOOZED.value) & asleep]
        case "escalated":
            return [_C.state == CaseState.ESCALATED.value]
        case "closed":
            return [_C.state == state.value for state in _ENDED]
        case _:
            raise Bug("The queue has no such view.")


def _narrowing(wanted: CaseFilter) -> list[Condition]:
    conditions: list[Condition] = []
    if wanted.view == "urgent":
        conditions.append(_C.rank == 0)
    if wanted.source is not None:
        conditions.append(_C.source == wanted.source.value)
    if wanted.policy:
        below = contains(wanted.policy)[1:-1] + "/%"
        conditions.append(or_(_C.policy == wanted.policy, func.lower(_C.policy).like(below, escape="\\")))
    if wanted.text.strip():
        found = select(case_search.c.case_number).where(
            case_search.c.text.like(contains(wanted.text), escape="\\")
        )
        conditions.append(_C.number.in_(found))
    return conditions


def _keys(wanted: CaseFilter, now: datetime) -> list[Select[Any]]:
    narrowing = _narrowing(wanted)
    return [select(*_ORDER).where(bucket, *narrowing) for bucket in _buckets(wanted, now)]


class Queue(Repository):
    """Lists, counts and claims. Part of the Cases port."""

    def rows(self, wanted: CaseFilter, now: datetime, *, offset: int = 0, limit: int = 200) -> list[CaseRow]:
        parts = _keys(wanted, now)
        # Only the index is read for what is skipped; the rows are fetched for one page.
        keys: CompoundSelect[Any] | Select[Any]
        if len(parts) == 1:
            keys = parts[0].order_by(*_ORDER)
        else:
            if self._db.dialect.name == "postgresql":  # it would else sort the whole of every bucket
                most = offset + limit
                parts = [part.order_by(*_ORDER).limit(most).subquery().select() for part in parts]
            union = union_all(*parts)
            keys = union.order_by(*union.selected_columns)
        page = keys.limit(limit).offset(offset).subquery()
        query = select(*_SHOWN).join(page, page.c.number == _C.number).order_by(*_ORDER)
        return [_case_row(row, now) for row in self._db.execute(query)]

    def count(self, wanted: CaseFilter, now: datetime) -> int:
        narrowing = _narrowing(wanted)
        total = 0
        for bucket in _buckets(wanted, now):
            query = select(func.count()).select_from(cases).where(bucket, *narrowing)
            total += int(self._db.execute(query).scalar_one())
        return total

    def counts(self, operator_id: int, now: datetime) -> QueueCounts:
        total = urgent = ai = 0
        for bucket in _buckets(CaseFilter(), now):
            query = select(_C.rank, _C.source, func.count()).where(bucket).group_by(_C.rank, _C.source)
            for rank, source, number in self._db.execute(query):
                total += number
                urgent += number if rank == 0 else 0
                ai += number if source in _FOUND_BY_MACHINE else 0
        return QueueCounts(
            all=total,
            mine=self.count(CaseFilter("mine", operator_id=operator_id), now),
            urgent=urgent,
            ai=ai,
            snoozed=self.count(CaseFilter("snoozed"), now),
            escalated=self.count(CaseFilter("escalated"), now),
        )

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
        narrowing = _narrowing(wanted)
        # Not "is null or ended": SQLite would answer that from the index on claims and sort the rest.
        free = func.coalesce(_C.claim_until, literal(EPOCH, Moment())) <= now
        found: list[Any] = []
        for bucket in _buckets(wanted, now):
            query = (
                select(*_ORDER, _C.claim_token)
                .where(bucket, free, *narrowing)
                .order_by(*_ORDER)
                .limit(1)
                .with_for_update(skip_locked=True, key_share=True)
            )
            found += self._db.execute(query).all()
        if not found:
            return None
        best = min(found, key=lambda row: (row.rank, row.received_at, row.number))
        claim = Claim(best.number, operator.id, operator.name, until, best.claim_token + 1)
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


def _case_row(row: Any, now: datetime) -> CaseRow:
    claimed = row.claim_until is not None and row.claim_until > now
    return CaseRow(
        number=row.number,
        platform_id=row.platform_id,
        summary=row.summary,
        policy=row.policy,
        source=SourceKind(row.source),
        urgent=row.rank == 0,
        known_match=row.known_match,
        state=CaseState(row.state),
        received_at=row.received_at,
        occurred_at=row.occurred_at,
        completeness=row.completeness,
        content_count=row.content_count,
        first_content=row.first_content,
        claimed_by=row.claim_name if claimed else None,
        claimed_until=row.claim_until if claimed else None,
        snoozed_until=row.snoozed_until,
    )


def view_names() -> Sequence[str]:
    """The views that a CaseFilter may ask for."""
    return ("all", "mine", "urgent", "ai", "snoozed", "escalated", "closed")
