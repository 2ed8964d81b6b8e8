"""The arguments of the ``desk`` command."""

from __future__ import annotations

import argparse
from pathlib import Path

from desk.cli import acts, records


def build() -> argparse.ArgumentParser:
    """The whole command; each leaf sets ``act`` to the function that runs it."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--workspace",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="PATH",
        help="the workspace's folder (else DESK_WORKSPACE, else the one last used)",
    )
    common.add_argument(
        "--passphrase-file",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FILE",
        help="a private file with the passphrase, for workspaces that have one",
    )
    common.add_argument(
        "--operator", default=argparse.SUPPRESS, metavar="NAME", help="who acts (else the first who may)"
    )
    common.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON for machines"
    )

    parser = argparse.ArgumentParser(
        prog="desk",
        description="Review suspected child sexual exploitation and report it to NCMEC's CyberTipline.",
        epilog="Without a command the desk opens its window. Exit codes: 0 done, 1 refused or failed, "
        "2 wrong arguments, 3 workspace, key or role, 4 the service refused, 5 a bug.",
        parents=[common],
    )
    parser.set_defaults(act=acts.open_window)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(
        name: str,
        words: str,
        act: object,
        group: argparse._SubParsersAction[argparse.ArgumentParser] = commands,
    ) -> argparse.ArgumentParser:
        made = group.add_parser(name, help=words, description=words, parents=[common])
        made.set_defaults(act=act)
        return made

    command("open", "Open the window.", acts.open_window)
    practice = command(
        "practice", "Open practice mode: synthetic cases, nothing leaves this computer.", acts.practice
    )
    practice.add_argument("--empty", action="store_true", help="start with an empty queue")

    init = command("init", "Make a workspace.", acts.init)
    init.add_argument(
        "--endpoint",
        required=True,
        metavar="production|test|URL",
        help="where reports go (one for a workspace)",
    )
    init.add_argument(
        "--name", metavar="NAME", help="the first administrator (else the name of the system's user)"
    )
    init.add_argument(
        "--use-passphrase", action="store_true", help="unlock by a passphrase, not by the keyring"
    )
    init.add_argument(
        "--postgres-file", type=Path, metavar="FILE", help="a private file with the team store's URL"
    )

    intake = command("intake", "Take in case packages: json, jsonl, zip, folders.", acts.intake)
    intake.add_argument("paths", nargs="+", type=Path, metavar="PATH")

    queue = command("queue", "List the queue, most urgent first.", records.queue)
    queue.add_argument(
        "--view", default="all", choices=("all", "urgent", "ai", "snoozed", "escalated", "closed")
    )
    queue.add_argument("--limit", type=int, default=50)
    queue.add_argument("--search", default="", metavar="TEXT")

    outbox = command("outbox", "Filings that are not yet at an end.", records.outbox_list)
    outboxes = outbox.add_subparsers(metavar="list|run")
    command("list", "List them.", records.outbox_list, outboxes)
    run = command("run", "Send what was confirmed, without a window.", acts.outbox_run, outboxes)
    run.add_argument("--once", action="store_true", help="end as soon as nothing is due")

    report = command("report", "Filed reports.", records.report_list)
    reports = report.add_subparsers(metavar="list|show")
    command("list", "List them, the newest first.", records.report_list, reports)
    show = command("show", "One report: what was sent and received.", records.report_show, reports)
    show.add_argument("filing", type=int, metavar="FILING")
    show.add_argument(
        "--receipt", action="store_true", help="print the receipt's exact bytes and nothing else"
    )

    audit = command("audit", "The audit log.", records.audit_verify)
    audits = audit.add_subparsers(metavar="verify|export")
    command("verify", "Recompute the whole log and compare it with its head.", records.audit_verify, audits)
    export = command("export", "Write every entry's exact bytes, a line each.", records.audit_export, audits)
    export.add_argument("file", type=Path, metavar="FILE")

    preservation = command("preservation", "What is kept, and until when.", records.preservation_list)
    kept = preservation.add_subparsers(metavar="list")
    command("list", "List it, the first to end at the top.", records.preservation_list, kept)

    credentials = command(
        "credentials", "The agency's credentials, kept in the keyring.", acts.credentials_show
    )
    kinds = credentials.add_subparsers(metavar="set|check|remove")
    put = command(
        "set", "Set user name and password for the workspace's endpoint.", acts.credentials_set, kinds
    )
    put.add_argument("--user-file", type=Path, metavar="FILE", help="a private file with the user name")
    put.add_argument("--user", metavar="NAME", help="the user name (a password is never an argument)")
    put.add_argument("--password-file", type=Path, metavar="FILE", help="a private file with the password")
    command("check", "Ask the service whether it accepts them.", acts.credentials_check, kinds)
    command("remove", "Remove them from the keyring.", acts.credentials_remove, kinds)

    command("doctor", "Look over this computer and the workspace, and say what to mend.", acts.doctor)
    return parser
