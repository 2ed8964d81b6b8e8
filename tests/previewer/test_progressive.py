"""The coarse part of a progressive JPEG: the same tile for a fraction of the work, or none."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from desk.domain.preview import Blurred, PreviewSource
from desk.media.pool import PreviewPool
from desk.previewer.progressive import coarse
from desk.previewer.shape import blurred

from . import materials


def drawn(**options: object) -> bytes:
    grain = Image.blend(materials.card(1600, 1200).convert("L"), Image.effect_noise((1600, 1200), 90), 0.4)
    return materials.saved(grain.convert("RGB"), "JPEG", quality=85, progressive=True, **options)


def tile(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        image.draft("L", (200, 150))
        image.load()
        return blurred(image, 60, grey=True, position_ms=-1, damaged=False).pixels


@pytest.mark.parametrize(
    "options", [{}, {"subsampling": 0}, {"restart_marker_rows": 2}, {"comment": b"\xff\xd9"}]
)
def test_it_looks_the_same_and_is_smaller(options: dict[str, object]) -> None:
    data = drawn(**options)
    part = coarse(data)
    assert part is not None
    assert len(part) < len(data) / 4
    assert max(abs(a - b) for a, b in zip(tile(part), tile(data), strict=True)) <= 10


def test_what_is_not_whole_goes_the_usual_way() -> None:
    data = drawn()
    assert coarse(data[: len(data) // 2]) is None
    assert coarse(b"") is None
    assert coarse(materials.still("PNG")) is None
    assert coarse(b"\xff\xd8\xff\xd9") is None
    assert coarse(b"\xff\xd8" + b"\xff" * 9000 + b"\xff\xd9") is None


def test_any_damage_ends() -> None:
    dice, whole = random.Random(7), drawn()
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(dice.choice((1, 5, 50))):
            data[dice.randrange(2, 900)] = dice.randrange(256)
        part = coarse(bytes(data))
        assert part is None or len(part) <= len(data) + 2


def test_the_pool_shows_it_like_any_other() -> None:
    data = drawn()
    broken = bytearray(data)
    broken[broken.index(b"\xff\xda") + 4] = 9  # more colours in the first scan than there are
    with PreviewPool(workers=1) as pool:
        quick = pool.preview(PreviewSource.from_bytes(data), edge=128)
        with Image.open(io.BytesIO(data)) as image:
            plain = pool.preview(
                PreviewSource.from_bytes(materials.saved(image, "JPEG", quality=95)), edge=128
            )
        assert isinstance(quick, Blurred)
        assert isinstance(plain, Blurred)
        assert not quick.damaged
        assert max(abs(a - b) for a, b in zip(quick.pixels, plain.pixels, strict=True)) <= 10
        pool.preview(PreviewSource.from_bytes(bytes(broken)), edge=128)
        again = pool.preview(PreviewSource.from_bytes(data), edge=128)
        assert isinstance(again, Blurred)
        assert again.pixels == quick.pixels
