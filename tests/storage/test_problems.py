"""Errors of real databases in words, without any value in them."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from desk.domain.errors import Bug, DeskError, UserError, WorkspaceProblem
from desk.storage.engine import open_sqlite
from desk.storage.problems import explain
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import NOW, add_case, new_filing, person
from tests.contracts.stores import KEY, PostgresStores, SqliteStores

SECRET = "Nobody-May-Read-This-91f3"


def problem(store: SqlStore, *statements: str) -> DeskError:
    """What a unit of work makes of these statements."""

    def run() -> None:
        with store.write() as unit:
            for statement in statements:
                unit.people._db.execute(text(statement), {"it": SECRET} if ":it" in statement else {})

    with pytest.raises(DeskError) as caught:
        run()
    words = "".join(traceback.format_exception(caught.value))
    assert SECRET not in words
    return caught.value


def test_no_value_in_any_text(store: SqlStore) -> None:
    insert = "INSERT INTO settings (name, value) VALUES (:it, NULL)"
    assert isinstance(problem(store, insert), Bug)
    twice = f"INSERT INTO reported_identity (agency, identity, filing_id) VALUES ('{SECRET}', '{SECRET}', 1)"
    with store.write() as unit:
        unit.filings.add(new_filing(add_case(unit), person(unit)))
    found = problem(store, twice, twice)
    assert isinstance(found, Bug)
    assert isinstance(problem(store, "SELECT nonsense FROM nowhere WHERE a = :it"), Bug)


def test_a_disk_that_fails_is_no_bug_of_ours() -> None:
    class Failed(Exception):
        sqlite_errorname = "SQLITE_IOERR_SHMSIZE"  # what a full disk says where SQLite maps its memory

    found = explain(OperationalError("SELECT 1", {}, Failed()))
    assert isinstance(found, WorkspaceProblem)
    assert "full" in found.remedy


def test_a_value_out_of_range_is_a_bug(store: SqlStore) -> None:
    with pytest.raises((Bug, OverflowError)), store.write() as unit:
        unit.viewings.displays(2**80, NOW)


def test_a_full_disk(sqlite_stores: SqliteStores, tmp_path: Path) -> None:
    with sqlite_stores.fresh(tmp_path) as store:
        with store.write() as unit:
            pages = unit.people._db.exec_driver_sql("PRAGMA page_count").scalar_one()
            unit.people._db.exec_driver_sql(f"PRAGMA max_page_count={pages + 1}")
        fill = "INSERT INTO settings (name, value) VALUES (hex(randomblob(9)), zeroblob(100000))"
        found = problem(store, fill)
        assert isinstance(found, UserError)
        assert "full" in found.message


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written(sqlite_stores: SqliteStores, tmp_path: Path) -> None:
    with sqlite_stores.fresh(tmp_path):
        pass
    (tmp_path / "desk.db").chmod(0o400)
    with pytest.raises(WorkspaceProblem):
        open_sqlite(tmp_path / "desk.db", KEY)


@pytest.mark.postgresql
def test_a_lock_that_does_not_come(postgres_stores: PostgresStores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.storage.engine.BUSY_MS", 30)
    with postgres_stores.fresh() as store:
        with store.write() as unit:
            number, other = add_case(unit), person(unit)
        second = SqlStore(store.engine)
        with store.write() as unit:
            unit.cases.claim(number, other, NOW, NOW)

            def wait() -> None:
                with second.write() as late:
                    late.cases.claim(number, other, NOW, NOW)

            with pytest.raises(UserError, match="busy"):
                wait()


@pytest.mark.postgresql
def test_a_server_that_went_away(postgres_stores: PostgresStores) -> None:
    with postgres_stores.fresh() as store:
        with store.engine.connect() as killer:
            found = problem(store, "SELECT pg_terminate_backend(pg_backend_pid())")
            assert killer.execute(text("SELECT 1")).scalar_one() == 1
        assert isinstance(found, WorkspaceProblem)
        with store.write() as unit:  # and it is found again
            unit.settings.set("a", 1)


def test_other_errors_of_the_library_are_bugs() -> None:
    assert isinstance(explain(SQLAlchemyError(SECRET)), Bug)
    assert SECRET not in explain(SQLAlchemyError(SECRET)).message
