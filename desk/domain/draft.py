"""A report being written. Kept at every change; composed into XML only at confirmation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from desk.domain.account import Account
from desk.domain.case import CaseData, LawEnforcement
from desk.domain.circumstances import contexts_of
from desk.domain.content import Classification, Content, ContentKind, FileAnnotation, Relevance
from desk.domain.conversation import Selection, rebase
from desk.domain.incident import Context, IncidentType, ReportAnnotation


@dataclass(frozen=True, slots=True)
class FileChoice:
    """What the moderator says of one piece of content.

    ``lowered`` withdraws the claim that it was viewed: viewing is derived from
    recorded displays and can be lowered here, never raised (domain law 3).
    ``public`` None means: not known, so nothing is said.
    """

    content_id: str
    include: bool = True
    relevance: Relevance = Relevance.REPORTED
    classification: Classification | None = None
    annotations: frozenset[FileAnnotation] = frozenset()
    public: bool | None = None
    lowered: bool = False
    note: str | None = None
    messages: Selection | None = None
    """Of a conversation, the messages that are reported; None: all of them."""

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "FileChoice(…)"


@dataclass(frozen=True, slots=True)
class BatchMember:
    """Another account that posted the same file, by the case that says so.

    ``sha256`` where its file has other bytes and a person said that it is the same picture.
    """

    case_number: int
    account: str
    sha256: str | None = None

    def __repr__(self) -> str:  # people stay out of tracebacks
        return f"BatchMember(case_number={self.case_number})"


@dataclass(frozen=True, slots=True)
class Batch:
    """One file reported for many accounts (API, Appendix E: VIRAL_POTENTIAL_MEME).

    ``content_id`` is the file in the draft's own case; ``annotations`` are viral, potential meme or both.
    """

    content_id: str
    members: tuple[BatchMember, ...] = ()
    annotations: frozenset[FileAnnotation] = frozenset()


@dataclass(frozen=True, slots=True)
class Draft:
    """One report being written for one case, on one revision of it.

    ``incident_type`` stays None until a person picks it: it is proposed by
    policy, never preselected. ``escalate`` holds the written reason for
    escalateToHighPriority; None or blank means that it is not escalated.
    With ``batch`` only what desk.domain.batch leaves of it is sent; the rest is kept for the way back.
    """

    case_number: int
    revision: int
    occurred_at: datetime
    incident_type: IncidentType | None = None
    annotations: frozenset[ReportAnnotation] = frozenset()
    time_note: str | None = None
    platform: str | None = None
    contexts: tuple[Context, ...] = ()
    files: tuple[FileChoice, ...] = ()
    reported: Account | None = None
    recipients: tuple[Account, ...] = ()
    victims: tuple[Account, ...] = ()
    escalate: str | None = None
    law_enforcement: LawEnforcement | None = None
    additional_info: str | None = None
    batch: Batch | None = None
    policy: str | None = None
    """The policy that was found violated, where a person said which. Not sent."""

    def __repr__(self) -> str:  # content and people stay out of tracebacks
        return f"Draft(case_number={self.case_number})"

    def choice(self, content_id: str) -> FileChoice:
        """The choice for this content. Raises KeyError."""
        for choice in self.files:
            if choice.content_id == content_id:
                return choice
        raise KeyError("no choice for this content in the draft")

    def with_choice(self, choice: FileChoice) -> Draft:
        """The draft with this choice in place of the one for the same content. Raises KeyError."""
        self.choice(choice.content_id)
        files = tuple(choice if c.content_id == choice.content_id else c for c in self.files)
        return replace(self, files=files)

    @property
    def escalated(self) -> bool:
        return bool(self.escalate and self.escalate.strip())


def begin(number: int, revision: int, case: CaseData) -> Draft:
    """A first draft: everything the case holds, and nothing it does not.

    Suggested classifications and annotations are not taken over: they are shown
    beside the file for a person to accept.
    """
    return Draft(
        case_number=number,
        revision=revision,
        occurred_at=case.incident.occurred_at,
        time_note=case.incident.time_note,
        platform=case.incident.platform,
        contexts=contexts_of(case.incident.context, case.content),
        files=tuple(_choice(content) for content in case.content),
        reported=case.reported,
        recipients=case.recipients,
        victims=case.victims,
        escalate=case.urgency.reason if case.urgency.escalate else None,
        law_enforcement=case.law_enforcement,
    )


def grow(draft: Draft, revision: int, case: CaseData, before: CaseData | None = None) -> Draft:
    """The draft on a newer revision: new content is added, nothing typed is changed.

    New conversations, texts and URLs come as contexts of their own. With
    ``before``, the revision that the draft stood on, people and circumstances
    that nobody touched since follow the newer revision too, and messages that
    were selected stay selected where they stand now.
    """
    known = {choice.content_id for choice in draft.files}
    new = tuple(content for content in case.content if content.id not in known)
    grown = replace(
        draft,
        revision=revision,
        files=draft.files + tuple(_choice(content) for content in new),
        contexts=draft.contexts + contexts_of(None, new),
    )
    if before is None:
        return grown
    old, fresh = (begin(draft.case_number, revision, data) for data in (before, case))
    untouched = {
        name: getattr(fresh, name) for name in FOLLOWING if getattr(draft, name) == getattr(old, name)
    }
    return _rebased(replace(grown, **untouched), before, case)


def _rebased(draft: Draft, before: CaseData, case: CaseData) -> Draft:
    old = {c.id: c for c in before.content if c.kind is ContentKind.CHAT}
    new = {c.id: c for c in case.content if c.kind is ContentKind.CHAT}
    files = tuple(
        replace(c, messages=rebase(c.messages, old[c.content_id].messages, new[c.content_id].messages))
        if c.messages is not None and c.content_id in old and c.content_id in new
        else c
        for c in draft.files
    )
    return replace(draft, files=files)


FOLLOWING = (
    "occurred_at",
    "time_note",
    "platform",
    "reported",
    "recipients",
    "victims",
    "escalate",
    "law_enforcement",
)
"""Fields of a draft that follow a newer revision of the case as long as nobody changed them."""


def _choice(content: Content) -> FileChoice:
    return FileChoice(content.id, relevance=content.relevance, public=content.public)
