"""The check that a preview is blurred: never fooled by the honest, never by the sharp."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from desk.media import wire
from desk.previewer.shape import blurred
from tests.previewer import materials


def board(width: int, height: int, square: int, mode: str) -> Image.Image:
    data = bytes(255 * ((x // square + y // square) % 2) for y in range(height) for x in range(width))
    return Image.frombytes("L", (width, height), data).convert(mode)


@settings(max_examples=120, deadline=None)
@given(
    st.integers(1, 180),
    st.integers(1, 180),
    st.sampled_from([1, 2, 7, 16, 50, 90]),
    st.sampled_from([60, 61, 100, 333, 1000]),
    st.booleans(),
)
def test_every_honest_preview_passes(width: int, height: int, square: int, strength: int, grey: bool) -> None:
    picture = blurred(
        board(width, height, square, "L" if grey else "RGB"),
        strength,
        grey=grey,
        position_ms=-1,
        damaged=False,
    )
    assert wire.is_blurred(picture.width, picture.height, picture.channels, picture.pixels, strength)


@pytest.mark.parametrize("edge", [512, 1024])
def test_large_previews_pass(edge: int) -> None:
    picture = blurred(board(edge, edge // 2, 64, "L"), 60, grey=True, position_ms=-1, damaged=False)
    assert wire.is_blurred(picture.width, picture.height, 1, picture.pixels, 60)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_what_is_sharp_does_not_pass(mode: str) -> None:
    for image in (materials.card(256, 192).convert(mode), board(256, 256, 40, mode)):
        channels = 1 if mode == "L" else 3
        assert not wire.is_blurred(image.width, image.height, channels, image.tobytes(), 60)


def test_half_the_blur_does_not_pass() -> None:
    from PIL import ImageFilter

    half = board(256, 256, 64, "L").filter(ImageFilter.GaussianBlur(7))
    assert not wire.is_blurred(256, 256, 1, half.tobytes(), 60)
