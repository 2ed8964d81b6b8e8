"""A job object around a worker on Windows: one process, bounded memory, ended with the desk.

Elsewhere the worker limits itself and these functions do nothing.
"""

from __future__ import annotations

import subprocess
import sys

MEMORY = 1536 << 20

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _ACTIVE_PROCESS = 0x8
    _PROCESS_MEMORY = 0x100
    _DIE_ON_UNHANDLED = 0x400
    _KILL_ON_CLOSE = 0x2000
    _EXTENDED_LIMITS = 9
    _UI_RESTRICTIONS = 4

    class _Basic(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _Extended(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", _Basic),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    def confine(process: subprocess.Popen[bytes]) -> int | None:
        """Put `process` into a fresh job; None where Windows refuses, which the guard report then says."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.SetInformationJobObject.argtypes = (
            wintypes.HANDLE,
            ctypes.c_int,
            ctypes.c_void_p,
            wintypes.DWORD,
        )
        kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
        job = kernel.CreateJobObjectW(None, None)
        if not job:
            return None
        limits = _Extended()
        limits.BasicLimitInformation.LimitFlags = (
            _ACTIVE_PROCESS | _PROCESS_MEMORY | _DIE_ON_UNHANDLED | _KILL_ON_CLOSE
        )
        # A virtual environment's python.exe is a launcher that starts the real one.
        limits.BasicLimitInformation.ActiveProcessLimit = 2
        limits.ProcessMemoryLimit = MEMORY
        interface = wintypes.DWORD(0xFF)
        done = (
            kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
            and kernel.SetInformationJobObject(job, _UI_RESTRICTIONS, ctypes.byref(interface), 4)
            and kernel.AssignProcessToJobObject(job, int(process._handle))  # type: ignore[attr-defined]
        )
        if not done:
            release(job)
            return None
        return int(job)

    def release(job: int | None) -> None:
        """Close the job, which ends what is left in it."""
        if job is not None:
            kernel = ctypes.WinDLL("kernel32")
            kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
            kernel.CloseHandle(job)

else:

    def confine(process: subprocess.Popen[bytes]) -> int | None:  # noqa: ARG001
        """Nothing to do here."""
        return None

    def release(job: int | None) -> None:
        """Nothing to do here."""
