"""A report being written. Kept at every change; composed into XML only at confirmation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from desk.domain.account import Account
from desk.domain.case import CaseData, LawEnforcement
from desk.domain.content import Classification, Content, ContentKind, FileAnnotation, Relevance
from desk.domain.incident import Context, ContextKind, IncidentType, ReportAnnotation


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
        contexts=_contexts(case.incident.context, case.content),
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
    that nobody touched since follow the newer revision too.
    """
    known = {choice.content_id for choice in draft.files}
    new = tuple(content for content in case.content if content.id not in known)
    grown = replace(
        draft,
        revision=revision,
        files=draft.files + tuple(_choice(content) for content in new),
        contexts=draft.contexts + _contexts(None, new),
    )
    if before is None:
        return grown
    old, fresh = (begin(draft.case_number, revision, data) for data in (before, case))
    untouched = {
        name: getattr(fresh, name) for name in FOLLOWING if getattr(draft, name) == getattr(old, name)
    }
    return replace(grown, **untouched)


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


def _contexts(first: Context | None, pieces: tuple[Content, ...]) -> tuple[Context, ...]:
    """Where it happened: the case's own context, and what the content without a file says."""
    contexts = [first] if first else []
    # The URL of a file goes with the file (locationOfFile); all others are said here.
    urls = tuple(dict.fromkeys(c.url for c in pieces if c.url and not c.kind.has_file))
    page = next((c for c in contexts if c.kind is ContextKind.WEB_PAGE), None)
    if page is not None:
        merged = tuple(dict.fromkeys(page.urls + urls))
        contexts = [replace(page, urls=merged) if c is page else c for c in contexts]
    elif urls:
        contexts.append(Context(ContextKind.WEB_PAGE, urls=urls))
    for content in pieces:
        if content.kind is ContentKind.CHAT:
            contexts = _with_chat(contexts, content)
        elif content.kind is ContentKind.TEXT and content.text:
            contexts = _with_text(contexts, content.text)
    return tuple(contexts)


TEXT_KINDS = frozenset({ContextKind.EMAIL, ContextKind.NEWSGROUP, ContextKind.CHAT, ContextKind.GAMING})
"""Kinds of context with a field for the text itself; the others carry it in their note."""


def _with_text(contexts: list[Context], text: str) -> list[Context]:
    """The reported text goes where it was found: into the context's content, else into its note."""
    if not contexts:
        return [Context(ContextKind.CHAT, content=text)]
    first = contexts[0]
    if first.kind in TEXT_KINDS:
        joined = text if first.content is None else f"{first.content}\n\n{text}"
        return [replace(first, content=joined), *contexts[1:]]
    joined = text if first.note is None else f"{first.note}\n\n{text}"
    return [replace(first, note=joined), *contexts[1:]]


def _with_chat(contexts: list[Context], content: Content) -> list[Context]:
    text = transcript(content)
    for index, context in enumerate(contexts):
        if context.kind is ContextKind.CHAT and context.content is None:
            filled = replace(
                context,
                client=context.client or content.client,
                room=context.room or content.room,
                content=text,
            )
            return [*contexts[:index], filled, *contexts[index + 1 :]]
    return [*contexts, Context(ContextKind.CHAT, client=content.client, room=content.room, content=text)]


def transcript(content: Content) -> str:
    """A conversation as plain text, one message a line: time, sender → recipient [IP]: text.

    Further lines of a message are set in, so that none can pass for another message.
    """
    lines = []
    for message in content.messages:
        at = message.at.isoformat().replace("+00:00", "Z") if message.at else "time unknown"
        to = f" → {message.to}" if message.to else ""
        ip = f" [{message.ip}]" if message.ip else ""
        text = "\n    ".join(message.text.splitlines())
        lines.append(f"{at} {message.sender}{to}{ip}: {text}")
    return "\n".join(lines)
