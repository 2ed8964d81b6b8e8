"""The audit log: entries in the same transaction as the state they speak of, and the log read back.

Facts hold numbers, digests and names of states only: no content, no person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.domain.audit import AuditEntry, LogHead, LogRow
from desk.domain.merkle import Frontier, leaf_hash
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, Store, UnitOfWork

Fact = str | int | float | bool | None


def note(
    uow: UnitOfWork,
    act: str,
    at: datetime,
    operator: Operator | None,
    *,
    case_number: int | None = None,
    filing_id: int | None = None,
    **facts: Fact,
) -> LogRow:
    """Append an entry to the log within the caller's transaction."""
    return uow.audit.append(
        AuditEntry(act, at, operator.id if operator else None, case_number, filing_id, facts)
    )


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One entry as shown."""

    index: int
    act: str
    at: datetime
    operator: str
    case_number: int | None
    filing_id: int | None
    facts: dict[str, Any]
    leaf: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of verifying the log. ``first_wrong`` is the index of the first entry that does not fit."""

    size: int
    root: str
    ok: bool
    first_wrong: int | None = None
    words: str = ""


class Auditing:
    """Reads and verifies the log."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def head(self, operator: Operator) -> LogHead:
        require(operator, Permission.SEE_AUDIT)
        with self._store.read() as uow:
            return uow.audit.head()

    def entries(self, operator: Operator, *, start: int = 0, limit: int = 200) -> list[ReadEntry]:
        """Entries from index ``start`` on, ascending."""
        require(operator, Permission.SEE_AUDIT)
        with self._store.read() as uow:
            rows = uow.audit.rows(start, limit)
            names = {person.id: person.name for person in uow.people.all()}
        return [_read(row, names) for row in rows]

    def verify(self, operator: Operator | None = None) -> Verdict:
        """Recompute every leaf and the root, and compare with the head."""
        if operator is not None:
            require(operator, Permission.SEE_AUDIT)
        frontier = Frontier()
        with self._store.read() as uow:
            head = uow.audit.head()
            while frontier.size < head.size:
                rows = uow.audit.rows(frontier.size, 2000)
                if not rows:
                    break
                for row in rows:
                    if row.index != frontier.size or leaf_hash(row.entry) != row.leaf:
                        return self._wrong(head, frontier.size)
                    frontier = frontier.append(row.leaf)
        if frontier.size != head.size:
            return self._wrong(head, frontier.size)
        if frontier.root() != head.root:
            return Verdict(head.size, head.root.hex(), False, None, "The entries do not give the log's head.")
        return Verdict(head.size, head.root.hex(), True, None, f"All {head.size} entries fit the log's head.")

    @staticmethod
    def _wrong(head: LogHead, index: int) -> Verdict:
        words = f"Entry {index} does not fit: it was changed, removed or put elsewhere."
        return Verdict(head.size, head.root.hex(), False, index, words)


def _read(row: LogRow, names: dict[int, str]) -> ReadEntry:
    plain = json.loads(row.entry)
    operator = plain["operator"]
    return ReadEntry(
        index=row.index,
        act=plain["act"],
        at=datetime.fromisoformat(plain["at"]),
        operator=names.get(operator, f"operator {operator}") if operator is not None else "the desk",
        case_number=plain["case"],
        filing_id=plain["filing"],
        facts=plain["facts"],
        leaf=row.leaf.hex(),
    )
