"""Erasure: media unreadable for good, and never while they are needed or must be kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk.domain.case import CaseState
from desk.domain.errors import NotAllowed, NotReady, UserError, WorkspaceProblem
from desk.domain.filing import FilingState
from desk.domain.hashing import PDQ, MediaHash
from desk.ports import StoredMedia
from desk.services.erasure import ErasureService
from tests.support.world import World, package


def erasure(world: World) -> ErasureService:
    return ErasureService(world.store, world.vault, world.clock)


def close(world: World, number: int, state: CaseState = CaseState.CLOSED) -> None:
    with world.store.write() as uow:
        uow.cases.set_state(number, state)


def media_of(world: World, number: int) -> list[StoredMedia]:
    with world.store.read() as uow:
        found = [uow.cases.media(number, c.id) for c in uow.cases.get(number).data.content]
    return [one for one in found if one is not None]


def vault_file(world: World, blob: str) -> Path:
    return world.folder / "vault" / blob[:2] / blob


def test_media_are_gone_and_what_was_on_the_disk_opens_no_more(world_on_both: World) -> None:
    world = world_on_both
    case, other = world.case("one", files=3), world.case("two", files=2, first=3)
    media, kept = media_of(world, case.number), media_of(world, other.number)
    blobs = [vault_file(world, one.blob) for one in media]
    sealed = [path.read_bytes() for path in blobs]
    with world.store.write() as uow:
        uow.hashes.put(media[0].sha256, PDQ, [MediaHash(bytes(32), 90)])
    close(world, case.number)

    done = erasure(world).erase(world.supervisor, case.number)
    assert (done.value.files, done.value.traces_gone) == (3, True)
    assert not any(path.exists() for path in blobs)
    assert media_of(world, case.number) == []
    with world.store.read() as uow:
        assert uow.hashes.of(media[0].sha256, PDQ) == ()
        assert uow.cases.get(case.number).data == case.data  # the record of the case stays
        with pytest.raises(UserError):
            uow.cases.wrapped_key(case.number)

    # Somebody who kept the vault's files from before, and every key there still is, reads nothing.
    for path, data in zip(blobs, sealed, strict=True):
        path.write_bytes(data)
    for one in media:
        for wrapped in {two.wrapped_key for two in kept}:
            with pytest.raises(WorkspaceProblem):
                list(world.vault.read(wrapped, one.blob))
    for one in kept:
        assert b"".join(world.vault.read(one.wrapped_key, one.blob))
    assert world.auditing.verify(world.supervisor).ok


def test_it_is_audited_once_and_may_be_asked_again(world: World) -> None:
    case = world.case()
    close(world, case.number)
    service = erasure(world)
    service.erase(world.supervisor, case.number)
    assert service.erase(world.supervisor, case.number).value.files == 2
    with world.store.read() as uow:
        acts = [json.loads(row.entry)["act"] for row in uow.audit.rows(0, 500)]
    assert acts.count("case.erased") == 1


def test_a_case_that_is_open_or_worked_on_is_refused(world: World) -> None:
    case = world.case()
    for state in (CaseState.OPEN, CaseState.SNOOZED, CaseState.ESCALATED, CaseState.REPORTING):
        close(world, case.number, state)
        with pytest.raises(NotReady, match="still open"):
            erasure(world).erase(world.supervisor, case.number)
    close(world, case.number, CaseState.OPEN)
    world.claimed(case.number)
    close(world, case.number)
    with pytest.raises(NotReady, match="working on"):
        erasure(world).erase(world.supervisor, case.number)
    assert len(media_of(world, case.number)) == 2


def test_only_a_supervisor_may(world: World) -> None:
    case = world.case()
    close(world, case.number)
    for operator in (world.moderator, world.admin):
        with pytest.raises(NotAllowed):
            erasure(world).erase(operator, case.number)
    with pytest.raises(UserError, match="no case"):
        erasure(world).erase(world.supervisor, 999)


def test_nothing_on_its_way_and_nothing_under_preservation(served: World) -> None:
    world = served
    case = world.case()
    filing = world.confirmed(case.number)
    service = erasure(world)
    close(world, case.number)  # whatever the state says
    with pytest.raises(NotReady, match="on its way"):
        service.erase(world.supervisor, case.number)
    world.until(filing.id, FilingState.FILED)
    with pytest.raises(NotReady, match="preserved until"):
        service.erase(world.supervisor, case.number)
    world.clock.forward(hours=365 * 24)
    with pytest.raises(NotReady, match="preserved until"):
        service.erase(world.supervisor, case.number)
    assert len(media_of(world, case.number)) == 2
    world.clock.forward(hours=48)
    assert service.erase(world.supervisor, case.number).value.files == 2


def test_intake_adds_nothing_to_an_erased_case_and_goes_on_with_the_others(
    world: World, tmp_path: Path
) -> None:
    case = world.case("erased")
    close(world, case.number)
    erasure(world).erase(world.supervisor, case.number)
    now = world.clock.now()
    again = package(tmp_path, "erased", now, files=3)
    fresh = package(tmp_path, "fresh", now, first=5)
    result = world.intake.take_in([again, fresh], world.moderator).value
    assert len(result.taken) == 1
    (refused,) = result.refused
    assert "were erased" in refused.reason
