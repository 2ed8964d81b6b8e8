"""The policy tree: edits, former paths, and what the rules say of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.domain.case import SourceKind
from desk.domain.errors import UserError
from desk.domain.incident import IncidentType
from desk.domain.policy import (
    Policy,
    Tree,
    added,
    find,
    moved,
    proposed_type,
    removed,
    renamed,
    resolve,
    retyped,
    slug_of,
    tree_problem,
)
from desk.domain.rules import (
    Contact,
    Rule,
    contact_problems,
    covered,
    lost,
    prompting,
    review_queue,
    rule_problems,
)
from desk.domain.weakening import Weaker, weaker

TREE: Tree = (
    Policy("safety", "Safety"),
    Policy("safety/imagery", "Imagery", IncidentType.CSAM),
    Policy("safety/imagery/known", "Known"),
    Policy("safety/contact", "Contact", IncidentType.ENTICEMENT),
    Policy("spam", "Spam"),
)
CONTACT = Contact("Kim", "Example", "kim@example.com")
SAFETY = Rule(1, "Safety", ("safety",), "safety", CONTACT)
IMAGERY = Rule(2, "Imagery", ("safety/imagery",), "imagery", CONTACT)


def paths(tree: Tree) -> list[str]:
    return [policy.path for policy in tree]


# -- edits


def test_a_policy_is_added_below_another_or_at_the_top() -> None:
    tree, path = added(TREE, "safety", "  Né & nouveau! ")
    assert (path, tree[-1]) == ("safety/ne-nouveau", Policy("safety/ne-nouveau", "Né & nouveau!"))
    assert added(tree, "safety", "Ne nouveau")[1] == "safety/ne-nouveau-2"
    assert added(TREE, None, "Fraud", "fr")[1] == "fr"
    assert added(TREE, None, "…")[1] == "policy"
    with pytest.raises(UserError, match="already"):
        added(TREE, None, "Spam", "spam")
    with pytest.raises(UserError, match="title"):
        added(TREE, None, "  ")
    assert slug_of("A/B  c") == "a-b-c"


def test_a_title_and_a_proposal_are_changed() -> None:
    assert find(renamed(TREE, "spam", " Junk "), "spam") == Policy("spam", "Junk")
    with pytest.raises(UserError):
        renamed(TREE, "spam", " ")
    assert proposed_type(retyped(TREE, "safety/imagery", None), "safety/imagery/known") is None
    assert proposed_type(retyped(TREE, "safety", IncidentType.TRAFFICKING), "safety/new") is (
        IncidentType.TRAFFICKING
    )


def test_a_policy_moves_with_all_below_it_and_its_cases_follow() -> None:
    tree, path = moved(TREE, "safety/imagery", None, before="spam")
    assert path == "imagery"
    assert paths(tree) == ["safety", "safety/contact", "imagery", "imagery/known", "spam"]
    assert resolve(tree, "safety/imagery/known/deeper") == "imagery/known/deeper"
    assert proposed_type(tree, "safety/imagery/known") is IncidentType.CSAM
    again, _ = moved(tree, "imagery/known", "spam")
    assert resolve(again, "safety/imagery/known") == "spam/known", "one move after another"
    back, _ = moved(tree, "imagery", "safety")
    assert resolve(back, "safety/imagery/known") == "safety/imagery/known"
    assert resolve(back, "imagery/known") == "safety/imagery/known"
    fresh, _ = added(tree, "safety", "Imagery")
    assert resolve(fresh, "safety/imagery") == "safety/imagery", "a path that is there now is meant"
    assert moved(TREE, "safety/contact", "safety", before="safety/imagery")[0][1].path == "safety/contact"


def test_places_where_a_policy_can_not_go() -> None:
    with pytest.raises(UserError, match="below itself"):
        moved(TREE, "safety", "safety/imagery")
    with pytest.raises(UserError, match="already"):
        moved((*TREE, Policy("contact", "Contact")), "safety/contact", None)


def test_a_policy_is_removed_with_all_below_it() -> None:
    assert paths(removed(TREE, "safety/imagery")) == ["safety", "safety/contact", "spam"]
    assert find(TREE, "nowhere") is None
    assert (TREE[1].slug, TREE[0].slug) == ("imagery", "safety")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ((*TREE, TREE[0]), "twice"),
        ((Policy("a//b", "B"),), "empty part"),
        ((Policy("a", " "),), "no title"),
    ],
)
def test_trees_that_are_none(bad: Tree, words: str) -> None:
    assert words in tree_problem(bad)
    assert tree_problem(TREE) == ""


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 4)), max_size=6))
def test_whatever_is_moved_no_case_falls_out(moves: list[tuple[int, int]]) -> None:
    """After any moves every path that a case ever named leads to a policy of the same title."""
    titles = {policy.path: policy.title for policy in TREE}
    tree = TREE
    for which, where in moves:
        target = tree[where].path if where >= 0 else None
        try:
            tree, _ = moved(tree, tree[which].path, target)
        except UserError:
            continue
        assert tree_problem(tree) == ""
        for path, title in titles.items():
            named = find(tree, path)
            assert named is not None
            if path not in paths(tree):
                assert named.title == title


# -- rules on the tree


def test_a_rule_covers_what_is_added_later_and_what_was_moved() -> None:
    later, _ = added(TREE, "safety/imagery", "Later")
    assert covered(IMAGERY, later, "safety/imagery/later")
    assert not covered(IMAGERY, TREE, "safety/contact")
    tree, _ = moved(TREE, "safety/imagery", None)
    assert covered(IMAGERY, tree, "imagery/known")
    assert not covered(SAFETY, tree, "imagery/known")
    assert lost(TREE, tree, [SAFETY]) == ("safety/imagery", "safety/imagery/known")
    assert lost(TREE, tree, [SAFETY, IMAGERY]) == ()
    assert lost(TREE, removed(TREE, "safety/contact"), [SAFETY]) == (), "a case's path is covered still"


def test_a_pause_that_nobody_agreed_to_still_asks_for_reports() -> None:
    stopping = Rule(3, "Paused", ("safety",), "q", CONTACT, enabled=False, stopping=True)
    stopped = Rule(4, "Stopped", ("safety",), "q", CONTACT, enabled=False)
    assert prompting([stopping], ["safety/contact"], TREE) is stopping
    assert prompting([stopped], ["safety/contact"], TREE) is None
    assert prompting([stopping, IMAGERY], ["safety/imagery"], TREE) is IMAGERY
    assert [rule.prompts for rule in (stopping, stopped, IMAGERY)] == [True, False, True]
    assert review_queue([stopping], TREE, SourceKind.AI_DETECTION, ["safety"]) is None


@pytest.mark.parametrize("source", list(SourceKind))
def test_only_what_a_machine_found_goes_to_the_rules_queue(source: SourceKind) -> None:
    by_machine = source in (SourceKind.AI_DETECTION, SourceKind.HASH_MATCH)
    assert review_queue([SAFETY], TREE, source, ["safety/contact"]) == ("safety" if by_machine else None)
    assert review_queue([SAFETY], TREE, source, ["spam"]) is None


def test_a_whole_rule_has_no_problem() -> None:
    assert rule_problems(SAFETY, [SAFETY, IMAGERY], TREE) == {}
    assert rule_problems(SAFETY, [], ()) == {}


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("name", Rule(1, " ", ("safety",), "q", CONTACT)),
        ("name", Rule(1, "x" * 121, ("safety",), "q", CONTACT)),
        ("name", Rule(1, "IMAGERY", ("safety",), "q", CONTACT)),
        ("agency", Rule(1, "A", ("safety",), "q", CONTACT, agency="other")),
        ("policies", Rule(1, "A", (), "q", CONTACT)),
        ("policies", Rule(1, "A", ("gone",), "q", CONTACT)),
        ("queue", Rule(1, "A", ("safety",), " ", CONTACT)),
        ("queue", Rule(1, "A", ("safety",), "q" * 121, CONTACT)),
        ("first_name", Rule(1, "A", ("safety",), "q", Contact("", "B", "a@example.com"))),
        ("last_name", Rule(1, "A", ("safety",), "q", Contact("A", " ", "a@example.com"))),
        ("email", Rule(1, "A", ("safety",), "q", Contact("A", "B", ""))),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_at_its_field(field: str, bad: Rule) -> None:
    assert list(rule_problems(bad, [SAFETY, IMAGERY], TREE)) == [field]


@pytest.mark.parametrize(
    "email", ["kim", "kim@", "@example.com", "kim@example", "a b@example.com", "a@b@example.com", "kim@x.c"]
)
def test_addresses_that_are_none(email: str) -> None:
    assert "email" in contact_problems(Contact("A", "B", email))


@pytest.mark.parametrize("email", [" kim@example.com ", "k.e+desk@mail.example.org", "ä@exämple.com"])
def test_addresses(email: str) -> None:
    assert contact_problems(Contact("A", "B", email)) == {}


# -- weaker figures


def test_which_way_is_weaker() -> None:
    before = {"hold_minutes": 5, "rest.daily_cap": 100.0, "rest.break_for": 10.0, "same": "x", "new": 1}
    after = {"hold_minutes": 0, "rest.daily_cap": 90.0, "rest.break_for": 5.0, "same": "x", "new": 2}
    assert weaker(before, after) == (
        Weaker("hold_minutes", 5, 0),
        Weaker("rest.break_for", 10.0, 5.0),
        Weaker("new", 1, 2),
    )
    assert weaker({"rest.daily_cap": None}, {"rest.daily_cap": 1.0}) == (Weaker("rest.daily_cap", None, 1.0),)
    assert weaker(after, before)[0].name == "rest.daily_cap"
