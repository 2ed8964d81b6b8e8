"""The facets of every case as sets of bits: kept in the database, held in memory, corrected by what changed.

Triggers note each changed case in ``queue_changes``. A reader corrects the bits by those few cases; a
writer folds them in once there are FOLD_AT, so that taking a case in costs one small row.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Connection, Engine, delete, func, select, text, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from desk.storage.engine import WRITES
from desk.storage.repositories import bits
from desk.storage.repositories.base import Record, batched
from desk.storage.tables import cases
from desk.storage.tables_queue import case_marks, queue_bits, queue_changes, queue_head

FOLD_AT = 128
"""Changed cases from which on a writer folds them in."""
_FOLD_AT_ONCE = 4 * bits.CHUNK
_LOCK = 0x64657170  # any number, the same in every desk: PostgreSQL's advisory lock for folding

_MINUTE, _DAY = 60_000_000, 86_400_000_000  # microseconds
COMPLETENESS = tuple(f"c{n}" for n in reversed(range(7)))
KEPT = tuple(f"d{n}" for n in reversed(range(16)))
"""The day on which the platform's own copy may go, counted from 1970."""
AGE = tuple(f"a{n}" for n in reversed(range(26)))
"""The minute of the incident, counted from 1970."""

_C = cases.c
_READ = (
    _C.number,
    _C.state,
    _C.rank,
    _C.known_match,
    _C.source,
    _C.queue,
    _C.policy,
    _C.completeness,
    type_coerce(_C.kept_until, BigInteger).label("kept"),
    type_coerce(_C.occurred_at, BigInteger).label("occurred"),
)


