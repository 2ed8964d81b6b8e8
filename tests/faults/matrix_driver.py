"""Kills the outbox at a chosen boundary, many times over; a process of its own, started by the fault matrix.

It reads cases from standard input, a JSON object a line, and answers each with one. Everything is imported
once: the stand-in service is one fork, every life of the outbox another, and a life ends where its case says
by SIGKILL, as a power cut would end it. Waits cost no time: each life has a clock that it puts forward itself.

A boundary is where a crash can leave something half: before and after each commit and each remote call.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from desk.cybertip import asking
from desk.cybertip.client import CyberTipClient
from desk.domain.case import CaseState
from desk.domain.company import Credentials
from desk.domain.content import FileAnnotation
from desk.domain.draft import Batch
from desk.domain.filing import Call, Reply
from desk.domain.hashing import PDQ, MediaHash
from desk.practice.server import StandIn
from desk.practice.server_faults import Fault
from desk.storage import schema
from desk.storage.unit_of_work import SqlStore
from tests.support.clocks import START, SettableClock
from tests.support.world import PASSWORD, USER, World, make_template, new_world, open_world

FILES = 3
QUESTIONS = ("status", "schema")
DEAD_FOR_S = 3600.0
"""How long the desk is dead after a kill: past its lease."""
MOST_STEPS = 800
Json = dict[str, Any]


class Boundaries:
    """Names them as they are passed, and at the fatal one ends this process."""

    def __init__(self, fatal: int) -> None:
        self.passed: list[str] = []
        self._fatal = fatal

    def cross(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Every call of the client and every commit, from now on in this process."""
        for name in QUESTIONS:
            setattr(CyberTipClient, name, self._watched(name, getattr(CyberTipClient, name)))
        exchange, begun = asking.Wire.exchange, asking.begun

        def exchanged(wire: asking.Wire, call: Call | None, *more: Any, **options: Any) -> Any:
            whole = exchange if call is None else self._watched(call.value, exchange)
            return whole(wire, call, *more, **options)

        def watched(wire: asking.Wire, call: Call, *more: Any) -> Any:
            line = wire.pool.kept()
            if line is None:
                return None
            wire.pool.give_back(line)
            self.cross(f"before {call.value}")
            made = begun(wire, call, *more)
            if isinstance(made, asking.Begun):
                self.cross(f"sent {call.value}")
                made.look = self._answered(call, made.look)  # type: ignore[method-assign]
            else:
                self.cross(f"after {call.value}")
            return made

        asking.Wire.exchange = exchanged  # type: ignore[method-assign,assignment]
        asking.begun = watched
        real = SqlStore.write

        def write(store: SqlStore, **options: Any) -> Any:
            return _Commit(real(store, **options), self)

        SqlStore.write = write  # type: ignore[method-assign,assignment]

    def _answered(self, call: Call, look: Callable[[], Reply | None]) -> Callable[[], Reply | None]:
        def looked() -> Reply | None:
            reply = look()
            if reply is not None:
                self.cross(f"after {call.value}")
            return reply

        return looked

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **more: Any) -> Any:
            self.cross(f"before {name}")
            reply = real(*args, **more)
            self.cross(f"after {name}")
            return reply

        return watched


class _Commit:
    """A unit of work for writing whose commit lies between two boundaries."""

    def __init__(self, real: Any, boundaries: Boundaries) -> None:
        self._real = real
        self._boundaries = boundaries

    def __enter__(self) -> Any:
        return self._real.__enter__()

    def __exit__(self, *trouble: Any) -> Any:
        self._boundaries.cross("before commit")
        kept = self._real.__exit__(*trouble)
        self._boundaries.cross("after commit")
        return kept


@dataclass
class Service:
    """The stand-in in a process of its own, asked over two pipes."""

    url: str
    asking: IO[str]
    answering: IO[str]

    def ask(self, **order: Any) -> Any:
        self.asking.write(json.dumps(order) + "\n")
        self.asking.flush()
        return json.loads(self.answering.readline())


class _Clock:
    """The service's own clock: it goes only where it is put."""

    ahead = timedelta()

    def now(self) -> datetime:
        return START + self.ahead


