"""Database errors in words.

Drivers put values into their texts (PostgreSQL names the duplicate key's value), so no text of
theirs is passed on: only the kind of error and its code.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from desk.domain.errors import Bug, DeskError, UserError, WorkspaceProblem

_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40P01", "40001"}
_FULL = {"SQLITE_FULL", "53100"}
_DAMAGED = {"SQLITE_NOTADB", "SQLITE_CORRUPT", "XX001", "XX002"}
_UNWRITABLE = {"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"}
_FAILING = {"SQLITE_IOERR", "58030"}
_GONE = {"57P01", "57P02", "57P03"}


def code_of(error: BaseException | None) -> str:
    """SQLite's name or PostgreSQL's five characters for the error; empty where it has none."""
    state = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return str(state or "")


def busy() -> UserError:
    return UserError("The store is busy; nothing was changed.", "Try again in a moment.")


def explain(error: SQLAlchemyError) -> DeskError:
    """The error as one of the desk's own, without any of its values."""
    if isinstance(error, PoolTimeout):
        return busy()
    if not isinstance(error, DBAPIError):
        return Bug(f"The store was used wrongly ({type(error).__name__}).")
    code = code_of(error.orig)
    codes = {code, "_".join(code.split("_")[:2])}  # SQLITE_BUSY_SNAPSHOT is a kind of SQLITE_BUSY
    if codes & _BUSY:
        return busy()
    if codes & _FULL:
        return UserError("The disk is full; nothing was changed.", "Make room and try again.")
    if codes & _DAMAGED:
        return WorkspaceProblem("The database is damaged.", "Restore it from a backup.")
    if codes & _UNWRITABLE:
        return WorkspaceProblem(
            "The database can't be opened or written.", "Check that its folder and files are yours to write."
        )
    if codes & _FAILING:  # a full disk too, where SQLite meets it in its shared memory
        return WorkspaceProblem(
            "The disk can't be read or written; nothing was changed.",
            "Look whether it is full, or whether the way to it is broken, mend that and try again.",
        )
    if error.connection_invalidated or code in _GONE or code.startswith("08"):
        return WorkspaceProblem("The store can't be reached.", "Check the connection and try again.")
    if code in ("SQLITE_CONSTRAINT_TRIGGER", "23001"):
        return Bug("The database refused to change history.")
    return Bug(f"The database refused a statement ({type(error).__name__} {code}).".replace(" )", ")"))
