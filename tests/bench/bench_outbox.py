"""A queue of confirmed filings drained by the outbox, beside the bare calls with httpx to the same service.

Run by hand: ``python tests/bench/bench_outbox.py [--count N] [--rounds N] [--lanes N] [--delay MS] [--profile]``. Each filing has one
small file and no hold. The stand-in service is a process of its own; the bare sequence sends the same bytes of
submit, upload, fileinfo and finish over one kept connection, one after the other, and keeps nothing. The
outbox runs its lanes on an encrypted workspace: a commit on the disk (synchronous=FULL) before and after each
call, the file decrypted and hashed twice. The stand-in answers in about a millisecond, as no service on a
network does: ``--delay`` makes every answer late for both. The bare calls are made before and after each
drain and their mean counts, so that a machine that changes its pace is fair to both. Prints filings/s of
both, the ratio of the times in each round and the median (wanted: 1.30 or less), and what a filing costs.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import re
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx
from sqlalchemy import RootTransaction

from desk.domain.filing import FilingState
from desk.practice.server_http import BASE, CONTROL
from desk.services.lanes import LANES, Lanes
from tests.support import world as worlds
from tests.support.clocks import SettableClock
from tests.support.command import service
from tests.support.world import PASSWORD, USER, World, make_template, new_world

WANTED = 1.30
REPORT_ID = re.compile(rb"<reportId>(\d+)</reportId>")
FILE_ID = re.compile(rb"<fileId>(\w+)</fileId>")
MD5 = re.compile(rb"<hash>(\w+)</hash>")


@dataclass
class Sequence:
    """What one filing sends."""

    report: bytes
    details: bytes
    name: str
    data: bytes
    md5: bytes


def confirm(world: World, count: int, first: int) -> list[int]:
    """Confirm so many filings of one file; their numbers."""
    numbers = []
    for index in range(first, first + count):
        case = world.case(f"bench-{index}", files=1, first=index)
        numbers.append(world.confirmed(case.number).id)
    return numbers


def sequences(world: World, numbers: list[int]) -> list[Sequence]:
    made = []
    with world.store.read() as uow:
        for number in numbers:
            new = uow.filings.confirmed(number)
            file = new.files[0]
            stored = uow.cases.media(new.case_number, file.file.content_id)
            assert stored is not None
            data = b"".join(world.vault.read(stored.wrapped_key, stored.blob))
            made.append(
                Sequence(new.report_xml, file.details_xml, file.file.name, data, file.file.md5.encode())
            )
    return made


def bare(url: str, world: World, all_of_it: list[Sequence]) -> float:
    """The calls alone, one after the other; seconds."""
    xml = {"Content-Type": "text/xml; charset=utf-8"}
    start = time.perf_counter()
    with httpx.Client(auth=(USER, PASSWORD.encode()), trust_env=False) as http:

        def sent(path: str, **what: Any) -> bytes:
            answer = http.post(f"{url}/{path}", **what)
            assert b"<responseCode>0<" in answer.content, answer.text
            return answer.content

        def found(pattern: re.Pattern[bytes], body: bytes) -> str:
            match = pattern.search(body)
            assert match is not None
            return match[1].decode()

        for one in all_of_it:
            report_id = found(REPORT_ID, sent("submit", content=one.report, headers=xml))
            answer = sent("upload", data={"id": report_id}, files={"file": (one.name, one.data)})
            assert found(MD5, answer).encode() == one.md5
            details = world.composer.details(one.details, report_id, found(FILE_ID, answer))
            sent("fileinfo", content=details, headers=xml)
            sent("finish", files={"id": (None, report_id)})
    return time.perf_counter() - start


def drain(world: World, numbers: list[int], count: int) -> float:
    """The outbox with its lanes until nothing is due; seconds."""
    left = set(numbers)
    ended = threading.Event()
    lock = threading.Lock()

    def told(filing: Any) -> None:
        if filing.state.ended:
            with lock:
                left.discard(filing.id)
                if not left:
                    ended.set()

    lanes = Lanes(world.outbox, world.clock, told, count)
    start = time.perf_counter()
    lanes.start()
    assert ended.wait(600)
    seconds = time.perf_counter() - start
    lanes.stop()
    for number in numbers:
        assert world.filing(number).state is FilingState.FILED, world.filing(number).error
    return seconds


def profiled(world: World, numbers: list[int]) -> None:
    """One lane's work on this thread."""
    profile = cProfile.Profile()
    start = time.perf_counter()
    profile.enable()
    for _ in numbers:
        world.outbox.run()
    profile.disable()
    print(f"one lane: {(time.perf_counter() - start) / len(numbers) * 1e3:.1f} ms a filing, profiled")
    stats = pstats.Stats(profile)
    stats.sort_stats("cumulative").print_stats(70)
    stats.sort_stats("tottime").print_stats(25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=LANES)
    parser.add_argument(
        "--delay", type=float, default=0, help="ms by which every answer is late, as over a network"
    )
    parser.add_argument("--profile", action="store_true", help="profile one lane instead")
    args = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url, process = stack.enter_context(service(folder, PASSWORD))
        worlds.SETTINGS = replace(worlds.SETTINGS, hold_minutes=0)
        clock = SettableClock(datetime.now(UTC))  # it stands still: the service's own goes on
        server: Any = SimpleNamespace(url=url)
        world = stack.enter_context(
            new_world(make_template(folder), folder / "w", clock=clock, server=server)
        )
        if args.delay:
            late = {"kind": "delay", "times": None, "seconds": args.delay / 1e3}
            httpx.post(f"{url.removesuffix(BASE)}{CONTROL}/faults", json=late).raise_for_status()
        ratios = []
        commits: list[float] = []
        ended = RootTransaction.commit

        def timed(transaction: RootTransaction) -> None:
            start = time.perf_counter()
            ended(transaction)
            commits.append(time.perf_counter() - start)

        RootTransaction.commit = timed  # type: ignore[method-assign]
        for turn in range(args.rounds):
            numbers = confirm(world, args.count, turn * args.count)
            if args.profile:
                profiled(world, numbers)
                continue
            what = sequences(world, numbers)
            before = bare(url, world, what)
            commits.clear()
            cpu, own = os.times(), _cpu_of(process.pid)
            us = drain(world, numbers, args.lanes)
            now, then = os.times(), _cpu_of(process.pid)
            shared = list(commits)
            them = (before + bare(url, world, what)) / 2
            ratios.append(us / them)
            each = 1e3 / args.count
            print(
                f"round {turn + 1}: bare {args.count / them:.0f}/s, outbox {args.count / us:.0f}/s with "
                f"{args.lanes} lanes, ratio {us / them:.2f}; a filing took {us * each:.1f} ms (bare "
                f"{them * each:.1f}), of a processor {(now.user + now.system - cpu.user - cpu.system) * each:.1f}, "
                f"of one of the service {(then - own) * each:.1f}; {len(shared) / args.count:.2f} commits of "
                f"{sum(shared) / len(shared) * 1e3:.1f} ms"
            )
        if ratios:
            print(
                f"time of the outbox to that of the bare calls, {args.count} filings, answers {args.delay:g} ms "
                f"late, median of {len(ratios)}: {statistics.median(ratios):.2f} (wanted: {WANTED:.2f} or less)"
            )


def _cpu_of(pid: int) -> float:
    """Processor seconds of another process, where the system tells."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
