"""Where it happened: a case's own context, and what its content without a file says of it.

Words of conversations and texts are not copied into a context: it names the pieces that stand in it
(``words_of``), so that what a person leaves out or narrows down later leaves nothing behind.
"""

from __future__ import annotations

from dataclasses import replace

from desk.domain.content import Content, ContentKind
from desk.domain.conversation import transcript
from desk.domain.incident import Context, ContextKind

TEXT_KINDS = frozenset({ContextKind.EMAIL, ContextKind.NEWSGROUP, ContextKind.CHAT, ContextKind.GAMING})
"""Kinds of context with a field for the text itself; the others carry it in their note."""


def contexts_of(first: Context | None, pieces: tuple[Content, ...]) -> tuple[Context, ...]:
    """The case's own context, and what the content without a file adds to it."""
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
            contexts = _with_text(contexts, content)
    return tuple(contexts)


def _with_text(contexts: list[Context], content: Content) -> list[Context]:
    """The reported text goes where it was found."""
    if not contexts:
        return [Context(ContextKind.CHAT, words_of=(content.id,))]
    first = contexts[0]
    return [replace(first, words_of=(*first.words_of, content.id)), *contexts[1:]]


def _with_chat(contexts: list[Context], content: Content) -> list[Context]:
    for index, context in enumerate(contexts):
        if context.kind is ContextKind.CHAT and context.content is None and not context.words_of:
            filled = replace(
                context,
                client=context.client or content.client,
                room=context.room or content.room,
                words_of=(content.id,),
            )
            return [*contexts[:index], filled, *contexts[index + 1 :]]
    made = Context(ContextKind.CHAT, client=content.client, room=content.room, words_of=(content.id,))
    return [*contexts, made]


def relinked(contexts: tuple[Context, ...], pieces: tuple[Content, ...]) -> tuple[Context, ...]:
    """The contexts of a draft that an older desk kept: copies of a piece's words become its name again."""
    words = {transcript(c): c.id for c in pieces if c.kind is ContentKind.CHAT}
    words |= {c.text: c.id for c in pieces if c.kind is ContentKind.TEXT and c.text}
    known = {piece for context in contexts for piece in context.words_of}

    def link(context: Context) -> Context:
        for words_there in (context.content, context.note):
            piece = words.get(words_there or "")
            if piece is None or piece in known:
                continue
            known.add(piece)
            context = replace(
                context,
                words_of=(*context.words_of, piece),
                content=None if context.content == words_there else context.content,
                note=None if context.note == words_there else context.note,
            )
        return context

    return tuple(link(context) for context in contexts)
