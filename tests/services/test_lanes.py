"""Lanes on the real store and stand-in: many filings side by side, waking, stopping, faults."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from desk.domain.errors import UserError
from desk.domain.filing import Filing, FilingState
from desk.services import lanes as module
from desk.services.lanes import Lanes
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
