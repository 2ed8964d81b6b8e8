"""What operators sign in with: their own password and second step, and resets by others.

An administrator hands out a one-time password; whoever holds the workspace's key can do so offline, for
an administrator who forgot theirs. Both are in the audit log by number, the reason in the encrypted database.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import datetime

from desk.domain.errors import NotAllowed, UserError
from desk.domain.roles import Operator, Permission, Role, require
from desk.domain.signin import (
    ONE_TIME_FOR,
    RECOVERY_CODES,
    Access,
    Attempts,
    check_password,
    code_text,
    code_uri,
    groups,
    matching_step,
    name_digest,
    plain_name,
    recovery_digest,
)
from desk.ports import Clock, Store, UnitOfWork
from desk.services import recovery
from desk.services.auditing import note
from desk.services.changes import Change, Done, done
from desk.services.signin import OneTime, SignIn, find

ONE_TIME_BYTES = 15
RECOVERY_BYTES = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of how a person signs in."""

    operator: Operator
    has_password: bool
    must_change: bool
    expires_at: datetime | None
    has_code: bool
    recovery_left: int
    account: str


@dataclass(frozen=True, slots=True)
class CodeSetup:
    """A second step that is being set up: shown as text and as a QR code, in force once a code came back."""

    wrapped: bytes = field(repr=False)
    text: str = field(repr=False)
    uri: str = field(repr=False)


