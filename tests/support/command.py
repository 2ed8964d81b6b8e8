"""The ``desk`` command as a real process, and what a test needs around it."""

from __future__ import annotations

import atexit
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NEVER = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "QT_QPA_PLATFORM",
    "DESK_WORKSPACE",
    "PYTHONDONTWRITEBYTECODE",
)
_COMPILED = tempfile.mkdtemp(prefix="desk-compiled-")  # a command compiled anew each time takes seconds
atexit.register(shutil.rmtree, _COMPILED, True)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of this process, without a display, with a home folder of its own."""
    env = {key: value for key, value in os.environ.items() if key not in NEVER}
    known = {"HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONPYCACHEPREFIX": _COMPILED}
    return env | known | more


def unmeasured(home: Path) -> dict[str, str]:
    """The same for programs that are killed hundreds of times: coverage made them twice as long, and all that
    they run is measured where it is tested step by step."""
    return {key: value for key, value in environment(home).items() if not key.startswith("COVERAGE_")}


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str
    raw: bytes

    def json(self) -> Any:
        return json.loads(self.out)


def desk(
    *arguments: str | Path, home: Path, stdin: bytes = b"", prefix: tuple[str, ...] = (), **env: str
) -> Ran:
    """Run ``desk`` with these arguments, without a terminal and a screen."""
    done = subprocess.run(
        [*prefix, sys.executable, "-W", "error", "-m", "desk", *map(str, arguments)],
        env=environment(home, **env),
        cwd=home,
        input=stdin,
        capture_output=True,
        timeout=200,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode(), done.stdout)


def inside(*arguments: str | Path) -> Ran:
    """The same command within this process: for what a process of its own would not show better."""
    from desk.cli import run

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = run([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
    return Ran(code, out.getvalue(), err.getvalue(), b"")


def private(path: Path, text: str) -> Path:
    """A secret's file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text(text + "\n", encoding="utf-8")
    return path


@contextmanager
def service(folder: Path, password: str, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The stand-in service as a process of its own; its URL."""
    file = private(folder / "service-password", password)
    command = [
        sys.executable,
        "-m",
        "desk.practice.server",
        "--user",
        "esp-user",
        "--password-file",
        str(file),
    ]
    process = subprocess.Popen(
        [*command, "--control", "--until-eof", *arguments],
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"], process
    finally:
        process.kill()
        process.communicate()
