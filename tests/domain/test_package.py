"""The case package, version 1: what is taken, and how everything else is refused by key and reason."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.account import AssociationKind, EventName
from desk.domain.case import SourceKind
from desk.domain.codec import canonical, from_plain
from desk.domain.content import Classification, ContentKind, FileAnnotation, Relevance
from desk.domain.errors import IntakeRefused
from desk.domain.incident import Context, ContextKind
from desk.domain.package import CONTEXT_FIELDS, MAX_CONTENT, parse
from desk.domain.reader import MAX_DEPTH, MAX_ITEMS, MAX_TEXT, Reader, kind_of, shown
from tests.domain.strategies import JSON

SHA = "ab" * 32
NOON = "2026-04-05T12:00:00Z"
EMAIL = {"address": "p@example.com", "kind": "Work", "verified": True, "verified_at": NOON}
PHONE = {
    "number": "2025550142", "calling_code": "+1", "extension": "12", "kind": "Mobile", "verified": True,
    "verified_at": NOON,
}  # fmt: skip
IP = {"ip": "192.0.2.44", "port": 40001, "at": NOON, "event": "Upload", "possible_proxy": True}
DEVICE = {"kind": "IMEI", "value": "000000000000000", "event": "Login", "at": NOON}


def full() -> dict[str, Any]:
    """A package that uses every key of the format."""
    person = {
        "id": "u-1", "service": "Example", "screen_name": "s1", "display_names": ["One", "Uno"],
        "profile_urls": ["https://example.com/u/1"], "bio": "about", "first_name": "F", "last_name": "L",
        "age": 30, "date_of_birth": "1996-02-29", "emails": [EMAIL], "phones": [PHONE],
        "addresses": [
            {"address": "1 Example St", "city": "Springfield", "zip_code": "62701", "state": "IL",
             "non_usa_state": "x", "country": "US", "kind": "Home"}
        ],
        "ip_events": [IP], "devices": [DEVICE],
        "location": {"city": "Springfield", "region": "IL", "country": "US", "verified": True, "at": NOON},
        "compromised": False, "third_party": False, "group": "g",
        "disabled": {"permanent": False, "at": NOON, "notified": True, "notified_at": NOON,
                     "reenabled_at": NOON},
        "associated": [
            {"kind": "Parent/Guardian", "platform": "P", "id": "u-2", "service": "S", "screen_name": "n",
             "first_name": "F", "last_name": "L", "emails": [EMAIL], "phones": [PHONE],
             "profile_urls": ["https://example.com/u/2"], "note": "n"}
        ],
        "prior_reports": [123456], "all_emails": True, "vehicle": "red", "school": "none", "note": "n",
    }  # fmt: skip
    document = {
        "format": "desk-case/1",
        "id": "case-1",
        "created_at": "2026-04-05T14:00:00+02:00",
        "source": {"kind": "ai_detection", "name": "m", "detail": "d", "confidence": 0.5},
        "policies": ["child-safety/csam"],
        "queue": "q",
        "summary": "s",
        "urgency": {"escalate": True, "reason": "it goes on"},
        "incident": {
            "occurred_at": NOON, "time_note": "time of upload", "platform": "Example",
            "context": {"kind": "web_page", "urls": ["https://example.com/p"], "third_party_hosted": True,
                        "note": "n"},
        },
        "reported": person,
        "recipients": [{"id": "u-3"}],
        "victims": [{"screen_name": "v"}],
        "content": [
            {"id": "c1", "uid": "m-1", "kind": "image", "file": "media/1.jpg", "sha256": SHA.upper(),
             "name": "1.jpg", "url": "https://example.com/1.jpg", "uploaded_at": NOON, "ip_event": IP,
             "device": DEVICE, "public": True, "relevance": "reported",
             "hashes": [{"kind": "PDQ", "value": "ff"}],
             "matches": [{"list": "industry", "label": "A1", "kind": "PDQ", "distance": 4}],
             "suggested": {"classification": "B2", "annotations": ["viral", "generativeAi"]}},
            {"id": "c2", "kind": "chat", "client": "DM", "room": "r", "relevance": "supplemental",
             "messages": [{"from": "u-1", "to": "u-3", "at": NOON, "text": "", "ip": "192.0.2.44"}]},
            {"id": "c3", "kind": "text", "text": "a post"},
            {"id": "c4", "kind": "url", "url": "https://example.com/x"},
        ],
        "law_enforcement": {
            "agency": "Example Police", "case_number": "7", "officer_first_name": "A",
            "officer_last_name": "B", "officer_email": "o@example.com", "officer_phone": "2025550150",
            "reported_to": True, "served_domestic": True, "served_international": False, "country": "US",
        },
        "extra": {"anything": [1, None, {"deep": "é"}]},
    }  # fmt: skip
    return dict(json.loads(json.dumps(document)))  # no part is shared with another


def least() -> dict[str, Any]:
    return {
        "format": "desk-case/1",
        "id": "case-1",
        "source": {"kind": "user_report"},
        "incident": {"occurred_at": NOON},
        "content": [{"id": "c1", "kind": "text", "text": "a post"}],
    }


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value below ``extra``'s siblings."""
    found = [path] if path else []
    if path[:1] == ("extra",):
        return found
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


