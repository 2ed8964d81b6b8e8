"""The words by which a case can be found: ids, names, addresses, links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from desk.domain.account import Account
from desk.domain.case import CaseData

LIMIT = 20_000
"""Characters kept for one case; a package with thousands of accounts is found by its first ones."""


def search_text(data: CaseData) -> str:
    """Folded to one case, one line each, without repetitions."""
    words = dict.fromkeys(word.casefold() for word in _words(data) if word and word.strip())
    return "\n".join(words)[:LIMIT]


_TOKEN = re.compile(
    r"(?<![^\W_])(?:\d+(?:\.\d+)+|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}|[0-9a-f]{16,})(?![^\W_])"
    r"|[^\W\d_]+|\d+"
)
_UNSPACED = "\u0e00"
"""From here on come the scripts that write no spaces: there every sign is a word."""


def tokens(words: str) -> list[str]:
    """The words by which both databases find a text: folded, without accents, letters apart from digits.

    ``user5521`` is ``user`` and ``5521``, one after the other, and is found by either; a long
    hexadecimal hash stays one word, and so does an IP address.
    """
    if words.isascii():
        folded = words.lower()
    else:
        folded = unicodedata.normalize("NFKD", words.casefold()).casefold()
        folded = "".join(sign for sign in folded if unicodedata.category(sign) != "Mn")
        folded = unicodedata.normalize("NFC", folded)
    found: list[str] = []
    for token in _TOKEN.findall(folded):
        if "." in token or ":" in token:  # an address is one word; x, for full-text indexes split at signs
            found.append(token.replace(".", "x").replace(":", "x"))
        else:
            found.extend(token if max(token) >= _UNSPACED else [token])
    return found


SHORTEST_BEGINNING = 3
"""Signs from which on what was typed stands for every word that begins so."""


def phrases(text: str) -> list[tuple[list[str], bool]]:
    """What is sought, part by part between spaces: words that follow each other, and whether the last of
    them may go on. All parts must be found. Empty where the text holds nothing to look for."""
    parts = [found for part in text.split() if (found := tokens(part))]
    return [(part, len(part[-1]) >= SHORTEST_BEGINNING and not _IPV4.match(part[-1])) for part in parts]


def is_name(text: str) -> bool:
    """Whether one id, account or address is sought. What is called just so then goes before all whose
    names only begin so: who has the whole id means that one."""
    return len(text.split()) == 1 and any(sign.isdigit() for sign in text)


def fts_key(text: str, *, whole: bool = False) -> str:
    """Of the words the longest with a digit in it, as an FTS5 query: an id's number is rarer than the words
    around it. Empty where there is none. ``whole``: no word goes on."""
    numbers = [
        (word, goes_on and not whole and place == len(part) - 1)
        for part, goes_on in phrases(text)
        for place, word in enumerate(part)
        if any(sign.isdigit() for sign in word)
    ]
    if not numbers:
        return ""
    word, goes_on = max(numbers, key=lambda found: len(found[0]))
    return f'"{word}"{" *" if goes_on else ""}'


_IPV4 = re.compile(r"\d+x\d+x\d+x\d+$")


def holds(words: str, sought: list[tuple[list[str], bool]], *, whole: bool = False) -> bool:
    """Whether these folded words, between spaces, hold what ``phrases`` gave."""
    spaced = f" {words} "
    ends = [("" if goes_on and not whole else " ") for _, goes_on in sought]
    return all(f" {' '.join(part)}{end}" in spaced for (part, _), end in zip(sought, ends, strict=True))


def fts_queries(text: str) -> list[str]:
    """For SQLite's FTS5: the words as they are, and then as beginnings, where that is another question.

    A word is streamed from its list; a beginning has all its words' lists merged before the first hit.
    """
    parts = phrases(text)
    whole = " AND ".join(f'"{" ".join(part)}"' for part, _ in parts)
    begun = " AND ".join(f'"{" ".join(part)}"{" *" if goes_on else ""}' for part, goes_on in parts)
    return [whole] if whole == begun else [whole, begun]


def ts_query(text: str, *, whole: bool = False) -> str:
    """For PostgreSQL, as text of a tsquery."""
    found = []
    for part, goes_on in phrases(text):
        words = [f"'{word}'" for word in part]
        words[-1] += ":*" if goes_on and not whole else ""
        found.append("(" + " <-> ".join(words) + ")")
    return " & ".join(found)


def ts_vector(found: list[str]) -> str:
    """PostgreSQL's text of a tsvector: positions to 16383, at most 256 of one word."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(found[:16_000], 1):
        places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(at[:250])}" for word, at in places.items())


def _words(data: CaseData) -> Iterator[str | None]:
    yield data.id
    yield data.summary
    accounts = [*((data.reported,) if data.reported else ()), *data.recipients, *data.victims]
    for account in accounts:
        yield from _account(account)
    context = data.incident.context
    if context is not None:
        yield from context.urls
        yield from context.emails
    for content in data.content:
        yield content.uid
        yield content.url
        yield content.name
        yield content.sha256
        yield content.ip_event.ip if content.ip_event else None
    for content in data.content:  # last: ids are found even where a conversation is long
        yield content.text
        for message in content.messages:
            yield message.sender
            yield message.text


def _account(account: Account) -> Iterator[str | None]:
    yield account.id
    yield account.screen_name
    yield from account.display_names
    yield from account.profile_urls
    for email in account.emails:
        yield email.address
    for phone in account.phones:
        yield phone.number
    for event in account.ip_events:
        yield event.ip
    for other in account.associated:
        yield other.id
        yield other.screen_name
