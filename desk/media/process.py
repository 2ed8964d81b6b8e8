"""One worker process: started, spoken to through two pipes, ended without a trace."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, NamedTuple

from desk.domain.preview import NoPreviewReason

from . import windows_job
from .wire import (
    MAX_READ,
    REPLY,
    VERSION,
    Answer,
    Breach,
    Header,
    Part,
    Request,
    Worker,
    header,
    payload_length,
)

_PIPE_BYTES = 1 << 20
_REFUSAL_WEIGHT = 10
_MOST_PARTS = 64
_LOOK_S = 0.005
HEAVY = 900 << 20
"""Bytes held by a worker that had come near to what it may have (previewer/lock.py: 1.5 GiB of addresses)."""

_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
_DRIFT = 16 << 20
"""Bytes by which two such figures may differ for the same memory: each thread counts apart for a while."""

_GUARD_SIGNALS = ("SIGSYS", "SIGXCPU", "SIGXFSZ")


class WorkerGone(Exception):
    """The worker ended within a job; ask `WorkerProcess.ending` why."""


class Hello(NamedTuple):
    """What a worker reported after locking: guard bits, Landlock's ABI, bits of the formats it decodes."""

    guards: int
    landlock_abi: int
    formats: int


def command(worker: Worker) -> list[str]:
    """How to start a worker here: the packaged program itself, or this Python.

    From source, `python -m desk.previewer` loads nothing of the desk but the worker. -P keeps the working
    directory, -s the user's own packages out of its path.
    """
    kind = worker.name.lower()
    if getattr(sys, "frozen", False):
        return [sys.executable, "--preview-worker", kind]
    return [sys.executable, "-P", "-s", "-B", "-m", "desk.previewer", kind]


