"""PDQ: the reference's own values, and what a perceptual hash promises."""

from __future__ import annotations

import random

import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from desk.previewer.pdq import pdq

NEAR = 31


def pattern(width: int, height: int, step: int) -> Image.Image:
    """The same pixels on every computer."""
    return Image.frombytes(
        "RGB",
        (width, height),
        bytes(
            (x * y // step + (x * (c + 3) ^ y * 2) // 4 * (c + 1)) & 255
            for y in range(height)
            for x in range(width)
            for c in range(3)
        ),
    )


def scene(seed: int, width: int = 900, height: int = 640) -> Image.Image:
    """Soft shapes with a little grain, as a photograph has."""
    rng = random.Random(seed)
    small = Image.frombytes("RGB", (28, 20), rng.randbytes(28 * 20 * 3))
    soft = small.resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (width, height), rng.randbytes(width * height)).convert("RGB")
    return Image.blend(soft, grain, 0.08)


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


@pytest.mark.parametrize(
    ("width", "height", "step", "value"),
    [
        (512, 512, 97, "d55d1d87b56739c6e7b429cb639b8f3897681f9db30fef0f3000ce7096001f00"),
        (200, 300, 31, "aaad72a6a5ac69699ec915cbc64238def31c2679ccdb331b14fa8f9c7600f0c0"),
        (64, 48, 5, "4cdaaa573a95d6a5aa8b55abb16a6aacdd4b3a9594eb2515ca69119a4626a8ce"),
        (129, 65, 17, "56a9d5ec169b69aa953b24eacd699926e10b296a94daec99535613116da6df0c"),
    ],
)
def test_the_values_of_the_reference_to_the_bit(width: int, height: int, step: int, value: str) -> None:
    """Made once with the published implementation (pdqhash 0.2.8 on the same pixels)."""
    found = pdq(pattern(width, height, step))
    assert (found.value.hex(), found.quality) == (value, 100)


@pytest.mark.parametrize("seed", range(4))
def test_small_changes_stay_near(seed: int) -> None:
    image = scene(seed)
    original = pdq(image)
    assert original.quality >= 50
    noise = Image.frombytes(
        "RGB", image.size, random.Random(seed + 99).randbytes(image.width * image.height * 3)
    )
    changed = {
        "smaller": image.resize((450, 320)),
        "larger": image.resize((1800, 1280)),
        "other shape": image.resize((700, 700)),
        "blurred": image.filter(ImageFilter.GaussianBlur(2)),
        "darker": ImageEnhance.Brightness(image).enhance(0.8),
        "paler": ImageEnhance.Contrast(image).enhance(0.7),
        "noise": Image.blend(image, noise, 0.1),
        "grey": image.convert("L"),
    }
    far = {name: distance(pdq(other).value, original.value) for name, other in changed.items()}
    assert max(far.values()) <= NEAR, far


def test_different_pictures_are_far_apart() -> None:
    values = [pdq(scene(seed)).value for seed in range(8)]
    assert min(distance(a, b) for i, a in enumerate(values) for b in values[:i]) > 2 * NEAR


def test_turned_and_mirrored_pictures_follow_the_rules_of_the_transform() -> None:
    """Turning by half a circle changes the sign of every second frequency and leaves the quality as it is.

    A picture of 64 cells of 8 x 8 is smoothed alike from both sides only nearly, so that weak frequencies may differ.
    """
    image = scene(3, 512, 512).filter(ImageFilter.GaussianBlur(4))
    value = int.from_bytes(pdq(image).value, "big")
    for turned, changes in (
        (image.transpose(Image.Transpose.ROTATE_180), lambda row, column: (row + column) % 2),
        (ImageOps.mirror(image), lambda _row, column: (column + 1) % 2),
        (ImageOps.flip(image), lambda row, _column: (row + 1) % 2),
    ):
        mask = sum(
            1 << (row * 16 + column) for row in range(16) for column in range(16) if changes(row, column)
        )
        found = int.from_bytes(pdq(turned).value, "big")
        assert (found ^ value ^ mask).bit_count() <= 2 * NEAR
        assert (found ^ value).bit_count() > 2 * NEAR


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (300, 200), (90, 90, 90)),
        Image.linear_gradient("L"),
        Image.new("L", (4, 4000)),
        Image.new("RGBA", (1, 1)),
    ],
)
def test_pictures_with_too_little_in_them_say_so(image: Image.Image) -> None:
    found = pdq(image)
    assert len(found.value) == 32
    assert found.quality < 50


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "YCbCr", "HSV"])
def test_every_mode_has_a_hash(mode: str) -> None:
    image = scene(5, 200, 120)
    assert distance(pdq(image.convert(mode)).value, pdq(image).value) <= NEAR
