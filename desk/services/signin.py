"""Signing in and out: who is at the desk, and what they prove it with.

A refusal never says which of name, password and code was wrong, and takes the same time for a name that
nobody has. Attempts are counted in the store before they are looked at, so that a restart, a crash or a
second window gives none for free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from desk.domain.approval import Approval, ApprovalKind
from desk.domain.errors import NotAllowed, UserError
from desk.domain.roles import Operator, Permission, Role, require
from desk.domain.signin import (
    FORGOTTEN_AFTER,
    SECRET_BYTES,
    Access,
    Attempts,
    CodeNeeded,
    NewPasswordNeeded,
    SignInPolicy,
    SignInRefused,
    TooSoon,
    account_matches,
    check_password,
    looks_like_recovery,
    matching_step,
    name_digest,
    recovery_digest,
    same_name,
)
from desk.ports import Clock, Passwords, Store, UnitOfWork, Vault
from desk.services import lock_policy, recovery
from desk.services.approvals import Approvals
from desk.services.auditing import note
from desk.services.changes import Change, Done, done

MIN_IDLE, MAX_IDLE = 1, 120


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sign-in screen has to know before anybody is named.

    ``first_run``: nobody can sign in yet, and the first administrator is made now (``first_name`` where there
    is one already). ``recognised``: whom the OS account stands for; ``code_needed``: they have a second step.
    """

    first_run: bool
    first_name: str = ""
    recognised: Operator | None = None
    code_needed: bool = False


