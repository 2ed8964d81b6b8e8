"""The packet for another channel: the facts, in order, and only the parts that were chosen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from desk.domain.account import Account, Device, Disabled, Email, EventName, IpEvent, Location, Phone
from desk.domain.case import CaseData, Source, SourceKind, Urgency
from desk.domain.company import Company
from desk.domain.content import Content, ContentKind, HashValue, Match, Message
from desk.domain.incident import Context, ContextKind, Incident
from desk.domain.packet import PART_WORDS, USUAL, Chapter, Part, packet, utc
from desk.domain.rules import Contact

AT = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=2)))
EVENT = IpEvent("2001:db8::7", 443, AT, EventName.UPLOAD, True)
CASE = CaseData(
    "case-1",
    Source(SourceKind.HASH_MATCH),
    Incident(
        AT,
        "time of upload",
        "Example Social",
        Context(ContextKind.WEB_PAGE, urls=("https://example.com/p",), latitude="1.5", longitude="2.5"),
    ),
    (
        Content(
            "c1",
            ContentKind.IMAGE,
            uid="media-1",
            name="IMG.jpg",
            size=1200,
            sha256="ab" * 32,
            ip_event=EVENT,
            device=Device("IMEI", "356938035643809"),
            matches=(Match("industry"),),
            hashes=(HashValue("PDQ", "00ff"),),
        ),
        Content("c2", ContentKind.TEXT, text="a practice text"),
        Content(
            "c3",
            ContentKind.CHAT,
            client="Chat",
            messages=(Message("u-1", "hello", at=AT), Message("u-2", "x")),
        ),
        Content("c4", ContentKind.URL, url="https://example.com/p"),
    ),
    summary="A practice picture",
    urgency=Urgency(True, "a meeting"),
    reported=Account(
        id="u-1",
        first_name="A.",
        last_name="Person",
        date_of_birth=date(1990, 1, 2),
        emails=(Email("a@example.com", verified=True), Email("b@example.com")),
        phones=(Phone("2025550123", "+1"),),
        ip_events=(IpEvent("192.0.2.7"), EVENT),
        devices=(Device("IMEI", "356938035643809", EventName.LOGIN, AT),),
        location=Location("Springfield", None, "US"),
        disabled=Disabled(at=AT),
    ),
    victims=(Account(age=9),),
    recipients=(Account(id="u-9"),),
)
COMPANY = Company("Example Social", Contact("Robin", "Example", "robin@example.com"))


def said(chapters: tuple[Chapter, ...], part: Part) -> list[str]:
    (chapter,) = (one for one in chapters if one.part is part)
    return [line.value for group in chapter.groups for line in group.lines]


def said_lines(chapters: tuple[Chapter, ...]) -> list[object]:
    return [line for chapter in chapters for group in chapter.groups for line in group.lines]


def test_everything_in_its_order() -> None:
    made = packet(
        CASE, Part, company=COMPANY, reports=[("NCMEC CyberTipline", "4564700", AT), ("FBI", "", AT)]
    )
    assert [chapter.part for chapter in made] == list(Part)
    assert [chapter.title for chapter in made] == [PART_WORDS[part] for part in Part]
    assert "2026-03-02 07:00:00 UTC" in said(made, Part.INCIDENT)
    assert "1.5, 2.5" in said(made, Part.INCIDENT)
    assert "a@example.com (verified), b@example.com" in said(made, Part.REPORTED)
    assert said(made, Part.NETWORK) == [
        "192.0.2.7 (port not known), time not known",
        "[2001:db8::7]:443, 2026-03-02 07:00:00 UTC, Upload, possibly a proxy",
        "IMEI 356938035643809, 2026-03-02 07:00:00 UTC, Login",
        "IMEI 356938035643809",
    ]
    assert said(made, Part.PEOPLE) == ["9", "u-9"]
    assert {"ab" * 32, "00ff", "1200 bytes", "yes"} <= set(said(made, Part.FILES))
    assert said(made, Part.ADDRESSES) == ["https://example.com/p"]
    assert said(made, Part.TALK) == ["a practice text", "hello", "x"]
    assert said(made, Part.REPORTS) == [
        "4564700, 2026-03-02 07:00:00 UTC", "no reference, 2026-03-02 07:00:00 UTC",
    ]  # fmt: skip
    assert said(made, Part.SENDER) == ["Example Social", "Robin Example", "robin@example.com"]


def test_only_what_was_chosen_and_only_what_there_is() -> None:
    assert [chapter.part for chapter in packet(CASE, {Part.FILES})] == [Part.FILES]
    assert packet(CASE, {Part.SENDER, Part.REPORTS}) == ()
    assert packet(CASE, {Part.FILES}, content_ids=frozenset({"c2"})) == ()
    bare = CaseData(
        "x", Source(SourceKind.USER_REPORT), Incident(AT), (Content("c", ContentKind.TEXT, text="t"),)
    )
    assert [chapter.part for chapter in packet(bare, Part)] == [Part.INCIDENT, Part.TALK]
    assert Part.TALK not in USUAL
    assert Part.PEOPLE not in USUAL


def test_nothing_of_it_is_in_a_repr() -> None:
    made = packet(CASE, Part, company=COMPANY)
    assert "example.com" not in repr(made)
    assert "Springfield" not in repr(made)
    assert "hello" not in repr(said_lines(made))


def test_a_time_without_a_zone_is_refused() -> None:
    assert utc(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01 00:00:00 UTC"
    with pytest.raises(ValueError, match="zone"):
        utc(datetime(2026, 1, 1))  # noqa: DTZ001
