"""One writer: units of work share a commit, and one that fails takes no other with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import RootTransaction
from sqlalchemy.exc import OperationalError

from desk.domain.errors import DeskError, UserError
from desk.ports import UnitOfWork
from desk.storage.unit_of_work import SqlStore
from tests.contracts.stores import SqliteStores


def put(name: str) -> Callable[[UnitOfWork], None]:
    return lambda unit: unit.settings.set(name, True)


def kept(store: SqlStore, *names: str) -> list[str]:
    with store.read() as unit:
        return [name for name in names if unit.settings.get(name)]


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[RootTransaction]:
    found: list[RootTransaction] = []
    real = RootTransaction.commit

    def commit(transaction: RootTransaction) -> None:
        found.append(transaction)
        real(transaction)

    monkeypatch.setattr(RootTransaction, "commit", commit)
    return found


def test_several_share_a_commit(
    sqlite_stores: SqliteStores, tmp_path: Path, commits: list[RootTransaction]
) -> None:
    with sqlite_stores.fresh(tmp_path) as store:
        commits.clear()
        made = store.together([put("a"), put("b"), put("c")])
        assert made == [(None, None)] * 3
        assert len(commits) == 1
        assert kept(store, "a", "b", "c") == ["a", "b", "c"]


def test_one_that_fails_has_the_others_done_again_each_alone(
    sqlite_stores: SqliteStores, tmp_path: Path, commits: list[RootTransaction]
) -> None:
    def failing(unit: UnitOfWork) -> None:
        unit.settings.set("b", True)
        raise UserError("Something else was wrong.")

    with sqlite_stores.fresh(tmp_path) as store:
        commits.clear()
        first, second, third = store.together([put("a"), failing, put("c")])
        assert (first, third) == ((None, None), (None, None))
        assert "Something else" in str(second[1])
        assert len(commits) == 2
        assert kept(store, "a", "b", "c") == ["a", "c"]


def test_a_commit_that_fails_is_told_to_all_who_shared_it(
    sqlite_stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_stores.fresh(tmp_path) as store:
        with monkeypatch.context() as patch:

            def fails(_self: Any) -> None:
                raise OperationalError("COMMIT", None, Exception("disk I/O error"))

            patch.setattr(RootTransaction, "commit", fails)
            made = store.together([put("a"), put("b")])
        assert all(isinstance(problem, DeskError) for _, problem in made)
        assert kept(store, "a", "b") == []
        with store.write() as unit:  # on a connection of its own again
            unit.settings.set("c", True)
        assert kept(store, "c") == ["c"]


def test_a_full_disk_is_told_to_the_one_it_strikes(sqlite_stores: SqliteStores, tmp_path: Path) -> None:
    """SQLite undoes the whole transaction then: nobody may believe that theirs was kept."""

    def undone(unit: Any) -> None:
        unit.settings._db.exec_driver_sql("ROLLBACK")
        raise OperationalError("INSERT", None, Exception("database or disk is full"))

    with sqlite_stores.fresh(tmp_path) as store:
        (_, fine), (_, struck) = store.together([put("a"), undone])
        assert fine is None
        assert isinstance(struck, DeskError)
        assert kept(store, "a") == ["a"]


def test_an_interrupted_commit_goes_on_upwards(
    sqlite_stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_stores.fresh(tmp_path) as store:
        with monkeypatch.context() as patch:

            def interrupted(_self: Any) -> None:
                raise KeyboardInterrupt

            patch.setattr(RootTransaction, "commit", interrupted)
            with pytest.raises(KeyboardInterrupt), store.write() as unit:
                unit.settings.set("a", True)
        with store.write() as unit:
            assert unit.settings.get("a") is None


def test_behind_a_write_that_stands_still_one_is_told(
    sqlite_stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.storage.writing.TURN_S", 0.05)
    problems: list[BaseException] = []

    def write() -> None:
        try:
            with store.write():
                pass
        except UserError as problem:
            problems.append(problem)

    with sqlite_stores.fresh(tmp_path) as store:
        with store.write() as unit:
            unit.settings.set("a", 1)
            waits = threading.Thread(target=write)
            waits.start()
            waits.join(20)
            store.close()  # does not wait for it either
        assert ["busy" in str(problem) for problem in problems] == [True]
        with store.write() as unit:  # and is of use again
            assert unit.settings.get("a") == 1
