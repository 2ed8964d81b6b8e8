"""Second review on a real store with the stand-in service: drawn, blind, required, and reckoned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.domain.case import CaseState
from desk.domain.decision import DecisionKind
from desk.domain.errors import NotAllowed, NotReady, UserError
from desk.domain.filing import FilingState
from desk.domain.incident import IncidentType
from desk.domain.outcome import OutcomeKind, OutcomeSource
from desk.domain.roles import Role
from desk.domain.second_review import ReviewState, SampleRule
from desk.services.second_review import SecondReviewing
from tests.support.world import World

EVERY = SampleRule("every decision")
MUST = SampleRule("first reports", new_within=1, required=True)
KIND = IncidentType.CSAM


def reviewing(world: World) -> SecondReviewing:
    return world.desk.second_review


def test_a_decision_is_drawn_and_looked_at_blind(world: World) -> None:
    service = reviewing(world)
    service.set_rules(world.supervisor, (EVERY,))
    case = world.case()
    world.review.decide(world.moderator, world.claimed(case.number), DecisionKind.NO_VIOLATION)
    (line,) = service.pending(world.supervisor)
    assert line.withheld
    assert line.may_review
    assert (line.first_by, line.review.first_operator, line.review.first_type) == ("", 0, "")
    assert service.for_case(world.moderator, case.number) == ()
    with pytest.raises(NotAllowed):
        service.pending(world.moderator)
    with pytest.raises(NotReady, match="incident type"):
        service.give(world.supervisor, line.review.id, DecisionKind.REPORT)
    with pytest.raises(UserError, match="reason"):
        service.give(world.supervisor, line.review.id, DecisionKind.REPORT, KIND)
    given = service.give(world.supervisor, line.review.id, DecisionKind.REPORT, KIND, "it is imagery").value
    assert given.state is ReviewState.DISAGREED
    (shown,) = service.reviewed(world.supervisor)
    assert (shown.withheld, shown.first_by, shown.reviewer) == (False, "Mo Moderator", "Sue Supervisor")
    (own,) = service.for_case(world.moderator, case.number)
    assert own.review.reason == "it is imagery"
    assert service.for_case(world.other, case.number) == ()
    with pytest.raises(UserError, match="already"):
        service.give(world.supervisor, line.review.id, DecisionKind.NO_VIOLATION)
    assert world.acts()[-1] == "second_review.given"


def test_nobody_reviews_their_own(world: World) -> None:
    service = reviewing(world)
    service.set_rules(world.supervisor, (EVERY,))
    case = world.case()
    claim = world.claimed(case.number, world.supervisor)
    world.review.decide(world.supervisor, claim, DecisionKind.NO_VIOLATION)
    (line,) = service.pending(world.supervisor)
    assert not line.may_review
    with pytest.raises(NotAllowed, match="yourself"):
        service.give(world.supervisor, line.review.id, DecisionKind.NO_VIOLATION)


def test_without_rules_and_for_what_is_handed_on_nothing_is_drawn(world: World) -> None:
    service = reviewing(world)
    one, two = world.case("one"), world.case("two", first=5)
    world.review.decide(world.moderator, world.claimed(one.number), DecisionKind.NO_VIOLATION)
    service.set_rules(world.supervisor, (EVERY,))
    world.queue.escalate(world.moderator, world.claimed(two.number), "is this a parody?")
    assert service.pending(world.supervisor) == ()


def test_a_required_approval_holds_the_report_until_it_is_given(served_on_both: World) -> None:
    world, service = served_on_both, reviewing(served_on_both)
    service.set_rules(world.supervisor, (MUST,))
    filing = world.confirmed(world.case().number)
    assert filing.awaiting
    held = world.until(filing.id, FilingState.HELD)
    assert held.awaiting
    for _ in range(4):
        world.clock.forward(hours=2)
        world.outbox.step()
    assert world.filing(filing.id).state is FilingState.HELD
    with pytest.raises(UserError, match="second person"):
        world.outbox.file_now(world.moderator, filing.id)
    (line,) = service.pending(world.supervisor)
    assert line.review.required
    service.give(world.supervisor, line.review.id, DecisionKind.REPORT, KIND)
    assert world.quiet(filing.id).state is FilingState.FILED
    assert len(world.finished()) == 1

    again = world.confirmed(world.case("second", first=5).number)  # no longer among the first
    assert not again.awaiting


def test_not_approved_it_is_taken_back_and_the_case_is_open_again(served: World) -> None:
    world, service = served, reviewing(served)
    service.set_rules(world.supervisor, (MUST,))
    filing = world.confirmed(world.case().number)
    world.until(filing.id, FilingState.HELD)
    (line,) = service.pending(world.supervisor)
    service.give(world.supervisor, line.review.id, DecisionKind.NO_VIOLATION, reason="a news picture")
    assert world.quiet(filing.id).state is FilingState.WITHDRAWN
    assert world.finished() == []
    with world.store.read() as uow:
        assert uow.cases.get(filing.case_number).state is CaseState.OPEN
    (own,) = service.for_case(world.moderator, filing.case_number)
    assert own.review.reason == "a news picture"


def test_left_alone_for_days_it_is_opened_afresh_only_once_approved(served: World) -> None:
    world, service = served, reviewing(served)
    service.set_rules(world.supervisor, (MUST,))
    filing = world.confirmed(world.case().number)
    world.until(filing.id, FilingState.HELD)
    world.clock.forward(seconds=timedelta(days=3).total_seconds())
    while world.outbox.step().filing is not None:
        pass
    left = world.filing(filing.id)
    assert (left.state, left.attempt) == (FilingState.CONFIRMED, 1)
    assert world.outbox.next_due() is None
    service.give(world.supervisor, service.pending(world.supervisor)[0].review.id, DecisionKind.REPORT, KIND)
    assert world.quiet(filing.id).state is FilingState.FILED
    assert len(world.finished()) == 1


def test_an_urgent_report_is_never_held_back(served: World) -> None:
    world, service = served, reviewing(served)
    service.set_rules(world.supervisor, (MUST,))
    urgent = world.confirmed(world.case().number, escalate="A meeting is near.")
    assert not urgent.awaiting
    assert world.quiet(urgent.id).state is FilingState.FILED
    (line,) = service.pending(world.supervisor)  # looked at afterwards
    assert not line.review.required


def test_taken_back_before_anybody_looked_nothing_waits(served: World) -> None:
    world, service = served, reviewing(served)
    service.set_rules(world.supervisor, (MUST,))
    filing = world.confirmed(world.case().number)
    world.outbox.take_back(world.moderator, filing.id)
    assert world.quiet(filing.id).state is FilingState.WITHDRAWN
    assert service.pending(world.supervisor) == ()


def test_rules_are_a_supervisors_and_are_checked(world: World) -> None:
    service = reviewing(world)
    with pytest.raises(NotAllowed):
        service.set_rules(world.moderator, ())
    with pytest.raises(UserError, match="no name"):
        service.set_rules(world.supervisor, (SampleRule(" "),))
    service.set_rules(world.supervisor, (SampleRule(" tenth ", share=0.1, blind=False),))
    tenth = SampleRule("tenth", share=0.1, blind=False)
    assert service.rules(world.supervisor) == (tenth,)


def test_fewer_second_looks_wait_for_another_supervisor(world: World) -> None:
    service, approvals = reviewing(world), world.desk.approvals
    world.people.add(world.admin, "Sam Second", frozenset({Role.SUPERVISOR}))
    second = next(person for person in world.people.all() if person.name == "Sam Second")
    half = replace(EVERY, share=0.5)
    service.set_rules(world.supervisor, (EVERY,))
    with pytest.raises(UserError, match="reason"):
        service.set_rules(world.supervisor, (half,))
    assert service.set_rules(world.supervisor, (half, MUST), "Too many.").value == (EVERY,)
    assert service.rules(world.supervisor) == (EVERY,)
    (asked,) = approvals.pending(second)
    for nobody in (world.supervisor, world.admin):
        with pytest.raises(NotAllowed):
            approvals.agree(nobody, asked.approval.id)
    approvals.agree(second, asked.approval.id)
    assert service.rules(world.supervisor) == (half, MUST)
    service.set_rules(world.supervisor, (), "None at all.")
    service.set_rules(world.supervisor, (EVERY, MUST))  # a larger share is kept at once
    (late,) = approvals.pending(second)
    with pytest.raises(UserError, match="changed since"):
        approvals.agree(second, late.approval.id)


def test_agreement_is_of_decisions_not_of_people(world: World) -> None:
    service = reviewing(world)
    service.set_rules(world.supervisor, (EVERY,))
    for index in range(6):
        case = world.case(f"case-{index}", first=3 * index)
        kind = DecisionKind.NO_VIOLATION if index < 4 else DecisionKind.VIOLATION_NO_REPORT
        world.review.decide(world.moderator, world.claimed(case.number), kind, reason="a reason")
    for line in service.pending(world.supervisor):
        second = (
            DecisionKind.NO_VIOLATION if line.review.case_number <= 3 else DecisionKind.VIOLATION_NO_REPORT
        )
        service.give(world.supervisor, line.review.id, second, reason="looked again")
    found = service.agreement(world.supervisor)
    # 3 alike of the one, 2 of the other, 1 apart: observed 5/6, expected (4·3 + 2·3)/36 = 1/2.
    assert (found.all.pairs, found.all.observed) == (6, pytest.approx(5 / 6))
    assert found.all.value == pytest.approx(2 / 3)
    assert set(found.types) == {"no_violation", "violation_no_report"}
    assert list(found.months) == [f"{world.clock.now():%Y-%m}"]


def test_what_became_of_a_report_reaches_who_filed_it(served: World) -> None:
    world, outcomes = served, served.desk.outcomes
    filing = world.confirmed(world.case().number)
    with pytest.raises(UserError, match="not filed"):
        outcomes.add(world.supervisor, filing.id, OutcomeSource.NCMEC, OutcomeKind.RECEIVED)
    world.quiet(filing.id)
    with pytest.raises(NotAllowed):
        outcomes.add(world.moderator, filing.id, OutcomeSource.NCMEC, OutcomeKind.RECEIVED)
    note = outcomes.add(
        world.supervisor, filing.id, OutcomeSource.LAW_ENFORCEMENT, OutcomeKind.CHILD_SAFE, " thanks "
    ).value
    assert note.words == "thanks"
    assert outcomes.news(world.other) == ()
    (news,) = outcomes.news(world.moderator)
    assert (news.outcome, news.case_number) == (note, filing.case_number)
    assert not outcomes.seen(world.other, note.id).value
    assert outcomes.seen(world.moderator, note.id).value
    assert outcomes.news(world.moderator) == ()
    assert [one.id for one in outcomes.for_filing(world.other, filing.id)] == [note.id]