def environment() -> dict[str, str]:
    """As little as the worker needs: nothing of the user's environment reaches a decoder."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "PYTHONUTF8": "1",
        "LC_ALL": "C",
        # Large pages where glibc has them: a picture of 24 megapixels costs 24,000 page faults without.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    }


def own_peak() -> int:
    """Bytes that this process held at most until now; 0 where nobody tells."""
    if sys.platform == "win32":
        return 0
    import resource  # not there on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT


class WorkerProcess:
    """A worker used by one thread at a time. Only `kill` may be called from another."""

    def __init__(self, worker: Worker) -> None:
        """Starts the process and does not wait for it. Raises OSError if there is none to start."""
        self.worker = worker
        self.wear = 0
        self.busy_seconds = 0.0
        self._timed_out = False
        self._job = 0
        self._hello: Hello | None = None
        self._kill_lock = threading.Lock()
        self._process = subprocess.Popen(
            command(worker),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=environment(),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._inherited = own_peak() + _DRIFT
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in: IO[bytes] = self._process.stdin
        self._out: IO[bytes] = self._process.stdout
        self._job_object = windows_job.confine(self._process)
        _widen(self._in, self._out)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def in_job(self) -> bool:
        """Whether a Windows job object holds it."""
        return self._job_object is not None

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def hello(self) -> Hello:
        """Wait until it has locked itself. Raises WorkerGone or Breach."""
        if self._hello is None:
            untrusted = header(self._read(REPLY.size), 0)
            if (
                untrusted.answer != Answer.HELLO
                or untrusted.code != self.worker
                or untrusted.channels != VERSION
                or untrusted.length
                or untrusted.position < 0
            ):
                raise Breach("hello")
            self._hello = Hello(untrusted.width & 0xFF, untrusted.height & 0xFF, untrusted.position)
        return self._hello

    def ask(
        self,
        request: Request,
        size: int,
        chunks: Iterable[bytes] | None,
        read: Callable[[int, int], bytes] | None,
    ) -> list[Part]:
        """Put one question and collect the answer, in parts, the last of them DONE or REFUSED.

        The bytes go in whole (`chunks`) or as the worker asks for them (`read`). Raises WorkerGone, Breach,
        ValueError when the source does not keep to `size`, and whatever the source raises.
        """
        started = time.monotonic()
        self.begin(request, size, chunks)
        parts: list[Part] = []
        while not parts or parts[-1].untrusted.answer not in (Answer.DONE, Answer.REFUSED):
            if len(parts) > _MOST_PARTS:
                raise Breach("order")
            parts.append(self.next_part(request, size, read))
        self.busy_seconds += time.monotonic() - started
        return parts

    def begin(self, request: Request, size: int, chunks: Iterable[bytes] | None) -> None:
        """Put a question, with the file's bytes if they go in whole. Raises as `ask` does."""
        self._job = self._job % 0xFFFFFFFF + 1
        self.wear += 1
        self._write(request.pack(self._job, size, ranged=chunks is None))
        if chunks is None:
            return
        sent = 0
        for chunk in chunks:
            sent += len(chunk)
            if sent > size:
                raise ValueError("the source gave more bytes than its size")
            self._write(chunk)
        if sent != size:
            raise ValueError("the source gave fewer bytes than its size")

    def next_part(self, request: Request, size: int, read: Callable[[int, int], bytes] | None) -> Part:
        """The next part of the answer; serves the worker's reads until it comes. Raises as `ask` does."""
        while True:
            untrusted = header(self._read(REPLY.size), self._job)
            if untrusted.answer == Answer.READ:
                self._serve(untrusted, size, read)
                continue
            if untrusted.answer == Answer.HELLO:
                raise Breach("order")
            length = payload_length(untrusted, request)
            if untrusted.answer == Answer.REFUSED:
                self.wear += _REFUSAL_WEIGHT
            return Part(untrusted, self._read(length) if length else b"")

    def _serve(self, untrusted: Header, size: int, read: Callable[[int, int], bytes] | None) -> None:
        if (
            read is None
            or untrusted.position < 0
            or not 0 < untrusted.length <= MAX_READ
            or untrusted.position + untrusted.length > size
        ):
            raise Breach("read")
        data = read(untrusted.position, untrusted.length)
        if len(data) != untrusted.length:
            raise ValueError("the source gave fewer bytes than its size")
        self._write(data)

    def kill(self, *, timed_out: bool = False) -> None:
        """End it at once; a thread that waits for it gets WorkerGone. Safe from any thread."""
        with self._kill_lock:
            if self._process.returncode is None:
                self._timed_out = self._timed_out or timed_out
                self._process.kill()

    def ending(self) -> NoPreviewReason | None:
        """Why it ended within a job; None for a kill from outside, after which another try is fair."""
        held = self._reap(5.0)
        if self._timed_out:
            return NoPreviewReason.TIMED_OUT
        code = self._process.returncode
        guards = [-int(getattr(signal, name)) for name in _GUARD_SIGNALS if hasattr(signal, name)]
        if code in guards:
            return NoPreviewReason.GUARD
        if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
            return None
        # A decoder that gets no more memory crashes; that it held so much tells the two apart.
        return NoPreviewReason.TOO_MUCH if held >= HEAVY else NoPreviewReason.CRASHED

    def _reap(self, seconds: float) -> int:
        """Wait for its end; the bytes that it held at most, 0 where nobody tells.

        Linux counts what its parent held when it was started as its own: only what is above that is.
        """
        if not hasattr(os, "wait4"):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            return 0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with self._kill_lock:  # killing it may take note of its end as well
                if self._process.returncode is not None:
                    return 0
                try:
                    ended, status, usage = os.wait4(self._process.pid, os.WNOHANG)
                except ChildProcessError:  # somebody else took note of it
                    self._process.poll()
                    return 0
                if ended:
                    self._process.returncode = os.waitstatus_to_exitcode(status)
                    held = int(usage.ru_maxrss) * _PEAK_UNIT
                    return held if held > self._inherited else 0
            time.sleep(_LOOK_S)
        return 0

    def close(self) -> None:
        """End it and take away every trace: pipes, process entry, job object."""
        self.kill()
        for pipe in (self._in, self._out):
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()
        windows_job.release(self._job_object)
        self._job_object = None

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._in.write(view) :]
        except (BrokenPipeError, OSError, ValueError):
            raise WorkerGone from None

    def _read(self, length: int) -> bytes:
        buffer = bytearray(length)
        view = memoryview(buffer)
        done = 0
        try:
            while done < length:
                count = self._out.readinto(view[done:])  # type: ignore[attr-defined]
                if not count:
                    raise WorkerGone
                done += count
        except (OSError, ValueError):
            raise WorkerGone from None
        return bytes(buffer)


def _widen(*pipes: IO[bytes]) -> None:
    """Larger pipes mean fewer turns between the two processes; Linux only, and no harm where refused."""
    if sys.platform == "linux":
        import fcntl

        for pipe in pipes:
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
