"""What `desk doctor` says about the walls around the decoders."""

from __future__ import annotations

from typing import NamedTuple

from desk.domain.preview import Guard, GuardReport

from . import wire
from .process import Hello
from .wire import Format, Worker


class Report(NamedTuple):
    """One kind of worker and what it said with whether a job object holds it; None if it did not start."""

    worker: Worker
    said: tuple[Hello, bool] | None


_NAMES = {Format.HEIF: "HEIC", Format.MATROSKA: "MKV/WebM", Format.WEBP: "WebP", Format.OGG: "Ogg"}


def report(platform: str, reports: list[Report]) -> GuardReport:
    """Put the workers' own reports into words. A guard counts only where every worker that runs has it."""
    running = [one.said for one in reports if one.said is not None]
    bits = 0xFF if running else 0
    able = 0
    for hello, _ in running:
        bits &= hello.guards
        able |= hello.formats
    abi = min((hello.landlock_abi for hello, _ in running), default=0)
    in_job = bool(running) and all(held for _, held in running)

    def has(bit: int) -> bool:
        return bool(bits & bit)

    absent = ", ".join(one.worker.name.lower() for one in reports if one.said is None)
    guards = [
        Guard(
            "process",
            bool(running) and not absent,
            f"No worker could be started for: {absent}."
            if absent
            else "Decoders run in processes of their own.",
        ),
        Guard("limits", has(wire.GUARD_RLIMITS) or in_job, "Memory and the number of processes are limited."),
    ]
    if platform == "linux":
        ports = " and no network port" if abi >= 4 else ""
        guards += [
            Guard("privileges", has(wire.GUARD_NO_NEW_PRIVS), "The worker can gain no new rights."),
            Guard(
                "memory", has(wire.GUARD_NOT_DUMPABLE), "No core file and no other program shows its memory."
            ),
            Guard(
                "files", has(wire.GUARD_LANDLOCK), f"Landlock (version {abi}): no file{ports} can be opened."
            ),
            Guard(
                "syscalls", has(wire.GUARD_SECCOMP), "seccomp: no file, connection or program can be opened."
            ),
        ]
    elif platform == "win32":
        guards += [
            Guard("job", in_job, "A job object holds the worker and ends it with the desk."),
            Guard(
                "integrity",
                has(wire.GUARD_LOW_INTEGRITY),
                "Low integrity: nothing of yours can be written to, no program started.",
            ),
        ]
    elif platform == "darwin":
        guards.append(
            Guard(
                "sandbox",
                has(wire.GUARD_SEATBELT),
                "The system's sandbox: no file, connection or program can be opened.",
            )
        )
    formats = tuple(_NAMES.get(one, one.name) for one in Format if able >> one & 1)
    return GuardReport(platform, tuple(guards), formats)