def day(micros: int | None) -> int:
    """The day of this time; what never goes goes last."""
    return (1 << len(KEPT)) - 1 if micros is None else min(max(0, micros // _DAY), (1 << len(KEPT)) - 1)


def minute(micros: int) -> int:
    return min(max(0, micros // _MINUTE), (1 << len(AGE)) - 1)


def _facets(row: Record, marks: Iterable[str]) -> Iterator[str]:
    yield f"s:{row.state}"
    yield f"f:{row.source}"
    yield f"q:{row.queue}"
    yield f"p:{row.policy}"
    if row.rank == 0:
        yield "u"
    if row.known_match:
        yield "k"
    for mark in marks:
        yield f"m:{mark}"
    for value, names in (
        (min(max(0, row.completeness), 127), COMPLETENESS),
        (day(row.kept), KEPT),
        (minute(row.occurred), AGE),
    ):
        for place, name in enumerate(reversed(names)):
            if value >> place & 1:
                yield name


MADE_AT_MOST = 24
"""Sets made of others that a view remembers; a million cases take 125 kB each."""


class View:
    """The sets at one moment. Immutable but for what it remembers: several threads read one."""

    def __init__(self, whole: dict[str, int], changed: dict[str, list[int]], touched: list[int]) -> None:
        self._whole = whole
        self._changed = changed
        self._touched = bits.of(touched)
        self.waiting = len(touched)
        self._found: dict[str, int] = {}
        self._made: dict[Hashable, tuple[int, int]] = {}
        self._cuts: tuple[int, Sequence[str], bits.Cuts] = (0, (), {})

    def __getitem__(self, facet: str) -> int:
        """The cases that have this facet; none where nobody has it."""
        found = self._found.get(facet)
        if found is None:
            found = self._whole.get(facet, 0)
            if self._touched:
                found &= ~self._touched
                if facet in self._changed:
                    found |= bits.of(self._changed[facet])
            self._found[facet] = found
        return found

    def names(self, beginning: str) -> list[str]:
        """Facets whose names begin so."""
        return sorted({name for name in (*self._whole, *self._changed) if name.startswith(beginning)})

    def made(self, name: Hashable, make: Callable[[], int]) -> tuple[int, int]:
        """A set made of this view's alone, and how many are in it. Remembered by its name, for a queue is
        read page by page, and counted again after every page."""
        found = self._made.get(name)
        if found is None:
            bits_found = make()
            found = (bits_found, bits_found.bit_count())
            if len(self._made) >= MADE_AT_MOST:
                self._made = {}
            self._made[name] = found
        return found

    def cuts(self, found: int, names: Sequence[str]) -> bits.Cuts:
        """How this very set was cut by these slices last time, to be added to."""
        cut, by, known = self._cuts
        if cut is not found or by is not names:
            known = {}
            self._cuts = (found, names, known)
        return known

    def any(self, names: Iterable[str]) -> int:
        found = 0
        for name in names:
            found |= self[name]
        return found

    def at_most(self, names: Sequence[str], most: int) -> int:
        """All cases with at most this number in these slices; kept, for one filter is read page by page."""
        key = f"{names[0]} to {most}"
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = bits.at_most(self.any(self.names("s:")), self.slices(names), most)
        return found

    def slices(self, names: Iterable[str]) -> list[int]:
        return [self[name] for name in names]


class Held:
    """The database's bits in memory, as of one version of them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.version = 0
        self.raw: dict[str, bytearray] = {}
        self.whole: dict[str, int] = {}
        self.key: tuple[int, int, int] | None = None
        self.view: View | None = None

    def refresh(self, db: Connection, version: int) -> None:
        """Read what is newer than what is held. Under the lock."""
        if version == self.version:
            return
        query = select(queue_bits).where(queue_bits.c.version > self.version)
        whole = dict(self.whole)
        moved = set()
        newest = version
        for row in db.execute(query):
            raw = self.raw.setdefault(row.facet, bytearray())
            start = row.chunk * bits.CHUNK_BYTES
            if len(raw) < start + bits.CHUNK_BYTES:
                raw.extend(bytes(start + bits.CHUNK_BYTES - len(raw)))
            raw[start : start + bits.CHUNK_BYTES] = bytes(row.bits).ljust(bits.CHUNK_BYTES, b"\0")
            moved.add(row.facet)
            newest = max(newest, row.version)
        for facet in moved:
            whole[facet] = int.from_bytes(self.raw[facet], "little")
        self.whole = whole
        self.version = newest

    def chunk(self, facet: str, chunk: int) -> int:
        raw = self.raw.get(facet)
        if raw is None:
            return 0
        start = chunk * bits.CHUNK_BYTES
        return int.from_bytes(raw[start : start + bits.CHUNK_BYTES], "little")


_HELD: WeakKeyDictionary[Engine, Held] = WeakKeyDictionary()
_HELD_LOCK = threading.Lock()


def _held(engine: Engine) -> Held:
    with _HELD_LOCK:
        return _HELD.setdefault(engine, Held())


class Facets:
    """The sets as one transaction sees them."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._held = _held(connection.engine)
        options = connection.get_execution_options()
        # What a transaction wrote and may yet take back is nobody else's: it is not remembered.
        self._reads = bool(options.get("postgresql_readonly")) or (
            connection.dialect.name == "sqlite" and not options.get(WRITES)
        )

    def view(self) -> View:
        key = self._key()
        held = self._held
        with held.lock:
            if held.key == key and held.view is not None:
                return held.view
            if key[0] < held.version:  # an older snapshot than somebody else's
                held = Held()
            changed, touched = self._changes() if key[1] else ({}, [])
            held.refresh(self._db, key[0])
            view = View(held.whole, changed, touched)
            if self._reads:
                held.key, held.view = key, view
            return view

    def waiting(self) -> int:
        """Changes that are not folded in yet."""
        return int(self._db.execute(select(func.count()).select_from(queue_changes)).scalar_one())

    def fold(self, at_least: int = 1) -> None:
        """Fold the changes into the bits, where there are so many."""
        if self.waiting() < at_least:
            return
        if self._db.dialect.name == "postgresql":
            locked = self._db.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if not locked.scalar_one():
                return  # another desk is at it
        with self._held.lock:
            self._held.refresh(self._db, self._key()[0])
            own = Held()  # what is folded here is not committed yet: it leaves what all share alone
            own.version = self._held.version
            own.raw = {facet: bytearray(raw) for facet, raw in self._held.raw.items()}
        while self._fold_some(own):
            pass
        self._held = Held()

    def _fold_some(self, own: Held) -> bool:
        query = select(queue_changes).order_by(queue_changes.c.id).limit(_FOLD_AT_ONCE)
        changes = self._db.execute(query).all()
        if not changes:
            return False
        by_chunk: dict[int, set[int]] = defaultdict(set)
        for change in changes:
            by_chunk[change.case_number >> bits.CHUNK_BITS].add(change.case_number)
        version = own.version + 1
        rows: list[dict[str, Any]] = []
        for chunk, numbers in by_chunk.items():
            rows += self._chunk(own, chunk, sorted(numbers), version)
        if rows:
            for some in batched(rows):
                self._put(some)
        self._db.execute(update(queue_head).values(version=version))
        own.version = version
        for row in rows:
            raw = own.raw.setdefault(row["facet"], bytearray())
            start = row["chunk"] * bits.CHUNK_BYTES
            if len(raw) < start + bits.CHUNK_BYTES:
                raw.extend(bytes(start + bits.CHUNK_BYTES - len(raw)))
            raw[start : start + bits.CHUNK_BYTES] = row["bits"].ljust(bits.CHUNK_BYTES, b"\0")
        for seen in batched([change.id for change in changes]):
            # By name, not "up to": a smaller id of somebody else's may be committed meanwhile.
            self._db.execute(delete(queue_changes).where(queue_changes.c.id.in_(seen)))
        return True

    def _chunk(self, own: Held, chunk: int, numbers: list[int], version: int) -> Iterator[dict[str, Any]]:
        first = chunk << bits.CHUNK_BITS
        touched = bits.of(number - first for number in numbers)
        changed, _ = self._facets_of(numbers)
        for facet in own.raw.keys() | changed.keys():
            old = own.chunk(facet, chunk)
            new = old & ~touched
            if facet in changed:
                new |= bits.of(number - first for number in changed[facet])
            if new != old:
                data = new.to_bytes((new.bit_length() + 7) // 8, "little")
                yield {"facet": facet, "chunk": chunk, "version": version, "bits": data}

    def _put(self, rows: Iterable[dict[str, Any]]) -> None:
        make = sqlite.insert if self._db.dialect.name == "sqlite" else postgresql.insert
        put: Any = make(queue_bits)
        put = put.on_conflict_do_update(
            index_elements=["facet", "chunk"],
            set_={"version": put.excluded.version, "bits": put.excluded.bits},
        )
        self._db.execute(put, list(rows))

    def _key(self) -> tuple[int, int, int]:
        row = self._db.execute(
            select(
                select(queue_head.c.version).scalar_subquery(),
                select(func.count()).select_from(queue_changes).scalar_subquery(),
                select(func.max(queue_changes.c.id)).scalar_subquery(),
            )
        ).one()
        return (row[0] or 0, row[1], row[2] or 0)

    def _changes(self) -> tuple[dict[str, list[int]], list[int]]:
        query = select(queue_changes.c.case_number).distinct()
        return self._facets_of(sorted(self._db.execute(query).scalars()))

    def _facets_of(self, numbers: list[int]) -> tuple[dict[str, list[int]], list[int]]:
        """By facet, which of these cases have it now."""
        found: dict[str, list[int]] = defaultdict(list)
        for some in batched(numbers):
            marks: dict[int, list[str]] = defaultdict(list)
            query = select(case_marks).where(case_marks.c.case_number.in_(some))
            for row in self._db.execute(query):
                marks[row.case_number].append(row.mark)
            for row in self._db.execute(select(*_READ).where(_C.number.in_(some))):
                for facet in _facets(row, marks.get(row.number, ())):
                    found[facet].append(row.number)
        return found, numbers
