"""The queue with 1,000 and with 1,000,000 cases: medians in milliseconds, and their ratio.

    python -m tests.bench.bench_queue [--small 1000] [--large 1000000] [--rounds 30] [--window]

The cases are written in the store's own format, in bulk, into an encrypted database in a temporary
folder (about a gigabyte for a million). The ratio is told of acts that find as many cases in both, a page
of them or those of one account; acts that find more among more cases come after them, for their time alone.
Both stores' files are read through before each act, so that the system has them in its memory; each median is
given by the clock and as this thread's own processor time, which what else the computer does burdens less.
``--window`` opens the queue page on each store, scrolls through
it, and says what memory it takes above a window on an empty store.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from desk.domain.case import SourceKind
from desk.domain.roles import Operator, Role
from desk.ports import CaseFilter
from desk.services.queue import Queue
from desk.storage import schema
from desk.storage.engine import WRITES, open_sqlite
from desk.storage.repositories.search_text import tokens
from desk.storage.tables import cases
from desk.storage.tables_queue import case_marks, case_words
from desk.storage.unit_of_work import SqlStore

KEY = bytes(range(32))
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BATCH = 20_000
POLICIES = (
    "child-safety/csam",
    "child-safety/enticement",
    "child-safety/trafficking",
    "child-safety",
    "other",
)
ACCOUNTS = 20
"""Accounts that have as many cases in a store of any size, spread over it: ten each."""
WORDS = ("image", "posted", "group", "message", "profile", "video", "upload", "public", "direct", "account")


class Clock:
    def now(self) -> datetime:
        return NOW


def fill(path: Path, count: int) -> SqlStore:
    """A store of so many open cases, none of them like the one before."""
    engine = open_sqlite(path, KEY, create=True)
    schema.upgrade(engine)
    store = SqlStore(engine)
    chance = random.Random(1)
    sources = list(SourceKind)
    with store.write() as unit:
        for n in range(5):
            unit.people.add(f"Person {n}", frozenset({Role.SUPERVISOR}))
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        rows, words, marks = [], [], []
        for number in numbers:
            rows.append(_case(number, count, chance, sources))
            found = " ".join(chance.choice(WORDS) for _ in range(6))
            account, address = number % 70_000, f"192.0.2.{number % 250}"
            if number % (count // (10 * ACCOUNTS)) == 0:
                of = number // (count // (10 * ACCOUNTS)) % ACCOUNTS
                account, address = 900_000 + of, f"203.0.113.{of}"
            said = (
                f"platform-case-{number} {found} u-{account} user{account} "
                f"user{account}@example.com {address} https://example.com/p/{number} "
                f"{chance.getrandbits(256):064x} IMG_{number % 9999}.jpg"
            )
            words.append({"case_number": number, "words": " ".join(tokens(said))})
            if number % 20 == 0:
                marks.append({"case_number": number, "mark": "violenceGore"})
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            connection.execute(insert(cases), rows)
            connection.execute(insert(case_words), words)
            if marks:
                connection.execute(insert(case_marks), marks)
        with store.write() as unit:
            unit.cases.fold()
    return store


def _case(number: int, count: int, chance: random.Random, sources: list[SourceKind]) -> dict[str, Any]:
    received = NOW - timedelta(seconds=(count - number) * 30)
    return {
        "number": number,
        "platform_id": f"platform-case-{number}",
        "revision": 1,
        "state": "open" if chance.random() < 0.9 else chance.choice(("closed", "reported", "escalated")),
        "rank": 0 if chance.random() < 0.02 else 1,
        "received_at": received,
        "occurred_at": received - timedelta(minutes=chance.randrange(5000)),
        "source": chance.choice(sources).value,
        "policy": chance.choice(POLICIES),
        "queue": chance.choice(("main", "imagery", "chats")),
        "summary": f"A practice case, the {number}th",
        "known_match": chance.random() < 0.3,
        "completeness": chance.randrange(20, 100),
        "content_count": 1,
        "first_content": None,
        "claim_token": 0,
        "kept_until": received + timedelta(days=90),
    }


MORE = "+ "
"""Before the name of an act that finds the more, the more cases there are."""


def acts_on(store: SqlStore, count: int) -> dict[str, Callable[[], object]]:
    """What people do with a queue, by name."""
    queue = Queue(store, Clock())
    with store.read() as unit:
        person = unit.people.all()[0]
    chance = random.Random(2)
    all_open = CaseFilter()
    # So that there is a whole page of it among a thousand too: what is shown is as much work as what is sought.
    narrow = CaseFilter(
        policy="child-safety", least_complete=30, most_complete=90, kept_days=400,
        without=frozenset({"violenceGore"}),
    )  # fmt: skip
    few = replace(narrow, source=SourceKind.HASH_MATCH, known=True, queue="imagery")

    def at(wanted: CaseFilter, place: float) -> Callable[[], object]:
        with store.read() as unit:
            total = unit.cases.count(wanted, NOW)
        return lambda: queue.page(
            person, wanted, offset=max(0, int(total * (place + chance.random() * 0.05)) // 200 * 200)
        )

    def known() -> int:
        return 900_000 + chance.randrange(ACCOUNTS)

    def sorted_by(sort: str) -> Callable[[], object]:
        return at(replace(all_open, sort=sort), 0.5)

    acts: dict[str, Callable[[], object]] = {
        "first page": lambda: queue.page(person, all_open),
        "next page": lambda: queue.page(person, all_open, offset=200),
        "jump to the middle": at(all_open, 0.5),
        "by age, middle": sorted_by("age"),
        "by completeness, middle": sorted_by("completeness"),
        "by source, middle": sorted_by("source"),
        "by known match, middle": sorted_by("known"),
        "by preservation, middle": sorted_by("kept"),
        "filter": lambda: queue.page(person, narrow),
        "filter, middle": at(narrow, 0.5),
        "kept 90 days at most": lambda: queue.page(person, replace(all_open, kept_days=90)),
        "search, an id": lambda: queue.page(
            person, CaseFilter(text=f"platform-case-{chance.randrange(1, count)}")
        ),
        "search, an account": lambda: queue.page(person, CaseFilter(text=f"user{known()}")),
        "search, its email": lambda: queue.page(person, CaseFilter(text=f"user{known()}@example.com")),
        "search, an IP": lambda: queue.page(person, CaseFilter(text=f"203.0.113.{known() % 100}")),
        "search and filter": lambda: queue.page(person, replace(narrow, text=f"user{known()}")),
        "search, a common word": lambda: queue.page(person, CaseFilter(text="image")),
        "search, as one types": lambda: queue.page(person, CaseFilter(text="ima")),
        "counts": lambda: queue.counts(person),
        "claim": lambda: queue.next_case(person),
        "claim with a filter": lambda: queue.next_case(person, narrow),
    }
    acts |= {
        MORE + "filter, six at once": lambda: queue.page(person, few),
        MORE + "search, a busy account": lambda: queue.page(
            person, CaseFilter(text=f"user{chance.randrange(1, 900)}")
        ),
        MORE + "search, a busy IP": lambda: queue.page(
            person, CaseFilter(text=f"192.0.2.{chance.randrange(250)}")
        ),
        MORE + "search, an id's beginning": lambda: queue.page(
            person, CaseFilter(text=f"IMG_{chance.randrange(100, 999)}")
        ),
        MORE + "words and six filters": lambda: queue.page(person, replace(few, text="image group")),
    }
    return acts


def read_through(files: Iterable[Path]) -> None:
    """Have the system keep the files in memory: what is measured is the desk and not the disk."""
    for file in files:
        with file.open("rb", buffering=0) as opened:
            while opened.read(1 << 20):
                pass


def side_by_side(
    some: dict[str, Callable[[], object]],
    others: dict[str, Callable[[], object]],
    rounds: int,
    files: Sequence[Path] = (),
) -> dict[str, tuple[float, float, float, float]]:
    """Medians in milliseconds: of the clock for the one and the other, then of this thread's processor time.

    Turn by turn, each first every other time, so that what else the computer does burdens both alike.
    """
    found = {}
    for name in some:
        pair = (some[name], others[name])
        taken: tuple[list[float], list[float]] = ([], [])
        used: tuple[list[float], list[float]] = ([], [])
        read_through(files)
        for turn in range(rounds + 2):
            both = list(zip(pair, taken, used, strict=True))
            for act, times, work in both if turn % 2 else reversed(both):
                begun, busy = time.perf_counter(), time.thread_time()
                act()
                if turn >= 2:
                    times.append((time.perf_counter() - begun) * 1000)
                    work.append((time.thread_time() - busy) * 1000)
        (few, many), (few_cpu, many_cpu) = map(statistics.median, taken), map(statistics.median, used)
        found[name] = (few, many, few_cpu, many_cpu)
    return found


WINDOW = """
import sys
from pathlib import Path
from tests.bench.bench_queue import window
print(window(Path(sys.argv[1])))
"""


def window(path: Path) -> float:
    """Megabytes of a process with the queue page on this store, scrolled from end to end."""
    from PySide6.QtWidgets import QApplication

    from desk.gui.queue.page import QueuePage
    from desk.gui.runner import Runner
    from desk.gui.session import Session

    app = QApplication.instance() or QApplication(["queue"])
    store = SqlStore(open_sqlite(path, KEY))

    class Bundle:
        clock = Clock()
        queue = Queue(store, Clock())
        review = None

    with store.read() as unit:
        people = unit.people.all()
    person = people[0] if people else Operator(1, "Nobody", frozenset({Role.SUPERVISOR}))
    runner = Runner()
    page = QueuePage(Session(Bundle(), runner, person))  # type: ignore[arg-type]
    page.resize(1280, 800)
    page.show()
    page.enter()

    def settle(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            app.processEvents()
            time.sleep(0.005)

    settle(1.5)
    bar = page.table.verticalScrollBar()
    for step in range(60):
        bar.setValue(bar.maximum() * step // 59)
        settle(0.05)
    settle(0.5)
    resident = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line)
    page.leave()
    page.hide()
    runner.drain(5_000)
    return int(resident.split()[1]) / 1024


def in_window(path: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", WINDOW, str(path)],
        capture_output=True, text=True, check=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    return float(done.stdout.strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--window", action="store_true")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the stores here, and use them again"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        stores = {}
        for count in (arguments.small, arguments.large):
            path = folder / f"queue-{count}.db"
            begun = time.perf_counter()
            store = SqlStore(open_sqlite(path, KEY)) if path.exists() else fill(path, count)
            print(f"{count:,} cases ready in {time.perf_counter() - begun:.1f} s", flush=True)
            stores[count] = store
        small, large = (acts_on(store, count) for count, store in stores.items())
        files = [file for file in sorted(folder.glob("queue-*.db*")) if not file.name.endswith("-shm")]
        found = side_by_side(small, large, arguments.rounds, files)
        print(
            f"{'':28}{arguments.small:>12,}{arguments.large:>12,}{'ratio':>8}{'processor time':>26}{'ratio':>8}"
        )
        for name, (few, many, few_cpu, many_cpu) in found.items():
            told = not name.startswith(MORE)
            ratio, ratio_cpu = (
                f"{b / a:>8.2f}" if told else " " * 8 for a, b in ((few, many), (few_cpu, many_cpu))
            )
            print(
                f"{name:28}{few:>9.1f} ms{many:>9.1f} ms{ratio}{few_cpu:>12.1f} ms{many_cpu:>8.1f} ms{ratio_cpu}"
            )
        print(f"{MORE}finds the more, the more cases there are")
        for store in stores.values():
            store.close()
        if arguments.window:
            empty = folder / "queue-0.db"
            if not empty.exists():
                fill(empty, 0).close()
            base = in_window(empty)
            for count in (arguments.small, arguments.large):
                more = in_window(folder / f"queue-{count}.db") - base
                print(f"window on {count:,} cases: {more:+.0f} MB above an empty one ({base:.0f} MB)")


if __name__ == "__main__":
    main()