class AccessService:
    def __init__(self, store: Store, signin: SignIn, clock: Clock) -> None:
        self._store = store
        self._signin = signin
        self._clock = clock

    # --- one's own ---------------------------------------------------------------

    def own(self, operator: Operator) -> Shown:
        with self._store.read() as uow:
            return _shown(uow, uow.people.get(operator.id))

    def change_password(self, operator: Operator, password: str, new: str) -> Done[None]:
        """Raises SignInRefused, TooSoon, UserError."""
        check_password(new, operator.name)
        self._signin.check_own(operator, password)
        kept = self._signin.passwords.hash(new)
        with self._store.write() as uow:
            access = uow.signins.access(operator.id)
            uow.signins.put(replace(access, password=kept, must_change=False, expires_at=None))
            note(uow, "access.password", self._clock.now(), operator)
        return done(None, Change.PEOPLE)

    def begin_code(self, operator: Operator, password: str) -> CodeSetup:
        """A new secret for the authenticator app; nothing is kept yet. Raises SignInRefused, TooSoon."""
        self._signin.check_own(operator, password)
        wrapped, secret = self._signin.new_secret()
        return CodeSetup(wrapped, code_text(secret), code_uri(secret, operator.name))

    def confirm_code(self, operator: Operator, setup: CodeSetup, code: str) -> Done[tuple[str, ...]]:
        """Turn the second step on; returns the recovery codes, which are shown once. Raises UserError."""
        now = self._clock.now()
        step = matching_step(self._signin.secret(setup.wrapped), code, now, 0)
        if step is None:
            raise UserError(
                "This is not the code that the app should show.",
                "Check that this computer's clock is right, and give the code that is shown now.",
            )
        codes = _new_codes()
        with self._store.write() as uow:
            access = uow.signins.access(operator.id)
            uow.signins.put(replace(access, code_key=setup.wrapped, code_step=step))
            _keep_codes(uow, operator, codes)
            note(uow, "access.code_on", now, operator)
        return done(codes, Change.PEOPLE)

    def remove_code(self, operator: Operator, password: str) -> Done[None]:
        """Turn one's second step off. Raises SignInRefused, TooSoon."""
        self._signin.check_own(operator, password)
        with self._store.write() as uow:
            _drop_code(uow, uow.signins.access(operator.id))
            note(uow, "access.code_off", self._clock.now(), operator)
        return done(None, Change.PEOPLE)

    def new_recovery(self, operator: Operator, password: str) -> Done[tuple[str, ...]]:
        """New recovery codes; the ones before are worth nothing. Raises SignInRefused, TooSoon, UserError."""
        access = self._signin.check_own(operator, password)
        if access.code_key is None:
            raise UserError("There is no second step.", "Turn it on first.")
        codes = _new_codes()
        with self._store.write() as uow:
            _keep_codes(uow, operator, codes)
            note(uow, "access.recovery", self._clock.now(), operator)
        return done(codes, Change.PEOPLE)

    # --- by an administrator -------------------------------------------------------

    def all(self, by: Operator) -> tuple[Shown, ...]:
        """How everybody signs in, also those who are disabled."""
        require(by, Permission.PEOPLE)
        with self._store.read() as uow:
            return tuple(_shown(uow, person) for person in uow.people.all())

    def reset(self, by: Operator, operator_id: int, reason: str, *, also_code: bool = False) -> Done[OneTime]:
        """Hand out a one-time password for another person, and take their second step away where asked.

        Raises NotAllowed, UserError.
        """
        require(by, Permission.PEOPLE)
        if by.id == operator_id:
            raise NotAllowed("Nobody resets themselves.", "Change your password in your own menu.")
        return self._reset(by, operator_id, reason, also_code=also_code, act="access.reset")

    def bind(self, by: Operator, operator_id: int, account: str) -> Done[Operator]:
        """Let an OS account (``user`` or ``user@computer``) stand for this operator; empty text ends that."""
        require(by, Permission.PEOPLE)
        account = account.strip()
        with self._store.write() as uow:
            person = uow.people.get(operator_id)
            taken = [
                one for one in uow.signins.all() if one.operator_id != operator_id and _meet(one, account)
            ]
            if account and taken:
                raise UserError(
                    "This account stands for another operator already.", "An account stands for one person."
                )
            access = replace(uow.signins.access(operator_id), account=account)
            uow.signins.put(access)
            note(uow, "access.account", self._clock.now(), by, person=operator_id, bound=bool(account))
        return done(person, Change.PEOPLE)

    # --- by whoever holds the workspace's key ----------------------------------------

    def reset_by_key(self, name: str, reason: str) -> Done[OneTime | datetime]:
        """A one-time password without anybody signed in: for an administrator who forgot theirs.

        Whoever can call this has opened the workspace with its key. The first call asks, and gives the time
        from which on another one hands the password out (desk.services.recovery); where nobody can sign in
        at all there is no wait. It ends the second step, enables the person where they were disabled, and
        the log says that no operator did it. Raises UserError.
        """
        _reasoned(reason)
        first_run, now = self._signin.standing().first_run, self._clock.now()
        with self._store.write() as uow:
            person = find(uow.people.all(), name)
            if person is None:
                raise UserError("There is no operator of this name.", "Check the name.")
            if not first_run:
                if Role.ADMINISTRATOR not in person.roles:
                    raise UserError(
                        "Only an administrator finds a way back in without another one.",
                        "An administrator hands this person a password, in Settings or with --operator.",
                    )
                opens = recovery.opens_at(uow, person.id, now)
                if opens is None:
                    return done(recovery.ask(uow, person.id, now))
                if now < opens:
                    return done(opens)
        made = self._reset(None, person.id, reason, also_code=True, act="access.reset_by_key")
        return done(made.value, *made.changes)

    def _reset(
        self, by: Operator | None, operator_id: int, reason: str, *, also_code: bool, act: str
    ) -> Done[OneTime]:
        _reasoned(reason)
        password = groups(os.urandom(ONE_TIME_BYTES))
        kept = self._signin.passwords.hash(password)
        now = self._clock.now()
        until = now + ONE_TIME_FOR
        with self._store.write() as uow:
            person = uow.people.get(operator_id)
            access = uow.signins.access(operator_id)
            if by is None:
                access = replace(access, active=True)
                recovery.used(uow)  # with the password, or not at all: the wait would begin anew
            elif not access.active:
                raise UserError("This person is disabled.", "Enable them first.")
            access = replace(access, password=kept, must_change=True, expires_at=until)
            uow.signins.put(access)
            if also_code:
                _drop_code(uow, access)
            uow.signins.set_attempts(name_digest(person.name), Attempts())
            number = uow.signins.note(operator_id, act, now, by.id if by else None, reason.strip())
            note(uow, act, now, by, person=operator_id, number=number, also_code=also_code)
            person = uow.people.get(operator_id)
        return done(OneTime(person, password, until), Change.PEOPLE)


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise UserError("A reset needs a reason.", "Say how you know that it is them, and why.")


def _shown(uow: UnitOfWork, person: Operator) -> Shown:
    access = uow.signins.access(person.id)
    return Shown(
        operator=person,
        has_password=access.password is not None,
        must_change=access.must_change,
        expires_at=access.expires_at,
        has_code=access.code_key is not None,
        recovery_left=uow.signins.recovery_left(person.id) if access.code_key is not None else 0,
        account=access.account,
    )


def _new_codes() -> tuple[str, ...]:
    return tuple(groups(os.urandom(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))


def _keep_codes(uow: UnitOfWork, operator: Operator, codes: tuple[str, ...]) -> None:
    uow.signins.set_recovery(operator.id, frozenset(recovery_digest(operator.id, code) for code in codes))


def _drop_code(uow: UnitOfWork, access: Access) -> None:
    # The step stays: a secret that is set up anew starts where time is.
    uow.signins.put(replace(access, code_key=None))
    uow.signins.set_recovery(access.operator_id, frozenset())


def _meet(one: Access, account: str) -> bool:
    """Whether some account of a computer would stand for both."""
    mine, other = plain_name(one.account), plain_name(account)
    if not mine or not other or not one.active:
        return False
    if "@" in mine and "@" in other:
        return mine == other
    return mine.partition("@")[0] == other.partition("@")[0]
