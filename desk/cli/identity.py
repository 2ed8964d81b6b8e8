"""Who acts: the operator that the OS account stands for, or the one named, with their password.

Passwords and codes come from private files or a terminal, never from arguments or the environment.
"""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace

from desk import app
from desk.domain.errors import NotAllowed, NotReady, UserError
from desk.domain.roles import Operator, Permission, require
from desk.domain.signin import CodeNeeded, NewPasswordNeeded
from desk.services.desk import Desk


def person_for(desk: Desk, arguments: Namespace, permission: Permission) -> Operator:
    """The operator who acts, allowed to. Raises NotAllowed, NotReady, UserError, SignInRefused, TooSoon."""
    person = known_person(desk, arguments)
    if person is None:
        if desk.signin.standing().first_run:
            raise NotReady(
                "Nobody can sign in to this workspace yet.",
                "Open the window once and choose the administrator's password, or hand out a password with "
                "“desk operators reset NAME --reason TEXT”.",
            )
        raise NotAllowed(
            "Who acts is not known.",
            "Give --operator NAME with --password-file FILE, or have an administrator let your account "
            "on this computer stand for you.",
        )
    require(person, permission)
    return person


def known_person(desk: Desk, arguments: Namespace) -> Operator | None:
    """The operator named, signed in; else whom the OS account stands for; None where it is nobody."""
    name = getattr(arguments, "operator", None)
    recognised = desk.signin.recognised()
    if name is None or (recognised is not None and recognised.name == name):
        return recognised
    standing = desk.signin.standing()
    if standing.recognised is not None and standing.recognised.name == name:
        try:
            return desk.signin.sign_in_by_account(_code(arguments, needed=False)).value
        except CodeNeeded:
            return desk.signin.sign_in_by_account(_code(arguments, needed=True)).value
    password = password_of(arguments)
    try:
        return _signed_in(desk, arguments, name, password)
    except NewPasswordNeeded:
        raise NotReady(
            "This password was handed out for one time.",
            "Choose one of your own: sign in at the window, or run “desk operators password”.",
        ) from None


def password_of(arguments: Namespace) -> str:
    file = getattr(arguments, "operator_password_file", None)
    if file is not None:
        return app.read_secret(file)
    if sys.stdin.isatty():
        return getpass.getpass("Your password: ")
    raise UserError("The operator's password is missing.", "Give it with --password-file.")


def new_password(arguments: Namespace, *, optional: bool = False) -> str | None:
    """A new password from its file, or asked for twice; None where it is optional and none was given."""
    file = getattr(arguments, "new_password_file", None)
    if file is not None:
        return app.read_secret(file)
    if not sys.stdin.isatty():
        if optional:
            return None
        raise UserError("The new password is missing.", "Give it with --new-password-file.")
    first = getpass.getpass(
        "New password (empty: your account on this computer): " if optional else "New password: "
    )
    if optional and not first:
        return None
    if first != getpass.getpass("The same again: "):
        raise UserError("The two passwords differ.", "Try again.")
    return first


def _signed_in(desk: Desk, arguments: Namespace, name: str, password: str) -> Operator:
    try:
        return desk.signin.sign_in(name, password, _code(arguments, needed=False)).value
    except CodeNeeded:
        return desk.signin.sign_in(name, password, _code(arguments, needed=True)).value


def change_password(desk: Desk, arguments: Namespace) -> Operator:
    """A password of one's own, in place of a one-time password or of the one before."""
    name = getattr(arguments, "operator", None)
    if name is None:
        raise UserError("Whose password is not said.", "Give --operator NAME.")
    password = password_of(arguments)
    new = new_password(arguments)
    assert new is not None
    try:
        person = _signed_in(desk, arguments, name, password)
    except NewPasswordNeeded:
        code = _code(arguments, needed=False)
        return desk.signin.sign_in(name, password, code, new_password=new).value
    desk.access.change_password(person, password, new)
    return person


def _code(arguments: Namespace, *, needed: bool) -> str:
    file = getattr(arguments, "code_file", None)
    if file is not None:
        return app.read_secret(file)
    if not needed:
        return ""
    if sys.stdin.isatty():
        return getpass.getpass("Code of your authenticator app: ")
    raise UserError("The code of the second step is missing.", "Give it with --code-file.")
