"""One pool for the tests that do it no harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desk.media.pool import PreviewPool


@pytest.fixture(scope="package")
def pool() -> Iterator[PreviewPool]:
    with PreviewPool(workers=2) as made:
        yield made
