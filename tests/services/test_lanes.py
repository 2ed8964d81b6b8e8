"""Lanes on the real store and stand-in: many filings side by side, waking, stopping, faults."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from desk.domain.errors import ClaimLost, UserError
from desk.domain.filing import Filing, FilingState, Reply
from desk.services import lanes as module
from desk.services.lanes import Lanes
from desk.storage.repositories.filings import SqlFilings
from tests.support.around import Around
from tests.support.world import World


def test_many_filings_are_filed_once_each(served: World) -> None:
    filings = [
        served.confirmed(
            served.case(f"case-{n}", files=1, first=n * 3).number, escalate="A child is in danger now."
        )
        for n in range(6)
    ]
    told: list[Filing] = []
    lanes = Lanes(served.outbox, served.clock, told.append)
    lanes.start()
    try:
        assert lanes.wait_idle(60)
    finally:
        assert lanes.stop()
    assert {served.filing(filing.id).state for filing in filings} == {FilingState.FILED}
    assert len(served.finished()) == len(filings)
    assert {filing.id for filing in told} == {filing.id for filing in filings}


def test_a_wake_is_heard_at_once(served: World) -> None:
    ended = threading.Event()

    def told(filing: Filing) -> None:
        if filing.state is FilingState.FILED:
            ended.set()

    lanes = Lanes(served.outbox, served.clock, told, count=2)
    lanes.start()
    try:
        assert lanes.wait_idle(30)
        served.confirmed(served.case(files=1).number, escalate="A child is in danger now.")
        lanes.wake()
        assert ended.wait(30)
    finally:
        assert lanes.stop()


def test_a_bug_of_the_lanes_themselves_is_waited_out(
    served: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "AFTER_FAULT", 0.05)
    real, times = served.outbox.together, [0]

    def together(bodies: Any) -> Any:
        times[0] += 1
        if times[0] == 1:
            raise ValueError("a bug")
        return real(bodies)

    monkeypatch.setattr(served.outbox, "together", together)
    filing = served.confirmed(served.case(files=1).number, escalate="A child is in danger now.")
    lanes = Lanes(served.outbox, served.clock)
    lanes.start()
    try:
        assert lanes.wait_idle(60)
    finally:
        assert lanes.stop()
    assert served.filing(filing.id).state is FilingState.FILED
    assert "met a bug: ValueError" in caplog.text


@pytest.mark.parametrize("problem", [UserError("The disk is full."), ValueError("a bug")])
def test_a_fault_is_waited_out(
    served: World, problem: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "AFTER_FAULT", 0.05)
    times = [0]
    real = served.outbox.flow

    def flow(**more: Any) -> Any:
        times[0] += 1
        if times[0] == 1:
            raise problem
        return (yield from real(**more))

    monkeypatch.setattr(served.outbox, "flow", flow)
    filing = served.confirmed(served.case(files=1).number, escalate="A child is in danger now.")
    lanes = Lanes(served.outbox, served.clock, count=1)
    lanes.start()
    try:
        done = threading.Event()
        for _ in range(200):
            if served.filing(filing.id).state is FilingState.FILED:
                break
            done.wait(0.1)
    finally:
        assert lanes.stop()
    assert served.filing(filing.id).state is FilingState.FILED
    assert "disk is full" not in caplog.text


def test_none_waits_behind_a_large_upload(served: World) -> None:
    large = served.confirmed(served.case("large", files=1).number, escalate="A child is in danger now.")
    begun, go_on, filed = threading.Event(), threading.Event(), threading.Event()

    def upload(run: Callable[[], Reply], **_more: Any) -> Reply:
        if not begun.is_set():
            begun.set()
            assert go_on.wait(30)
        return run()

    def told(filing: Filing) -> None:
        if filing.id != large.id and filing.state is FilingState.FILED:
            filed.set()

    served.outbox._sender._agency = lambda: Around(served.agency(), upload=upload)  # type: ignore[assignment,return-value]
    lanes = Lanes(served.outbox, served.clock, told, count=2)
    lanes.start()
    try:
        assert begun.wait(30)
        for n in range(3):
            filed.clear()
            served.confirmed(
                served.case(f"case-{n}", files=1, first=9 * n + 9).number, escalate="A child is in danger."
            )
            lanes.wake()
            assert filed.wait(30)
        assert served.filing(large.id).state is FilingState.OPENED
        go_on.set()
        assert lanes.wait_idle(30)
    finally:
        go_on.set()
        assert lanes.stop()
    assert served.filing(large.id).state is FilingState.FILED
    assert len(served.finished()) == 4


def test_stopped_in_the_midst_of_a_call_it_is_settled_first(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.05)
    turns: list[float] = []
    real = module.readable

    def readable(numbers: Iterable[int], seconds: float) -> list[int]:
        turns.append(seconds)
        return real(numbers, seconds)

    monkeypatch.setattr(module, "readable", readable)
    filing = served.confirmed(served.case(files=1).number, escalate="A child is in danger now.")
    begun, go_on = threading.Event(), threading.Event()

    def submit(run: Callable[[], Reply]) -> Reply:
        begun.set()
        assert go_on.wait(30)
        return run()

    served.outbox._sender._agency = lambda: Around(served.agency(), submit=submit)  # type: ignore[assignment,return-value]
    lanes = Lanes(served.outbox, served.clock)
    lanes.start()
    assert begun.wait(30)
    assert not lanes.stop(0.01)
    assert not lanes.wait_idle(0.01)
    turns.clear()
    assert not lanes.stop(0.5)
    assert len(turns) < 100  # it waits, and does not turn round and round meanwhile
    go_on.set()
    assert lanes.stop(30)
    opened = served.filing(filing.id)
    assert (opened.state, opened.intent) == (FilingState.OPENED, None)
    assert served.quiet(filing.id).state is FilingState.FILED  # the lease was given back


def test_a_lease_that_is_lost_takes_no_other_filing_with_it(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both write in one transaction; one of them must not: the other's work is done again."""
    filings = [
        served.confirmed(
            served.case(f"case-{n}", files=1, first=9 * n).number, escalate="A child is in danger."
        )
        for n in range(4)
    ]
    real, lost = SqlFilings.save_known, []

    def save_known(self: SqlFilings, known: Filing, *more: Any, **options: Any) -> Filing | None:
        if known.id == filings[0].id and known.state is FilingState.OPENED and len(lost) < 2:
            lost.append(known)
            raise ClaimLost("Another outbox has taken this filing over.")
        return real(self, known, *more, **options)

    monkeypatch.setattr(SqlFilings, "save_known", save_known)
    lanes = Lanes(served.outbox, served.clock)
    lanes.start()
    try:
        assert lanes.wait_idle(60)
    finally:
        assert lanes.stop()
    assert lost
    for filing in filings:
        assert served.quiet(filing.id).state is FilingState.FILED
    assert len(served.finished()) == 4
