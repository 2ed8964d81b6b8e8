"""Who acts from the command line: passwords from files, accounts of the system, roles, and the way back in."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desk.domain.roles import Role
from desk.domain.signin import step_of, totp
from desk.services.desk import Desk
from tests.support.command import Ran, inside, private
from tests.support.world import World, make_template, new_world

MINE = "four words of Ada's"
OTHER = "another four words"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def world(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A workspace that every command opens at once: what opening costs is tested elsewhere."""
    with new_world(template, tmp_path) as made:

        @contextmanager
        def open_desk(_folder: Path, **_more: Any) -> Iterator[Desk]:
            yield made.desk

        monkeypatch.setattr("desk.app.open_desk", open_desk)
        monkeypatch.setattr("desk.app.needs_passphrase", lambda _folder: False)
        monkeypatch.setattr("sys.stdin", io.StringIO())
        yield made


def run(world: World, *arguments: str | Path) -> Ran:
    return inside(*arguments, "--workspace", world.folder)


def named(world: World, name: str, password: Path, *arguments: str | Path) -> Ran:
    return run(world, *arguments, "--operator", name, "--password-file", password)


def stands_for(world: World, role: Role) -> None:
    """This computer's account stands for a person of the role."""
    people = {
        Role.MODERATOR: world.moderator,
        Role.SUPERVISOR: world.supervisor,
        Role.ADMINISTRATOR: world.admin,
    }
    for one in people.values():
        world.desk.access.bind(world.admin, one.id, "")
    world.desk.access.bind(world.admin, people[role].id, world.desk.signin.account)


COMMANDS: dict[tuple[str, ...], str] = {
    ("queue",): "MS",
    ("outbox", "list"): "MSA",
    ("report", "list"): "MS",
    ("report", "show", "1"): "MS",
    ("audit", "verify"): "S",
    ("audit", "checkpoint"): "S",
    ("audit", "key"): "S",
    ("audit", "prove", "0"): "S",
    ("audit", "rotate-key"): "A",
    ("audit", "copies"): "A",
    ("report", "bundle", "1"): "S",
    ("preservation", "list"): "MS",
    ("credentials",): "A",
    ("credentials", "check"): "A",
    ("credentials", "remove"): "A",
    ("operators", "list"): "A",
    ("operators", "add", "Noor New", "--role", "moderator"): "A",
    ("operators", "disable", "Ola Other"): "A",
    ("operators", "enable", "Ola Other"): "A",
    ("operators", "bind", "Ola Other", "ola@desk-9"): "A",
}
"""Commands that act as a person, and the roles that may. NotAllowed is told apart by its words."""


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_command_against_every_role(world: World, role: Role) -> None:
    stands_for(world, role)
    wrong = []
    for command, letters in COMMANDS.items():
        ran = run(world, *command)
        refused = ran.code == 3 and "needs the role" in ran.err
        if refused is (role.value[0].upper() in letters):
            wrong.append((command, ran.code, ran.err))
    assert not wrong


def test_without_a_person_nothing_is_shown(world: World, tmp_path: Path) -> None:
    first = run(world, "queue")
    assert (first.code, "Nobody can sign in" in first.err) == (3, True)
    world.desk.signin.begin("Ada Admin", MINE)
    unknown = run(world, "queue")
    assert (unknown.code, "Who acts is not known" in unknown.err) == (3, True)
    assert run(world, "queue", "--operator", "Ada Admin").code == 3  # no password, no terminal
    wrong = private(tmp_path / "wrong", "not the password")
    right = private(tmp_path / "right", MINE)
    assert named(world, "Ada Admin", wrong, "operators").code == 3
    assert named(world, "Ada Admin", right, "operators").code == 0
    assert named(world, "Ada Admin", right, "queue").code == 3  # not a moderator
    # The desk's own work needs nobody: it takes in, and sends what a person confirmed.
    assert run(world, "intake", tmp_path / "nothing-here").code == 1
    assert run(world, "outbox", "run", "--once").code == 0


