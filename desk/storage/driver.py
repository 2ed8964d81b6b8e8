"""One statement straight to the database's driver, within SQLAlchemy's transaction and with its errors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def execute(
    db: Connection, text: str, values: Any = (), *, rows: bool = False, many: bool = False
) -> tuple[int, list[Any]]:
    """Run one statement of the driver's own SQL in the open transaction: rows changed, and rows found.

    ``many``: once for each of ``values``, and no rows.

    Raises DBAPIError as SQLAlchemy itself would.
    """
    driver: Any = db.connection.dbapi_connection
    cursor = driver.cursor()
    try:
        if many:
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
        return cursor.rowcount, cursor.fetchall() if rows else []
    except db.dialect.loaded_dbapi.Error as error:
        gone = db.dialect.is_disconnect(error, driver, cursor)
        if gone:
            db.invalidate(error)
        raise DBAPIError.instance(
            text,
            None,
            error,
            db.dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=gone,
            dialect=db.dialect,
        ) from error
    finally:
        cursor.close()
