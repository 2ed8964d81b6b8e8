"""The store: units of work on one engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

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

_WRITTEN = ("SQLITE_READONLY", "25006")


class SqlUnitOfWork:
    """The repositories on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.cases = SqlCases(connection)
        self.drafts = SqlDrafts(connection)
        self.filings = SqlFilings(connection)
        self.audit = SqlAudit(connection)
        self.viewings = SqlViewings(connection)
        self.people = SqlPeople(connection)
        self.settings = SqlSettings(connection)
        self.hashes = SqlHashes(connection)
        self.elsewhere = SqlElsewhere(connection)
        self.signins = SqlSignIns(connection)
        self.batches = SqlBatches(connection)
        self.accounts = SqlAccounts(connection)
        self.hooks = SqlHookCalls(connection)
        self.approvals = SqlApprovals(connection)
        self.routing = SqlRouting(connection)
        self.preservation = SqlPreservation(connection)
        self.restored = SqlRestored(connection)
        self.second_reviews = SqlSecondReviews(connection)
        self.outcomes = SqlOutcomes(connection)
        self.figures = SqlFigureFacts(connection)
        self.queue = SqlQueueBook(connection)
        self.reports = SqlReports(connection)


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
    def write(self, *, together: bool = False) -> Iterator[SqlUnitOfWork]:
        """Raises Bug where this thread is writing already: the two would wait for each other."""
        if getattr(self._within, "writes", False):
            raise Bug("A unit of work was opened for writing within another one.")
        self._within.writes = True
        try:
            with self._transaction(writes=True, together=together) as unit:
                yield unit
        finally:
            self._within.writes = False

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
    def _transaction(self, *, writes: bool, together: bool = False) -> Iterator[SqlUnitOfWork]:
        try:
            if writes and self._writer is not None:
                with self._writer.transaction(together=together) as connection:
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
