"""Operators of the desk: made, changed and disabled by administrators, never deleted: history names them."""

from __future__ import annotations

from dataclasses import replace

from desk.domain.errors import NotAllowed, UserError
from desk.domain.roles import Operator, Permission, Role, require
from desk.ports import Clock, Store, UnitOfWork
from desk.services.auditing import note
from desk.services.changes import Change, Done, done
from desk.services.signin import find


class PeopleService:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def all(self) -> tuple[Operator, ...]:
        with self._store.read() as uow:
            return uow.people.all()

    def first(self, name: str, roles: frozenset[Role], email: str = "") -> Done[Operator]:
        """Make the workspace's first operator. Raises UserError where there is one already."""
        if not name.strip():
            raise UserError("An operator needs a name.", "Give the name under which acts are recorded.")
        with self._store.write() as uow:
            if uow.people.all():
                raise UserError("This workspace has an operator already.", "Sign in as an administrator.")
            operator = uow.people.add(name.strip(), roles, email)
            note(uow, "people.first", self._clock.now(), operator, roles=",".join(sorted(roles)))
        return done(operator, Change.PEOPLE)

    def add(self, by: Operator, name: str, roles: frozenset[Role], email: str = "") -> Done[Operator]:
        """Add an operator. Raises NotAllowed, UserError."""
        require(by, Permission.PEOPLE)
        _check(name, roles)
        with self._store.write() as uow:
            _free(uow, name)
            operator = uow.people.add(name.strip(), roles, email.strip())
            note(
                uow, "people.added", self._clock.now(), by, person=operator.id, roles=",".join(sorted(roles))
            )
        return done(operator, Change.PEOPLE)

    def change(
        self, by: Operator, operator_id: int, name: str, roles: frozenset[Role], email: str = ""
    ) -> Done[Operator]:
        """Rename, give and take roles. Raises NotAllowed, UserError.

        Nobody gives themselves a role while another administrator can; the last administrator stays one.
        """
        require(by, Permission.PEOPLE)
        _check(name, roles)
        with self._store.write() as uow:
            before = uow.people.get(operator_id)
            _free(uow, name, but=operator_id)
            if by.id == operator_id and not roles <= before.roles and _others(uow, operator_id):
                raise NotAllowed("Nobody gives themselves a role.", "Ask another administrator for it.")
            if Role.ADMINISTRATOR in before.roles - roles:
                _keep_one(uow, before)
            person = uow.people.change(operator_id, name.strip(), roles, email.strip())
            note(
                uow,
                "people.changed",
                self._clock.now(),
                by,
                person=operator_id,
                renamed=before.name != person.name,
                email=before.email != person.email,
                given=",".join(sorted(person.roles - before.roles)),
                taken=",".join(sorted(before.roles - person.roles)),
            )
        return done(person, Change.PEOPLE)

    def set_active(self, by: Operator, operator_id: int, active: bool) -> Done[Operator]:
        """Disable a person, or enable them again. Raises NotAllowed, UserError for the last administrator."""
        require(by, Permission.PEOPLE)
        with self._store.write() as uow:
            before = uow.people.get(operator_id)
            if not active:
                if by.id == operator_id:
                    raise NotAllowed("Nobody disables themselves.", "Ask another administrator.")
                _keep_one(uow, before)
            uow.signins.put(replace(uow.signins.access(operator_id), active=active))
            act = "people.enabled" if active else "people.disabled"
            note(uow, act, self._clock.now(), by, person=operator_id)
            person = uow.people.get(operator_id)
        return done(person, Change.PEOPLE)


def _check(name: str, roles: frozenset[Role]) -> None:
    if not name.strip() or not roles:
        raise UserError("An operator needs a name and at least one role.", "Fill in both.")


def _free(uow: UnitOfWork, name: str, but: int | None = None) -> None:
    found = find(tuple(person for person in uow.people.all() if person.id != but), name)
    if found is not None:
        raise UserError("There is an operator of this name already.", "Give a name of their own.")


def _others(uow: UnitOfWork, operator_id: int) -> list[Operator]:
    """The administrators besides this one who could act."""
    return [
        person for person in uow.people.all() if person.id != operator_id and person.may(Permission.PEOPLE)
    ]


def _keep_one(uow: UnitOfWork, leaving: Operator) -> None:
    """Raise UserError unless an administrator is left, and one who can sign in where this one can."""
    if not leaving.may(Permission.PEOPLE):
        return
    left = _others(uow, leaving.id)
    if uow.signins.access(leaving.id).can_sign_in:
        left = [person for person in left if uow.signins.access(person.id).can_sign_in]
    if not left:
        raise UserError(
            "This is the last administrator who can sign in.",
            "Make another one first, with a way to sign in.",
        )
