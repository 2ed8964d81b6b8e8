"""Perceptual hashes out of the sandbox: of pictures, animations and films, and never anything else."""

from __future__ import annotations

import pytest
from PIL import Image

from desk.domain.preview import NoPreview, NoPreviewReason, PictureHash, PreviewSource
from desk.media import wire
from desk.media.pool import PreviewPool
from tests.previewer import materials
from tests.previewer.test_pdq import distance, scene


def hashed(pool: PreviewPool, data: bytes, count: int = 9) -> tuple[PictureHash, ...]:
    found = pool.hashes(PreviewSource.from_bytes(data), count=count)
    assert not isinstance(found, NoPreview), found
    return found


def test_copies_in_every_format_are_near(pool: PreviewPool) -> None:
    image = scene(7)
    (original,) = hashed(pool, materials.saved(image, "PNG"))
    assert original.quality >= 50
    for name in materials.STILL_FORMATS:
        copy = image.resize((630, 448))
        (found,) = hashed(pool, materials.saved(copy.quantize() if name == "GIF" else copy, name))
        assert distance(found.value, original.value) <= 31, name


def test_a_large_jpeg_is_reduced_while_it_is_decoded_and_still_near(pool: PreviewPool) -> None:
    image = scene(8, 3000, 2000)
    (large,) = hashed(pool, materials.saved(image, "JPEG", quality=90))
    (small,) = hashed(pool, materials.saved(image.resize((600, 400)), "PNG"))
    assert distance(large.value, small.value) <= 31


def test_films_have_hashes_over_their_length(pool: PreviewPool) -> None:
    for name in materials.FILM_FORMATS:
        found = hashed(pool, materials.film(name))
        assert 1 < len(found) <= 9
        positions = [one.position for one in found]
        assert None not in positions
        assert positions == sorted(positions)  # type: ignore[type-var]
    (mp4, webm) = (hashed(pool, materials.film(name)) for name in ("mp4", "webm"))
    assert distance(mp4[0].value, webm[0].value) <= 31


def test_animations_have_hashes_of_several_frames(pool: PreviewPool) -> None:
    assert 1 < len(hashed(pool, materials.moving("GIF"), 4)) <= 4


def test_sixteen_bits_and_cut_files(pool: PreviewPool) -> None:
    deep = Image.linear_gradient("L").convert("I;16")
    assert hashed(pool, materials.saved(deep, "PNG"))
    whole = materials.saved(scene(9), "JPEG")
    assert hashed(pool, whole[: len(whole) * 3 // 4])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", NoPreviewReason.EMPTY),
        (b"words", NoPreviewReason.UNSUPPORTED),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), NoPreviewReason.BROKEN),
    ],
)
def test_what_has_no_hash(pool: PreviewPool, data: bytes, reason: NoPreviewReason) -> None:
    found = pool.hashes(PreviewSource.from_bytes(data))
    assert isinstance(found, NoPreview)
    assert found.reason is reason


def test_sounds_and_documents_have_none(pool: PreviewPool) -> None:
    for data in (materials.tone("wav"), materials.pdf()):
        assert isinstance(pool.hashes(PreviewSource.from_bytes(data)), NoPreview)


def reply(**changes: int) -> wire.Header:
    values = {
        "magic": wire.REPLY_MAGIC, "job": 1, "answer": wire.Answer.HASH, "code": 80, "channels": 0, "width": 0,
        "height": 0, "ordinal": 0, "total": 1, "position": -1, "length": 32,
    }  # fmt: skip
    return wire.Header(**{**values, **changes})  # type: ignore[arg-type]


ASKED = wire.Request(wire.Ask.HASH, wire.Format.JPEG, number=4)


def test_an_honest_hash_is_taken() -> None:
    assert wire.payload_length(reply(), ASKED) == 32
    parts = [wire.Part(reply(), bytes(32)), wire.Part(reply(answer=wire.Answer.DONE, length=0), b"")]
    digest = wire.digest(parts, ASKED)
    assert isinstance(digest, wire.Digest)
    assert digest.hashes == (PictureHash(bytes(32), 80, None),)


@pytest.mark.parametrize(
    "changes",
    [
        {"length": 31},
        {"length": 1 << 20},
        {"code": 101},
        {"ordinal": 1},
        {"total": 5},
        {"position": -2},
        {"position": wire.MAX_DURATION_MS + 1},
    ],
)
def test_a_dishonest_hash_is_a_breach(changes: dict[str, int]) -> None:
    with pytest.raises(wire.Breach):
        wire.payload_length(reply(**changes), ASKED)


def test_nobody_sends_hashes_unasked_or_twice() -> None:
    with pytest.raises(wire.Breach):
        wire.payload_length(reply(), ASKED._replace(ask=wire.Ask.BLUR))
    with pytest.raises(wire.Breach):
        wire.digest([wire.Part(reply(), bytes(32)), wire.Part(reply(), bytes(32))], ASKED)


def test_pixels_are_no_answer_to_a_question_for_hashes() -> None:
    picture = reply(answer=wire.Answer.PIXELS, width=4, height=4, channels=3, length=48, code=0)
    with pytest.raises(wire.Breach):
        wire.payload_length(picture, ASKED)
