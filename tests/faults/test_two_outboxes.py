"""Two outbox processes on one store, one of them killed at random again and again: all filed, none twice.

DESK_KILL_EVERY_S: seconds from one kill to the next (0.5 by default, so that many fall into a short test).
DESK_TWO_OUTBOXES: how many filings (200 on SQLite; a fifth of it on PostgreSQL).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk.domain.company import Credentials
from desk.domain.filing import FilingState
from desk.practice.server import StandIn
from tests.faults.matrix_pair import FastClock
from tests.support import world as worlds
from tests.support.clocks import SettableClock
from tests.support.command import ROOT, unmeasured
from tests.support.world import PASSWORD, USER, World, new_world

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
FILINGS = int(os.environ.get("DESK_TWO_OUTBOXES", "200"))
EVERY_S = float(os.environ.get("DESK_KILL_EVERY_S", "0.5"))
MOST_S = 240.0
SEED = 451


@contextmanager
def two_outboxes(folder: Path, **options: Any) -> Iterator[dict[str, int]]:
    """Running while within; afterwards ``killed`` is known."""
    told: dict[str, int] = {}
    with (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.matrix_pair"],
            cwd=ROOT,
            env=unmeasured(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    assert process.stdin is not None
    process.stdin.write(json.dumps(options).encode() + b"\n")
    process.stdin.flush()
    try:
        yield told
    finally:
        try:
            out, _ = process.communicate(timeout=200)
        finally:
            # Whatever it left behind: an outbox that outlives its driver would hold the pipe open for ever.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, (folder / "errors").read_text()
    told.update(json.loads(out))


def settle(world: World) -> None:
    """What is left when the killing ends: a lost answer or a lease of the dead."""
    world.clock.forward(hours=1)
    for _ in range(10_000):
        stepped = world.outbox.run()
        if stepped.filing is None:
            if stepped.next_due is None:
                return
            ahead = (stepped.next_due - world.clock.now()).total_seconds()
            world.clock.forward(seconds=max(ahead, 0.001))
    raise AssertionError("never quiet")


def check(
    template: Path, folder: Path, count: int, postgres: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    since = time.time()
    clock = FastClock(since)
    with StandIn(user=USER, password=PASSWORD, clock=clock.now) as service:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worlds, "SETTINGS", replace(worlds.SETTINGS, hold_minutes=0))
            with new_world(
                template, folder, clock=SettableClock(), server=service, postgres=postgres
            ) as world:
                numbers = [
                    world.confirmed(world.case(f"case-{n}", files=1, first=n).number).id for n in range(count)
                ]

        def finished() -> list[dict[str, Any]]:
            return [report for report in service.reports() if report["state"] == "finished"]

        began = time.monotonic()
        with two_outboxes(
            folder,
            workspace=str(folder / "workspace"),
            url=service.url,
            postgres=postgres,
            since=since,
            seed=random.Random(SEED).randrange(1 << 30),
            every=EVERY_S,
        ) as told:
            while len(finished()) < count and time.monotonic() - began < MOST_S:
                time.sleep(0.05)
        took = time.monotonic() - began
        settled = SettableClock(clock.now())
        with worlds.open_world(
            folder / "workspace", clock=settled, server=service, postgres=postgres
        ) as world:
            world.recall()
            world.credentials.set(world.admin, world.endpoint, Credentials(USER, PASSWORD))
            settle(world)
            filings = [world.filing(number) for number in numbers]
            assert world.auditing.verify().ok
            with world.store.read() as uow:
                receipts = {receipt.report_id for receipt, _ in uow.filings.receipts()}
                wanted = {
                    filing.report_id: [(file.md5, file.size) for file in filing.files] for filing in filings
                }
        assert service.errors == []
        ended = finished()
    with capfd.disabled():
        print(
            f"\ntwo outboxes on {'PostgreSQL' if postgres else 'SQLite'}: {count} filings, {told['killed']} kills "
            f"{EVERY_S} s apart, {took:.0f} s: {len(ended)} finished",
            file=sys.stderr,
        )
    assert {filing.state for filing in filings} == {FilingState.FILED}
    assert len(ended) == len({report["xml_sha256"] for report in ended}) == count
    assert {str(report["id"]) for report in ended} == set(wanted) == receipts
    for report in ended:
        assert [(file["md5"], file["size"]) for file in report["files"]] == wanted[str(report["id"])]
    assert told["killed"] > 3


@pytest.mark.timeout(600)
def test_all_are_filed_and_none_twice(template: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shared = Path("/dev/shm")
    place = shared if os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place, prefix="desk-pair-") as name:
        check(template, Path(name), FILINGS, None, capfd)


@pytest.mark.postgresql
@pytest.mark.timeout(600)
def test_on_a_teams_store(
    template: Path, tmp_path: Path, postgres_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    from desk.storage import schema
    from desk.storage.engine import open_postgres

    engine = open_postgres(postgres_database)
    schema.upgrade(engine)
    engine.dispose()
    check(template, tmp_path, max(10, FILINGS // 5), postgres_database, capfd)
