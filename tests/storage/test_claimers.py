"""Four claimers, processes of their own, on one store; one of them is killed again and again.

DESK_CLAIMERS_CASES says how many cases (10,000 for the full run, sixty otherwise).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.domain.case import CaseState
from desk.ports import CaseFilter
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import add_case, person

CASES = int(os.environ.get("DESK_CLAIMERS_CASES", "60"))
CLAIMERS = 4
LEASE_SECONDS = 2 if CASES < 1000 else 20
KILLS = 1 if CASES < 1000 else 10

CLAIMER = """
import sys
import time
from datetime import timedelta
from pathlib import Path
from desk.domain.case import CaseState
from desk.domain.errors import ClaimLost
from desk.services.auditing import note
from desk.services.queue import Queue
from desk.storage.engine import open_postgres, open_sqlite
from desk.storage.unit_of_work import SqlStore
from desk.system.clock import SystemClock
import desk.services.queue
desk.services.queue.LEASE = timedelta(seconds=float(sys.argv[3]))
kind, who = sys.argv[1], int(sys.argv[2])
where = sys.stdin.readline().strip()
store = SqlStore(open_postgres(where) if kind == "postgresql" else open_sqlite(Path(where), bytes(range(32))))
queue, clock = Queue(store, SystemClock()), SystemClock()
with store.read() as unit:
    me = unit.people.get(who)
longest = 0.0
while True:
    asked = time.monotonic()
    claim = queue.next_case(me).value
    longest = max(longest, time.monotonic() - asked)
    if claim is None:
        with store.read() as unit:
            if unit.cases.counts(me.id, clock.now()).all == 0:
                break
        time.sleep(0.05)
        continue  # somebody else's claim, perhaps a dead one's, has to end first
    try:
        with store.write() as unit:  # decide it
            unit.cases.renew(claim, claim.until, clock.now())
            unit.cases.set_state(claim.case_id, CaseState.CLOSED)
            unit.cases.release(claim)
            note(unit, "case.decided", clock.now(), me, case_number=claim.case_id)
    except ClaimLost:  # a slow computer: the short lease ended meanwhile, and somebody else decides it
        continue
print(longest)
"""


def claimer(kind: str, where: str, who: int) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", CLAIMER, kind, str(who), str(LEASE_SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdin is not None
    started.stdin.write(where + "\n")
    started.stdin.flush()
    return started


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise")
def test_none_is_claimed_twice_and_none_lost(store: SqlStore) -> None:
    if store.engine.dialect.name != "sqlite" and "DESK_CLAIMERS_CASES" not in os.environ:
        pytest.skip("the full run alone: five interpreters take ten seconds to start")
    with store.write() as unit:
        people = [person(unit, f"Person {n}").id for n in range(CLAIMERS)]
        numbers = {add_case(unit, f"case-{n}") for n in range(CASES)}
    begun = time.monotonic()
    kind = store.engine.dialect.name
    url = store.engine.url
    where = str(Path(url.database or "")) if kind == "sqlite" else url.render_as_string(hide_password=False)
    running = {who: claimer(kind, where, who) for who in people}
    try:
        victim = people[-1]
        for kill in range(1, KILLS + 1):
            aim = CASES * kill // (KILLS + 2)
            while len(numbers) - remaining(store) < aim:
                assert all(process.poll() is None for process in running.values())
                time.sleep(0.02)
            running[victim].kill()
            running[victim].communicate()
            running[victim] = claimer(kind, where, victim)
        longest = 0.0
        for process in running.values():
            said, _ = process.communicate(timeout=200 + CASES / 20)
            assert process.returncode == 0
            longest = max(longest, float(said))
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    took = time.monotonic() - begun
    print(
        f"{kind}: {CASES:,} cases by {CLAIMERS} claimers with {KILLS} kills in {took:.0f} s, "
        f"{CASES / took:.0f} a second; the longest wait for a case {longest:.1f} s"
    )
    now = datetime.now(UTC)
    with store.read() as unit:
        rows = unit.cases.rows(CaseFilter("closed"), now, limit=CASES + 1)
        decided = Counter(
            row.number for row in rows if row.state is CaseState.CLOSED and row.claimed_by is None
        )
        acts = Counter(entry["case"] for entry in entries(store) if entry["act"] == "case.decided")
    assert set(decided) == numbers == set(acts)  # none lost
    assert set(acts.values()) == {1}  # none worked on by two


def remaining(store: SqlStore) -> int:
    with store.read() as unit:
        return unit.cases.count(CaseFilter(), datetime.now(UTC) + timedelta(days=1))


def entries(store: SqlStore) -> list[dict[str, object]]:
    with store.read() as unit:
        found = []
        start = 0
        while rows := unit.audit.rows(start, 2000):
            found += [json.loads(row.entry) for row in rows]
            start += len(rows)
        return found
