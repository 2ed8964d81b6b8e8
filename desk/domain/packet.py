"""A packet for another channel: the facts of a case in plain order, as titled lines. Never a pixel.

A person chooses the parts. Times carry their zone (UTC), files their digests; nothing is invented,
and what the case does not say is left out.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from desk.domain.account import Account, Device, IpEvent
from desk.domain.case import CaseData
from desk.domain.company import Company
from desk.domain.content import Content, ContentKind


class Part(enum.StrEnum):
    """What a person puts into a packet, or leaves out; in the packet's order."""

    INCIDENT = "incident"
    REPORTED = "reported"
    NETWORK = "network"
    PEOPLE = "people"
    FILES = "files"
    ADDRESSES = "addresses"
    TALK = "talk"
    REPORTS = "reports"
    SENDER = "sender"


PART_WORDS: dict[Part, str] = {
    Part.INCIDENT: "What, when and where",
    Part.REPORTED: "Reported account",
    Part.NETWORK: "IP addresses and devices",
    Part.PEOPLE: "Recipients and victims",
    Part.FILES: "List of files, with digests",
    Part.ADDRESSES: "Web addresses",
    Part.TALK: "Messages and texts, word for word",
    Part.REPORTS: "Earlier reports",
    Part.SENDER: "Who sends this",
}

