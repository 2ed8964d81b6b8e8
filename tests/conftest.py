"""What every test gets: fixtures for the real services, and guards that keep tests honest.

The test command (packaging/bootstrap.py test) starts a display, a Secret Service and a PostgreSQL and
names them in the environment. Run without it, tests that need one of them skip and say why.
"""

from __future__ import annotations

import faulthandler
import gc
import ipaddress
import os
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import hypothesis
import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot
from xdist.workermanage import NodeManager

# Each test process has a display of its own, so that windows do not take the keyboard from each other.
_displays = os.environ.get("DESK_TEST_DISPLAYS", "").split()
if _displays:
    _worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["DISPLAY"] = _displays[int(_worker) % len(_displays)]

# A window on somebody's real desktop would steal the focus; the test command says xcb for its own display.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if "DESK_EXAMPLES_FACTOR" not in os.environ:
    # The same examples each time, however long one takes: whether a change is good is no matter of luck. Others are
    # tried by who asks for more of them.
    hypothesis.settings.load_profile("ci")

THREAD_GRACE_S = 30.0
"""Seconds that a thread gets to end by itself after its test, before it counts as leaked."""

PATIENCE_MS = 30_000
"""What a wait of a test lasts at least before it gives up, whatever it says itself.

It ends as soon as its thing came, so that this costs nothing; 5 s, pytest-qt's own, were once too short on a computer
that did other work too.
"""


class PatientBot(QtBot):
    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 0) -> None:
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))
        QCoreApplication.processEvents()  # widgets given to a layout show themselves a turn later

    def waitSignal(self, signal: Any, *, timeout: int = 0, **more: Any) -> Any:
        return super().waitSignal(signal, timeout=max(timeout, PATIENCE_MS), **more)

    def waitSignals(self, signals: Any, *, timeout: int = 0, **more: Any) -> Any:
        return super().waitSignals(signals, timeout=max(timeout, PATIENCE_MS), **more)

    def waitActive(self, widget: Any, *, timeout: int = 0) -> Any:
        return super().waitActive(widget, timeout=max(timeout, PATIENCE_MS))

    def waitExposed(self, widget: Any, *, timeout: int = 0) -> Any:
        return super().waitExposed(widget, timeout=max(timeout, PATIENCE_MS))


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """SQLAlchemy URL of a real server's administrative database; tests make databases of their own."""
    url = os.environ.get("DESK_TEST_POSTGRES", "")
    if not url:
        pytest.skip("no PostgreSQL: run the tests with packaging/bootstrap.py test")
    return url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """SQLAlchemy URL of an empty database that is dropped after the test."""
    from tests.support.postgres import fresh_database  # late: the drivers take a third of a second

    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def secret_service() -> None:
    """Asks for a real, unlocked Secret Service in a private D-Bus session."""
    if not os.environ.get("DESK_TEST_SECRET_SERVICE"):
        pytest.skip("no private Secret Service: run the tests with packaging/bootstrap.py test")


LONG = (
    "faults/test_matrix.py",
    "faults/test_two_outboxes.py",
    "services/test_outbox.py",
    "cli/",
    "services/",
    "faults/",
    "gui/test_report_page.py",
    "gui/",
)
"""Files that take long, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files go first: begun last, one of them alone would keep a processor busy at the end.

    The order within a file stays; no test depends on it.
    """

    def turn(item: pytest.Item) -> int:
        place = item.path.as_posix()
        return next((n for n, part in enumerate(LONG) if f"tests/{part}" in place), len(LONG))

    items.sort(key=turn)


LEFT_STILL_S = 80.0
"""Seconds after a test's own limit until a process that still stands in it says where all its threads are, and
ends.

The limit of a test (`timeout` in pyproject.toml, or its mark) raises an exception in the main thread, once: a
lock in Qt, a nested event loop, and a `with` that joins its threads swallow or outlast it. This one is not
asked.
"""
OTHERS_S = 1200.0
"""Seconds that a process whose tests are done waits for those of the others, and to be told to leave."""

LEAVING_S = 60
"""Seconds that it may take to leave then; it writes what it measured. Ten are xdist's own."""
_stderr = -1


def pytest_configure(config: pytest.Config) -> None:
    # What a process writes to its own standard error while a test runs is captured, and lost if it ends
    # there. Between tests, as here, that is the real one.
    global _stderr
    _stderr = os.dup(2)
    faulthandler.enable()
    gc.disable()
    NodeManager.EXIT_TIMEOUT = LEAVING_S


GARBAGE = 50_000
"""Objects that may be new before cycles are looked for, between two tests and on the main thread.

Python would look on whichever thread makes the next object. Widgets of an earlier test that were collected on a
thread of a pool crashed the process; or they were handed to the main thread, which, traced by coverage on Python
3.11, then turned for ever in the first event filter that it entered (RESUME is run again as long as a pending
call waits, and none is made within another). No signal is heard there.
"""


def _watch(seconds: float) -> None:
    faulthandler.dump_traceback_later(seconds, exit=True, file=_stderr)


def _limit(item: pytest.Item) -> float:
    """Seconds that a test may take by its mark or by the configuration; 0 where it has all the time it wants."""
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0] if mark is not None else item.config.getini("timeout"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    limit = _limit(item)
    if limit:
        _watch(limit + LEFT_STILL_S)
    try:
        return (yield)
    finally:
        if gc.get_count()[0] > GARBAGE:
            gc.collect()
        faulthandler.cancel_dump_traceback_later()  # a process may wait long for its next test


@pytest.hookimpl(trylast=True)
def pytest_exception_interact() -> None:
    _watch(LEFT_STILL_S)  # pytest itself has just called it off, and the test's teardown is still to come


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process that stands still while it leaves ends too; with xdist the first process waits for others.

    One of the others waits for the rest as well: ended before they are done, it would take along what it
    measured of the coverage.
    """
    if hasattr(session.config, "workerinput"):
        _watch(OTHERS_S)
    elif not session.config.getoption("numprocesses", None):
        _watch(LEFT_STILL_S)
    else:
        faulthandler.cancel_dump_traceback_later()


def is_beyond_loopback(family: int, address: object) -> bool:
    """True for an Internet address that is not this computer's own loopback (a name counts as beyond,
    except "localhost": resolving it may already ask the network)."""
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return False
    host = str(address[0])
    if host in ("", "localhost"):
        return False
    try:
        return not ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return True


@pytest.fixture(autouse=True)
def no_network_beyond_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that reaches for another computer fails, even if the code under test hides the refusal."""
    caught: list[str] = []

    def guarded(name: str) -> None:
        real = getattr(socket.socket, name)

        def call(self: socket.socket, *args: object) -> object:
            address = args[-1] if args else None
            if is_beyond_loopback(self.family, address):
                caught.append(f"{name} to {address!r}")
                raise OSError(f"this test may not reach {address!r}: loopback only")
            return real(self, *args)

        monkeypatch.setattr(socket.socket, name, call)

    for name in ("connect", "connect_ex", "sendto"):
        guarded(name)
    yield
    assert not caught, f"the test reached beyond loopback: {caught}"


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """A thread that would keep the program from ending must be over when its test is."""
    before = set(threading.enumerate())
    yield
    new = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    if not new:
        return
    gc.collect()  # an executor without owner ends its threads when it is collected
    deadline = time.monotonic() + THREAD_GRACE_S
    for thread in new:
        thread.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in new if thread.is_alive()]
    assert not left, f"the test left threads behind: {left}"
