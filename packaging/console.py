"""Plain progress lines, shared by the scripts of this folder. Standard library only."""

from __future__ import annotations

from typing import NoReturn


class Stop(Exception):
    """The work cannot go on; the message says why and what mends it. `code` is the exit status."""

    def __init__(self, message: str, code: int = 3) -> None:
        super().__init__(message)
        self.code = code


def say(text: str) -> None:
    """One line of progress, written at once so that a log shows it when it happens."""
    print(f"bootstrap: {text}", flush=True)


def stop(message: str, code: int = 3) -> NoReturn:
    raise Stop(message, code)
