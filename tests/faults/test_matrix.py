"""The fault matrix: the outbox killed at its boundaries, crossed with every fault at every endpoint.

A filing with three files goes from confirmation to its receipt. Its process is killed by SIGKILL before and
after every commit and every call; crossed with that, the stand-in service meets each call with each of its
faults; and the desk comes back an hour later, or a day and more later, when the agency has deleted what lay
open. Every case has to end with exactly one finished report that holds exactly the confirmed files, each with
the right MD5, or with none and a filing given back with words. How many cases ran is printed.

DESK_FAULTS=all crosses every fault with every boundary.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from desk.practice.server_faults import ENDPOINTS, Kind
from tests.support.command import ROOT, unmeasured

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="this system has no fork: cases would take too long"
)
ALL = os.environ.get("DESK_FAULTS") == "all"
WORKERS = 2
A_DAY_AND_MORE_S = 30 * 3600.0
TIMED = (Kind.DELAY, Kind.SLOW_READ, Kind.SLOW_ANSWER)
MENDS = {"retract": [{"kind": "wrong_md5", "endpoint": "upload", "skip": 1}]}
"""What has to go wrong first for an endpoint to be called at all."""
MENDS["status"] = [{"kind": "drop_before", "endpoint": "submit"}]
SPREAD = (Kind.DROP_BEFORE, Kind.DROP_AFTER, Kind.CODE, Kind.WRONG_MD5)
"""What a batched report is crossed with besides."""
ANSWERS = (Kind.CODE, Kind.DONE_CODE)
Json = dict[str, Any]


class Worker:
    """A driver process that takes one case after the other."""

    def __init__(self, folder: Path, errors: Path) -> None:
        self._errors = errors
        with errors.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.matrix_driver", str(folder / "driver")],
                cwd=ROOT,
                env=unmeasured(folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )

    def run(self, case: Json) -> Json:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(case).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self._errors.read_text()
        result: Json = json.loads(line)
        return result

    def close(self) -> None:
        try:
            self._process.communicate(timeout=200)
        finally:
            # Whatever it left behind: the service or a life that outlives it would hold the pipe open for ever.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def workers() -> Iterator[list[Worker]]:
    # In memory where there is such a place: a kill loses nothing of either, and the disk is not under test.
    shared = Path("/dev/shm")
    place = shared if os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place, prefix="desk-matrix-") as name, ExitStack() as stack:
        made = []
        for number in range(WORKERS):
            folder = Path(name) / str(number)
            folder.mkdir()
            made.append(Worker(folder, folder / "errors"))
            stack.callback(made[-1].close)
        yield made


def faults() -> list[Json]:
    """Every fault of the stand-in at every endpoint, and the answers that mean something of their own."""
    found = []
    for endpoint in ENDPOINTS:
        for kind in Kind:
            if kind is Kind.WRONG_MD5 and endpoint != "upload":
                continue
            fault: Json = {"kind": kind.value, "endpoint": endpoint}
            if kind in TIMED:
                fault["seconds"] = 0.01
            if kind in ANSWERS:
                fault["code"] = 4100
            found.append(fault)
    meant = {
        "submit": ((1000, False), (2000, False), (3100, False)),
        "upload": ((1110, False), (4200, False), (5001, False), (5101, False)),
        "fileinfo": ((1000, False), (5001, False), (5002, False)),
        "finish": ((1000, False), (1000, True), (5102, True), (2000, False)),
        "retract": ((1000, False), (1000, True), (5101, True), (5001, False)),
    }
    found += [
        {"kind": "code", "endpoint": endpoint, "code": code, "after": after, "status": 400}
        for endpoint, answers in meant.items()
        for code, after in answers
    ]
    return found


def cases(traces: dict[str, list[str]]) -> list[Json]:
    plain = traces["new"]
    made: list[Json] = [{"faults": [], "fatal": n, "new": True} for n in range(1, len(plain) + 1)]
    made += [
        {"faults": [], "fatal": n, "new": True, "dead_for": A_DAY_AND_MORE_S}
        for n in range(1, len(plain) + 1, 1 if ALL else 2)
    ]
    dice = random.Random(451)
    for fault in faults():
        endpoint = fault["endpoint"]
        trace = traces[endpoint if endpoint in MENDS else "new" if endpoint == "xsd" else "kept"]
        call = "before schema" if endpoint == "xsd" else f"before {endpoint}"
        places = [index for index, name in enumerate(trace, 1) if name == call]
        skip = dice.randrange(len(places)) if endpoint in ("upload", "fileinfo") else 0
        at = places[skip]
        if ALL:
            fatal = list(range(len(trace) + 12))
        else:
            # When the answer has come; when it is on record; for every second fault anywhere, too.
            anywhere = [dice.randint(1, len(trace))] if len(made) % 5 < 3 else []
            fatal = [at + 1, at + 3, *anywhere]
        before = MENDS.get(endpoint, [])
        made += [
            {"faults": [*before, {**fault, "skip": skip}], "fatal": n, "new": endpoint == "xsd"}
            for n in fatal
        ]
    # One report for four cases, one of them with a near file: killed everywhere, and met by what can go wrong.
    batch = traces["batch"]
    made += [{"faults": [], "fatal": n, "from": "batch"} for n in range(1, len(batch) + 1)]
    for fault in faults():
        if fault["endpoint"] in ("submit", "upload", "fileinfo", "finish") and fault["kind"] in SPREAD:
            at = batch.index(f"before {fault['endpoint']}") + 1
            made += [{"faults": [fault], "fatal": n, "from": "batch"} for n in (0, at + 3)]
    return made


@pytest.mark.timeout(0 if ALL else 800)
def test_one_report_or_none_and_why(workers: list[Worker], capfd: pytest.CaptureFixture[str]) -> None:
    traces = {}
    for name in ("new", "kept", "batch", *MENDS):
        case: Json = {"faults": MENDS.get(name, []), "fatal": 0, "new": name == "new"}
        ran = workers[0].run(case | ({"from": "batch"} if name == "batch" else {}))
        assert (ran["why"], ran["state"]) == ("", "filed")
        traces[name] = ran["passed"]
    every = cases(traces)
    todo = iter(every)
    lock = threading.Lock()
    done: list[tuple[Json, Json]] = []

    def work(worker: Worker) -> None:
        while True:
            with lock:
                case = next(todo, None)
            if case is None:
                return
            result = worker.run(case)
            with lock:
                done.append((case, result))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    killed = sum(result["killed"] for _, result in done)
    states = Counter(result["state"] for _, result in done)
    batches = sum("from" in case for case, _ in done)
    with capfd.disabled():
        print(
            f"\nfault matrix: {len(done)} cases run, {killed} of them killed, {batches} batched; "
            f"{states['filed']} filed once, {states['refused']} given back with words",
            file=sys.stderr,
        )
    wrong = [f"{json.dumps(case)}: {result['why']}" for case, result in done if result["why"]]
    assert wrong == []
    # Only an answer that refuses may end in a refusal: no loss and no crash does.
    for case, result in done:
        if all(fault["kind"] not in ANSWERS for fault in case["faults"]):
            assert result["state"] == "filed", (case, result["error"])
    assert len(done) == len(every) >= 400
    assert killed >= 400
