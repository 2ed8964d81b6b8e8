"""Small laws: policies, rules, preservation, rest, roles, errors, the log's entries, and quiet reprs."""

from __future__ import annotations

import dataclasses
import json
import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain import account as a
from desk.domain import case as c
from desk.domain import errors as e
from desk.domain.audit import AuditEntry
from desk.domain.company import Credentials
from desk.domain.decision import Decision, DecisionKind
from desk.domain.draft import FileChoice
from desk.domain.exposure import Rest, RestPolicy, RestState, rest
from desk.domain.incident import TYPE_HELP, Context, ContextKind, Incident, IncidentType
from desk.domain.policy import Policy, covers, proposed_type
from desk.domain.preservation import Preservation, preserve_until
from desk.domain.roles import ALLOWED, Operator, Permission, Role, require
from desk.domain.rules import Contact, Rule, matching

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = datetime(2026, 3, 2, tzinfo=UTC)
SLUGS = st.lists(st.sampled_from(["a", "b", "ab", "c-d"]), min_size=1, max_size=4).map("/".join)


# -- policies and rules ------------------------------------------------------


@given(SLUGS, SLUGS)
def test_a_parent_covers_all_below_it_those_added_later_too(parent: str, child: str) -> None:
    assert covers(parent, parent)
    assert covers(parent, f"{parent}/{child}")
    assert not covers(f"{parent}/{child}", parent)
    assert not covers(parent, f"{parent}x/{child}")


def test_the_nearest_policy_proposes_the_type() -> None:
    tree = [
        Policy("safety/csam", "", IncidentType.CSAM),
        Policy("safety", "", IncidentType.ENTICEMENT),
        Policy("safety/other", ""),
        Policy("safe", "", IncidentType.TOURISM),
    ]
    for policies in (tree, tree[::-1]):
        assert proposed_type(policies, "safety/csam/new") is IncidentType.CSAM
        assert proposed_type(policies, "safety/other") is IncidentType.ENTICEMENT
        assert proposed_type(policies, "spam") is None
    assert Policy("a/b/c", "").parent == "a/b"
    assert Policy("a", "").parent is None


def test_the_first_enabled_rule_that_covers_a_policy() -> None:
    off = Rule(1, "off", ("safety",), "q1", Contact(), enabled=False)
    deep = Rule(2, "deep", ("x", "safety/csam"), "q2", Contact())
    wide = Rule(3, "wide", ("safety",), "q3", Contact())
    assert matching([off, deep, wide], iter(["spam", "safety/csam/added-later"])) is deep
    assert matching([off, deep, wide], ["safety/grooming"]) is wide
    assert matching([off], ["safety"]) is None
    assert matching([wide], []) is None


# -- preservation ------------------------------------------------------------


@pytest.mark.parametrize(
    ("filed", "until"),
    [
        (date(2026, 3, 2), date(2027, 3, 2)),
        (date(2027, 2, 28), date(2028, 2, 28)),
        (date(2028, 2, 29), date(2029, 3, 1)),
        (date(2027, 12, 31), date(2028, 12, 31)),
        (date(2027, 3, 1), date(2028, 3, 1)),
    ],
)
def test_a_year_from_the_receipt(filed: date, until: date) -> None:
    at = datetime(filed.year, filed.month, filed.day, 23, 59, tzinfo=UTC)
    assert preserve_until(at) == until
    kept = Preservation(1, 1, "1", at, until)
    assert kept.days_left(until) == 0
    assert kept.days_left(until + timedelta(days=3)) == -3


@given(st.dates(date(1970, 1, 1), date(2900, 1, 1)))
def test_never_less_than_a_year(day: date) -> None:
    until = preserve_until(datetime(day.year, day.month, day.day, tzinfo=UTC))
    assert 365 <= (until - day).days <= 366


# -- rest --------------------------------------------------------------------


def shows(*pieces: tuple[float, float]) -> list[tuple[datetime, float]]:
    """(minutes after nine, minutes of display)."""
    return [(AT + timedelta(minutes=start), minutes * 60) for start, minutes in pieces]


