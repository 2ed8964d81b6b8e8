"""What conversations and texts put into a report; what is left out leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.domain.case import CaseData, Source, SourceKind
from desk.domain.circumstances import relinked
from desk.domain.codec import canonical
from desk.domain.content import Content, ContentKind, FileAnnotation, Message
from desk.domain.conversation import Span, transcript
from desk.domain.draft import Batch, Draft, begin, grow
from desk.domain.incident import Context, ContextKind, Incident
from desk.domain.spoken import places_of, spoken, transcripts, unselected

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def chat(id_: str, *texts: str) -> Content:
    messages = tuple(Message("u-1", text, at=AT) for text in texts)
    return Content(id_, ContentKind.CHAT, client=f"client of {id_}", room=f"room of {id_}", messages=messages)


ONE, TWO = chat("one", "words of one", "more of one"), chat("two", "words of two")
TEXT = Content("txt", ContentKind.TEXT, text="words of txt", url="https://example.com/txt")
URL = Content("url", ContentKind.URL, url="https://example.com/url")
IMAGE = Content("img", ContentKind.IMAGE, file="1.png", sha256="0" * 64)
ALL = (ONE, TWO, TEXT, URL, IMAGE)


def case(*content: Content, context: Context | None = None) -> CaseData:
    return CaseData("x", Source(SourceKind.USER_REPORT), Incident(AT, context=context), content)


def without(draft: Draft, *ids: str) -> Draft:
    for id_ in ids:
        draft = draft.with_choice(replace(draft.choice(id_), include=False))
    return draft


@given(
    st.sets(st.sampled_from([c.id for c in ALL])),
    st.sampled_from([None, *(Context(kind, note="own") for kind in ContextKind)]),
)
@settings(max_examples=80)
def test_what_is_left_out_leaves_nothing(out: set[str], own: Context | None) -> None:
    data = case(*ALL, context=own)
    draft = without(begin(1, 1, data), *out)
    said = canonical(spoken(draft, data)).decode()
    for id_, words in (("one", "of one"), ("two", "of two"), ("txt", "of txt"), ("url", "example.com/url")):
        assert (words in said) == (id_ not in out)
    assert ("example.com/txt" in said) == ("txt" not in out)
    made = {one.chat_id for one, _ in transcripts(draft, data)}
    assert made == {"one", "two"} - out
    if own is not None:
        assert spoken(draft, data).contexts[0].kind is own.kind  # the case's own context stays
        assert "own" in (spoken(draft, data).contexts[0].note or "")
    # Taking it in again brings everything back.
    back = replace(draft, files=begin(1, 1, data).files)
    assert spoken(back, data) == spoken(begin(1, 1, data), data)
    assert len(places_of(draft, data)) == len(spoken(draft, data).contexts)


@given(st.sets(st.integers(0, 9)))
@settings(max_examples=60)
def test_only_selected_messages_stand_in_the_report(numbers: set[int]) -> None:
    content = chat("c", *(f"word{n}x" for n in range(10)))
    data = case(content)
    draft = begin(1, 1, data)
    kept = tuple(Span(n, n) for n in sorted(numbers))
    draft = draft.with_choice(replace(draft.choice("c"), messages=kept))
    said = canonical(spoken(draft, data)).decode() + "".join(
        one.data.decode() for one, _ in transcripts(draft, data)
    )
    assert {n for n in range(10) if f"word{n}x" in said} == numbers
    assert unselected(draft, data) == (() if numbers else ("c",))


def test_a_place_of_its_own_keeps_what_was_typed_there() -> None:
    data = case(ONE)
    draft = begin(1, 1, data)
    typed = replace(draft, contexts=(replace(draft.contexts[0], note="typed"),))
    left = spoken(without(typed, "one"), data).contexts
    assert left == (Context(ContextKind.CHAT, note="typed"),)
    own = case(ONE, context=Context(ContextKind.CHAT, client="Own"))
    assert spoken(without(begin(1, 1, own), "one"), own).contexts == (
        Context(ContextKind.CHAT, client="Own"),
    )
    assert begin(1, 1, own).contexts == (
        Context(ContextKind.CHAT, client="Own", room="room of one", words_of=("one",)),
    )
    words = replace(draft, contexts=(replace(draft.contexts[0], content="Before it:"),))
    assert (spoken(words, data).contexts[0].content or "").startswith("Before it:\n\n2026-03-02")


def test_places_lead_back_to_the_draft() -> None:
    data = case(ONE, TWO)
    draft = without(begin(1, 1, data), "one")
    assert places_of(draft, data) == (1,)


def test_a_batch_has_no_transcript() -> None:
    data = case(ONE, IMAGE)
    batch = Batch("img", annotations=frozenset({FileAnnotation.VIRAL}))
    assert transcripts(replace(begin(1, 1, data), batch=batch), data) == ()


def test_a_draft_of_an_older_desk_is_linked_again() -> None:
    data = case(ONE, TEXT, TWO)
    old = (
        Context(ContextKind.WEB_PAGE, urls=("https://example.com/txt",), note="words of txt"),
        Context(ContextKind.CHAT, client="client of one", content=transcript(ONE)),
        Context(ContextKind.CHAT, content="typed by a person"),
        Context(ContextKind.CHAT, content=transcript(ONE)),
    )
    made = relinked(old, data.content)
    assert made[0] == replace(old[0], note=None, words_of=("txt",))
    assert made[1] == replace(old[1], content=None, words_of=("one",))
    assert made[2:] == old[2:]  # each piece once, and what was typed stays
    assert relinked(made, data.content) == made


def test_a_selection_follows_the_case() -> None:
    before = case(ONE, IMAGE)
    draft = begin(1, 1, before)
    draft = draft.with_choice(replace(draft.choice("one"), messages=(Span(1, 1),)))
    longer = replace(ONE, messages=(Message("u-2", "first", at=AT), *ONE.messages))
    after = case(longer, IMAGE)
    assert grow(draft, 2, after, before).choice("one").messages == (Span(2, 2),)
    assert grow(draft, 2, after, before).choice("img") == draft.choice("img")


@pytest.mark.parametrize("kind", [ContextKind.EMAIL, ContextKind.OFFLINE])
def test_a_text_goes_where_there_is_room_for_it(kind: ContextKind) -> None:
    data = case(TEXT, context=Context(kind))
    first = spoken(begin(1, 1, data), data).contexts[0]
    assert (first.content if kind is ContextKind.EMAIL else first.note) == "words of txt"


def test_a_text_alone_makes_its_own_place() -> None:
    alone = replace(TEXT, url=None)
    data = case(alone)
    assert begin(1, 1, data).contexts == (Context(ContextKind.CHAT, words_of=("txt",)),)
    assert spoken(without(begin(1, 1, data), "txt"), data).contexts == ()
