"""The law of hooks: which addresses, how a call is signed, what an answer may add."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import date

import pytest

from desk.domain.account import Account, IpEvent
from desk.domain.case import Case, CaseData, CaseState
from desk.domain.errors import IntakeRefused, UserError
from desk.domain.hooks import (
    CALL,
    EXTRA,
    SIGNATURE,
    TIME,
    HookSettings,
    Known,
    enrich,
    enrich_body,
    filed_body,
    headers,
    hook_url,
    parse_answer,
    signature,
)
from desk.domain.hooks import test_body as body_of_a_test
from tests.contracts.samples import NOW, case_data


def case(data: CaseData) -> Case:
    return Case(7, 1, data, CaseState.OPEN, NOW)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (" https://Hooks.example.com ", "https://hooks.example.com/"),
        ("https://hooks.example.com:8443/a?b=c", "https://hooks.example.com:8443/a?b=c"),
        ("http://127.0.0.1:9/x", "http://127.0.0.1:9/x"),
        ("http://[::1]:9/", "http://[::1]:9/"),
    ],
)
def test_addresses_in_one_spelling(text: str, url: str) -> None:
    assert hook_url(text) == url


@pytest.mark.parametrize(
    "text",
    ["", "ftp://example.com/", "https://", "https://a b/", "https://[::1", "https://example.com:99999/",
     "http://example.com/", "https://me@example.com/", "https://example.com/#a"],
)  # fmt: skip
def test_addresses_that_are_refused(text: str) -> None:
    with pytest.raises(UserError):
        hook_url(text)


def test_practice_never_leaves_this_computer() -> None:
    assert hook_url("http://localhost:1/", practice=True) == "http://localhost:1/"
    with pytest.raises(UserError, match="Practice"):
        hook_url("https://hooks.example.com/", practice=True)


def test_a_call_is_signed_over_method_path_time_and_body() -> None:
    found = headers("secret", "https://example.com/a?b=c", NOW, b"{}", "enrich-1")
    message = b"POST\n/a?b=c\n" + found[TIME].encode() + b"\n{}"
    assert found[SIGNATURE] == "v1=" + hmac.new(b"secret", message, hashlib.sha256).hexdigest()
    assert (found[TIME], found[CALL]) == ("2026-11-20T09:00:00Z", "enrich-1")
    base = ("secret", "POST", "/a", "t", b"x")
    for at, other in enumerate(("Secret", "PUT", "/b", "u", b"y")):
        changed = [*base]
        changed[at] = other
        assert signature(*changed) != signature(*base)  # type: ignore[arg-type]


def test_what_is_asked_and_told() -> None:
    data = case_data(recipients=(Account(id="r"), Account()), victims=(Account(id="v"),))
    asked = json.loads(enrich_body(data))
    assert (asked["kind"], asked["case"], asked["reported"]) == ("enrich", "case-1", "u-case-1")
    assert (asked["recipients"], asked["victims"]) == (["r"], ["v"])
    assert json.loads(enrich_body(replace(data, reported=None)))["reported"] is None
    told = json.loads(filed_body("4564654", NOW, date(2027, 11, 20), [(data, ["c1"]), (data, [])]))
    assert (told["report_id"], told["preserve_until"]) == ("4564654", "2027-11-20")
    assert [len(one["content"]) for one in told["cases"]] == [1, 0]
    assert json.loads(filed_body("1", NOW, date(2027, 1, 1), [(replace(data, reported=None), [])]))
    assert json.loads(body_of_a_test())["kind"] == "test"
    assert not HookSettings("https://example.com/").on
    assert HookSettings("https://example.com/", filed=True).on


def test_an_answer_is_read_as_strictly_as_a_package() -> None:
    for wrong, key in (
        (b"nonsense", ""),
        (b'{"format": "desk-hook/2"}', "format"),
        (b'{"format": "desk-hook/1", "people": []}', "people"),
        (b'{"format": "desk-hook/1", "reported": {"age": 200}}', "reported.age"),
        (b'{"format": "desk-hook/1", "content": [{"id": "c1"}]}', "content[0].ip_event"),
    ):
        with pytest.raises(IntakeRefused) as caught:
            parse_answer(wrong)
        assert caught.value.key.startswith(key)
    assert parse_answer(b'{"format": "desk-hook/1"}') == Known()
    assert "…" in repr(Known())


def test_nothing_that_is_there_is_overwritten() -> None:
    held = Account(id="u", screen_name="kept", ip_events=(IpEvent("192.0.2.1"),))
    data = case_data(reported=held, recipients=(Account(id="r", bio="kept"),))
    new = Account(
        id="u", screen_name="other", bio="new", ip_events=(IpEvent("192.0.2.1"), IpEvent("192.0.2.2"))
    )
    known = Known(
        new,
        (Account(id="r", bio="other", group="g"), Account(id="r2"), Account(id="r2")),
        (Account(age=9), Account(age=9)),
        (("c1", IpEvent("192.0.2.3")), ("gone", IpEvent("192.0.2.4"))),
    )
    found, added = enrich(case(data), known, "hooks.example.com", NOW)
    assert found.reported == replace(held, bio="new", ip_events=new.ip_events)
    assert found.recipients == (Account(id="r", bio="kept", group="g"), Account(id="r2"))
    assert found.victims == (Account(age=9),)
    assert found.content[0].ip_event == IpEvent("192.0.2.3")
    assert added == (
        "reported.bio",
        "reported.ip_events",
        "recipients[0].group",
        "recipients[1]",
        "victims[0]",
        "content c1: ip_event",
    )
    assert found.extra[EXTRA][0]["from"] == "hooks.example.com"
    again, more = enrich(case(found), known, "hooks.example.com", NOW)
    assert (again, more) == (found, ())
    third, _ = enrich(case(found), Known(Account(vehicle="a car")), "hooks.example.com", NOW)
    assert len(third.extra[EXTRA]) == 2


def test_an_answer_about_somebody_else_is_refused() -> None:
    with pytest.raises(IntakeRefused, match="another account"):
        enrich(case(case_data()), Known(Account(id="u-else")), "h", NOW)
    found, added = enrich(case(case_data(reported=None)), Known(Account(id="u-else")), "h", NOW)
    assert found.reported == Account(id="u-else")
    assert added == ("reported",)


def test_an_empty_answer_changes_nothing() -> None:
    data = case_data()
    assert enrich(case(data), Known(), "h", NOW) == (data, ())
