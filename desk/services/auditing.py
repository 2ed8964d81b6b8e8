"""The audit log: entries in the same transaction as the state they speak of, and the log read back.

Facts hold numbers, names of states, and digests under the case's own key (``keyed``): no content, no
person, and nothing that tells either once the case's key is destroyed.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from desk.domain.audit import AuditEntry, LogHead, LogRow, digest_key, keyed_bytes, keyed_digest
from desk.domain.checkpoint import VerifierKey
from desk.domain.errors import Bug, DeskError, UserError
from desk.domain.merkle import Tree, leaf_hash
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, Store, UnitOfWork
from desk.ports.signing import Signer
from desk.services.changes import Change, Done, done
from desk.services.verifying import Known, Progress, Verdict, missing_parts, read_checkpoints, verify

__all__ = ["Auditing", "LogFilter", "ReadEntry", "Verdict", "keyed", "keyed_content", "keyed_words", "note"]

Fact = str | int | float | bool | None
ORIGIN = "audit_origin"
VERIFIED = "audit_verified"
WORDS_KEY = "audit_words_key"


def note(
    uow: UnitOfWork,
    act: str,
    at: datetime,
    operator: Operator | None,
    *,
    case_number: int | None = None,
    filing_id: int | None = None,
    **facts: Fact,
) -> LogRow:
    """Append an entry to the log within the caller's transaction.

    Facts are numbers, names of states and kinds, and what ``keyed`` gives: never a name, an address, a
    text that a person wrote, or a plain digest of a file or document. ``operator`` None is the desk itself.
    """
    return uow.audit.append(entry(act, at, operator, case_number=case_number, filing_id=filing_id, **facts))


def entry(
    act: str,
    at: datetime,
    operator: Operator | None,
    *,
    case_number: int | None = None,
    filing_id: int | None = None,
    **facts: Fact,
) -> AuditEntry:
    """What ``note`` appends, for those who append several at once. The same rules hold for its facts."""
    return AuditEntry(act, at, operator.id if operator else None, case_number, filing_id, facts)


def keyed(uow: UnitOfWork, case_number: int, sha256: str | None) -> str | None:
    """What may stand in the log for something of a case with this SHA-256 (hexadecimal): its digest under the
    case's key. None without a digest, or where the key was destroyed."""
    if sha256 is None:
        return None
    key = case_digest_key(uow, case_number)
    return None if key is None else keyed_digest(key, sha256)


def keyed_content(uow: UnitOfWork, case_number: int, content: bytes | str | None) -> str | None:
    """As ``keyed``, for bytes or a text."""
    key = case_digest_key(uow, case_number) if content is not None else None
    if key is None or content is None:
        return None
    return keyed_bytes(key, content if isinstance(content, bytes) else content.encode("utf-8", "replace"))


def keyed_words(uow: UnitOfWork, words: str) -> str:
    """What may stand in the log for words that belong to no case (a reason about a person): their digest
    under a random key that this workspace keeps for them."""
    kept = uow.settings.get(WORDS_KEY)
    if kept is None:
        kept = secrets.token_hex(32)
        uow.settings.set(WORDS_KEY, kept)
    return keyed_bytes(bytes.fromhex(kept), words.encode("utf-8", "replace"))


