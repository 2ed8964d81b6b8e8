"""A locked worker can reach nothing: real attempts, each in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desk.previewer import elsewhere

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the guards under test are Linux's")

ROOT = Path(__file__).resolve().parents[2]

PREAMBLE = """
import ctypes, errno, mmap, os, resource, socket, sys, threading
from desk.previewer import lock
out = os.dup(1)
bits, abi = lock.lock(threads={threads})
def say(text):
    os.write(out, text.encode())
def attempt(what):
    try:
        what()
    except (PermissionError, ValueError):
        say("refused")
    except OSError as error:
        say("refused" if error.errno in (errno.EMFILE, errno.EAGAIN, errno.EACCES) else repr(error))
    except (RuntimeError, MemoryError) as error:
        say(type(error).__name__)
    else:
        say("done")
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    if libc.syscall(*numbers) < 0:
        raise OSError(ctypes.get_errno(), "refused")
"""


def run(code: str, *, threads: bool = False) -> tuple[str, int]:
    """Run `code` after the lock; answers what it said and how it ended."""
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE.format(threads=threads) + code + "\nos._exit(0)"],
        capture_output=True,
        cwd=ROOT,
        timeout=120,
    )
    return done.stdout.decode(), done.returncode


def test_all_guards_of_this_kernel_are_active() -> None:
    said, code = run("say(f'{bits} {abi > 0}')")
    assert (said, code) == ("31 True", 0)


@pytest.mark.parametrize(
    "attempt",
    [
        "lambda: os.open('/etc/hostname', os.O_RDONLY)",
        "lambda: os.open('/tmp/practice-never', os.O_WRONLY | os.O_CREAT)",
        "lambda: os.open('/proc/self/mem', os.O_RDWR)",
        "lambda: os.listdir('/')",
        "lambda: os.stat('/etc/hostname')",
        "lambda: os.unlink('/tmp/practice-never')",
        "lambda: os.mkdir('/tmp/practice-never')",
        "lambda: os.rename('/tmp/practice-never', '/tmp/practice-other')",
        "lambda: os.dup(0)",
        "lambda: os.pipe()",
        "lambda: os.memfd_create('practice')",
        "lambda: os.setuid(0)",
        "lambda: resource.setrlimit(7, (100, 100))",
    ],
)
def test_files_are_out_of_reach(attempt: str) -> None:
    assert run(f"attempt({attempt})") == ("refused", 0)


@pytest.mark.parametrize(
    "attempt",
    [
        "lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)",
        "lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "lambda: socket.socketpair()",
        "lambda: os.execv('/bin/true', ['true'])",
        "lambda: os.kill(os.getppid(), 0)",
        "lambda: os.kill(1, 9)",
        "lambda: libc.ptrace(16, os.getppid(), 0, 0)",
        "lambda: libc.unshare(0x10000000)",
    ],
)
def test_connections_programs_and_other_processes_end_the_worker(attempt: str) -> None:
    said, code = run(f"attempt({attempt})")
    assert (said, code) == ("", -signal.SIGSYS)


def test_no_process_can_be_made() -> None:
    said, code = run("attempt(os.fork)")
    assert said != "done"
    assert said == "refused" or code == -signal.SIGSYS


@pytest.mark.parametrize(("threads", "said"), [(False, "RuntimeError"), (True, "done")])
def test_threads_only_for_the_decoder_that_needs_them(threads: bool, said: str) -> None:
    assert run("attempt(lambda: threading.Thread(target=int).start())", threads=threads) == (said, 0)


def test_no_process_can_be_made_where_threads_can() -> None:
    said, code = run("attempt(os.fork)", threads=True)
    assert said == "refused" or code == -signal.SIGSYS


def test_memory_cannot_be_made_executable() -> None:
    # mmap(NULL, 4096, READ|WRITE|EXEC, PRIVATE|ANONYMOUS, -1, 0)
    said, _ = run("attempt(lambda: mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7))")
    assert said == "refused"


def test_memory_is_bounded() -> None:
    said, code = run("attempt(lambda: bytearray(1600 << 20))")
    assert (said, code) == ("MemoryError", 0)


def test_landlock_holds_alone() -> None:
    """The second wall stands where the first were to fall."""
    code = """
import ctypes, os
from desk.previewer import lock
libc = ctypes.CDLL(None, use_errno=True)
lock._prctl(libc, 38, 1)
assert lock._landlock(libc) > 0
for path, flags in (("/etc/hostname", os.O_RDONLY), ("/tmp/practice-never", os.O_WRONLY | os.O_CREAT)):
    try:
        os.open(path, flags)
    except (PermissionError, ValueError):
        print("refused", end=" ")
try:
    os.execv("/bin/true", ["true"])
except PermissionError:
    print("refused", end="", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, timeout=120, text=True)
    assert done.stdout == "refused refused refused"


def test_a_missing_filter_is_reported_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
import sys
sys.modules["pyseccomp"] = None
from desk.previewer import lock
import os
out = os.dup(1)
os.write(out, str(lock.lock(threads=False)[0]).encode())
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, timeout=120, text=True)
    assert done.stdout == "23"


def test_guards_of_other_systems_are_said_to_be_missing() -> None:
    assert not elsewhere.seatbelt()
    assert not elsewhere.low_integrity()
