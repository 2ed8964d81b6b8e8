"""Figures from a store on which people worked."""

from __future__ import annotations

import pytest

from desk.domain.decision import DecisionKind
from desk.domain.errors import NotAllowed, UserError
from desk.domain.figures import Chart, Step
from desk.domain.outcome import OutcomeKind, OutcomeSource
from tests.support.world import World


def chart(charts: tuple[Chart, ...], key: str) -> Chart:
    return next(one for one in charts if one.key == key)


def test_what_was_done_stands_in_the_figures(served_on_both: World) -> None:
    world = served_on_both
    today = world.clock.now().date()
    filing = world.quiet(world.confirmed(world.case("filed").number).id)
    closed = world.case("closed", first=5)
    world.review.decide(world.moderator, world.claimed(closed.number), DecisionKind.NO_VIOLATION)
    world.desk.outcomes.add(
        world.supervisor, filing.id, OutcomeSource.NCMEC, OutcomeKind.INFORMATIONAL, "no port"
    )
    found = world.desk.figures.show(world.supervisor, today, today, Step.DAY)
    assert [one.values for one in chart(found.charts, "volume").series] == [(2,), (1,), (1,)]
    assert [one.values for one in chart(found.charts, "trouble").series] == [(0,), (1,)]
    (median, since_incident, _) = chart(found.charts, "time").series
    assert median.values[0] is not None
    assert since_incident.values[0] is not None
    assert since_incident.values[0] > median.values[0] >= 0
    score = chart(found.charts, "completeness").series[0].values[0]
    assert score is not None
    assert 0 < score <= 100
    assert chart(found.charts, "exposure").empty  # fewer than five people
    assert found.all.value is None
    assert not found.cut
    with pytest.raises(UserError, match="range"):
        world.desk.figures.show(world.supervisor, today, today.replace(year=today.year - 1), Step.DAY)


def test_they_are_for_supervisors(world: World) -> None:
    today = world.clock.now().date()
    for operator in (world.moderator, world.admin):
        with pytest.raises(NotAllowed):
            world.desk.figures.show(operator, today, today, Step.DAY)
        with pytest.raises(NotAllowed):
            world.desk.figures.exported(operator, "csv")
    world.desk.figures.exported(world.supervisor, "csv")
    assert world.acts()[-1] == "figures.exported"
