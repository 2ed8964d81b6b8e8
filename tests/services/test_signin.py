"""Signing in on the real store: refusals, waits, one-time passwords, second steps, OS accounts, resets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.domain.errors import NotAllowed, UserError
from desk.domain.roles import Operator, Role
from desk.domain.signin import (
    AtScreenLock,
    CodeNeeded,
    SignInPolicy,
    SignInRefused,
    TooSoon,
    step_of,
    totp,
)
from desk.ports import Passwords
from desk.services.access import CodeSetup
from desk.system.passphrase import Costs
from desk.system.passwords import Argon2Passwords
from tests.support.world import World

MINE = "four words of Ada's"
OTHER = "another four words"


def begun(world: World) -> Operator:
    return world.desk.signin.begin("Ada Admin", MINE).value


def handed(world: World, person: Operator) -> str:
    """The one-time password an administrator hands out."""
    return world.desk.access.reset(world.admin, person.id, "new here").value.password


def joined(world: World, person: Operator, password: str = OTHER) -> Operator:
    """A person who chose a password of their own."""
    return world.desk.signin.sign_in(person.name, handed(world, person), new_password=password).value


def code(world: World, setup: CodeSetup, ahead: int = 0) -> str:
    secret = world.desk.signin.secret(setup.wrapped)
    return totp(secret, step_of(world.clock.now()) + ahead)


def facts(world: World, act: str) -> dict[str, object]:
    """Of the last entry of this act."""
    with world.store.read() as uow:
        entries = [json.loads(row.entry) for row in uow.audit.rows(0, 100_000)]
    return [entry for entry in entries if entry["act"] == act][-1]


# -- the first administrator


def test_the_first_administrator_is_made_once(world: World) -> None:
    signin = world.desk.signin
    standing = signin.standing()
    assert (standing.first_run, standing.first_name) == (True, "Ada Admin")
    with pytest.raises(UserError, match="at least 12"):
        signin.begin("Ada Admin", "short")
    with pytest.raises(UserError, match="needs a name"):
        signin.begin("  ", MINE)
    with pytest.raises(UserError, match="of this name"):
        signin.begin("Mo Moderator", MINE)
    ada = signin.begin("Ada Lovelace", MINE).value
    assert (ada.id, ada.name) == (world.admin.id, "Ada Lovelace")
    assert not signin.standing().first_run
    for again in (lambda: signin.begin("Eve", MINE), lambda: signin.begin_by_account("Eve")):
        with pytest.raises(NotAllowed):
            again()
    assert signin.sign_in("ada lovelace", MINE).value == ada
    assert world.acts()[-2:] == ["signin.first", "signin.done"]


def test_a_workspace_made_without_a_terminal_knows_its_maker(world: World) -> None:
    signin = world.desk.signin
    ada = signin.begin_by_account("").value
    standing = signin.standing()
    assert (standing.first_run, standing.recognised, standing.code_needed) == (False, ada, False)
    assert signin.recognised() == ada
    assert signin.sign_in_by_account().value == ada
    signin.account = ""
    assert signin.recognised() is None
    with pytest.raises(NotAllowed):
        signin.sign_in_by_account()


# -- refusals and waits


def test_every_refusal_says_the_same(world: World) -> None:
    begun(world)
    joined(world, world.moderator)
    world.people.set_active(world.admin, world.moderator.id, False)
    said = set()
    for name, password in (
        ("Ada Admin", "not the password"),
        ("Nobody Known", MINE),
        ("Ola Other", ""),
        ("Mo Moderator", OTHER),
    ):
        with pytest.raises(SignInRefused) as told:
            world.desk.signin.sign_in(name, password)
        said.add(told.value.words())
    assert len(said) == 1
    assert facts(world, "signin.failed")["operator"] is None


def test_waits_are_kept_and_alike_for_names_nobody_has(world: World) -> None:
    begun(world)
    for name in ("ada admin", "Nobody Known"):
        for _ in range(4):
            with pytest.raises(SignInRefused) as told:
                world.desk.signin.sign_in(name, "not the password")
        assert told.value.wait == timedelta(seconds=2)
        for _ in range(3):  # asking again and again makes it no longer
            with pytest.raises(TooSoon):
                world._wire().signin.sign_in(name, MINE)
    world.clock.forward(seconds=2)
    assert world._wire().signin.sign_in("Ada Admin", MINE).value == world.admin
    with pytest.raises(SignInRefused) as told:
        world.desk.signin.sign_in("Ada Admin", "not the password")
    assert told.value.wait == timedelta(0)


class Slow:
    """A hash during which something else happens."""

    def __init__(self, real: Passwords, meanwhile: Callable[[], object]) -> None:
        self._real, self._meanwhile = real, meanwhile

    def hash(self, password: str) -> str:
        return self._real.hash(password)

    def outdated(self, kept: str) -> bool:
        return self._real.outdated(kept)

    def verify(self, password: str, kept: str | None) -> bool:
        self._meanwhile()
        return self._real.verify(password, kept)


def test_an_attempt_counts_before_it_is_looked_at(world: World) -> None:
    """Nobody gets more guesses by making them at the same time, or by pulling the plug."""
    begun(world)
    signin = world.desk.signin
    real = signin.passwords

    def crash() -> None:
        raise KeyboardInterrupt

    signin._made = Slow(real, crash)
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            signin.sign_in("Ada Admin", MINE)
    signin._made = real
    with pytest.raises(TooSoon):
        signin.sign_in("Ada Admin", MINE)


def test_a_reset_while_the_hash_is_made_wins(world: World) -> None:
    begun(world)
    joined(world, world.moderator)
    signin = world.desk.signin
    real = signin.passwords
    signin._made = Slow(real, lambda: world.people.set_active(world.admin, world.moderator.id, False))
    with pytest.raises(SignInRefused):
        signin.sign_in("Mo Moderator", OTHER)


def test_other_costs_are_taken_over_at_the_next_sign_in(world: World) -> None:
    begun(world)
    signin = world.desk.signin
    signin._made = Argon2Passwords(Costs(2, 1, 16))
    signin.sign_in("Ada Admin", MINE)
    with world.store.read() as uow:
        kept = uow.signins.access(world.admin.id).password
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert signin.passwords.outdated("something else")


# -- the second step


def test_a_second_step(world: World) -> None:
    begun(world)
    signin, access = world.desk.signin, world.desk.access
    with pytest.raises(SignInRefused):
        access.begin_code(world.admin, "not the password")
    setup = access.begin_code(world.admin, MINE)
    assert setup.text not in repr(setup)
    with pytest.raises(UserError, match="not the code"):
        access.confirm_code(world.admin, setup, "000000" if code(world, setup) != "000000" else "000001")
    assert not access.own(world.admin).has_code
    codes = access.confirm_code(world.admin, setup, code(world, setup)).value
    shown = access.own(world.admin)
    assert (shown.has_code, shown.recovery_left, len(set(codes))) == (True, 10, 10)
    with pytest.raises(CodeNeeded):
        signin.sign_in("Ada Admin", MINE)
    with pytest.raises(SignInRefused):  # the one that turned it on was used
        signin.sign_in("Ada Admin", MINE, code(world, setup))
    world.clock.forward(seconds=30)
    now = code(world, setup)
    assert signin.sign_in("Ada Admin", MINE, now).value == world.admin
    with pytest.raises(SignInRefused):
        signin.sign_in("Ada Admin", MINE, now)
    assert signin.sign_in("Ada Admin", MINE, codes[0].upper()).value == world.admin
    with pytest.raises(SignInRefused):
        signin.sign_in("Ada Admin", MINE, codes[0])
    renewed = access.new_recovery(world.admin, MINE).value
    with pytest.raises(SignInRefused):
        signin.sign_in("Ada Admin", MINE, codes[1])
    assert signin.sign_in("Ada Admin", MINE, renewed[1]).value == world.admin
    access.remove_code(world.admin, MINE)
    assert signin.sign_in("Ada Admin", MINE).value == world.admin
    with pytest.raises(UserError, match="no second step"):
        access.new_recovery(world.admin, MINE)


def test_wrong_codes_wait_as_wrong_passwords_do(world: World) -> None:
    begun(world)
    access, signin = world.desk.access, world.desk.signin
    setup = access.begin_code(world.admin, MINE)
    access.confirm_code(world.admin, setup, code(world, setup))
    for _ in range(4):
        with pytest.raises(CodeNeeded):  # the right password without a code is no failure, and no success
            signin.sign_in("Ada Admin", MINE)
        with pytest.raises(SignInRefused):
            signin.sign_in("Ada Admin", MINE, "no code")
    with pytest.raises(TooSoon):
        signin.sign_in("Ada Admin", MINE)


def test_a_second_step_with_an_account_of_the_system(world: World) -> None:
    begun(world)
    access, signin = world.desk.access, world.desk.signin
    access.bind(world.admin, world.admin.id, signin.account)
    setup = access.begin_code(world.admin, MINE)
    access.confirm_code(world.admin, setup, code(world, setup))
    assert signin.recognised() is None
    with pytest.raises(CodeNeeded):
        signin.sign_in_by_account()
    with pytest.raises(SignInRefused):
        signin.sign_in_by_account("no code")
    assert signin.sign_in_by_account(code(world, setup, 1)).value == world.admin
    assert facts(world, "signin.done")["facts"] == {"way": "account+code"}


# -- one's own password, accounts, policy


def test_ones_own_password(world: World) -> None:
    begun(world)
    access = world.desk.access
    with pytest.raises(SignInRefused):
        access.change_password(world.admin, "not the password", OTHER)
    with pytest.raises(UserError, match="at least 12"):
        access.change_password(world.admin, MINE, "short")
    access.change_password(world.admin, MINE, OTHER)
    assert world.desk.signin.sign_in("Ada Admin", OTHER, unlock=True).value == world.admin
    assert world.acts()[-1] == "signin.unlocked"


def test_a_person_known_by_account_sets_a_password(world: World) -> None:
    world.desk.signin.begin_by_account("Ada Admin")
    world.desk.access.change_password(world.admin, "", MINE)
    assert world.desk.signin.sign_in("Ada Admin", MINE).value == world.admin
    world.desk.signin.account = "eve@elsewhere"
    with pytest.raises(SignInRefused):
        world.desk.access.change_password(world.moderator, "", MINE)


def test_an_account_stands_for_one_person(world: World) -> None:
    begun(world)
    access, signin = world.desk.access, world.desk.signin
    with pytest.raises(NotAllowed):
        access.bind(world.supervisor, world.other.id, "ola")
    access.bind(world.admin, world.other.id, " ola@desk-1 ")
    for taken in ("ola", "OLA@desk-1"):
        with pytest.raises(UserError, match="already"):
            access.bind(world.admin, world.moderator.id, taken)
    access.bind(world.admin, world.moderator.id, "ola@desk-2")
    signin.account = "ola@desk-2"
    assert signin.recognised() == world.moderator
    signin.account = "ola@desk-3"
    assert signin.recognised() is None
    access.bind(world.admin, world.moderator.id, "")
    shown = {one.operator.id: one for one in access.all(world.admin)}
    assert (shown[world.other.id].account, shown[world.moderator.id].account) == ("ola@desk-1", "")
    with pytest.raises(NotAllowed):
        access.all(world.moderator)


def test_policy(world: World) -> None:
    signin = world.desk.signin
    assert signin.policy() == SignInPolicy()
    wanted = SignInPolicy(5, AtScreenLock.LOCK)
    with pytest.raises(NotAllowed):
        signin.set_policy(world.supervisor, wanted)
    for minutes in (0, 121):
        with pytest.raises(UserError):
            signin.set_policy(world.admin, replace(wanted, idle_minutes=minutes))
    with pytest.raises(UserError, match="reason"):
        signin.set_policy(world.admin, wanted)
    assert signin.policy() == SignInPolicy()
    # What protects as much or more is kept at once; the rest waits for somebody else.
    now = signin.set_policy(world.admin, wanted, "The room is locked.").value
    assert now == signin.policy() == SignInPolicy(5)
    (asked,) = world.desk.approvals.pending(world.supervisor)
    with pytest.raises(NotAllowed):
        world.desk.approvals.agree(world.admin, asked.approval.id)
    world.desk.approvals.agree(world.supervisor, asked.approval.id)
    assert signin.policy() == wanted
    signin.set_policy(world.admin, SignInPolicy(20, AtScreenLock.LOCK), "They read for long.")
    assert signin.policy().idle_minutes == 5
    signin.set_policy(world.admin, SignInPolicy(3, AtScreenLock.END))
    (late,) = world.desk.approvals.pending(world.supervisor)
    with pytest.raises(UserError, match="changed since"):
        world.desk.approvals.agree(world.supervisor, late.approval.id)


def test_locks_and_ends_are_in_the_log(world: World) -> None:
    world.desk.signin.locked(world.moderator, "idle")
    world.desk.signin.ended(world.moderator, "signed_out")
    assert world.acts()[-2:] == ["session.locked", "session.ended"]
    assert facts(world, "session.ended")["operator"] == world.moderator.id


# -- people


def test_changed_and_disabled_never_deleted(world: World) -> None:
    people = world.people
    renamed = people.change(
        world.admin, world.other.id, "Ola New", frozenset({Role.MODERATOR, Role.SUPERVISOR}), "o@example.com"
    ).value
    assert (renamed.name, renamed.email, len(renamed.roles)) == ("Ola New", "o@example.com", 2)
    assert "Ola" not in json.dumps(facts(world, "people.changed"))
    with pytest.raises(UserError, match="of this name"):
        people.change(world.admin, world.other.id, "MO moderator", renamed.roles)
    gone = people.set_active(world.admin, world.other.id, False).value
    assert not gone.active
    assert world.desk.signin.current(gone) is None
    with pytest.raises(NotAllowed, match="disabled"):
        world.queue.claim(gone, 1)
    back = people.set_active(world.admin, world.other.id, True).value
    assert world.desk.signin.current(gone) == back


def test_an_administrator_is_always_left(world: World) -> None:
    begun(world)
    people = world.people
    with pytest.raises(UserError, match="last administrator"):
        people.change(world.admin, world.admin.id, "Ada Admin", frozenset({Role.MODERATOR}))
    with pytest.raises(NotAllowed, match="themselves"):
        people.set_active(world.admin, world.admin.id, False)
    second = people.add(world.admin, "Bo Second", frozenset({Role.ADMINISTRATOR})).value
    with pytest.raises(UserError, match="can sign in"):  # Bo cannot yet
        people.set_active(second, world.admin.id, False)
    joined(world, second)
    people.set_active(second, world.admin.id, False)
    with pytest.raises(UserError, match="last administrator"):
        people.change(second, second.id, "Bo Second", frozenset({Role.MODERATOR}))


def test_nobody_gives_themselves_a_role_where_another_can(world: World) -> None:
    everything = frozenset(Role)
    people = world.people
    assert people.change(world.admin, world.admin.id, "Ada Admin", everything).value.roles == everything
    people.change(world.admin, world.admin.id, "Ada Admin", frozenset({Role.ADMINISTRATOR}))
    people.add(world.admin, "Bo Second", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(NotAllowed, match="themselves a role"):
        people.change(world.admin, world.admin.id, "Ada Admin", everything)
