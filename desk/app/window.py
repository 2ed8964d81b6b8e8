"""The window on a workspace, or on practice.

Heavy parts are imported inside the functions that need them: the window is painted, and
``desk --help`` answers, before a database library is loaded.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from desk.app.practice import practice_desk
from desk.app.workspaces import open_desk
from desk.domain.company import EndpointKind
from desk.domain.errors import DeskError, UserError
from desk.domain.roles import Operator

if TYPE_CHECKING:
    from desk.gui.start import Opened, Say
    from desk.services.desk import Desk


log = logging.getLogger(__name__)


class _WindowSettings:
    """gui.window.WindowSettings on the machine's settings file; nothing of a case."""

    def __init__(self) -> None:
        from desk.system.paths import places
        from desk.system.settings import SettingsFile

        self._file = SettingsFile(places().settings)

    def get(self, key: str) -> str | None:
        settings = self._file.load().settings
        if key == "theme":
            return settings.theme
        window = settings.unknown.get("window")
        value = window.get(key) if isinstance(window, dict) else None
        return value if isinstance(value, str) else None

    def set(self, key: str, value: str) -> None:
        try:
            if key == "theme":
                self._file.update(theme=value)
                return
            settings = self._file.load().settings
            window = settings.unknown.get("window")
            kept = {**(window if isinstance(window, dict) else {}), key: value}
            self._file.update(unknown={**settings.unknown, "window": kept})
        except DeskError as problem:
            log.warning("The window's state could not be kept: %s", type(problem).__name__)

    def remember(self, folder: Path) -> None:
        try:
            self._file.update(last_workspace=str(folder))
        except DeskError as problem:
            log.warning("The workspace's place could not be kept: %s", type(problem).__name__)


def _need_display() -> None:
    """Say in words what Qt would say by ending the process."""
    if not sys.platform.startswith("linux"):
        return
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise UserError(
            "There is no display here, and the desk is a window.",
            "Start it inside a desktop session, or over ssh with -X. All other commands work without one: "
            "“desk --help”.",
        )


def show_practice(*, cases: bool = True) -> int:
    """Practice mode in a window; returns the exit code. Raises UserError where there is no display."""
    _need_display()
    from desk.gui.start import run_window

    stack = ExitStack()

    def prepare(say: Say) -> Opened:
        return opened(stack.enter_context(practice_desk(cases=cases, say=say)), stack)

    settings = _WindowSettings()
    with stack:
        return run_window(
            prepare, band=EndpointKind.PRACTICE, settings=settings, scheme=settings.get("theme") or "system"
        )


def show_workspace(folder: Path, *, passphrase: str | None = None) -> int:
    """The workspace at ``folder`` in a window; returns the exit code. Raises UserError without a display."""
    _need_display()
    from desk.gui.start import run_window
    from desk.system.keyring import WAITING, KeyringStore

    stack = ExitStack()
    settings = _WindowSettings()
    heard: list[Say] = []
    # One for every attempt: a prompt that was not answered yet is waited for, not asked a second time.
    secrets = KeyringStore(on_wait=lambda: heard[-1].waits(*WAITING))

    def prepare(say: Say) -> Opened:
        heard.append(say)
        say("Opening the workspace…")
        given = say.passphrase or passphrase
        desk = stack.enter_context(open_desk(folder, passphrase=given, secrets=secrets))
        settings.remember(folder)
        desk.intake.sweep()
        desk.preservation.finish_clearing()
        return opened(desk, stack)

    with stack:
        return run_window(
            prepare,
            band=EndpointKind.PRODUCTION,
            settings=settings,
            scheme=settings.get("theme") or "system",
            give_up=secrets.give_up,
        )


def opened(desk: Desk, stack: ExitStack) -> Opened:
    from desk.gui.start import Opened

    endpoint = desk.configuration.endpoint()
    return Opened(
        desk=desk,
        operator=_window_operator(desk),
        endpoint=endpoint.kind if endpoint else EndpointKind.PRODUCTION,
        address=endpoint.url if endpoint else "",
        close=stack.close,
    )


def _window_operator(desk: Desk) -> Operator | None:
    """Who works at the window unasked: practice's first person, or whom the OS account stands for."""
    if desk.practice:
        return desk.people.all()[0]
    standing = desk.signin.standing()
    if standing.recognised is None or standing.code_needed:
        return None
    try:
        return desk.signin.sign_in_by_account().value
    except UserError:  # they wait after failures: the window says for how long
        return None
