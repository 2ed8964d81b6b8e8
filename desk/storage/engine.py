"""Engines for the two databases: an encrypted SQLite file for one desk, PostgreSQL for a team.

SQLite's driver would begin transactions late and in deferred mode, in which concurrent writers
lose updates; so it begins none here, and every transaction says BEGIN or BEGIN IMMEDIATE itself.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from desk.domain.errors import WorkspaceProblem
from desk.storage.driver import execute
from desk.storage.locks import first_in_line
from desk.storage.problems import code_of, explain

BUSY_MS = 30_000
"""How long a write waits for another one before it gives up, in milliseconds."""

LINE = "-line"
"""After the database's name, the name of the file at which processes that want to write stand in line."""
_ASK_AGAIN_S = 0.001

WRITES = "desk_writes"
"""Execution option of a connection whose next transaction writes."""

_WRONG_KEY = "The database does not open with this key, or it is damaged."
_WRONG_KEY_REMEDY = "Use the key or passphrase that belongs to this workspace, or restore it from a backup."


def open_sqlite(path: Path, key: bytes, *, create: bool = False) -> Engine:
    """An engine on the SQLCipher database at ``path`` with the raw 32-byte ``key``.

    The key is in memory only; it is never part of a URL or a log. Raises WorkspaceProblem where
    the file is missing (unless ``create``) or does not open with the key.
    """
    if len(key) != 32:
        raise WorkspaceProblem("The database's key must have 32 bytes.")
    if create:
        _make_private(path)
    elif not path.is_file():
        raise WorkspaceProblem("The workspace's database is missing.", "Restore it from a backup.")
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=sqlcipher,
        echo=False,
        hide_parameters=True,
        pool_size=5,
        max_overflow=10,
        pool_timeout=30,
        pool_use_lifo=True,  # the one used last still has its pages decrypted
    )

    line = path.with_name(path.name + LINE)

    @event.listens_for(engine, "connect")
    def connected(driver: Any, _record: Any) -> None:
        driver.isolation_level = None
        try:
            _prepare(driver, key)
        except sqlcipher.DatabaseError as error:
            name = str(getattr(error, "sqlite_errorname", ""))
            if name and not name.startswith("SQLITE_NOTADB"):
                raise
            raise WorkspaceProblem(_WRONG_KEY, _WRONG_KEY_REMEDY) from None

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = bool(connection.get_execution_options().get(WRITES))
        if connection.info.get(WRITES) is not writes:
            execute(connection, f"PRAGMA query_only={'OFF' if writes else 'ON'}")
            connection.info[WRITES] = writes
        if writes:
            _begin_to_write(connection, line)
        else:
            execute(connection, "BEGIN")

    _try(engine, _WRONG_KEY, _WRONG_KEY_REMEDY)
    return engine


def open_postgres(url: str) -> Engine:
    """An engine on a team's PostgreSQL. Raises WorkspaceProblem where it can't be reached."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() != "postgresql":
        raise WorkspaceProblem(
            "The store's address is not one of PostgreSQL.",
            "It looks like postgresql://user@server/database.",
        )
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        echo=False,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=10,
        pool_timeout=30,
        connect_args={"connect_timeout": int(parsed.query.get("connect_timeout", "10"))},  # type: ignore[arg-type]
    )

    @event.listens_for(engine, "connect")
    def connected(driver: Any, _record: Any) -> None:
        with driver.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {BUSY_MS}")
        driver.commit()

    _try(engine, "The store can't be reached.", "Check the address, the user and the password.")
    return engine


def _begin_to_write(connection: Connection, line: Path) -> None:
    """BEGIN IMMEDIATE, when it is this process's turn.

    SQLite itself has each that waits look again after a growing sleep, at most ten times a second: of several
    busy processes one writes on and on and the others wait for many seconds. Here only the first in line
    looks, and often. Raises DBAPIError after BUSY_MS.
    """
    deadline = time.monotonic() + BUSY_MS / 1000
    with first_in_line(line, patience=BUSY_MS / 2000):
        execute(connection, "PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    execute(connection, "BEGIN IMMEDIATE")
                    return
                except DBAPIError as error:
                    if not code_of(error.orig).startswith("SQLITE_BUSY") or time.monotonic() >= deadline:
                        raise
                time.sleep(_ASK_AGAIN_S)
        finally:
            execute(connection, f"PRAGMA busy_timeout={BUSY_MS}")


def _prepare(driver: Any, key: bytes) -> None:
    cursor = driver.cursor()
    try:
        cursor.execute("PRAGMA cipher_log_level=NONE")  # it would write to stderr; errors are raised
        cursor.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first that needs the key
        cursor.execute("PRAGMA journal_mode=WAL").fetchone()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON").fetchone()
        cursor.execute("PRAGMA cache_size=-8000")  # 8 MB: a page read again need not be decrypted again
        cursor.execute("PRAGMA temp_store=MEMORY")  # no temporary file in the clear
        cursor.execute("PRAGMA recursive_triggers=ON")  # so that REPLACE does not slip past the triggers
    finally:
        cursor.close()


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        raise WorkspaceProblem("There is a database already.", "Choose an empty folder.") from None
    except OSError as error:
        raise WorkspaceProblem(f"The database can't be made: {error.strerror}.") from None


def _try(engine: Engine, message: str, remedy: str) -> None:
    """Connect once, so that a wrong key or address is found now and in words."""
    try:
        engine.connect().close()
    except WorkspaceProblem:
        engine.dispose()
        raise
    except SQLAlchemyError as error:
        engine.dispose()
        problem = explain(error)
        # What is no database at all, and a server that refuses, get the words of their own kind.
        if engine.dialect.name == "sqlite" and "damaged" not in problem.message:
            raise problem from None
        raise WorkspaceProblem(message, remedy) from None
