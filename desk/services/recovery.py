"""The way back in for an administrator who forgot their password, by whoever holds the workspace's key.

On a shared workstation that is everybody who may open the desk. So it takes three days, and any administrator
who signs in meanwhile ends it: a moderator can't take an administrator's place behind their back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from desk.domain.roles import Operator, Role
from desk.ports import UnitOfWork
from desk.services.auditing import note

ASKED = "access.recovery"
WAIT = timedelta(hours=72)
OPEN_FOR = timedelta(hours=72)
"""After the wait: then it has to be asked for anew."""


def opens_at(uow: UnitOfWork, operator_id: int, now: datetime) -> datetime | None:
    """From when on the password may be handed out to this person; None where nobody asked, or long ago."""
    asked = uow.settings.get(ASKED)
    if not asked or asked["operator"] != operator_id:
        return None
    opens = datetime.fromisoformat(asked["at"]) + WAIT
    return opens if now <= opens + OPEN_FOR else None


def ask(uow: UnitOfWork, operator_id: int, now: datetime) -> datetime:
    """Begin the wait; when it ends. What was asked for somebody else is dropped."""
    uow.settings.set(ASKED, {"operator": operator_id, "at": now.isoformat()})
    note(uow, "access.recovery_asked", now, None, person=operator_id)
    return now + WAIT


def signed_in(uow: UnitOfWork, person: Operator, now: datetime) -> None:
    """An administrator is here: nobody has to find a way back in for one."""
    if Role.ADMINISTRATOR in person.roles and uow.settings.get(ASKED):
        uow.settings.set(ASKED, None)
        note(uow, "access.recovery_ended", now, person)


def used(uow: UnitOfWork) -> None:
    uow.settings.set(ASKED, None)