def case_digest_key(uow: UnitOfWork, case_number: int) -> bytes | None:
    """The key of a case's digests in the log; None where it was destroyed with the case's key."""
    try:
        return digest_key(uow.cases.wrapped_key(case_number))
    except UserError:
        return None


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One entry as shown."""

    index: int
    act: str
    at: datetime
    operator: str
    case_number: int | None
    filing_id: int | None
    facts: dict[str, Any]
    leaf: str


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is looked for. ``act`` is the beginning of an act's name, ``person`` an operator's id (0: the desk
    itself), ``text`` occurs anywhere in the entry; times in UTC, ``since`` included and ``until`` not."""

    act: str = ""
    person: int | None = None
    case_number: int | None = None
    filing_id: int | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry lies in the log of a signed checkpoint, for anybody to check (RFC 6962, 2.1.1)."""

    index: int
    entry: bytes
    size: int
    root: str
    path: tuple[str, ...]
    checkpoint: str
    key: str


@dataclass(frozen=True, slots=True)
class Verified:
    """The last verification on record."""

    at: datetime
    verdict: Verdict


class Auditing:
    """Reads and verifies the log."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        signer: Signer,
        own_key: Callable[[], VerifierKey | None] = lambda: None,
    ) -> None:
        """``own_key`` gives the key that this desk signs with, or raises what a person can mend."""
        self._store = store
        self._clock = clock
        self._signer = signer
        self._own_key = own_key

    def head(self, operator: Operator) -> LogHead:
        require(operator, Permission.SEE_AUDIT)
        with self._store.read() as uow:
            return uow.audit.head()

    def entries(self, operator: Operator, *, start: int = 0, limit: int = 200) -> list[ReadEntry]:
        """Entries from index ``start`` on, ascending."""
        require(operator, Permission.SEE_AUDIT)
        with self._store.read() as uow:
            rows = uow.audit.rows(start, limit)
            names = {person.id: person.name for person in uow.people.all()}
        return [_read(row, names) for row in rows]

    def find(
        self, operator: Operator, wanted: LogFilter, *, before: int | None = None, limit: int = 200
    ) -> list[ReadEntry]:
        """What the filter lets through, the newest first; ``before`` an index. Fewer than ``limit``: that is
        all."""
        require(operator, Permission.SEE_AUDIT)
        found: list[ReadEntry] = []
        with self._store.read() as uow:
            names = {person.id: person.name for person in uow.people.all()}
            for index, raw in _candidates(uow, wanted, before):
                if not _may_match(raw, wanted):
                    continue
                plain = json.loads(raw)
                if _matches(plain, wanted):
                    found.append(_read(LogRow(index, raw, leaf_hash(raw)), names))
                    if len(found) == limit:
                        break
        return found

    def people(self, operator: Operator) -> tuple[tuple[int, str], ...]:
        """(id, name) of everybody who may stand in the log, for choosing."""
        require(operator, Permission.SEE_AUDIT)
        with self._store.read() as uow:
            return tuple((person.id, person.name) for person in uow.people.all())

    def verify(
        self,
        operator: Operator | None = None,
        *,
        older: Path | None = None,
        progress: Progress = lambda _done, _all: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Verdict:
        """Recompute the whole log, and compare it with its head, every checkpoint in the database and in the
        file of copies, and those in the file ``older``. With an operator the result is kept on record.

        Raises UserError where ``older`` holds no checkpoints, Cancelled, NotAllowed.
        """
        if operator is not None:
            require(operator, Permission.SEE_AUDIT)
        given = read_checkpoints(older) if older is not None else []
        try:
            own_key = self._own_key()
        except DeskError:  # a locked keyring keeps nobody from verifying
            own_key = None
        with self._store.read() as uow:
            gone = missing_parts(uow)
            copies = None if gone else (uow.settings.get("checkpoints") or {}).get("copies")
            verdict = gone or verify(
                uow,
                self._signer,
                origin=uow.settings.get(ORIGIN),
                own_key=own_key,
                elsewhere=[*given, *_copies(copies)],
                progress=progress,
                cancelled=cancelled,
            )
        if operator is not None:
            # A log that was tampered with may take no further entry; what was found matters more.
            with nullcontext() if verdict.ok else suppress(Bug):
                self.record(operator, verdict)
        return verdict

    def last_verified(self, operator: Operator) -> Verified | None:
        """The last verification that a person asked for."""
        require(operator, Permission.SEE_AUDIT)
        with self._store.read() as uow:
            kept = uow.settings.get(VERIFIED)
        if kept is None:
            return None
        return Verified(datetime.fromisoformat(kept["at"]), Verdict(**kept["verdict"]))

    def prove(self, operator: Operator, index: int) -> Proof:
        """Raises UserError where no checkpoint covers the entry yet, or there is none of this number."""
        require(operator, Permission.SEE_AUDIT)
        with self._store.read() as uow:
            rows = uow.audit.rows(index, 1) if index >= 0 else []
            if not rows or rows[0].index != index:
                raise UserError(f"The log has no entry {index}.", "Its first entry is number 0.")
            last = uow.audit.last_checkpoint()
            if last is None or last.size <= index:
                raise UserError("No checkpoint covers this entry yet.", "Sign one, then ask again.")
            tree = Tree(uow.audit.leaves(last.size))
            keys = uow.settings.get("audit_keys") or [""]
        path = tuple(step.hex() for step in tree.inclusion(index))
        return Proof(index, rows[0].entry, last.size, tree.root().hex(), path, last.note, keys[-1])

    def export(self, operator: Operator, file: Path) -> int:
        """Write every entry's canonical bytes, a line each, to a new private file; returns how many.

        Raises UserError where the file is there already or can't be written.
        """
        require(operator, Permission.SEE_AUDIT)
        count = 0
        try:
            fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as out, self._store.read() as uow:
                size = uow.audit.head().size
                while count < size and (rows := uow.audit.rows(count, 2000)):
                    out.writelines(row.entry + b"\n" for row in rows)
                    count += len(rows)
        except FileExistsError:
            raise UserError("The file is there already.", "Name a new one.") from None
        except OSError as error:
            raise UserError(f"The file can't be written: {error.strerror}.", "Name another place.") from None
        with self._store.write() as uow:
            note(uow, "audit.exported", self._clock.now(), operator, entries=count)
        return count

    def record(self, operator: Operator, verdict: Verdict) -> Done[None]:
        """Keep on record that this person had the log verified. Raises NotAllowed."""
        require(operator, Permission.SEE_AUDIT)
        now = self._clock.now()
        plain = {name: getattr(verdict, name) for name in Verdict.__slots__}
        with self._store.write() as uow:
            uow.settings.set(VERIFIED, {"at": now.isoformat(), "verdict": plain})
            note(
                uow,
                "audit.verified",
                now,
                operator,
                entries=verdict.size,
                whole=verdict.ok,
                first_wrong=verdict.first_wrong,
            )
        return done(None, Change.AUDIT)


def _copies(path: str | None) -> list[Known]:
    """The administrator's file of copies, where it can be read; that it can't is said by the checkpoints."""
    if not path:
        return []
    try:
        return read_checkpoints(Path(path))
    except UserError:
        return []


def _candidates(uow: UnitOfWork, wanted: LogFilter, before: int | None) -> Iterator[tuple[int, bytes]]:
    """(index, bytes), the newest first: by the copies for searching where they help, else all."""
    rows = None
    if wanted.filing_id is not None:
        rows = uow.audit.for_filing(wanted.filing_id)
    elif wanted.case_number is not None:
        rows = uow.audit.for_case(wanted.case_number)
    if rows is not None:
        yield from ((row.index, row.entry) for row in reversed(rows) if before is None or row.index < before)
        return
    for batch in uow.audit.scan_back(before):
        for index, raw in batch:
            yield index, bytes(raw)


def _may_match(raw: bytes, wanted: LogFilter) -> bool:
    """A glance at the bytes, so that a million entries are not decoded to find ten."""
    if wanted.act and not raw.startswith(b'{"act":"' + wanted.act.encode()):
        return False
    if wanted.person is not None:
        person = b"%d" % wanted.person if wanted.person else b"null"
        if b'"operator":' + person not in raw:
            return False
    return not wanted.text or _plain(wanted.text) in raw.lower()


def _matches(plain: dict[str, Any], wanted: LogFilter) -> bool:
    at = datetime.fromisoformat(plain["at"])
    return (
        plain["act"].startswith(wanted.act)
        and (wanted.person is None or (plain["operator"] or 0) == wanted.person)
        and (wanted.case_number is None or plain["case"] == wanted.case_number)
        and (wanted.filing_id is None or plain["filing"] == wanted.filing_id)
        and (wanted.since is None or at >= wanted.since)
        and (wanted.until is None or at < wanted.until)
    )


def _plain(text: str) -> bytes:
    """As canonical JSON would hold it, in small letters."""
    return json.dumps(text.strip())[1:-1].lower().encode()


def _read(row: LogRow, names: dict[int, str]) -> ReadEntry:
    plain = json.loads(row.entry)
    operator = plain["operator"]
    return ReadEntry(
        index=row.index,
        act=plain["act"],
        at=datetime.fromisoformat(plain["at"]),
        operator=names.get(operator, f"operator {operator}") if operator is not None else "the desk",
        case_number=plain["case"],
        filing_id=plain["filing"],
        facts=plain["facts"],
        leaf=row.leaf.hex(),
    )
