"""The same case handed over once more: nothing, or a revision."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from desk.domain.case import CaseState
from desk.domain.decision import DecisionKind
from desk.services.intake import Intake, IntakeResult
from tests.services.test_intake import cases, take
from tests.support.clocks import START
from tests.support.world import World, package


def test_the_same_again_changes_nothing(world: World, tmp_path: Path) -> None:
    base = package(tmp_path / "a", "case-1", START)
    (number,) = take(world, base).taken
    entries, blobs = world.acts(), world.blobs()
    world.clock.forward(hours=1)
    shutil.move(base, tmp_path / "elsewhere")
    assert take(world, tmp_path / "elsewhere").words() == "0 taken in, 1 unchanged"
    assert (world.acts(), world.blobs()) == (entries, blobs)
    assert number


def test_a_revision_adds_and_keeps(world: World, tmp_path: Path) -> None:
    first = world.case("case-1", files=2)
    (number,) = world.take_in(package(tmp_path / "b", "case-1", START, files=1, first=7))
    assert number == first.number
    with world.store.read() as uow:
        case = uow.cases.get(number)
        assert case.revision == 2
        assert [content.id for content in case.data.content] == ["c1", "c2"]
        assert uow.cases.revision(number, 1) == first.data  # what a report rests on is never rewritten
        old, new = first.data.piece("c1").sha256, case.data.piece("c1").sha256
        assert old != new
        stored = uow.cases.media(number, "c1")
        assert stored is not None
        assert stored.sha256 == new
    # The first package again is no news, whatever came since.
    assert world.case("case-1", files=2).revision == 2
    assert world.acts().count("case.revised") == 1
    assert len(world.blobs()) == 3


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.REPORTED, CaseState.SNOOZED])
def test_new_content_of_a_case_that_was_put_away_comes_back(
    world: World, tmp_path: Path, state: CaseState
) -> None:
    """What the platform adds to a closed or reported case must be seen by somebody."""
    first = world.case("case-1", files=1)
    if state is CaseState.CLOSED:
        world.review.decide(world.moderator, world.claimed(first.number), DecisionKind.NO_VIOLATION)
    else:
        with world.store.write() as uow:
            uow.cases.set_state(first.number, state)
    world.case("case-1", files=1)  # the same again: no news
    with world.store.read() as uow:
        assert uow.cases.get(first.number).state is state
    world.case("case-1", files=2)
    with world.store.read() as uow:
        assert uow.cases.get(first.number).state is CaseState.OPEN
    assert "case.reopened" in world.acts()


def test_a_refused_revision_changes_nothing(world: World, tmp_path: Path) -> None:
    first = world.case("case-1", files=2)
    entries, blobs = world.acts(), world.blobs()
    base = package(tmp_path / "b", "case-1", START, files=3, first=7)
    (base / "media" / "2.png").unlink()
    assert take(world, base).refused[0].key == "content[2].file"
    with world.store.read() as uow:
        assert uow.cases.get(first.number) == first
    assert (world.acts(), world.blobs()) == (entries, blobs)


def test_one_package_by_two_threads_at_once_gives_one_case(world_on_both: World, tmp_path: Path) -> None:
    world = world_on_both
    bases = [package(tmp_path / "a", f"case-{index}", START) for index in range(6)]
    barrier = threading.Barrier(2)
    results: list[IntakeResult] = []

    def run() -> None:
        intake = Intake(world.store, world.vault, world.clock)
        for base in bases:
            barrier.wait(20)
            results.append(intake.take_in([base], world.moderator).value)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cases(world) == 6
    assert [refused for result in results for refused in result.refused] == []
    assert sum(len(result.taken) for result in results) == 6
    assert sum(len(result.unchanged) for result in results) == 6
    assert len(world.blobs()) == 12
    assert world.auditing.verify().ok
