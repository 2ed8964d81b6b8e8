"""What is left in a database's files after a key was deleted from it, and how it goes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from desk.storage.engine import WRITES
from desk.storage.problems import explain
from desk.storage.tables import case_keys

_SHELF = "case_keys_shelf"


def scrub(engine: Engine, turn: AbstractContextManager[object]) -> bool:
    """See ``SqlStore.scrub``. ``turn`` is held while SQLite is written to."""
    try:
        if engine.dialect.name != "sqlite":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"VACUUM FULL {case_keys.name}"))
            return True
        with turn:
            _write_anew(engine)
            return _empty_log(engine) and _remove_copies(engine)
    except SQLAlchemyError as error:
        raise explain(error) from None


def _write_anew(engine: Engine) -> None:
    """Pages that were split or merged may hold old cells in their gaps: free every page, which zeroes it."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text(f"CREATE TEMP TABLE {_SHELF} AS SELECT * FROM {case_keys.name}"))  # noqa: S608
        connection.execute(case_keys.delete())
        connection.execute(text(f"INSERT INTO {case_keys.name} SELECT * FROM {_SHELF}"))  # noqa: S608
        connection.execute(text(f"DROP TABLE temp.{_SHELF}"))


def _empty_log(engine: Engine) -> bool:
    """Write the log back into the database and cut it to nothing, which needs a moment without readers."""
    driver = engine.raw_connection()
    try:
        busy, _, _ = driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    finally:
        driver.close()


def _remove_copies(engine: Engine) -> bool:
    path = Path(engine.url.database or "")
    for copy in path.parent.glob(f"{path.name}.*.copy"):
        try:
            copy.unlink(missing_ok=True)
        except OSError:
            return False
    return True
