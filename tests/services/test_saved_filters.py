"""Saved filters of the queue, of one person or for all."""

from __future__ import annotations

import pytest

from desk.domain.errors import NotAllowed, UserError
from desk.ports import CaseFilter
from tests.support.world import World


def test_saved_filters_are_ones_own_or_shared(world_on_both: World) -> None:
    world = world_on_both
    filters = world.desk.filters
    wanted = CaseFilter("urgent", policy="child-safety", known=True, without=frozenset({"infant"}))
    own = filters.save(world.moderator, " Mine ", wanted).value
    assert (own.name, own.filter) == ("Mine", wanted)
    replaced = filters.save(world.moderator, "Mine", CaseFilter(text="user")).value
    with pytest.raises(NotAllowed):
        filters.save(world.moderator, "For all", wanted, shared=True)
    shared = filters.save(world.supervisor, "For all", wanted, shared=True).value
    assert filters.all(world.moderator) == (shared, replaced)
    assert filters.all(world.other) == (shared,)
    second = filters.save(world.moderator, "Second", wanted).value
    with pytest.raises(UserError, match="of that name already"):
        filters.rename(world.moderator, second.id, "Mine")
    with pytest.raises(NotAllowed):
        filters.rename(world.moderator, shared.id, "Ours")
    renamed = filters.rename(world.moderator, second.id, " First ").value
    assert (renamed.id, renamed.name, renamed.filter) == (second.id, "First", wanted)
    assert filters.rename(world.supervisor, shared.id, "For all").value == shared
    filters.remove(world.moderator, second.id)
    with pytest.raises(UserError):
        filters.remove(world.other, replaced.id)
    with pytest.raises(NotAllowed):
        filters.remove(world.other, shared.id)
    with pytest.raises(UserError):
        filters.remove(world.other, 999)
    filters.remove(world.moderator, replaced.id)
    filters.remove(world.supervisor, shared.id)
    assert filters.all(world.moderator) == ()
    with pytest.raises(NotAllowed):
        filters.all(world.admin)
