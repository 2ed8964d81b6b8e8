"""Runs a workspace's outbox in processes that die at a chosen boundary; started by the fault tests.

A boundary is where a crash can leave something half: before and after each commit, before and after each
remote call.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from desk.cybertip.client import CyberTipClient
from desk.domain.company import Endpoint, EndpointKind
from desk.storage.unit_of_work import SqlStore
from tests.support.clocks import SettableClock
from tests.support.world import PASSWORD, USER, open_world

CALLS = ("submit", "upload", "fileinfo", "finish", "retract")


class Boundaries:
    """Counts them, and at the chosen one ends this process as a power cut would."""

    def __init__(self, fatal: int) -> None:
        self.passed = 0
        self._fatal = fatal

    def cross(self) -> None:
        self.passed += 1
        if self.passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, kind: type, name: str) -> None:
        real = getattr(kind, name)

        def watched(*args: Any, **more: Any) -> Any:
            self.cross()
            try:
                return real(*args, **more)
            finally:
                self.cross()

        setattr(kind, name, watched)


class _Watched:
    """A unit of work for writing whose commit is between two boundaries."""

    def __init__(self, real: Any, boundaries: Boundaries) -> None:
        self._real = real
        self._boundaries = boundaries

    def __enter__(self) -> Any:
        return self._real.__enter__()

    def __exit__(self, *trouble: Any) -> Any:
        self._boundaries.cross()
        try:
            return self._real.__exit__(*trouble)
        finally:
            self._boundaries.cross()


def run(workspace: str, url: str, fatal: int, ahead: float) -> int:
    """Step the outbox until filing 1 is at an end; the number of boundaries passed."""
    boundaries = Boundaries(fatal)
    clock = SettableClock()
    clock.forward(seconds=ahead)
    with open_world(Path(workspace), clock=clock) as world:
        name = world.credentials._name(Endpoint(EndpointKind.PRACTICE, url))
        world.secrets.set(name, json.dumps({"user": USER, "password": PASSWORD}).encode())
        for call in CALLS:
            boundaries.watch(CyberTipClient, call)
        real = SqlStore.write
        SqlStore.write = lambda self: _Watched(real(self), boundaries)  # type: ignore[assignment,method-assign,misc]
        while not world.filing(1).state.ended:
            stepped = world.outbox.step()
            if stepped.filing is None:
                assert stepped.next_due is not None
                clock.forward(seconds=max(0.001, (stepped.next_due - clock.now()).total_seconds()))
    return boundaries.passed


def serve() -> None:
    """One line of JSON for each run, one for its end. Each run is a fork: nothing is imported twice."""
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                passed = run(**json.loads(line))
                os.write(writing, str(passed).encode())
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            passed_text = answer.read()
        _, status = os.waitpid(child, 0)
        print(
            json.dumps({"code": os.waitstatus_to_exitcode(status), "passed": int(passed_text or 0)}),
            flush=True,
        )


if __name__ == "__main__":
    serve()
