"""``desk operators``: who may work at this desk, and a way back in for who forgot."""

from __future__ import annotations

from argparse import Namespace

from desk import app
from desk.cli.acts import opened, passphrase_of, workspace_of
from desk.cli.identity import change_password, known_person
from desk.cli.output import Output
from desk.domain.errors import UserError
from desk.domain.roles import Operator, Permission, Role
from desk.services.desk import Desk
from desk.services.signin import OneTime, find


def show(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.PEOPLE) as (desk, operator):
        rows = [
            {
                "name": one.operator.name,
                "roles": " ".join(sorted(one.operator.roles)),
                "active": one.operator.active,
                "password": "one-time" if one.must_change else "yes" if one.has_password else "no",
                "second_step": one.has_code,
                "account": one.account or None,
            }
            for one in desk.access.all(operator)
        ]
    columns = [
        ("name", "NAME"),
        ("roles", "ROLES"),
        ("active", "ACTIVE"),
        ("password", "PASSWORD"),
        ("second_step", "SECOND STEP"),
        ("account", "ACCOUNT"),
    ]
    output.table(rows, columns, "There is nobody yet.")
    return 0


def add(arguments: Namespace, output: Output) -> int:
    roles = frozenset(Role(role) for role in arguments.role)
    with opened(arguments, Permission.PEOPLE) as (desk, operator):
        person = desk.people.add(operator, arguments.name, roles, arguments.email).value
        if arguments.account:
            desk.access.bind(operator, person.id, arguments.account)
            output.value(
                {"name": person.name, "account": arguments.account},
                f"{person.name} is recognised by the account {arguments.account}.",
            )
            return 0
        once = desk.access.reset(operator, person.id, "added").value
    _hand_out(once, output)
    return 0


def enable(arguments: Namespace, output: Output) -> int:
    return _set_active(arguments, output, True)


def disable(arguments: Namespace, output: Output) -> int:
    return _set_active(arguments, output, False)


def _set_active(arguments: Namespace, output: Output, active: bool) -> int:
    with opened(arguments, Permission.PEOPLE) as (desk, operator):
        person = _named(desk, arguments.name)
        desk.people.set_active(operator, person.id, active)
    words = f"{person.name} may work here again." if active else f"{person.name} can't sign in any more."
    output.value({"name": person.name, "active": active}, words)
    return 0


def bind(arguments: Namespace, output: Output) -> int:
    with opened(arguments, Permission.PEOPLE) as (desk, operator):
        person = _named(desk, arguments.name)
        desk.access.bind(operator, person.id, arguments.account)
    words = (
        f"The account {arguments.account} stands for {person.name}."
        if arguments.account
        else f"No account stands for {person.name} any more."
    )
    output.value({"name": person.name, "account": arguments.account or None}, words)
    return 0


def reset(arguments: Namespace, output: Output) -> int:
    """By an administrator who is named, else by whoever holds the workspace's key, and in the log as such."""
    with app.open_desk(workspace_of(arguments), passphrase=passphrase_of(arguments)) as desk:
        if getattr(arguments, "operator", None) is None:
            given = desk.access.reset_by_key(arguments.name, arguments.reason).value
            if not isinstance(given, OneTime):
                output.value(
                    {"name": arguments.name, "one_time_password": None, "from": given.isoformat()},
                    f"Asked. Run this again from {given:%Y-%m-%d %H:%M} UTC on: the password is handed out "
                    "then. An administrator who signs in meanwhile ends it.",
                )
                return 0
            once = given
        else:
            by = known_person(desk, arguments)
            assert by is not None
            person = _named(desk, arguments.name)
            once = desk.access.reset(by, person.id, arguments.reason, also_code=arguments.second_step).value
    _hand_out(once, output)
    return 0


def password(arguments: Namespace, output: Output) -> int:
    with app.open_desk(workspace_of(arguments), passphrase=passphrase_of(arguments)) as desk:
        person = change_password(desk, arguments)
    output.value({"name": person.name, "changed": True}, "Your password is changed.")
    return 0


def _named(desk: Desk, name: str) -> Operator:
    found = find(desk.people.all(), name)
    if found is None:
        raise UserError("There is no operator of this name.", "Check the name.")
    return found


def _hand_out(once: OneTime, output: Output) -> None:
    output.value(
        {"name": once.operator.name, "one_time_password": once.password, "until": once.until.isoformat()},
        f"One-time password of {once.operator.name}, until {once.until:%Y-%m-%d %H:%M} UTC:\n"
        f"{once.password}\nIt is shown this once, and changed at the first sign-in.",
    )
