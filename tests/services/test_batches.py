"""One batched report for many accounts: all cases together, from confirmation to every end."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import Any

import pytest

from desk.domain.batch import single, to_batch
from desk.domain.case import CaseState, Claim
from desk.domain.content import FileAnnotation
from desk.domain.decision import DecisionKind
from desk.domain.draft import BatchMember, FileChoice
from desk.domain.errors import AlreadyReported, NotAllowed, NotReady, StaleDraft
from desk.domain.filing import Filing, FilingState
from desk.domain.roles import Operator
from desk.practice.server_faults import Fault, Kind
from desk.services.candidates import Candidate
from desk.services.confirmation import Summary
from tests.support.world import World, package

VIRAL = frozenset({FileAnnotation.VIRAL})


def spread(world: World, count: int = 4, **more: Any) -> list[int]:
    """Cases of other accounts that hold the same one picture."""
    return [world.case(f"viral-{n}", files=1, **more).number for n in range(count)]


def found(world: World, number: int) -> tuple[Candidate, ...]:
    (one,) = world.drafting.batch_candidates(world.moderator, number)
    assert one.content_id == "c1"
    return one.cases


def batch(world: World, number: int, *, but: tuple[int, ...] = ()) -> Summary:
    """Claimed, drafted as a batch with all candidates, and rendered."""
    world.claimed(number)
    world.drafted(number)
    cases = [one for one in found(world, number) if one.case_number not in but]
    view = world.drafting.open(world.moderator, number)
    made = to_batch(view.draft, "c1", [BatchMember(one.case_number, one.account) for one in cases])
    assert made.batch is not None
    made = replace(made, batch=replace(made.batch, annotations=VIRAL))
    world.drafting.save(world.moderator, made, view.saved.version)
    return world.confirmation.summary(world.moderator, number)


def confirm(world: World, summary: Summary) -> Filing:
    claim = world.claimed(summary.case.number)
    return world.confirmation.confirm(world.moderator, claim, summary, checked=True).value


def states(world: World, numbers: list[int]) -> list[CaseState]:
    with world.store.read() as uow:
        return [uow.cases.get(number).state for number in numbers]


def acts_on(world: World, number: int) -> list[str]:
    with world.store.read() as uow:
        entries = [json.loads(row.entry) for row in uow.audit.rows(0, 100_000)]
    return [e["act"] for e in entries if e["case"] == number and e["filing"]]


def test_from_candidates_to_one_filed_report(served_on_both: World) -> None:
    world = served_on_both
    numbers = spread(world)
    lead, *others = numbers
    assert [one.case_number for one in found(world, lead)] == others
    assert [one.account for one in found(world, lead)] == ["u-viral-1", "u-viral-2", "u-viral-3"]
    summary = batch(world, lead)
    assert [other.case.number for other in summary.others] == others
    assert len(summary.identities) == 4
    assert summary.draft.contexts == ()
    assert "Where it happened" in summary.not_said
    filing = confirm(world, summary)
    assert states(world, numbers) == [CaseState.REPORTING] * 4
    with world.store.read() as uow:
        for number in numbers:
            assert uow.cases.decisions(number)[-1].kind is DecisionKind.REPORT
            assert uow.cases.get(number).claim is None
            assert [one.id for one in uow.filings.for_case(number)] == [filing.id]
    assert world.quiet(filing.id).state is FilingState.FILED
    assert states(world, numbers) == [CaseState.REPORTED] * 4
    (report,) = world.finished()
    assert len(report["files"]) == 1
    for number in others:
        assert acts_on(world, number) == ["filing.confirmed", "filing.filed"]
        view = world.review.open(world.moderator, number)
        assert view.reported_in == {"c1": filing.id}
        assert [report_id for report_id, _ in view.prior_reports] == [world.filing(filing.id).report_id]
        assert view.elsewhere["c1"][0].filing_id == filing.id
    assert world.drafting.batch_candidates(world.moderator, world.case("late", files=1).number) == ()


def test_none_of_it_can_be_reported_again(served: World) -> None:
    numbers = spread(served)
    summary = batch(served, numbers[0])
    filing = confirm(served, summary)
    path = package(served.folder.parent / "again", "again", served.clock.now(), files=1)
    document = json.loads((path / "case.json").read_text())
    document["content"][0]["uid"] = "uid-viral-2-0"
    (path / "case.json").write_text(json.dumps(document))
    (number,) = served.take_in(path)
    claim, again = served.summed(number, files=(FileChoice("c1"),))
    assert again.already == {"uid:uid-viral-2-0": filing.id}
    with pytest.raises(AlreadyReported) as caught:
        served.confirmation.confirm(served.moderator, claim, again, checked=True)
    assert caught.value.filing_ids == (filing.id,)


def test_taking_it_back_frees_every_case(served_on_both: World) -> None:
    world = served_on_both
    numbers = spread(world)
    filing = confirm(world, batch(world, numbers[0]))
    world.until(filing.id, FilingState.HELD)
    world.outbox.take_back(world.moderator, filing.id)
    assert world.quiet(filing.id).state is FilingState.WITHDRAWN
    assert states(world, numbers) == [CaseState.OPEN] * 4
    assert [one.case_number for one in found(world, numbers[2])] == [n for n in numbers if n != numbers[2]]
    draft = world.drafting.open(world.moderator, numbers[0]).draft
    assert draft.batch is not None
    assert single(draft).contexts != ()
    second = confirm(world, world.confirmation.summary(world.moderator, numbers[0]))
    assert world.quiet(second.id).state is FilingState.FILED


def test_a_refusal_frees_every_case(served: World) -> None:
    numbers = spread(served)
    filing = confirm(served, batch(served, numbers[0]))
    served.service.set_faults(Fault(kind=Kind.CODE, endpoint="submit", code=4100, description="No."))
    assert served.quiet(filing.id).state is FilingState.REFUSED
    assert states(served, numbers) == [CaseState.OPEN] * 4
    assert acts_on(served, numbers[1]) == ["filing.confirmed", "filing.refused"]
    assert [one.case_number for one in found(served, numbers[0])] == numbers[1:]


def test_what_else_a_case_holds_is_still_to_be_reported(served: World) -> None:
    lead = served.case("lead", files=2).number
    more = served.case("more", files=2).number
    plain = served.case("plain", files=1).number
    (one,) = [c for c in served.drafting.batch_candidates(served.moderator, lead) if c.content_id == "c1"]
    assert [(c.case_number, c.rest) for c in one.cases] == [(more, 1), (plain, 0)]
    served.claimed(lead)
    served.drafted(lead, additional_info="typed once")
    view = served.drafting.open(served.moderator, lead)
    members = [BatchMember(more, "u-more"), BatchMember(plain, "u-plain")]
    draft = to_batch(
        view.draft.with_choice(replace(view.draft.choice("c1"), annotations=VIRAL)), "c1", members
    )
    served.drafting.save(served.moderator, draft, view.saved.version)
    summary = served.confirmation.summary(served.moderator, lead)
    assert [piece.id for piece in summary.left_out] == ["c2"]
    filing = confirm(served, summary)
    assert served.quiet(filing.id).state is FilingState.FILED
    assert states(served, [lead, more, plain]) == [CaseState.OPEN, CaseState.OPEN, CaseState.REPORTED]
    left = served.drafting.open(served.moderator, lead).draft
    assert (left.batch, left.additional_info) == (None, "typed once")
    assert [c.content_id for c in left.files if c.include] == ["c2"]
    assert served.quiet(served.confirmed(lead).id).state is FilingState.FILED


def test_a_case_that_grew_meanwhile_opens_again(served: World) -> None:
    numbers = spread(served, 2)
    filing = confirm(served, batch(served, numbers[0]))
    served.take_in(package(served.folder.parent / "b", "viral-1", served.clock.now(), files=2))
    assert served.quiet(filing.id).state is FilingState.FILED
    assert states(served, numbers) == [CaseState.REPORTED, CaseState.OPEN]


def test_who_is_no_candidate(world: World) -> None:
    lead, taken, decided, snoozed, same = (
        world.case(name, files=1, reported={"id": account}).number
        for name, account in (("a", "u-a"), ("b", "u-b"), ("c", "u-c"), ("d", "u-d"), ("e", "u-a"))
    )
    nobody = world.case("nobody", files=1, reported=None).number
    assert same not in [c.case_number for c in found(world, lead)]
    assert nobody not in [c.case_number for c in found(world, lead)]
    world.claimed(taken, world.other)
    world.review.decide(world.moderator, world.claimed(decided), DecisionKind.NO_VIOLATION)
    world.queue.snooze(world.moderator, world.claimed(snoozed), world.clock.now().replace(year=2099))
    assert [(c.case_number, c.holder) for c in found(world, lead)] == [(taken, "Ola Other")]
    assert "u-b" not in repr(found(world, lead))
    with pytest.raises(NotAllowed):
        world.drafting.batch_candidates(world.admin, lead)


def test_a_case_that_another_person_holds_is_named(world: World) -> None:
    numbers = spread(world)
    world.claimed(numbers[2], world.other)
    with pytest.raises(NotReady) as caught:
        batch(world, numbers[0])
    ((path, _, words),) = caught.value.problems
    assert path == "batch.members[1]"
    assert words.startswith(f"Case {numbers[2]} can't go along: Ola Other is working on it. Ask them")
    batch(world, numbers[0], but=(numbers[2],))


def take(world: World, number: int) -> None:
    world.claimed(number, world.other)


def decide(world: World, number: int) -> None:
    world.review.decide(world.other, world.claimed(number, world.other), DecisionKind.NO_VIOLATION)


def grow(world: World, number: int) -> None:
    world.take_in(package(world.folder.parent / "b", "viral-1", world.clock.now(), files=2))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (take, NotReady, "Ola Other is working"),
        (decide, NotReady, "not open any more"),
        (grow, StaleDraft, "added to case"),
    ],
)
def test_what_changed_since_it_was_shown_is_refused_whole(
    world: World, change: Any, error: type[Exception], words: str
) -> None:
    numbers = spread(world)
    summary = batch(world, numbers[0])
    change(world, numbers[1])
    before = states(world, numbers)
    with pytest.raises(error, match=words):
        confirm(world, summary)
    assert states(world, numbers) == before
    assert world.outbox.waiting() == 0


def test_two_desks_want_the_same_case(world_on_both: World) -> None:
    world = world_on_both
    first, second, shared = spread(world, 3)
    made = []
    for who, lead, but in ((world.moderator, first, second), (world.other, second, first)):
        claim = world.claimed(lead, who)
        world.drafted(lead, who)
        view = world.drafting.open(who, lead)
        draft = to_batch(view.draft, "c1", [BatchMember(shared, "u-viral-2")])
        assert draft.batch is not None
        assert but != lead
        draft = replace(draft, batch=replace(draft.batch, annotations=VIRAL))
        world.drafting.save(who, draft, view.saved.version)
        made.append((who, claim, world.confirmation.summary(who, lead)))
    outcomes: list[object] = []

    def go(who: Operator, claim: Claim, summary: Summary) -> None:
        try:
            outcomes.append(world.confirmation.confirm(who, claim, summary, checked=True).value)
        except NotReady as problem:
            outcomes.append(problem)

    threads = [threading.Thread(target=go, args=one) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(type(one).__name__ for one in outcomes) == ["Filing", "NotReady"]
    (filing,) = [one for one in outcomes if isinstance(one, Filing)]
    assert states(world, [shared]) == [CaseState.REPORTING]
    loser = second if filing.case_number == first else first
    assert states(world, [loser]) == [CaseState.OPEN]


def test_what_is_left_out_of_the_others_is_said_too(world: World) -> None:
    lead = world.case("viral-0", files=1).number
    world.case("viral-1", files=2, victims=[{"id": "v-1"}])
    summary = batch(world, lead)
    assert summary.besides == ("The victims",)
    assert [other.rest[0].id for other in summary.others] == ["c2"]


def test_ones_own_claim_on_another_case_is_no_obstacle(world: World) -> None:
    numbers = spread(world)
    world.claimed(numbers[1])
    confirm(world, batch(world, numbers[0]))
    with world.store.read() as uow:
        assert uow.cases.get(numbers[1]).claim is None
