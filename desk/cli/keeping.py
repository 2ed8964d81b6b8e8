"""Commands that keep evidence: backup and restore, and preservation."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from datetime import date
from typing import Any

from desk import app
from desk.cli.acts import opened, workspace_of
from desk.cli.output import Output, keyring_waits
from desk.domain.errors import UserError
from desk.domain.preservation import Basis, Standing
from desk.domain.roles import Permission


def backup_state(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.BACKUP) as (desk, _operator):
        state = desk.backup.state()
    if state.at is None:
        words = "No backup was made yet: desk backup make FOLDER."
    else:
        words = f"Last backup {state.at:%Y-%m-%d %H:%M} UTC, {state.files} files: {state.place}"
    output.value(state, words)
    return 0 if state.recent else 1


def backup_make(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.BACKUP) as (desk, operator):
        if arguments.backup_passphrase_file is not None:
            desk.backup.set_passphrase(operator, app.read_secret(arguments.backup_passphrase_file))
        elif not desk.backup.state().passphrase and sys.stdin.isatty():
            desk.backup.set_passphrase(operator, _new_passphrase())

        def progress(number: int, of: int) -> None:
            output.progress(f"{number} of {of} files")

        made = desk.backup.take(operator, arguments.folder.absolute(), progress=progress).value
    output.value(
        {
            "folder": str(made.folder),
            "at": made.at,
            "files": made.files,
            "copied": made.copied,
            "bytes": made.size,
            "missing": list(made.missing),
        },
        f"Backup made: {made.folder}\n{made.files} files, {made.copied} of them new, {made.size} bytes.",
    )
    return 0


def _new_passphrase() -> str:
    first = getpass.getpass("A passphrase for backups: ")
    if first != getpass.getpass("The same again: "):
        raise UserError("The two passphrases differ.", "Try again.")
    return first


def restore(arguments: Namespace, output: Output) -> int:
    """Make the workspace out of a backup; the folder of --workspace must be empty or missing."""
    folder = workspace_of(arguments)
    if getattr(arguments, "passphrase_file", None) is not None:
        # It would be left unread: a backup opens with its own passphrase, and so does what comes out of it.
        raise UserError(
            "--passphrase-file is for a workspace that is there already.",
            "Give the backup's passphrase with --backup-passphrase-file, and --use-passphrase where the "
            "restored workspace is to be unlocked by that same passphrase instead of the keyring.",
        )
    if arguments.backup_passphrase_file is not None:
        passphrase = app.read_secret(arguments.backup_passphrase_file)
    elif sys.stdin.isatty():
        passphrase = getpass.getpass("The backup's passphrase: ")
    else:
        raise UserError("The backup's passphrase is needed.", "Give it with --backup-passphrase-file.")
    restored = app.restore_workspace(
        arguments.backup,
        folder,
        passphrase,
        use_keyring=not arguments.use_passphrase,
        progress=lambda number, of: output.progress(f"{number} of {of} files"),
        on_wait=keyring_waits,
    )
    words = [
        f"Restored to {folder} as of {restored.backup_at:%Y-%m-%d %H:%M} UTC, {restored.files} files.",
        "What was filed after that is not in it: record such reports as filed elsewhere.",
        "Set the agency's credentials again: desk credentials set.",
    ]
    if restored.stopped:
        words.append(
            f"{len(restored.stopped)} filings stand still until a supervisor has made sure that they were "
            "not filed since: desk outbox resume --reason TEXT."
        )
    output.value(
        {
            "workspace": str(folder),
            "backup_at": restored.backup_at,
            "files": restored.files,
            "stopped": list(restored.stopped),
        },
        "\n".join(words),
    )
    return 0


def outbox_resume(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.RESUME) as (desk, operator):
        count = desk.backup.resume(operator, arguments.reason).value
    output.value({"filings": count}, f"{count} filings go on.")
    return 0


# -- preservation -------------------------------------------------------------------------


def preservation_list(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_REPORTS) as (desk, operator):
        standing = Standing(arguments.standing) if getattr(arguments, "standing", None) else None
        limit = max(1, getattr(arguments, "limit", 1000))
        kept = desk.preservation.list(operator, standing=standing, limit=limit)
        today = desk.preservation.today()
    rows: list[dict[str, Any]] = [
        {
            "filing": item.filing_id,
            "case": item.case_number,
            "report_id": item.report_id,
            "filed_at": item.filed_at,
            "until": item.until,
            "days_left": item.days_left(today),
            "standing": item.standing(today).value,
            "holds": item.holds,
            "destroyed_at": item.destroyed_at,
        }
        for item in kept
    ]
    columns = [
        ("until", "UNTIL"),
        ("days_left", "DAYS"),
        ("standing", "STANDING"),
        ("report_id", "REPORT"),
        ("case", "CASE"),
        ("filing", "FILING"),
    ]
    output.table(rows, columns, "Nothing is under preservation yet.")
    return 0


def preservation_extend(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.PRESERVATION) as (desk, operator):
        until = _day(arguments.until)
        order = desk.preservation.extend(operator, arguments.case, until, arguments.reference).value
    output.value({"order": order.id, "until": until}, f"Case {arguments.case} is kept until {until}.")
    return 0


def preservation_hold(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.PRESERVATION) as (desk, operator):
        order = desk.preservation.hold(operator, arguments.case, arguments.reference).value
    output.value({"order": order.id}, f"Legal hold {order.id} stands on case {arguments.case}.")
    return 0


def preservation_release(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.PRESERVATION) as (desk, operator):
        asked = desk.preservation.ask_release(operator, arguments.order, arguments.reason).value
    output.value({"approval": asked.id}, f"Request {asked.id} waits for a second person.")
    return 0


def preservation_destroy(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.PRESERVATION) as (desk, operator):
        basis = Basis.LAW_ENFORCEMENT if arguments.law_enforcement else Basis.DUTY_OVER
        asked = desk.preservation.ask_destruction(
            operator, arguments.case, basis, arguments.reason, arguments.law_enforcement or ""
        ).value
    output.value({"approval": asked.id}, f"Request {asked.id} waits for a second person.")
    return 0


def preservation_certificate(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_REPORTS) as (desk, operator):
        found = desk.preservation.certificate(operator, arguments.case)
    output.value(
        {"sha256": found.sha256, "certificate": found.certificate},
        f"{found.document.decode()}\nSHA-256 {found.sha256}",
    )
    return 0


def approvals_list(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_APPROVALS) as (desk, operator):
        requests = desk.approvals.recent(operator) if arguments.all else desk.approvals.pending(operator)
    rows = [
        {
            "request": one.approval.id,
            "what": one.approval.title,
            "state": one.approval.state.value,
            "asked_by": one.asked_by,
            "asked_at": one.approval.asked_at,
            "decided_by": one.decided_by or None,
            "may_agree": one.may_agree,
        }
        for one in requests
    ]
    columns = [("request", "REQUEST"), ("state", "STATE"), ("asked_by", "ASKED BY"), ("what", "WHAT")]
    output.table(rows, columns, "Nothing waits for a second person.")
    return 0


def approvals_agree(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_APPROVALS) as (desk, operator):
        desk.approvals.agree(operator, arguments.request, arguments.note)
    output.value({"request": arguments.request, "state": "approved"}, "Agreed, and done.")
    return 0


def approvals_decline(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SEE_APPROVALS) as (desk, operator):
        desk.approvals.decline(operator, arguments.request, arguments.note)
    output.value({"request": arguments.request, "state": "declined"}, "Declined.")
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"“{text}” is no day.", "Write it as 2027-11-20.") from None
