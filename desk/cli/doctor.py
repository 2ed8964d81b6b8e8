"""``desk doctor``: looks over this computer and the workspace, and says what to mend."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from desk import app
from desk.cli.output import keyring_waits
from desk.domain.errors import DeskError, NoKeyring
from desk.domain.roles import Permission
from desk.services.desk import Desk

TELL_EVERY = 1000
NAMED = 50
"""Files that are named one by one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``level``: ok, warn or bad."""

    level: str
    subject: str
    words: str


def examine(
    folder: Path,
    passphrase: str | None,
    *,
    thorough: bool = False,
    progress: Callable[[str], None] = lambda _words: None,
) -> list[Finding]:
    """Every finding, each with how to mend it where it is not in order. ``thorough``: each file of the vault
    is opened, which takes as long as reading all of them."""
    findings = [Finding("ok", "Python", f"{platform.python_version()} on {platform.system()}")]
    findings += _keyring()
    findings += _sandbox()
    if not app.is_workspace(folder):
        findings.append(
            Finding("warn", "Workspace", "none here yet; make one with “desk init”, or try “desk practice”")
        )
        return findings
    try:
        with app.open_desk(folder, passphrase=passphrase, on_wait=keyring_waits) as desk:
            findings += _workspace(desk)
            findings.append(_vault(desk, thorough, progress))
    except DeskError as problem:
        findings.append(Finding("bad", "Workspace", problem.words()))
    return findings


def _keyring() -> Iterator[Finding]:
    from desk.system.keyring import KeyringStore

    try:
        KeyringStore(on_wait=keyring_waits).check()
    except DeskError as problem:
        yield Finding("warn", "Keyring", problem.words())
    else:
        yield Finding("ok", "Keyring", "there and unlocked")


def _sandbox() -> Iterator[Finding]:
    from desk.media.pool import PreviewPool

    with PreviewPool(1) as pool:
        try:
            report = pool.guards()
        except DeskError as problem:
            yield Finding("bad", "Previews", problem.words())
            return
    for guard in report.guards:
        yield Finding("ok" if guard.active else "warn", f"Preview guard “{guard.name}”", guard.words)
    if not report.confined:
        yield Finding("bad", "Previews", "the decoder is not confined on this computer: see the guards above")
    if sys.platform.startswith("linux"):
        yield Finding("warn", "Screen capture", "this system gives a program no way to refuse it")
    else:
        words = "the window asks this system to refuse it; a program with special rights may capture it still"
        yield Finding("ok", "Screen capture", words)


def _workspace(desk: Desk) -> Iterator[Finding]:
    checks: tuple[Callable[[Desk], Finding], ...] = (_log, _checkpoints, _endpoint, _outbox, _backup)
    yield Finding("ok", "Workspace", f"opens: {desk.place}")
    for check in checks:
        try:
            yield check(desk)
        except DeskError as problem:
            yield Finding("bad", check.__name__.strip("_").title(), problem.words())


def _log(desk: Desk) -> Finding:
    verdict = desk.auditing.verify()
    return Finding("ok" if verdict.ok else "bad", "Audit log", verdict.words)


def _checkpoints(desk: Desk) -> Finding:
    trouble = desk.checkpoints.trouble()
    words = trouble or "signed, and copied where that is wanted"
    return Finding("warn" if trouble else "ok", "Checkpoints", words)


def _vault(desk: Desk, thorough: bool, progress: Callable[[str], None]) -> Finding:
    def told(files: int, opened: int) -> None:
        if files % TELL_EVERY == 0 or thorough:
            progress(f"{files} files looked at, {opened} opened")

    try:
        state = desk.soundness.look(thorough=thorough, progress=told)
    except DeskError as problem:
        return Finding("bad", "Vault", problem.words())
    looked = f"{state.files} files as long as they were, {state.opened} of them opened and whole"
    if not state.lost:
        return Finding("ok", "Vault", looked if state.files else "no files yet")
    names = "; ".join(f"case {one.case_number}, {one.content_id}: {one.why}" for one in state.lost[:NAMED])
    more = f"; and {len(state.lost) - NAMED} more" if len(state.lost) > NAMED else ""
    words = f"{len(state.lost)} of {state.files} files are not as they were. {names}{more}. A backup has them"
    return Finding("bad", "Vault", f"{words}: “desk restore” puts one into a folder of its own.")


def _endpoint(desk: Desk) -> Finding:
    endpoint = desk.configuration.endpoint()
    if endpoint is None:
        return Finding("bad", "Endpoint", "none is set; an administrator sets one in Settings")
    try:
        state = desk.credentials.state(endpoint)
    except NoKeyring as problem:
        words = "reports can be drafted here, but not filed: the agency's credentials are in a keyring alone."
        return Finding("bad", "Filing", f"{words} {problem.message}")
    if not state.there:
        return Finding("warn", "Credentials", f"none for {endpoint.url}; “desk credentials set” stores them")
    if not state.accepted:
        return Finding("warn", "Credentials", f"not checked yet for {endpoint.url}: “desk credentials check”")
    return Finding("ok", "Credentials", f"accepted for {endpoint.url} as {state.checked_as}")


def _backup(desk: Desk) -> Finding:
    state = desk.backup.state()
    if not state.possible:
        return Finding("ok", "Backup", f"not by the desk: {state.why_not}")
    if state.at is None:
        return Finding("warn", "Backup", "none was made yet: “desk backup make FOLDER”")
    if not state.recent:
        words = f"the last one is of {state.at:%Y-%m-%d}, more than a week ago: “desk backup make FOLDER”"
        return Finding("warn", "Backup", words)
    return Finding("ok", "Backup", f"made on {state.at:%Y-%m-%d %H:%M} UTC")


def _outbox(desk: Desk) -> Finding:
    for person in desk.people.all():
        if person.may(Permission.SEE_OUTBOX):
            stuck = [row for row in desk.outbox.rows(person) if row.filing.error]
            if stuck:
                return Finding("warn", "Outbox", f"{len(stuck)} filings wait: {stuck[0].filing.error}")
    return Finding("ok", "Outbox", f"{desk.outbox.waiting()} filings on their way")
