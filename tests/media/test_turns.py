"""Hashes are made beside the previews, and never in their place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from desk.domain.preview import Blurred, PreviewSource
from desk.media import turns
from desk.media.pool import PreviewPool
from desk.media.turns import Hurry, Turns
from tests.previewer import materials


def test_a_hash_that_takes_long_keeps_no_preview_waiting() -> None:
    data = materials.still("PNG")
    begun, go = threading.Event(), threading.Event()

    def slowly() -> Iterator[bytes]:
        begun.set()
        assert go.wait(30)
        yield data

    with PreviewPool(1) as pool, ThreadPoolExecutor(1) as threads:
        hashing = threads.submit(lambda: pool.hashes(PreviewSource(len(data), slowly)))
        assert begun.wait(30)
        assert isinstance(pool.preview(PreviewSource.from_bytes(data), edge=64), Blurred)
        go.set()
        assert isinstance(hashing.result(30), tuple)


def test_it_stands_back_while_somebody_waits_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    held = Turns(1)

    def later() -> None:
        with held.turn(Hurry.NOBODY):
            order.append("hash")

    with ThreadPoolExecutor(1) as threads:
        with held.turn(Hurry.AWAITED):
            waiting = threads.submit(later)
            order.append("tile")
        waiting.result(30)
        assert order == ["tile", "hash"]
        monkeypatch.setattr(turns, "PATIENCE", 0.01)
        with held.turn(Hurry.HELD):
            threads.submit(later).result(30)
        monkeypatch.setattr(turns, "PATIENCE", 600)
        with held.turn(Hurry.HELD):
            waiting = threads.submit(later)
            held.close()
            waiting.result(30)
