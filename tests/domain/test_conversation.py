"""What is selected of a conversation, and the transcript made of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.domain.codec import from_plain, to_plain
from desk.domain.content import Content, ContentKind, Message
from desk.domain.conversation import (
    Span,
    lines_of,
    narrowed,
    numbers_of,
    of_sender,
    rebase,
    said,
    senders,
    spans_of,
    transcript,
    transcript_file,
)
from desk.domain.draft import FileChoice

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBERS = st.sets(st.integers(0, 30))
MESSAGES = st.lists(
    st.builds(Message, st.sampled_from(["u-1", "u-2"]), st.text(max_size=3)), max_size=12
).map(tuple)


def chat(*texts: str, **more: str) -> Content:
    messages = tuple(Message(f"u-{n % 2 + 1}", text, "u-9", AT, "192.0.2.7") for n, text in enumerate(texts))
    return Content("c2", ContentKind.CHAT, messages=messages, **more)


@given(NUMBERS)
@settings(max_examples=60)
def test_spans_hold_what_was_selected_and_nothing_else(numbers: set[int]) -> None:
    spans = spans_of(numbers)
    assert set(numbers_of(spans, 31)) == numbers
    assert all(a.last + 1 < b.first for a, b in pairwise(spans))
    assert all(span.first <= span.last for span in spans)


@given(NUMBERS, st.integers(0, 20))
@settings(max_examples=60)
def test_what_narrows_nothing_is_everything(numbers: set[int], count: int) -> None:
    kept = narrowed(numbers, count)
    assert set(numbers_of(kept, count)) == {n for n in numbers if n < count}
    assert (kept is None) == (count > 0 and set(range(count)) <= numbers)


@given(MESSAGES, st.data())
@settings(max_examples=60)
def test_a_selection_follows_its_messages_and_takes_up_nothing_new(
    before: tuple[Message, ...], data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.sampled_from(range(len(before))))) if before else set()
    more = data.draw(MESSAGES)
    after = before + more
    assert rebase(None, before, after) is None
    spans = spans_of(chosen)
    assert numbers_of(rebase(spans, before, after), len(after)) == tuple(sorted(chosen))
    earlier = (Message("u-3", "new"), *before)
    moved = numbers_of(rebase(spans, before, earlier), len(earlier))
    assert moved == tuple(sorted(n + 1 for n in chosen))


@given(MESSAGES, NUMBERS)
@settings(max_examples=60)
def test_the_same_selection_gives_the_same_bytes_and_every_gap_is_said(
    messages: tuple[Message, ...], numbers: set[int]
) -> None:
    content = Content("c", ContentKind.CHAT, messages=messages)
    chosen = spans_of(n for n in numbers if n < len(messages))
    made = transcript_file(content, chosen)
    assert made == transcript_file(content, tuple(chosen))
    assert made.kept == len(numbers_of(chosen, len(messages)))
    left = [line for line in lines_of(content, chosen) if line.startswith("[")]
    assert sum(int(line[1:].split()[0]) for line in left) == (len(messages) - made.kept if made.kept else 0)


def test_a_selection_is_kept_as_plain_values() -> None:
    choice = FileChoice("c2", messages=(Span(0, 3), Span(7, 7)))
    assert from_plain(FileChoice, to_plain(choice)) == choice
    assert numbers_of(choice.messages, 6) == (0, 1, 2, 3)
    assert from_plain(FileChoice, {"content_id": "c2"}).messages is None


def test_who_wrote() -> None:
    content = chat("a", "b", "c")
    assert senders(content.messages) == ("u-1", "u-2")
    assert of_sender(content.messages, "u-1") == {0, 2}


def test_left_out_messages_are_counted_where_they_were() -> None:
    content = chat("a", "b", "c", "d", "e")
    assert transcript(content, (Span(2, 3),)).split("\n") == [
        "[2 messages left out here]",
        "2026-03-02T09:00:00Z u-1 → u-9 [192.0.2.7]: c",
        "2026-03-02T09:00:00Z u-2 → u-9 [192.0.2.7]: d",
        "[1 message left out here]",
    ]


def test_names_cannot_fake_a_message() -> None:
    content = Content("c", ContentKind.CHAT, messages=(Message("a\n2026-03-02T09:00:00Z b: x", "y"),))
    assert transcript(content) == "time unknown a 2026-03-02T09:00:00Z b: x: y"


def test_a_very_long_conversation_is_cut_between_messages_in_the_report_only() -> None:
    content = chat("a" * 50, "b" * 50, "c" * 50)
    line = len(lines_of(content)[0])
    assert said(content, None, line * 3 + 2) == transcript(content)
    cut = said(content, None, line * 2 + 1).split("\n")
    assert cut[:2] == lines_of(content)[:2]
    assert cut[2] == "[The rest stands in the transcript that is sent as a file: 1 lines]"
    assert said(content, None, 3).startswith("[All of it stands in the transcript")
    assert b"c" * 50 in transcript_file(content).data


def test_the_transcript_says_what_it_is() -> None:
    content = chat("مرحبا 👋", "b\u202e", "c", client="Direct messages", room="r\n1")
    made = transcript_file(content, (Span(0, 1),))
    text = made.data.decode()
    assert text.split("\n")[:5] == [
        "Transcript of conversation c2",
        "Program or service: Direct messages",
        "Room or channel: r 1",
        "Participants: u-1, u-9, u-2",
        "Messages: 2 of 3",
    ]
    assert "مرحبا 👋" in text
    assert content.text_digest() in text  # type: ignore[operator]
    assert text.endswith("[1 message left out here]\n")
    assert made.sha256 == hashlib.sha256(made.data).hexdigest()
    assert len(made.md5) == 32
    assert len(made.sha1) == 40
    assert made.sha256 in made.note
    assert "2 of 3 messages" in made.note
    assert made.content_id == f"transcript/c2/{made.sha256[:16]}"
    assert "مرحبا" not in repr(made)
    assert transcript_file(content).content_id != made.content_id
    assert (
        transcript_file(Content("e", ContentKind.CHAT)).data.decode().split("\n")[3] == "Participants: none"
    )
