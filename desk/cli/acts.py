"""Commands that do something: open, practice, init, intake, outbox run, credentials, doctor."""

from __future__ import annotations

import getpass
import logging
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desk import app
from desk.cli.doctor import examine
from desk.cli.identity import known_person, new_password, person_for
from desk.cli.output import Output, keyring_waits
from desk.domain.company import Credentials, Endpoint, EndpointKind
from desk.domain.endpoint import endpoint as endpoint_of
from desk.domain.errors import DeskError, NotReady, UserError, WorkspaceProblem
from desk.domain.filing import Filing
from desk.domain.roles import Operator, Permission
from desk.services.desk import Desk
from desk.services.lanes import Lanes

log = logging.getLogger(__name__)


def workspace_of(arguments: Namespace) -> Path:
    return app.workspace_path(getattr(arguments, "workspace", None))


def passphrase_of(arguments: Namespace) -> str | None:
    """The passphrase from its file, or asked for on a terminal when the workspace needs one."""
    file = getattr(arguments, "passphrase_file", None)
    if file is not None:
        return app.read_secret(file)
    if app.needs_passphrase(workspace_of(arguments)):
        if not sys.stdin.isatty():
            raise WorkspaceProblem(
                "This workspace is unlocked by a passphrase.", "Give it with --passphrase-file."
            )
        return getpass.getpass("Passphrase: ")
    return None


@contextmanager
def opened(arguments: Namespace, permission: Permission) -> Iterator[tuple[Desk, Operator]]:
    """The workspace, open, and the operator who acts in it, who may."""
    with opened_by_key(arguments) as desk:
        yield desk, person_for(desk, arguments, permission)


@contextmanager
def opened_by_key(arguments: Namespace, *, signs: bool = True) -> Iterator[Desk]:
    """The workspace, open, for what anybody may start who holds its key: nobody is asked who they are.

    Where the interval has passed, what was written to the log is signed at the end (``signs``): with a key
    that lies in the keyring, so only where the workspace's own key was just read from there.
    """
    passphrase = passphrase_of(arguments)
    with app.open_desk(workspace_of(arguments), passphrase=passphrase, on_wait=keyring_waits) as desk:
        try:
            yield desk
            if signs and passphrase is None:
                desk.checkpoints.after_command()
        except (DeskError, OSError):
            raise
        except Exception:
            # Here, while the workspace's log is still open: places and kinds only, no texts.
            log.exception("A bug ended the command")
            raise


def open_window(arguments: Namespace, output: Output) -> int:
    folder = workspace_of(arguments)
    if not app.is_workspace(folder):
        output.problem(
            "There is no workspace here yet.",
            "Make one with “desk init --endpoint test”, or try everything with “desk practice”.",
        )
        return 3
    file = getattr(arguments, "passphrase_file", None)
    return app.show_workspace(folder, passphrase=app.read_secret(file) if file else None)


def practice(arguments: Namespace, _output: Output) -> int:
    return app.show_practice(cases=not arguments.empty)


def init(arguments: Namespace, output: Output) -> int:
    if arguments.endpoint == EndpointKind.PRACTICE:
        raise UserError("Practice needs no workspace.", "Start it with “desk practice”.")
    endpoint = endpoint_of(arguments.endpoint)
    folder = workspace_of(arguments)
    passphrase = None
    file = getattr(arguments, "passphrase_file", None)
    if arguments.use_passphrase or file:  # a file that was given and left unread would surprise
        passphrase = app.read_secret(file) if file else _new_passphrase()
    postgres = app.read_secret(arguments.postgres_file) if arguments.postgres_file else None
    name = arguments.name or getpass.getuser()
    password = new_password(arguments, optional=True)
    app.make_workspace(
        folder,
        endpoint,
        name,
        passphrase=passphrase,
        postgres=postgres,
        password=password,
        on_wait=keyring_waits,
    )
    how = "signs in with the password" if password else "is recognised by your account on this computer"
    found = app.workspace_path(None).absolute() == folder.absolute()
    named = "" if found else f"It is found by --workspace {folder}, or by DESK_WORKSPACE set to that.\n"
    output.value(
        {"workspace": str(folder), "endpoint": endpoint.url, "operator": name, "password": bool(password)},
        f"Workspace made: {folder}\nIts first administrator, {name}, {how}.\n{named}"
        "Next: “desk credentials set”, then “desk intake PATH”, then “desk”. Who reports, and for which\n"
        "company, stands in its Settings: say it there before the first report.",
    )
    return 0


def _new_passphrase() -> str:
    if not sys.stdin.isatty():
        raise UserError("A passphrase is needed.", "Give it with --passphrase-file.")
    first = getpass.getpass("New passphrase: ")
    if first != getpass.getpass("The same again: "):
        raise UserError("The two passphrases differ.", "Try again.")
    return first