class SignIn:
    def __init__(
        self,
        store: Store,
        vault: Vault,
        passwords: Callable[[], Passwords],
        clock: Clock,
        account: str,
        approvals: Approvals | None = None,
    ) -> None:
        """``passwords`` makes the hash once it is needed; ``account`` is the OS account, user@computer."""
        self._store = store
        self._vault = vault
        self._make = passwords
        self._made: Passwords | None = None
        self._clock = clock
        self.account = account
        self._approvals = approvals or Approvals(store, clock)
        self._approvals.register(ApprovalKind.LOCKING, self._agreed)

    @property
    def passwords(self) -> Passwords:
        if self._made is None:
            self._made = self._make()
        return self._made

    # --- before anybody is signed in -------------------------------------------

    def standing(self) -> Standing:
        with self._store.read() as uow:
            people = uow.people.all()
            known = {access.operator_id: access for access in uow.signins.all()}
        if not any(_of(known, person).can_sign_in for person in people if person.active):
            first = _first_administrator(people)
            return Standing(True, first.name if first else "")
        for person in people:
            access = _of(known, person)
            if person.active and account_matches(access.account, self.account):
                return Standing(False, "", person, access.code_key is not None)
        return Standing(False)

    def begin(self, name: str, password: str) -> Done[Operator]:
        """Make the first administrator, or give the one there is their password; they are signed in.

        Only while nobody can sign in: whoever gets here holds the workspace's key. Raises NotAllowed
        afterwards, UserError for a password or name that won't do.
        """
        if not name.strip():
            raise UserError("An operator needs a name.", "Give the name under which acts are recorded.")
        check_password(password, name)
        kept = self.passwords.hash(password)
        now = self._clock.now()
        with self._store.write() as uow:
            person = _begin(uow, name.strip())
            uow.signins.put(replace(uow.signins.access(person.id), password=kept))
            note(uow, "signin.first", now, person)
        return done(person, Change.PEOPLE)

    def begin_by_account(self, name: str) -> Done[Operator]:
        """As ``begin``, for a first administrator who is recognised by this OS account instead.

        For a workspace made without a terminal: its key lies with that account as well.
        """
        if not self.account:
            raise UserError("The system names no user.", "Give the first administrator a password.")
        now = self._clock.now()
        with self._store.write() as uow:
            person = _begin(uow, name.strip())
            uow.signins.put(replace(uow.signins.access(person.id), account=self.account))
            note(uow, "signin.first", now, person, way="account")
        return done(person, Change.PEOPLE)

    def sign_in(
        self,
        name: str,
        password: str,
        code: str = "",
        new_password: str | None = None,
        *,
        unlock: bool = False,
    ) -> Done[Operator]:
        """Who this is. Raises SignInRefused, TooSoon, CodeNeeded, NewPasswordNeeded, UserError.

        ``code`` is the authenticator's or a recovery code, for those who have a second step. ``new_password``
        replaces a one-time password. ``unlock`` only says so in the log.
        """
        digest, now = name_digest(name), self._clock.now()
        person, access, before = self._counted(name, digest, now)
        right = self.passwords.verify(password, access.password if access else None)
        if not right or person is None or access is None:
            raise self._refused(person, digest, now)
        if access.must_change:
            if access.expires_at is not None and access.expires_at <= now:
                raise UserError(
                    "This one-time password has run out.", "Ask an administrator for another one."
                )
            if new_password is None:
                self._uncount(digest, before)
                raise NewPasswordNeeded
            if new_password == password:
                self._uncount(digest, before)
                raise UserError("This is the password that was handed out.", "Choose one of your own.")
            try:
                check_password(new_password, person.name)
            except UserError:
                self._uncount(digest, before)
                raise
        if access.code_key is not None and not code.strip():
            self._uncount(digest, before)
            raise CodeNeeded
        kept = access.password
        if access.must_change and new_password is not None:
            kept = self.passwords.hash(new_password)
        elif kept is not None and self.passwords.outdated(kept):
            kept = self.passwords.hash(password)
        with self._store.write() as uow:
            now_kept = uow.signins.access(person.id)
            # Somebody reset or disabled them while the hash was made.
            ok = now_kept.password == access.password and now_kept.active
            way = self._second_step(uow, now_kept, code, now) if ok else None
            if way is not None:
                after = uow.signins.access(person.id)
                uow.signins.put(replace(after, password=kept, must_change=False, expires_at=None))
                uow.signins.set_attempts(digest, Attempts())
                act = "signin.unlocked" if unlock else "signin.done"
                note(uow, act, now, person, way="password" + way)
                person = uow.people.get(person.id)
                recovery.signed_in(uow, person, now)
        if way is None:
            raise self._refused(person, digest, now)
        return done(person)

    def sign_in_by_account(self, code: str = "", *, unlock: bool = False) -> Done[Operator]:
        """The operator whom the OS account stands for.

        Raises SignInRefused, TooSoon, CodeNeeded, NotAllowed.
        """
        found = self.standing().recognised
        if found is None:
            raise NotAllowed(
                "Your account on this computer stands for no operator.", "Sign in with name and password."
            )
        digest, now = name_digest(found.name), self._clock.now()
        person, access, before = self._counted(found.name, digest, now)
        if person is None or access is None:
            raise self._refused(person, digest, now)
        if access.code_key is not None and not code.strip():
            self._uncount(digest, before)
            raise CodeNeeded
        with self._store.write() as uow:
            kept = uow.signins.access(person.id)
            ok = kept.active and account_matches(kept.account, self.account)
            way = self._second_step(uow, kept, code, now) if ok else None
            if way is not None:
                uow.signins.set_attempts(digest, Attempts())
                note(uow, "signin.unlocked" if unlock else "signin.done", now, person, way="account" + way)
                recovery.signed_in(uow, person, now)
        if way is None:
            raise self._refused(person, digest, now)
        return done(person)

    def recognised(self) -> Operator | None:
        """Whom the OS account stands for, where that is enough: for commands, whose acts are logged."""
        standing = self.standing()
        return None if standing.code_needed else standing.recognised

    # --- while somebody is -----------------------------------------------------

    def current(self, operator: Operator) -> Operator | None:
        """The same person as they are known now (roles may have changed); None where they were disabled."""
        with self._store.read() as uow:
            found = uow.people.get(operator.id)
        return found if found.active else None

    def locked(self, operator: Operator, why: str) -> Done[None]:
        """``why``: key, idle, screen."""
        return self._ended(operator, "session.locked", why)

    def ended(self, operator: Operator, why: str) -> Done[None]:
        """``why``: signed_out, screen, other, closed, disabled."""
        return self._ended(operator, "session.ended", why)

    def _ended(self, operator: Operator, act: str, why: str) -> Done[None]:
        with self._store.write() as uow:
            note(uow, act, self._clock.now(), operator, why=why)
        return done(None)

    def policy(self) -> SignInPolicy:
        with self._store.read() as uow:
            return lock_policy.policy_of(uow)

    def set_policy(self, by: Operator, policy: SignInPolicy, reason: str = "") -> Done[SignInPolicy]:
        """Keep the policy; what of it protects less waits for a supervisor, with the reason. As it is now.

        Raises NotAllowed, UserError.
        """
        require(by, Permission.PEOPLE)
        if not MIN_IDLE <= policy.idle_minutes <= MAX_IDLE:
            raise UserError(
                f"The desk locks after {MIN_IDLE} to {MAX_IDLE} minutes.", "Choose a value in that range."
            )
        with self._store.write() as uow:
            now = lock_policy.keep(uow, by, policy, reason, self._clock, self._approvals)
        waits = () if now == policy else (Change.APPROVALS,)
        return done(now, Change.SETTINGS, *waits)

    def _agreed(self, uow: UnitOfWork, approval: Approval, by: Operator) -> tuple[Change, ...]:
        return lock_policy.agreed(uow, approval, by, self._clock)

    # --- within ------------------------------------------------------------------

    def check_own(self, operator: Operator, password: str) -> Access:
        """What this person signs in with, once they gave their password anew where they have one.

        Raises SignInRefused, TooSoon: a desk left open must not be a way around the throttle.
        """
        digest, now = name_digest(operator.name), self._clock.now()
        person, access, before = self._counted(operator.name, digest, now)
        if person is None or access is None or person.id != operator.id:
            raise self._refused(person, digest, now)
        if access.password is None:
            if not account_matches(access.account, self.account):
                raise self._refused(person, digest, now)
        elif not self.passwords.verify(password, access.password):
            raise self._refused(person, digest, now)
        self._uncount(digest, before)
        return access

    def secret(self, key: bytes) -> bytes:
        """The secret of the codes: part of a key that only this workspace can open."""
        return self._vault.open_key(key).plain[:SECRET_BYTES]

    def new_secret(self) -> tuple[bytes, bytes]:
        """(wrapped, secret)"""
        made = self._vault.new_key()
        return made.wrapped, made.plain[:SECRET_BYTES]

    def _second_step(self, uow: UnitOfWork, access: Access, code: str, now: datetime) -> str | None:
        """How the second step was made, "" where there is none to make; None where the code is not right."""
        if access.code_key is None:
            return ""
        if looks_like_recovery(code):
            used = uow.signins.use_recovery(access.operator_id, recovery_digest(access.operator_id, code))
            return "+recovery" if used else None
        step = matching_step(self.secret(access.code_key), code, now, access.code_step)
        if step is None or not uow.signins.use_step(access.operator_id, step):
            return None
        return "+code"

    def _counted(
        self, name: str, digest: str, now: datetime
    ) -> tuple[Operator | None, Access | None, Attempts]:
        with self._store.write() as uow:
            before = uow.signins.attempts(digest)
            wait = before.wait(now)
            if wait:
                raise TooSoon(wait)
            uow.signins.forget_attempts(now - FORGOTTEN_AFTER)
            uow.signins.set_attempts(digest, before.counted(now))
            person = find(uow.people.all(), name)
            access = uow.signins.access(person.id) if person is not None and person.active else None
        return person, access, before

    def _uncount(self, digest: str, before: Attempts) -> None:
        """The attempt was no failure. Those that others made meanwhile stay counted."""
        with self._store.write() as uow:
            now = uow.signins.attempts(digest)
            alone = now.failures <= before.failures + 1
            left = before if alone else replace(now, failures=now.failures - 1)
            uow.signins.set_attempts(digest, left)

    def _refused(self, person: Operator | None, digest: str, now: datetime) -> SignInRefused:
        with self._store.write() as uow:
            attempts = uow.signins.attempts(digest)
            who = person.id if person else None
            note(uow, "signin.failed", now, None, person=who, failures=attempts.failures)
        return SignInRefused(attempts.wait(self._clock.now()))


