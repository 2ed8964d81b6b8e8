"""Empty stores of both kinds, quickly: the migrations run once, every test gets a copy."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from desk.storage import schema
from desk.storage.engine import open_postgres, open_sqlite
from desk.storage.unit_of_work import SqlStore

KEY = bytes(range(32))


class SqliteStores:
    """Copies of one migrated, encrypted file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        engine = open_sqlite(self._template, KEY, create=True)
        schema.upgrade(engine)
        engine.dispose()

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[SqlStore]:
        path = folder / "desk.db"
        shutil.copy(self._template, path)
        store = SqlStore(open_sqlite(path, KEY))
        try:
            yield store
        finally:
            store.close()


class PostgresStores:
    """Copies of one migrated database on the server."""

    def __init__(self, server: str) -> None:
        self._server = make_url(server)
        self._template = self._create("template0")
        engine = open_postgres(self.url(self._template))
        schema.upgrade(engine)
        engine.dispose()

    def url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def database(self) -> Iterator[str]:
        """SQLAlchemy URL of a migrated database."""
        name = self._create(self._template)
        try:
            yield self.url(name)
        finally:
            self._drop(name)

    @contextmanager
    def fresh(self) -> Iterator[SqlStore]:
        with self.database() as url:
            store = SqlStore(open_postgres(url))
            try:
                yield store
            finally:
                store.close()

    def close(self) -> None:
        self._drop(self._template)

    def _create(self, template: str) -> str:
        name = f"desk_{secrets.token_hex(8)}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return name

    def _drop(self, name: str) -> None:
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        plain = self._server.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as admin:
            admin.execute(statement)
