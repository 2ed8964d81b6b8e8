"""The surroundings of the tests: a display, a session bus with a real Secret Service, a real PostgreSQL.

Everything lives in one temporary folder and dies with this process: each service runs in a session of
its own, and leaving the context ends whole process groups. Nothing of the person's own desktop, keyring
or home folder is touched. On macOS and Windows there is nothing to start; the tests that need one of
these skip themselves and say why.

Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from console import stop
from system_libraries import is_root, postgres_programs

LINUX = sys.platform.startswith("linux")


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[Any], what: str, seconds: float) -> None:
    """Poll `ready` until it holds; stop if the process ends first or the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            stop(f"{what} ended at once with status {process.returncode}")
        if time.monotonic() > deadline:
            stop(f"{what} did not answer within {seconds:.0f} s")
        time.sleep(0.02)


def quiet(command: list[str], **options: Any) -> bool:
    """Run a short probe; True if it succeeded."""
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=20, **options
    )
    return done.returncode == 0


ROOM = 4 << 30
"""Bytes that a whole run of the tests may take; it takes about one GiB."""


ASKED_FOR = frozenset(
    f"DESK_{name}"
    for name in ("CLAIMERS_CASES", "CORPUS", "EXAMPLES_FACTOR", "FAULTS", "JITTER", "KILL_EVERY_S",
                 "TEST_SCALE", "TWO_OUTBOXES")
)  # fmt: skip
"""How much the tests do, as whoever starts them says; what else is said of the desk stays out."""


def in_memory() -> Path | None:
    """A folder of this computer that lies in memory and has room; None where there is none.

    The tests commit thousands of times to the disk; they kill processes, never the computer, so that
    memory keeps for them what a disk would.
    """
    folder = Path("/dev/shm")
    try:
        available = int(Path("/proc/meminfo").read_text().partition("MemAvailable:")[2].split()[0]) * 1024
        roomy = shutil.disk_usage(folder).free >= ROOM and available >= 2 * ROOM
    except (OSError, ValueError, IndexError):
        return None
    return folder if roomy and os.access(folder, os.W_OK) else None


