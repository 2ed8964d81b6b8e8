"""One writer: units of work share a commit, and one that fails takes no other with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from desk.domain.errors import DeskError, UserError
from desk.ports import UnitOfWork
from desk.storage.unit_of_work import SqlStore
from desk.storage.writing import OneWriter
from tests.contracts.stores import SqliteStores


class Together:
    """Several units of work that share one transaction for certain: the first waits for the others to come."""

    def __init__(self, store: SqlStore) -> None:
        assert store._writer is not None
        self._store = store
        self._writer: OneWriter = store._writer
        self.problems: dict[str, BaseException] = {}

    def run(self, **works: Callable[[UnitOfWork], None]) -> None:
        threads = [threading.Thread(target=self._one, args=(name, works)) for name in works]
        with self._writer._count:
            self._writer._coming += 1  # one more is announced until all are there: nobody commits before
        for thread in threads:
            thread.start()
            self._until(lambda: self._alive(threads) == 0 or self._writer._open is not None)
        with self._writer._count:
            self._writer._coming -= 1
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()

    @staticmethod
    def _alive(threads: list[threading.Thread]) -> int:
        return sum(thread.is_alive() for thread in threads)

    @staticmethod
    def _until(there: Callable[[], bool]) -> None:
        pause = threading.Event()
        for _ in range(2000):
            if there():
                return
            pause.wait(0.001)

    def _one(self, name: str, works: dict[str, Callable[[UnitOfWork], None]]) -> None:
        try:
            with self._store.write(together=True) as unit:
                works[name](unit)
        except BaseException as problem:
            self.problems[name] = problem


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody grows tired of waiting for the others to join."""
    monkeypatch.setattr("desk.storage.writing.LONGEST_S", 60.0)


def put(name: str) -> Callable[[UnitOfWork], None]:
    return lambda unit: unit.settings.set(name, True)


