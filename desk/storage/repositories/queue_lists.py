"""What the queue shows: rows of a view, filtered, sorted, from any place on; and how many there are.

A view is a set of cases; filters cut it, the order walks it (see ``bits`` and ``facets``). So a page in
the middle of a million cases costs what the first one of a thousand costs, whatever is filtered.
A snoozed case whose time has passed counts as open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    Text,
    bindparam,
    column,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY

from desk.domain.case import CaseRow, CaseState, SourceKind
from desk.domain.errors import Bug
from desk.ports import CaseFilter, CasePage, QueueChoices, QueueCounts
from desk.storage.columns import EPOCH
from desk.storage.repositories import bits
from desk.storage.repositories.base import batched
from desk.storage.repositories.facets import AGE, COMPLETENESS, KEPT, Facets, View, day, minute
from desk.storage.repositories.prepared import Prepared
from desk.storage.repositories.queue_words import FEW, WordSearch
from desk.storage.tables import cases
from desk.storage.tables_queue import queue_opinions

_MICROSECOND = timedelta(microseconds=1)
_C = cases.c
_FOUND_BY_MACHINE = (f"f:{SourceKind.AI_DETECTION.value}", f"f:{SourceKind.HASH_MATCH.value}")
_ENDED = (CaseState.REPORTING, CaseState.REPORTED, CaseState.CLOSED)
_SHOWN = (
    _C.number,
    _C.platform_id,
    _C.summary,
    _C.policy,
    _C.queue,
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
    _C.kept_until,
)


def _ended(view: View, _woken: int) -> int:
    return view.any(f"s:{state.value}" for state in _ENDED)


_OF_FACETS: dict[str, Callable[[View, int], int]] = {
    "all": lambda view, woken: view["s:open"] | woken,
    "urgent": lambda view, woken: (view["s:open"] | woken) & view["u"],
    "ai": lambda view, woken: (view["s:open"] | woken) & view.any(_FOUND_BY_MACHINE),
    "snoozed": lambda view, woken: view["s:snoozed"] & ~woken,
    "escalated": lambda view, _woken: view["s:escalated"],
    "closed": _ended,
}
"""The views that are made of facets, and of the cases that woke since they were put away."""
_SLEPT = frozenset({"all", "urgent", "ai", "snoozed"})
"""Those of them in which it matters what woke."""


class Lists(WordSearch):
    """Part of the Cases port."""

    @cached_property
    def _facets(self) -> Facets:
        return Facets(self._db)

    def page(self, wanted: CaseFilter, now: datetime, *, offset: int = 0, limit: int = 200) -> CasePage:
        view = self._facets.view()
        (found, total), capped = self._among(view, wanted, now), False
        if wanted.text.strip():
            numbers, capped = self._with_words(found, total, wanted.text)
            if len(numbers) <= FEW:
                rows = sorted(self._rows(numbers, now), key=_order(wanted.sort), reverse=wanted.descending)
                return CasePage(tuple(rows[offset : offset + limit]), offset, len(rows), capped, view.waiting)
            found, total = bits.of(numbers), len(numbers)
        numbers = self._ordered(view, found, wanted, offset, min(limit, max(0, total - offset)))
        return CasePage(tuple(self._rows(numbers, now)), offset, total, capped, view.waiting)

    def rows(self, wanted: CaseFilter, now: datetime, *, offset: int = 0, limit: int = 200) -> list[CaseRow]:
        return list(self.page(wanted, now, offset=offset, limit=limit).rows)

    def count(self, wanted: CaseFilter, now: datetime) -> int:
        return self._found(self._facets.view(), wanted, now)[1]

    def counts(self, operator_id: int, now: datetime) -> QueueCounts:
        view, woken = self._facets.view(), self._woken(now)

        def count(name: str) -> int:
            return self._in_view(view, CaseFilter(name, operator_id=operator_id), now, woken)[1]

        views = ("all", "mine", "urgent", "ai", "snoozed", "escalated", "opinion")
        return QueueCounts(**{name: count(name) for name in views})

    def choices(self) -> QueueChoices:
        view = self._facets.view()

        def there(kind: str) -> tuple[str, ...]:
            return tuple(name[2:] for name in view.names(kind) if len(name) > len(kind) and view[name])

        return QueueChoices(policies=there("p:"), queues=there("q:"), marks=there("m:"))

    def fold(self) -> None:
        self._facets.fold()

    # sets -----------------------------------------------------------------------

    def _found(self, view: View, wanted: CaseFilter, now: datetime) -> tuple[int, int]:
        """The cases that fit, with the words that are sought; and how many."""
        found, total = self._among(view, wanted, now)
        if not wanted.text.strip():
            return found, total
        numbers = self._with_words(found, total, wanted.text)[0]
        return bits.of(numbers), len(numbers)

    def _among(self, view: View, wanted: CaseFilter, now: datetime) -> tuple[int, int]:
        """The cases that fit but for the words, and how many."""
        last = None
        if wanted.kept_days is not None:
            last = day((now - EPOCH) // _MICROSECOND) + wanted.kept_days
        plain = replace(wanted, text="", sort="urgency", descending=False, operator_id=None)
        if not plain.narrows:
            return self._in_view(view, wanted, now)
        woken = self._woken(now) if wanted.view in _SLEPT else 0
        if woken or wanted.view not in _OF_FACETS:
            found = self._cut(view, self._in_view(view, wanted, now, woken)[0], wanted, last)
            return found, found.bit_count()
        return view.made(
            (plain, last), lambda: self._cut(view, self._in_view(view, wanted, now, woken)[0], wanted, last)
        )

    def _cut(self, view: View, found: int, wanted: CaseFilter, last: int | None) -> int:
        """What the filters leave; the platform's own copy goes on the day ``last`` at the latest."""
        if wanted.source is not None:
            found &= view[f"f:{wanted.source.value}"]
        if wanted.policy:
            found &= view[f"p:{wanted.policy}"] | view.any(view.names(f"p:{wanted.policy}/"))
        if wanted.queue is not None:
            found &= view[f"q:{wanted.queue}"]
        if wanted.known is not None:
            found = found & view["k"] if wanted.known else found & ~view["k"]
        if wanted.most_complete < 100:
            found &= view.at_most(COMPLETENESS, wanted.most_complete)
        if wanted.least_complete > 0:
            found ^= found & view.at_most(COMPLETENESS, wanted.least_complete - 1)
        if last is not None:
            found &= view.at_most(KEPT, last)
        for mark in wanted.without:
            found ^= found & view[f"m:{mark}"]
        return found

    def _in_view(
        self, view: View, wanted: CaseFilter, now: datetime, woken: int | None = None
    ) -> tuple[int, int]:
        """The cases of a view, and how many."""
        if wanted.view in ("mine", "opinion"):
            found = self._of_people(view, wanted, now)
            return found, found.bit_count()
        made = _OF_FACETS.get(wanted.view)
        if made is None:
            raise Bug("The queue has no such view.")
        if wanted.view in _SLEPT:
            woken = self._woken(now) if woken is None else woken
            if woken:
                found = made(view, woken)
                return found, found.bit_count()
        return view.made(wanted.view, lambda: made(view, 0))

    def _of_people(self, view: View, wanted: CaseFilter, now: datetime) -> int:
        if wanted.view == "mine":
            held = (_C.claim_operator == wanted.operator_id) & (_C.claim_until > now)
            return self._those(select(_C.number).where(held))
        pending = select(queue_opinions.c.case_number).where(queue_opinions.c.given_at.is_(None))
        if wanted.operator_id is not None:  # nobody gives their own
            pending = pending.where(queue_opinions.c.asked_by != wanted.operator_id)
        return self._those(pending) & ~_ended(view, 0)

    def _those(self, query: Select[Any]) -> int:
        return bits.of(self._db.execute(query).scalars())

    def _woken(self, now: datetime) -> int:
        asleep = _C.state == CaseState.SNOOZED.value
        return self._those(select(_C.number).where(_C.snoozed_until <= now, asleep))

    # order ----------------------------------------------------------------------

    def _ordered(self, view: View, found: int, wanted: CaseFilter, skip: int, limit: int) -> list[int]:
        if limit <= 0:
            return []
        if wanted.descending:  # the same order, read from its end
            back = found.bit_count() - skip - limit
            return self._ordered(view, found, replace(wanted, descending=False), max(0, back), limit)[::-1]
        match wanted.sort:
            case "urgency":
                urgent = found & view["u"]
                return bits.page((urgent, found ^ urgent), skip, limit)
            case "known":
                known = found & view["k"]
                return bits.page((known, found ^ known), skip, limit)
            case "source":
                kinds = sorted(kind.value for kind in SourceKind)
                return bits.page((found & view[f"f:{kind}"] for kind in kinds), skip, limit)
            case "completeness":
                return self._by(view, found, COMPLETENESS, self._completeness, skip, limit)
            case "age":
                return self._by(view, found, AGE, self._minutes, skip, limit)
            case "kept":
                return self._by(view, found, KEPT, self._days, skip, limit)
            case _:
                raise Bug("The queue has no such order.")

    @staticmethod
    def _by(
        view: View, found: int, names: Sequence[str], values: bits.Values, skip: int, limit: int
    ) -> list[int]:
        return bits.sliced(found, view.slices(names), values, skip, limit, view.cuts(found, names))

    def _completeness(self, numbers: Sequence[int]) -> dict[int, int]:
        return self._values(numbers, _C.completeness, lambda value: min(max(0, value), 127))

    def _minutes(self, numbers: Sequence[int]) -> dict[int, int]:
        return self._values(numbers, type_coerce(_C.occurred_at, BigInteger), minute)

    def _days(self, numbers: Sequence[int]) -> dict[int, int]:
        return self._values(numbers, type_coerce(_C.kept_until, BigInteger), day)

    def _values(self, numbers: Sequence[int], column: Any, by: Callable[[Any], int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for some in batched(numbers):
            query = select(_C.number, column).where(_C.number.in_(some))
            found |= {number: by(value) for number, value in self._db.execute(query)}
        return found

    def _rows(self, numbers: Sequence[int], now: datetime) -> list[CaseRow]:
        if not numbers:
            return []
        listed, rows = _ROWS[self._db.dialect.name]
        found = {row.number: row for row in rows.all(self._db, {"b_numbers": listed(numbers)})}
        return [_case_row(found[number], now) for number in numbers if number in found]


def _order(sort: str) -> Callable[[CaseRow], tuple[Any, int]]:
    """The queue's order of a few rows: as ``Lists._ordered`` walks the sets."""

    def micros(at: datetime | None) -> int | None:
        return None if at is None else (at - EPOCH) // _MICROSECOND

    by: dict[str, Callable[[CaseRow], Any]] = {
        "urgency": lambda row: not row.urgent,
        "known": lambda row: not row.known_match,
        "source": lambda row: row.source.value,
        "completeness": lambda row: min(max(0, row.completeness), 127),
        "age": lambda row: minute(micros(row.occurred_at) or 0),
        "kept": lambda row: day(micros(row.kept_until)),
    }
    if sort not in by:
        raise Bug("The queue has no such order.")
    return lambda row: (by[sort](row), row.number)


def _these(numbers: Any) -> Prepared:
    return Prepared(select(*_SHOWN).where(numbers))


_ROWS: dict[str, tuple[Callable[[Sequence[int]], Any], Prepared]] = {
    # A page's numbers as one value: as many values as there are rows would be taken apart at every page.
    "sqlite": (
        json.dumps,
        _these(
            _C.number.in_(
                select(column("value")).select_from(func.json_each(bindparam("b_numbers", type_=Text())))
            )
        ),
    ),
    "postgresql": (
        list,
        _these(_C.number == func.any(bindparam("b_numbers", type_=ARRAY(BigInteger())))),
    ),
}


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
        queue=row.queue,
        kept_until=row.kept_until,
    )
