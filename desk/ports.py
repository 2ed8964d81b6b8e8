"""Protocols between the services and the world. What stands below this line is replaceable.

Every implementation of a port passes the same contract suite (tests/contracts).
Times are UTC throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from desk.domain.audit import AuditEntry, LogHead, LogRow
from desk.domain.case import Case, CaseData, CaseRow, CaseState, Claim, SourceKind
from desk.domain.company import Company, Credentials, Endpoint
from desk.domain.decision import Decision
from desk.domain.draft import Draft
from desk.domain.filing import Call, FieldProblem, FileState, Filing, FilingState, Reply
from desk.domain.preview import (
    Blurred,
    GuardReport,
    MediaFacts,
    Metadata,
    NoPreview,
    PreviewSource,
    Revealed,
)
from desk.domain.roles import Operator, Role
from desk.domain.viewing import Viewed, Viewing


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC."""
        ...


class SecretStore(Protocol):
    """The OS keyring, or memory in practice. Raises NoKeyring, KeyringLocked."""

    def get(self, name: str) -> bytes | None: ...

    def set(self, name: str, value: bytes) -> None: ...

    def delete(self, name: str) -> None:
        """Remove it; a missing entry is no error."""
        ...


# -- the vault ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseKey:
    """A case's data key: in the clear for use now, wrapped by the workspace's key for keeping."""

    wrapped: bytes
    plain: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """Where a file's bytes lie and what is known of them. ``size`` in bytes, digests hexadecimal."""

    blob: str
    wrapped_key: bytes = field(repr=False)
    size: int
    sha256: str
    md5: str
    sha1: str


class Vault(Protocol):
    """Encrypted media: authenticated encryption in chunks, streaming both ways."""

    def new_key(self) -> CaseKey: ...

    def open_key(self, wrapped: bytes) -> CaseKey:
        """Raises WorkspaceProblem where it was not wrapped by this workspace's key."""
        ...

    def write(self, key: CaseKey, chunks: Iterable[bytes]) -> str:
        """Store the chunks and return the blob's name. Nothing is left where ``chunks`` raises."""
        ...

    def read(self, wrapped_key: bytes, blob: str) -> Iterator[bytes]:
        """The bytes in chunks. Raises WorkspaceProblem where they are missing, cut short or altered."""
        ...

    def discard(self, blob: str) -> None: ...

    def sweep(self, keep: Callable[[str], bool]) -> int:
        """Remove blobs that ``keep`` does not want and half-written ones; return how many."""
        ...


class Previewer(Protocol):
    """The sandboxed decoder. Synchronous, usable from several threads; never raises for a bad file."""

    def preview(self, source: PreviewSource, *, edge: int) -> Blurred | NoPreview: ...

    def reveal(
        self, source: PreviewSource, *, edge: int, position: float | None = None, page: int | None = None
    ) -> Revealed | NoPreview: ...

    def stills(
        self, source: PreviewSource, *, edge: int, count: int = 9
    ) -> tuple[Blurred, ...] | NoPreview: ...

    def probe(self, source: PreviewSource) -> MediaFacts | NoPreview: ...

    def metadata(self, source: PreviewSource) -> Metadata | NoPreview: ...

    def guards(self) -> GuardReport: ...

    def close(self) -> None: ...


# -- the store ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A case or a further revision of it, ready to be kept."""

    data: CaseData
    digest: str  # SHA-256 of its canonical content, for 'the same again'
    media: Mapping[str, StoredMedia]  # by content id; wrapped_key is the case's
    wrapped_key: bytes = field(repr=False)
    completeness: int
    queue: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the queue shows. ``view``: all, mine, urgent, ai, snoozed, escalated, closed."""

    view: str = "all"
    text: str = ""
    policy: str | None = None
    source: SourceKind | None = None
    operator_id: int | None = None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    all: int = 0
    mine: int = 0
    urgent: int = 0
    ai: int = 0
    snoozed: int = 0
    escalated: int = 0


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The same bytes or the same piece of content in another case."""

    case_number: int
    content_id: str
    account: str | None
    filing_id: int | None
    filing_state: FilingState | None
    report_id: str | None


