"""A report that a second person has to approve: uploaded and held, never finished without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from desk.domain.filing import ActKind, Call, FilingState, next_act
from tests.domain.filing_world import World, confirmed

MINUTE = timedelta(minutes=1)


def waiting(hold: int = 5) -> World:
    """A filing that is awaited, come as far as it comes by itself within the hold."""
    world = World(replace(confirmed(2, hold=hold), awaiting=True))
    while world.row.state is not FilingState.HELD or world.now < (world.row.hold_until or world.now):
        if world.step().kind is ActKind.WAIT:
            world.now += MINUTE
    return world


def test_it_is_uploaded_and_held_and_waits_past_the_hold() -> None:
    world = waiting()
    world.now += timedelta(hours=3)
    act = next_act(world.row, world.now)
    assert (act.kind, act.until) == (ActKind.WAIT, world.row.expires_at)
    assert next_act(replace(world.row, file_now=True), world.now).kind is ActKind.WAIT
    act = next_act(replace(world.row, awaiting=False), world.now)
    assert act.filing is not None
    assert act.filing.state is FilingState.FINISHING


def test_approved_within_the_hold_it_still_can_be_taken_back_until_the_holds_end() -> None:
    world = World(replace(confirmed(2), awaiting=True))
    while world.row.state is not FilingState.HELD or world.row.hold_until is None:
        world.step()
    act = next_act(replace(world.row, awaiting=False), world.now)
    assert (act.kind, act.until) == (ActKind.WAIT, world.row.hold_until)


def test_open_too_long_it_is_retracted_once_and_then_waits_for_a_person_alone() -> None:
    world = waiting()
    world.now = (world.row.expires_at or world.now) + MINUTE
    while world.row.state is not FilingState.CONFIRMED:
        world.step()
    act = next_act(world.row, world.now)
    assert (act.kind, act.until) == (ActKind.WAIT, None)
    assert next_act(replace(world.row, awaiting=False), world.now).call is Call.SUBMIT
    taken_back = next_act(replace(world.row, take_back=True), world.now).filing
    assert taken_back is not None
    assert taken_back.state is FilingState.WITHDRAWN


@given(minutes=st.lists(st.integers(0, 900), max_size=12))
def test_nothing_of_time_alone_finishes_it(minutes: list[int]) -> None:
    world = World(replace(confirmed(1), awaiting=True))
    for pause in minutes:
        for _ in range(6):
            world.step()
            assert world.row.state not in (FilingState.FINISHING, FilingState.FILED)
        world.now += MINUTE * pause
