"""How complete a report is, by this project's own weights (100 in all), and what would help most.

The weights follow what investigators name as missing in published research on
the CyberTipline: an identifier of the offender (above all the upload IP with
port and time), the file or the chat itself, the victim, the place, the time.
Completeness says nothing about urgency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desk.domain.account import Account, IpEvent
from desk.domain.batch import account_ids, batched
from desk.domain.case import CaseData
from desk.domain.content import Content, ContentKind, Relevance
from desk.domain.draft import Draft
from desk.domain.incident import Context
from desk.domain.viewing import Viewed

INFORMATIONAL_BELOW = 40
"""Below this a tip is likely to be marked informational."""


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the score: earned of weight, and in words what would earn the rest."""

    key: str
    title: str
    earned: int
    weight: int
    help: str


@dataclass(frozen=True, slots=True)
class Completeness:
    parts: tuple[Part, ...]
    has_identifier: bool
    has_file: bool

    @property
    def score(self) -> int:
        """Of 100: by the weights of what this report can hold."""
        weight = sum(part.weight for part in self.parts)
        return sum(part.earned for part in self.parts) * 100 // weight if weight else 0

    @property
    def likely_informational(self) -> bool:
        """No identifier and no file, or a low score: said once, never blocking."""
        return (not self.has_identifier and not self.has_file) or self.score < INFORMATIONAL_BELOW

    def would_help(self, count: int = 2) -> tuple[Part, ...]:
        """The parts that would add most."""
        missing = [part for part in self.parts if part.earned < part.weight]
        missing.sort(key=lambda part: part.earned - part.weight)
        return tuple(missing[:count])


def assess(
    case: CaseData, draft: Draft | None = None, viewed: Mapping[str, Viewed] | None = None
) -> Completeness:
    """The score of a draft, or of a case nobody has drafted yet; of a batch by what a batch can hold."""
    if draft is not None and draft.batch is not None:
        return _assess_batch(case, batched(draft, case).draft, viewed or {})
    reported = draft.reported if draft else case.reported
    pieces = [c for c in case.content if _included(c, draft)]
    events = _ip_events(reported, pieces)
    contexts = draft.contexts if draft else (case.incident.context,) if case.incident.context else ()
    parts = (
        _file_part(_reported(pieces, draft)),
        _ip_part(events),
        _account_part(reported),
        _victim_part(case, draft),
        _location_part(reported, case, draft, contexts),
        _truth_part(pieces, draft, viewed or {}),
        _time_part(case, draft),
        _label_part(pieces, draft),
        _origin_part(pieces),
    )
    identifier = bool(events) or _earned_account(reported) > 0
    return Completeness(parts, identifier, parts[0].earned > 0)


def _assess_batch(case: CaseData, draft: Draft, viewed: Mapping[str, Viewed]) -> Completeness:
    pieces = [c for c in case.content if _included(c, draft)]
    ids = account_ids(draft)
    known = all(ids)
    account = Part(
        "account", "Reported accounts", 20 if known else 0, 20, "Add the account's id on the platform."
    )
    parts = (
        _file_part(pieces),
        account,
        _truth_part(pieces, draft, viewed),
        _time_part(case, draft),
        _label_part(pieces, draft),
    )
    return Completeness(parts, any(ids), parts[0].earned > 0)


def _included(content: Content, draft: Draft | None) -> bool:
    if draft is None:
        return True
    try:
        return draft.choice(content.id).include
    except KeyError:
        return False


def _reported(pieces: list[Content], draft: Draft | None) -> list[Content]:
    """The pieces that are reported, by the draft's word where there is a draft, else by the package's."""
    return [c for c in pieces if (draft.choice(c.id) if draft else c).relevance is Relevance.REPORTED]


def _ip_events(reported: Account | None, pieces: list[Content]) -> list[IpEvent]:
    """Of uploads, of the account, and of the messages that the reported person wrote."""
    events = [c.ip_event for c in pieces if c.ip_event is not None]
    if reported is not None and reported.id:
        written = (message for c in pieces for message in c.messages if message.sender == reported.id)
        events += [IpEvent(message.ip, at=message.at) for message in written if message.ip]
    return events + list(reported.ip_events if reported else ())


def _file_part(main: list[Content]) -> Part:
    there = any(
        c.kind.has_file or c.kind is ContentKind.TEXT or (c.kind is ContentKind.CHAT and c.messages)
        for c in main
    )
    return Part(
        "file",
        "The file or the conversation",
        20 if there else 0,
        20,
        "Include the reported file itself, or the full text of the chat.",
    )


