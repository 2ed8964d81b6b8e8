"""Verifying a whole audit log, beside reading the same rows and hashing their bytes once with hashlib.

Run by hand: ``python tests/bench/bench_audit.py [--entries N] [--rounds N]``. The log lies in a real encrypted
database; its entries look like those of filings, written straight into the tables (an append each would take
an hour of commits). Both sides read the rows by the driver's own cursor in the same batches; the plain side
then calls hashlib.sha256 once for each entry's bytes and nothing else. Verifying recomputes each leaf, the
chain, the tree and the copies for searching, and compares the head. Prints both times and the ratio of the
medians (wanted: 2.0 or less).
"""

from __future__ import annotations

import argparse
import hashlib
import secrets
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import insert, update

from desk.domain.audit import AuditEntry
from desk.domain.logcheck import LogCheck
from desk.domain.merkle import Frontier, leaf_hash, link_hash
from desk.storage import schema
from desk.storage.engine import WRITES, open_sqlite
from desk.storage.tables import audit_entries, audit_head
from desk.storage.unit_of_work import SqlStore

WANTED = 2.0
BATCH = 10_000


def fill(store: SqlStore, count: int) -> None:
    """So many entries, as ``append`` would have written them."""
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    head = Frontier()
    link = head.root()
    stack: list[bytes] = []
    with store.engine.connect().execution_options(**{WRITES: True}) as db, db.begin():
        for start in range(0, count, BATCH):
            rows = []
            for index in range(start, min(count, start + BATCH)):
                entry = AuditEntry(
                    "filing.uploading",
                    at + timedelta(milliseconds=index),
                    None,
                    1 + index // 12,
                    1 + index // 12,
                    {
                        "report_id": str(10_000_000 + index),
                        "request_id": secrets.token_hex(16),
                        "code": 0,
                        "files_done": index % 4,
                        "received": secrets.token_hex(32),
                    },
                )
                raw = entry.canonical()
                leaf = leaf_hash(raw)
                link = link_hash(link, leaf)
                node, size = leaf, index
                while size & 1:
                    node = hashlib.sha256(b"\x01" + stack.pop() + node).digest()
                    size >>= 1
                stack.append(node)
                rows.append(
                    {
                        "position": index,
                        "entry": raw,
                        "leaf": leaf,
                        "link": link,
                        "case_number": entry.case_number,
                        "filing_id": entry.filing_id,
                    }
                )
            db.execute(insert(audit_entries), rows)
        # The head grows one by one, so a trigger says: here it leaps.
        db.exec_driver_sql("DROP TRIGGER audit_head_once")
        db.execute(update(audit_head).values(size=count, roots=b"".join(stack), link=link))


def hashed(store: SqlStore) -> float:
    """Seconds to read every row and hash its bytes once."""
    sha = hashlib.sha256
    begun = time.perf_counter()
    with store.read() as uow:
        for rows in uow.audit.scan():
            for row in rows:
                sha(row[1]).digest()
    return time.perf_counter() - begun


def verified(store: SqlStore) -> float:
    """Seconds to verify the whole log."""
    begun = time.perf_counter()
    check = LogCheck()
    with store.read() as uow:
        head = uow.audit.head()
        for rows in uow.audit.scan():
            assert check.take(rows), check.why
        assert check.end(head.size, head.root, head.link), check.why
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_sqlite(Path(folder) / "desk.db", secrets.token_bytes(32), create=True)
        schema.upgrade(engine)
        store = SqlStore(engine)
        fill(store, options.entries)
        plain, ours = [], []
        for number in range(1, options.rounds + 1):
            plain.append(hashed(store))
            ours.append(verified(store))
            print(f"round {number}: read and hashed {plain[-1]:.2f} s, verified {ours[-1]:.2f} s")
        ratio = statistics.median(ours) / statistics.median(plain)
        print(f"{options.entries} entries: {ratio:.2f} times (wanted: {WANTED:.2f} or less)")
        store.close()


if __name__ == "__main__":
    main()
