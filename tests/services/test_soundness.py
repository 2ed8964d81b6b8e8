"""The vault against the store: real files taken away, cut short and altered."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.domain.errors import Cancelled
from desk.services import soundness
from desk.services.soundness import ALTERED, LENGTH, MISSING, Lost, Soundness
from tests.support.world import World


def file_of(world: World, number: int, content_id: str = "c1") -> Path:
    with world.store.read() as uow:
        stored = uow.cases.media(number, content_id)
    assert stored is not None
    return world.folder / "vault" / stored.blob[:2] / stored.blob


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def test_what_is_missing_cut_short_or_altered_is_named(world_on_both: World) -> None:
    world = world_on_both
    numbers = [world.case(f"case-{n}", first=3 * n, files=3).number for n in range(4)]
    look = world.desk.soundness.look
    whole = look(sample=5)
    assert (whole.files, whole.opened, whole.lost) == (12, 5, ())
    assert whole.size == sum(row for n in numbers for _, _, row in _held(world, n))
    file_of(world, numbers[0]).unlink()
    with file_of(world, numbers[1], "c2").open("ab") as longer:
        longer.write(b"x")
    flip(file_of(world, numbers[2], "c3"))
    expected = {Lost(numbers[0], "c1", MISSING), Lost(numbers[1], "c2", LENGTH)}
    assert set(look(sample=0).lost) == expected
    told: list[tuple[int, int]] = []
    found = look(thorough=True, progress=lambda files, opened: told.append((files, opened)))
    assert set(found.lost) == {*expected, Lost(numbers[2], "c3", ALTERED)}
    assert (found.opened, told[-1]) == (10, (12, 10))
    with world.store.write() as uow:  # destroyed for good: the vault need hold it no longer
        for number in numbers[:3]:
            uow.cases.forget_key(number)
    assert look(thorough=True).lost == ()
    with pytest.raises(Cancelled):
        look(cancelled=lambda: True)


def _held(world: World, number: int) -> tuple[tuple[str, str, int], ...]:
    with world.store.read() as uow:
        return uow.cases.held(number)


def test_a_sample_is_drawn_from_all_and_reads_no_more_than_its_share(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.case(files=4).number
    flip(file_of(world, number, "c2"))
    chosen = iter([0.0] * 9)
    drawn = [
        bool(Soundness(world.store, world.vault, lambda at=at: at).look(sample=1).lost)  # type: ignore[misc]
        for at in (0.0, 0.3, 0.45, 0.9)
    ]
    assert any(drawn), "each of them is drawn by one of these"
    assert not all(drawn)
    monkeypatch.setattr(soundness, "SAMPLE_BYTES", 10)
    found = Soundness(world.store, world.vault, lambda: next(chosen)).look()
    assert (found.opened, found.lost) == (0, ())


def test_destroyed_while_it_was_looked_at_is_not_lost(world: World) -> None:
    number = world.case(files=1).number
    file_of(world, number).unlink()

    def destroyed(_files: int, _opened: int) -> None:
        with world.store.write() as uow:
            uow.cases.forget_key(number)

    assert world.desk.soundness.look(progress=destroyed).lost == ()
