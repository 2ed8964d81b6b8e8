"""The preservation page's reads with so many filed reports: medians in milliseconds.

    python -m tests.bench.bench_preservation [--reports 100000] [--rounds 5] [--postgres URL]

The rows are written in bulk into an encrypted database in a temporary folder, with a few extensions, holds
and destructions among them.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from desk.domain.preservation import Standing, preserve_until
from desk.domain.roles import Role
from desk.storage import schema
from desk.storage.engine import WRITES, open_postgres, open_sqlite
from desk.storage.tables import cases, filings, receipts
from desk.storage.tables_preservation import destructions, preservation_orders
from desk.storage.unit_of_work import SqlStore

KEY = bytes(range(32))
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
BATCH = 10_000


def fill(store: SqlStore, count: int) -> None:
    """So many filed reports over the last 500 days, each of a case of its own."""
    chance = random.Random(1)
    with store.write() as unit:
        by = unit.people.add("Robin Example", frozenset({Role.SUPERVISOR})).id
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        filed = {number: NOW - timedelta(days=500 * (count - number) / count) for number in numbers}
        with store.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            connection.execute(insert(cases), [_case(number, filed[number]) for number in numbers])
            connection.execute(insert(filings), [_filing(number, filed[number], by) for number in numbers])
            connection.execute(insert(receipts), [_receipt(number, filed[number]) for number in numbers])
            orders = [
                {
                    "case_number": number, "kind": kind, "reference": "Letter", "note": "", "by": by,
                    "at": NOW, "until": until,
                }
                for number in numbers
                for kind, until, share in (
                    ("extension", date(2029, 1, 1), 0.005), ("hold", None, 0.005),
                )
                if chance.random() < share
            ]  # fmt: skip
            gone = [
                {
                    "case_number": number,
                    "at": NOW,
                    "approval": 1,
                    "document": b"{}",
                    "sha256": "",
                    "cleared_at": NOW,
                }
                for number in numbers
                if preserve_until(filed[number]) < TODAY and chance.random() < 0.8
            ]
            for table, rows in ((preservation_orders, orders), (destructions, gone)):
                if rows:
                    connection.execute(insert(table), rows)


def _case(number: int, at: datetime) -> dict[str, object]:
    return {
        "number": number, "platform_id": f"platform-case-{number}", "revision": 1, "state": "reported",
        "rank": 1, "received_at": at, "occurred_at": at, "source": "user_report",
        "policy": "child-safety/csam", "queue": "main", "summary": "A practice case", "known_match": False,
        "completeness": 40, "content_count": 1, "first_content": None, "claim_token": 0,
    }  # fmt: skip


def _filing(number: int, at: datetime, by: int) -> dict[str, object]:
    return {
        "id": number, "case_number": number, "revision": 1, "agency": "ncmec",
        "endpoint": "http://127.0.0.1:9/ispws", "report_xml": b"<report/>" * 200, "report_sha256": "0" * 64,
        "identities": b"[]", "incident_type": "csam", "completeness": 40, "escalated": False,
        "hold": timedelta(minutes=5), "confirmed_at": at, "confirmed_by": by, "draft": b"{}" * 400,
        "summary_json": b"{}" * 400, "search": "practice", "state": "filed", "attempt": 1,
        "report_id": str(4_000_000 + number), "file_now": False, "take_back": False, "tries": 0, "error": "",
        "ended_at": at, "turn": 2, "fence": 0,
    }  # fmt: skip


def _receipt(number: int, at: datetime) -> dict[str, object]:
    return {
        "filing_id": number, "report_id": str(4_000_000 + number), "at": at, "request_id": None,
        "body": b"<reportResponse/>" * 12, "sha256": "0" * 64, "preserve_until": preserve_until(at),
    }  # fmt: skip


def acts_on(store: SqlStore) -> dict[str, Callable[[], object]]:
    def rows(**more: object) -> Callable[[], object]:
        def act() -> object:
            with store.read() as unit:
                return unit.preservation.rows(TODAY, **more)  # type: ignore[arg-type]

        return act

    def read(name: str) -> Callable[[], object]:
        def act() -> object:
            with store.read() as unit:
                return getattr(unit.preservation, name)(TODAY)

        return act

    with store.read() as unit:
        some = unit.preservation.rows(TODAY, standing=Standing.KEPT, limit=1)[0].case_number

    def case() -> object:
        with store.read() as unit:
            return unit.preservation.for_case(some)

    month = (date(2027, 5, 1), date(2027, 5, 31))
    found = {"first page": rows(), "page at 50,000": rows(offset=50_000)}
    found |= {f"first page, {one.value}": rows(standing=one) for one in Standing}
    found |= {"kept, page at 20,000": rows(standing=Standing.KEPT, offset=20_000)}
    found |= {"a month": rows(ends=month), "search": rows(text="platform-case-77")}
    return found | {"counts": read("counts"), "months": read("months"), "one case": case}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.postgres:
            engine = open_postgres(arguments.postgres)
        else:
            engine = open_sqlite(Path(folder) / "bench.db", KEY, create=True)
        schema.upgrade(engine)
        store = SqlStore(engine)
        fill(store, arguments.reports)
        for name, act in acts_on(store).items():
            took = []
            for _ in range(arguments.rounds):
                begun = time.perf_counter()
                act()
                took.append((time.perf_counter() - begun) * 1000)
            print(f"{name:28} {statistics.median(took):9.1f} ms")
        store.close()


if __name__ == "__main__":
    main()