def kept(store: SqlStore, *names: str) -> list[str]:
    with store.read() as unit:
        return [name for name in names if unit.settings.get(name)]


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many shared each commit."""
    found: list[int] = []
    real = OneWriter._end

    def end(writer: OneWriter, shared: Any) -> None:
        found.append(shared.members)
        real(writer, shared)

    monkeypatch.setattr(OneWriter, "_end", end)
    return found


@pytest.mark.usefixtures("patient")
def test_several_share_a_commit(sqlite_stores: SqliteStores, tmp_path: Path, commits: list[int]) -> None:
    with sqlite_stores.fresh(tmp_path) as store:
        together = Together(store)
        together.run(a=put("a"), b=put("b"), c=put("c"))
        assert together.problems == {}
        assert kept(store, "a", "b", "c") == ["a", "b", "c"]
        assert sum(commits) == 3
        assert len(commits) < 3


@pytest.mark.usefixtures("patient")
def test_one_that_fails_takes_no_other_with_it(
    sqlite_stores: SqliteStores, tmp_path: Path, commits: list[int]
) -> None:
    def failing(unit: UnitOfWork) -> None:
        unit.settings.set("b", True)
        raise UserError("Something else was wrong.")

    with sqlite_stores.fresh(tmp_path) as store:
        together = Together(store)
        together.run(a=put("a"), b=failing, c=put("c"))
        assert list(together.problems) == ["b"]
        assert "Something else" in str(together.problems["b"])
        assert kept(store, "a", "b", "c") == ["a", "c"]
        assert sum(commits) == 2


@pytest.mark.usefixtures("patient")
def test_the_first_of_all_that_fails_is_undone_alone(sqlite_stores: SqliteStores, tmp_path: Path) -> None:
    def failing(unit: UnitOfWork) -> None:
        unit.settings.set("a", True)
        raise UserError("Something else was wrong.")

    with sqlite_stores.fresh(tmp_path) as store:
        together = Together(store)
        together.run(a=failing, b=put("b"))
        assert list(together.problems) == ["a"]
        assert kept(store, "a", "b") == ["b"]


@pytest.mark.usefixtures("patient")
def test_a_commit_that_fails_is_told_to_all_who_shared_it(
    sqlite_stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_stores.fresh(tmp_path) as store:
        together = Together(store)
        with monkeypatch.context() as patch:

            def fails(_self: Any) -> None:
                raise OperationalError("COMMIT", None, Exception("disk I/O error"))

            patch.setattr("sqlalchemy.RootTransaction.commit", fails)
            together.run(a=put("a"), b=put("b"))
        assert sorted(together.problems) == ["a", "b"]
        assert all(isinstance(problem, DeskError) for problem in together.problems.values())
        assert kept(store, "a", "b") == []
        with store.write() as unit:  # on a connection of its own again
            unit.settings.set("c", True)
        assert kept(store, "c") == ["c"]


@pytest.mark.usefixtures("patient")
def test_a_full_disk_is_told_to_all_who_shared_it(sqlite_stores: SqliteStores, tmp_path: Path) -> None:
    """SQLite undoes the whole transaction then: nobody may believe that theirs was kept."""

    def undone(unit: Any) -> None:
        unit.settings._db.exec_driver_sql("ROLLBACK")
        raise OperationalError("INSERT", None, Exception("database or disk is full"))

    with sqlite_stores.fresh(tmp_path) as store:
        together = Together(store)
        together.run(a=put("a"), b=undone)
        assert sorted(together.problems) == ["a", "b"]
        assert kept(store, "a") == []
        together.run(a=put("a"))
        assert kept(store, "a") == ["a"]


@pytest.mark.usefixtures("patient")
def test_whoever_was_to_end_it_never_came(
    sqlite_stores: SqliteStores, tmp_path: Path, commits: list[int]
) -> None:
    with sqlite_stores.fresh(tmp_path) as store:
        assert store._writer is not None
        store._writer._coming += 1  # an interrupt ended its wait before this was taken back
        with store.write(together=True) as unit:
            unit.settings.set("a", True)
        assert kept(store, "a") == ["a"]
        assert commits == [1]
        store._writer._coming -= 1


@pytest.mark.usefixtures("patient")
def test_what_shares_nothing_ends_what_is_open(
    sqlite_stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.storage.writing.PATIENCE_S", 60.0)
    with sqlite_stores.fresh(tmp_path) as store:
        assert store._writer is not None
        store._writer._coming += 1

        def first() -> None:
            with store.write(together=True) as unit:
                unit.settings.set("a", True)

        thread = threading.Thread(target=first)
        thread.start()
        Together._until(lambda: store._writer is not None and store._writer._open is not None)
        with store.write() as unit:
            assert unit.settings.get("a") is True
            assert kept(store, "a") == ["a"]  # on the disk already, in a transaction of its own
        thread.join(20)
        assert not thread.is_alive()
        store._writer._coming -= 1


def test_an_interrupted_commit_is_told_and_goes_on_upwards(
    sqlite_stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_stores.fresh(tmp_path) as store:
        with monkeypatch.context() as patch:

            def interrupted(_self: Any) -> None:
                raise KeyboardInterrupt

            patch.setattr("sqlalchemy.RootTransaction.commit", interrupted)
            with pytest.raises(KeyboardInterrupt), store.write() as unit:
                unit.settings.set("a", True)
        with store.write() as unit:
            assert unit.settings.get("a") is None


def test_behind_a_write_that_stands_still_one_is_told(
    sqlite_stores: SqliteStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.storage.writing.TURN_S", 0.05)
    problems: list[BaseException] = []

    def write(*, together: bool) -> None:
        try:
            with store.write(together=together):
                pass
        except UserError as problem:
            problems.append(problem)

    with sqlite_stores.fresh(tmp_path) as store:
        with store.write() as unit:
            unit.settings.set("a", 1)
            for together in (False, True):
                waits = threading.Thread(target=write, kwargs={"together": together})
                waits.start()
                waits.join(20)
            store.close()  # does not wait for it either
        assert ["busy" in str(problem) for problem in problems] == [True, True]
        with store.write() as unit:  # and is of use again
            assert unit.settings.get("a") == 1
