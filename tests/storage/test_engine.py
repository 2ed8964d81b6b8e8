"""Encrypted at rest, refused with a wrong key, and whole after a writer was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desk.domain import merkle
from desk.domain.account import Account
from desk.domain.errors import UserError, WorkspaceProblem
from desk.storage import schema
from desk.storage.engine import open_postgres, open_sqlite
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import NOW, add_case, person
from tests.contracts.stores import KEY

SECRET = "Nobody-May-Read-This-91f3"


def test_nothing_lies_in_the_clear(tmp_path: Path) -> None:
    engine = open_sqlite(tmp_path / "desk.db", KEY, create=True)
    schema.upgrade(engine)
    store = SqlStore(engine)
    with store.write() as unit:
        for n in range(50):
            number = add_case(unit, f"{SECRET}-{n}", summary=SECRET, reported=Account(id=SECRET, bio=SECRET))
            unit.cases.claim(number, person(unit, SECRET), NOW, NOW)
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {path.name for path in files} == {"desk.db", "desk.db-wal", "desk.db-shm", "desk.db-line"}
    everything = b"".join(path.read_bytes() for path in files)
    store.close()
    everything += (tmp_path / "desk.db").read_bytes()
    for form in (SECRET.encode(), SECRET.casefold().encode(), SECRET.encode("utf-16-le"), b"SQLite format 3"):
        assert form not in everything
    assert KEY.hex().encode() not in everything
    if os.name == "posix":
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in files if path.exists())


def test_a_wrong_key_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    engine = open_sqlite(path, KEY, create=True)
    schema.upgrade(engine)
    engine.dispose()
    wrong = bytes(32)
    with pytest.raises(WorkspaceProblem, match="does not open with this key") as caught:
        open_sqlite(path, wrong)
    assert wrong.hex() not in str(caught.value)
    for key in (b"", b"short"):
        with pytest.raises(WorkspaceProblem, match="32 bytes"):
            open_sqlite(path, key)
    open_sqlite(path, KEY).dispose()


def test_what_is_missing_there_already_or_no_database(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceProblem, match="missing"):
        open_sqlite(tmp_path / "desk.db", KEY)
    assert not (tmp_path / "desk.db").exists()
    (tmp_path / "desk.db").write_bytes(b"x" * 9000)
    with pytest.raises(WorkspaceProblem, match="does not open"):
        open_sqlite(tmp_path / "desk.db", KEY)
    with pytest.raises(WorkspaceProblem, match="already"):
        open_sqlite(tmp_path / "desk.db", KEY, create=True)
    with pytest.raises(WorkspaceProblem, match="can't be made"):
        open_sqlite(tmp_path / "nowhere" / "desk.db", KEY, create=True)


def test_a_damaged_page_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = SqlStore(open_sqlite(path, KEY, create=True))
    schema.upgrade(store.engine)
    with store.write() as unit:
        for n in range(60):
            add_case(unit, f"case-{n}")
    store.close()
    raw = bytearray(path.read_bytes())
    for at in range(len(raw) - 4096 * 20 + 100, len(raw), 4096):  # not those that opening reads
        raw[at] ^= 1
    path.write_bytes(raw)
    store = SqlStore(open_sqlite(path, KEY))

    def read_all() -> None:
        with store.read() as unit:
            for number in range(1, 61):
                unit.cases.get(number)

    with pytest.raises(WorkspaceProblem, match="damaged"):
        read_all()
    store.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/desk", "sqlite:///desk.db"])
def test_another_address_than_postgresql(url: str) -> None:
    with pytest.raises(WorkspaceProblem, match="not one of PostgreSQL"):
        open_postgres(url)


def test_an_unreachable_server_is_named_without_the_password() -> None:
    with pytest.raises(WorkspaceProblem, match="can't be reached") as caught:
        open_postgres("postgresql://desk:hunter2@127.0.0.1:9/desk?connect_timeout=2")
    assert "hunter2" not in repr(caught.value)


def test_a_busy_database_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.storage.engine.BUSY_MS", 20)
    path = tmp_path / "desk.db"
    first = SqlStore(open_sqlite(path, KEY, create=True))
    schema.upgrade(first.engine)
    second = SqlStore(open_sqlite(path, KEY))
    with first.write() as unit:
        unit.settings.set("a", 1)
        with pytest.raises(UserError, match="busy"), second.write():
            pass
    with second.write() as unit:
        assert unit.settings.get("a") == 1
    first.close()
    second.close()


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from desk.domain.audit import AuditEntry
from desk.storage.engine import open_sqlite
from desk.storage.unit_of_work import SqlStore
store = SqlStore(open_sqlite(Path(sys.argv[1]), bytes(range(32))))
n = 0
while True:
    with store.write() as unit:
        n = (unit.settings.get("n") or 0) + 1
        unit.settings.set("n", n)
        unit.audit.append(AuditEntry("test.wrote", datetime(2026, 1, 1, tzinfo=UTC), None, facts={"n": n}))
    print(n, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_a_killed_writer_leaves_everything_it_committed(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    engine = open_sqlite(path, KEY, create=True)
    schema.upgrade(engine)
    engine.dispose()
    seen = 0
    for wanted in (3, 14):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            for line in child.stdout:
                seen = int(line)
                if seen >= wanted:
                    child.send_signal(signal.SIGKILL)
                    break
            rest = child.stdout.read().split()
            seen = max([seen, *(int(line) for line in rest if line.isdigit())])
        store = SqlStore(open_sqlite(path, KEY))
        with store.read() as unit:
            head, kept = unit.audit.head(), unit.settings.get("n")
            rows = unit.audit.rows(limit=10_000)
        store.close()
        assert kept in (seen, seen + 1)  # the last commit may have come before its line was read
        assert head.size == kept == len(rows)
        assert head.root == merkle.frontier_of(row.leaf for row in rows).root()
