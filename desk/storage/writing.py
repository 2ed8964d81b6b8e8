"""The one writer of an SQLite database in this process: writes take turns.

SQLite has one writer and makes the others poll with growing sleeps; in one process they queue here instead.
The writer keeps its connection, whose cache of decrypted pages stays right as long as nobody else writes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from desk.domain.errors import UserError
from desk.storage.engine import WRITES
from desk.storage.problems import busy

TURN_S = 120
"""How long a unit of work waits for another thread's: longer than any takes that does not stand still."""


class OneWriter:
    """Gives out the writing transactions of one engine on SQLite. Safe for several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._connection: Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction, on the disk when the block has been left; undone where that raises.

        Raises SQLAlchemyError; UserError where another thread writes on and on.
        """
        with self.alone():
            connection = self._connection
            try:
                if connection is None:
                    connection = self._engine.connect().execution_options(**{WRITES: True})
                    self._connection = connection
                transaction = connection.begin()
            except BaseException:
                self._drop()
                raise
            try:
                yield connection
            except BaseException:
                with suppress(SQLAlchemyError):
                    transaction.rollback()
                raise
            try:
                transaction.commit()
            except BaseException:
                with suppress(SQLAlchemyError):
                    transaction.rollback()
                self._drop()
                raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While nothing is written by this process. Raises UserError as ``transaction`` does."""
        if not self._turn.acquire(timeout=TURN_S):
            raise busy()
        try:
            yield
        finally:
            self._turn.release()

    def close(self) -> None:
        """Where somebody still writes and does not end, the connection is left to the end of the process."""
        with suppress(UserError), self.alone():
            self._drop()

    def _drop(self) -> None:
        """Let go of the connection; the next write makes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()
