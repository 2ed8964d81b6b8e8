"""Verifying the whole log: its rows, its head, its checkpoints, and older checkpoints from elsewhere.

What each part finds: rows, chain and head find any change that did not rewrite all that follows; the
checkpoints in the database find a log written anew, unless they were rewritten too, which needs the
signing key; a checkpoint kept elsewhere finds a log that was cut short together with them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk.domain.audit import CheckpointRow, LogHead
from desk.domain.checkpoint import Checkpoint, SignedNote, VerifierKey, parse_notes
from desk.domain.errors import Bug, Cancelled, UserError
from desk.domain.logcheck import LogCheck, first_between
from desk.ports import UnitOfWork
from desk.ports.signing import Signer

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of verifying the log.

    ``first_wrong`` is the index of the first entry that does not fit; where only a range can be told it is
    the first that may be wrong, and ``before`` the first that comes after the range. ``checkpoints`` counts
    those that fit.
    """

    size: int
    root: str
    ok: bool
    first_wrong: int | None = None
    words: str = ""
    before: int | None = None
    checkpoints: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A checkpoint to compare the log with; ``number`` is that of the database's row."""

    note: SignedNote
    checkpoint: Checkpoint
    where: str
    number: int | None = None


@dataclass
class _Own:
    """What the log says of itself: keys by id with the index of their entry, checkpoints by number."""

    keys: list[tuple[int, VerifierKey]] = field(default_factory=list)
    checkpoints: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)


def read_checkpoints(file: Path) -> list[Known]:
    """The checkpoints of a file, one after another. Raises UserError naming what can't be read."""
    try:
        text = file.read_text("utf-8")
        notes = parse_notes(text)
        known = [Known(one, Checkpoint.parse(one.text), str(file)) for one in notes]
    except OSError as error:
        raise UserError(f"{file} can't be read: {error.strerror}.", "Name another file.") from None
    except ValueError as error:
        raise UserError(
            f"{file} holds no checkpoints: {error}.", "Name a file of signed checkpoints."
        ) from None
    if not known:
        raise UserError(f"{file} holds no checkpoint.", "Name a file of signed checkpoints.")
    return known


