from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from desk.domain.case import CaseState
from desk.domain.errors import ClaimLost, NotAllowed, UserError
from desk.domain.roles import Operator
from desk.ports import CaseFilter
from desk.services.queue import LEASE
from tests.support.world import World

HOUR = timedelta(hours=1)


def test_one_person_works_on_one_case(world_on_both: World) -> None:
    world = world_on_both
    number = world.case().number
    claim = world.queue.claim(world.moderator, number).value
    assert claim.until == world.clock.now() + LEASE
    with pytest.raises(ClaimLost, match="Mo Moderator"):
        world.queue.claim(world.other, number)
    assert world.queue.next_case(world.other).value is None
    world.queue.release(world.moderator, claim)
    assert world.queue.claim(world.other, number).value.operator_id == world.other.id
    assert world.acts()[-3:] == ["case.claimed", "case.released", "case.claimed"]


def test_a_claim_ends_and_a_renewed_one_does_not(world_on_both: World) -> None:
    world = world_on_both
    number = world.case().number
    claim = world.claimed(number)
    world.clock.forward(minutes=29)
    claim = world.queue.renew(world.moderator, claim)
    world.clock.forward(minutes=29)
    with pytest.raises(ClaimLost):
        world.queue.claim(world.other, number)
    world.clock.forward(minutes=1)
    taken = world.queue.claim(world.other, number).value
    with pytest.raises(ClaimLost):
        world.queue.renew(world.moderator, claim)
    world.queue.release(world.moderator, claim)  # too late, and no harm
    assert world.queue.renew(world.other, taken).token == taken.token


def test_next_is_urgent_first_then_oldest_and_never_twice(world_on_both: World) -> None:
    world = world_on_both
    old = world.case("old").number
    world.clock.forward(minutes=1)
    new = world.case("new").number
    world.clock.forward(minutes=1)
    urgent = world.case("urgent", urgency={"escalate": True, "reason": "a meeting tonight"}).number
    people = [world.moderator, world.other, world.supervisor]
    claims = [world.queue.next_case(person).value for person in people]
    assert [claim.case_id for claim in claims if claim] == [urgent, old, new]
    assert world.queue.next_case(world.moderator).value is None


def test_snoozed_until_it_wakes(world: World) -> None:
    number = world.case().number
    claim = world.claimed(number)
    world.queue.snooze(world.moderator, claim, world.clock.now() + HOUR)
    assert world.queue.page(world.moderator, CaseFilter()).total == 0
    assert world.queue.counts(world.moderator).snoozed == 1
    assert world.queue.next_case(world.other).value is None
    world.clock.forward(minutes=61)
    taken = world.queue.next_case(world.other).value
    assert taken is not None
    assert taken.case_id == number
    assert "case.snoozed" in world.acts()


def test_what_can_not_be_put_away(world: World) -> None:
    number = world.case().number
    claim = world.claimed(number)
    with pytest.raises(UserError, match="over"):
        world.queue.snooze(world.moderator, claim, world.clock.now())
    for state in (CaseState.REPORTING, CaseState.REPORTED, CaseState.CLOSED, CaseState.ESCALATED):
        with world.store.write() as uow:
            uow.cases.set_state(number, state)
        with pytest.raises(UserError):
            world.queue.snooze(world.moderator, claim, world.clock.now() + HOUR)
        with world.store.read() as uow:
            assert uow.cases.get(number).state is state


def test_pages_and_counts(world: World) -> None:
    for index in range(5):
        world.case(f"case-{index}", files=1)
        world.clock.forward(seconds=1)
    page = world.queue.page(world.moderator, CaseFilter(), offset=1, limit=2)
    assert (page.offset, page.total, [row.platform_id for row in page.rows]) == (1, 5, ["case-1", "case-2"])
    world.claimed(page.rows[0].number)
    assert world.queue.counts(world.moderator).mine == 1
    assert world.queue.counts(world.other).mine == 0


def test_nobody_uses_another_persons_claim(world: World) -> None:
    number = world.case().number
    claim = world.claimed(number)
    acts: list[Callable[[], object]] = [
        lambda: world.queue.renew(world.other, claim),
        lambda: world.queue.release(world.other, claim),
        lambda: world.queue.snooze(world.other, claim, world.clock.now() + HOUR),
    ]
    for act in acts:
        with pytest.raises(ClaimLost):
            act()
    with world.store.read() as uow:
        assert uow.cases.get(number).claim == claim


def test_roles(world: World) -> None:
    number = world.case().number
    claim = world.claimed(number)
    acts: list[Callable[[Operator], object]] = [
        lambda who: world.queue.page(who, CaseFilter()),
        lambda who: world.queue.counts(who),
        lambda who: world.queue.claim(who, number),
        lambda who: world.queue.next_case(who),
        lambda who: world.queue.renew(who, claim),
        lambda who: world.queue.release(who, claim),
        lambda who: world.queue.snooze(who, claim, world.clock.now() + HOUR),
    ]
    before = world.acts()
    for act in acts:
        for who in (world.admin, Operator(99, "Nobody", frozenset())):
            with pytest.raises(NotAllowed):
                act(who)
    assert world.acts() == before
