"""Migrations and tables say the same; a newer database is refused, an older one copied first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from desk.domain.errors import WorkspaceProblem
from desk.storage import schema
from desk.storage.engine import WRITES, open_postgres, open_sqlite
from desk.storage.tables import metadata
from desk.storage.unit_of_work import SqlStore
from tests.contracts.stores import KEY


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty database."""
    if request.param == "sqlite":
        made = open_sqlite(tmp_path / "desk.db", KEY, create=True)
    else:
        made = open_postgres(request.getfixturevalue("postgres_database"))
    yield made
    made.dispose()


def go_to(engine: Engine, revision: str) -> None:
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.upgrade(schema._config(connection), revision)


def mark(engine: Engine, revision: str) -> None:
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})


def test_the_tables_are_what_the_migrations_make(engine: Engine) -> None:
    assert schema.current(engine) is None
    assert schema.upgrade(engine)
    assert schema.current(engine) == schema.latest()
    assert not schema.upgrade(engine)
    with engine.connect() as connection:
        # The full-text indexes are the migrations' own: SQLite keeps its in tables, PostgreSQL in an index.
        # So is the index of the list of reports, which holds more columns in SQLite.
        own = ("case_fts", "ix_case_words_words", "ix_filings_listed")
        options = {"include_name": lambda name, _kind, _: not str(name).startswith(own)}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_a_newer_database_is_refused_and_left_alone(engine: Engine, tmp_path: Path) -> None:
    schema.upgrade(engine)
    mark(engine, "9999")
    with pytest.raises(WorkspaceProblem, match="newer"):
        schema.upgrade(engine, copy=tmp_path / "copy.db")
    assert schema.current(engine) == "9999"
    assert not (tmp_path / "copy.db").exists()


def test_tables_whose_mark_was_removed_are_refused_and_left_alone(engine: Engine, tmp_path: Path) -> None:
    schema.upgrade(engine)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(WorkspaceProblem, match="no longer says which version"):
        schema.upgrade(engine, copy=tmp_path / "copy.db")
    assert schema.current(engine) is None


def test_an_older_database_is_brought_up_to_date(engine: Engine, tmp_path: Path) -> None:
    go_to(engine, "0001")
    with SqlStore(engine).write() as unit:
        unit.settings.set("hold", 5)
    copy = tmp_path / "copy.db"
    assert schema.upgrade(engine, copy=copy)
    with SqlStore(engine).read() as unit:
        assert unit.settings.get("hold") == 5
    if engine.dialect.name != "sqlite":
        assert not copy.exists()
        return
    assert not copy.read_bytes().startswith(b"SQLite format 3")
    if os.name == "posix":
        assert copy.stat().st_mode & 0o777 == 0o600
    old = open_sqlite(copy, KEY)
    try:
        assert schema.current(old) == "0001"
        with SqlStore(old).read() as unit:
            assert unit.settings.get("hold") == 5
    finally:
        old.dispose()


def test_a_failing_migration_leaves_everything_as_it_was(engine: Engine) -> None:
    go_to(engine, "0001")
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        # The second migration stumbles over a trigger that it did not make, after others of its own.
        name = "journal_once"
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"CREATE TRIGGER {name} BEFORE DELETE ON settings BEGIN SELECT 1; END")
        else:
            connection.exec_driver_sql("CREATE FUNCTION desk_refuse() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with pytest.raises(Exception, match="refused a statement"):
        schema.upgrade(engine)
    assert schema.current(engine) == "0001"
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            assert found.scalars().all() == ["journal_once"]


def test_no_copy_no_upgrade(tmp_path: Path) -> None:
    engine = open_sqlite(tmp_path / "desk.db", KEY, create=True)
    try:
        go_to(engine, "0001")
        (tmp_path / "copy.db.part").mkdir()
        with pytest.raises((WorkspaceProblem, OSError)):
            schema.upgrade(engine, copy=tmp_path / "copy.db")
        assert schema.current(engine) == "0001"
    finally:
        engine.dispose()