def named(path: tuple[Any, ...]) -> str:
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        document = document[part]
    return document


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document = full()
    at(document, path[:-1])[path[-1]] = value
    return document


PLACES = places(full())
OBJECTS = [(), *(path for path in PLACES if isinstance(at(full(), path), dict) and path != ("extra",))]
REQUIRED = {
    "format", "id", "source", "source.kind", "incident", "incident.occurred_at", "content",
    "incident.context.kind", "law_enforcement.agency",
    *(f"reported.{k}" for k in (
        "emails[0].address", "phones[0].number", "ip_events[0].ip", "devices[0].kind", "devices[0].value",
        "associated[0].kind", "associated[0].emails[0].address", "associated[0].phones[0].number")),
    *(f"content[0].{k}" for k in (
        "id", "kind", "file", "ip_event.ip", "device.kind", "device.value", "hashes[0].kind",
        "hashes[0].value", "matches[0].list")),
    "content[1].id", "content[1].kind", "content[1].messages", "content[1].messages[0].from",
    "content[1].messages[0].text", "content[2].id", "content[2].kind", "content[2].text", "content[3].id",
    "content[3].kind", "content[3].url",
}  # fmt: skip


def refusal(document: Any) -> IntakeRefused:
    with pytest.raises(IntakeRefused) as caught:
        parse(document)
    assert caught.value.reason
    return caught.value


def test_every_key_is_read() -> None:
    case = parse(full())
    assert case.created_at == datetime(2026, 4, 5, 12, tzinfo=UTC)
    assert case.source.kind is SourceKind.AI_DETECTION
    assert case.incident.context == Context(
        ContextKind.WEB_PAGE, urls=("https://example.com/p",), third_party_hosted=True, note="n"
    )
    assert case.reported is not None
    assert case.reported.date_of_birth == date(1996, 2, 29)
    assert case.reported.associated[0].kind is AssociationKind.PARENT_GUARDIAN
    assert case.reported.ip_events[0].event is EventName.UPLOAD
    assert case.content[0].sha256 == SHA
    assert case.content[0].suggested.classification is Classification.B2
    assert case.content[0].suggested.annotations == (FileAnnotation.VIRAL, FileAnnotation.GENERATIVE_AI)
    assert case.content[1].relevance is Relevance.SUPPLEMENTAL
    assert case.extra == {"anything": [1, None, {"deep": "é"}]}
    assert case.known_match
    assert [c.id for c in case.reported_content] == ["c1", "c3", "c4"]
    assert from_plain(type(case), json.loads(canonical(case))) == case