def test_a_password_is_handed_out_and_changed(world: World, tmp_path: Path) -> None:
    world.desk.signin.begin("Ada Admin", MINE)
    mine = private(tmp_path / "mine", MINE)
    added = named(world, "Ada Admin", mine, "operators", "add", "Noor New", "--role", "moderator", "--json")
    once = private(tmp_path / "once", added.json()["one_time_password"])
    refused = named(world, "Noor New", once, "queue")
    assert (refused.code, "one time" in refused.err) == (3, True)
    new = private(tmp_path / "new", OTHER)
    changing = ("operators", "password", "--new-password-file", new)
    assert named(world, "Noor New", once, *changing).code == 0
    assert named(world, "Noor New", new, "queue").code == 0
    newer = private(tmp_path / "newer", MINE)
    assert named(world, "Noor New", new, "operators", "password", "--new-password-file", newer).code == 0
    assert named(world, "Noor New", newer, "queue").code == 0
    bound = named(
        world, "Ada Admin", mine, "operators", "add", "Bo", "--role", "moderator", "--account", "bo"
    )
    assert (bound.code, "account bo" in bound.out) == (0, True)
    assert named(world, "Ada Admin", mine, "operators", "disable", "Bo").code == 0
    assert named(world, "Ada Admin", mine, "operators", "disable", "Nobody").code == 3
    (row,) = (
        one for one in named(world, "Ada Admin", mine, "operators", "--json").json() if one["name"] == "Bo"
    )
    assert (row["active"], row["account"], row["password"]) == (False, "bo", "no")


def test_a_second_step_by_file(world: World, tmp_path: Path) -> None:
    world.desk.signin.begin("Ada Admin", MINE)
    access, signin = world.desk.access, world.desk.signin
    setup = access.begin_code(world.admin, MINE)
    secret = signin.secret(setup.wrapped)
    step = step_of(world.clock.now())
    access.confirm_code(world.admin, setup, totp(secret, step))
    mine = private(tmp_path / "mine", MINE)
    assert "--code-file" in named(world, "Ada Admin", mine, "operators").err
    code = private(tmp_path / "code", totp(secret, step + 1))
    assert named(world, "Ada Admin", mine, "operators", "--code-file", code).code == 0
    # An account that stands for somebody with a second step is not enough by itself either.
    access.bind(world.admin, world.admin.id, signin.account)
    assert run(world, "operators").code == 3
    assert run(world, "operators", "--operator", "Ada Admin").code == 3


def test_the_way_back_in(world: World, tmp_path: Path) -> None:
    world.desk.signin.begin("Ada Admin", MINE)
    asked = run(world, "operators", "reset", "Ada Admin", "--reason", "forgot it")
    assert (asked.code, "Run this again from" in asked.out) == (0, True)
    world.clock.forward(hours=72)
    told = run(world, "operators", "reset", "Ada Admin", "--reason", "forgot it", "--json")
    assert told.code == 0
    once = private(tmp_path / "once", told.json()["one_time_password"])
    new = private(tmp_path / "new", OTHER)
    assert named(world, "Ada Admin", once, "operators", "password", "--new-password-file", new).code == 0
    assert world.acts()[-2:] == ["access.reset_by_key", "signin.done"]
    by_name = named(world, "Ada Admin", new, "operators", "reset", "Mo Moderator", "--reason", "on the phone")
    assert (by_name.code, "One-time password of Mo Moderator" in by_name.out) == (0, True)
    with world.store.read() as uow:
        last = json.loads(uow.audit.rows(uow.audit.head().size - 1, 1)[0].entry)
    assert (last["act"], last["operator"]) == ("access.reset", world.admin.id)
    assert run(world, "operators", "reset", "Nobody", "--reason", "x").code == 3
    assert run(world, "operators", "reset", "Ada Admin", "--reason", " ").code == 3
