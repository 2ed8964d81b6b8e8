"""What plays, through the service: a claim, no lock for rest, and a record of what was shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.domain.errors import ClaimLost, NotReady
from desk.domain.preview import Cut, Heard, NoPreview, Revealed, Waveform
from desk.domain.viewing import ViewingKind
from desk.media.pool import PreviewPool
from desk.practice.media import Card
from desk.practice.media_av import mp4, wav
from tests.support.world import World, new_world, package


@pytest.fixture(scope="module")
def pool() -> Iterator[PreviewPool]:
    with PreviewPool(1) as made:
        yield made


@pytest.fixture
def seen(template: Path, tmp_path: Path, pool: PreviewPool) -> Iterator[World]:
    with new_world(template, tmp_path, previewer=pool) as made:
        yield made


def film_case(world: World) -> int:
    """A case with a film of two seconds and a sound of two; its number."""
    film = mp4(Card((160, 120), "bars", "film", 8), 2.0)
    if film is None:
        pytest.skip("no encoder for films here")
    path = package(world.folder.parent / "packages", "films", world.clock.now(), files=0)
    (path / "media").mkdir(exist_ok=True)
    told = json.loads((path / "case.json").read_text(encoding="utf-8"))
    for name, kind, data in (("f.mp4", "video", film), ("s.wav", "audio", wav(2.0))):
        (path / "media" / name).write_bytes(data)
        told["content"].append({"id": name[0], "kind": kind, "file": f"media/{name}", "name": name})
    told["content"].append({"id": "t", "kind": "text", "text": "[practice text]"})
    (path / "case.json").write_text(json.dumps(told), encoding="utf-8")
    (number,) = world.take_in(path)
    return number


def test_a_film_and_a_sound_play_for_who_holds_the_claim(seen: World) -> None:
    number = film_case(seen)
    who, review = seen.moderator, seen.review
    claim = seen.claimed(number)
    with review.play(who, claim, "f", edge=64, start=0.0, rate=25) as frames:
        assert frames is not None
        assert isinstance(next(frames), Revealed)
        frames.stop()
    with review.listen(who, claim, "s", start=1.0, speed=2.0) as sound:
        assert sound is not None
        assert all(isinstance(one, Heard) for one in sound)
        assert sound.ended
    assert isinstance(review.waveform(who, number, "s", buckets=32), Waveform)
    assert isinstance(review.keyframes(who, number, "f"), tuple)
    part = review.reveal(who, claim, "f", edge=4096, position=0.5, cut=Cut(0.0, 0.0, 0.5, 0.5))
    assert isinstance(part, Revealed)
    assert part.width == 80
    # Nothing of it counts: only what is told to have been shown does.
    assert review.open(who, number).played == {}


def test_what_has_no_file_does_not_play(seen: World) -> None:
    number = film_case(seen)
    claim = seen.claimed(number)
    with seen.review.play(seen.moderator, claim, "t", edge=64, start=0, rate=5) as frames:
        assert frames is None
    with seen.review.listen(seen.moderator, claim, "t", start=0, speed=1) as sound:
        assert sound is None
    assert isinstance(seen.review.waveform(seen.moderator, number, "t", buckets=9), NoPreview)
    assert isinstance(seen.review.keyframes(seen.moderator, number, "t"), NoPreview)


def test_nothing_plays_without_the_claim_or_in_a_break(seen: World) -> None:
    number = film_case(seen)
    claim = seen.claimed(number)
    with pytest.raises(ClaimLost), seen.review.play(seen.other, claim, "f", edge=64, start=0, rate=5):
        pass
    # Playing counts as exposure.
    seen.review.shown(
        seen.moderator, number, "f", at=seen.clock.now(), seconds=51 * 60, kind=ViewingKind.PLAY, end=0.1
    )
    for opened in (
        seen.review.play(seen.moderator, claim, "f", edge=64, start=0, rate=5),
        seen.review.listen(seen.moderator, claim, "s", start=0, speed=1),
    ):
        with pytest.raises(NotReady), opened:
            pass


def test_what_was_played_adds_up_at_speeds_that_count(seen: World) -> None:
    number = film_case(seen)
    who, review = seen.moderator, seen.review

    def played(start: float, end: float, speed: float) -> None:
        review.shown(
            who, number, "f", at=seen.clock.now(), seconds=1, kind=ViewingKind.PLAY,
            start=start, end=end, speed=speed,
        )  # fmt: skip

    for start, end, speed in ((0.5, 0.7, 2.0), (0.0, 0.2, 1.0), (0.7, 0.9, 1.5), (0.2, 0.5, 2.5)):
        played(start, end, speed)
    view = review.open(who, number)
    assert view.played == {"f": ((0.0, 0.2), (0.5, 0.9))}
    assert not view.viewed["f"].viewed
    played(0.9, 1.0, 1.0)
    played(0.2, 0.5, 1.0)
    assert review.open(who, number).viewed["f"].viewed
