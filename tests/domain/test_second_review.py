"""Which decisions are looked at again, who may, and Cohen's kappa by hand-reckoned examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.decision import DecisionKind
from desk.domain.errors import NotAllowed, UserError
from desk.domain.roles import Operator, Role
from desk.domain.second_review import (
    Decided,
    ReviewState,
    SampleRule,
    SecondReview,
    by_category,
    by_month,
    category,
    check_reviewing,
    check_rules,
    drawn,
    fits,
    kappa,
    outcome,
    weaker_rules,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
REPORT, NONE = DecisionKind.REPORT, DecisionKind.NO_VIOLATION
DECIDED = Decided(REPORT, 5, "Child Sex Trafficking", completeness=40, reports_before=3)
REVIEW = SecondReview(1, 7, 9, "every", False, True, REPORT, "Child Sex Trafficking", 5, NOW)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"incident_types": ("Child Sex Trafficking",)}, True),
        ({"incident_types": ("Child Sex Tourism",)}, False),
        ({"operators": (5, 6)}, True),
        ({"operators": (6,)}, False),
        ({"below": 41}, True),
        ({"below": 40}, False),
        ({"new_within": 4}, True),
        ({"new_within": 3}, False),
        ({"reports_only": True, "required": True}, True),
    ],
)
def test_every_condition_counts(changes: dict[str, object], wanted: bool) -> None:
    assert fits(replace(SampleRule("every"), **changes), DECIDED) is wanted  # type: ignore[arg-type]


def test_what_only_reports_have() -> None:
    closed = Decided(NONE, 5)
    assert fits(SampleRule("every"), closed)
    for rule in (
        SampleRule("a", reports_only=True),
        SampleRule("b", required=True),
        SampleRule("c", below=90),
        SampleRule("d", new_within=9),
    ):
        assert not fits(rule, closed)


def test_what_is_required_goes_first_and_never_holds_an_urgent_report() -> None:
    some, must = SampleRule("some"), SampleRule("must", required=True)
    assert drawn([some, must], DECIDED, [0, 0]) is must
    assert drawn([some, must], replace(DECIDED, escalated=True), [0, 0]) is some
    assert drawn([must], replace(DECIDED, escalated=True), [0]) is must  # sampled, and never held back
    assert drawn([some], replace(DECIDED), [1.0]) is None


@given(share=st.floats(0.01, 1), chance=st.floats(0, 1, exclude_max=True))
def test_the_share_is_a_share(share: float, chance: float) -> None:
    assert (drawn([SampleRule("x", share=share)], DECIDED, [chance]) is not None) is (chance < share)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([SampleRule("")], "no name"),
        ([SampleRule("a"), SampleRule("a ")], "same name"),
        ([SampleRule("a", share=0)], "share"),
        ([SampleRule("a", share=1.1)], "share"),
        ([SampleRule("a", below=0)], "completeness"),
        ([SampleRule("a", new_within=0)], "first reports"),
    ],
)
def test_rules_that_cannot_be_kept(rules: list[SampleRule], words: str) -> None:
    with pytest.raises(UserError, match=words):
        check_rules(rules)
    check_rules([SampleRule("a", share=0.1, below=60, new_within=20)])


def test_another_person_looks_once() -> None:
    one, other = (Operator(n, "Name", frozenset({Role.SUPERVISOR})) for n in (5, 6))
    check_reviewing(other, REVIEW)
    with pytest.raises(NotAllowed, match="yourself"):
        check_reviewing(one, REVIEW)
    with pytest.raises(NotAllowed):
        check_reviewing(Operator(7, "Mod", frozenset({Role.MODERATOR})), REVIEW)
    with pytest.raises(UserError, match="already"):
        check_reviewing(other, replace(REVIEW, state=ReviewState.AGREED))


def test_agreement_is_the_same_decision_and_type() -> None:
    assert outcome(REVIEW, REPORT, "Child Sex Trafficking", "") is ReviewState.AGREED
    assert outcome(REVIEW, REPORT, "Child Sex Tourism", "it is travel") is ReviewState.DISAGREED
    assert outcome(REVIEW, NONE, "", "fiction") is ReviewState.DISAGREED
    with pytest.raises(UserError, match="reason"):
        outcome(REVIEW, NONE, "", " ")
    closed = replace(REVIEW, first=NONE, first_type="")
    assert outcome(closed, NONE, "", "") is ReviewState.AGREED
    assert (category(REPORT, "T"), category(NONE, "T")) == ("T", "no_violation")


def test_kappa_by_hand() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed 0.70, expected 0.5·0.6 + 0.5·0.4 = 0.50.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = kappa(pairs)
    assert (found.pairs, found.observed) == (50, 0.7)
    assert found.expected == pytest.approx(0.5)
    assert found.value == pytest.approx(0.4)


def test_kappa_says_nothing_where_it_would_mislead() -> None:
    assert kappa([]).value is None
    assert kappa([("a", "b"), ("a", "a")]).value is None
    assert kappa([("a", "a")] * 9).value is None  # chance alone explains it


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=5, max_size=40))
def test_kappa_is_symmetric_and_never_above_one(pairs: list[tuple[str, str]]) -> None:
    one, other = kappa(pairs), kappa([(b, a) for a, b in pairs])
    assert (one.value is None) == (other.value is None)
    if one.value is not None and other.value is not None:
        assert one.value == pytest.approx(other.value)
        assert one.value <= 1 + 1e-9
        assert (one.value == pytest.approx(1)) == all(a == b for a, b in pairs)
    assert set(by_category(pairs)) == {name for pair in pairs for name in pair}


def test_by_month() -> None:
    found = by_month([(NOW.replace(month=12), "a", "b"), (NOW, "a", "a"), (NOW, "b", "b")])
    assert [(month, one.pairs, one.observed) for month, one in found.items()] == [
        ("2026-11", 2, 1.0),
        ("2026-12", 1, 0.0),
    ]


def test_the_reason_stays_out_of_tracebacks() -> None:
    assert "fiction" not in repr(replace(REVIEW, reason="fiction"))


@pytest.mark.parametrize(
    ("was", "now", "weaker"),
    [
        ({}, {}, False),
        ({"share": 0.5}, {"share": 0.6}, False),
        ({"share": 0.5}, {"share": 0.4}, True),
        ({}, {"enabled": False}, True),
        ({"enabled": False}, {"enabled": False, "share": 0.1}, False),
        ({}, {"name": "other"}, True),
        ({}, {"blind": False}, True),
        ({"blind": False}, {}, False),
        ({"required": True}, {}, True),
        ({}, {"required": True}, True),  # it would draw reports alone
        ({"reports_only": True}, {"required": True}, False),
        ({}, {"reports_only": True}, True),
        ({"incident_types": ("a",)}, {"incident_types": ("a", "b")}, False),
        ({"incident_types": ("a", "b")}, {"incident_types": ("a",)}, True),
        ({}, {"operators": (1,)}, True),
        ({"operators": (1,)}, {}, False),
        ({"below": 40}, {"below": 30}, True),
        ({"below": 40}, {}, False),
        ({}, {"new_within": 5}, True),
    ],
)
def test_which_changes_of_a_rule_draw_less(was: dict[str, Any], now: dict[str, Any], weaker: bool) -> None:
    before = SampleRule(**{"name": "one"} | was)
    assert weaker_rules((before,), (SampleRule(**{"name": "one"} | now),)) == (("one",) if weaker else ())
    assert weaker_rules((before,), ()) == (("one",) if before.enabled else ())
