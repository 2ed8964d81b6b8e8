"""Filings, their journal, leases and receipts as the store keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from desk.domain.draft import Draft
from desk.domain.filing import Call, FileState, Filing, FilingState, Reply


@dataclass(frozen=True, slots=True)
class FilingDocument:
    """One file as confirmed: its details with report and file id left open."""

    file: FileState
    details_xml: bytes = field(repr=False)
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class CoveredCase:
    """Another case whose account a batched report names: as it was at confirmation."""

    case_number: int
    revision: int
    account_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewFiling:
    """A confirmed report: the exact bytes, made once."""

    case_number: int
    revision: int
    agency: str
    endpoint: str
    report_xml: bytes = field(repr=False)
    report_sha256: str
    files: tuple[FilingDocument, ...]
    identities: frozenset[str]  # of every reported piece of content
    account_id: str | None
    incident_type: str
    completeness: int
    escalated: bool
    hold: timedelta
    confirmed_at: datetime
    confirmed_by: int
    draft: Draft
    summary_json: bytes = field(repr=False, default=b"{}")  # what the person was shown at confirmation
    others: tuple[CoveredCase, ...] = ()  # by case number


@dataclass(frozen=True, slots=True)
class FilingRow:
    """One line of Outbox and Reports."""

    filing: Filing
    platform_id: str
    incident_type: str
    operator_name: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One remote call: intent first, outcome after. ``sent`` holds the exact bytes, uploads their digest."""

    id: int
    filing_id: int
    attempt: int
    call: Call
    file_index: int | None
    endpoint: str
    at: datetime
    sent: bytes = field(repr=False)
    outcome: str | None = None
    outcome_at: datetime | None = None
    http_status: int | None = None
    code: int | None = None
    description: str = ""
    request_id: str | None = None
    received: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The agency's answer to /finish, byte for byte. Evidence: the database refuses to change it."""

    filing_id: int
    report_id: str
    at: datetime
    request_id: str | None
    body: bytes = field(repr=False)
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Leased:
    """A filing taken by one outbox. ``fence`` must still be the same at every save."""

    filing: Filing
    fence: int


@dataclass(frozen=True, slots=True)
class Reported:
    """What a filing reports of: the revision of each of its cases, by number, and whether it is a batch."""

    revisions: Mapping[int, int]
    batched: bool


class Filings(Protocol):
    def add(self, new: NewFiling) -> Filing:
        """Raises AlreadyReported where one of the identities is in flight or filed for the agency."""
        ...

    def get(self, filing_id: int) -> Filing:
        """Raises UserError where there is none."""
        ...

    def report_xml(self, filing_id: int) -> bytes: ...

    def details_xml(self, filing_id: int, index: int) -> bytes: ...

    def documents(self, filing_id: int) -> tuple[str, bytes, tuple[bytes, ...]]:
        """The endpoint it was confirmed for, the report, and each file's details, read together."""
        ...

    def confirmed(self, filing_id: int) -> NewFiling:
        """Everything as it was confirmed."""
        ...

    def reported(self, filing_id: int) -> Reported:
        """Much less to read than :meth:`confirmed`. Raises UserError where there is no such filing."""
        ...

    def take(self, owner: str, now: datetime, until: datetime) -> Leased | None:
        """Lease the most urgent filing that has something to do at ``now`` and that nobody holds."""
        ...

    def renew(self, filing_id: int, fence: int, until: datetime) -> None:
        """Raises ClaimLost where another outbox has taken it over."""
        ...

    def held(self, filing_id: int, fence: int) -> Filing:
        """The leased filing, locked against others until this unit of work ends. Raises ClaimLost."""
        ...

    def save(self, filing: Filing, fence: int, *, give_back: bool = False) -> Filing:
        """Keep the filing's new state, and end the lease where asked. What was kept: it has people's wishes
        too. Raises ClaimLost where the fence has changed."""
        ...

    def save_known(
        self, known: Filing, filing: Filing, fence: int, *, give_back: bool = False
    ) -> Filing | None:
        """As ``save``, where ``known`` is the filing as it was last saved or taken with this fence.

        None, and nothing kept, where that is no longer so: a person has wished for something meanwhile, or
        the lease is lost. ``held`` tells which.
        """
        ...

    def endpoint(self, filing_id: int) -> str:
        """The address it was confirmed for."""
        ...

    def give_back(self, filing_id: int, fence: int) -> None:
        """End the lease; one that was lost is no error."""
        ...

    def ask(
        self, filing_id: int, *, take_back: bool = False, file_now: bool = False, try_now: bool = False
    ) -> Filing:
        """A person's wish, kept for the outbox. Raises UserError where it is too late."""
        ...

    def set_right(self, now: datetime) -> list[Filing]:
        """Take out what a clock that was far ahead has left, where nobody drives it; those changed."""
        ...

    def require_approval(self, filing_id: int) -> Filing:
        """It is not finished before ``approve``. Raises UserError where it is at its end."""
        ...

    def approve(self, filing_id: int) -> Filing:
        """A second person approved it. Raises UserError where it is at its end."""
        ...

    def wake(self) -> None:
        """Let no filing wait for its next try any longer."""
        ...

    def next_due(self, now: datetime) -> datetime | None:
        """When the next filing has something to do; None where all are at an end."""
        ...

    def free(self, filing_id: int) -> None:
        """Give up its identities: it was withdrawn or refused."""
        ...

    def holders(self, agency: str, identities: Iterable[str]) -> dict[str, int]:
        """Which of the identities are in flight or filed, with the filing's id."""
        ...

    def prior_reports(self, account_id: str) -> tuple[tuple[str, datetime], ...]:
        """Report id and time of every filed report about this account, batched ones too."""
        ...

    def for_case(self, case_number: int) -> tuple[Filing, ...]:
        """Its own filings, and the batched ones that cover it."""
        ...

    def covered(self, filing_id: int) -> tuple[CoveredCase, ...]:
        """The other cases that a batched report covers, by number; empty for any other report."""
        ...

    def rows(
        self, states: Sequence[FilingState], *, text: str = "", offset: int = 0, limit: int = 200
    ) -> list[FilingRow]:
        """The newest first."""
        ...

    def count(self, states: Sequence[FilingState]) -> int: ...

    def intend(
        self, filing: Filing, call: Call, file_index: int | None, endpoint: str, sent: bytes, at: datetime
    ) -> int:
        """Journal the intent of a call; returns the entry's id."""
        ...

    def settle(self, journal_id: int, reply: Reply) -> None:
        """Journal the outcome of a call."""
        ...

    def journal(self, filing_id: int) -> tuple[JournalEntry, ...]: ...

    def add_receipt(self, receipt: Receipt) -> None: ...

    def receipt(self, filing_id: int) -> Receipt | None: ...

    def receipts(self, *, until_before: date | None = None) -> tuple[tuple[Receipt, int], ...]:
        """Receipts with their case number, the oldest first."""
        ...