class Cases(Protocol):
    def by_platform_id(self, platform_id: str) -> tuple[Case, str] | None:
        """The case with this id at the platform, and its latest digest."""
        ...

    def digests(self, platform_id: str) -> frozenset[str]:
        """The digests of all revisions of this case; empty where it is unknown."""
        ...

    def add(self, revision: NewRevision) -> Case: ...

    def add_revision(self, number: int, revision: NewRevision) -> Case: ...

    def wrapped_key(self, number: int) -> bytes: ...

    def get(self, number: int) -> Case:
        """The case at its latest revision. Raises UserError where there is none."""
        ...

    def revision(self, number: int, revision: int) -> CaseData: ...

    def rows(self, wanted: CaseFilter, now: datetime, *, offset: int = 0, limit: int = 200) -> list[CaseRow]:
        """Urgent first, then the oldest."""
        ...

    def count(self, wanted: CaseFilter, now: datetime) -> int: ...

    def counts(self, operator_id: int, now: datetime) -> QueueCounts: ...

    def claim(self, number: int, operator: Operator, until: datetime, now: datetime) -> Claim:
        """Raises ClaimLost where somebody else holds it. One's own claim is renewed with the same token."""
        ...

    def claim_next(
        self, wanted: CaseFilter, operator: Operator, until: datetime, now: datetime
    ) -> Claim | None: ...

    def renew(self, claim: Claim, until: datetime, now: datetime) -> Claim:
        """Raises ClaimLost."""
        ...

    def release(self, claim: Claim) -> None:
        """A claim that is already gone is no error."""
        ...

    def set_state(self, number: int, state: CaseState, *, snoozed_until: datetime | None = None) -> None: ...

    def set_completeness(self, number: int, score: int) -> None: ...

    def decide(self, decision: Decision) -> None: ...

    def decisions(self, number: int) -> tuple[Decision, ...]: ...

    def media(self, number: int, content_id: str) -> StoredMedia | None:
        """The stored bytes of a content at the latest revision that holds it."""
        ...

    def blob_known(self, blob: str) -> bool: ...

    def occurrences(self, sha256: str, *, but_case: int) -> tuple[Occurrence, ...]:
        """The same bytes in other cases, at most 100."""
        ...


@dataclass(frozen=True, slots=True)
class SavedDraft:
    draft: Draft
    version: int
    saved_at: datetime


class Drafts(Protocol):
    def get(self, case_number: int) -> SavedDraft | None: ...

    def save(self, draft: Draft, expected_version: int, at: datetime, operator_id: int) -> SavedDraft:
        """``expected_version`` 0 makes it. Raises StaleDraft where it was changed meanwhile."""
        ...

    def discard(self, case_number: int) -> None: ...


@dataclass(frozen=True, slots=True)
class FilingDocument:
    """One file as confirmed: its details with report and file id left open."""

    file: FileState
    details_xml: bytes = field(repr=False)
    identity: str | None = None


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


class Filings(Protocol):
    def add(self, new: NewFiling) -> Filing:
        """Raises AlreadyReported where one of the identities is in flight or filed for the agency."""
        ...

    def get(self, filing_id: int) -> Filing:
        """Raises UserError where there is none."""
        ...

    def report_xml(self, filing_id: int) -> bytes: ...

    def details_xml(self, filing_id: int, index: int) -> bytes: ...

    def confirmed(self, filing_id: int) -> NewFiling:
        """Everything as it was confirmed."""
        ...

    def take(self, owner: str, now: datetime, until: datetime) -> Leased | None:
        """Lease the most urgent filing that has something to do at ``now`` and that nobody holds."""
        ...

    def renew(self, filing_id: int, fence: int, until: datetime) -> None:
        """Raises ClaimLost where another outbox has taken it over."""
        ...

    def save(self, filing: Filing, fence: int) -> None:
        """Keep the filing's new state. Raises ClaimLost where the fence has changed."""
        ...

    def give_back(self, filing_id: int, fence: int) -> None:
        """End the lease; one that was lost is no error."""
        ...

    def ask(
        self, filing_id: int, *, take_back: bool = False, file_now: bool = False, try_now: bool = False
    ) -> Filing:
        """A person's wish, kept for the outbox. Raises UserError where it is too late."""
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
        """Report id and time of every filed report about this account."""
        ...

    def for_case(self, case_number: int) -> tuple[Filing, ...]: ...

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


