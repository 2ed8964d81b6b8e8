"""The one writer of an SQLite database in this process: writes take turns, and some share a commit.

SQLite has one writer and makes the others poll with growing sleeps; in one process they queue here instead.
The writer keeps its connection, whose cache of decrypted pages stays right as long as nobody else writes.

A commit waits for the disk. Several outbox lanes that write at the same moment share one: each does its work
in a savepoint of its own, so that one that fails takes none of the others with it, and each goes on only
when the commit is on the disk.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import SQLAlchemyError

from desk.domain.errors import UserError, WorkspaceProblem
from desk.storage.driver import KEPT, execute
from desk.storage.engine import WRITES
from desk.storage.problems import busy

MOST = 16
"""Units of work that may share one commit."""
LONGEST_S = 0.02
"""Nobody joins a transaction that is older."""
TURN_S = 120
"""How long a unit of work waits for another thread's: longer than any takes that does not stand still."""
PATIENCE_S = 0.05
"""How long a unit of work waits for another to end their transaction before it looks itself."""


@dataclass(slots=True)
class _Shared:
    """A transaction, and how it ended."""

    connection: Connection
    transaction: RootTransaction
    begun: float
    members: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class OneWriter:
    """Gives out the writing transactions of one engine on SQLite. Safe for several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._coming = 0
        """Units of work that wait for their turn and would share a transaction."""
        self._connection: Connection | None = None
        self._open: _Shared | None = None
        self._kept: dict[str, Any] = {}
        """What the units of work in the open transaction know of it (see desk.storage.driver)."""

    @contextmanager
    def transaction(self, *, together: bool) -> Iterator[Connection]:
        """A writing transaction, on the disk when the block has been left; undone where that raises.

        ``together``: others may join it, as long as each of them is short. Raises SQLAlchemyError, also where
        the commit that was shared failed; UserError where another thread writes on and on.
        """
        with self._my_turn(together=together):
            shared = self._open or self._begin()
            joined = shared.members > 0
            try:
                if joined:
                    execute(shared.connection, "SAVEPOINT joined")
                yield shared.connection
                if joined:
                    execute(shared.connection, "RELEASE joined")
            except BaseException as problem:
                self._undo(shared, problem)
                raise
            shared.members += 1
            if not (together and self._goes_on(shared)):
                self._end(shared)
        while not shared.done.wait(PATIENCE_S):
            # Whoever was to come may never have: an interrupt ended its wait.
            if self._turn.acquire(blocking=False):
                try:
                    if self._open is shared:
                        self._end(shared)
                finally:
                    self._turn.release()
        if shared.error is not None:
            raise shared.error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While nothing is written by this process. Raises UserError as ``transaction`` does."""
        with self._my_turn(together=False):
            yield

    def close(self) -> None:
        """Where somebody still writes and does not end, the connection is left to the end of the process."""
        with suppress(UserError), self.alone():
            self._drop()

    @contextmanager
    def _my_turn(self, *, together: bool) -> Iterator[None]:
        if together:
            with self._count:
                self._coming += 1
        try:
            mine = self._turn.acquire(timeout=TURN_S)
        finally:
            if together:
                with self._count:
                    self._coming -= 1
        if not mine:
            raise busy()
        try:
            if self._open is not None and not together:
                self._end(self._open)
            yield
        finally:
            self._turn.release()

    def _goes_on(self, shared: _Shared) -> bool:
        """Whether somebody waits who may join and will end it."""
        return self._coming > 0 and shared.members < MOST and time.monotonic() - shared.begun < LONGEST_S

    def _begin(self) -> _Shared:
        try:
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(
                    **{WRITES: True, KEPT: self._kept}
                )
            self._kept.clear()
            transaction = self._connection.begin()
        except BaseException:
            self._drop()
            raise
        self._open = _Shared(self._connection, transaction, time.monotonic())
        return self._open

    def _undo(self, shared: _Shared, problem: BaseException) -> None:
        """Undo the one that failed, and nothing of the others."""
        if not shared.members:
            self._open = None
            with suppress(SQLAlchemyError):
                shared.transaction.rollback()
            return
        try:
            self._kept.clear()
            execute(shared.connection, "ROLLBACK TO joined")
            execute(shared.connection, "RELEASE joined")
        except SQLAlchemyError as error:
            # The database itself undid the whole transaction, as it does where the disk is full.
            self._open = None
            self._failed(shared, problem if isinstance(problem, SQLAlchemyError) else error)
            return
        if not self._goes_on(shared):
            self._end(shared)

    def _end(self, shared: _Shared) -> None:
        """Commit; everybody who shared it hears how it went."""
        self._open = None
        try:
            shared.transaction.commit()
        except SQLAlchemyError as error:
            self._failed(shared, error)
        except BaseException:
            self._failed(shared, WorkspaceProblem("A write was interrupted.", "Look whether it was kept."))
            raise
        else:
            shared.done.set()

    def _failed(self, shared: _Shared, error: Exception) -> None:
        shared.error = error
        try:
            with suppress(SQLAlchemyError):
                shared.transaction.rollback()
            self._drop()
        finally:
            shared.done.set()  # whoever shared the commit waits for this

    def _drop(self) -> None:
        """Let go of the connection; the next write makes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()
