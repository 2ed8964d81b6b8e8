"""What others changed, as a window hears of it: from the log, on both engines."""

from __future__ import annotations

from desk.domain.roles import Role
from desk.services.changes import Change
from tests.support.world import World


def test_what_others_did_is_heard_and_ones_own_only_where_this_window_did_nothing(
    world_on_both: World,
) -> None:
    world = world_on_both
    others, me = world.desk.others, world.moderator
    first = others.look(None, me, own=True)
    assert first.changes == frozenset()
    assert others.look(first.size, me, own=True) == first
    case = world.case("one").number
    taken = others.look(first.size, me, own=True)
    assert {Change.QUEUE, Change.CASE, Change.AUDIT} <= taken.changes
    world.queue.claim(me, case)
    assert others.look(taken.size, me, own=False).changes == {Change.AUDIT}
    claimed = others.look(taken.size, me, own=True)
    assert Change.CASE in claimed.changes
    assert Change.CASE in others.look(taken.size, world.other, own=False).changes
    world.people.add(world.admin, "Noor New", frozenset({Role.MODERATOR}))
    world.people.change(world.admin, me.id, me.name, me.roles, "elsewhere@example.com")
    assert others.look(claimed.size, me, own=False).changes == {Change.PEOPLE, Change.AUDIT}
    assert others.look(-1000, me, own=False).changes == frozenset(Change)  # too much to read it all
