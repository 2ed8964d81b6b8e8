"""The store: units of work on one engine."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from desk.domain.errors import Bug
from desk.storage.erasing import scrub
from desk.storage.problems import code_of, explain
from desk.storage.repositories.accounts import SqlAccounts
from desk.storage.repositories.approvals import SqlApprovals
from desk.storage.repositories.audit import SqlAudit
from desk.storage.repositories.batches import SqlBatches
from desk.storage.repositories.cases import SqlCases
from desk.storage.repositories.elsewhere import SqlElsewhere
from desk.storage.repositories.figures import SqlFigureFacts
from desk.storage.repositories.filings import SqlFilings
from desk.storage.repositories.hashes import SqlHashes
from desk.storage.repositories.hooks import SqlHookCalls
from desk.storage.repositories.preservation import SqlPreservation
from desk.storage.repositories.queue_book import SqlQueueBook
from desk.storage.repositories.reports import SqlReports
from desk.storage.repositories.restored import SqlRestored
from desk.storage.repositories.routing import SqlRouting
from desk.storage.repositories.second_reviews import SqlOutcomes, SqlSecondReviews
from desk.storage.repositories.signin import SqlSignIns
from desk.storage.repositories.small import SqlDrafts, SqlPeople, SqlSettings, SqlViewings
from desk.storage.writing import OneWriter

log = logging.getLogger(__name__)
R = TypeVar("R")
_WRITTEN = ("SQLITE_READONLY", "25006")


class _Made(Generic[R]):
    """A repository, made when it is first asked for: most units of work need few of them."""

    def __init__(self, make: Callable[[Connection], R]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, unit: SqlUnitOfWork, owner: type) -> R:
        made = unit.__dict__[self._name] = self._make(unit.connection)
        return made


class SqlUnitOfWork:
    """The repositories on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    cases = _Made(SqlCases)
    drafts = _Made(SqlDrafts)
    filings = _Made(SqlFilings)
    audit = _Made(SqlAudit)
    viewings = _Made(SqlViewings)
    people = _Made(SqlPeople)
    settings = _Made(SqlSettings)
    hashes = _Made(SqlHashes)
    elsewhere = _Made(SqlElsewhere)
    signins = _Made(SqlSignIns)
    batches = _Made(SqlBatches)
    accounts = _Made(SqlAccounts)
    hooks = _Made(SqlHookCalls)
    approvals = _Made(SqlApprovals)
    routing = _Made(SqlRouting)
    preservation = _Made(SqlPreservation)
    restored = _Made(SqlRestored)
    second_reviews = _Made(SqlSecondReviews)
    outcomes = _Made(SqlOutcomes)
    figures = _Made(SqlFigureFacts)
    queue = _Made(SqlQueueBook)
    reports = _Made(SqlReports)


class SqlStore:
    """The Store port on SQLite or PostgreSQL. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._within = threading.local()
        self._writer = OneWriter(engine) if engine.dialect.name == "sqlite" else None

    @property
    def engine(self) -> Engine:
        """For migrations and tests; services never see it."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        with self._transaction(writes=False) as unit:
            yield unit

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        """Raises Bug where this thread is writing already: the two would wait for each other."""
        if getattr(self._within, "writes", False):
            raise Bug("A unit of work was opened for writing within another one.")
        self._within.writes = True
        try:
            with self._transaction(writes=True) as unit:
                yield unit
        finally:
            self._within.writes = False

    def together(
        self, bodies: Sequence[Callable[[SqlUnitOfWork], Any]]
    ) -> list[tuple[Any, Exception | None]]:
        """On SQLite one transaction for all; where one of them fails, it is undone and each has its own.

        On PostgreSQL each has its own from the start: there, locks on several filings held at once could wait
        for each other with those of other desks.
        """
        if self._writer is not None and len(bodies) > 1:
            try:
                with self.write() as unit:
                    values = [body(unit) for body in bodies]
            except Exception as problem:
                log.info("A shared transaction was undone: %s", type(problem).__name__)
            else:
                return [(value, None) for value in values]
        return [self._alone(body) for body in bodies]

    def _alone(self, body: Callable[[SqlUnitOfWork], Any]) -> tuple[Any, Exception | None]:
        try:
            with self.write() as unit:
                value = body(unit)
        except Exception as problem:
            return None, problem
        return value, None

    def scrub(self) -> bool:
        """Deleted keys leave the database's files for good.

        SQLite: the table is written anew and the pages are zeroed as they are freed (secure_delete), the
        write-ahead log is emptied, and the copies that an upgrade made before are removed. PostgreSQL: the
        table is written anew; its own log archives and backups are the administrator's to expire.
        """
        return scrub(self._engine, nullcontext() if self._writer is None else self._writer.alone())

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[SqlUnitOfWork]:
        try:
            if writes and self._writer is not None:
                with self._writer.transaction() as connection:
                    yield SqlUnitOfWork(connection)
                return
            with self._engine.connect() as connection:
                if not writes and self._writer is None:
                    connection = connection.execution_options(
                        isolation_level="REPEATABLE READ", postgresql_readonly=True
                    )
                with connection.begin():
                    yield SqlUnitOfWork(connection)
        except SQLAlchemyError as error:
            if not writes and code_of(getattr(error, "orig", None)) in _WRITTEN:
                raise Bug("A unit of work for reading was written to.") from None
            raise explain(error) from None