def _ip_part(events: list[IpEvent]) -> Part:
    best = max(events, key=lambda e: (e.port is not None) * 3 + (e.at is not None) * 5, default=None)
    if best is None:
        return Part("ip", "Upload IP address", 0, 18, "Add the IP address of the upload, with port and time.")
    earned = 10 + (3 if best.port is not None else 0) + (5 if best.at is not None else 0)
    if best.at is None:
        words = "The upload IP has no time: behind shared addresses it leads nowhere."
    else:
        words = "The upload IP has no port."
    return Part("ip", "Upload IP address", earned, 18, words)


def _earned_account(reported: Account | None) -> int:
    if reported is None:
        return 0
    earned = 8 if reported.id else 0
    earned += 8 if reported.emails or reported.phones else 0
    return earned + (4 if reported.screen_name or reported.profile_urls else 0)


def _account_part(reported: Account | None) -> Part:
    earned = _earned_account(reported)
    if reported is None or not reported.id:
        words = "Add the account's id on the platform."
    elif not (reported.emails or reported.phones):
        words = "Add an email address or a phone number of the account."
    else:
        words = "Add the screen name or a profile URL."
    return Part("account", "Reported account", earned, 20, words)


def _victim_part(case: CaseData, draft: Draft | None) -> Part:
    victims = draft.victims if draft else case.victims
    recipients = draft.recipients if draft else case.recipients
    people = (*victims, *recipients)
    there = any(
        p.id
        or p.screen_name
        or p.emails
        or p.phones
        or p.first_name
        or p.last_name
        or p.age is not None
        or p.date_of_birth
        for p in people
    )
    return Part(
        "victim",
        "Victim or recipient",
        10 if there else 0,
        10,
        "Add what is known of the victim or the recipient: an account, a name, an age.",
    )


def _location_part(
    reported: Account | None, case: CaseData, draft: Draft | None, contexts: tuple[Context, ...]
) -> Part:
    people = [p for p in (reported, *(draft.victims if draft else case.victims)) if p is not None]
    there = any(
        (p.location and (p.location.country or p.location.region or p.location.city)) or p.addresses
        for p in people
    )
    there = there or any((c.latitude and c.longitude) or c.place for c in contexts)
    return Part("location", "Location", 8 if there else 0, 8, "Add a location estimate, even a country.")


def _truth_part(pieces: list[Content], draft: Draft | None, viewed: Mapping[str, Viewed]) -> Part:
    files = [c for c in pieces if c.kind.has_file]
    if not files:
        return Part("truth", "Viewed and publicly available", 8, 8, "")
    public = [_public(c, draft) is not None for c in files]
    seen = [c.id in viewed and viewed[c.id].viewed for c in files]
    earned = (4 if all(public) else 0) + (4 if all(seen) else 0)
    words = (
        "Say of each file whether it was publicly available."
        if not all(public)
        else "Not every file was viewed."
    )
    return Part("truth", "Viewed and publicly available", earned, 8, words)


def _public(content: Content, draft: Draft | None) -> bool | None:
    return draft.choice(content.id).public if draft else content.public


def _time_part(case: CaseData, draft: Draft | None) -> Part:
    note = draft.time_note if draft else case.incident.time_note
    there = bool(note and note.strip())
    return Part(
        "time",
        "Incident time explained",
        6 if there else 4,
        6,
        "Say what the incident time is: of the upload, of the message, of the detection.",
    )


def _label_part(pieces: list[Content], draft: Draft | None) -> Part:
    files = [c for c in _reported(pieces, draft) if c.kind.has_file]
    if not files:
        return Part("labels", "Classification and annotations", 6, 6, "")
    labelled = False
    if draft is not None:
        choices = [draft.choice(c.id) for c in files]
        labelled = all(choice.classification or choice.annotations for choice in choices)
    return Part(
        "labels",
        "Classification and annotations",
        6 if labelled else 0,
        6,
        "Classify each reported file, or annotate it.",
    )


def _origin_part(pieces: list[Content]) -> Part:
    files = [c for c in pieces if c.kind.has_file]
    if not files:
        return Part("origin", "File name, hash and upload time", 4, 4, "")
    there = sum(1 for c in files if c.name and c.uploaded_at)
    earned = 4 if there == len(files) else 2 if there else 0
    return Part(
        "origin",
        "File name, hash and upload time",
        earned,
        4,
        "Add each file's original name and the time of its upload.",
    )
