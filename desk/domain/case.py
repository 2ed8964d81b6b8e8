"""A case: what a platform handed over about one incident. It has revisions."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
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

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "CaseRow(…)"