@dataclass(frozen=True, slots=True)
class OneTime:
    """A password that was handed out: shown once, kept nowhere, changed at the first use."""

    operator: Operator
    password: str = field(repr=False)
    until: datetime


def find(people: tuple[Operator, ...], name: str) -> Operator | None:
    """The person of this name as it is written, else the only one who has it in another case."""
    for person in people:
        if person.name == name.strip():
            return person
    alike = [person for person in people if same_name(person.name, name)]
    return alike[0] if len(alike) == 1 else None


def _of(known: dict[int, Access], person: Operator) -> Access:
    return known.get(person.id, Access(person.id))


def _first_administrator(people: tuple[Operator, ...]) -> Operator | None:
    may = [person for person in people if person.active and Role.ADMINISTRATOR in person.roles]
    return may[0] if may else None


def _begin(uow: UnitOfWork, name: str) -> Operator:
    people = uow.people.all()
    if any(uow.signins.access(person.id).can_sign_in for person in people if person.active):
        raise NotAllowed("This workspace has an administrator already.", "Sign in, or ask them for a reset.")
    first = _first_administrator(people)
    if first is None:
        if find(people, name) is not None:
            raise UserError("There is an operator of this name already.", "Give a name of their own.")
        return uow.people.add(name, frozenset(Role))
    if name and name != first.name:
        other = find(people, name)
        if other is not None and other.id != first.id:
            raise UserError("There is an operator of this name already.", "Give a name of their own.")
        return uow.people.change(first.id, name, first.roles, first.email)
    return first
