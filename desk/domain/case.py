"""A case: what a platform handed over about one incident. It has revisions."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.domain.account import Account
from desk.domain.content import Content, Relevance
from desk.domain.incident import Incident


class SourceKind(enum.StrEnum):
    """How the case was found: it decides the workflow."""

    USER_REPORT = "user_report"
    TRUSTED_FLAGGER = "trusted_flagger"
    LAW_ENFORCEMENT_REQUEST = "law_enforcement_request"
    PROACTIVE_DETECTION = "proactive_detection"
    AI_DETECTION = "ai_detection"
    HASH_MATCH = "hash_match"


@dataclass(frozen=True, slots=True)
class Source:
    kind: SourceKind
    name: str | None = None
    detail: str | None = None
    confidence: float | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Source(…)"


@dataclass(frozen=True, slots=True)
class Urgency:
    escalate: bool = False
    reason: str | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Urgency(…)"


@dataclass(frozen=True, slots=True)
class LawEnforcement:
    """The agency that asked or was told (API: lawEnforcement)."""

    agency: str
    case_number: str | None = None
    officer_first_name: str | None = None
    officer_last_name: str | None = None
    officer_email: str | None = None
    officer_phone: str | None = None
    reported_to: bool | None = None
    served_domestic: bool | None = None
    served_international: bool | None = None
    country: str | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "LawEnforcement(…)"


class CaseState(enum.StrEnum):
    """Where a case stands at the desk."""

    OPEN = "open"
    SNOOZED = "snoozed"
    ESCALATED = "escalated"
    REPORTING = "reporting"  # a filing is on its way
    REPORTED = "reported"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CaseData:
    """One revision of a case, as handed over: the parsed package.

    ``extra`` is kept and shown as it came, never sent.
    """

    id: str
    source: Source
    incident: Incident
    content: tuple[Content, ...]
    created_at: datetime | None = None
    policies: tuple[str, ...] = ()
    queue: str | None = None
    summary: str | None = None
    urgency: Urgency = Urgency()
    reported: Account | None = None
    recipients: tuple[Account, ...] = ()
    victims: tuple[Account, ...] = ()
    law_enforcement: LawEnforcement | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:  # content and people stay out of tracebacks
        return f"CaseData(content={len(self.content)})"

    def piece(self, content_id: str) -> Content:
        """The content with this id. Raises KeyError."""
        for content in self.content:
            if content.id == content_id:
                return content
        raise KeyError("no content with this id in the case")

    @property
    def known_match(self) -> bool:
        return any(content.known_match for content in self.content)

    @property
    def reported_content(self) -> tuple[Content, ...]:
        return tuple(c for c in self.content if c.relevance is Relevance.REPORTED)


@dataclass(frozen=True, slots=True)
class Claim:
    """The lease by which one person works on one case, until ``until`` (UTC)."""

    case_id: int
    operator_id: int
    operator_name: str
    until: datetime
    token: int


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the desk keeps it: its number here, its latest revision, state and claim."""

    number: int
    revision: int
    data: CaseData
    state: CaseState
    received_at: datetime
    claim: Claim | None = None
    snoozed_until: datetime | None = None
    queue: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the queue: what can be shown without reading the case."""

    number: int
    platform_id: str
    summary: str
    policy: str
    source: SourceKind
    urgent: bool
    known_match: bool
    state: CaseState
    received_at: datetime
    occurred_at: datetime
    completeness: int
    content_count: int
    first_content: str | None
    claimed_by: str | None
    claimed_until: datetime | None
    snoozed_until: datetime | None = None
    queue: str = ""
    kept_until: datetime | None = None
    """When the platform's own copy of the material may go (see :func:`platform_keeps_until`)."""

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "CaseRow(…)"


PLATFORM_KEEPS = timedelta(days=90)
"""How long a platform is taken to keep its own copy where it does not say: 90 days, as long as it must on
a first request (18 U.S.C. 2703(f)), and as long as it had to after a report before 2024."""


def platform_keeps_until(data: CaseData, received_at: datetime) -> datetime:
    """When the platform's own copy of the material may go.

    ``extra.preserved_until`` of the package, where it is a time with its offset or a date; else
    PLATFORM_KEEPS after the package was made, or came where it does not say when.
    """
    said = data.extra.get("preserved_until")
    if isinstance(said, str):
        try:
            until = datetime.fromisoformat(said)
        except ValueError:
            pass
        else:
            return until if until.tzinfo else until.replace(tzinfo=UTC)
    return (data.created_at or received_at) + PLATFORM_KEEPS


def marks_of_case(data: CaseData) -> frozenset[str]:
    """What the platform's own suggestions say is in it: annotations and classes, by their API names."""
    return frozenset(
        mark.value
        for content in data.content
        for mark in (
            *content.suggested.annotations,
            *((content.suggested.classification,) if content.suggested.classification else ()),
        )
    )


class QueueActKind(enum.StrEnum):
    """What a person did with a case in the queue and gave a note for."""

    SKIPPED = "skipped"
    SNOOZED = "snoozed"
    ESCALATED = "escalated"
    SENT_BACK = "sent_back"
    HANDED_OVER = "handed_over"
    TAKEN_OVER = "taken_over"


@dataclass(frozen=True, slots=True)
class QueueAct:
    """One of them. The note is people's words: it is in the case's history, never in the audit log."""

    case_number: int
    kind: QueueActKind
    operator_id: int
    at: datetime
    note: str = field(repr=False)
    to_operator: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """A second opinion: asked by one, given by another. ``shown``: whether they see the first one's."""

    id: int
    case_number: int
    asked_by: int
    asked_at: datetime
    question: str = field(repr=False)
    first: str = field(repr=False)
    shown: bool
    given_by: int | None = None
    given_at: datetime | None = None
    second: str | None = field(default=None, repr=False)

    @property
    def pending(self) -> bool:
        return self.given_at is None