def intake(arguments: Namespace, output: Output) -> int:
    def progress(taken: int, refused: int, file: str) -> None:
        output.progress(f"{taken} taken, {refused} refused  {Path(file).name}")

    with opened_by_key(arguments) as desk:
        # Without a person it is the desk's own import, and in the log as such: a service has no password.
        operator = known_person(desk, arguments)
        result = desk.intake.take_in(arguments.paths, operator, progress=progress).value
    for refused in result.refused:
        if not output.as_json:
            output.problem(refused.message, refused.remedy)
    output.value(
        {
            "taken": list(result.taken),
            "revised": list(result.revised),
            "unchanged": list(result.unchanged),
            "refused": [
                {"file": r.file, "line": r.line, "key": r.key, "reason": r.reason} for r in result.refused
            ],
        },
        result.words() + ".",
    )
    return 1 if result.refused else 0


HOOKS_EVERY_S = 15.0
"""The platform's own hooks are told beside the outbox, where there are any."""


def outbox_run(arguments: Namespace, output: Output) -> int:
    """Send what was confirmed, until stopped, or with --once until nothing is due."""
    drives: list[int] = []

    def told(filing: Filing) -> None:
        drives.append(filing.id)
        output.progress(f"filing {filing.id}: {filing.state.value}")

    # Whoever holds the workspace's key may: it sends nothing that no person confirmed.
    with opened_by_key(arguments) as desk:
        lanes = Lanes(desk.outbox, desk.clock, told)
        ended = threading.Event()
        before = _on_signals(ended)
        desk.outbox.set_right()
        lanes.start()
        try:
            if arguments.once:
                while not ended.is_set() and not lanes.wait_idle(0.5):
                    pass
                desk.hooks.run(cancelled=ended.is_set)
            else:
                while not ended.wait(HOOKS_EVERY_S):
                    desk.hooks.run(cancelled=ended.is_set)
        finally:
            lanes.stop()
            for number, handler in before.items():
                signal.signal(number, handler)
        waiting = desk.outbox.waiting()
    output.value(
        {"drives": len(drives), "filings": sorted(set(drives)), "waiting": waiting},
        f"{len(set(drives))} filings driven; {waiting} still on their way.",
    )
    return 0


def _on_signals(ended: threading.Event) -> dict[int, Any]:
    """End between two calls when the system or a person asks: nothing is left half-known."""

    def stop(_number: int, _frame: object) -> None:
        ended.set()

    return {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}


def _endpoint(desk: Desk) -> Endpoint:
    endpoint = desk.configuration.endpoint()
    if endpoint is None:
        raise NotReady("No endpoint is set.", "Set one in Settings.")
    return endpoint


def credentials_show(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.CREDENTIALS) as (desk, _operator):
        endpoint = _endpoint(desk)
        state = desk.credentials.state(endpoint)
    if not state.there:
        words = "No credentials are stored for this endpoint. Set them with “desk credentials set”."
    elif state.checked_at is None:
        words = "Credentials are stored, and were not checked yet."
    elif state.accepted:
        words = f"Checked on {state.checked_at:%Y-%m-%d %H:%M} UTC as {state.checked_as}."
    else:
        words = f"Not accepted on {state.checked_at:%Y-%m-%d %H:%M} UTC: {state.words}"
    output.value(state, f"{endpoint.url}\n{words}")
    return 0


def credentials_set(arguments: Namespace, output: Output) -> int:
    interactive = sys.stdin.isatty()
    with opened(arguments, Permission.CREDENTIALS) as (desk, operator):
        endpoint = _endpoint(desk)
        if arguments.user_file:
            user = app.read_secret(arguments.user_file)
        elif arguments.user:
            user = arguments.user
        elif interactive:
            user = input("User name: ")
        else:
            raise UserError("The user name is missing.", "Give --user or --user-file.")
        if arguments.password_file:
            password = app.read_secret(arguments.password_file)
        elif interactive:
            password = getpass.getpass("Password: ")
        else:
            raise UserError("The password is missing.", "Give it with --password-file.")
        desk.credentials.set(operator, endpoint, Credentials(user, password))
    output.value(
        {"endpoint": endpoint.url, "set": True},
        "Stored in the keyring. Check them with “desk credentials check”.",
    )
    return 0


def credentials_check(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.CREDENTIALS) as (desk, operator):
        state = desk.credentials.check(operator, _endpoint(desk)).value
    if state.accepted:
        output.value(state, f"Accepted, checked as {state.checked_as}.")
        return 0
    output.value(state, f"Not checked: {state.words}")
    return 4


def credentials_remove(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.CREDENTIALS) as (desk, operator):
        endpoint = _endpoint(desk)
        desk.credentials.remove(operator, endpoint)
    output.value({"endpoint": endpoint.url, "removed": True}, "Removed from the keyring.")
    return 0


def doctor(arguments: Namespace, output: Output) -> int:
    folder = workspace_of(arguments)
    file = getattr(arguments, "passphrase_file", None)
    findings = examine(
        folder,
        app.read_secret(file) if file else None,
        thorough=getattr(arguments, "thorough", False),
        progress=output.progress,
    )
    marks = {"ok": "ok  ", "warn": "note", "bad": "BAD "}
    lines = [f"{marks[f.level]}  {f.subject}: {f.words}" for f in findings]
    output.value(findings, "\n".join(lines))
    return 1 if any(f.level == "bad" for f in findings) else 0
