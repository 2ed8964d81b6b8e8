"""What the queue shows: rows of a view, filtered, sorted, from any place on; and how many there are.

A view is a set of cases; filters cut it, the order walks it (see ``bits`` and ``facets``). So a page in
the middle of a million cases costs what the first one of a thousand costs, whatever is filtered.
A snoozed case whose time has passed counts as open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, Select, TextClause, cast, select, text, type_coerce
from sqlalchemy.dialects.postgresql import TSQUERY

from desk.domain.case import CaseRow, CaseState, SourceKind
from desk.domain.errors import Bug
from desk.ports import CaseFilter, CasePage, QueueChoices, QueueCounts
from desk.storage.repositories import bits
from desk.storage.repositories.base import Repository, batched
from desk.storage.repositories.facets import AGE, COMPLETENESS, KEPT, Facets, View, day, minute
from desk.storage.repositories.search_text import fts_key, fts_queries, holds, phrases, ts_query
from desk.storage.tables import EPOCH, cases
from desk.storage.tables_queue import case_words, queue_opinions

FOUND_AT_MOST = 1000
"""Cases that one search finds; then it says that there may be more."""
SEARCHED_AT_MOST = 5_000
"""Hits of the words that are looked through for cases that fit the other filters."""
FEW = 250
"""So few cases are each looked at for the words."""

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
        found, capped = self._found(view, wanted, now)
        total = found.bit_count()
        numbers = self._ordered(view, found, wanted, offset, min(limit, max(0, total - offset)))
        return CasePage(tuple(self._rows(numbers, now)), offset, total, capped, view.waiting)

    def rows(self, wanted: CaseFilter, now: datetime, *, offset: int = 0, limit: int = 200) -> list[CaseRow]:
        return list(self.page(wanted, now, offset=offset, limit=limit).rows)

    def count(self, wanted: CaseFilter, now: datetime) -> int:
        return self._found(self._facets.view(), wanted, now)[0].bit_count()

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

    def _found(self, view: View, wanted: CaseFilter, now: datetime) -> tuple[int, bool]:
        """The cases that fit, and whether a search for words ended before it had seen them all."""
        found = self._in_view(view, wanted, now)
        if wanted.source is not None:
            found &= view[f"f:{wanted.source.value}"]
        if wanted.policy:
            found &= view[f"p:{wanted.policy}"] | view.any(view.names(f"p:{wanted.policy}/"))
        if wanted.queue is not None:
            found &= view[f"q:{wanted.queue}"]
        if wanted.known is not None:
            found = found & view["k"] if wanted.known else found & ~view["k"]
        slices = view.slices(COMPLETENESS)
        if wanted.most_complete < 100:
            found = bits.at_most(found, slices, wanted.most_complete)
        if wanted.least_complete > 0:
            found &= ~bits.at_most(found, slices, wanted.least_complete - 1)
        if wanted.kept_days is not None:
            last = day((now - EPOCH) // _MICROSECOND) + wanted.kept_days
            found = bits.at_most(found, view.slices(KEPT), last)
        for mark in wanted.without:
            found &= ~view[f"m:{mark}"]
        if wanted.text.strip():
            return self._with_words(found, wanted.text)
        return found, False

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

    def _with_words(self, among: int, words: str) -> tuple[int, bool]:
        """The first of ``among``, as they came in, that hold the words; and whether there may be more."""
        plain = words.strip().removeprefix("#")
        by_number = 1 << int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else 0
        sought = phrases(words)
        if not sought or not among:
            return by_number & among, False
        if among.bit_count() <= FEW:
            return self._few_with_words(bits.members(among), words) | by_number & among, False
        sqlite = self._db.dialect.name == "sqlite"
        if sqlite and (key := fts_key(words)):
            near = self._db.execute(_FTS_KEY, {"sought": key, "most": FEW + 1}).scalars().all()
            if len(near) <= FEW:
                fit = bits.members(bits.of(near) & among)
                return self._few_with_words(fit, words) | by_number & among, False
        found: set[int] = set()
        capped = False
        for query in fts_queries(words) if sqlite else [ts_query(words)]:
            capped = self._hits(_FTS if sqlite else _TSEARCH, query, among, found)
            if capped:
                break
        first = sorted(found)[:FOUND_AT_MOST]
        return bits.of(first) | by_number & among, capped

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

    def _few_with_words(self, numbers: list[int], words: str) -> int:
        found: list[int] = []
        for some in batched(numbers):
            query = select(case_words.c.case_number).where(case_words.c.case_number.in_(some))
            if self._db.dialect.name == "sqlite":
                sought = phrases(words)
                rows = self._db.execute(query.add_columns(case_words.c.words))
                found += [row.case_number for row in rows if holds(row.words, sought)]
            else:
                matches = case_words.c.words.op("@@")(cast(ts_query(words), TSQUERY))
                found += self._db.execute(query.where(matches)).scalars()
        return bits.of(found)

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
        found: dict[int, CaseRow] = {}
        for some in batched(numbers):
            for row in self._db.execute(select(*_SHOWN).where(_C.number.in_(some))):
                found[row.number] = _case_row(row, now)
        return [found[number] for number in numbers if number in found]


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
