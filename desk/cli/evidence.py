"""Commands of evidence: the audit log verified, proved and signed; bundles of one report."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from desk.cli.acts import opened, opened_by_key
from desk.cli.identity import person_for
from desk.cli.output import Output
from desk.domain.errors import Bug, NotReady, UserError
from desk.domain.roles import Permission
from desk.services.checkpoint_policy import CheckpointPolicy


def verify(arguments: Namespace, output: Output) -> int:
    """The log is read before anybody signs in: signing in is an entry of it, and in a log that was tampered
    with it would stand in the place of what is gone, or find no place at all. Nor is it signed by this."""

    def progress(done: int, size: int) -> None:
        output.progress(f"{done} of {size} entries")

    with opened_by_key(arguments, signs=False) as desk:
        verdict = desk.auditing.verify(older=getattr(arguments, "checkpoint", None), progress=progress)
        try:
            desk.auditing.record(person_for(desk, arguments, Permission.SEE_AUDIT), verdict)
        except Bug:
            if verdict.ok:
                raise
            output.problem("The log takes no further entry: this verification is not on record.", "")
    output.value(verdict, f"{verdict.words}\nsize {verdict.size}  root {verdict.root}")
    return 0 if verdict.ok else 1


def checkpoint(arguments: Namespace, output: Output) -> int:
    """Sign one now, and print the note; --list prints all, --last the newest without signing."""
    with opened(arguments, Permission.SEE_AUDIT) as (desk, operator):
        if arguments.all:
            notes = [row.note for row in reversed(desk.checkpoints.newest(operator, 1_000_000))]
        elif arguments.last:
            notes = [row.note for row in desk.checkpoints.newest(operator, 1)]
        else:
            notes = [desk.checkpoints.sign(operator).value.note]
        trouble = desk.checkpoints.state(operator).copy_trouble
    if trouble:
        output.problem(trouble, "")
    output.value(notes, "".join(notes).rstrip("\n"))
    return 0


def key(arguments: Namespace, output: Output) -> int:
    """The public key, as programs that check signed notes take it."""
    with opened(arguments, Permission.SEE_AUDIT) as (desk, operator):
        found = desk.checkpoints.state(operator).key
    if not found:
        raise NotReady("Nothing was signed yet.", "Sign a checkpoint with “desk audit checkpoint”.")
    output.value({"key": found}, found)
    return 0


def rotate_key(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.SETTINGS) as (desk, operator):
        found = desk.checkpoints.rotate(operator).value.text()
    output.value({"key": found}, f"New key, named in the log and signed by the old one:\n{found}")
    return 0


def copies(arguments: Namespace, output: Output) -> int:
    """Where each checkpoint is copied to, and how often one is signed while nothing is filed."""
    with opened(arguments, Permission.SETTINGS) as (desk, operator):
        before = desk.checkpoints.policy(operator)
        minutes = before.every_minutes if arguments.minutes is None else arguments.minutes
        file = "" if arguments.file == "none" else before.copies
        if arguments.file and arguments.file != "none":
            file = str(Path(arguments.file).absolute())
        wanted = CheckpointPolicy(minutes, file)
        policy = desk.checkpoints.set_policy(operator, wanted, arguments.reason).value
    if policy != wanted:
        output.problem("What protects less waits for a supervisor: “desk approvals”.", "")
    file = policy.copies
    words = f"Each checkpoint is appended to {file}." if file else "Checkpoints are not copied elsewhere."
    output.value(
        policy, f"{words} One is signed every {policy.every_minutes} minutes and after each receipt."
    )
    return 0


def prove(arguments: Namespace, output: Output) -> int:
    """An entry's proof of inclusion in the log of the newest checkpoint, as JSON."""
    with opened(arguments, Permission.SEE_AUDIT) as (desk, operator):
        proof = desk.auditing.prove(operator, arguments.entry)
    plain: dict[str, Any] = {**asdict(proof), "entry": proof.entry.decode()}
    output.value(plain, json.dumps(plain, indent=1, ensure_ascii=False))
    return 0


def bundle(arguments: Namespace, output: Output) -> int:
    """Ask for an evidence bundle; once a second person agreed, the same command with --out makes it."""
    with opened(arguments, Permission.EVIDENCE) as (desk, operator):
        standing = desk.evidence.standing(operator, arguments.filing)
        if arguments.out is not None:
            if standing.agreed is None:
                raise NotReady(
                    "No second person has agreed to a bundle of this report.",
                    "Ask with --reason; they agree under Approvals.",
                )
            older = _text(arguments.since) if arguments.since else None
            made = desk.evidence.make(operator, standing.agreed.id, arguments.out, older=older).value
            output.value(made, f"{made.file}: {made.files} files, SHA-256 {made.sha256}")
            return 0
        if standing.agreed is not None:
            output.value({"agreed": standing.agreed.id}, "A second person agreed; make it with --out FILE.")
            return 0
        if not arguments.reason:
            raise UserError("This needs a reason.", "Give it with --reason.")
        asked = desk.evidence.ask(operator, arguments.filing, arguments.reason).value
    output.value({"asked": asked.id}, "Asked. A second person agrees under Approvals; then give --out FILE.")
    return 0


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{file} can't be read.", "Name a file with one signed checkpoint.") from None