def state(displays: list[tuple[datetime, float]], minutes: float, policy: RestPolicy | None = None) -> Rest:
    return rest(displays, AT + timedelta(minutes=minutes), DAY, policy or RestPolicy())


def test_from_clear_to_prompt_to_break_and_back() -> None:
    assert state([], 0) == Rest(RestState.CLEAR, 0.0, 0.0, 3000.0)
    assert state(shows((0, 19)), 19).state is RestState.CLEAR
    prompted = state(shows((0, 10), (12, 10)), 22)
    assert (prompted.state, prompted.until_break) == (RestState.PROMPT, 1800.0)
    locked = state(shows((0, 25), (26, 25)), 52)
    assert (locked.state, locked.until_break) == (RestState.BREAK, 0.0)
    assert locked.locked_until == AT + timedelta(minutes=61)
    rested = state(shows((0, 25), (26, 25)), 61)
    assert (rested.state, rested.since_rest, rested.today) == (RestState.CLEAR, 0.0, 3000.0)


def test_a_pause_in_between_counts_as_a_rest_and_overlaps_do_not() -> None:
    assert state(shows((0, 25), (35, 15)), 50).since_rest == 900.0
    assert state(shows((0, 25), (34, 15)), 49).since_rest == 2400.0
    assert state(shows((0, 45), (1, 1), (46, 4)), 50).state is RestState.BREAK


def test_the_cap_locks_until_tomorrow_and_yesterday_does_not_count() -> None:
    capped = state(shows(*((n * 60, 49) for n in range(5))), 300)
    assert (capped.state, capped.locked_until) == (RestState.CAPPED, DAY + timedelta(days=1))
    yesterday = [(start - timedelta(days=1), seconds) for start, seconds in shows((0, 300))]
    fresh = rest(yesterday, AT, DAY, RestPolicy())
    assert (fresh.state, fresh.today) == (RestState.CLEAR, 0.0)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=12))
def test_looking_on_never_makes_it_clearer(pieces: list[tuple[int, int]]) -> None:
    order = list(RestState)
    clock, displays, last = 0, [], 0.0
    for gap, minutes in pieces:
        clock += gap
        displays += shows((clock, minutes))
        clock += minutes
        now = state(displays, clock)
        assert now.today >= last
        last = now.today
        more = state([*displays, *shows((clock, 1))], clock + 1)
        assert order.index(more.state) >= order.index(now.state)


# -- roles -------------------------------------------------------------------


def test_every_act_has_its_roles_and_no_role_is_enough_for_none() -> None:
    assert set(ALLOWED) == set(Permission)
    assert all(ALLOWED.values())
    nobody = Operator(1, "n", frozenset())
    for permission in Permission:
        assert not nobody.may(permission)
        with pytest.raises(e.NotAllowed, match="needs the role"):
            require(nobody, permission)
        for role in Role:
            operator = Operator(1, "o", frozenset({role}))
            assert operator.may(permission) is (role in ALLOWED[permission])
            if operator.may(permission):
                require(operator, permission)


def test_administrators_set_things_and_see_no_content() -> None:
    admin = Operator(1, "a", frozenset({Role.ADMINISTRATOR}))
    for permission in (
        Permission.REVEAL,
        Permission.DECIDE,
        Permission.DRAFT,
        Permission.CONFIRM,
        Permission.CLAIM,
    ):
        assert not admin.may(permission)
    moderator = Operator(2, "m", frozenset({Role.MODERATOR}))
    for permission in (Permission.SETTINGS, Permission.CREDENTIALS, Permission.PEOPLE, Permission.SEE_AUDIT):
        assert not moderator.may(permission)


# -- errors ------------------------------------------------------------------


