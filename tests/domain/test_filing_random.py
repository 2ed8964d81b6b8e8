"""Random walks: whatever befalls a filing, it ends rightly once the faults cease."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desk.domain.filing import ActKind, Call, FilingState
from tests.domain.filing_world import Crash, Fault, Service, World, confirmed

CALLS_BEFORE_END = {FilingState.FILED: Call.FINISH}
WISHES = st.sampled_from([None, None, None, None, "take_back", "file_now"])


class FilingWalk(RuleBasedStateMachine):
    """Faults, deaths, wishes and the passing of time in any order."""

    @initialize(
        files=st.integers(0, 3),
        hold=st.sampled_from([0, 5, 60]),
        escalated=st.booleans(),
        bad=st.sampled_from([(), (), (), (Call.SUBMIT,), (Call.FILEINFO,), (Call.FINISH,), (Call.UPLOAD,)]),
    )
    def begin(self, files: int, hold: int, escalated: bool, bad: tuple[Call, ...]) -> None:
        self.world = World(confirmed(files, hold=hold, escalated=escalated), Service(bad=frozenset(bad)))
        self.sent_at_end: int | None = None

    @rule(fault=st.sampled_from(list(Fault)), crash=st.sampled_from(list(Crash)), wish=WISHES)
    def trouble(self, fault: Fault, crash: Crash, wish: str | None) -> None:
        self.world.step(fault, crash, getattr(self.world, wish) if wish else None)

    @rule(count=st.integers(1, 8), wish=WISHES)
    def steps(self, count: int, wish: str | None) -> None:
        for _ in range(count):
            self.world.step(during=getattr(self.world, wish) if wish else None)

    @rule()
    def wait(self) -> None:
        act = self.world.step()
        if act.kind is ActKind.WAIT:
            assert act.until is not None
            self.world.now = act.until

    @rule(minutes=st.sampled_from([1, 4, 59, 61, 23 * 60 + 30, 24 * 60, 3 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @rule()
    def take_back(self) -> None:
        self.world.take_back()

    @rule()
    def file_now(self) -> None:
        self.world.file_now()

    @rule()
    def a_late_call_arrives(self) -> None:
        self.world.deliver_late()

    @invariant()
    def laws_hold(self) -> None:
        self.world.check()

    @invariant()
    def nothing_is_sent_after_the_end(self) -> None:
        if self.world.row.state.ended:
            sent = len(self.world.service.sent)
            assert self.sent_at_end in (None, sent)
            self.sent_at_end = sent

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.settle()
        self.nothing_is_sent_after_the_end()
        world = self.world
        assert world.row.state.ended
        if world.promised:
            assert world.row.state is not FilingState.FILED
        if world.row.state is FilingState.FILED:
            finish = max(n for n, (call, _) in enumerate(world.service.sent) if call is Call.FINISH)
            after = [call for call, _ in world.service.sent[finish + 1 :]]
            assert set(after) <= {Call.RETRACT}  # asked only where /finish itself had been refused


TestFilingWalk = FilingWalk.TestCase
TestFilingWalk.settings = settings(
    max_examples=400, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
