"""The steps of `bootstrap.py test`, in order: style, types, layers, tests, coverage floors.

Standard library only. Each step prints a header line and its seconds; a failure does not hide the steps
after it, and the exit status is non-zero if any failed.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from console import say, stop
from environment import ROOT, python
from testbed import Testbed, end_group, in_memory, signals_end_politely

# What pytest closes with, e.g. "===== 12 passed, 1 skipped in 3.20s =====".
CLOSING = re.compile(r"^=* ?((\d+ \w+(, )?)+|no tests ran) in [\d.]+s.*$")
WORKERS = 2
"""Test processes at a time; each has a display of its own."""

SCRIPTS = [
    "bootstrap.py",
    "checks.py",
    "console.py",
    "environment.py",
    "lock.py",
    "system_libraries.py",
    "testbed.py",
]

STEP_LIMIT_S = 300.0
TESTS_LIMIT_S = 2400.0
"""Seconds that pytest may take; on two processors it takes about 600."""
GRACE_S = 10.0


class Echo(threading.Thread):
    """Prints what a step prints as it comes, unfinished lines too: where a run stood still shows."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        # A daemon: a program that a test left behind may keep the pipe open for ever.
        super().__init__(name="echo", daemon=True)
        assert process.stdout is not None
        self._pipe = process.stdout
        self.closing = ""
        self.start()

    def run(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        line = ""
        while piece := os.read(self._pipe.fileno(), 1 << 16):
            text = decoder.decode(piece)
            print(text, end="", flush=True)
            *whole, line = (line + text).split("\n")
            for candidate in whole:
                if CLOSING.match(candidate.strip()):
                    self.closing = candidate.strip()


@dataclass
class Steps:
    """Which steps ran, and which of them failed."""

    failed: list[str] = field(default_factory=list)
    number: int = 0

    def run(
        self, name: str, command: list[str], env: dict[str, str] | None = None, limit: float = STEP_LIMIT_S
    ) -> str:
        """Run one step for at most `limit` seconds; its output's last line that looks like pytest's closing
        one."""
        self.number += 1
        print(f"\n=== {self.number}. {name}", flush=True)
        begun = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=os.name != "nt",
        )  # fmt: skip
        closing = Echo(process)
        try:
            status = self._wait(process, limit)
        finally:
            end_group(process)
            closing.join(GRACE_S)
        verdict = "ok" if status == 0 else f"FAILED with status {status}"
        print(f"=== {self.number}. {name}: {verdict}, {time.monotonic() - begun:.1f} s", flush=True)
        if status != 0:
            self.failed.append(name)
        return closing.closing

    def _wait(self, process: subprocess.Popen[bytes], limit: float) -> int:
        """Its exit status. A step that stands still must fail and say where, rather than hold up CI: told to
        abort, each Python of it that has faulthandler prints where its threads are."""
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            print(f"\nstill running after {limit:.0f} s: ended", flush=True)
            if os.name != "nt":
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGABRT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE_S)
            return 124