def test_a_refusal_says_what_where_and_how() -> None:
    bare = e.IntakeRefused("is blank", key="id")
    assert str(bare) == "key id: is blank"
    placed = bare.at(file="a.jsonl", line=3)
    assert str(placed) == "a.jsonl, line 3, key id: is blank"
    assert str(placed.at(file="b", line=9)) == str(placed)
    assert str(bare.at()) == str(bare)
    assert str(e.IntakeRefused("no", file="f", line=0)) == "f, line 0: no"
    assert str(e.IntakeRefused("no")) == "no"
    assert e.IntakeRefused("no.", remedy="Do this.").words() == "no. Do this."
    assert e.Bug("x").words() == "x"
    again = pickle.loads(pickle.dumps(placed))
    assert (str(again), again.line, again.key) == (str(placed), 3, "id")


def test_errors_carry_what_screens_need_and_are_of_three_kinds() -> None:
    assert e.AlreadyReported("m", filing_ids=(4,)).filing_ids == (4,)
    assert e.NotReady("m", problems=(("p", "c", "w"),)).problems == (("p", "c", "w"),)
    refused = e.ServiceRefused("m", code=4100, request_id="r")
    assert (refused.code, refused.request_id) == (4100, "r")
    kinds = [v for v in vars(e).values() if isinstance(v, type) and issubclass(v, e.DeskError)]
    for kind in kinds:
        roots = [root for root in (e.UserError, e.ServiceRefused, e.Bug) if issubclass(kind, root)]
        assert len(roots) == (0 if kind is e.DeskError else 1)


# -- the rest ----------------------------------------------------------------


def test_an_entry_of_the_log_has_one_form() -> None:
    entry = AuditEntry("case.claimed", AT, 7, case_number=3, facts={"b": True, "a": "ä"})
    assert json.loads(entry.canonical()) == {
        "v": 2, "act": "case.claimed", "at": "2026-03-02T09:00:00+00:00", "operator": 7, "case": 3,
        "filing": None, "facts": {"a": "ä", "b": True},
    }  # fmt: skip
    assert entry.canonical().isascii()
    assert entry.canonical() == dataclasses.replace(entry, facts={"a": "ä", "b": True}).canonical()
    with pytest.raises(ValueError):
        dataclasses.replace(entry, facts={"x": float("nan")}).canonical()


def test_every_incident_type_has_its_words() -> None:
    assert set(TYPE_HELP) == set(IncidentType)
    assert len(IncidentType) == 8
    assert all(text for words in TYPE_HELP.values() for text in (words.use, words.not_for, words.look_alike))


def test_a_name_for_an_account() -> None:
    assert a.Account(screen_name="s", id="u").label() == "s"
    assert a.Account(id="u", display_names=("d",)).label() == "u"
    assert a.Account(display_names=("d",)).label() == "d"
    assert a.Account().label() == "unknown"


SECRET = "Zephyr"
QUIET: list[Any] = [
    a.Account(id=SECRET), a.Email(SECRET), a.Phone(SECRET), a.Address(SECRET), a.IpEvent(SECRET),
    a.Device("k", SECRET), a.Location(SECRET), a.Associated(a.AssociationKind.LINKED, note=SECRET),
    c.LawEnforcement(SECRET), c.Source(c.SourceKind.USER_REPORT, SECRET), c.Urgency(True, SECRET),
    c.CaseData(SECRET, c.Source(c.SourceKind.USER_REPORT), Incident(AT), ()), Incident(AT, SECRET),
    c.CaseRow(1, SECRET, SECRET, SECRET, c.SourceKind.USER_REPORT, False, False, c.CaseState.OPEN, AT, AT, 0, 0,
              None, SECRET, None),
    Context(ContextKind.CHAT, content=SECRET), FileChoice("c", note=SECRET), Contact(SECRET, SECRET, SECRET),
    Decision(1, 1, DecisionKind.REPORT, 1, AT, note=SECRET), Credentials(SECRET, SECRET),
]  # fmt: skip


@pytest.mark.parametrize("value", QUIET, ids=lambda value: type(value).__name__)
def test_people_content_and_credentials_stay_out_of_reprs(value: Any) -> None:
    assert SECRET not in repr(value)
    assert type(value).__name__ in repr(value)
