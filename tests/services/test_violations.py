"""A confirmed violation: from a rule's queue straight to the confirmation, anywhere else a prompt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.domain.decision import DecisionKind
from desk.domain.errors import ClaimLost, NotAllowed, UserError
from desk.domain.filing import FilingState
from desk.domain.incident import IncidentType
from desk.domain.policy import Policy
from desk.domain.rules import Contact, Rule
from tests.support.settings import put
from tests.support.world import SETTINGS, World

MACHINE = {"source": {"kind": "ai_detection"}}


def test_what_the_rules_say_of_a_case(world: World) -> None:
    found = world.case("by-machine", **MACHINE).number
    standing = world.desk.violations.standing(world.moderator, found)
    assert standing.files_from_here
    assert standing.rule == SETTINGS.rules[0]
    (named,) = standing.named
    assert (named.path, named.proposes, named.rule) == (
        "child-safety/csam",
        IncidentType.CSAM,
        SETTINGS.rules[0],
    )
    (other,) = standing.others
    assert (other.path, other.rule) == ("child-safety", None)
    assert standing.line("child-safety") == other
    assert standing.line("nowhere") is None
    by_person = world.case("by-person", first=4, queue="imagery").number
    assert not world.desk.violations.standing(world.moderator, by_person).files_from_here
    with pytest.raises(NotAllowed):
        world.desk.violations.standing(world.admin, found)


def test_confirmed_in_the_rules_queue_it_is_filed_with_all_the_case_holds(served: World) -> None:
    case = served.case("by-machine", files=3, **MACHINE)
    claim = served.claimed(case.number)
    prepared = served.desk.violations.confirm(
        served.moderator, claim, "child-safety/csam", IncidentType.CSAM
    ).value
    assert prepared.ready
    assert served.service.reports() == [], "nothing is sent by it"
    summary = served.confirmation.summary(served.moderator, case.number)
    assert len(summary.files) == 3
    assert summary.draft.policy == "child-safety/csam"
    assert summary.company.contact == SETTINGS.rules[0].contact
    filing = served.confirmation.confirm(served.moderator, claim, summary, checked=True).value
    assert served.quiet(filing.id).state is FilingState.FILED
    decision = served.review.open(served.moderator, case.number).decisions[-1]
    assert (decision.kind, decision.policy) == (DecisionKind.REPORT, "child-safety/csam")
    assert "violation.confirmed" in served.acts()


def test_what_is_missing_is_named(world: World) -> None:
    case = world.case("by-machine", **MACHINE)
    claim = world.claimed(case.number)
    prepared = world.desk.violations.confirm(world.moderator, claim, "child-safety", None).value
    assert not prepared.ready
    assert prepared.problems[0].path == "incident_type"
    view = world.drafting.open(world.moderator, case.number)
    assert view.proposal is None, "the policy that was confirmed proposes none"
    again = world.desk.violations.confirm(world.moderator, claim, "child-safety/csam", None).value
    assert not again.ready, "a type is taken by a person or not at all"
    assert world.drafting.open(world.moderator, case.number).proposal is IncidentType.CSAM


def test_what_a_person_marked_stays(world: World) -> None:
    case = world.case("by-machine", files=3, **MACHINE)
    claim = world.claimed(case.number)
    view = world.drafting.open(world.moderator, case.number)
    left_out = view.draft.with_choice(replace(view.draft.choice("c2"), include=False))
    world.drafting.save(world.moderator, left_out, view.saved.version)
    world.desk.violations.confirm(world.moderator, claim, "child-safety/csam", IncidentType.CSAM)
    draft = world.drafting.open(world.moderator, case.number).draft
    assert not draft.choice("c2").include


def test_who_may_confirm_what(world: World) -> None:
    case = world.case("by-machine", **MACHINE)
    claim = world.claimed(case.number)
    violations = world.desk.violations
    with pytest.raises(NotAllowed):
        violations.confirm(world.admin, claim, "child-safety", None)
    with pytest.raises(ClaimLost):
        violations.confirm(world.other, claim, "child-safety", None)
    with pytest.raises(UserError, match="not in the tree"):
        violations.confirm(world.moderator, claim, "nowhere", None)
    world.review.decide(world.moderator, claim, DecisionKind.NO_VIOLATION)
    with pytest.raises(UserError, match="decided already"):
        violations.confirm(world.moderator, world.claimed(case.number), "child-safety", None)


def test_a_report_that_was_declined_is_on_record(world: World) -> None:
    number = world.case().number
    with pytest.raises(UserError, match="reason"):
        world.review.decide(world.moderator, world.claimed(number), DecisionKind.VIOLATION_NO_REPORT)
    world.review.decide(
        world.moderator, world.claimed(number), DecisionKind.VIOLATION_NO_REPORT,
        policy="child-safety/csam", reason="a drawing",
    )  # fmt: skip
    assert world.acts()[-1] == "report.declined"
    assert world.auditing.entries(world.supervisor, limit=1000)[-1].facts["rule"] == 1
    uncovered = world.case("other", first=5, policies=["spam"]).number
    claim = world.claimed(uncovered)
    world.review.decide(world.moderator, claim, DecisionKind.VIOLATION_NO_REPORT, reason="spam")
    assert world.acts()[-1] == "case.decided"


def test_the_contact_is_the_confirmed_policys_rule(world: World) -> None:
    contact = Contact("Kim", "Example", "kim@example.com")
    spam = Rule(2, "Spam", ("spam",), "spam", contact)
    tree = (*SETTINGS.policies, Policy("spam", "Spam", IncidentType.MISLEADING_WORDS))
    put(world.configuration, replace(SETTINGS, policies=tree, rules=(*SETTINGS.rules, spam)))
    case = world.case("by-machine", **MACHINE)
    claim = world.claimed(case.number)
    world.desk.violations.confirm(world.moderator, claim, "spam", IncidentType.MISLEADING_WORDS)
    summary = world.confirmation.summary(world.moderator, case.number)
    assert summary.rule == spam
    assert summary.company.contact == contact
