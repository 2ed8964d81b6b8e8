"""Cases that wait, put where the rules as they are now send them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from desk.domain.case import CaseState
from desk.domain.errors import Cancelled
from desk.services.routing import BATCH
from tests.support.settings import put
from tests.support.world import SETTINGS, World


def test_applied_to_waiting_cases(world_on_both: World) -> None:
    world = world_on_both
    machine = {"source": {"kind": "ai_detection"}}
    waits = world.case("waits", **machine).number
    held = world.case("held", first=3, **machine).number
    own = world.case("own", first=6, policies=["spam"], queue="spam-team", **machine).number
    closed = world.case("closed", first=9, **machine).number
    by_person = world.case("by-person", first=12).number
    world.claimed(held)
    with world.store.write() as uow:
        uow.cases.set_state(closed, CaseState.CLOSED)
    assert world.desk.routing.moves(world.admin).total == 0
    put(world.configuration, replace(SETTINGS, rules=(replace(SETTINGS.rules[0], queue="other"),)))
    assert world.desk.routing.moves(world.admin).moves == (("imagery", "other", 1),)
    before = len(world.acts())
    assert world.desk.routing.apply(world.admin).value == 1
    assert world.acts()[before:] == ["cases.rerouted"]
    with world.store.read() as uow:
        queues = [uow.cases.get(number).queue for number in (waits, held, own, closed, by_person)]
    assert queues == ["other", "imagery", "spam-team", "imagery", "general"]
    put(world.configuration, replace(SETTINGS, rules=()))
    assert world.desk.routing.moves(world.admin).moves == (("other", "general", 1),)
    assert world.desk.routing.apply(world.admin).value == 1
    assert world.desk.routing.apply(world.admin).value == 0
    assert len(world.acts()) == before + 2, "nothing moved, nothing to say"


def copied(world: World, number: int, times: int) -> None:
    """So many copies of a case's rows: all that placing it reads."""
    series = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times}) "
    with world.store.write() as uow:
        connection = uow.routing._db
        for table, key, own in (("cases", "number", "platform_id"), ("case_revisions", "case_number", "id")):
            names = [row[1] for row in connection.execute(text(f"PRAGMA table_info({table})"))]
            rest = ", ".join(name for name in names if name not in (key, own))
            named, value = (f", {own}", ", 'copy-' || i") if table == "cases" else ("", "")
            connection.execute(
                text(
                    f"INSERT INTO {table} ({key}{named}, {rest}) {series}"
                    f"SELECT :first + i{value}, {rest} FROM n, {table} WHERE {key} = :first"
                ),
                {"first": number},
            )


def test_ten_thousand_waiting_cases(world: World) -> None:
    copied(world, world.case("one", files=1, source={"kind": "ai_detection"}).number, 9_999)
    put(world.configuration, replace(SETTINGS, rules=(replace(SETTINGS.rules[0], queue="other"),)))
    assert world.desk.routing.moves(world.admin).moves == (("imagery", "other", 10_000),)
    told: list[int] = []
    with pytest.raises(Cancelled):
        world.desk.routing.apply(world.admin, cancelled=lambda: len(told) == 3, progress=told.append)
    assert told == [BATCH, 2 * BATCH, 3 * BATCH]
    assert world.desk.routing.apply(world.admin).value == 10_000 - 3 * BATCH
    assert world.desk.routing.moves(world.admin).total == 0
