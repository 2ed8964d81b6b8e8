"""The completeness score: 100 in all, and what is known more never lowers it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.domain.account import Account, Address, Email, IpEvent, Location, Phone
from desk.domain.case import CaseData, Source, SourceKind
from desk.domain.completeness import INFORMATIONAL_BELOW, Completeness, assess
from desk.domain.content import Classification, Content, ContentKind, FileAnnotation, Message, Relevance
from desk.domain.draft import Draft, FileChoice, begin
from desk.domain.incident import Context, ContextKind, Incident
from desk.domain.viewing import Viewed
from tests.domain.strategies import build

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEIGHTS = {
    "file": 20, "ip": 18, "account": 20, "victim": 10, "location": 8, "truth": 8, "time": 6, "labels": 6,
    "origin": 4,
}  # fmt: skip
SEEN = {"c1": Viewed(True, 1.0, False, 3.0)}
IMAGE = Content("c1", ContentKind.IMAGE, file="1.jpg")
WHOLE = Account(
    id="u-1",
    screen_name="s",
    emails=(Email("p@example.com"),),
    ip_events=(IpEvent("192.0.2.1", 443, AT),),
    location=Location(country="US"),
)


def case(*content: Content, **more: Any) -> CaseData:
    more.setdefault("incident", Incident(AT))
    return CaseData("x", Source(SourceKind.USER_REPORT), content=content or (IMAGE,), **more)


def earned(score: Completeness) -> dict[str, int]:
    return {part.key: part.earned for part in score.parts}


def test_the_weights_are_the_rule_and_come_to_100() -> None:
    score = assess(case())
    assert {part.key: part.weight for part in score.parts} == WEIGHTS
    assert sum(WEIGHTS.values()) == 100
    assert all(part.title for part in score.parts)


def test_everything_known_earns_100() -> None:
    full = case(
        replace(IMAGE, name="1.jpg", uploaded_at=AT, public=False),
        reported=WHOLE,
        victims=(Account(age=9),),
        incident=Incident(AT, "time of upload"),
    )
    draft = begin(1, 1, full)
    draft = draft.with_choice(replace(draft.choice("c1"), classification=Classification.A1))
    score = assess(full, draft, SEEN)
    assert score.score == 100
    assert score.would_help() == ()
    assert not score.likely_informational
    talk = case(
        Content("c2", ContentKind.CHAT, messages=(Message("a", "b"),)),
        reported=WHOLE,
        recipients=(Account(id="u-2"),),
        incident=Incident(AT, "time of the message"),
    )
    assert assess(talk).score == 100


def test_next_to_nothing_is_said_to_be_informational() -> None:
    score = assess(case(Content("c", ContentKind.URL, url="https://example.com")))
    assert (score.has_file, score.has_identifier) == (False, False)
    assert score.likely_informational
    assert score.score < INFORMATIONAL_BELOW
    assert [part.key for part in score.would_help()] == ["file", "account"]
    assert all(part.help for part in score.would_help(9))


@pytest.mark.parametrize(
    ("reported", "expected", "word"),
    [
        (None, 0, "id on the platform"),
        (Account(), 0, "id on the platform"),
        (Account(id="u"), 8, "email"),
        (Account(id="u", phones=(Phone("2025550142"),)), 16, "screen name"),
        (Account(screen_name="s"), 4, "id on the platform"),
        (
            Account(profile_urls=("https://example.com/u",), id="u", emails=(Email("p@example.com"),)),
            20,
            "screen",
        ),
    ],
)
def test_the_account(reported: Account | None, expected: int, word: str) -> None:
    part = assess(case(reported=reported)).parts[2]
    assert part.earned == expected
    assert word in part.help


@pytest.mark.parametrize(
    ("event", "expected", "word"),
    [
        (None, 0, "Add the IP"),
        (IpEvent("192.0.2.1"), 10, "no time"),
        (IpEvent("192.0.2.1", 80), 13, "no time"),
        (IpEvent("192.0.2.1", at=AT), 15, "no port"),
        (IpEvent("192.0.2.1", 80, AT), 18, "no port"),
    ],
)
def test_the_ip_address_with_port_and_time(event: IpEvent | None, expected: int, word: str) -> None:
    for data in (
        case(replace(IMAGE, ip_event=event)),
        case(reported=Account(ip_events=(event,) if event else ())),
    ):
        part = assess(data).parts[1]
        assert part.earned == expected
        assert word in part.help


@pytest.mark.parametrize(
    "person",
    [
        Account(id="u"), Account(screen_name="s"), Account(emails=(Email("p@example.com"),)),
        Account(phones=(Phone("2025550142"),)), Account(first_name="F"), Account(last_name="L"),
        Account(age=0), Account(date_of_birth=date(2015, 1, 1)),
    ],
)  # fmt: skip
def test_anything_known_of_a_victim_or_a_recipient(person: Account) -> None:
    assert earned(assess(case(victims=(person,))))["victim"] == 10
    assert earned(assess(case(recipients=(person,))))["victim"] == 10
    assert earned(assess(case(victims=(Account(),))))["victim"] == 0


@pytest.mark.parametrize(
    "place", [{"location": Location(region="IL")}, {"addresses": (Address(city="Springfield"),)}]
)
def test_any_place(place: dict[str, Any]) -> None:
    assert earned(assess(case(reported=Account(**place))))["location"] == 8
    assert earned(assess(case(victims=(Account(**place),))))["location"] == 8
    assert earned(assess(case(reported=Account(location=Location(verified=True)))))["location"] == 0


def test_viewed_and_public_count_for_every_file() -> None:
    two = case(replace(IMAGE, public=False), replace(IMAGE, id="c2"))
    assert assess(two).parts[5].help.startswith("Say of each file")
    assert earned(assess(two, None, SEEN))["truth"] == 0
    assert earned(assess(two, None, {**SEEN, "c2": Viewed(True, 1, False, 1)}))["truth"] == 4
    public = case(replace(IMAGE, public=False))
    assert assess(public).parts[5].help == "Not every file was viewed."
    assert earned(assess(public, None, SEEN))["truth"] == 8
    assert earned(assess(public, None, {"c1": Viewed(False, 0.5, False, 1)}))["truth"] == 4


def test_the_drafts_word_counts_where_there_is_one() -> None:
    data = case(reported=WHOLE)
    draft = begin(1, 1, data)
    assert earned(assess(data, replace(draft, reported=None)))["account"] == 0
    assert earned(assess(data, replace(draft, files=(FileChoice("c1", include=False),))))["file"] == 0
    assert earned(assess(data, replace(draft, files=())))["file"] == 0
    extra = replace(draft, files=(FileChoice("c1", relevance=Relevance.SUPPLEMENTAL),))
    assert earned(assess(data, extra))["file"] == 0
    assert earned(assess(data, extra))["labels"] == 6  # a supplemental file may carry none
    marked = replace(draft, files=(FileChoice("c1", annotations=frozenset({FileAnnotation.VIRAL})),))
    assert earned(assess(data, marked))["labels"] == 6
    assert earned(assess(data, replace(draft, time_note=" ")))["time"] == 4
    assert earned(assess(data, replace(draft, time_note="of upload")))["time"] == 6
    assert earned(assess(data, replace(draft, files=(FileChoice("c1", public=True),))))["truth"] == 4


def test_names_and_times_of_some_files_earn_a_half() -> None:
    named = replace(IMAGE, name="1.jpg", uploaded_at=AT)
    assert earned(assess(case(named)))["origin"] == 4
    assert earned(assess(case(named, replace(IMAGE, id="c2"))))["origin"] == 2


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_knowing_more_of_a_person_never_lowers_it(data: st.DataObject) -> None:
    known = data.draw(build(Account))
    name = data.draw(st.sampled_from([field.name for field in fields(Account)]))
    less = replace(known, **{name: Account.__dataclass_fields__[name].default})
    for role in ("reported", "victims", "recipients"):
        with_more, with_less = ((p if role == "reported" else (p,)) for p in (known, less))
        assert assess(case(**{role: with_more})).score >= assess(case(**{role: with_less})).score
        assert 0 <= assess(case(**{role: with_more})).score <= 100


@settings(max_examples=80, deadline=None)
@given(data=st.data(), kinds=st.lists(st.sampled_from(list(ContentKind)), min_size=1, max_size=4))
def test_knowing_more_of_the_same_content_never_lowers_it(
    data: st.DataObject, kinds: list[ContentKind]
) -> None:
    bare = [Content(f"c{n}", kind, text="t", url="https://example.com") for n, kind in enumerate(kinds)]
    extra: dict[str, Any] = {
        "name": "n", "uploaded_at": AT, "public": True, "ip_event": IpEvent("192.0.2.1", 1, AT),
        "messages": (Message("a", "b"),),
    }  # fmt: skip
    more = [
        replace(c, **{k: extra[k] for k in data.draw(st.sets(st.sampled_from(sorted(extra))))}) for c in bare
    ]
    seen = {c.id: Viewed(True, 1.0, True, 1.0) for c in data.draw(st.lists(st.sampled_from(bare)))}
    low, high = assess(case(*bare)), assess(case(*more), None, seen)
    assert all(b.earned >= a.earned for a, b in zip(low.parts, high.parts, strict=True))
    draft = begin(1, 1, case(*more))
    choices = data.draw(st.lists(st.sampled_from(draft.files), unique_by=lambda c: c.content_id))
    labelled = draft
    for choice in choices:
        labelled = labelled.with_choice(replace(choice, classification=Classification.B1, public=False))
    assert assess(case(*more), labelled, seen).score >= assess(case(*more), draft, seen).score
    assert isinstance(labelled, Draft)


def test_the_messages_of_the_reported_person_and_a_position_count() -> None:
    said = Message("u-1", "b", at=AT, ip="192.0.2.1")
    talk = Content("c2", ContentKind.CHAT, messages=(said, Message("u-9", "x", at=AT, ip="192.0.2.9")))
    assert earned(assess(case(talk, reported=Account(id="u-1"))))["ip"] == 15
    assert earned(assess(case(talk, reported=Account(id="u-5"))))["ip"] == 0
    assert earned(assess(case(talk)))["ip"] == 0
    here = Context(ContextKind.CELL_PHONE, latitude="1.5", longitude="2.5")
    placed = case(incident=Incident(AT, context=here))
    assert earned(assess(placed))["location"] == 8
    assert earned(assess(placed, begin(1, 1, placed)))["location"] == 8
