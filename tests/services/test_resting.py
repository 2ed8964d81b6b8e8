"""One's own figures and choices, and what supervisors may do and see of rest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.domain.content import FileAnnotation
from desk.domain.errors import NotAllowed, NotReady, UserError
from desk.domain.exposure import RestPolicy, RestState
from desk.domain.incident import ReportAnnotation
from desk.domain.optout import Theme
from desk.domain.preview import NoPreview, NoPreviewReason
from desk.domain.roles import Role
from tests.services.test_review import _with_rest, pool, seen, show
from tests.support.settings import put
from tests.support.world import World

__all__ = ["pool", "seen"]
POLICY = RestPolicy(prompt_after=20, break_after=50, break_for=600, daily_cap=80)
HOUR = timedelta(hours=1)


def test_a_supervisor_lifts_a_break_and_the_log_says_so(seen: World) -> None:
    put(seen.configuration, _with_rest(POLICY))
    resting = seen.desk.resting
    number = seen.case(files=1).number
    claim = seen.claimed(number)
    show(seen, number, 50)
    with pytest.raises(NotReady, match="break"):
        seen.review.reveal(seen.moderator, claim, "c1", edge=64)
    who = seen.moderator.id
    resting.lift(seen.supervisor, who, RestState.BREAK, HOUR, " an urgent case of a missing child ")
    seen.review.reveal(seen.moderator, claim, "c1", edge=64)
    assert resting.own(seen.moderator).rest.lifted_until == seen.clock.now() + HOUR
    with seen.store.read() as uow:
        entry = json.loads(uow.audit.rows(0, 1000)[-1].entry)
    assert entry["act"] == "rest.lifted"
    assert (entry["facts"]["person"], entry["facts"]["lock"]) == (who, "break")
    assert "missing" not in json.dumps(entry)
    show(seen, number, 30)
    with pytest.raises(NotReady, match="limit"):
        seen.review.reveal(seen.moderator, claim, "c1", edge=64)
    resting.lift(seen.supervisor, who, RestState.CAPPED, HOUR, "[reason]")
    seen.review.reveal(seen.moderator, claim, "c1", edge=64)
    first, second = resting.lifted(seen.supervisor)
    assert (first.lock, second.reason) == (RestState.CAPPED, "an urgent case of a missing child")
    seen.clock.forward(hours=24 * 40)
    assert resting.lifted(seen.supervisor) == ()


def test_a_lift_that_is_refused_changes_nothing(world: World) -> None:
    resting, who = world.desk.resting, world.moderator.id
    before = world.acts()
    for lock, length, reason in (
        (RestState.PROMPT, HOUR, "[reason]"),
        (RestState.BREAK, HOUR, "  "),
        (RestState.BREAK, 5 * HOUR, "[reason]"),
        (RestState.BREAK, 0 * HOUR, "[reason]"),
    ):
        with pytest.raises(UserError):
            resting.lift(world.supervisor, who, lock, length, reason)
    with pytest.raises(UserError, match="own lock"):
        resting.lift(world.supervisor, world.supervisor.id, RestState.BREAK, HOUR, "[reason]")
    with pytest.raises(UserError):
        resting.lift(world.supervisor, 999, RestState.BREAK, HOUR, "[reason]")
    for person in (world.moderator, world.admin):
        with pytest.raises(NotAllowed):
            resting.lift(person, world.other.id, RestState.BREAK, HOUR, "[reason]")
        with pytest.raises(NotAllowed):
            resting.weeks(person)
        with pytest.raises(NotAllowed):
            resting.lifted(person)
    assert world.acts() == before


def test_what_people_labelled_counts_as_the_platforms_suggestions_do(world_on_both: World) -> None:
    world = world_on_both
    number, who = world.case("labelled", files=2).number, world.moderator
    world.desk.resting.opt_out(who, [Theme.VIOLENCE, Theme.INFANT])
    claim = world.claimed(number, world.other)

    def label(*marks: FileAnnotation, report: frozenset[ReportAnnotation] = frozenset()) -> None:
        view = world.drafting.open(world.other, number)
        choice = replace(view.draft.choice("c1"), annotations=frozenset(marks))
        draft = replace(view.draft.with_choice(choice), annotations=report)
        world.drafting.save(world.other, draft, view.saved.version)

    def closed() -> dict[str, frozenset[Theme]]:
        return dict(world.review.open(who, number).closed)

    def offered() -> bool:
        return world.queue.next_case(who).value is not None

    label(FileAnnotation.INFANT, FileAnnotation.VIRAL)
    assert closed() == {"c1": {Theme.INFANT}}
    assert world.review.open(world.other, number).closed == {}
    assert world.review.preview(who, number, "c1", edge=64) == NoPreview(NoPreviewReason.CLOSED)
    world.queue.release(world.other, claim)
    assert not offered()
    world.case("labelled", files=3)  # handed over anew; what was labelled stays
    assert world.review.open(who, number).case.revision == 2
    assert not offered()
    label(report=frozenset({ReportAnnotation.SADISTIC}))
    assert closed() == dict.fromkeys(("c1", "c2", "c3"), frozenset({Theme.VIOLENCE}))
    label(FileAnnotation.PHYSICAL_HARM)
    assert not offered()
    world.drafting.discard(world.other, number)
    assert closed() == {}
    assert offered()


def test_what_a_person_opted_out_of_stays_closed_to_them_alone(seen: World) -> None:
    resting = seen.desk.resting
    content = [
        {
            "id": "c1",
            "kind": "image",
            "file": "media/0.png",
            "suggested": {"annotations": ["infant"]},
        },
        {"id": "c2", "kind": "image", "file": "media/1.png"},
    ]
    number = seen.case(content=content).number
    claim = seen.claimed(number)
    assert resting.left_out(seen.moderator) == frozenset()
    resting.opt_out(seen.moderator, [Theme.INFANT])
    assert resting.left_out(seen.moderator) == {FileAnnotation.INFANT}
    assert resting.left_out(seen.other) == frozenset()
    assert resting.own(seen.moderator).closed == {Theme.INFANT}
    closed = NoPreview(NoPreviewReason.CLOSED)
    who = seen.moderator
    assert seen.review.preview(who, number, "c1", edge=64) == closed
    assert seen.review.stills(who, number, "c1", edge=64) == closed
    assert seen.review.reveal(who, claim, "c1", edge=64) == closed
    with seen.review.play(who, claim, "c1", edge=64, start=0, rate=25) as reel:
        assert reel is None
    with seen.review.listen(who, claim, "c1", start=0, speed=1) as reel:
        assert reel is None
    assert not isinstance(seen.review.preview(who, number, "c2", edge=64), NoPreview)
    assert not isinstance(seen.review.preview(seen.other, number, "c1", edge=64), NoPreview)
    assert seen.review.open(who, number).closed == {"c1": {Theme.INFANT}}
    assert seen.review.open(seen.other, number).closed == {}
    with seen.store.read() as uow:
        facts = [json.loads(row.entry) for row in uow.audit.rows(0, 1000)]
    (choice,) = [entry for entry in facts if entry["act"] == "rest.choice"]
    assert choice["facts"] == {}
    resting.opt_out(seen.moderator, [])
    assert not isinstance(seen.review.preview(who, number, "c1", edge=64), NoPreview)


def test_ones_own_days(world: World) -> None:
    number = world.case(files=1).number
    show(world, number, 30)
    world.clock.forward(hours=24)
    show(world, number, 12)
    show(world, number, 5)
    own = world.desk.resting.own(world.moderator)
    assert [seconds for _, seconds in own.days[-2:]] == [30, 17]
    assert len(own.days) == 14
    assert sum(seconds for _, seconds in world.desk.resting.own(world.other).days) == 0


def test_weeks_of_all_only_where_five_looked(world_on_both: World) -> None:
    world = world_on_both
    resting = world.desk.resting
    number = world.case(files=1).number
    people = [
        world.people.add(world.admin, f"Person {n}", frozenset({Role.MODERATOR})).value for n in range(5)
    ]
    for person in people[:4]:
        world.review.shown(person, number, "c1", at=world.clock.now(), seconds=60)
    world.clock.forward(hours=24 * 7)
    assert resting.weeks(world.supervisor) == ()
    for person in people:
        world.review.shown(person, number, "c1", at=world.clock.now(), seconds=60)
    assert resting.weeks(world.supervisor) == ()
    world.clock.forward(hours=24 * 7)
    (week,) = resting.weeks(world.supervisor)
    assert (week.people, week.seconds, week.days) == (5, 300, 5)
    resting.lift(world.supervisor, people[0].id, RestState.BREAK, HOUR, "[reason]")
    assert resting.own(people[0]).closed == frozenset()
    world.clock.forward(hours=24 * 63)
    assert resting.weeks(world.supervisor) == ()
