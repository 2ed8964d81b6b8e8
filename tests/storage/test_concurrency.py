"""Several writers at once: threads on one store, processes on one database."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desk.domain import merkle
from desk.domain.audit import AuditEntry
from desk.domain.errors import AlreadyReported, ClaimLost
from desk.ports import CaseFilter
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import MINUTE, NOW, add_case, new_filing, person

WORKERS = 6
PROCESSES = 3  # each starts an interpreter and loads the libraries


def at_once(act: Callable[[int], object], workers: int = WORKERS) -> list[object]:
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(act, range(workers)))


def test_six_writers_lose_no_update(store: SqlStore) -> None:
    with store.write() as unit:
        number = add_case(unit)
        unit.cases.set_completeness(number, 0)

    def work(_: int) -> None:
        for _ in range(20):
            with store.write() as unit:
                unit.audit.append(AuditEntry("test.counted", NOW, None))  # the lock they queue at
                row = unit.cases.rows(CaseFilter(), NOW)[0]
                unit.cases.set_completeness(number, row.completeness + 1)

    at_once(work)
    with store.read() as unit:
        assert unit.cases.rows(CaseFilter(), NOW)[0].completeness == 20 * WORKERS


def test_appends_of_many_make_one_tree(store: SqlStore) -> None:
    def work(worker: int) -> None:
        for n in range(15):
            with store.write() as unit:
                unit.audit.append(AuditEntry("test.wrote", NOW, None, facts={"worker": worker, "n": n}))

    at_once(work)
    with store.read() as unit:
        rows, head = unit.audit.rows(limit=1000), unit.audit.head()
    assert [row.index for row in rows] == list(range(15 * WORKERS))
    assert len({row.entry for row in rows}) == 15 * WORKERS
    assert all(row.leaf == merkle.leaf_hash(row.entry) for row in rows)
    assert (head.size, head.root) == (len(rows), merkle.frontier_of(row.leaf for row in rows).root())


def test_four_claimers_never_get_the_same_case(store: SqlStore) -> None:
    with store.write() as unit:
        people = [person(unit, f"Person {n}") for n in range(4)]
        for n in range(60):
            add_case(unit, f"case-{n}")

    def work(worker: int) -> list[int]:
        got = []
        while True:
            with store.write() as unit:
                claim = unit.cases.claim_next(CaseFilter(), people[worker], NOW + MINUTE, NOW)
            if claim is None:
                return got
            got.append(claim.case_id)

    claimed = Counter(number for got in at_once(work, 4) for number in got)  # type: ignore[attr-defined]
    assert len(claimed) == 60
    assert set(claimed.values()) == {1}


def test_one_case_asked_for_by_four_goes_to_one(store: SqlStore) -> None:
    with store.write() as unit:
        people = [person(unit, f"Person {n}") for n in range(4)]
        number = add_case(unit)

    def work(worker: int) -> bool:
        try:
            with store.write() as unit:
                unit.cases.claim(number, people[worker], NOW + MINUTE, NOW)
        except ClaimLost:
            return False
        return True

    assert sum(map(bool, at_once(work, 4))) == 1


def test_one_piece_of_content_is_confirmed_once_by_four(store: SqlStore) -> None:
    with store.write() as unit:
        operator = person(unit)
        numbers = [add_case(unit, f"case-{n}") for n in range(4)]

    def work(worker: int) -> bool:
        identities = frozenset({"uid:shared", f"uid:{worker}", f"uid:{(worker + 1) % 4}"})
        try:
            with store.write() as unit:
                unit.filings.add(new_filing(numbers[worker], operator, identities=identities))
        except AlreadyReported:
            return False
        return True

    assert sum(map(bool, at_once(work, 4))) == 1
    with store.read() as unit:
        assert sum(len(unit.filings.for_case(number)) for number in numbers) == 1
        assert len(unit.filings.holders("ncmec", ["uid:shared", *(f"uid:{n}" for n in range(4))])) == 3


def test_a_filing_is_leased_to_one_of_four(store: SqlStore) -> None:
    with store.write() as unit:
        operator = person(unit)
        number = add_case(unit)
        for n in range(40):
            unit.filings.add(new_filing(number, operator, identities=frozenset({f"uid:{n}"}), files=()))

    def work(worker: int) -> list[int]:
        got = []
        while True:
            with store.write() as unit:
                leased = unit.filings.take(f"desk-{worker}", NOW, NOW + MINUTE)
            if leased is None:
                return got
            got.append(leased.filing.id)

    taken = Counter(one for got in at_once(work, 4) for one in got)  # type: ignore[attr-defined]
    assert len(taken) == 40
    assert set(taken.values()) == {1}


PROCESS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from desk.domain.audit import AuditEntry
from desk.storage.engine import open_postgres, open_sqlite
from desk.storage.unit_of_work import SqlStore
kind, where = sys.argv[1], sys.stdin.readline().strip()
engine = open_postgres(where) if kind == "postgresql" else open_sqlite(Path(where), bytes(range(32)))
store = SqlStore(engine)
print("ready", flush=True)
sys.stdin.readline()
for n in range(10):
    with store.write() as unit:
        unit.audit.append(AuditEntry("test.wrote", datetime(2026, 1, 1, tzinfo=UTC), None, facts={"n": n}))
        unit.settings.set("sum", (unit.settings.get("sum") or 0) + 1)
store.close()
"""


@pytest.fixture
def children(store: SqlStore) -> Iterator[list[subprocess.Popen[str]]]:
    kind = store.engine.dialect.name
    where = store.engine.url.render_as_string(hide_password=False)
    if kind == "sqlite":
        where = str(Path(store.engine.url.database or ""))
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for child in started:
        assert child.stdin is not None
        child.stdin.write(where + "\n")
        child.stdin.flush()
    yield started
    for child in started:
        child.kill()
        child.communicate()


def test_processes_lose_no_update(store: SqlStore, children: list[subprocess.Popen[str]]) -> None:
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    assert [child.wait(60) for child in children] == [0] * PROCESSES
    with store.read() as unit:
        rows, head = unit.audit.rows(limit=1000), unit.audit.head()
        assert unit.settings.get("sum") == 10 * PROCESSES
    assert head.size == len(rows) == 10 * PROCESSES
    assert head.root == merkle.frontier_of(row.leaf for row in rows).root()