def test_the_least_package_invents_nothing() -> None:
    case = parse(least())
    assert case.reported is None
    assert case.recipients == case.victims == ()
    assert case.law_enforcement is None
    assert not case.urgency.escalate
    assert case.content[0].public is None
    assert not case.known_match
    assert case.piece("c1") is case.content[0]
    with pytest.raises(KeyError):
        case.piece("c2")


@pytest.mark.parametrize("path", PLACES, ids=named)
def test_every_value_of_a_wrong_kind_is_refused_by_its_key(path: tuple[Any, ...]) -> None:
    right = at(full(), path)
    for wrong in ({"x": 1}, ["x"], "x\ud800", True, 10**400, float("nan"), float("inf"), -1, "\0", b"raw"):
        if isinstance(wrong, bool) and isinstance(right, bool):
            continue
        if isinstance(wrong, list) and isinstance(right, list) and path != ("extra",):
            if all(isinstance(item, str) for item in right) and path[-1] != "annotations":
                continue  # a list of texts
            assert refusal(changed(path, wrong)).key == f"{named(path)}[0]"
            continue
        if isinstance(wrong, dict) and isinstance(right, dict):
            if path == ("extra",):
                continue
            assert refusal(changed(path, wrong)).key.startswith(named(path) + ".")
            continue
        assert refusal(changed(path, wrong)).key == named(path)


@pytest.mark.parametrize("path", PLACES, ids=named)
def test_every_null_and_every_absence_is_taken_or_named(path: tuple[Any, ...]) -> None:
    item = isinstance(path[-1], int)
    absent = full()
    if not item:
        del at(absent, path[:-1])[path[-1]]
    for document in [changed(path, None)] if item else [changed(path, None), absent]:
        if named(path) in REQUIRED or item:
            assert refusal(document).key == named(path)
        else:
            parse(document)


@pytest.mark.parametrize("path", OBJECTS, ids=lambda path: named(path) or "top")
def test_an_unknown_key_is_refused_at_every_level(path: tuple[Any, ...]) -> None:
    error = refusal(changed((*path, "sumary"), "typo"))
    assert error.key == named((*path, "sumary"))
    assert "extra" in error.reason


def test_an_odd_unknown_key_is_shown_in_print_and_short() -> None:
    document = full()
    document["\ud800\n" + "k" * 500] = 1
    key = refusal(document).key
    assert key.isprintable()
    assert key.isascii() or key.endswith("…")
    assert len(key) < 120
    assert shown("plain") == "plain"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "desk-case/2"),
        (("id",), "x" * 256),
        (("id",), "  "),
        (("source", "confidence"), 1.01),
        (("source", "kind"), "rumour"),
        (("incident", "occurred_at"), "2026-04-05T12:00:00"),
        (("incident", "occurred_at"), "2026-04-05 12:00:00Z"),
        (("incident", "occurred_at"), "2026-04-05"),
        (("incident", "occurred_at"), "2026-02-30T12:00:00Z"),
        (("incident", "occurred_at"), "0001-01-01T00:00:00+23:59"),
        (("reported", "date_of_birth"), "1996-02-30"),
        (("reported", "age"), 151),
        (("reported", "age"), 30.0),
        (("reported", "ip_events", 0, "port"), 0),
        (("reported", "ip_events", 0, "port"), 65536),
        (("reported", "prior_reports", 0), 2**63),
        (("reported", "display_names", 0), ""),
        (("reported", "display_names", 0), "x" * (MAX_TEXT + 1)),
        (("summary",), "x" * (MAX_TEXT + 1)),
        (("content",), []),
        (("content", 0, "sha256"), "ab"),
        (("content", 1, "sha256"), SHA),
        (("content", 2, "sha256"), SHA),
        (("content", 3, "sha256"), SHA),
        (("content", 2, "file"), "a.txt"),
        (("content", 1, "id"), "c1"),
        (("content", 0, "suggested", "annotations", 1), "funny"),
        (("content", 0, "suggested", "classification"), "C1"),
    ],
)
def test_values_out_of_bounds_are_refused_by_their_key(path: tuple[Any, ...], value: Any) -> None:
    expected = named((*path[:-1], "id")) if path[-1] == "id" else named(path)
    assert refusal(changed(path, value)).key == expected


