"""The store: its smaller tables, the unit of work, and the store itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from desk.domain.audit import AuditEntry, CheckpointRow, LogHead, LogRow
from desk.domain.logcheck import RawRow
from desk.domain.roles import Operator, Role
from desk.domain.viewing import Viewing
from desk.ports.accounts import Accounts
from desk.ports.approvals import Approvals
from desk.ports.backup import Restored
from desk.ports.batches import Batches
from desk.ports.cases import Cases, Drafts
from desk.ports.elsewhere import Elsewhere
from desk.ports.figures import FigureFacts
from desk.ports.filings import Filings
from desk.ports.hashes import Hashes
from desk.ports.hooks import HookCalls
from desk.ports.preservation import PreservationTable
from desk.ports.queue import QueueBook
from desk.ports.reports import Reports
from desk.ports.routing import Routing
from desk.ports.second_reviews import Outcomes, SecondReviews
from desk.ports.signin import SignIns


class Audit(Protocol):
    def append(self, entry: AuditEntry) -> LogRow:
        """Append under the locked head, in the transaction of the state it speaks of."""
        ...

    def append_all(self, entries: Sequence[AuditEntry]) -> tuple[LogRow, ...]:
        """As :meth:`append`, for several in their order, at the cost of little more than one."""
        ...

    def head(self, *, lock: bool = False) -> LogHead:
        """``lock``: nobody else appends until this unit of work ends."""
        ...

    def rows(self, start: int = 0, limit: int = 200) -> list[LogRow]:
        """Rows from index ``start`` on, ascending."""
        ...

    def for_case(self, case_number: int) -> list[LogRow]:
        """Everything that was done with one case, ascending."""
        ...

    def for_filing(self, filing_id: int) -> list[LogRow]:
        """Everything that was done with one filing, whatever the case, ascending."""
        ...

    def scan(self) -> Iterator[Sequence[RawRow]]:
        """Every row there is, ascending, in batches of raw rows."""
        ...

    def scan_back(self, before: int | None = None) -> Iterator[Sequence[RawRow]]:
        """(position, entry) from before that index down, in batches."""
        ...

    def leaves(self, size: int) -> Iterator[bytes]:
        """The leaf hashes of the first ``size`` entries."""
        ...

    def add_checkpoint(self, checkpoint: CheckpointRow) -> None: ...

    def last_checkpoint(self) -> CheckpointRow | None: ...

    def checkpoints(self, *, after: int = 0) -> list[CheckpointRow]:
        """Those with a number beyond ``after``, ascending."""
        ...

    def newest_checkpoints(self, limit: int = 200) -> list[CheckpointRow]:
        """The newest first."""
        ...

    def count_checkpoints(self) -> int: ...

    def parts_missing(self) -> tuple[str, ...]:
        """The tables, and columns as ``table.column``, that the log is read from and that are gone."""
        ...

    def guards_missing(self) -> tuple[str, ...]:
        """The names of the database's triggers that refuse changes of the log and are not at work."""
        ...


class Viewings(Protocol):
    def add(self, viewing: Viewing) -> None: ...

    def for_case(self, case_number: int) -> tuple[Viewing, ...]: ...

    def displays(self, operator_id: int, since: datetime) -> tuple[tuple[datetime, float], ...]:
        """(start, seconds) of this person's displays since then, in order of time."""
        ...


class People(Protocol):
    def add(self, name: str, roles: frozenset[Role], email: str = "") -> Operator: ...

    def get(self, operator_id: int) -> Operator: ...

    def all(self) -> tuple[Operator, ...]: ...

    def change(self, operator_id: int, name: str, roles: frozenset[Role], email: str) -> Operator:
        """Raises UserError where there is nobody with this id."""
        ...


class SettingsTable(Protocol):
    """The workspace's settings, as plain JSON values by name."""

    def get(self, name: str) -> Any: ...

    def set(self, name: str, value: Any) -> None: ...


class UnitOfWork(Protocol):
    """One transaction: everything in it is kept, or nothing."""

    @property
    def cases(self) -> Cases: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def filings(self) -> Filings: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def viewings(self) -> Viewings: ...
    @property
    def people(self) -> People: ...
    @property
    def settings(self) -> SettingsTable: ...
    @property
    def elsewhere(self) -> Elsewhere: ...
    @property
    def hashes(self) -> Hashes: ...
    @property
    def signins(self) -> SignIns: ...
    @property
    def batches(self) -> Batches: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def hooks(self) -> HookCalls: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def routing(self) -> Routing: ...
    @property
    def preservation(self) -> PreservationTable: ...
    @property
    def restored(self) -> Restored: ...
    @property
    def second_reviews(self) -> SecondReviews: ...
    @property
    def outcomes(self) -> Outcomes: ...
    @property
    def figures(self) -> FigureFacts: ...
    @property
    def queue(self) -> QueueBook: ...
    @property
    def reports(self) -> Reports: ...


class Store(Protocol):
    def read(self) -> AbstractContextManager[UnitOfWork]:
        """A consistent snapshot; writing in it is a bug."""
        ...

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Commits at the end of the block; any exception rolls back."""
        ...

    def together(
        self, bodies: Sequence[Callable[[UnitOfWork], Any]]
    ) -> Sequence[tuple[Any, Exception | None]]:
        """Do each of them in a unit of work; what came of each, or what it raised, when it is on the disk.

        They may share a transaction. One that fails takes no other with it: bodies may be run twice, the
        first time undone.
        """
        ...

    def scrub(self) -> bool:
        """Leave nothing of deleted keys in the database's own files; False where it is too busy now."""
        ...

    def close(self) -> None: ...
