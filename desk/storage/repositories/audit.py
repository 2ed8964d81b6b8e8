"""The append-only log. Its head is one row that every writer locks in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
_Head = tuple[merkle.Frontier, bytes | None]
_LOOK = "“desk doctor” names the first entry that was changed."


class SqlAudit(LogReading):
    """The Audit port."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._locked_here: _Head | None = None
        """The head as this transaction left it: locked, so nobody else has put it forward meanwhile."""

    def append(self, entry: AuditEntry) -> LogRow:
        return self.append_all((entry,))[0]

    def append_all(self, entries: Sequence[AuditEntry]) -> tuple[LogRow, ...]:
        if not entries:
            return ()
        head, before = self._locked_here or _frontier(_HEAD_LOCKED.one(self._db, {}))
        kept: list[dict[str, Any]] = []
        heads: list[dict[str, Any]] = []  # the tables let the head go on by one entry at a time
        for entry in entries:
            canonical = entry.canonical()
            leaf = merkle.leaf_hash(canonical)
            before = merkle.link_hash(head.root() if before is None else before, leaf)
            row = {
                "position": head.size,
                "entry": canonical,
                "leaf": leaf,
                "case_number": entry.case_number,
                "filing_id": entry.filing_id,
                "link": before,
            }
            kept.append(row)
            head = head.append(leaf)
            heads.append({"size": head.size, "roots": head.to_bytes(), "link": before})
        self._locked_here = None
        _APPEND.run_many(self._db, kept)
        _GROW.run_many(self._db, heads)
        self._locked_here = head, before
        return tuple(LogRow(row["position"], row["entry"], row["leaf"]) for row in kept)

    def head(self, *, lock: bool = False) -> LogHead:
        """``lock``: nobody else appends until this unit of work ends."""
        if lock and self._locked_here is None:
            self._locked_here = _frontier(_HEAD_LOCKED.one(self._db, {}))
        frontier, link = self._locked_here or _frontier(self._db.execute(_HEAD).first())
        return LogHead(frontier.size, frontier.root(), link)


def _frontier(row: Record | None) -> tuple[merkle.Frontier, bytes | None]:
    """Raises Bug where somebody changed or removed the head: nothing is appended to such a log."""
    if row is None:
        raise Bug("The audit log's head is missing.", _LOOK)
    try:
        frontier = merkle.Frontier.from_bytes(row.size, bytes(row.roots))
        return frontier, None if row.link is None else bytes(row.link)
    except (TypeError, ValueError):
        raise Bug("The audit log's head does not fit its size.", _LOOK) from None
