"""The project's virtual environment: made once, filled from the pinned lists, quick after that.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from console import say, stop
from system_libraries import apt_install, is_debian, is_root

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
STAMP = FOLDER / "bootstrap-stamp.json"
LOCKS = {"run": ROOT / "packaging/requirements.txt", "test": ROOT / "packaging/requirements-dev.txt"}
NEEDED = (3, 11)


def python() -> Path:
    """The environment's interpreter."""
    return FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def check_python() -> None:
    if sys.version_info < NEEDED:
        have = ".".join(map(str, sys.version_info[:3]))
        stop(f"Python {NEEDED[0]}.{NEEDED[1]} or newer is needed, this is {have} ({sys.executable})")


def fingerprint(purpose: str) -> dict[str, str]:
    """What the environment was made from: the interpreter and the bytes of the list."""
    return {
        "python": f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]} {sys.platform}",
        purpose: hashlib.sha256(LOCKS[purpose].read_bytes()).hexdigest(),
    }


def read_stamp() -> dict[str, str]:
    try:
        value = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def is_current(purpose: str) -> bool:
    stamp = read_stamp()
    return python().exists() and all(stamp.get(k) == v for k, v in fingerprint(purpose).items())


def make() -> list[str]:
    """Create the environment; return the pip command that installs into it.

    Debian's plain python3 lacks ensurepip. Then the environment is made without pip and the system's own
    pip installs into it from outside (pip 22.3 and newer can), which needs no root.
    """
    works = (
        python().exists()
        and subprocess.run(
            [
                str(python()),
                "-c",
                f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})",
            ],
            check=False,
        ).returncode
        == 0
    )
    if not works:
        say(f"making the environment {FOLDER.name} with Python {sys.version.split()[0]}")
        command = [sys.executable, "-m", "venv", *(["--clear"] if FOLDER.exists() else [])]
        if importlib.util.find_spec("ensurepip") is None:
            if pip_from_outside() is None and is_debian() and is_root():
                apt_install(["python3-venv"])
            else:
                command.append("--without-pip")
        if subprocess.run([*command, str(FOLDER)], check=False).returncode != 0:
            stop(
                "the environment could not be made. On Debian: "
                "sudo apt-get install -y python3-venv python3-pip"
            )
    inside = [str(python()), "-m", "pip"]
    if subprocess.run([*inside, "--version"], capture_output=True, check=False).returncode == 0:
        return inside
    outside = pip_from_outside()
    if outside is None:
        stop(
            "neither python3-venv nor pip is here. On Debian: "
            "sudo apt-get install -y python3-venv python3-pip"
        )
    return outside


def pip_from_outside() -> list[str] | None:
    """This Python's own pip, told to install into the environment; None where it is absent or too old."""
    command = [sys.executable, "-m", "pip"]
    answer = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    words = answer.stdout.split()
    if answer.returncode != 0 or len(words) < 2:
        return None
    numbers = [int(part) for part in words[1].split(".")[:2] if part.isdigit()]
    return [*command, "--python", str(python())] if numbers >= [22, 3] else None


def install(purpose: str) -> None:
    """Bring the environment up to the pinned list of `purpose` ("run" or "test"). Raises console.Stop."""
    lock = LOCKS[purpose]
    if is_current(purpose):
        return
    STAMP.unlink(missing_ok=True)  # an installation that is broken off must not look like a finished one
    pip = make()
    total = sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line)
    say(f"installing the pinned packages of {lock.name} (up to {total}; about 200 MB the first time)")
    process = subprocess.Popen(
        [
            *pip,
            "install",
            "--require-hashes",
            "--no-deps",
            "--no-input",
            "--progress-bar",
            "off",
            "--disable-pip-version-check",
            "--no-warn-script-location",
            "-r",
            str(lock),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
    )
    tail: list[str] = []
    count = 0
    assert process.stdout is not None
    for line in process.stdout:
        tail = [*tail[-30:], line.rstrip()]
        if line.startswith("Collecting "):
            count += 1
            say(f"  {count:>2} {line.split()[1].split('==')[0]}")
        elif line.startswith(("Installing collected", "Building wheel")):
            say(f"  {line.split(':')[0].strip().lower()}")
    if process.wait() != 0:
        print("\n".join(tail), flush=True)
        stop(
            "the packages could not be installed. If the network or the index is at fault, try again; "
            "what was fetched is kept."
        )
    stamp = fingerprint(purpose)
    if purpose == "test":
        # The tests' list holds everything of the other one at the same releases (lock.py sees to it).
        stamp |= fingerprint("run")
    STAMP.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    say("the environment is ready")
