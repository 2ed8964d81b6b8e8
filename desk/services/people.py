"""Operators of the desk."""

from __future__ import annotations

from desk.domain.errors import UserError
from desk.domain.roles import Operator, Permission, Role, require
from desk.ports import Clock, Store
from desk.services.auditing import note
from desk.services.changes import Change, Done, done


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
        if not name.strip() or not roles:
            raise UserError("An operator needs a name and at least one role.", "Fill in both.")
        with self._store.write() as uow:
            if any(person.name == name.strip() for person in uow.people.all()):
                raise UserError("There is an operator of this name already.", "Give a name of their own.")
            operator = uow.people.add(name.strip(), roles, email)
            note(
                uow, "people.added", self._clock.now(), by, person=operator.id, roles=",".join(sorted(roles))
            )
        return done(operator, Change.PEOPLE)
