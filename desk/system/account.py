"""The OS account that runs the desk. Asked of the system, never of variables that anybody can set."""

from __future__ import annotations

import os
import platform


def os_account() -> str:
    """``user@computer``; the empty text where the system names no user."""
    name = _user()
    computer = platform.node().partition(".")[0]
    return f"{name}@{computer}" if name and computer else name


def _user() -> str:
    try:
        import pwd
    except ImportError:  # Windows: the name of the process's owner
        try:
            return os.getlogin()
        except OSError:
            return ""
    try:
        # The real user: what set-uid programs pretend is not asked for.
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""
