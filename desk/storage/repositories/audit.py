"""The append-only log. Its head is one row that every writer locks in turn."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from desk.domain import merkle
from desk.domain.audit import AuditEntry, LogHead, LogRow
from desk.domain.errors import Bug
from desk.storage.repositories.base import Record
from desk.storage.repositories.log_reading import LogReading
from desk.storage.repositories.prepared import Prepared
from desk.storage.tables import audit_entries, audit_head

_HEAD = select(audit_head.c.size, audit_head.c.roots, audit_head.c.link)
_HEAD_LOCKED = Prepared(_HEAD.with_for_update())
_APPEND = Prepared(insert(audit_entries), ("position", "entry", "leaf", "case_number", "filing_id", "link"))
_GROW = Prepared(update(audit_head), ("size", "roots", "link"))
"""Made once: everything that changes a state runs them."""


class SqlAudit(LogReading):
    """The Audit port."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._locked_here: tuple[merkle.Frontier, bytes | None] | None = None
        """The head as this unit of work left it: locked, so nobody else has put it forward meanwhile."""

    def append(self, entry: AuditEntry) -> LogRow:
        head, before = self._locked_here or _frontier(_HEAD_LOCKED.one(self._db, {}))
        canonical = entry.canonical()
        leaf = merkle.leaf_hash(canonical)
        link = merkle.link_hash(head.root() if before is None else before, leaf)
        grown = head.append(leaf)
        kept = {
            "position": head.size,
            "entry": canonical,
            "leaf": leaf,
            "case_number": entry.case_number,
            "filing_id": entry.filing_id,
            "link": link,
        }
        self._locked_here = None
        _APPEND.run(self._db, kept)
        _GROW.run(self._db, {"size": grown.size, "roots": grown.to_bytes(), "link": link})
        self._locked_here = grown, link
        return LogRow(head.size, canonical, leaf)

    def head(self, *, lock: bool = False) -> LogHead:
        """``lock``: nobody else appends until this unit of work ends."""
        if lock and self._locked_here is None:
            self._locked_here = _frontier(_HEAD_LOCKED.one(self._db, {}))
        frontier, link = self._locked_here or _frontier(self._db.execute(_HEAD).one())
        return LogHead(frontier.size, frontier.root(), link)


def _frontier(row: Record) -> tuple[merkle.Frontier, bytes | None]:
    try:
        frontier = merkle.Frontier.from_bytes(row.size, bytes(row.roots))
    except ValueError:
        raise Bug("The audit log's head does not fit its size.") from None
    return frontier, None if row.link is None else bytes(row.link)
