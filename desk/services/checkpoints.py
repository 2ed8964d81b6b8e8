"""Signed checkpoints of the audit log, made by whoever comes next after a receipt, and at intervals.

A checkpoint is signed in a transaction of its own, after the filing's: a report never waits for it,
and one that is missed is made at the next opportunity. It lies in the database, its entry in the log
(so that a removed one is missed), and where an administrator wants it, in a file elsewhere: that copy
is what finds a log that was cut short or written anew by someone who holds the database's key. The
signing key lies in the OS keyring and is named in the log before it signs.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from desk.domain.approval import Approval, ApprovalKind
from desk.domain.audit import CheckpointRow
from desk.domain.checkpoint import Checkpoint, NoteSignature, SignedNote, VerifierKey
from desk.domain.errors import Bug, DeskError
from desk.domain.filing import Filing, FilingState
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, SecretStore, Store, UnitOfWork
from desk.ports.signing import Signer
from desk.services.approvals import Approvals
from desk.services.auditing import ORIGIN, note
from desk.services.changes import Change, Done, done
from desk.services.checkpoint_copies import append, copies_lag, not_copied
from desk.services.checkpoint_policy import CheckpointPolicy, agreed, check, keep, policy_of

log = logging.getLogger(__name__)

KEYS = "audit_keys"
LONG_AGO = datetime.min.replace(tzinfo=UTC)
PACE = timedelta(seconds=1)
"""While reports are filed without a pause, one checkpoint covers all receipts of so long."""
AFTER_TROUBLE = timedelta(minutes=5)
"""A keyring that is locked asks a person each time: not at every filing."""


def key_name(workspace_id: str) -> str:
    """Under which name the signing key lies in the keyring."""
    return f"workspace/{workspace_id}/audit-key"


def next_key_name(workspace_id: str) -> str:
    """Where a key lies that is about to take the other's place."""
    return f"workspace/{workspace_id}/audit-key-next"


@dataclass(frozen=True, slots=True)
class CheckpointState:
    """``trouble`` and ``copy_trouble`` say why there is no newer checkpoint, or no copy of it."""

    last: CheckpointRow | None
    count: int
    unsigned: int
    key: str
    policy: CheckpointPolicy
    trouble: str = ""
    copy_trouble: str = ""


