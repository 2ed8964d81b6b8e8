"""What others changed: at another window, another workstation of the team, or by a command.

Every act writes an entry into the log in the transaction of its state, so the log tells all there is to
know: its length says whether anything happened, the names of the new acts say what a page should read again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from desk.domain.roles import Operator
from desk.ports import Store
from desk.services.changes import Change

FILED = (Change.OUTBOX, Change.REPORTS, Change.QUEUE, Change.CASE)
OF_ACTS: dict[str, tuple[Change, ...]] = {
    "case": (Change.QUEUE, Change.CASE),
    "cases": (Change.QUEUE, Change.CASE),
    "filing": FILED,
    "outbox": FILED,
    "report": (Change.REPORTS,),
    "outcome": (Change.REPORTS,),
    "elsewhere": (Change.REPORTS, Change.CASE),
    "preservation": (Change.REPORTS, Change.CASE),
    "media": (Change.REPORTS, Change.CASE),
    "violation": (Change.CASE,),
    "rest": (Change.VIEWING,),
    "second_review": (Change.REPORTS, Change.QUEUE),
    "approval": (Change.APPROVALS,),
    "people": (Change.PEOPLE,),
    "access": (Change.PEOPLE,),
    "settings": (Change.SETTINGS, Change.QUEUE),
    "signin": (Change.SETTINGS,),
    "rule": (Change.SETTINGS, Change.QUEUE, Change.CASE),
    "credentials": (Change.SETTINGS,),
    "schema": (Change.SETTINGS,),
    "backup": (Change.SETTINGS,),
}
"""What a page has to read again, by the first word of an act. Other acts change nothing that a page shows,
but for the log's own."""

QUIET = frozenset({"signin.done", "signin.failed", "signin.unlocked", "signin.first"})
"""They change no settings, as the other acts of their kind do."""

MOST = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """``size``: entries that were known; ``changes``: of what came after ``since``."""

    size: int
    changes: frozenset[Change]


class Others:
    def __init__(self, store: Store) -> None:
        self._store = store

    def look(self, since: int | None, by: Operator, *, own: bool) -> Heard:
        """What the entries from index ``since`` on changed; nothing where it is None.

        ``own``: those of ``by`` count too, for a window in which they did nothing themselves.
        """
        with self._store.read() as uow:
            size = uow.audit.head().size
            if since is None or size == since:
                return Heard(size, frozenset())
            if size - since > MOST:
                return Heard(size, frozenset(Change))
            plain = [json.loads(row.entry) for row in uow.audit.rows(since, size - since)]
        changes = {Change.AUDIT}
        for entry in plain:
            if entry["act"] not in QUIET and (own or entry["operator"] != by.id):
                changes |= set(OF_ACTS.get(entry["act"].partition(".")[0], ()))
        return Heard(size, frozenset(changes))
