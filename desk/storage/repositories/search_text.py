"""The words by which a case can be found: ids, names, addresses, links."""

from __future__ import annotations

from collections.abc import Iterator

from desk.domain.account import Account
from desk.domain.case import CaseData

LIMIT = 20_000
"""Characters kept for one case; a package with thousands of accounts is found by its first ones."""


def search_text(data: CaseData) -> str:
    """Folded to one case, one line each, without repetitions."""
    words = dict.fromkeys(word.casefold() for word in _words(data) if word and word.strip())
    return "\n".join(words)[:LIMIT]


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
