"""The audit log: entries in the same transaction as the state they speak of, and the log read back.

Facts hold numbers, digests and names of states only: no content, no person.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from desk.domain.audit import AuditEntry, LogHead, LogRow
from desk.domain.errors import UserError
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

    def export(self, operator: Operator, file: Path) -> int:
        """Write every entry's canonical bytes, a line each, to a new private file; returns how many.

        Raises UserError where the file is there already or can't be written.
        """
        require(operator, Permission.SEE_AUDIT)
        count = 0
        try:
            fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as out, self._store.read() as uow:
                size = uow.audit.head().size
                while count < size and (rows := uow.audit.rows(count, 2000)):
                    out.writelines(row.entry + b"\n" for row in rows)
                    count += len(rows)
        except FileExistsError:
            raise UserError("The file is there already.", "Name a new one.") from None
        except OSError as error:
            raise UserError(f"The file can't be written: {error.strerror}.", "Name another place.") from None
        with self._store.write() as uow:
            note(uow, "audit.exported", self._clock.now(), operator, entries=count)
        return count

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
