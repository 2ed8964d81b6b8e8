"""Conversations: which messages are reported, and the transcript that is made of them.

By default everything of a chat is reported. A selection narrows it: spans of messages by their number
from 0, in order, that neither overlap nor touch. It has nothing to do with viewing: what was read is
recorded as it is read (desk.domain.viewing), whatever is selected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from desk.domain.content import Content, Message

INDENT = "\n    "
MEDIA_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Messages ``first`` to ``last``, both included, counted from 0."""

    first: int
    last: int


Selection = tuple[Span, ...]


def spans_of(numbers: Iterable[int]) -> Selection:
    """The least spans that hold these messages and no other."""
    found: list[Span] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1].last + 1:
            found[-1] = Span(found[-1].first, number)
        else:
            found.append(Span(number, number))
    return tuple(found)


def numbers_of(selection: Selection | None, count: int) -> tuple[int, ...]:
    """The messages selected of ``count``, in order and each once; None selects all of them."""
    if selection is None:
        return tuple(range(count))
    found: set[int] = set()
    for span in selection:
        found.update(range(max(0, span.first), min(span.last, count - 1) + 1))
    return tuple(sorted(found))


def narrowed(numbers: Iterable[int], count: int) -> Selection | None:
    """What is kept of a selection: None where it leaves nothing out."""
    spans = spans_of(number for number in numbers if 0 <= number < count)
    return None if spans == (Span(0, count - 1),) else spans


def rebase(
    selection: Selection | None, before: tuple[Message, ...], after: tuple[Message, ...]
) -> Selection | None:
    """The same messages in a newer version of the conversation; None stays everything.

    Messages that came since are not selected: a selection was made by a person, who has not seen them.
    One that stands several times keeps its place among its equals.
    """
    if selection is None or before == after:
        return selection
    wanted = set(_counted(before, numbers_of(selection, len(before))))
    kept = [n for n, item in enumerate(_numbered(after)) if item in wanted]
    return spans_of(kept)


def _numbered(messages: tuple[Message, ...]) -> Iterator[tuple[Message, int]]:
    seen: dict[Message, int] = {}
    for message in messages:
        seen[message] = seen.get(message, 0) + 1
        yield message, seen[message]


def _counted(messages: tuple[Message, ...], numbers: tuple[int, ...]) -> Iterator[tuple[Message, int]]:
    chosen = set(numbers)
    return (item for n, item in enumerate(_numbered(messages)) if n in chosen)


def senders(messages: Iterable[Message]) -> tuple[str, ...]:
    """Who wrote, in the order of their first message."""
    return tuple(dict.fromkeys(message.sender for message in messages))


def of_sender(messages: tuple[Message, ...], sender: str) -> frozenset[int]:
    return frozenset(n for n, message in enumerate(messages) if message.sender == sender)


# the text of a conversation ---------------------------------------------------------------------


def _flat(words: str | None) -> str:
    return " ".join((words or "").split())


def line_of(message: Message) -> str:
    """One message: time, sender → recipient [IP]: text. Its further lines are set in, so that none can
    pass for another message."""
    at = message.at.isoformat().replace("+00:00", "Z") if message.at else "time unknown"
    to = f" → {_flat(message.to)}" if message.to else ""
    ip = f" [{_flat(message.ip)}]" if message.ip else ""
    return f"{at} {_flat(message.sender)}{to}{ip}: {INDENT.join(message.text.splitlines())}"


def _left_out(count: int) -> str:
    return f"[{'1 message' if count == 1 else f'{count} messages'} left out here]"


def lines_of(content: Content, selection: Selection | None = None) -> list[str]:
    """The selected messages as text; where some are left out between them a line says how many."""
    found: list[str] = []
    expected = 0
    count = len(content.messages)
    for number in numbers_of(selection, count):
        if number > expected:
            found.append(_left_out(number - expected))
        found.append(line_of(content.messages[number]))
        expected = number + 1
    if found and expected < count:
        found.append(_left_out(count - expected))
    return found


def transcript(content: Content, selection: Selection | None = None) -> str:
    """The selected part of a conversation as plain text, one message a line."""
    return "\n".join(lines_of(content, selection))


MOST_IN_REPORT = 400_000
"""Characters of one conversation that stand in the report itself [own]; its transcript holds all of it."""


def said(content: Content, selection: Selection | None = None, most: int = MOST_IN_REPORT) -> str:
    """As :func:`transcript`, cut between two messages where it is longer than ``most`` characters."""
    lines = lines_of(content, selection)
    length = 0
    for at, line in enumerate(lines):
        length += len(line) + 1
        if length > most + 1:
            rest = len(lines) - at
            more = "The rest stands" if at else "All of it stands"
            return "\n".join(
                [*lines[:at], f"[{more} in the transcript that is sent as a file: {rest} lines]"]
            )
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation's selected messages as a file. The same selection always gives the same bytes.

    ``content_id`` names the file in the case's vault: it holds the digest, so that a filing's transcript
    stays what it was when another selection is reported later. ``chat_id`` is the conversation's own.
    """

    content_id: str
    chat_id: str
    name: str
    data: bytes = field(repr=False)
    kept: int
    total: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def md5(self) -> str:
        return hashlib.md5(self.data, usedforsecurity=False).hexdigest()

    @property
    def sha1(self) -> str:
        return hashlib.sha1(self.data, usedforsecurity=False).hexdigest()

    @property
    def note(self) -> str:
        """What the file is, for its details in the report."""
        return (
            f"Transcript of conversation {_flat(self.chat_id)}, made by the reporting platform from its own "
            f"records for this report: {self.kept} of {self.total} messages. No user uploaded it. "
            f"SHA-256 {self.sha256}."
        )


PREFIX = "transcript/"


def transcript_file(content: Content, selection: Selection | None = None) -> Transcript:
    """UTF-8 text: what the conversation is, who takes part in it, and the selected messages."""
    total = len(content.messages)
    kept = numbers_of(selection, total)
    chosen = [content.messages[number] for number in kept]
    people = dict.fromkeys(_flat(name) for message in chosen for name in (message.sender, message.to) if name)
    head = [
        f"Transcript of conversation {_flat(content.id)}",
        f"Program or service: {_flat(content.client) or 'not known'}",
        f"Room or channel: {_flat(content.room) or 'not known'}",
        f"Participants: {', '.join(people) or 'none'}",
        f"Messages: {len(kept)} of {total}",
        f"SHA-256 of the whole conversation in the platform's records: {content.text_digest() or 'none'}",
        "Each line: time with its zone, sender → recipient [IP address]: text. Its further lines are set in.",
    ]
    data = "\n".join([*head, "", *lines_of(content, selection), ""]).encode()
    digest = hashlib.sha256(data).hexdigest()
    number = hashlib.sha256(content.id.encode()).hexdigest()[:8]
    return Transcript(
        f"{PREFIX}{content.id}/{digest[:16]}", content.id, f"transcript-{number}.txt", data, len(kept), total
    )
