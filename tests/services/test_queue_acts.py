"""What people do with cases besides deciding them: skip, hand over, take over, escalate, ask another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from desk.domain.case import QueueActKind
from desk.domain.errors import ClaimLost, NotAllowed, UserError
from desk.domain.optout import Theme
from desk.domain.roles import Operator
from desk.ports import CaseFilter
from desk.services.queue import KEPT_FOR, LEASE
from desk.services.resting import Resting
from tests.support.world import World

HOUR = timedelta(hours=1)


def test_a_skipped_case_is_offered_to_others_and_the_next_day_again(world_on_both: World) -> None:
    world = world_on_both
    queue = world.queue
    first, second = world.case("first").number, world.case("second").number
    queue.skip(world.moderator, world.claimed(first), " I know this person ")
    taken = queue.next_case(world.moderator).value
    assert taken is not None
    assert taken.case_id == second
    queue.release(world.moderator, taken)
    others = queue.next_case(world.other).value
    assert others is not None
    assert others.case_id == first
    queue.release(world.other, others)
    world.clock.forward(hours=25)
    again = queue.next_case(world.moderator).value
    assert again is not None
    assert again.case_id == first
    (told,) = queue.history(world.other, first)
    assert (told.kind, told.note, told.by) == (QueueActKind.SKIPPED, "I know this person", "Mo Moderator")
    assert "case.skipped" in world.acts()


def test_handed_over_it_is_the_other_persons(world_on_both: World) -> None:
    world = world_on_both
    queue, number = world.queue, world.case().number
    claim = world.claimed(number)
    assert world.other in queue.others(world.moderator)
    assert world.admin not in queue.others(world.moderator)
    given = queue.hand_over(world.moderator, claim, world.other.id, "the video is left").value
    assert (given.operator_id, given.until) == (world.other.id, world.clock.now() + KEPT_FOR)
    with pytest.raises(ClaimLost):
        queue.renew(world.moderator, claim)
    assert queue.page(world.other, CaseFilter("mine")).total == 1
    assert queue.page(world.moderator, CaseFilter("mine")).total == 0
    with pytest.raises(UserError):
        queue.hand_over(world.other, given, world.admin.id, "for you")
    with pytest.raises(UserError):
        queue.hand_over(world.other, given, world.other.id, "for me")
    with pytest.raises(UserError):
        queue.hand_over(world.other, given, 999, "for nobody")
    assert queue.history(world.other, number)[0].to == "Ola Other"


def test_a_supervisor_takes_a_case_over(world_on_both: World) -> None:
    world = world_on_both
    queue, number = world.queue, world.case().number
    with pytest.raises(UserError, match="holds"):
        queue.take_over(world.supervisor, number, "they left")
    claim = world.claimed(number)
    taken = queue.take_over(world.supervisor, number, "they left").value
    assert (taken.operator_id, taken.until) == (world.supervisor.id, world.clock.now() + LEASE)
    with pytest.raises(ClaimLost):
        queue.renew(world.moderator, claim)
    with pytest.raises(UserError):
        queue.take_over(world.supervisor, number, "twice")
    with pytest.raises(NotAllowed):
        queue.take_over(world.other, number, "mine")
    assert "case.taken_over" in world.acts()


def test_escalated_it_is_the_supervisors_until_it_is_sent_back(world: World) -> None:
    queue, number = world.queue, world.case().number
    queue.escalate(world.moderator, world.claimed(number), "is this a parody?")
    assert queue.next_case(world.other).value is None
    with pytest.raises(NotAllowed):
        queue.next_case(world.other, CaseFilter("escalated"))
    before = world.acts()
    with pytest.raises(NotAllowed, match="before the supervisors"):
        queue.claim(world.other, number)
    assert world.acts() == before
    claim = queue.next_case(world.supervisor, CaseFilter("escalated")).value
    assert claim is not None
    handed = queue.hand_over(world.supervisor, claim, world.other.id, "decide it, I agree").value
    assert queue.claim(world.other, number).value.token == handed.token  # theirs now, by a supervisor's word
    claim = queue.take_over(world.supervisor, number, "changed my mind").value
    with pytest.raises(NotAllowed):
        queue.send_back(world.other, claim, "no")
    queue.send_back(world.supervisor, claim, "it is none: decide it")
    assert [told.kind for told in queue.history(world.moderator, number)] == [
        "escalated", "handed_over", "taken_over", "sent_back",
    ]  # fmt: skip
    back = queue.next_case(world.moderator).value
    assert back is not None
    with pytest.raises(UserError, match="before"):
        queue.send_back(world.supervisor, queue.take_over(world.supervisor, number, "why").value, "again")


@pytest.mark.parametrize("shown", [True, False])
def test_a_second_opinion_is_another_persons_and_comes_back(world_on_both: World, shown: bool) -> None:
    world = world_on_both
    queue, number = world.queue, world.case().number
    claim = world.claimed(number)
    asked = queue.ask_opinion(world.moderator, claim, "how old?", "over 18, I think", shown=shown).value
    with pytest.raises(ClaimLost):
        queue.renew(world.moderator, claim)
    assert queue.counts(world.moderator).opinion == 0
    assert queue.counts(world.other).opinion == 1
    assert queue.next_case(world.moderator).value is None
    theirs = queue.next_case(world.other, CaseFilter("opinion")).value
    assert theirs is not None
    (seen,) = queue.opinions(world.other, number)
    assert (seen.first, seen.may_give) == ("over 18, I think" if shown else None, True)
    assert ("18" in seen.opinion.first) is shown
    with pytest.raises(UserError):
        queue.ask_opinion(world.other, theirs, "and you?")
    with pytest.raises(UserError):
        queue.give_opinion(world.other, theirs, 99, "younger")
    back = queue.give_opinion(world.other, theirs, asked.id, "younger").value
    assert (back.operator_id, back.case_id) == (world.moderator.id, number)
    (read,) = queue.opinions(world.moderator, number)
    assert (read.opinion.second, read.given_by, read.may_give) == ("younger", "Ola Other", False)
    (after,) = queue.opinions(world.other, number)
    assert after.first == "over 18, I think"


def test_nobody_gives_their_own_second_opinion(world: World) -> None:
    number = world.case().number
    asked = world.queue.ask_opinion(world.moderator, world.claimed(number), "how old?").value
    again = world.claimed(number)
    (seen,) = world.queue.opinions(world.moderator, number)
    assert not seen.may_give
    with pytest.raises(NotAllowed, match="own"):
        world.queue.give_opinion(world.moderator, again, asked.id, "I agree with myself")


def test_next_leaves_out_what_a_person_chose_not_to_see(world: World) -> None:
    content = [{"id": "c1", "kind": "url", "url": "https://example.com/1",
                "suggested": {"annotations": ["violence_gore"]}}]  # fmt: skip
    number = world.case("hard", files=0, content=content).number
    assert world.queue.choices(world.moderator).marks == ("violenceGore",)
    Resting(world.store, world.clock).opt_out(world.moderator, [Theme.VIOLENCE])
    assert world.queue.next_case(world.moderator).value is None
    assert world.queue.page(world.moderator, CaseFilter(without=frozenset({"violenceGore"}))).total == 0
    claim = world.queue.next_case(world.other).value
    assert claim is not None
    assert claim.case_id == number


def test_every_act_needs_words_a_claim_and_a_role(world: World) -> None:
    queue, number = world.queue, world.case().number
    claim = world.claimed(number)
    later = world.clock.now() + HOUR
    acts: list[Callable[[Operator, str], object]] = [
        lambda who, words: queue.skip(who, claim, words),
        lambda who, words: queue.escalate(who, claim, words),
        lambda who, words: queue.hand_over(who, claim, world.other.id, words),
        lambda who, words: queue.ask_opinion(who, claim, words),
        lambda who, words: queue.give_opinion(who, claim, 1, words),
    ]
    before = world.acts()
    for act in acts:
        with pytest.raises(UserError):
            act(world.moderator, "  ")
        with pytest.raises(ClaimLost):
            act(world.other, "words")
        with pytest.raises(NotAllowed):
            act(world.admin, "words")
    for read in (queue.choices, queue.others):
        with pytest.raises(NotAllowed):
            read(world.admin)
    assert world.acts() == before
    queue.snooze(world.moderator, claim, later, "waits for the logs")
    assert queue.history(world.moderator, number)[0].note == "waits for the logs"
