"""The line in which processes stand that want to write to one SQLite database."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from desk.storage.engine import LINE, open_sqlite
from desk.storage.locks import first_in_line, hold
from desk.storage.unit_of_work import SqlStore
from tests.contracts.stores import KEY, SqliteStores

STANDS = """
import sys, time
from pathlib import Path
from desk.storage.locks import first_in_line
with first_in_line(Path(sys.argv[1]), patience=60):
    print("there", flush=True)
    time.sleep(60)
"""


def held(line: Path) -> bool:
    descriptor = hold(line)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


def test_who_has_just_written_lets_the_next_one_write(sqlite_stores: SqliteStores, tmp_path: Path) -> None:
    order = []
    with sqlite_stores.fresh(tmp_path) as one:
        other = SqlStore(open_sqlite(tmp_path / "desk.db", KEY))  # as another process has it

        def wait_and_write() -> None:
            with other.write():
                order.append("the one that waited")

        waits = threading.Thread(target=wait_and_write)
        with one.write():
            waits.start()
            while waits.is_alive() and not held(tmp_path / f"desk.db{LINE}"):
                time.sleep(0.001)
        with one.write():
            order.append("the quick one")
        waits.join(30)
        other.close()
    assert order == ["the one that waited", "the quick one"]


def test_a_line_that_does_not_move_is_passed_by(
    sqlite_stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.storage.engine.BUSY_MS", 60)
    with sqlite_stores.fresh(tmp_path) as store, first_in_line(tmp_path / f"desk.db{LINE}", patience=1):
        with store.write() as unit:
            unit.settings.set("a", 1)
        with store.read() as unit:
            assert unit.settings.get("a") == 1


def test_a_killed_process_leaves_its_place(tmp_path: Path) -> None:
    line = tmp_path / "line"
    with subprocess.Popen([sys.executable, "-c", STANDS, str(line)], stdout=subprocess.PIPE) as stands:
        assert stands.stdout is not None
        stands.stdout.readline()
        assert held(line)
        stands.kill()
        stands.wait(30)
    assert not held(line)


def test_where_no_line_can_be_made_one_goes_on(tmp_path: Path) -> None:
    with first_in_line(tmp_path / "missing" / "line", patience=60):
        pass
