"""The audit log read back: whole and fast for checking it, and its signed checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, insert, inspect, select, text

from desk.domain.audit import CheckpointRow, LogRow
from desk.domain.errors import Bug
from desk.domain.logcheck import RawRow
from desk.storage.repositories.base import Record, Repository
from desk.storage.tables import audit_entries, audit_head, settings
from desk.storage.tables_checkpoints import audit_checkpoints

SCAN = 4000
"""Rows of one batch."""
PARTS = (audit_entries, audit_head, audit_checkpoints, settings)
GUARDS = (
    "audit_entries_fixed",
    "audit_entries_kept",
    "audit_head_once",
    "audit_head_kept",
    "audit_checkpoints_fixed",
    "audit_checkpoints_kept",
)
POSTGRES_GUARDS = ("audit_entries_emptied", "audit_head_emptied", "audit_checkpoints_emptied")
_SQLITE_GUARDS = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'")
_POSTGRES_GUARDS = text(
    "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_proc f ON f.oid = t.tgfoid WHERE t.tgenabled IN ('O', 'A') AND f.proname = 'desk_refuse' "
    "AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'audit_entries'::regclass)"
)
_E, _P = audit_entries.c, audit_checkpoints.c


class LogReading(Repository):
    """The part of the Audit port that only reads entries, and that keeps checkpoints."""

    def rows(self, start: int = 0, limit: int = 200) -> list[LogRow]:
        query = select(audit_entries).where(_E.position >= start).order_by(_E.position).limit(limit)
        return [_log_row(row) for row in self._db.execute(query)]

    def for_case(self, case_number: int) -> list[LogRow]:
        """Everything that was done with one case, ascending."""
        query = select(audit_entries).where(_E.case_number == case_number).order_by(_E.position)
        return [_log_row(row) for row in self._db.execute(query)]

    def for_filing(self, filing_id: int) -> list[LogRow]:
        """Everything that was done with one filing, whatever the case, ascending."""
        query = select(audit_entries).where(_E.filing_id == filing_id).order_by(_E.position)
        return [_log_row(row) for row in self._db.execute(query)]

    def scan(self) -> Iterator[Sequence[RawRow]]:
        """Every row there is, ascending, as the driver gives it: for checking a whole log fast."""
        return self._raw("position, entry, leaf, link, case_number, filing_id")

    def scan_back(self, before: int | None = None) -> Iterator[Sequence[RawRow]]:
        """(position, entry) from before that index down, in the driver's rows."""
        return self._raw("position, entry", before, descending=True)

    def leaves(self, size: int) -> Iterator[bytes]:
        """The leaf hashes of the first ``size`` entries."""
        for rows in self._raw("position, leaf"):
            for position, leaf in rows:
                if position >= size:
                    return
                yield bytes(leaf)

    def _raw(
        self, columns: str, start: int | None = None, *, descending: bool = False
    ) -> Iterator[Sequence[RawRow]]:
        """Batches by the key, by the driver's own cursor: making a million rows of SQLAlchemy's takes longer
        than hashing them."""
        driver: Any = self._db.connection.dbapi_connection
        order, beyond = ("DESC", "<") if descending else ("ASC", ">")
        cursor = driver.cursor()
        try:
            while True:
                where = "" if start is None else f"WHERE position {beyond} {int(start)}"
                cursor.execute(
                    f"SELECT {columns} FROM audit_entries {where} "  # noqa: S608 - own names and a number
                    f"ORDER BY position {order} LIMIT {SCAN}"
                )
                rows = cursor.fetchall()
                if rows:
                    yield rows
                if len(rows) < SCAN:
                    return
                start = int(rows[-1][0])
        finally:
            cursor.close()

    # -- checkpoints -----------------------------------------------------------------

    def add_checkpoint(self, checkpoint: CheckpointRow) -> None:
        self._db.execute(
            insert(audit_checkpoints).values(
                number=checkpoint.number, size=checkpoint.size, at=checkpoint.at, note=checkpoint.note
            )
        )

    def last_checkpoint(self) -> CheckpointRow | None:
        found = self.newest_checkpoints(1)
        return found[0] if found else None

    def checkpoints(self, *, after: int = 0) -> list[CheckpointRow]:
        """Those with a number beyond ``after``, ascending."""
        query = select(audit_checkpoints).where(_P.number > after).order_by(_P.number)
        try:
            return [_checkpoint(row) for row in self._db.execute(query)]
        except (TypeError, ValueError, OverflowError):
            raise Bug("A checkpoint's row holds what the desk never wrote.") from None

    def newest_checkpoints(self, limit: int = 200) -> list[CheckpointRow]:
        """The newest first."""
        query = select(audit_checkpoints).order_by(_P.number.desc()).limit(limit)
        return [_checkpoint(row) for row in self._db.execute(query)]

    def count_checkpoints(self) -> int:
        return int(self._db.execute(select(func.count()).select_from(audit_checkpoints)).scalar_one())

    # -- what is read, and what refuses changes ------------------------------------------------------------

    def parts_missing(self) -> tuple[str, ...]:
        """What verifying reads and is gone: tables, and columns as ``table.column``.

        Asked first: in PostgreSQL a statement that fails ends the transaction for all that follow.
        """
        found, here = [], inspect(self._db)
        for table in PARTS:
            if not here.has_table(table.name):
                found.append(table.name)
                continue
            columns = {column["name"] for column in here.get_columns(table.name)}
            found += [f"{table.name}.{column.name}" for column in table.c if column.name not in columns]
        return tuple(found)

    def guards_missing(self) -> tuple[str, ...]:
        """The triggers that refuse changes of the log (migrations 0002 and 0008) and are not at work here."""
        sqlite = self._db.dialect.name == "sqlite"
        found = {str(row[0]) for row in self._db.execute(_SQLITE_GUARDS if sqlite else _POSTGRES_GUARDS)}
        return tuple(name for name in (*GUARDS, *(() if sqlite else POSTGRES_GUARDS)) if name not in found)


def _log_row(row: Record) -> LogRow:
    return LogRow(row.position, bytes(row.entry), bytes(row.leaf))


def _checkpoint(row: Record) -> CheckpointRow:
    return CheckpointRow(row.number, row.size, row.at, row.note)
