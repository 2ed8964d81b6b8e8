"""The fixture ``store``: every test that asks for it runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.storage.unit_of_work import SqlStore
from tests.contracts.stores import PostgresStores, SqliteStores


@pytest.fixture(scope="session")
def sqlite_stores(tmp_path_factory: pytest.TempPathFactory) -> SqliteStores:
    return SqliteStores(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres_stores(postgres_url: str) -> Iterator[PostgresStores]:
    stores = PostgresStores(postgres_url)
    yield stores
    stores.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    if request.param == "sqlite":
        with request.getfixturevalue("sqlite_stores").fresh(tmp_path) as made:
            yield made
    else:
        with request.getfixturevalue("postgres_stores").fresh() as made:
            yield made
