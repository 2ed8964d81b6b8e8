"""The outbox's process is killed at every boundary, with and without faults of the service.

Whatever happens: after a restart and quiet there is exactly one finished report with exactly the confirmed
files, or none and a filing that says why. DESK_TEST_SCALE crosses more boundaries with the faults.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desk.domain.filing import FilingState
from desk.practice.server import StandIn
from desk.practice.server_faults import Fault, Kind
from tests.support.clocks import SettableClock
from tests.support.command import ROOT, environment
from tests.support.scale import scale
from tests.support.world import PASSWORD, USER, new_world, open_world

pytestmark = pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="forks")
FILES = 2
LATER_S = 3600.0
"""By when the dead one's lease and every hold are over."""
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def service() -> Iterator[StandIn]:
    with StandIn(user=USER, password=PASSWORD, clock=SettableClock().now) as made:
        yield made
        assert made.errors == []


@pytest.fixture(scope="module")
def confirmed(template: Path, service: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed workspace with one confirmed report of two files."""
    folder = tmp_path_factory.mktemp("confirmed")
    with new_world(template, folder, server=service) as world:
        world.confirmed(world.case(files=FILES).number)
    return folder / "workspace"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    home = tmp_path_factory.mktemp("driver")
    with (home / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.outbox_driver"],
            cwd=ROOT,
            env=environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        assert process.stdin is not None
        assert process.stdout is not None

        def ask(workspace: Path, url: str, fatal: int = 0, ahead: float = 0.0) -> dict[str, Any]:
            order = {"workspace": str(workspace), "url": url, "fatal": fatal, "ahead": ahead}
            process.stdin.write(json.dumps(order).encode() + b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            answer: dict[str, Any] = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            assert answer["code"] in (0, -9), (home / "errors").read_text()
            return answer

        yield ask
        process.communicate()


def case(
    confirmed: Path, service: StandIn, run: Run, folder: Path, fatal: int, faults: tuple[Fault, ...] = ()
) -> tuple[bool, FilingState]:
    """Killed at that boundary, then run to its end; whether it was killed, and how the filing ended."""
    workspace = folder / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    shutil.copytree(confirmed, workspace)
    before = len(service.reports())
    service.clear_faults()
    service.set_faults(*faults)
    killed = run(workspace, service.url, fatal)["code"] == -9
    assert run(workspace, service.url, ahead=LATER_S)["code"] == 0
    reports = service.reports()[before:]
    finished = [report for report in reports if report["state"] == "finished"]
    with open_world(workspace, server=service) as world:
        filing = world.filing(1)
        assert world.auditing.verify().ok
        with world.store.read() as uow:
            receipt = uow.filings.receipt(1)
            wanted = [(file.file.md5, file.file.size) for file in uow.filings.confirmed(1).files]
    if filing.state is FilingState.FILED:
        (report,) = finished
        assert str(report["id"]) == filing.report_id
        assert [(file["md5"], file["size"]) for file in report["files"]] == wanted
        assert all(file["details"] for file in report["files"])
        assert receipt is not None
        assert receipt.report_id == filing.report_id
    else:
        assert finished == []
        assert filing.error
        assert receipt is None
    return killed, filing.state


def test_killed_at_every_boundary(confirmed: Path, service: StandIn, run: Run, tmp_path: Path) -> None:
    """All of them with DESK_TEST_SCALE=3, every third by default."""
    cases = 0
    for fatal in range(1, 1000, max(1, 4 - scale())):
        killed, state = case(confirmed, service, run, tmp_path, fatal)
        assert state is FilingState.FILED
        cases += 1
        if not killed:
            break
    print(f"{cases} crashes without faults")
    assert cases > 6 * 2


FAULTS = {
    **{
        f"{kind} {endpoint}": (Fault(kind=kind, endpoint=endpoint),)
        for kind in (Kind.DROP_BEFORE, Kind.DROP_AFTER)
        for endpoint in ("submit", "upload", "fileinfo", "finish")
    },
    "lost retract": (
        Fault(kind=Kind.WRONG_MD5, endpoint="upload", skip=1),
        Fault(kind=Kind.DROP_AFTER, endpoint="retract"),
    ),
    "refused": (Fault(kind=Kind.CODE, endpoint="fileinfo", code=4100, skip=1),),
    "refused at the end": (Fault(kind=Kind.CODE, endpoint="finish", code=4100),),
    "busy": (Fault(kind=Kind.HTTP_503, times=3, skip=2),),
}


def test_killed_while_the_service_fails(confirmed: Path, service: StandIn, run: Run, tmp_path: Path) -> None:
    cases = 0
    for name, faults in FAULTS.items():
        dice = random.Random(name)
        for fatal in sorted(dice.sample(range(1, 40), min(39, scale()))):
            case(confirmed, service, run, tmp_path, fatal, faults)
            cases += 1
    print(f"{cases} crashes crossed with {len(FAULTS)} faults")
