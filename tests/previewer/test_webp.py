"""The short way for WebP: the same picture as the long one, or none."""

from __future__ import annotations

import statistics
import sys

import pytest
from PIL import Image, ImageDraw

from desk.previewer import webp

from . import materials

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Pillow decodes WebP alone")


@pytest.fixture(autouse=True)
def prepared() -> None:
    assert webp.prepare()


@pytest.mark.parametrize("options", [{"quality": 90}, {"lossless": True, "method": 0}])
def test_it_shows_what_pillow_shows(options: dict[str, object]) -> None:
    card = materials.card(1200, 900)
    quick = webp.scaled(materials.saved(card, "WEBP", **options), (240, 180), (1200, 900))
    assert quick is not None
    assert (quick.mode, quick.size) == ("RGB", (240, 180))
    slow = card.resize((240, 180), Image.Resampling.BOX)
    assert statistics.mean(abs(a - b) for a, b in zip(quick.tobytes(), slow.tobytes(), strict=True)) < 12


def test_what_is_transparent_stays_so() -> None:
    image = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((0, 0, 199, 399), fill=(0, 0, 255, 255))
    quick = webp.scaled(materials.saved(image, "WEBP"), (40, 40), (400, 400))
    assert quick is not None
    assert quick.mode == "RGBA"
    alphas = quick.getchannel("A").tobytes()
    assert (alphas[0], alphas[-1]) == (255, 0)


def test_everything_else_is_left_to_pillow() -> None:
    data = materials.saved(materials.card(1200, 900), "WEBP")
    assert webp.scaled(materials.moving("WEBP"), (10, 10), (320, 240)) is None
    assert webp.scaled(data, (10, 10), (1200, 901)) is None
    assert webp.scaled(data[: len(data) // 2], (10, 10), (1200, 900)) is None
    assert webp.scaled(data[:20], (10, 10), (1200, 900)) is None
    assert webp.scaled(b"", (10, 10), (1200, 900)) is None


def test_without_the_library_pillow_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not webp.prepare()
    assert webp.scaled(materials.still("WEBP"), (10, 10), (320, 240)) is None