class Checkpoints:
    """Safe to use from several threads; several desks on one store sign each with a key of its own."""

    def __init__(
        self,
        store: Store,
        secrets: SecretStore,
        signer: Signer,
        clock: Clock,
        workspace_id: str,
        approvals: Approvals | None = None,
    ) -> None:
        self._approvals = approvals or Approvals(store, clock)
        self._approvals.register(ApprovalKind.SIGNING, self._agreed)
        self._store = store
        self._secrets = secrets
        self._signer = signer
        self._clock = clock
        self._id = workspace_id
        self._turn = threading.Lock()
        self._seed: bytes | None = None
        self._filed = False
        self._signed_at: datetime | None = None
        self._look_at: datetime | None = None
        self._rest_until: datetime | None = None
        self._trouble = ""
        self._copy_trouble = ""

    # by whoever comes next ------------------------------------------------------

    def after_drive(self, filing: Filing | None) -> Callable[[], object] | None:
        """Asked by the outbox between filings, None where nothing is due: gives what is to be done, if it is
        time to sign."""
        if filing is not None and filing.state is FilingState.FILED:
            self._filed = True
        idle = filing is None
        return partial(self.keep_up, idle=idle) if self._due(self._clock.now(), idle) else None

    def after_command(self) -> CheckpointRow | None:
        """Called where a command ends: many of them may write for days on a desk that no window opens.

        Signs only where the interval has passed; never raises what a person can mend.
        """
        return self.keep_up(at_start=False)

    def keep_up(self, *, idle: bool = True, at_start: bool = True) -> CheckpointRow | None:
        """Sign where it is time to. Never raises what a person can mend: ``state`` says it.

        ``at_start``: the first look signs what a desk that was cut off had left unsigned.
        """
        if not self._turn.acquire(blocking=False):
            return None  # another one is at it
        try:
            now = self._clock.now()
            if not self._due(now, idle):
                return None
            filed, self._filed = self._filed, False
            try:
                signed = self._sign_if_new(now, filed, at_start=at_start)
            except DeskError as problem:
                log.warning("No checkpoint could be signed: %s", type(problem).__name__)
                self._trouble, self._filed = problem.words(), self._filed or filed
                self._rest_until = now + AFTER_TROUBLE
                return None
            self._trouble, self._rest_until = "", None
            return signed
        finally:
            self._turn.release()

    def _due(self, now: datetime, idle: bool) -> bool:
        if self._rest_until is not None and now < self._rest_until:
            return False
        if self._filed:
            return idle or self._signed_at is None or now - self._signed_at >= PACE
        return self._look_at is None or now >= self._look_at

    def _sign_if_new(self, now: datetime, filed: bool, *, at_start: bool) -> CheckpointRow | None:
        filed = filed or (at_start and self._look_at is None)
        with self._store.read() as uow:
            policy = policy_of(uow)
            last, size = uow.audit.last_checkpoint(), uow.audit.head().size
            since = last.at if last is not None else LONG_AGO if at_start else _begun(uow)
        every = timedelta(minutes=policy.every_minutes)
        signed = None
        if _unsigned(last, size) and (filed or now - since >= every):
            seed = self._load()
            with self._store.write() as uow:
                signed = self._sign(uow, seed, None)
            self._signed_at = now
        self._look_at = now + every
        self._copy(policy)
        return signed

    # a person's acts ------------------------------------------------------------

    def sign(self, operator: Operator) -> Done[CheckpointRow]:
        """Sign one now. Raises NotAllowed, NoKeyring, KeyringLocked."""
        require(operator, Permission.SEE_AUDIT)
        with self._turn:
            seed = self._load()
            with self._store.write() as uow:
                signed = self._sign(uow, seed, operator)
                policy = policy_of(uow)
            self._signed_at, self._trouble, self._rest_until = self._clock.now(), "", None
            self._copy(policy)
        return done(signed, Change.AUDIT)

    def rotate(self, operator: Operator) -> Done[VerifierKey]:
        """Put a new key in the place of the old one, which signs the entry that names it.

        Raises NotAllowed, NoKeyring, KeyringLocked.
        """
        require(operator, Permission.SETTINGS)
        with self._turn:
            old, fresh = self._load(), self._signer.new()
            self._secrets.set(next_key_name(self._id), fresh)
            with self._store.write() as uow:
                origin = origin_of(uow, self._id)
                self._announce(uow, fresh, operator, replaces=self._key(origin, old))
                self._sign(uow, old, operator, also=fresh)
                policy = policy_of(uow)
            self._seed = None
            self._load()
            self._copy(policy)
        return done(self._key(origin, fresh), Change.AUDIT)

    def set_policy(self, by: Operator, policy: CheckpointPolicy, reason: str = "") -> Done[CheckpointPolicy]:
        """Keep it; what of it protects less waits for a supervisor, with the reason. As it is now.

        Raises NotAllowed, UserError where the file can't be written to, or asking for the reason.
        """
        require(by, Permission.SETTINGS)
        check(policy)
        with self._store.write() as uow:
            now = keep(uow, by, policy, reason, self._clock, self._approvals)
        self._look_at = None
        waits = (Change.APPROVALS,) if now != policy else ()
        return done(now, Change.SETTINGS, *waits)

    def _agreed(self, uow: UnitOfWork, approval: Approval, by: Operator) -> tuple[Change, ...]:
        self._look_at = None
        return agreed(uow, approval, by, self._clock)

    # for screens ----------------------------------------------------------------

    def state(self, operator: Operator) -> CheckpointState:
        require(operator, Permission.SEE_AUDIT)
        with self._store.read() as uow:
            last = uow.audit.last_checkpoint()
            known = uow.settings.get(KEYS) or []
            size = uow.audit.head().size
            return CheckpointState(
                last=last,
                count=uow.audit.count_checkpoints(),
                unsigned=_unsigned(last, size),
                key=known[-1] if known else "",
                policy=policy_of(uow),
                trouble=self._trouble,
                copy_trouble=self._copy_trouble,
            )

    def newest(self, operator: Operator, limit: int = 200) -> list[CheckpointRow]:
        """The newest first."""
        require(operator, Permission.SEE_AUDIT)
        with self._store.read() as uow:
            return uow.audit.newest_checkpoints(limit)

    def own_key(self) -> VerifierKey | None:
        """This desk's key, None where it has signed nothing yet. Raises NoKeyring, KeyringLocked."""
        with self._turn:
            seed = self._stored()
        with self._store.read() as uow:
            return None if seed is None else self._key(origin_of(uow, self._id), seed)

    def policy(self, by: Operator) -> CheckpointPolicy:
        """What ``set_policy`` keeps, for the one who may set it."""
        require(by, Permission.SETTINGS)
        with self._store.read() as uow:
            return policy_of(uow)

    def trouble(self) -> str:
        """What keeps checkpoints from being signed here or copied elsewhere, in words; "" where nothing does.

        For whoever looks over this computer: a path is named, nothing of the log. May ask the keyring.
        """
        with self._store.read() as uow:
            policy, due = policy_of(uow), _unsigned(uow.audit.last_checkpoint(), uow.audit.head().size)
            origin = origin_of(uow, self._id)
        if due:
            try:
                self.own_key()
            except DeskError as problem:
                return f"No checkpoint can be signed here: {problem.words()}"
        if policy.copies:
            with self._store.read() as uow:
                return copies_lag(Path(policy.copies), uow, origin)
        return ""

    # for other services ---------------------------------------------------------

    def prepare(self) -> None:
        """Have the key at hand before a unit of work. Raises NoKeyring, KeyringLocked."""
        with self._turn:
            self._load()

    def sign_in(self, uow: UnitOfWork, operator: Operator) -> CheckpointRow:
        """Sign all that is in the log, within the caller's unit of work; ``prepare`` came before it."""
        require(operator, Permission.EVIDENCE)
        if self._seed is None:
            raise Bug("A checkpoint was asked for before its key was.")
        return self._sign(uow, self._seed, operator)

    # within ---------------------------------------------------------------------

    def _sign(
        self, uow: UnitOfWork, seed: bytes, operator: Operator | None, *, also: bytes | None = None
    ) -> CheckpointRow:
        uow.audit.head(lock=True)  # from here on nobody else signs or appends
        origin = origin_of(uow, self._id)
        if uow.settings.get(ORIGIN) is None:
            uow.settings.set(ORIGIN, origin)
        key = self._key(origin, seed)
        if key.text() not in (uow.settings.get(KEYS) or []):
            self._announce(uow, seed, operator)
        head = uow.audit.head()
        text = Checkpoint(origin, head.size, head.root).text()
        signatures = tuple(
            NoteSignature(origin, self._key(origin, one).id, self._signer.sign(one, text.encode()))
            for one in (seed, also)
            if one is not None
        )
        last = uow.audit.last_checkpoint()
        now = self._clock.now()
        row = CheckpointRow(
            1 if last is None else last.number + 1, head.size, now, SignedNote(text, signatures).whole()
        )
        uow.audit.add_checkpoint(row)
        note(
            uow,
            "audit.checkpoint",
            now,
            operator,
            number=row.number,
            size=row.size,
            root=head.root.hex(),
            key=key.id.hex(),
        )
        return row

    def _announce(
        self, uow: UnitOfWork, seed: bytes, operator: Operator | None, replaces: VerifierKey | None = None
    ) -> None:
        key = self._key(origin_of(uow, self._id), seed)
        uow.settings.set(KEYS, [*(uow.settings.get(KEYS) or []), key.text()])
        note(
            uow,
            "audit.key",
            self._clock.now(),
            operator,
            key=key.text(),
            replaces=replaces.id.hex() if replaces else None,
        )

    def _key(self, origin: str, seed: bytes) -> VerifierKey:
        return VerifierKey(origin, self._signer.public(seed))

    def _load(self) -> bytes:
        """The seed, a new one at the first time; in memory as long as the desk is open. The keyring may ask a
        person, so this is never called within a unit of work."""
        if self._seed is None:
            seed = self._stored()
            if seed is None:
                seed = self._signer.new()
                self._secrets.set(key_name(self._id), seed)
            self._seed = seed
        return self._seed

    def _stored(self) -> bytes | None:
        if self._seed is not None:
            return self._seed
        waiting = self._secrets.get(next_key_name(self._id))
        if waiting is not None:
            # A rotation was cut off: the new key counts where the log names it.
            with self._store.read() as uow:
                named = self._key(origin_of(uow, self._id), waiting).text() in (uow.settings.get(KEYS) or [])
            if named:
                self._secrets.set(key_name(self._id), waiting)
            self._secrets.delete(next_key_name(self._id))
        return self._secrets.get(key_name(self._id))

    def _copy(self, policy: CheckpointPolicy) -> None:
        """Bring the file elsewhere up to date; what fails is said, and tried again with the next one."""
        self._copy_trouble = ""
        if not policy.copies:
            return
        try:
            path = Path(policy.copies)
            with self._store.read() as uow:
                missing = not_copied(path, uow, origin_of(uow, self._id))
            if missing:
                append(path, "".join(row.note for row in missing).encode())
        except DeskError as problem:
            log.warning("A checkpoint could not be copied: %s", type(problem).__name__)
            self._copy_trouble = problem.words()


def origin_of(uow: UnitOfWork, workspace_id: str) -> str:
    """The log's name: that of the desk that signed first."""
    kept = uow.settings.get(ORIGIN)
    return str(kept) if kept is not None else f"tipline-desk/{workspace_id}"


def _unsigned(last: CheckpointRow | None, size: int) -> int:
    """Entries that no checkpoint covers; a checkpoint's own entry does not ask for another one."""
    covered = 0 if last is None else last.size + 1
    return max(0, size - covered)


def _begun(uow: UnitOfWork) -> datetime:
    """When the log's first entry was written."""
    rows = uow.audit.rows(0, 1)
    return datetime.fromisoformat(json.loads(rows[0].entry)["at"]) if rows else LONG_AGO


Keeper = Callable[[Filing | None], None]
