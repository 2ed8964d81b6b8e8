"""What every repository shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from desk.domain.errors import UserError

T = TypeVar("T")

Record: TypeAlias = Any
"""One row of a result. SQLAlchemy types rows by position, which says nothing where they are read by name."""

BATCH = 500
"""Values in one IN (…): well below both databases' limits."""


class Repository:
    """Works on the connection of one unit of work; nothing of SQLAlchemy leaves it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection


def insert_or_skip(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves an existing row as it is; with RETURNING it tells which rows are new."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def insert_or_replace(connection: Connection, table: Table, values: dict[str, Any]) -> Insert:
    """An INSERT of ``values`` that overwrites the row with the same primary key."""
    keys = [column.name for column in table.primary_key]
    changed = {name: value for name, value in values.items() if name not in keys}
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).values(values).on_conflict_do_update(index_elements=keys, set_=changed)
    return postgresql.insert(table).values(values).on_conflict_do_update(index_elements=keys, set_=changed)


def batched(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """The values in lists of at most BATCH."""
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch


def contains(text: str) -> str:
    """A LIKE pattern (escape ``\\``) for rows that contain ``text``, whatever its case."""
    plain = text.strip().casefold()
    for sign in ("\\", "%", "_"):
        plain = plain.replace(sign, "\\" + sign)
    return f"%{plain}%"


def no_case() -> UserError:
    return UserError("There is no case with this number.")


def no_filing() -> UserError:
    return UserError("There is no filing with this number.")
