"""Statements that the outbox runs many times a second, compiled once and run on the driver's own cursor.

SQLAlchemy makes the text, the order of the values and their conversion for each of the two databases; what
it does at every execution besides costs several times what the database itself needs. Only statements of a
fixed shape can be prepared: no IN with a list, no columns chosen at the call.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect

from desk.storage.driver import execute
from desk.storage.repositories.base import Record

Converter = Callable[[Any], Any] | None


class Prepared:
    """A SELECT, INSERT or UPDATE; ``columns`` are those that an INSERT or UPDATE sets from its values.

    Every other value goes by the name of its ``bindparam``. Errors are SQLAlchemy's, as if it had run it.
    """

    def __init__(self, statement: Any, columns: Iterable[str] = ()) -> None:
        self._statement = statement
        self._columns = list(columns) or None
        self._known: dict[str, _Compiled] = {}

    def all(self, db: Connection, values: Mapping[str, Any]) -> list[Record]:
        compiled = self._for(db)
        return compiled.rows(compiled.run(db, values))

    def one(self, db: Connection, values: Mapping[str, Any]) -> Record | None:
        """The first row; None where there is none."""
        compiled = self._for(db)
        rows = compiled.rows(compiled.run(db, values))
        return rows[0] if rows else None

    def run(self, db: Connection, values: Mapping[str, Any]) -> int:
        """How many rows it changed."""
        count, _ = self._for(db).run(db, values)
        return count

    def run_many(self, db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Once for each of ``rows``."""
        self._for(db).run_many(db, rows)

    def _for(self, db: Connection) -> _Compiled:
        name = db.dialect.name
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = _Compiled(self._statement, self._columns, db.dialect)
        return known


class _Compiled:
    """A statement for one database."""

    def __init__(self, statement: Any, columns: list[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self._text = compiled.string
        self._positional = bool(compiled.positional)
        bound_as = {name: bound for bound, name in compiled.bind_names.items()}
        names = list(compiled.positiontup if self._positional else bound_as)
        self._values: list[tuple[str, Converter, bool, Any]] = []
        """Of each value: its name, its conversion, and where the statement holds it itself, that."""
        for name in names:
            bound = bound_as[name]
            convert = bound.type.dialect_impl(dialect).bind_processor(dialect)
            own = None if bound.required else compiled.params[name]
            if not bound.required and convert is not None:
                own = convert(own)
            self._values.append((name, convert, bound.required, own))
        returned = tuple(statement.exported_columns)
        self._row: Any = namedtuple("Row", [column.key for column in returned]) if returned else None
        kinds = [column.type.dialect_impl(dialect) for column in returned]
        self._converters: list[tuple[int, Any]] = [
            (place, convert)
            for place, kind in enumerate(kinds)
            if (convert := kind.result_processor(dialect, None)) is not None
        ]

    def run(self, db: Connection, values: Mapping[str, Any]) -> tuple[int, list[Any]]:
        return execute(db, self._text, self._given(values), rows=self._row is not None)

    def run_many(self, db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        execute(db, self._text, [self._given(values) for values in rows], many=True)

    def _given(self, values: Mapping[str, Any]) -> Any:
        """As the driver takes them."""
        given = [
            (values[name] if convert is None else convert(values[name])) if required else own
            for name, convert, required, own in self._values
        ]
        if self._positional:
            return given
        return {item[0]: value for item, value in zip(self._values, given, strict=True)}

    def rows(self, result: tuple[int, list[Any]]) -> list[Record]:
        made = []
        for found in result[1]:
            row = list(found)
            for place, convert in self._converters:
                row[place] = convert(row[place])
            made.append(self._row._make(row))
        return made
