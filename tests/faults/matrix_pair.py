"""Two outboxes on one store, one of them killed at random every so often and started again at once.

A process of its own, started by the test: it forks the outboxes, so that a new one is there in no time, and
goes on until its standard input is closed. Then it prints how many it killed.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpcore  # noqa: F401 - imported late by its users, and so not again in every life

from desk.domain.company import Credentials
from desk.services import lanes
from tests.support.clocks import START, SettableClock
from tests.support.world import PASSWORD, USER, open_world

SPEED = 40.0
"""The desks' seconds in one of ours: a dead one's lease of two minutes is over in three seconds."""


class FastClock(SettableClock):
    """Goes SPEED times as fast as time, in every process alike."""

    def __init__(self, since: float) -> None:
        super().__init__()
        self._since = since

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.time() - self._since) * SPEED)


def outbox(options: dict[str, Any], number: int) -> None:
    server: Any = SimpleNamespace(url=options["url"])
    clock = FastClock(options["since"])
    lanes.LONGEST_WAIT = 0.1  # of ours, not the desk's
    lanes.AFTER_FAULT = 0.1
    with open_world(
        Path(options["workspace"]),
        clock=clock,
        server=server,
        postgres=options["postgres"],
        owner=str(number),
    ) as world:
        world.recall()
        world.credentials.set(world.admin, world.endpoint, Credentials(USER, PASSWORD))
        running = lanes.Lanes(world.outbox, clock)
        running.start()
        while True:
            signal.pause()


def start(options: dict[str, Any], number: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            outbox(options, number)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    return child


def main() -> None:
    options = json.loads(sys.stdin.readline())
    dice = random.Random(options["seed"])
    gc.collect()
    gc.freeze()
    alive = [start(options, number) for number in range(2)]
    killed = 0
    while not select.select([sys.stdin], [], [], options["every"])[0]:
        one = dice.randrange(2)
        os.kill(alive[one], signal.SIGKILL)
        _, status = os.waitpid(alive[one], 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            for child in alive:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            raise AssertionError("an outbox ended by itself")
        killed += 1
        alive[one] = start(options, killed + 1)
    for child in alive:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print(json.dumps({"killed": killed}), flush=True)


if __name__ == "__main__":
    main()