def start_service() -> Service:
    order_out, order_in = os.pipe()
    answer_out, answer_in = os.pipe()
    if os.fork() == 0:
        os.close(order_in)
        os.close(answer_out)
        clock = _Clock()
        with (
            StandIn(user=USER, password=PASSWORD, clock=clock.now) as made,
            os.fdopen(order_out) as orders,
            os.fdopen(answer_in, "w", buffering=1) as answers,
        ):
            answers.write(json.dumps(made.url) + "\n")
            seen = 0
            for line in orders:
                order = json.loads(line)
                if "faults" in order:
                    made.clear_faults()
                    made.set_faults(*(Fault.from_json(fault) for fault in order["faults"]))
                    seen = len(made.reports())
                    clock.ahead = timedelta()
                clock.ahead += timedelta(seconds=order.get("ahead", 0))
                told = {"reports": made.reports()[seen:], "errors": list(made.errors)}
                answers.write(json.dumps(told) + "\n")
        os._exit(0)
    os.close(order_out)
    os.close(answer_in)
    answering = os.fdopen(answer_out)
    return Service(json.loads(answering.readline()), os.fdopen(order_in, "w"), answering)


def life(work: Callable[[], Json]) -> Json | None:
    """What ``work`` gave in a process of its own; None where that was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            answer = work()
        except BaseException:
            answer = {"trouble": traceback.format_exc()}
        with os.fdopen(writing, "w") as told:
            json.dump(answer, told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == -signal.SIGKILL:
        return None
    found: Json = json.loads(text)
    return found


def outbox_life(workspace: Path, url: str, fatal: int, ahead: float) -> Json:
    """Step the outbox until filing 1 is at an end or this process is; what there is to say of it then."""
    clock = SettableClock()
    clock.forward(seconds=ahead)
    boundaries = Boundaries(fatal)
    server: Any = SimpleNamespace(url=url)
    with open_world(workspace, clock=clock, server=server) as world:
        world.recall()
        world.credentials.set(world.admin, world.endpoint, Credentials(USER, PASSWORD))
        boundaries.watch()
        for _ in range(MOST_STEPS):
            if world.filing(1).state.ended:
                return {"passed": boundaries.passed, **told(world)}
            stepped = world.outbox.run()
            if stepped.filing is None:
                if stepped.next_due is None:
                    raise AssertionError("nothing is due, and the filing is not at an end")
                clock.forward(seconds=max(0.001, (stepped.next_due - clock.now()).total_seconds()))
        raise AssertionError(f"never quiet: {world.filing(1)}")


def told(world: World) -> Json:
    filing = world.filing(1)
    verified = world.auditing.verify().ok
    with world.store.read() as uow:
        receipt = uow.filings.receipt(1)
        new = uow.filings.confirmed(1)
        others = [other.case_number for other in new.others]
        own = uow.filings.holders(new.agency, new.identities)
        return {
            "others": len(others),
            "held": len(own) if set(own.values()) == {1} else 0,
            "identities": len(new.identities),
            "reported": all(uow.cases.get(n).state is CaseState.REPORTED for n in (new.case_number, *others)),
            "state": filing.state.value,
            "report_id": filing.report_id,
            "error": filing.error,
            "verified": verified,
            "wanted": [[file.file.md5, file.file.size] for file in new.files],
            "receipt": None if receipt is None else receipt.report_id,
            "free": not own,
            "open": all(uow.cases.get(n).state is CaseState.OPEN for n in (new.case_number, *others)),
            "draft": uow.drafts.get(new.case_number) is not None,
            "lost": sum(
                entry.outcome != "accepted" for entry in uow.filings.journal(1) if entry.call == "submit"
            ),
        }


def judged(end: Json, reports: list[Json], may_be_open: int) -> str:
    """Why this end is not one of the two that are right; empty where it is."""
    if "trouble" in end:
        return str(end["trouble"])
    finished = [report for report in reports if report["state"] == "finished"]
    left_open = sum(report["state"] == "open" for report in reports)
    if not end["verified"]:
        return "the audit log does not verify"
    if left_open > end["lost"] + may_be_open:
        return f"{left_open} reports are left open at the service, {end['lost']} answers were lost"
    if end["state"] == "filed":
        if len(finished) != 1:
            return f"filed, and {len(finished)} reports are finished"
        (report,) = finished
        if not str(report["id"]) == end["report_id"] == end["receipt"]:
            return "the finished report is not the one on record"
        if [[file["md5"], file["size"]] for file in report["files"]] != end["wanted"]:
            return "the finished report holds other files"
        if not all(file["details"] for file in report["files"]):
            return "a file's details are missing"
        if end["held"] != end["identities"] or not end["reported"]:
            return "filed, and what it reports is not held, or a case of it is not reported"
        return ""
    if finished:
        return f"{end['state']}, and {len(finished)} reports are finished"
    if end["state"] != "refused" or not end["error"].strip():
        return f"{end['state']} without a word"
    if not (end["free"] and end["open"] and end["draft"]) or end["receipt"] is not None:
        return "refused, but not given back"
    return ""


def run(folder: Path, service: Service, case: Json) -> Json:
    """One case: a life that may be killed, a life after it, and the service's word."""
    workspace = folder / "case"
    shutil.rmtree(workspace, ignore_errors=True)
    shutil.copytree(folder / case.get("from", "new" if case.get("new") else "confirmed"), workspace)
    service.ask(faults=case["faults"])
    first = life(lambda: outbox_life(workspace, service.url, case["fatal"], 0.0))
    dead_for = case.get("dead_for", DEAD_FOR_S)
    if dead_for != DEAD_FOR_S:
        service.ask(ahead=dead_for)
    end = first
    if end is None or "trouble" not in end:
        end = life(lambda: outbox_life(workspace, service.url, 0, dead_for)) or {"trouble": "killed"}
    answer = service.ask()
    # A service that says of an open report that it is none is believed.
    denied = sum(fault.get("code") in (5001, 5101) for fault in case["faults"])
    why = judged(end, answer["reports"], denied) or "; ".join(answer["errors"])
    return {
        "killed": first is None,
        "passed": (first or {}).get("passed", []),
        "state": end.get("state"),
        "error": end.get("error"),
        "why": why,
    }


