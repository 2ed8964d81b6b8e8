"""Hashes come after intake, by the sandbox, and tell near media from identical ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.domain.errors import NotAllowed
from desk.domain.hashing import PDQ
from desk.media.pool import PreviewPool
from desk.services.changes import Change
from desk.services.hashing import Hashing
from tests.previewer import materials
from tests.previewer.test_pdq import scene
from tests.support.world import World


@pytest.fixture(scope="module")
def pool() -> Iterator[PreviewPool]:
    with PreviewPool(workers=1) as made:
        yield made


def folder(world: World, name: str, files: dict[str, bytes]) -> int:
    """A case with these files, taken in."""
    import json

    place = world.folder.parent / "made" / name
    (place / "media").mkdir(parents=True)
    content = []
    for number, (file, data) in enumerate(files.items()):
        (place / "media" / file).write_bytes(data)
        kind = "video" if file.endswith(("mp4", "webm")) else "audio" if file.endswith("wav") else "image"
        content.append({"id": f"c{number}", "kind": kind, "file": f"media/{file}"})
    case = {
        "format": "desk-case/1",
        "id": name,
        "source": {"kind": "user_report"},
        "policies": ["child-safety/csam"],
        "incident": {"occurred_at": "2026-11-01T10:00:00Z"},
        "reported": {"id": f"u-{name}", "screen_name": "Screen"},
        "content": content,
    }
    (place / "case.json").write_text(json.dumps(case))
    (number,) = world.take_in(place / "case.json")
    return number


def test_near_and_identical_are_told_apart(world: World, pool: PreviewPool, tmp_path: Path) -> None:
    image = scene(21)
    png = materials.saved(image, "PNG")
    one = folder(world, "one", {"a.png": png, "b.wav": materials.tone("wav")})
    two = folder(world, "two", {"a.png": png})
    three = folder(world, "three", {"a.jpg": materials.saved(image.resize((450, 320)), "JPEG", quality=70)})
    folder(world, "four", {"a.png": materials.saved(scene(22), "PNG")})
    hashing = Hashing(world.store, world.vault, pool)
    assert hashing.near(world.moderator, one) == {}
    seen: list[int] = []
    done = hashing.catch_up(progress=seen.append)
    assert done.value == 4
    assert done.changes == {Change.CASE}
    assert seen == [1, 2, 3, 4]
    assert hashing.catch_up().value == 0

    near = hashing.near(world.moderator, one)
    assert set(near) == {"c0"}
    (found,) = near["c0"]
    assert (found.occurrence.case_number, found.occurrence.content_id) == (three, "c0")
    assert 0 < found.distance <= 31
    cases = {item.occurrence.case_number for item in hashing.near(world.moderator, three)["c0"]}
    assert cases == {one, two}
    # The identical one is told by its bytes, as before, and not again as a near one.
    elsewhere = world.review.open(world.moderator, one).elsewhere["c0"]
    assert [item.case_number for item in elsewhere] == [two]
    with pytest.raises(NotAllowed):
        hashing.near(world.admin, one)


def test_films_are_hashed_by_their_stills(world: World, pool: PreviewPool) -> None:
    one = folder(world, "film", {"a.mp4": materials.film("mp4")})
    copy = folder(world, "copy", {"a.webm": materials.film("webm")})
    hashing = Hashing(world.store, world.vault, pool)
    assert hashing.catch_up().value == 2
    with world.store.read() as uow:
        hashes = uow.hashes.of(uow.cases.get(one).data.content[0].sha256 or "", PDQ)
    assert len({item.value for item in hashes}) == len(hashes) > 1
    if any(item.usable for item in hashes):
        (near,) = hashing.near(world.moderator, one)["c0"]
        assert near.occurrence.case_number == copy


def test_it_can_be_stopped_and_goes_on(world: World, pool: PreviewPool) -> None:
    world.case(files=3)
    hashing = Hashing(world.store, world.vault, pool)
    assert hashing.catch_up(cancelled=lambda: True).value == 0
    taken: list[int] = []
    assert hashing.catch_up(cancelled=lambda: bool(taken), progress=taken.append).value == 1
    assert hashing.catch_up().value == 2


def test_what_cannot_be_read_now_waits(world: World, pool: PreviewPool) -> None:
    case = world.case(files=2)
    with world.store.read() as uow:
        media = uow.cases.media(case.number, case.data.content[0].id)
    assert media is not None
    world.vault.discard(media.blob)
    hashing = Hashing(world.store, world.vault, pool)
    assert hashing.catch_up().value == 1
    with world.store.read() as uow:
        assert [one.media.sha256 for one in uow.hashes.waiting(PDQ)] == [media.sha256]


def test_a_closed_pool_marks_nothing(world: World) -> None:
    world.case(files=2)
    gone = PreviewPool(workers=1)
    gone.close()
    assert Hashing(world.store, world.vault, gone).catch_up().value == 0
    with world.store.read() as uow:
        assert len(uow.hashes.waiting(PDQ)) == 2
