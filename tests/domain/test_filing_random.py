"""Whatever befalls a filing, it ends rightly once the faults cease: every single trouble at every step,
every pair of troubles, and long random walks."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desk.domain.filing import ActKind, Call, FilingState
from tests.domain.filing_world import Crash, Fault, Service, World, confirmed


@dataclass(frozen=True)
class Trouble:
    """What happens around one step of the outbox; ``minutes`` pass before it."""

    fault: Fault = Fault.NONE
    crash: Crash = Crash.NONE
    wish: str = ""  # take_back or file_now, made while the call is under way, else before the next step
    minutes: int = 0
    late: bool = False  # a delayed call arrives first

    def befall(self, world: World) -> None:
        world.now += timedelta(minutes=self.minutes)
        if self.late:
            world.deliver_late()
        act = world.step(self.fault, self.crash, getattr(world, self.wish) if self.wish else None)
        if self.wish and act.kind is not ActKind.CALL:
            getattr(world, self.wish)()
        elif act.kind is ActKind.WAIT:
            assert act.until is not None
            world.now = act.until
        world.check()


QUIET = Trouble()
SINGLE = (
    [Trouble(fault, crash) for fault in Fault for crash in Crash]
    + [
        Trouble(fault, crash, wish)
        for fault in Fault
        for crash in Crash
        for wish in ("take_back", "file_now")
    ]
    + [Trouble(minutes=minutes) for minutes in (59, 61, 24 * 60 + 1, 72 * 60)]
)
PAIRED = (
    [Trouble(fault) for fault in Fault if fault is not Fault.NONE]
    + [Trouble(crash=Crash.BEFORE_CALL), Trouble(crash=Crash.AFTER_CALL)]
    + [Trouble(wish="take_back"), Trouble(wish="file_now"), Trouble(minutes=24 * 60 + 1)]
    + [Trouble(late=True), Trouble(Fault.LOST_AFTER, minutes=24 * 60 + 1)]
)


def finish(world: World) -> FilingState:
    """Quiet until the end, and the laws of the end."""
    row = world.settle()
    assert row.state.ended
    sent = list(world.service.sent)
    world.now += timedelta(days=2)
    assert world.step().kind is ActKind.NOTHING
    assert world.service.sent == sent, "something was sent after the end"
    if world.promised:
        assert row.state is not FilingState.FILED
    if row.state is FilingState.FILED:
        report = row.report_id
        last = max(
            n for n, call in enumerate(sent) if call in ((Call.FINISH, report), (Call.RETRACT, report))
        )
        assert last == len(sent) - 1
        done = [call for call, _ in sent[[call for call, _ in sent].index(Call.FINISH) + 1 :]]
        if len({r for _, r in sent if r}) == 1:  # the first report was the one that was finished
            assert set(done) <= {Call.FINISH, Call.RETRACT}
    return row.state


def run(troubles: dict[int, Trouble], *, files: int, hold: int = 5, escalated: bool = False) -> World:
    world = World(confirmed(files, hold=hold, escalated=escalated))
    for step in range(max(troubles) + 1):
        troubles.get(step, QUIET).befall(world)
    finish(world)
    return world


@pytest.mark.parametrize(("files", "hold", "escalated"), [(2, 5, False), (2, 0, False), (1, 60, True)])
def test_every_trouble_at_every_step(files: int, hold: int, escalated: bool) -> None:
    ends: Counter[FilingState] = Counter()
    for step, trouble in itertools.product(range(5 + 2 * files), SINGLE):
        world = run({step: trouble}, files=files, hold=hold, escalated=escalated)
        ends[world.row.state] += 1
    assert sum(ends.values()) > 500
    assert set(ends) == {FilingState.FILED, FilingState.WITHDRAWN, FilingState.REFUSED}


@pytest.mark.parametrize("first", PAIRED, ids=range(len(PAIRED)))
def test_every_pair_of_troubles(first: Trouble) -> None:
    for one, gap, second in itertools.product(range(7), range(1, 6), PAIRED):
        run({one: first, one + gap: second}, files=1)


TROUBLES = st.one_of(
    st.just(QUIET),
    st.builds(Trouble),
    st.builds(Trouble, fault=st.sampled_from(list(Fault))),
    st.builds(Trouble, fault=st.sampled_from([Fault.LOST_AFTER, Fault.LATE]), late=st.booleans()),
    st.builds(Trouble, crash=st.sampled_from(list(Crash)), fault=st.sampled_from(list(Fault))),
    st.builds(Trouble, minutes=st.sampled_from([1, 4, 30, 61, 24 * 60, 72 * 60])),
    st.builds(Trouble, wish=st.sampled_from(["", "", "", "file_now", "take_back"])),
)
BAD = [(), (), (), (), (Call.SUBMIT,), (Call.UPLOAD,), (Call.FILEINFO,), (Call.FINISH,)]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    troubles=st.lists(TROUBLES, min_size=8, max_size=45),
    files=st.integers(0, 3),
    hold=st.sampled_from([0, 5, 60]),
    escalated=st.sampled_from([False, False, True]),
    bad=st.sampled_from(BAD),
)
@example([Trouble(Fault.WRONG_MD5), Trouble(Fault.WRONG_MD5)] * 40, 1, 5, False, ())
@example([Trouble(Fault.NONE, minutes=72 * 60)] * 45, 1, 60, False, ())
def test_long_walks(
    troubles: list[Trouble], files: int, hold: int, escalated: bool, bad: tuple[Call, ...]
) -> None:
    world = World(confirmed(files, hold=hold, escalated=escalated), Service(bad=frozenset(bad)))
    for trouble in troubles:
        trouble.befall(world)
    finish(world)


@settings(max_examples=150, deadline=None)
@given(
    place=st.integers(0, 14),
    faults=st.lists(
        st.sampled_from([Fault.NONE, Fault.LOST_AFTER, Fault.BUSY, Fault.UNAUTHORISED]), max_size=20
    ),
    hold=st.sampled_from([0, 5, 60]),
)
def test_taking_back_is_honoured_in_every_state_before_finishing(
    place: int, faults: list[Fault], hold: int
) -> None:
    world = World(confirmed(2, hold=hold))
    for step in range(place):
        Trouble(faults[step] if step < len(faults) else Fault.NONE).befall(world)
    too_late = world.finish_sent or world.row.state in (FilingState.FINISHING, FilingState.FILED)
    world.take_back()
    end = finish(world)
    assert (end is FilingState.WITHDRAWN) or too_late
