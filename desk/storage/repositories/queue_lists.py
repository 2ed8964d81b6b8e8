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
    TextClause,
    bindparam,
    cast,
    column,
    func,
    select,
    text,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from desk.domain.case import CaseRow, CaseState, SourceKind
from desk.domain.errors import Bug
from desk.ports import CaseFilter, CasePage, QueueChoices, QueueCounts
from desk.storage.repositories import bits
from desk.storage.repositories.base import Repository, batched
from desk.storage.repositories.facets import AGE, COMPLETENESS, KEPT, Facets, View, day, minute
from desk.storage.repositories.prepared import Prepared
from desk.storage.repositories.search_text import fts_key, fts_queries, holds, is_name, phrases, ts_query
from desk.storage.tables import EPOCH, cases
from desk.storage.tables_queue import case_words, queue_opinions

FOUND_AT_MOST = 1000
"""Cases that one search finds; then it says that there may be more."""
SEARCHED_AT_MOST = 5_000
"""Hits of the words that are looked through for cases that fit the other filters."""
FEW = 250
"""So few cases are each looked at for the words."""
RARE = 32
"""Cases with one rare word that are each looked at for the others; with more of them the index is quicker."""

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


class Lists(Repository):
    """Part of the Cases port."""

    @cached_property
    def _facets(self) -> Facets:
        return Facets(self._db)

    def page(self, wanted: CaseFilter, now: datetime, *, offset: int = 0, limit: int = 200) -> CasePage:
        view = self._facets.view()
        found, capped = self._among(view, wanted, now), False
        if wanted.text.strip():
            numbers, capped = self._with_words(found, wanted.text)
            if len(numbers) <= FEW:
                rows = sorted(self._rows(numbers, now), key=_order(wanted.sort), reverse=wanted.descending)
                return CasePage(tuple(rows[offset : offset + limit]), offset, len(rows), capped, view.waiting)
            found = bits.of(numbers)
        total = found.bit_count()
        numbers = self._ordered(view, found, wanted, offset, min(limit, max(0, total - offset)))
        return CasePage(tuple(self._rows(numbers, now)), offset, total, capped, view.waiting)

    def rows(self, wanted: CaseFilter, now: datetime, *, offset: int = 0, limit: int = 200) -> list[CaseRow]:
        return list(self.page(wanted, now, offset=offset, limit=limit).rows)

    def count(self, wanted: CaseFilter, now: datetime) -> int:
        return self._found(self._facets.view(), wanted, now).bit_count()

    def counts(self, operator_id: int, now: datetime) -> QueueCounts:
        view, woken = self._facets.view(), self._woken(now)

        def count(name: str) -> int:
            return self._in_view(view, CaseFilter(name, operator_id=operator_id), now, woken).bit_count()

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

    def _found(self, view: View, wanted: CaseFilter, now: datetime) -> int:
        """The cases that fit, with the words that are sought."""
        found = self._among(view, wanted, now)
        return bits.of(self._with_words(found, wanted.text)[0]) if wanted.text.strip() else found

    def _among(self, view: View, wanted: CaseFilter, now: datetime) -> int:
        """The cases that fit but for the words."""
        found = self._in_view(view, wanted, now)
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
        if wanted.kept_days is not None:
            last = day((now - EPOCH) // _MICROSECOND) + wanted.kept_days
            found &= view.at_most(KEPT, last)
        for mark in wanted.without:
            found ^= found & view[f"m:{mark}"]
        return found

    def _in_view(self, view: View, wanted: CaseFilter, now: datetime, woken: int | None = None) -> int:
        match wanted.view:
            case "all" | "urgent" | "ai":
                found = view["s:open"] | (self._woken(now) if woken is None else woken)
                if wanted.view == "urgent":
                    found &= view["u"]
                return found & view.any(_FOUND_BY_MACHINE) if wanted.view == "ai" else found
            case "mine":
                held = (_C.claim_operator == wanted.operator_id) & (_C.claim_until > now)
                return self._those(select(_C.number).where(held))
            case "snoozed":
                return view["s:snoozed"] & ~(self._woken(now) if woken is None else woken)
            case "escalated":
                return view["s:escalated"]
            case "opinion":
                pending = select(queue_opinions.c.case_number).where(queue_opinions.c.given_at.is_(None))
                if wanted.operator_id is not None:  # nobody gives their own
                    pending = pending.where(queue_opinions.c.asked_by != wanted.operator_id)
                return self._those(pending) & ~view.any(f"s:{state.value}" for state in _ENDED)
            case "closed":
                return view.any(f"s:{state.value}" for state in _ENDED)
            case _:
                raise Bug("The queue has no such view.")

    def _those(self, query: Select[Any]) -> int:
        return bits.of(self._db.execute(query).scalars())

    def _woken(self, now: datetime) -> int:
        asleep = _C.state == CaseState.SNOOZED.value
        return self._those(select(_C.number).where(_C.snoozed_until <= now, asleep))

    def _with_words(self, among: int, words: str) -> tuple[list[int], bool]:
        """The first of ``among``, as they came in, that hold the words; and whether there may be more."""
        plain = words.strip().removeprefix("#")
        by_number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else -1
        own = {by_number} if by_number >= 0 and among >> by_number & 1 else set()
        if not phrases(words) or not among:
            return sorted(own), False
        if among.bit_count() <= FEW:
            return sorted(own.union(self._few_with_words(bits.members(among), words))), False
        sqlite = self._db.dialect.name == "sqlite"
        queries = fts_queries(words) if sqlite else [ts_query(words)]
        if not sqlite and is_name(words) and (exact := ts_query(words, whole=True)) != queries[0]:
            queries.insert(0, exact)
        found: set[int] = set()
        capped = False
        for place, query in enumerate(queries):
            whole = place == 0 and len(queries) > 1
            near = self._near(words, whole=whole) if sqlite else None
            if near is not None:
                found.update(self._holding(bits.within(near, among), words, whole=whole))
            else:
                capped = self._hits(_FTS if sqlite else _TSEARCH, query, among, found)
            if capped or (found and is_name(words)):
                break
        first = sorted(found)[:FOUND_AT_MOST]
        return sorted(own.union(first)), capped

    def _near(self, words: str, *, whole: bool) -> Sequence[int] | None:
        """The cases with the rarest of the words, where they are so few that each can be looked at."""
        key = fts_key(words, whole=whole)
        if not key:
            return None
        near = self._db.execute(_FTS_KEY, {"sought": key, "most": RARE + 1}).scalars().all()
        return near if len(near) <= RARE else None

    def _hits(self, search: TextClause, query: str, among: int, found: set[int]) -> bool:
        """Add the hits that are in the set; whether it ended before all were seen."""
        hits = self._db.execute(
            search,
            {
                "sought": query,
                "first": (among & -among).bit_length() - 1,
                "last": among.bit_length() - 1,
                "most": SEARCHED_AT_MOST + 1,
            },
        ).scalars()
        data = among.to_bytes((among.bit_length() + 7) // 8, "little")
        seen = 0
        # In pieces: SQLite finds them as it is asked for them.
        while len(found) <= FOUND_AT_MOST and (piece := hits.fetchmany(500)):
            seen += len(piece)
            found.update(number for number in piece if data[number >> 3] >> (number & 7) & 1)
        hits.close()
        return len(found) > FOUND_AT_MOST or seen > SEARCHED_AT_MOST

    def _few_with_words(self, numbers: list[int], words: str) -> list[int]:
        found = self._holding(numbers, words, whole=True) if is_name(words) else []
        return found or self._holding(numbers, words, whole=False)

    def _holding(self, numbers: list[int], words: str, *, whole: bool) -> list[int]:
        """Those of these few cases that hold the words; not ``whole``: or words that begin so."""
        found: list[int] = []
        for some in batched(numbers):
            query = select(case_words.c.case_number).where(case_words.c.case_number.in_(some))
            if self._db.dialect.name == "sqlite":
                sought = phrases(words)
                rows = self._db.execute(query.add_columns(case_words.c.words))
                found += [row.case_number for row in rows if holds(row.words, sought, whole=whole)]
            else:
                matches = case_words.c.words.op("@@")(cast(ts_query(words, whole=whole), TSQUERY))
                found += self._db.execute(query.where(matches)).scalars()
        return found

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
                return bits.sliced(found, view.slices(COMPLETENESS), self._completeness, skip, limit)
            case "age":
                return bits.sliced(found, view.slices(AGE), self._minutes, skip, limit)
            case "kept":
                return bits.sliced(found, view.slices(KEPT), self._days, skip, limit)
            case _:
                raise Bug("The queue has no such order.")

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
_FTS_KEY = text("SELECT rowid FROM case_fts WHERE case_fts MATCH :sought ORDER BY rowid LIMIT :most")
_FTS = text(
    "SELECT rowid FROM case_fts WHERE case_fts MATCH :sought AND rowid BETWEEN :first AND :last "
    "ORDER BY rowid LIMIT :most"
)
_TSEARCH = text(
    "SELECT case_number FROM case_words WHERE words @@ CAST(:sought AS tsquery) "
    "AND case_number BETWEEN :first AND :last ORDER BY case_number LIMIT :most"
)


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
