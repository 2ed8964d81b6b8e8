"""Hashes, the cache of tiles, the watchdog, sources: small parts of the host side."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.preview import (
    REASON_WORDS,
    Blurred,
    GuardReport,
    NoPreviewReason,
    PreviewSource,
    Revealed,
)
from desk.media import guards
from desk.media.cache import BlurredCache
from desk.media.hashing import Hasher, hash_chunks
from desk.media.process import Hello
from desk.media.sources import Opened
from desk.media.watchdog import Watchdog
from desk.media.wire import MAX_INLINE, Worker


@given(st.lists(st.binary(max_size=50)))
def test_three_digests_in_one_pass(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    found = hash_chunks(chunks)
    assert found.sha256 == hashlib.sha256(whole).hexdigest()
    assert found.md5 == hashlib.md5(whole).hexdigest()
    assert found.sha1 == hashlib.sha1(whole).hexdigest()
    assert found.size == len(whole)
    hasher = Hasher()
    assert b"".join(hasher.through(chunks)) == whole
    assert hasher.result() == found


def tile(size: int = 100) -> Blurred:
    return Blurred(size, 1, 1, bytes(size))


def test_the_cache_is_bounded_by_bytes_and_forgets_the_oldest() -> None:
    cache = BlurredCache(1000)
    for number in range(3):
        cache.put(number, tile())
    assert cache.get(0) is not None  # now the most recent
    cache.put(3, tile())
    assert cache.get(1) is None
    assert cache.get(0) is not None
    assert cache.bytes_held <= 1000
    cache.put("large", tile(5000))
    assert cache.get("large") is None
    cache.put(0, tile(10))
    cache.discard(0)
    cache.discard(0)
    cache.clear()
    assert (len(cache), cache.bytes_held) == (0, 0)


def test_the_cache_takes_nothing_revealed() -> None:
    with pytest.raises(TypeError):
        BlurredCache().put(1, Revealed(1, 1, 1, b"\x00"))  # type: ignore[arg-type]


def test_no_repr_shows_a_pixel() -> None:
    assert repr(Revealed(3, 1, 1, b"abc")) == "<Revealed, content withheld>"
    assert "abc" not in repr(Blurred(3, 1, 1, b"abc"))
    assert "lambda" not in repr(PreviewSource.from_bytes(b"abc"))


def test_every_reason_has_its_words() -> None:
    assert set(REASON_WORDS) == set(NoPreviewReason)


def test_the_watchdog_calls_what_is_late_and_only_that() -> None:
    dog = Watchdog()
    late, never = threading.Event(), threading.Event()
    kept = dog.arm(60, never.set)
    ticket = dog.arm(0.01, late.set)
    assert late.wait(60)
    assert dog.disarm(ticket) is False
    assert dog.disarm(kept) is True
    dog.close()
    dog.close()
    assert not never.is_set()


def test_large_sources_are_read_by_pieces_even_in_order_only() -> None:
    starts = []
    block = bytes(range(256)) * 4096

    def chunks() -> Iterator[bytes]:
        starts.append(1)
        for _ in range(80):
            yield block

    size = 80 * len(block)
    assert size > MAX_INLINE
    supply = Opened(PreviewSource(size, chunks)).supply(Worker.AV)
    assert supply.chunks is None
    assert supply.read is not None
    assert supply.read(5, 10) == bytes(range(5, 15))
    assert supply.read(len(block) - 2, 4) == b"\xfe\xff\x00\x01"
    assert supply.read(size - 3, 10) == b"\xfd\xfe\xff"
    before = len(starts)
    assert supply.read(0, 4) == b"\x00\x01\x02\x03"
    assert len(starts) == before + 1
    supply.close()


def test_small_sources_are_read_once() -> None:
    starts = []

    def chunks() -> Iterator[bytes]:
        starts.append(1)
        yield b"ab"
        yield b"c" * 5000
        yield b"d"

    opened = Opened(PreviewSource(5003, chunks))
    assert opened.head == b"ab" + b"c" * 4094
    supply = opened.supply(Worker.IMAGE)
    assert supply.chunks is not None
    assert b"".join(supply.chunks) == b"ab" + b"c" * 5000 + b"d"
    assert starts == [1]
    again = opened.supply(Worker.IMAGE)
    assert again.chunks is not None
    assert len(b"".join(again.chunks)) == 5003
    assert starts == [1, 1]


def test_guards_are_counted_only_where_every_worker_has_them() -> None:
    def report(platform: str, *bits: int | None, job: bool = False) -> GuardReport:
        reports = [
            guards.Report(kind, None if bit is None else (Hello(bit, 7, 2), job))
            for kind, bit in zip(Worker, bits, strict=False)
        ]
        return guards.report(platform, reports)

    def active(found: GuardReport) -> set[str]:
        return {guard.name for guard in found.guards if guard.active}

    everything = {"process", "limits", "privileges", "memory", "files", "syscalls"}
    assert active(report("linux", 31, 31)) == everything
    assert report("linux", 31, 31).confined
    assert active(report("linux", 31, 23)) == everything - {"syscalls"}
    assert not report("linux", 31, 23).confined
    assert active(report("linux", 31, None)) == everything - {"process"}
    assert active(report("linux", None, None)) == set()
    assert active(report("darwin", 1, 1)) == {"process", "limits"}
    assert active(report("darwin", 33, 33)) == {"process", "limits", "sandbox"}
    assert active(report("win32", 0, 0, job=True)) == {"process", "limits", "job"}
    assert active(report("win32", 64, 64, job=True)) == {"process", "limits", "job", "integrity"}
    assert report("linux", 31).formats == ("JPEG",)
