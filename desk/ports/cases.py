"""Cases and drafts as the store keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desk.domain.case import Case, CaseData, CaseRow, CaseState, Claim
from desk.domain.decision import Decision
from desk.domain.draft import Draft
from desk.domain.filing import FilingState
from desk.domain.roles import Operator
from desk.ports.queue import CaseFilter, CasePage, QueueChoices, QueueCounts
from desk.ports.world import StoredMedia


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
class Occurrence:
    """The same bytes or the same piece of content in another case."""

    case_number: int
    content_id: str
    account: str | None
    filing_id: int | None
    filing_state: FilingState | None
    report_id: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """One file of a case, and where its bytes lie."""

    case_number: int
    content_id: str
    media: StoredMedia


class Cases(Protocol):
    def by_platform_id(self, platform_id: str) -> tuple[Case, str] | None:
        """The case with this id at the platform, and its latest digest."""
        ...

    def digests(self, platform_id: str) -> frozenset[str]:
        """The digests of all revisions of this case; empty where it is unknown."""
        ...

    def add(self, revision: NewRevision) -> Case: ...

    def add_revision(self, number: int, revision: NewRevision) -> Case: ...

    def mark(self, number: int, told: frozenset[str]) -> None:
        """What people say is in the case, beside what the platform suggested: API names of annotations."""
        ...

    def wrapped_key(self, number: int) -> bytes: ...

    def get(self, number: int) -> Case:
        """The case at its latest revision. Raises UserError where there is none."""
        ...

    def latest_revision(self, number: int) -> int:
        """The number of its latest revision, without reading it. Raises UserError where there is none."""
        ...

    def state(self, number: int) -> CaseState:
        """Its state, without reading its document. Raises UserError where there is none."""
        ...

    def holder(self, number: int) -> int | None:
        """The operator whose claim was the last and was not given up; it may have ended."""
        ...

    def platform_ids(self, numbers: Iterable[int]) -> dict[int, str]:
        """By number, the ids at the platform; without reading the documents."""
        ...

    def revision(self, number: int, revision: int) -> CaseData: ...

    def page(self, wanted: CaseFilter, now: datetime, *, offset: int = 0, limit: int = 200) -> CasePage:
        """Rows from ``offset`` on in the filter's order, and how many fit it."""
        ...

    def rows(self, wanted: CaseFilter, now: datetime, *, offset: int = 0, limit: int = 200) -> list[CaseRow]:
        """The rows of ``page``."""
        ...

    def count(self, wanted: CaseFilter, now: datetime) -> int: ...

    def counts(self, operator_id: int, now: datetime) -> QueueCounts: ...

    def choices(self) -> QueueChoices:
        """What there is to filter by."""
        ...

    def fold(self) -> None:
        """Bring what the queue is sorted and filtered by up to date; readers correct it by themselves."""
        ...

    def claim(self, number: int, operator: Operator, until: datetime, now: datetime) -> Claim:
        """Raises ClaimLost where somebody else holds it. One's own claim is renewed with the same token."""
        ...

    def claim_next(
        self, wanted: CaseFilter, operator: Operator, until: datetime, now: datetime
    ) -> Claim | None:
        """The first in the filter's order that is free for this person: held by nobody, not skipped by
        them today, not waiting for another's opinion that they asked for."""
        ...

    def take_over(self, number: int, operator: Operator, until: datetime, now: datetime) -> Claim:
        """The claim goes to this person, whoever holds it. Raises UserError where there is no such case."""
        ...

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

    def add_made(self, number: int, revision: int, content_id: str, stored: StoredMedia) -> None:
        """Put on record a file that the desk made from a revision of the case, such as a transcript."""
        ...

    def forget_key(self, number: int) -> bool:
        """Destroy the case's data key, for good; False where it was destroyed before."""
        ...

    def has_key(self, number: int) -> bool:
        """Whether its media can still be read. Raises UserError where there is no such case."""
        ...

    def blobs(self, number: int) -> tuple[str, ...]:
        """The names of everything the vault holds for the case."""
        ...

    def held(self, number: int) -> tuple[tuple[str, str, int], ...]:
        """(content id, SHA-256, bytes) of every file the vault holds for the case, of all its revisions and
        what the desk made for its reports."""
        ...

    def blob_known(self, blob: str) -> bool: ...

    def stored(self, *, after: str = "", limit: int = 1000) -> tuple[Stored, ...]:
        """What the vault holds, by the names of the blobs, from behind that name on; not of erased cases."""
        ...

    def occurrences(self, sha256: str, *, but_case: int) -> tuple[Occurrence, ...]:
        """The same bytes in other cases, at most 100."""
        ...

    def same_texts(self, digest: str, *, agency: str, but_case: int) -> tuple[Occurrence, ...]:
        """The same text or conversation (Content.text_digest) in other cases, at most 100, with the filing
        to the agency that holds it there."""
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
