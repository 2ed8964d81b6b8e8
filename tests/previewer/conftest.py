"""Decoders inside the test process: their own module state is put back afterwards."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
from PIL import Image, ImageFile


@pytest.fixture(autouse=True)
def pillow_as_before() -> Iterator[None]:
    """The worker changes Pillow for good; here only for one test."""
    import PIL.AvifImagePlugin

    kept = (Image._initialized, Image.MAX_IMAGE_PIXELS, PIL.AvifImagePlugin.DEFAULT_MAX_THREADS)
    with warnings.catch_warnings():
        yield
    Image._initialized, Image.MAX_IMAGE_PIXELS, PIL.AvifImagePlugin.DEFAULT_MAX_THREADS = kept
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
