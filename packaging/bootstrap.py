#!/usr/bin/env python3
"""The two commands of this project, for a machine that has Python 3.11 and nothing else.

    python3 packaging/bootstrap.py run                 practice mode: everything on this computer
    python3 packaging/bootstrap.py run -- ARGS         the desk command with ARGS, e.g. run -- doctor
    python3 packaging/bootstrap.py test                linters, types, layers, tests, coverage floors
    python3 packaging/bootstrap.py test --quick ARGS   only pytest, with ARGS

Both make .venv in the project folder, install the pinned packages into it (by hash), check the system's
libraries (and install them where this runs as root on Debian), and are quick the second time.

Exit status: 0 done, 1 a check failed, 2 wrong arguments, 3 something is missing here (the message says
what and how to get it); `run` passes on the status of the desk command.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

import environment
import system_libraries
from console import Stop, say, stop

# The first words of commands that open a window; all others work without a display.
WINDOWS = ("practice", "open")


def check_display(arguments: list[str]) -> None:
    """Refuse early, and in words, where a window is asked for and there is no display to open it on."""
    words = [word for word in arguments if not word.startswith("-")]
    opens = not arguments or (bool(words) and words[0] in WINDOWS and "--help" not in arguments)
    if not opens or not sys.platform.startswith("linux"):
        return
    if any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return
    stop(
        "there is no display here, and the desk is a window. Start it from a terminal inside a desktop "
        "session; over ssh use `ssh -X`; on a server without a screen:\n\n"
        "    sudo apt-get install -y xvfb && xvfb-run python3 packaging/bootstrap.py run\n\n"
        "Commands work without a display: python3 packaging/bootstrap.py run -- --help"
    )


def run(arguments: list[str], allow_missing: bool) -> int:
    """Start the desk; without arguments in practice mode."""
    check_display(arguments)  # first: nobody should wait for an installation to hear that
    system_libraries.ensure(for_tests=False, allow_missing=allow_missing)
    environment.install("run")
    if not arguments:
        say("starting practice mode: every case is synthetic and nothing leaves this computer")
    command = [str(environment.python()), "-m", "desk", *(arguments or ["practice"])]
    env = dict(os.environ)
    # The module is found from any folder, so that paths among ARGS keep their meaning.
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(environment.ROOT), env.get("PYTHONPATH", "")]))
    if os.name != "nt":
        sys.stdout.flush()
        os.execve(command[0], command, env)
    return subprocess.run(command, env=env, check=False).returncode


def test(quick: bool, pytest_args: list[str], allow_missing: bool) -> int:
    system_libraries.ensure(for_tests=True, allow_missing=allow_missing)
    environment.install("test")
    import checks  # needs Python 3.11, which is checked by now

    checks.run(quick, pytest_args)
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="bootstrap.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", required=True)
    for name, text in (("run", "start the desk (practice mode)"), ("test", "run every check and test")):
        command = commands.add_parser(name, help=text)
        command.add_argument(
            "--allow-missing",
            action="store_true",
            help="go on although system packages are missing; tests that need them are skipped",
        )
        if name == "test":
            command.add_argument("--quick", action="store_true", help="only the tests, without coverage")
    return top


def main(argv: list[str]) -> int:
    passed_on: list[str] = []
    if "--" in argv:
        cut = argv.index("--")
        argv, passed_on = argv[:cut], argv[cut + 1 :]
    options, unknown = parser().parse_known_args(argv)
    if unknown and options.command == "run":
        parser().error(f"unknown: {' '.join(unknown)} (arguments of the desk come after --)")
    try:
        environment.check_python()
        if options.command == "run":
            return run(passed_on, options.allow_missing)
        return test(options.quick, unknown + passed_on, options.allow_missing)
    except Stop as reason:
        if str(reason):
            print(f"bootstrap: {reason}", file=sys.stderr, flush=True)
        return reason.code
    except KeyboardInterrupt:
        print("bootstrap: interrupted", file=sys.stderr, flush=True)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
