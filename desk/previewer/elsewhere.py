"""The guards that a worker takes for itself on macOS and Windows; each says whether it holds."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_SANDBOX_NAMED = 1


def seatbelt() -> bool:
    """macOS: its sandbox with the profile "pure computation": no file, connection or program can be opened.

    What is open already, the two pipes, goes on. The call is old and Apple would rather have an entitlement
    for each program, but a worker started from Python has none; browsers lock theirs in the same way.
    """
    message = ctypes.c_char_p()
    try:
        init: Any = ctypes.CDLL(None).sandbox_init
        init.argtypes = (ctypes.c_char_p, ctypes.c_uint64, ctypes.POINTER(ctypes.c_char_p))
        return int(init(b"pure-computation", _SANDBOX_NAMED, ctypes.byref(message))) == 0
    except (OSError, TypeError, AttributeError):
        return False


if sys.platform == "win32":
    from ctypes import wintypes

    _ADJUST_DEFAULT_AND_QUERY = 0x80 | 0x08
    _INTEGRITY_LEVEL = 25
    _INTEGRITY = 0x20
    _CHILD_PROCESS_POLICY = 13
    _LOW = "S-1-16-4096"

    class _Label(ctypes.Structure):
        _fields_ = (("Sid", ctypes.c_void_p), ("Attributes", wintypes.DWORD))

    def low_integrity() -> bool:
        """Windows: from now on nothing of the user's can be written to, and no program started."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        advapi = ctypes.WinDLL("advapi32", use_last_error=True)
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
        kernel.LocalFree.argtypes = (ctypes.c_void_p,)
        advapi.OpenProcessToken.argtypes = (
            wintypes.HANDLE,
            wintypes.DWORD,
            ctypes.POINTER(wintypes.HANDLE),
        )
        advapi.ConvertStringSidToSidW.argtypes = (wintypes.LPCWSTR, ctypes.POINTER(ctypes.c_void_p))
        advapi.GetLengthSid.argtypes = (ctypes.c_void_p,)
        advapi.SetTokenInformation.argtypes = (
            wintypes.HANDLE,
            ctypes.c_int,
            ctypes.c_void_p,
            wintypes.DWORD,
        )
        no_children = wintypes.DWORD(1)
        alone = kernel.SetProcessMitigationPolicy(_CHILD_PROCESS_POLICY, ctypes.byref(no_children), 4)
        token, sid = wintypes.HANDLE(), ctypes.c_void_p()
        if not advapi.OpenProcessToken(
            kernel.GetCurrentProcess(), _ADJUST_DEFAULT_AND_QUERY, ctypes.byref(token)
        ):
            return False
        try:
            if not advapi.ConvertStringSidToSidW(_LOW, ctypes.byref(sid)):
                return False
            label = _Label(sid, _INTEGRITY)
            size = ctypes.sizeof(label) + advapi.GetLengthSid(sid)
            low = advapi.SetTokenInformation(token, _INTEGRITY_LEVEL, ctypes.byref(label), size)
            return bool(low and alone)
        finally:
            kernel.LocalFree(sid)
            kernel.CloseHandle(token)

else:

    def low_integrity() -> bool:
        """Nothing to do here."""
        return False
