"""How long near media take to find: `python -m tests.bench.bench_near [--media N]`, on the encrypted SQLite store.

So many random hashes are stored, a handful of them near one another; then each question is timed. Printed:
milliseconds for one content, median and longest, and what a comparison with all of them would take.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert

from desk.domain.hashing import PDQ, blocks, distance
from desk.storage import schema
from desk.storage.engine import WRITES, open_sqlite
from desk.storage.tables import hash_blocks, media_hashes
from desk.storage.unit_of_work import SqlStore


def fill(store: SqlStore, count: int) -> list[bytes]:
    """Random hashes, every hundredth a near copy of the one before."""
    rng = random.Random(11)
    values: list[bytes] = []
    with store.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        for start in range(0, count, 5000):
            rows, parts = [], []
            for number in range(start + 1, min(start + 5000, count) + 1):
                value = rng.randbytes(32)
                if number % 100 == 0:
                    bits = sum(1 << bit for bit in rng.sample(range(256), rng.randrange(32)))
                    value = (int.from_bytes(values[-1], "big") ^ bits).to_bytes(32, "big")
                values.append(value)
                rows.append(
                    {"id": number, "sha256": f"{number:064x}", "kind": PDQ, "value": value, "quality": 90}
                )
                parts += [{"block": block, "hash_id": number} for block in blocks(value)]
            connection.execute(insert(media_hashes), rows)
            connection.execute(insert(hash_blocks), parts)
    return values


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=int, default=100_000)
    count = parser.parse_args().media
    with tempfile.TemporaryDirectory() as folder:
        engine = open_sqlite(Path(folder) / "desk.db", bytes(32), create=True)
        schema.upgrade(engine)
        store = SqlStore(engine)
        started = time.perf_counter()
        values = fill(store, count)
        print(f"{count} hashes stored in {time.perf_counter() - started:.0f} s")
        times: list[float] = []
        found = 0
        with store.read() as uow:
            for number in range(100, count + 1, max(100, count // 200 // 100 * 100)):
                started = time.perf_counter()
                found += bool(uow.hashes.near(f"{number:064x}", PDQ))
                times.append((time.perf_counter() - started) * 1000)
        started = time.perf_counter()
        sum(distance(values[0], value) <= 31 for value in values)
        plain = (time.perf_counter() - started) * 1000
        store.close()
    print(f"{len(times)} questions, {found} with something near: median {statistics.median(times):.1f} ms, "
          f"longest {max(times):.1f} ms; comparing with all: {plain:.0f} ms and all of them in memory")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
