"""Bringing a database to this program's tables, and refusing one that is newer.

Migrations run in one transaction: a program that dies in the middle leaves the tables as they were.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from desk.domain.errors import WorkspaceProblem
from desk.storage.engine import WRITES
from desk.storage.problems import explain

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x6465736B  # any number, the same in every desk: PostgreSQL's advisory lock for migrations


def latest() -> str:
    """The revision that this program's tables have."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def current(engine: Engine) -> str | None:
    """The revision of the database; None where it is empty."""
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise explain(error) from None


def upgrade(engine: Engine, *, copy: Path | None = None) -> bool:
    """Bring the database to :func:`latest`; True where something was done.

    ``copy`` names a file that an older SQLite database is copied to first, as encrypted as itself.
    Raises WorkspaceProblem where the database was made by a newer program.
    """
    here = current(engine)
    if here == latest():
        return False
    if here is not None:
        _refuse_newer(here)
        if copy is not None and engine.dialect.name == "sqlite":
            _copy(engine, copy)
    else:
        _refuse_unmarked(engine)
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            command.upgrade(_config(connection), "head")
    except SQLAlchemyError as error:
        raise explain(error) from None
    return True


def _refuse_newer(revision: str) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision not in known:
        raise WorkspaceProblem(
            "This workspace was made by a newer Tipline Desk.",
            "Open it with that version or a later one; nothing was changed.",
        )


def _refuse_unmarked(engine: Engine) -> None:
    """Tables without the mark of their revision: the desk sets it with them, in one transaction."""
    try:
        there = inspect(engine).has_table("audit_entries")
    except SQLAlchemyError as error:
        raise explain(error) from None
    if there:
        raise WorkspaceProblem(
            "The database no longer says which version of the desk's tables it has: that was removed.",
            "Find out who had the workspace's key, and restore it from a backup. Nothing was changed.",
        )


def _copy(engine: Engine, copy: Path) -> None:
    """A consistent copy under the same key, made before anything is changed; an older one is replaced."""
    half = copy.with_name(copy.name + ".part")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    driver = engine.raw_connection()
    try:
        driver.cursor().execute("PRAGMA query_only=OFF")
        driver.cursor().execute("VACUUM INTO ?", (str(half),))
    except Exception:
        half.unlink(missing_ok=True)
        raise WorkspaceProblem(
            "The database could not be copied before its upgrade; nothing was changed.",
            "Make room on the disk and try again.",
        ) from None
    finally:
        driver.close()
    half.replace(copy)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