def prepare(folder: Path, service: Service) -> None:
    """A workspace with one confirmed filing of three files: ``new`` without the service's schema kept,
    ``confirmed`` with it."""
    server: Any = SimpleNamespace(url=service.url)
    with new_world(make_template(folder / "empty"), folder / "first", server=server) as world:
        world.confirmed(world.case(files=FILES).number)
    shutil.copytree(folder / "first" / "workspace", folder / "new")
    shutil.copytree(folder / "new", folder / "confirmed")
    with open_world(folder / "confirmed", server=server) as world:
        world.recall()
        world.credentials.set(world.admin, world.endpoint, Credentials(USER, PASSWORD))
        world.desk.schema.refresh(world.agency())
    shutil.copytree(folder / "new", folder / "warm")
    with open_world(folder / "warm", server=server) as world:
        world.recall()
        world.credentials.set(world.admin, world.endpoint, Credentials(USER, PASSWORD))
        world.quiet(1)  # everything that is imported late is imported now
    prepare_batch(folder, server)
    newest = schema.latest()
    schema.latest = lambda: newest  # the folder of migrations is read once, not for every life


def prepare_batch(folder: Path, server: Any) -> None:
    """A workspace with one confirmed batch: a case, two of other accounts with its file, one with a near
    file of which a person said that it is the same picture. The service's schema is kept."""
    with new_world(folder / "empty" / "workspace", folder / "many", server=server) as world:
        numbers = [world.case(f"viral-{n}", files=1, first=n // 3).number for n in range(4)]
        lead, *same, near = numbers
        with world.store.write() as uow:
            for bits, number in enumerate((lead, near)):
                sha256 = uow.cases.get(number).data.content[0].sha256 or ""
                uow.hashes.put(sha256, PDQ, [MediaHash(bytes([bits * 7, *range(1, 32)]), 90)])
        for number in (lead, near):
            world.review.shown(world.moderator, number, "c1", at=world.clock.now(), seconds=1.0)
        world.desk.likeness.agree(world.moderator, lead, "c1", near, "c1")
        (found,) = world.drafting.batch_candidates(world.moderator, lead)
        assert [case.case_number for case in found.cases] == same
        members = [case.member for case in (*found.cases, *found.near[0].cases)]
        batch = Batch("c1", tuple(members), frozenset({FileAnnotation.VIRAL}))
        world.desk.schema.refresh(world.agency())
        filing = world.confirmed(lead, batch=batch)
        assert filing.id == 1
    shutil.copytree(folder / "many" / "workspace", folder / "batch")


def main() -> None:
    folder = Path(sys.argv[1])
    (folder / "empty").mkdir(parents=True)
    service = start_service()
    prepare(folder, service)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(run(folder, service, json.loads(line))), flush=True)
    service.asking.close()
    os.wait()


if __name__ == "__main__":
    main()
