"""A type that differs from what the policy or the guide proposed is said before it is filed."""

from __future__ import annotations

from dataclasses import replace

from desk.domain.decision import DecisionKind
from desk.domain.guidance import at, paths, written
from desk.domain.incident import IncidentType
from desk.ports import Walk
from desk.services.proposals import Proposed
from tests.support.world import World

POLICY = Proposed(IncidentType.CSAM, "child-safety/csam")
CONTACT = IncidentType.ENTICEMENT


def walked(world: World, number: int, path: str, decision: DecisionKind = DecisionKind.REPORT) -> None:
    world.clock.forward(minutes=1)
    with world.store.write() as uow:
        uow.elsewhere.keep_walk(Walk(number, world.clock.now(), world.moderator.id, path, decision))


def ending(outcome: str) -> str:
    """A path of the guide that ends so, without a type."""
    return next(
        written(path)
        for path in paths()
        if (end := at(path)).outcome.value == outcome and end.type is None  # type: ignore[union-attr]
    )


def test_another_type_than_proposed_is_said(world: World) -> None:
    number = world.case().number
    claim, summary = world.summed(number)
    assert (summary.draft.incident_type, summary.proposed) == (POLICY.type, ())

    def proposed(kind: IncidentType) -> tuple[Proposed, ...]:
        view = world.drafting.open(world.moderator, number)
        draft = replace(view.draft, incident_type=kind)
        world.drafting.save(world.moderator, draft, view.saved.version)
        return world.confirmation.summary(world.moderator, number).proposed

    assert proposed(CONTACT) == (POLICY,)
    taken = world.desk.guide.take(world.moderator, claim, ("no", "no", "contact")).value
    assert taken is CONTACT
    assert proposed(CONTACT) == (POLICY,)
    assert proposed(IncidentType.CSAM) == (Proposed(CONTACT, None),)
    walked(world, number, ending("not_here"), DecisionKind.NO_VIOLATION)
    assert proposed(IncidentType.CSAM) == (Proposed(None, None),)
    walked(world, number, ending("unsure"))
    assert proposed(IncidentType.CSAM) == ()
    for unreadable in ("danger.gone", "danger.no"):  # of an older table; not walked to an end
        walked(world, number, unreadable)
        assert proposed(IncidentType.CSAM) == ()
