"""Practice: a throwaway workspace and a stand-in CyberTipline on this computer.

Heavy parts are imported inside the functions that need them: the window is painted, and
``desk --help`` answers, before a database library is loaded.
"""

from __future__ import annotations

import logging
import os
import secrets as token_source
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desk.app.wiring import wire
from desk.app.workspaces import ALL_ROLES
from desk.domain.company import Company, Credentials, Endpoint, EndpointKind
from desk.domain.roles import Role
from desk.domain.rules import Contact

if TYPE_CHECKING:
    from desk.services.desk import Desk


log = logging.getLogger(__name__)
PRACTICE_HOLD_MINUTES = 1
FOLDERS = "desk-practice-"
ALIVE = "alive"
"""Locked as long as the process lives whose folder it is; the system frees it however that ends."""
YOUNG_S = 60.0
"""A folder as young as that may be one whose process has not locked it yet."""
Say = Callable[[str], None]


@contextmanager
def practice_desk(
    *, cases: bool = True, say: Say | None = None, folder: Path | None = None
) -> Iterator[Desk]:
    """A throwaway workspace: its key in memory, a stand-in CyberTipline on loopback, synthetic cases.

    The folder is destroyed at the end. ``folder`` names its parent, for tests.
    """
    from desk.practice.server import StandIn
    from desk.storage import workspace
    from desk.storage.locks import hold
    from desk.system.keyring import MemorySecretStore

    tell = say or (lambda _words: None)
    with ExitStack() as stack:
        clear_stale(folder or Path(tempfile.gettempdir()))
        base = Path(tempfile.mkdtemp(prefix=FOLDERS, dir=folder))
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        lock = hold(base / ALIVE)
        if lock is not None:
            stack.callback(os.close, lock)
        tell("Starting the stand-in CyberTipline on this computer…")
        password = token_source.token_urlsafe(16)
        server = stack.enter_context(StandIn(user="practice", password=password))
        opened = workspace.create(
            base / "workspace", token_source.token_bytes(32), unlock=workspace.Unlock.MEMORY
        )
        stack.callback(opened.close)
        desk = wire(
            stack,
            store=opened.store,
            vault=opened.vault,
            secrets=MemorySecretStore(),
            workspace_id=str(opened.info.id),
            place=str(base / "workspace"),
            practice=True,
        )
        _set_up_practice(desk, Endpoint(EndpointKind.PRACTICE, server.url), password)
        if cases:
            tell("Making a day's work of synthetic cases…")
            _practice_cases(desk, base / "cases", desk.clock.now())
        yield desk


def clear_stale(parent: Path) -> int:
    """Remove what practice left behind in ``parent`` where its process was killed; how many folders.

    A folder goes only where it is one of this user's own, has the file that practice locks, is not young,
    and nobody holds that lock. What can't be looked at or removed stays.
    """
    from desk.storage.locks import hold

    cleared = 0
    for base in parent.glob(f"{FOLDERS}*"):
        try:
            known = base.lstat()
            own = not hasattr(os, "getuid") or known.st_uid == os.getuid()
            if not own or not stat.S_ISDIR(known.st_mode) or not (base / ALIVE).is_file():
                continue
            if time.time() - known.st_mtime < YOUNG_S:
                continue
            lock = hold(base / ALIVE)
        except OSError:
            continue
        if lock is None:
            continue
        os.close(lock)
        shutil.rmtree(base, ignore_errors=True)
        cleared += 1
    if cleared:
        log.info("Folders of practice that had ended without clearing up: %d removed", cleared)
    return cleared


def _set_up_practice(desk: Desk, endpoint: Endpoint, password: str) -> None:
    from desk.domain.incident import IncidentType
    from desk.domain.policy import Policy
    from desk.domain.rules import Rule
    from desk.practice.cases import POLICIES, RULES
    from desk.services.configuration import DeskSettings

    operator = desk.people.first("Practice moderator", ALL_ROLES, "moderator@example.com").value
    desk.configuration.set_endpoint(operator, endpoint)
    desk.credentials.set(operator, endpoint, Credentials("practice", password))
    desk.configuration.begin(
        operator,
        DeskSettings(
            company=Company(
                name="Example Social",
                reporting=Contact("Robin", "Example", "trust-safety@example.com"),
                legal_url="https://social.example/legal",
                terms_of_service="https://social.example/terms",
            ),
            policies=tuple(
                Policy(p.path, p.title, IncidentType(p.incident_type) if p.incident_type else None)
                for p in POLICIES
            ),
            rules=tuple(
                Rule(index, r.name, r.policies, r.queue, Contact(*r.contact), r.agency, r.enabled)
                for index, r in enumerate(RULES, 1)
            ),
            hold_minutes=PRACTICE_HOLD_MINUTES,
        ),
    )
    desk.credentials.check(operator, endpoint)
    # Others to try each role alone with, and to be the second person: the person menu changes to them.
    for name, role in (
        ("Mika Moderator", Role.MODERATOR),
        ("Sol Supervisor", Role.SUPERVISOR),
        ("Ari Administrator", Role.ADMINISTRATOR),
    ):
        desk.people.add(operator, name, frozenset({role}), f"{role.value}@example.com")


def _practice_cases(desk: Desk, folder: Path, now: datetime) -> None:
    from desk.practice.cases import write_cases

    folder.mkdir(mode=0o700)
    try:
        result = desk.intake.take_in(write_cases(folder, now=now), None).value
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for refused in result.refused:
        log.warning("A practice case was refused: %s", refused.reason)