USUAL = frozenset(Part) - {Part.TALK, Part.PEOPLE}
"""What is offered first: what another body needs, without people who did nothing and their words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One fact; ``mono`` for what has to be read sign by sign."""

    label: str
    value: str
    mono: bool = False

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Line(…)"


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together, under their own small title where there is one."""

    title: str
    lines: tuple[Line, ...]

    def __repr__(self) -> str:
        return f"Group(lines={len(self.lines)})"


@dataclass(frozen=True, slots=True)
class Chapter:
    part: Part
    groups: tuple[Group, ...]

    @property
    def title(self) -> str:
        return PART_WORDS[self.part]


def utc(when: datetime) -> str:
    """'2026-05-04 12:02:31 UTC'. Raises ValueError for a time without a zone."""
    if when.tzinfo is None:
        raise ValueError("A time without a zone cannot be shown")
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def packet(
    data: CaseData,
    parts: Iterable[Part],
    *,
    company: Company | None = None,
    reports: Iterable[tuple[str, str, datetime]] = (),
    content_ids: frozenset[str] | None = None,
) -> tuple[Chapter, ...]:
    """The chosen parts in order; one that has nothing to say is left out.

    ``reports``: (body, reference, time) of what was filed before. ``content_ids`` narrows the content.
    """
    wanted = frozenset(parts)
    pieces = [c for c in data.content if content_ids is None or c.id in content_ids]
    made: dict[Part, Iterable[Group]] = {
        Part.INCIDENT: _incident(data),
        Part.REPORTED: _account_groups([data.reported] if data.reported else [], ""),
        Part.NETWORK: _network(data, pieces),
        Part.PEOPLE: _others(data),
        Part.FILES: _files(pieces),
        Part.ADDRESSES: _addresses(data, pieces),
        Part.TALK: _talk(pieces),
        Part.REPORTS: [_earlier(reports)],
        Part.SENDER: _sender(company),
    }
    chapters = []
    for part in Part:
        if part not in wanted:
            continue
        groups = tuple(group for group in made[part] if group.lines)
        if groups:
            chapters.append(Chapter(part, groups))
    return tuple(chapters)


def _earlier(reports: Iterable[tuple[str, str, datetime]]) -> Group:
    return Group(
        "", _lines((body, f"{reference or 'no reference'}, {utc(at)}") for body, reference, at in reports)
    )


def _lines(pairs: Iterable[tuple[str, object]], *, mono: bool = False) -> tuple[Line, ...]:
    """Those that say something. Times are written out."""
    found = []
    for label, value in pairs:
        text = utc(value) if isinstance(value, datetime) else "" if value is None else str(value)
        if text.strip():
            found.append(Line(label, text, mono))
    return tuple(found)


def _incident(data: CaseData) -> Iterator[Group]:
    incident, context = data.incident, data.incident.context
    yield Group(
        "",
        _lines(
            [
                ("Summary", data.summary),
                ("Happened", incident.occurred_at),
                ("This time is", incident.time_note),
                ("Platform", incident.platform),
                ("Found by", data.source.kind.value.replace("_", " ")),
                ("Urgent because", data.urgency.reason if data.urgency.escalate else None),
                ("Case at the platform", data.id),
            ]
        ),
    )
    if context is not None:
        position = (
            f"{context.latitude}, {context.longitude}" if context.latitude and context.longitude else ""
        )
        yield Group(
            "Where",
            _lines(
                [
                    ("Kind", context.kind.value.replace("_", " ")),
                    ("Emails", ", ".join(context.emails)),
                    ("Name", context.name),
                    ("Client", context.client),
                    ("Room", context.room),
                    ("Game", context.game),
                    ("Console", context.console),
                    ("Phone", context.phone),
                    ("Position", position),
                    ("Place", context.place),
                    ("File names", context.file_names),
                    ("Note", context.note),
                ]
            ),
        )


def _account_groups(accounts: Iterable[Account], title: str) -> Iterator[Group]:
    for number, account in enumerate(accounts, 1):
        place = account.location
        yield Group(
            f"{title} {number}" if title else "",
            _lines(
                [
                    ("Account id", account.id),
                    ("Service", account.service),
                    ("Screen name", account.screen_name),
                    ("Shown names", ", ".join(account.display_names)),
                    ("Name", " ".join(n for n in (account.first_name, account.last_name) if n)),
                    ("Age", account.age),
                    ("Born", account.date_of_birth),
                    ("Emails", ", ".join(_email(one.address, one.verified) for one in account.emails)),
                    (
                        "Phones",
                        ", ".join(f"{one.calling_code or ''} {one.number}".strip() for one in account.phones),
                    ),
                    ("Profiles", "\n".join(account.profile_urls)),
                    (
                        "Location (estimate)",
                        ", ".join(p for p in (place.city, place.region, place.country) if p)
                        if place
                        else None,
                    ),
                    ("Account disabled", account.disabled.at if account.disabled else None),
                    ("Note", account.note),
                ]
            ),
        )


def _email(address: str, verified: bool | None) -> str:
    return f"{address} (verified)" if verified else address


def _network(data: CaseData, pieces: list[Content]) -> Iterator[Group]:
    reported = data.reported
    events = [*(reported.ip_events if reported else ()), *(c.ip_event for c in pieces if c.ip_event)]
    yield Group("", tuple(Line("IP address", _ip(event), True) for event in dict.fromkeys(events)))
    devices = [*(reported.devices if reported else ()), *(c.device for c in pieces if c.device)]
    yield Group("", tuple(Line("Device", _device(one), True) for one in dict.fromkeys(devices)))


def _ip(event: IpEvent) -> str:
    shown = f"[{event.ip}]" if ":" in event.ip else event.ip
    parts = [
        f"{shown}:{event.port}" if event.port is not None else f"{event.ip} (port not known)",
        utc(event.at) if event.at else "time not known",
        event.event.value if event.event else "",
        "possibly a proxy" if event.possible_proxy else "",
    ]
    return ", ".join(part for part in parts if part)


def _device(device: Device) -> str:
    parts = [
        f"{device.kind} {device.value}",
        utc(device.at) if device.at else "",
        device.event.value if device.event else "",
    ]
    return ", ".join(part for part in parts if part)


def _others(data: CaseData) -> Iterator[Group]:
    yield from _account_groups(data.victims, "Victim")
    yield from _account_groups(data.recipients, "Recipient")


def _files(pieces: list[Content]) -> Iterator[Group]:
    files = [piece for piece in pieces if piece.kind.has_file]
    for number, piece in enumerate(files, 1):
        size = f"{piece.size} bytes" if piece.size is not None else None
        yield Group(
            f"File {number} of {len(files)}",
            (
                *_lines(
                    [
                        ("Name", piece.name),
                        ("Kind", piece.kind.value),
                        ("Size", size),
                        ("Uploaded", piece.uploaded_at),
                        ("Known match", "yes" if piece.known_match else None),
                    ]
                ),
                *_lines(
                    [
                        ("Id at the platform", piece.uid),
                        ("SHA-256", piece.sha256),
                        ("SHA-1", piece.sha1),
                        ("MD5", piece.md5),
                        *((one.kind, one.value) for one in piece.hashes),
                    ],
                    mono=True,
                ),
            ),
        )


def _addresses(data: CaseData, pieces: list[Content]) -> Iterator[Group]:
    context = data.incident.context
    urls = [*(context.urls if context else ()), *(piece.url for piece in pieces if piece.url)]
    yield Group("", tuple(Line("Address", url, True) for url in dict.fromkeys(urls)))


def _talk(pieces: list[Content]) -> Iterator[Group]:
    for piece in pieces:
        if piece.kind is ContentKind.TEXT:
            yield Group(piece.name or "Text", _lines([("Text", piece.text)]))
        elif piece.kind is ContentKind.CHAT:
            lines = [
                Line(
                    ", ".join(part for part in (utc(one.at) if one.at else "", one.sender) if part),
                    one.text,
                )
                for one in piece.messages
            ]
            yield Group(piece.client or piece.room or "Messages", tuple(lines))


def _sender(company: Company | None) -> Iterator[Group]:
    if company is None:
        return
    who = company.contact or company.reporting
    yield Group(
        "",
        _lines(
            [
                ("Company", company.name),
                ("Contact", f"{who.first_name} {who.last_name}".strip()),
                ("Email", who.email),
            ]
        ),
    )
