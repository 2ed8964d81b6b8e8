"""Refusing screen capture for the window that shows media, where the system lets a program ask for that.

Windows (10 version 2004 and later) leaves such a window out of captures; older ones show it black. macOS
keeps it out of what other programs read of the screen, though newer systems let some through. Linux has
nothing of the kind. Both calls are the systems' documented ones; they were written without such a system at
hand, so a refusal of any sort is no error.
"""

from __future__ import annotations

import sys

_EXCLUDE_FROM_CAPTURE = 0x11
_MONITOR_ONLY = 0x01


def refuse_capture(window: int) -> bool:
    """Ask for it for a native window handle (an HWND, an NSView). Whether the system agreed."""
    try:
        if sys.platform == "win32":
            return _windows(window)
        if sys.platform == "darwin":
            return _macos(window)
    except (OSError, AttributeError, ValueError):
        return False
    return False


if sys.platform == "win32":

    def _windows(window: int) -> bool:
        import ctypes
        from ctypes import wintypes

        ask = ctypes.windll.user32.SetWindowDisplayAffinity
        ask.argtypes, ask.restype = (wintypes.HWND, wintypes.DWORD), wintypes.BOOL
        return bool(ask(window, _EXCLUDE_FROM_CAPTURE) or ask(window, _MONITOR_ONLY))


if sys.platform == "darwin":

    def _macos(view: int) -> bool:
        import ctypes
        from ctypes.util import find_library

        runtime = ctypes.CDLL(find_library("objc") or "libobjc.dylib")
        runtime.sel_registerName.restype = ctypes.c_void_p
        runtime.sel_registerName.argtypes = [ctypes.c_char_p]
        address = ctypes.cast(runtime.objc_msgSend, ctypes.c_void_p).value
        if not address:
            return False
        get = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(address)
        put = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)(address)
        window = get(view, runtime.sel_registerName(b"window"))
        if not window:
            return False
        put(window, runtime.sel_registerName(b"setSharingType:"), 0)  # NSWindowSharingNone
        return True