def verify(
    uow: UnitOfWork,
    signer: Signer,
    *,
    origin: str | None,
    own_key: VerifierKey | None = None,
    elsewhere: Sequence[Known] = (),
    progress: Progress = lambda _done, _all: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Verdict:
    """Read everything once; ``missing_parts`` was asked first. Raises Cancelled."""
    broken = False
    try:
        head = uow.audit.head()
    except Bug:  # it does not fit its own size; the rows may still tell which of them is wrong
        broken, head = True, LogHead(0, b"")
    try:
        rows = uow.audit.checkpoints()
    except Bug as problem:
        return _bad(head, problem.message)
    kept = [_known(row) for row in rows]
    sizes = [one.checkpoint.size for one in (*kept, *elsewhere) if one is not None]
    check = LogCheck(size for size in sizes if broken or size <= head.size)
    for batch in uow.audit.scan():
        if not check.take(batch):
            break
        progress(check.size, head.size)
        if cancelled():
            raise Cancelled("The verification was cancelled.", "Nothing was found wrong until then.")
    fits = check.wrong is None if broken else check.end(head.size, head.root, head.link)
    if check.wrong is not None:
        return _bad(head, check.why, check.wrong)
    known = [one for one in (*kept, *elsewhere) if one is not None]
    departed = _departed(head, check, known)
    if departed is not None:
        return departed
    if broken or not fits:
        return _bad(head, check.why or "The log's head was changed: it does not fit its own size.")
    own = _own(check.own)
    wrong = _wrong_rows(head, check, own, rows, kept, origin)
    if wrong is None:
        wrong = _wrong_signatures(head, signer, own, known, own_key)
    if wrong is None:
        wrong = _wrong_around(uow, head, own)
    if wrong is not None:
        return wrong
    words = f"All {head.size} entries fit the log's head and {len(known)} signed checkpoints."
    if not known:
        words = f"All {head.size} entries fit the log's head. No checkpoint is signed yet."
    return Verdict(head.size, head.root.hex(), True, None, words, None, len(known))


def missing_parts(uow: UnitOfWork) -> Verdict | None:
    """The verdict where a table or a column that the log is read from was taken out of the database."""
    missing = uow.audit.parts_missing()
    if not missing:
        return None
    words = (
        f"What the log is verified by was removed from the database: {', '.join(missing)}. Find out who had "
        "the workspace's key; a backup, and checkpoints kept elsewhere, tell what was there."
    )
    return _bad(LogHead(0, b""), words)


def _known(row: CheckpointRow) -> Known | None:
    try:
        note = SignedNote.parse(row.note)
        return Known(note, Checkpoint.parse(note.text), f"checkpoint {row.number}", row.number)
    except (TypeError, ValueError):
        return None


def _departed(head: LogHead, check: LogCheck, known: Sequence[Known]) -> Verdict | None:
    """Where the log is shorter than a checkpoint, or not what it was then."""
    here = [one for one in known if one.checkpoint.size <= check.size]
    between = first_between(
        lambda size: check.roots[size], [(one.checkpoint.size, one.checkpoint.root) for one in here]
    )
    if between is not None:
        start, before = between
        which = f"Entry {start}" if before == start + 1 else f"One of the entries {start} to {before - 1}"
        said = next(one.where for one in here if one.checkpoint.size == before)
        words = f"{which} is not what it was when {said} was signed: the log was written anew from there."
        return _bad(head, words, start, before)
    longer = [one for one in known if one.checkpoint.size > check.size]
    if longer:
        first = min(longer, key=lambda one: one.checkpoint.size)
        words = (
            f"Entry {check.size} does not fit: it is missing. The log was cut short; it had "
            f"{first.checkpoint.size} entries when {first.where} was signed. What was written since may "
            "stand in the place of what is gone."
        )
        return _bad(head, words, check.size)
    return None


def _own(entries: Sequence[tuple[int, bytes]]) -> _Own:
    found = _Own()
    for index, raw in entries:
        plain = json.loads(raw)
        facts = plain["facts"]
        if plain["act"] == "audit.checkpoint":
            found.checkpoints[facts.get("number", 0)] = (index, facts | {"at": plain["at"]})
        elif plain["act"] == "audit.key":
            try:
                found.keys.append((index, VerifierKey.parse(str(facts.get("key")))))
            except ValueError:
                continue
    return found


def _wrong_rows(
    head: LogHead,
    check: LogCheck,
    own: _Own,
    rows: Sequence[CheckpointRow],
    kept: Sequence[Known | None],
    origin: str | None,
) -> Verdict | None:
    """Rows of checkpoints against the log's own entries of them: none removed, changed or put in."""
    stored = {row.number: (row, one) for row, one in zip(rows, kept, strict=True)}
    for number, (index, facts) in sorted(own.checkpoints.items()):
        if number not in stored:
            return _bad(
                head, f"Checkpoint {number} was removed; entry {index} says that it was signed.", index
            )
        row, one = stored[number]
        same = (
            one is not None
            and (one.checkpoint.size, one.checkpoint.root.hex()) == (facts.get("size"), facts.get("root"))
            and (origin is None or one.checkpoint.origin == origin)
            and row.size == one.checkpoint.size
            and row.at.isoformat() == facts["at"]
        )
        if not same:
            return _bad(head, f"Checkpoint {number} was changed; entry {index} says what it was.", index)
    for number, (row, _) in sorted(stored.items()):
        if number not in own.checkpoints:
            words = f"Checkpoint {number} was put in: no entry says that it was signed."
            return _bad(head, words, min(row.size, check.size))
    return None


def _wrong_signatures(
    head: LogHead, signer: Signer, own: _Own, known: Sequence[Known], own_key: VerifierKey | None
) -> Verdict | None:
    """Each checkpoint is signed by a key that the log named before it; this desk's key is one of them."""
    for one in known:
        here = [key for index, key in own.keys if index < one.checkpoint.size]
        message = one.note.text.encode()
        signed = any(
            signature is not None and signer.verify(key.public, signature.signature, message)
            for key in here
            for signature in [one.note.by(key)]
        )
        if not signed:
            index = own.checkpoints[one.number][0] if one.number is not None else None
            words = f"The signature of {one.where} is not of a key that the log named before it."
            return _bad(head, words, index)
    if own_key is not None and own_key not in [key for _, key in own.keys]:
        return _bad(head, "The log does not name this desk's signing key: it is not the log that it signed.")
    return None


def _wrong_around(uow: UnitOfWork, head: LogHead, own: _Own) -> Verdict | None:
    """What stands beside a log that is whole: the keys shown to others, and the database's guards."""
    named = [key.text() for _, key in own.keys]
    shown = [str(text) for text in uow.settings.get("audit_keys") or []]
    if shown != named:
        differs = [index for at, (index, key) in enumerate(own.keys) if shown[at : at + 1] != [key.text()]]
        words = "The list of public keys was changed: it is not that of the keys which the log names."
        return _bad(head, words, differs[0] if differs else None)
    missing = uow.audit.guards_missing()
    if missing:
        words = (
            "Every entry fits, but the database no longer refuses changes of the log: "
            f"{', '.join(missing)} is missing. Find out who had the workspace's key; a backup has its guards."
        )
        return _bad(head, words)
    return None


def _bad(head: LogHead, words: str, index: int | None = None, before: int | None = None) -> Verdict:
    return Verdict(head.size, head.root.hex(), False, index, words, before)
