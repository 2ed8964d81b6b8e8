"""Cases by the words they hold, within a set of cases: SQLite's and PostgreSQL's full-text indexes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import TextClause, cast, select, text
from sqlalchemy.dialects.postgresql import TSQUERY

from desk.storage.repositories import bits
from desk.storage.repositories.base import Repository, batched
from desk.storage.repositories.search_text import fts_key, fts_queries, holds, is_name, phrases, ts_query
from desk.storage.tables_queue import case_words

FOUND_AT_MOST = 1000
"""Cases that one search finds; then it says that there may be more."""
SEARCHED_AT_MOST = 5_000
"""Hits of the words that are looked through for cases that fit the other filters."""
FEW = 250
"""So few cases are each looked at for the words."""
RARE = 32
"""Cases with one rare word that are each looked at for the others; with more of them the index is quicker."""

_FTS_KEY = text("SELECT rowid FROM case_fts WHERE case_fts MATCH :sought ORDER BY rowid LIMIT :most")
_FTS = text(
    "SELECT rowid FROM case_fts WHERE case_fts MATCH :sought AND rowid BETWEEN :first AND :last "
    "ORDER BY rowid LIMIT :most"
)
_TSEARCH = text(
    "SELECT case_number FROM case_words WHERE words @@ CAST(:sought AS tsquery) "
    "AND case_number BETWEEN :first AND :last ORDER BY case_number LIMIT :most"
)


class WordSearch(Repository):
    """Part of the Cases port."""

    def _with_words(self, among: int, total: int, words: str) -> tuple[list[int], bool]:
        """The first of these ``total`` cases, as they came in, that hold the words; and whether there may
        be more."""
        plain = words.strip().removeprefix("#")
        by_number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else -1
        own = {by_number} if by_number >= 0 and among >> by_number & 1 else set()
        if not phrases(words) or not among:
            return sorted(own), False
        if total <= FEW:
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