class Audit(Protocol):
    def append(self, entry: AuditEntry) -> LogRow:
        """Append under the locked head, in the transaction of the state it speaks of."""
        ...

    def head(self) -> LogHead: ...

    def rows(self, start: int = 0, limit: int = 200) -> list[LogRow]:
        """Rows from index ``start`` on, ascending."""
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


class Store(Protocol):
    def read(self) -> AbstractContextManager[UnitOfWork]:
        """A consistent snapshot; writing in it is a bug."""
        ...

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Commits at the end of the block; any exception rolls back."""
        ...

    def close(self) -> None: ...


# -- the agency --------------------------------------------------------------


class Agency(Protocol):
    """The CyberTipline's calls. None of them retries; each answers with a Reply and raises for bugs only."""

    @property
    def endpoint(self) -> str: ...

    def status(self) -> Reply: ...

    def schema(self) -> Reply: ...

    def submit(self, xml: bytes) -> Reply: ...

    def upload(
        self,
        report_id: str,
        name: str,
        size: int,
        chunks: Iterable[bytes],
        *,
        progress: Callable[[int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Reply: ...

    def fileinfo(self, xml: bytes) -> Reply: ...

    def finish(self, report_id: str) -> Reply: ...

    def retract(self, report_id: str) -> Reply: ...

    def close(self) -> None: ...


class AgencyFactory(Protocol):
    def __call__(self, endpoint: Endpoint, credentials: Credentials) -> Agency: ...


class Difference(Protocol):
    """A part that only one of the service's schema and the desk's model has."""

    def in_words(self) -> str: ...


class ServiceSchema(Protocol):
    """One edition of the service's schema."""

    def validate(self, xml: bytes) -> tuple[FieldProblem, ...]:
        """Why the document is not valid, with paths in the document's terms; empty where it is."""
        ...

    def differences(self) -> Sequence[Difference]: ...


class SchemaReader(Protocol):
    def __call__(self, data: bytes) -> ServiceSchema:
        """Raises UserError where the bytes are no usable schema."""
        ...


@dataclass(frozen=True, slots=True)
class ComposedFile:
    content_id: str
    name: str
    details_xml: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Composed:
    """The exact bytes of a report. File details have report and file id left open."""

    report_xml: bytes = field(repr=False)
    files: tuple[ComposedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """Words of one field, from the protocol's one field table."""

    label: str
    help: str
    max_length: int | None = None


class Composer(Protocol):
    """Turns a draft into the agency's XML and checks it by the agency's rules.

    Problem paths are in the draft's terms: ``incident_type``, ``occurred_at``,
    ``reported.emails[0].address``, ``files[c1].classification``,
    ``contexts[0].urls[0]``, ``company.reporting.email``.
    """

    def check(
        self, draft: Draft, case: CaseData, company: Company, viewed: Mapping[str, Viewed], now: datetime
    ) -> tuple[FieldProblem, ...]: ...

    def compose(
        self, draft: Draft, case: CaseData, company: Company, viewed: Mapping[str, Viewed], now: datetime
    ) -> Composed:
        """Raises NotReady with the problems that :meth:`check` gives."""
        ...

    def replaced(
        self, draft: Draft, case: CaseData, company: Company, viewed: Mapping[str, Viewed]
    ) -> tuple[FieldProblem, ...]:
        """Texts whose characters XML forbids: they are sent with U+FFFD in their place. No refusal."""
        ...

    def in_draft(self, problem: FieldProblem, content_id: str | None = None) -> FieldProblem:
        """A problem of the sent document, led back to the draft's field (of this content's file details)."""
        ...

    def explain(self, reply: Reply) -> str:
        """What a reply means for a person, and what to do."""
        ...

    def details(self, details_xml: bytes, report_id: str, file_id: str) -> bytes:
        """The file details with the two open ids filled in; nothing else changes."""
        ...

    def field(self, path: str) -> FieldInfo | None:
        """Label, help and length of the field at a draft path, None where it has no counterpart."""
        ...