def coverage_settings() -> tuple[float, list[str]]:
    """The floor in per cent for everything, and the paths that must be covered wholly."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text).get("tool", {}).get("desk", {}).get("coverage", {})
    return float(table.get("floor", 0)), [str(path).rstrip("/") for path in table.get("complete", [])]


def below_floor(report: dict[str, object], floor: float, complete: list[str]) -> list[str]:
    """What misses its floor, one line each. `report` is the document of `coverage json`."""
    totals, files = report["totals"], report["files"]
    assert isinstance(totals, dict)
    assert isinstance(files, dict)
    lines = []
    if totals["percent_covered"] < floor:
        lines.append(f"all of desk: {totals['percent_covered']:.2f} %, the floor is {floor:g} %")
    measured = {Path(name).as_posix(): entry for name, entry in files.items()}
    for wanted in complete:
        hits = [name for name in measured if name == wanted or name.startswith(wanted + "/")]
        if not hits:
            lines.append(f"{wanted}: named in pyproject.toml but not measured")
        for name in sorted(hits):
            summary = measured[name]["summary"]
            if summary["percent_covered"] < 100:
                where = ", ".join(str(number) for number in measured[name]["missing_lines"][:20])
                arcs = ", ".join(f"{a}->{b}" for a, b in measured[name].get("missing_branches", [])[:20])
                told = "; ".join(
                    x for x in (f"lines {where}" * bool(where), f"branches {arcs}" * bool(arcs)) if x
                )
                lines.append(f"{name}: {summary['percent_covered']:.2f} %, the floor is 100 % ({told})")
    return lines


def check_floors(steps: Steps, env: dict[str, str]) -> None:
    """Combine what every process measured, print the report, and hold it against the floors."""
    py = str(python())
    data = Path(env["COVERAGE_FILE"])
    steps.run("coverage report", [py, "-m", "coverage", "report", "--sort=cover"], env)
    target = data.with_name("coverage.json")
    done = subprocess.run(
        [py, "-m", "coverage", "json", "-q", "-o", str(target)], cwd=ROOT, env=env, check=False
    )
    steps.number += 1
    print(f"\n=== {steps.number}. coverage floors", flush=True)
    floor, complete = coverage_settings()
    lines = ["nothing was measured"]
    if done.returncode == 0:
        lines = below_floor(json.loads(target.read_text(encoding="utf-8")), floor, complete)
    print(
        "\n".join(lines) if lines else f"at least {floor:g} % in all, 100 % of {', '.join(complete)}",
        flush=True,
    )
    if lines:
        steps.failed.append("coverage floors")


def run_tests(steps: Steps, quick: bool, pytest_args: list[str]) -> str:
    """Run pytest in the testbed, with coverage unless `quick`; return pytest's closing line."""
    py = str(python())
    with signals_end_politely(), contextlib.ExitStack() as stack:
        bed = stack.enter_context(Testbed(WORKERS))
        env = bed.env
        for note in bed.notes:
            say(note)
        room = in_memory()
        if room is not None:
            scratch = tempfile.TemporaryDirectory(prefix="d-", dir=room, ignore_cleanup_errors=True)
            env["TMPDIR"] = stack.enter_context(scratch)
        with_coverage = not quick
        command = [py, "-m", "pytest", *pytest_args]
        if not any(arg.startswith(("-n", "--numprocesses")) for arg in pytest_args) and not quick:
            command += ["-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]
            # After a test process has died, xdist 3.8 hands out what that one had done already as if it were
            # work; then a process waits for ever for a second test before it runs its last one. So a death
            # ends the run, which has failed by then.
            command += ["--max-worker-restart", "0"]
        if with_coverage:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="desk-coverage-")))
            env["COVERAGE_FILE"] = str(folder / "coverage")
            command[1:3] = ["-m", "coverage", "run", "-m", "pytest"]
        closing = steps.run("pytest", command, env, TESTS_LIMIT_S)
        if with_coverage:
            subprocess.run([py, "-m", "coverage", "combine", "-q"], cwd=ROOT, env=env, check=False)
            if pytest_args:
                say("only some tests were asked for: the coverage floors are not held against them")
            else:
                check_floors(steps, env)
    return closing


def run(quick: bool, pytest_args: list[str]) -> None:
    """All steps; raises console.Stop if one failed. The last line printed is pytest's closing one."""
    py = str(python())
    steps = Steps()
    if not quick:
        scripts = [f"packaging/{name}" for name in SCRIPTS]
        steps.run("ruff check", [py, "-m", "ruff", "check"])
        steps.run("ruff format", [py, "-m", "ruff", "format", "--check"])
        steps.run("mypy: desk", [py, "-m", "mypy"])
        steps.run("mypy: packaging", [py, "-m", "mypy", *scripts])
        steps.run(
            "import contracts", [str(python().with_name("lint-imports" + (".exe" * (os.name == "nt"))))]
        )
    closing = run_tests(steps, quick, pytest_args)
    if not closing and "pytest" not in steps.failed and not pytest_args:
        steps.failed.append("pytest (no closing line)")
    if steps.failed:
        print(f"\nbootstrap: failed: {', '.join(steps.failed)}", flush=True)
    else:
        print(f"\nbootstrap: all {steps.number} steps passed", flush=True)
    if closing:
        print(closing, flush=True)
    if steps.failed:
        stop("", code=1)