def test_lists_are_bounded() -> None:
    assert refusal(changed(("policies",), ["p"] * (MAX_ITEMS + 1))).key == "policies"
    assert refusal(changed(("content",), [{}] * (MAX_CONTENT + 1))).key == "content"


def test_a_text_may_carry_the_digest_of_its_text() -> None:
    document = least()
    document["content"][0]["sha256"] = hashlib.sha256(b"a post").hexdigest()
    assert parse(document).content[0].sha256 == hashlib.sha256(b"a post").hexdigest()


def test_what_is_below_extra_is_kept_if_it_can_be_kept() -> None:
    deep: Any = "bottom"
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    for bad, key in (
        (deep, "extra.k" + "[0]" * MAX_DEPTH),
        ({"n": float("inf")}, "extra.k.n"),
        (["\ud800"], "extra.k[0]"),
        ({"\0": 1}, "extra.k"),
    ):
        assert refusal(changed(("extra",), {"k": bad})).key == key
    assert parse(changed(("extra",), {"k": [0.5, 10**300, "x", None, True]})).extra["k"][1] == 10**300


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), JSON, max_size=4
    )
)
def test_extra_comes_through_as_it_was(extra: dict[str, Any]) -> None:
    case = parse({**least(), "extra": extra})
    assert case.extra == extra
    canonical(case)


@pytest.mark.parametrize("kind", list(ContextKind))
def test_each_context_takes_its_own_fields_and_no_others(kind: ContextKind) -> None:
    fields: dict[str, Any] = {
        "urls": ["https://example.com"], "third_party_hosted": False, "emails": ["p@example.com"],
        "name": "n", "client": "c", "room": "r", "game": "g", "console": "x", "phone": "2025550142",
        "latitude": "1.5", "longitude": "2.5", "file_names": "f", "place": "p", "content": "t",
    }  # fmt: skip
    own = CONTEXT_FIELDS[kind]
    context = {"kind": kind.value, "note": "n", **{k: v for k, v in fields.items() if k in own}}
    got = parse(changed(("incident", "context"), context)).incident.context
    assert got is not None
    for name, value in fields.items():
        if name in own:
            assert getattr(got, name) == (tuple(value) if isinstance(value, list) else value)
        else:
            wrong = changed(("incident", "context"), {**context, name: value})
            assert refusal(wrong).key == f"incident.context.{name}"


@given(JSON)
def test_whatever_it_is_it_is_read_or_refused(value: Any) -> None:
    with pytest.raises(IntakeRefused):
        parse(value)


@given(st.sampled_from(PLACES), JSON)
def test_whatever_stands_anywhere_it_is_read_or_refused(path: tuple[Any, ...], value: Any) -> None:
    document = changed(path, copy.deepcopy(value))
    case = None
    with contextlib.suppress(IntakeRefused):
        case = parse(document)
    canonical(case)


def test_kinds_in_words() -> None:
    words = [kind_of(value) for value in (None, True, 1, 1.5, "a", " ", [], {})]
    assert words == [
        "null", "true or false", "a number", "a number", "a text", "a blank text", "a list", "an object",
    ]  # fmt: skip


def test_a_reader_names_its_keys() -> None:
    reader = Reader({"a": {"b": 1}, "n": None}, "")
    child = reader.child("a", required=True)
    assert child is not None
    assert child.path == "a"
    with pytest.raises(IntakeRefused, match="key n: this key may not be null"):
        reader.child("n", required=True)
    with pytest.raises(IntakeRefused, match="key m: this key is required"):
        reader.required_child("m")


def test_file_kinds_need_a_file() -> None:
    for kind in ContentKind:
        document = least()
        document["content"] = [{"id": "c1", "kind": kind.value}]
        needed = "file" if kind.has_file else {"chat": "messages"}.get(kind.value, kind.value)
        assert refusal(document).key == f"content[0].{needed}"
