"""The arguments of the ``desk`` command."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from desk.cli import acts, evidence, keeping, operators, queueing, records, reporting
from desk.domain.preservation import Standing
from desk.domain.roles import Role


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
        "--operator",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help="who acts (else the operator whom your account on this computer stands for)",
    )
    common.add_argument(
        "--operator-password-file",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FILE",
        help="a private file with the operator's password (--password-file is short for it)",
    )
    common.add_argument(
        "--code-file",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FILE",
        help="a private file with the code of the second step, for operators who have one",
    )
    common.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON for machines"
    )

    # “credentials set” alone has another password to take from a file of that name.
    short = argparse.ArgumentParser(add_help=False)
    short.add_argument(
        "--password-file",
        type=Path,
        dest="operator_password_file",
        default=argparse.SUPPRESS,
        help=argparse.SUPPRESS,
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
        parents = [common] if name == "set" else [common, short]
        made = group.add_parser(name, help=words.partition("\n")[0], description=words, parents=parents)
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

    init.add_argument(
        "--new-password-file",
        type=Path,
        metavar="FILE",
        help="a private file with the first administrator's password (asked for on a terminal; without "
        "either your account on this computer stands for them)",
    )

    intake = command(
        "intake",
        "Take in case packages: json, jsonl, zip, folders.\nAs a service it needs no operator: whoever "
        "holds the workspace's key may take cases in, and the log says that the desk did.",
        acts.intake,
    )
    intake.add_argument("paths", nargs="+", type=Path, metavar="PATH")

    queueing.options(command("queue", "List the queue, most urgent first.", queueing.listing))

    outbox = command("outbox", "Filings that are not yet at an end.", records.outbox_list)
    outboxes = outbox.add_subparsers(metavar="list|run|resume")
    command("list", "List them.", records.outbox_list, outboxes)
    run = command(
        "run",
        "Send what was confirmed, without a window.\nIt needs no operator: whoever holds the workspace's "
        "key may send what a person confirmed, and nothing else is ever sent.",
        acts.outbox_run,
        outboxes,
    )
    run.add_argument("--once", action="store_true", help="end as soon as nothing is due")

    report = command("report", "Filed reports, and those on their way or made elsewhere.", reporting.listing)
    reporting.options(report)
    reports = report.add_subparsers(metavar="list|show")
    reporting.options(command("list", "List them, the newest first.", reporting.listing, reports))
    show = command("show", "One report: everything on record about it.", reporting.show, reports)
    show.add_argument("filing", type=int, metavar="FILING")
    show.add_argument(
        "--receipt", action="store_true", help="print the receipt's exact bytes and nothing else"
    )

    _evidence(command, reports)

    _keeping(command, outboxes)

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

    _operators(command)

    look = command("doctor", "Look over this computer and the workspace, and say what to mend.", acts.doctor)
    look.add_argument(
        "--thorough", action="store_true", help="open every file of the vault, in place of a few of them"
    )
    return parser


def _evidence(
    command: Callable[..., argparse.ArgumentParser],
    reports: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    bundle = command(
        "bundle", "Ask for a report's evidence bundle; agreed to, make it.", evidence.bundle, reports
    )
    bundle.add_argument("filing", type=int, metavar="FILING")
    bundle.add_argument("--reason", default="", metavar="TEXT", help="why, for the second person")
    bundle.add_argument("--out", type=Path, metavar="FILE", help="make it: the zip's new file")
    bundle.add_argument(
        "--since", type=Path, metavar="FILE", help="an older checkpoint: prove that the log goes on from it"
    )

    audit = command("audit", "The audit log.", evidence.verify)
    audits = audit.add_subparsers(metavar="verify|checkpoint|key|rotate-key|copies|prove|export")
    verify = command(
        "verify", "Recompute the whole log; compare it with what was signed.", evidence.verify, audits
    )
    verify.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="older checkpoints kept elsewhere, one after another"
    )
    sign = command("checkpoint", "Sign the log's state now, and print it.", evidence.checkpoint, audits)
    which = sign.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="print every checkpoint; sign none")
    which.add_argument("--last", action="store_true", help="print the newest; sign none")
    command("key", "The public key that checks the checkpoints.", evidence.key, audits)
    command("rotate-key", "Sign with a new key from now on.", evidence.rotate_key, audits)
    copies = command("copies", "Append each checkpoint to a file elsewhere.", evidence.copies, audits)
    copies.add_argument("file", nargs="?", metavar="FILE", help="“none” for no copies; else as it is")
    copies.add_argument("--minutes", type=int, help="the longest time between two; else as it is")
    copies.add_argument("--reason", default="", metavar="TEXT", help="why, where it would protect less")
    prove = command("prove", "An entry's proof, for other programs.", evidence.prove, audits)
    prove.add_argument("entry", type=int, metavar="ENTRY")
    export = command("export", "Write every entry's exact bytes, a line each.", records.audit_export, audits)
    export.add_argument("file", type=Path, metavar="FILE")


def _keeping(
    command: Callable[..., argparse.ArgumentParser],
    outboxes: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    preservation = command("preservation", "What is kept, and until when.", keeping.preservation_list)
    kept = preservation.add_subparsers(metavar="list|extend|hold|release|destroy|certificate")
    listed = command("list", "List it, the first to end at the top.", keeping.preservation_list, kept)
    listed.add_argument("--standing", choices=[one.value for one in Standing])
    listed.add_argument("--limit", type=int, default=1000)
    extend = command("extend", "Keep a case's media until a later day.", keeping.preservation_extend, kept)
    extend.add_argument("case", type=int, metavar="CASE")
    extend.add_argument("--until", required=True, metavar="DAY", help="the last day, as 2027-11-20")
    extend.add_argument("--reference", required=True, help="the letter, warrant or request it rests on")
    hold = command("hold", "Put a legal hold on a case.", keeping.preservation_hold, kept)
    hold.add_argument("case", type=int, metavar="CASE")
    hold.add_argument("--reference", required=True, help="the letter, warrant or request it rests on")
    release = command("release", "Ask a second person to end a hold.", keeping.preservation_release, kept)
    release.add_argument("order", type=int, metavar="HOLD")
    release.add_argument("--reason", required=True)
    destroy = command(
        "destroy", "Ask a second person to destroy a case's media.", keeping.preservation_destroy, kept
    )
    destroy.add_argument("case", type=int, metavar="CASE")
    destroy.add_argument("--reason", required=True)
    destroy.add_argument(
        "--law-enforcement", metavar="REFERENCE", help="their written request; it ends the year's duty"
    )
    certificate = command(
        "certificate", "Show what was destroyed, how and by whom.", keeping.preservation_certificate, kept
    )
    certificate.add_argument("case", type=int, metavar="CASE")

    approvals = command("approvals", "What waits for a second person.", keeping.approvals_list)
    approvals.add_argument("--all", action="store_true", help="decided ones too")
    requests = approvals.add_subparsers(metavar="list|agree|decline")
    every = command("list", "List it.", keeping.approvals_list, requests)
    every.add_argument("--all", action="store_true", help="decided ones too")
    agree = command("agree", "Agree, and have it done.", keeping.approvals_agree, requests)
    agree.add_argument("request", type=int, metavar="REQUEST")
    agree.add_argument("--note", default="")
    decline = command("decline", "Decline, with a reason.", keeping.approvals_decline, requests)
    decline.add_argument("request", type=int, metavar="REQUEST")
    decline.add_argument("--note", required=True, metavar="REASON")

    backup = command("backup", "Copies of this workspace elsewhere.", keeping.backup_state)
    backups = backup.add_subparsers(metavar="state|make")
    command("state", "When the last one was made; 1 where that is long ago.", keeping.backup_state, backups)
    make = command("make", "Make one now, encrypted, while the desk is in use.", keeping.backup_make, backups)
    make.add_argument("folder", type=Path, metavar="FOLDER", help="for this workspace's backups alone")
    restore = command("restore", "Make a workspace out of a backup.", keeping.restore)
    restore.add_argument("backup", type=Path, metavar="FOLDER")
    restore.add_argument(
        "--use-passphrase", action="store_true", help="unlock by the backup's passphrase, not by the keyring"
    )
    for one in (make, restore):
        one.add_argument(
            "--backup-passphrase-file",
            type=Path,
            metavar="FILE",
            help="a private file with the passphrase that opens the backup elsewhere",
        )
    resume = command(
        "resume", "After a restore: let the filings go on that stood still.", keeping.outbox_resume, outboxes
    )
    resume.add_argument("--reason", required=True, help="how it was made sure that none was filed since")


def _operators(command: Callable[..., argparse.ArgumentParser]) -> None:
    people = command("operators", "Who works at this desk, for administrators.", operators.show)
    group = people.add_subparsers(metavar="list|add|disable|enable|bind|reset|password")
    command("list", "List them, and how they sign in.", operators.show, group)
    add = command("add", "Add one; prints a one-time password.", operators.add, group)
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "--role",
        action="append",
        required=True,
        choices=[role.value for role in Role],
        help="may be given several times",
    )
    add.add_argument("--email", default="")
    add.add_argument("--account", default="", metavar="USER[@COMPUTER]", help="recognised by it instead")
    for name, words, act in (
        ("disable", "Let a person sign in no more; what they did stays theirs.", operators.disable),
        ("enable", "Let a person sign in again.", operators.enable),
    ):
        command(name, words, act, group).add_argument("name", metavar="NAME")
    bind = command("bind", "Let an account of the system stand for a person.", operators.bind, group)
    bind.add_argument("name", metavar="NAME")
    bind.add_argument("account", metavar="USER[@COMPUTER]", help="empty text for none")
    reset = command(
        "reset",
        "Hand out a one-time password.\nWithout --operator it is done by whoever holds the workspace's "
        "key, for an administrator who forgot theirs: asked for first, handed out 72 hours later where no "
        "administrator signed in meanwhile; the log says so. It ends their second step then.",
        operators.reset,
        group,
    )
    reset.add_argument("name", metavar="NAME")
    reset.add_argument(
        "--reason", required=True, metavar="TEXT", help="why, and how you know that it is them"
    )
    reset.add_argument("--second-step", action="store_true", help="take their second step away as well")
    own = command("password", "Choose a password of your own.", operators.password, group)
    own.add_argument("--new-password-file", type=Path, metavar="FILE", help="a private file with the new one")
