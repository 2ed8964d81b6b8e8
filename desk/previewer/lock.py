"""Locks this process for good: after `lock()` it can decode, and do nothing else.

Order matters: decoders are loaded and warmed before; Landlock needs no_new_privs; seccomp comes after
everything that it forbids; RLIMIT_NOFILE comes last of the limits, since loading libseccomp opens files.
macOS has the limits and its own sandbox; on Windows the host puts the process into a job object from outside,
and the worker gives up its rights to write and to start programs.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from typing import Any

from . import elsewhere
from .protocol import Guards

if sys.platform != "win32":
    import resource

ADDRESS_SPACE = 1536 << 20
CPU_SECONDS = 300

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_RESTRICT_SELF = 446
_PROT_EXEC = 4
_CLONE_THREAD = 0x10000

# What decoders need once their libraries are loaded: memory, time, locks, and the pipes that are open.
_ALLOWED = [
    "read",
    "readv",
    "write",
    "writev",
    "lseek",
    "close",
    "brk",
    "munmap",
    "mremap",
    "madvise",
    "futex",
    "futex_waitv",
    "sched_yield",
    "sched_getaffinity",
    "getrandom",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "exit",
    "exit_group",
    "rt_sigreturn",
    "rt_sigprocmask",
    "rt_sigaction",
    "sigaltstack",
    "restart_syscall",
    "getpid",
    "gettid",
    "getrusage",
    "set_robust_list",
    "rseq",
    "membarrier",
    "set_tid_address",
    "fstat",
]

# No decoder has an honest use for these: the process ends at once. Everything else answers EPERM.
_FATAL = [
    "execve",
    "execveat",
    "fork",
    "vfork",
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "recvfrom",
    "recvmsg",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kill",
    "tkill",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "bpf",
    "userfaultfd",
    "io_uring_setup",
    "add_key",
    "keyctl",
    "request_key",
    "mount",
    "umount2",
    "unshare",
    "setns",
    "chroot",
    "pivot_root",
    "perf_event_open",
    "init_module",
    "finit_module",
    "kexec_load",
]


def close_others(keep: set[int]) -> None:
    """Close every inherited descriptor but `keep` (POSIX)."""
    if sys.platform == "win32":
        return
    last = 0
    for descriptor in sorted(keep):
        # An empty range would be taken for all descriptors by some versions of Python.
        if descriptor > last:
            os.closerange(last, descriptor)
        last = descriptor + 1
    os.closerange(last, 4096)


def lock(*, threads: bool) -> tuple[int, int]:
    """Take every guard this system offers; answers (bits of `Guards`, Landlock's ABI or 0).

    `threads` leaves the making of threads open, for decoders that cannot work without.
    A guard that cannot be had is left out of the bits; the host tells the administrator.
    """
    bits = 0
    abi = 0
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1) == 0:
            bits |= Guards.NO_NEW_PRIVS
        # No core file and no other process of this user may look into the memory that holds the media.
        if _prctl(libc, _PR_SET_DUMPABLE, 0) == 0:
            bits |= Guards.NOT_DUMPABLE
        seccomp = _load_seccomp()
        abi = _landlock(libc)
        if abi:
            bits |= Guards.LANDLOCK
        if _limits(threads=threads):
            bits |= Guards.RLIMITS
        if seccomp is not None and _filter(seccomp, threads=threads):
            bits |= Guards.SECCOMP
    elif sys.platform == "win32":
        if elsewhere.low_integrity():
            bits |= Guards.LOW_INTEGRITY
    else:
        if _limits(threads=threads):
            bits |= Guards.RLIMITS
        if sys.platform == "darwin" and elsewhere.seatbelt():
            bits |= Guards.SEATBELT
    return bits, abi


def _prctl(libc: Any, option: int, value: int) -> int:
    # The kernel reads whole machine words and refuses stray upper bits.
    word = ctypes.c_ulong
    return int(libc.prctl(option, word(value), word(0), word(0), word(0)))


def _limits(*, threads: bool) -> bool:
    if sys.platform == "win32":
        return False
    wanted = [
        ("RLIMIT_AS", ADDRESS_SPACE),
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_MEMLOCK", 0),
        ("RLIMIT_MSGQUEUE", 0),
    ]
    if not threads:
        wanted.append(("RLIMIT_NPROC", 0))
    wanted.append(("RLIMIT_NOFILE", 0))
    complete = True
    for name, value in wanted:
        number = getattr(resource, name, None)
        if number is None:
            continue
        try:
            hard = resource.getrlimit(number)[1]
            bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(number, (bound, bound))
        except (ValueError, OSError):
            # macOS refuses some (RLIMIT_AS); the essential ones are counted on Linux, where all of them work.
            complete = complete and sys.platform != "linux"
    return complete


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def _landlock(libc: Any) -> int:
    """Restrict this process to no path, no port, no abstract socket, no signal; the ABI in force, or 0."""
    abi = int(libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1))
    if abi < 1:
        return 0
    files = (1 << 13) - 1
    files |= (1 << 13 if abi >= 2 else 0) | (1 << 14 if abi >= 3 else 0) | (1 << 15 if abi >= 5 else 0)
    rules = _Ruleset(files, 0b11 if abi >= 4 else 0, 0b11 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    descriptor = libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    if descriptor < 0:
        return 0
    try:
        return abi if libc.syscall(_LANDLOCK_RESTRICT_SELF, descriptor, 0) == 0 else 0
    finally:
        os.close(descriptor)


def _load_seccomp() -> Any | None:
    try:
        import pyseccomp  # type: ignore[import-not-found,unused-ignore]
    except (ImportError, RuntimeError, OSError):
        return None
    return pyseccomp


def _filter(seccomp: Any, *, threads: bool) -> bool:
    try:
        rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
        for name in _ALLOWED:
            _rule(rules, seccomp.ALLOW, name)
        for name in _FATAL:
            _rule(rules, seccomp.KILL_PROCESS, name)
        for name in ("mmap", "mprotect"):
            # Memory may be taken, never made executable: injected code has to live from what is loaded.
            rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(2, seccomp.MASKED_EQ, _PROT_EXEC, 0))
        if threads:
            rules.add_rule(
                seccomp.ALLOW, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD)
            )
            _rule(rules, seccomp.ERRNO(errno.ENOSYS), "clone3")
        rules.load()
    except (OSError, RuntimeError, ValueError):
        return False
    return True


def _rule(rules: Any, action: int, name: str) -> None:
    # A name that this architecture or an old libseccomp lacks is no loss: the default answer is EPERM.
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        rules.add_rule(action, name)
