"""One-time passwords: handed out by others, with a reason, and in the log."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from desk.domain.errors import NotAllowed, UserError
from desk.domain.signin import (
    ONE_TIME_FOR,
    NewPasswordNeeded,
    SignInRefused,
)
from desk.services.signin import OneTime
from tests.services.test_signin import MINE, OTHER, begun, code, facts, handed
from tests.support.world import World


def test_a_one_time_password_has_to_be_changed(world: World) -> None:
    begun(world)
    once = handed(world, world.moderator)
    signin = world.desk.signin
    with pytest.raises(NewPasswordNeeded):
        signin.sign_in("Mo Moderator", once)
    for wrong in (once, "short", "Mo Moderator"):
        with pytest.raises(UserError):
            signin.sign_in("Mo Moderator", once, new_password=wrong)
    assert signin.sign_in("Mo Moderator", once, new_password=OTHER).value == world.moderator
    with pytest.raises(SignInRefused):
        signin.sign_in("Mo Moderator", once, new_password=OTHER)
    assert signin.sign_in("Mo Moderator", OTHER).value == world.moderator


def test_a_one_time_password_runs_out(world: World) -> None:
    begun(world)
    once = handed(world, world.moderator)
    world.clock.forward(hours=ONE_TIME_FOR.total_seconds() / 3600)
    with pytest.raises(UserError, match="run out"):
        world.desk.signin.sign_in("Mo Moderator", once, new_password=OTHER)


def test_resets_are_by_others_with_a_reason_and_in_the_log(world: World) -> None:
    begun(world)
    access = world.desk.access
    for who in (world.moderator, world.supervisor):
        with pytest.raises(NotAllowed):
            access.reset(who, world.other.id, "please")
    with pytest.raises(NotAllowed, match="themselves"):
        access.reset(world.admin, world.admin.id, "please")
    with pytest.raises(UserError, match="reason"):
        access.reset(world.admin, world.other.id, "  ")
    once = access.reset(world.admin, world.other.id, "asked for it on the phone").value
    assert once.password not in repr(once)
    entry = facts(world, "access.reset")
    assert entry["operator"] == world.admin.id
    assert "phone" not in json.dumps(entry)
    world.people.set_active(world.admin, world.other.id, False)
    with pytest.raises(UserError, match="disabled"):
        access.reset(world.admin, world.other.id, "again")


def test_the_holder_of_the_key_resets_the_only_administrator(world: World) -> None:
    begun(world)
    access = world.desk.access
    setup = access.begin_code(world.admin, MINE)
    access.confirm_code(world.admin, setup, code(world, setup))
    for _ in range(6):
        with pytest.raises(UserError):
            world.desk.signin.sign_in("Ada Admin", "forgot it again")
    with pytest.raises(UserError):
        access.reset_by_key("Nobody", "forgot")
    with pytest.raises(UserError, match="Only an administrator"):
        access.reset_by_key("Sue Supervisor", "A moderator would like to be her.")
    opens = access.reset_by_key("Ada Admin", "forgot it").value
    assert opens == world.clock.now() + timedelta(hours=72)
    world.clock.forward(hours=71)
    assert access.reset_by_key("Ada Admin", "forgot it").value == opens
    world.clock.forward(hours=1)
    once = access.reset_by_key("Ada Admin", "forgot it").value
    assert isinstance(once, OneTime)
    assert world.desk.signin.sign_in("Ada Admin", once.password, new_password=OTHER).value == world.admin
    assert facts(world, "access.reset_by_key")["operator"] is None
    # Whoever signs in as an administrator ends what is asked for behind their back.
    access.reset_by_key("Ada Admin", "again")
    world.desk.signin.sign_in("Ada Admin", OTHER)
    assert facts(world, "access.recovery_ended")["operator"] == world.admin.id
    world.clock.forward(hours=73)
    assert isinstance(access.reset_by_key("Ada Admin", "again").value, datetime)
    world.clock.forward(hours=145)
    assert isinstance(access.reset_by_key("Ada Admin", "too late").value, datetime)