class Testbed:
    """A context manager; `env` is the environment to run the tests with, `notes` what is absent and why."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self.env: dict[str, str] = dict(os.environ)
        self.notes: list[str] = []
        self._processes: list[tuple[subprocess.Popen[Any], signal.Signals]] = []
        self._folder = Path()

    def __enter__(self) -> Testbed:
        # Under /tmp rather than TMPDIR's choice of depth: the path of a Unix socket holds 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="desk-tests-", dir=in_memory()))
        try:
            self._private_home()
            if not LINUX:
                self.notes.append(
                    f"display, Secret Service and PostgreSQL are started on Linux only ({sys.platform})"
                )
                self.env["QT_QPA_PLATFORM"] = "offscreen"
                return self
            self._displays()
            self._secret_service()
            self._postgres()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process, polite in reversed(self._processes):
            end_group(process, polite)
        self._processes.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(
        self, command: list[str], polite: signal.Signals = signal.SIGTERM, **options: Any
    ) -> subprocess.Popen[Any]:
        """Start a service in a session of its own, to be ended with the testbed."""
        process: subprocess.Popen[Any] = subprocess.Popen(command, start_new_session=True, **options)
        self._processes.append((process, polite))
        return process

    def _private_home(self) -> None:
        home, runtime = self._folder / "home", self._folder / "run"
        for folder in (home, runtime):
            folder.mkdir(mode=0o700)
        for name in list(self.env):
            if (name.startswith(("XDG_", "DESK_")) and name not in ASKED_FOR) or name in (
                "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL",
                "SSH_AUTH_SOCK", "QT_QPA_PLATFORM", "QT_STYLE_OVERRIDE", "QT_SCALE_FACTOR",
            ):  # fmt: skip
                del self.env[name]
        self.env |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)}
        if os.name == "nt":
            self.env |= {"USERPROFILE": str(home), "APPDATA": str(home), "LOCALAPPDATA": str(home)}

    def _displays(self) -> None:
        """One display for each test process, each with a window manager: two windows on one display
        would take the keyboard from each other."""
        self.env["QT_QPA_PLATFORM"] = "offscreen"
        if shutil.which("Xvfb") is None:
            self.notes.append("Xvfb is absent: the window is tested offscreen")
            return
        names = [self._display() for _ in range(self._workers)]
        self.env |= {"DISPLAY": names[0], "DESK_TEST_DISPLAYS": " ".join(names), "QT_QPA_PLATFORM": "xcb"}

    def _display(self) -> str:
        reading, writing = os.pipe()
        with (self._folder / "display.log").open("ab") as log:
            quietly: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            server = self.start(
                ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24",
                 "-nolisten", "tcp", "-noreset"],
                pass_fds=(writing,), **quietly,
            )  # fmt: skip
            os.close(writing)
            with os.fdopen(reading) as answer:
                number = answer.readline().strip()
            if not number.isdigit():
                stop(f"Xvfb did not start (status {server.poll()})")
            if shutil.which("openbox") is not None:
                env = {**self.env, "DISPLAY": f":{number}"}
                self.start(["openbox", "--sm-disable"], env=env, **quietly)
        return f":{number}"

    def _secret_service(self) -> None:
        if shutil.which("dbus-daemon") is None or shutil.which("gnome-keyring-daemon") is None:
            self.notes.append("dbus or gnome-keyring is absent: keyring tests are skipped")
            return
        bus = self.start(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
            env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        if not address:
            stop(f"dbus-daemon did not start (status {bus.poll()})")
        self.env["DBUS_SESSION_BUS_ADDRESS"] = address
        daemon = self.start(
            ["gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets"],
            env=self.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert daemon.stdin is not None
        daemon.stdin.write(secrets.token_hex(16).encode() + b"\n")
        daemon.stdin.close()
        # Asked in this order, since asking the service for anything before it is there would make the bus
        # start a second daemon, a locked one.
        send = ["dbus-send", "--session", "--print-reply=literal"]
        owned = [*send, "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetNameOwner",
                 "string:org.freedesktop.secrets"]  # fmt: skip
        wait_until(lambda: quiet(owned, env=self.env), daemon, "gnome-keyring-daemon", 60)
        unlocked = [*send, "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets/aliases/default",
                    "org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret.Collection",
                    "string:Locked"]  # fmt: skip
        wait_until(lambda: quiet(unlocked, env=self.env), daemon, "the default keyring", 60)
        self.env["DESK_TEST_SECRET_SERVICE"] = "1"

    def _postgres(self) -> None:
        programs = postgres_programs()
        if programs is None:
            self.notes.append("PostgreSQL is absent: its tests are skipped")
            return
        folder = self._folder / "postgres"
        folder.mkdir(mode=0o700)
        password = secrets.token_hex(16)
        password_file = folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(password + "\n", encoding="ascii")
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "cwd": folder}
        if is_root():  # PostgreSQL refuses to run as root
            options |= {"user": "postgres", "group": "postgres", "extra_groups": []}
            self._folder.chmod(0o711)
            for path in (folder, password_file):
                shutil.chown(path, "postgres", "postgres")
        log = folder / "log"
        with log.open("wb") as out:
            made = subprocess.run(
                [str(programs / "initdb"), "-D", str(folder / "data"), "--username=desk", "--encoding=UTF8",
                 "--locale=C", "--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync"],
                stdout=out, stderr=out, check=False, **options,
            )  # fmt: skip
        if made.returncode != 0:
            stop("initdb failed:\n" + log.read_text(encoding="utf-8", errors="replace"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "",
            "max_connections": 60,
            # Nothing has to survive a power cut here; the product's own settings are not these.
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
        }  # fmt: skip
        command = [str(programs / "postgres"), "-D", str(folder / "data")]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        with log.open("ab") as out:
            server = self.start(command, polite=signal.SIGINT, stdout=out, stderr=out, **options)
        ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        wait_until(lambda: quiet(ready), server, "PostgreSQL", 60)
        self.env["DESK_TEST_POSTGRES"] = f"postgresql+psycopg://desk:{password}@127.0.0.1:{port}/postgres"


def end_group(process: subprocess.Popen[Any], polite: signal.Signals = signal.SIGTERM) -> None:
    """End a process and all it started: asked first, forced after five seconds."""
    if os.name == "nt":
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()
        return
    with contextlib.suppress(ProcessLookupError):
        if polite is signal.SIGINT:  # PostgreSQL's fast shutdown is a signal to its first process alone
            process.send_signal(polite)
        else:
            os.killpg(process.pid, polite)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def signals_end_politely() -> Iterator[None]:
    """A termination request unwinds the stack, so that the testbed is taken down."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    wanted = [signal.SIGTERM] + ([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])
    before = {number: signal.signal(number, leave) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
