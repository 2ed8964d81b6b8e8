"""Dataclasses to plain JSON and back: nothing is lost, nothing of another kind is taken."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.domain.case import CaseData
from desk.domain.codec import canonical, from_plain, to_plain
from desk.domain.company import Company
from desk.domain.draft import Draft, FileChoice
from desk.domain.filing import FileState, Filing
from desk.domain.incident import IncidentType
from desk.domain.rules import Contact, Rule
from desk.domain.viewing import Viewing
from tests.domain.filing_world import START, confirmed
from tests.domain.strategies import build, of

FILES = st.lists(build(FileState, index=st.just(0)), max_size=1).map(tuple)
KINDS: dict[type, Any] = {
    Draft: build(Draft),
    CaseData: build(CaseData),
    Filing: build(Filing, files=FILES),
    Company: build(Company),
    Rule: build(Rule),
    Viewing: build(Viewing),
}


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_round_trip_through_text(kind: type, data: st.DataObject) -> None:
    value = data.draw(KINDS[kind])
    text = canonical(value)
    again = from_plain(kind, json.loads(text))
    assert again == value
    assert canonical(again) == text


def test_defaults_are_left_out_and_come_back() -> None:
    draft = Draft(1, 1, START)
    assert to_plain(draft) == {"case_number": 1, "revision": 1, "occurred_at": "2026-03-02T09:00:00+00:00"}
    assert from_plain(Draft, to_plain(draft)) == draft
    assert to_plain(Company(name="A")) == {"name": "A"}


def test_a_default_of_another_type_is_written() -> None:
    @dataclass(frozen=True)
    class Box:
        flag: bool = True
        more: dict[str, Any] = field(default_factory=dict)

    assert to_plain(Box(flag=1)) == {"flag": 1}  # type: ignore[arg-type]
    assert to_plain(Box(more={"a": (1, 2)})) == {"more": {"a": [1, 2]}}


def test_equal_values_give_equal_bytes() -> None:
    one = canonical({"b": frozenset({"y", "x"}), "a": timedelta(minutes=5), "ä": date(2026, 3, 2)})
    assert one == '{"a":300.0,"b":["x","y"],"ä":"2026-03-02"}'.encode()


def test_unknown_keys_are_passed_over_and_missing_ones_take_their_default() -> None:
    assert from_plain(Contact, {"email": "a@example.com", "fax": "no"}) == Contact(email="a@example.com")


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (Contact, []),
        (Contact, {"email": 3}),
        (Rule, {"id": True, "name": "x", "policies": [], "queue": "q", "contact": {}}),
        (Rule, {"id": 1, "name": "x", "policies": "abc", "queue": "q", "contact": {}}),
        (Rule, {"id": 1, "name": "x", "policies": [], "queue": "q", "contact": {}, "enabled": 1}),
        (Rule, {"id": 1}),
        (FileChoice, {"content_id": "a", "annotations": {}}),
        (FileChoice, {"content_id": "a", "public": "yes"}),
        (Draft, {"case_number": 1, "revision": 1, "occurred_at": 5}),
        (Draft, {"case_number": 1, "revision": 1, "occurred_at": "yesterday"}),
        (Draft, {"case_number": 1, "revision": 1, "occurred_at": START.isoformat(), "incident_type": "x"}),
        (dict[str, int], []),
        (list[int], [1]),
        (int | str, 1.5),
        (int | str, None),
        (timedelta, "5"),
        (date, "2026-02-30"),
    ],
)
def test_values_of_another_kind_are_refused(kind: Any, plain: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_plain(kind, plain)


def test_small_kinds() -> None:
    assert from_plain(float, 3) == 3.0
    assert from_plain(int | None, None) is None  # type: ignore[arg-type]
    assert from_plain(date, "2026-03-02") == date(2026, 3, 2)
    assert from_plain(int | str, "a") == "a"  # type: ignore[arg-type]
    assert from_plain(dict[str, int], {"a": 1}) == {"a": 1}
    assert from_plain(datetime, START.isoformat()) == START
    assert from_plain(IncidentType, IncidentType.CSAM.value) is IncidentType.CSAM
    assert to_plain(IncidentType.CSAM) == IncidentType.CSAM.value


def test_what_has_no_plain_form_is_refused() -> None:
    for value in (object(), b"bytes", {1, 2}, Draft):
        with pytest.raises(TypeError, match="no plain form"):
            to_plain(value)
    with pytest.raises(ValueError):
        canonical(float("nan"))


@given(of(dict[str, Any]))
def test_plain_json_stays_as_it_is(value: dict[str, Any]) -> None:
    assert json.loads(canonical(value)) == value


def test_a_filing_under_way_comes_back() -> None:
    filing = confirmed(3)
    assert from_plain(Filing, json.loads(canonical(filing))) == filing
