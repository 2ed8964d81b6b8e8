"""A draft with its words: what conversations and texts put into the report, and the files made of them."""

from __future__ import annotations

from dataclasses import replace

from desk.domain.case import CaseData
from desk.domain.circumstances import TEXT_KINDS
from desk.domain.content import Content, ContentKind
from desk.domain.conversation import Transcript, numbers_of, said, transcript_file
from desk.domain.draft import Draft, FileChoice
from desk.domain.incident import Context

Included = dict[str, tuple[Content, FileChoice]]


def included(draft: Draft, case: CaseData) -> Included:
    """By id, the case's content that goes into the report, with what is said of it."""
    choices = {choice.content_id: choice for choice in draft.files if choice.include}
    return {c.id: (c, choices[c.id]) for c in case.content if c.id in choices}


def spoken(draft: Draft, case: CaseData) -> Draft:
    """The draft with the words of its pieces in its contexts, as they are sent.

    A piece that is left out leaves nothing: not its words, not its URL, and no context that stood there
    for it alone.
    """
    return replace(draft, contexts=tuple(context for _, context in _spoken(draft, case)))


def places_of(draft: Draft, case: CaseData) -> tuple[int, ...]:
    """For each context that is sent, which of the draft's it is."""
    return tuple(at for at, _ in _spoken(draft, case))


def _spoken(draft: Draft, case: CaseData) -> list[tuple[int, Context]]:
    sent = included(draft, case)
    gone = _gone_urls(case, sent)
    found = []
    own = case.incident.context
    for at, context in enumerate(draft.contexts):
        is_own = own is not None and own.kind is context.kind
        made = _without_urls(_filled(context, sent, case, own if is_own else None), gone)
        if is_own:
            own = None
        elif made is None or (made != context and made == Context(context.kind)):
            continue
        found.append((at, made if made is not None else Context(context.kind)))
    return found


def _gone_urls(case: CaseData, sent: Included) -> frozenset[str]:
    """URLs of content that is left out, where nothing else names them."""
    own = case.incident.context.urls if case.incident.context is not None else ()
    out = {c.url for c in case.content if c.url and c.id not in sent and not c.kind.has_file}
    return frozenset(out - {c.url for c, _ in sent.values() if c.url} - set(own))


def _without_urls(context: Context | None, gone: frozenset[str]) -> Context | None:
    if context is None or not gone.intersection(context.urls):
        return context
    return replace(context, urls=tuple(url for url in context.urls if url not in gone))


def _filled(context: Context, sent: Included, case: CaseData, own: Context | None) -> Context | None:
    """The context with its pieces' words; None where it stood there for pieces that are left out."""
    if not context.words_of:
        return context
    here = [sent[piece] for piece in context.words_of if piece in sent]
    bare = _without_names(replace(context, words_of=()), context, sent, case, own)
    if not here:
        return bare if own is not None or bare != Context(context.kind) else None
    words = [_words(content, choice) for content, choice in here]
    if context.kind in TEXT_KINDS:
        return replace(bare, content=_joined(bare.content, words))
    return replace(bare, note=_joined(bare.note, words))


def _without_names(
    bare: Context, context: Context, sent: Included, case: CaseData, own: Context | None
) -> Context:
    """The program and the room of a conversation that is left out are not said either."""
    pieces = [c for c in case.content if c.id in context.words_of]
    out, kept = [c for c in pieces if c.id not in sent], [c for c in pieces if c.id in sent]
    if bare.client in {c.client for c in out} - {c.client for c in kept}:
        bare = replace(bare, client=own.client if own is not None else None)
    if bare.room in {c.room for c in out} - {c.room for c in kept}:
        bare = replace(bare, room=own.room if own is not None else None)
    return bare


def _joined(first: str | None, words: list[str]) -> str | None:
    return "\n\n".join(part for part in (first, *words) if part) or None


def _words(content: Content, choice: FileChoice) -> str:
    return said(content, choice.messages) if content.kind is ContentKind.CHAT else content.text or ""


def transcripts(draft: Draft, case: CaseData) -> tuple[tuple[Transcript, FileChoice], ...]:
    """The files made of the conversations in a report, in the order of the case; none for a batch.

    A conversation of which nothing is selected has none: it can't be confirmed so.
    """
    if draft.batch is not None:
        return ()
    return tuple(
        (transcript_file(content, choice.messages), choice)
        for content, choice in included(draft, case).values()
        if content.kind is ContentKind.CHAT and _kept(content, choice)
    )


def _kept(content: Content, choice: FileChoice) -> int:
    return len(numbers_of(choice.messages, len(content.messages)))


def unselected(draft: Draft, case: CaseData) -> tuple[str, ...]:
    """Ids of conversations that are in the report with no message selected."""
    return tuple(
        content.id
        for content, choice in included(draft, case).values()
        if content.kind is ContentKind.CHAT and not _kept(content, choice)
    )
