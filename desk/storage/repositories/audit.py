"""The append-only log. Its head is one row that every writer locks in turn."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from desk.domain import merkle
from desk.domain.audit import AuditEntry, LogHead, LogRow
from desk.domain.errors import Bug
from desk.storage.repositories.base import Record, Repository
from desk.storage.tables import audit_entries, audit_head

_HEAD = select(audit_head.c.size, audit_head.c.roots)
_HEAD_LOCKED = _HEAD.with_for_update()
_APPEND = insert(audit_entries)
_GROW = update(audit_head)
"""Made once: everything that changes a state runs them."""


class SqlAudit(Repository):
    """The Audit port."""

    def append(self, entry: AuditEntry) -> LogRow:
        head = self._frontier(lock=True)
        canonical = entry.canonical()
        leaf = merkle.leaf_hash(canonical)
        grown = head.append(leaf)
        kept = {
            "position": head.size,
            "entry": canonical,
            "leaf": leaf,
            "case_number": entry.case_number,
            "filing_id": entry.filing_id,
        }
        self._db.execute(_APPEND, kept)
        self._db.execute(_GROW, {"size": grown.size, "roots": grown.to_bytes()})
        return LogRow(head.size, canonical, leaf)

    def head(self) -> LogHead:
        frontier = self._frontier()
        return LogHead(frontier.size, frontier.root())

    def rows(self, start: int = 0, limit: int = 200) -> list[LogRow]:
        query = (
            select(audit_entries)
            .where(audit_entries.c.position >= start)
            .order_by(audit_entries.c.position)
            .limit(limit)
        )
        return [_log_row(row) for row in self._db.execute(query)]

    def for_case(self, case_number: int) -> list[LogRow]:
        """Everything that was done with one case, ascending."""
        query = (
            select(audit_entries)
            .where(audit_entries.c.case_number == case_number)
            .order_by(audit_entries.c.position)
        )
        return [_log_row(row) for row in self._db.execute(query)]

    def _frontier(self, *, lock: bool = False) -> merkle.Frontier:
        row = self._db.execute(_HEAD_LOCKED if lock else _HEAD).one()
        try:
            return merkle.Frontier.from_bytes(row.size, bytes(row.roots))
        except ValueError:
            raise Bug("The audit log's head does not fit its size.") from None


def _log_row(row: Record) -> LogRow:
    return LogRow(row.position, bytes(row.entry), bytes(row.leaf))
