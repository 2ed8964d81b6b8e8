"""Animations: every picture of them, in order, with its time; and no end that was not reached."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from desk.domain.preview import MediaFacts, MediaKind, NoPreview, PreviewSource, Revealed
from desk.media.pool import PreviewPool
from desk.previewer.animation import LEAST_MS, MOST_MS, PAGE_MS, USUAL_MS, Timing, timing
from tests.previewer import materials


def animation(name: str, delays: list[int], **options: Any) -> bytes:
    """Plain pictures, each darker than the one before."""
    shades = [Image.new("RGB", (40, 30), (250 - 20 * n,) * 3) for n in range(len(delays))]
    out = io.BytesIO()
    more = {"lossless": True, "minimize_size": False} if name == "WEBP" else {}
    shades[0].save(out, name, save_all=True, append_images=shades[1:], duration=delays, **more, **options)
    return out.getvalue()


def times(data: bytes) -> Timing | None:
    source = io.BytesIO(data)
    with Image.open(source) as image:
        return timing(image, source, getattr(image, "n_frames", 1))


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP"])
def test_times_are_read_from_the_headers_and_kept_within_bounds(name: str) -> None:
    found = times(animation(name, [100, 60, 5000, 10]))
    assert found is not None
    assert found.starts == (0, 100, 160, 160 + MOST_MS)
    assert found.end == 160 + MOST_MS + USUAL_MS
    assert [found.at(n) for n in (-5, 0, 99, 100, 160, 10_000)] == [0, 0, 0, 1, 2, 3]
    assert LEAST_MS < USUAL_MS


def test_a_still_picture_has_no_times() -> None:
    for name in ("GIF", "PNG", "WEBP", "JPEG"):
        assert times(materials.still(name)) is None


def test_the_still_picture_of_an_apng_that_stands_apart_comes_first() -> None:
    found = times(animation("PNG", [100, 100], default_image=True))
    assert found is not None
    assert found.starts[:2] == (0, PAGE_MS)


def test_pages_and_other_sequences_get_the_same_time_each() -> None:
    found = times(materials.moving("TIFF", 3))
    assert found == Timing((0, PAGE_MS, 2 * PAGE_MS), 3 * PAGE_MS)


@pytest.fixture(scope="module")
def pool() -> Any:
    with PreviewPool(1) as made:
        yield made


def played(pool: PreviewPool, data: bytes, start: float = 0.0) -> tuple[list[Revealed], bool]:
    with pool.play(PreviewSource.from_bytes(data), edge=64, start=start, rate=1.0) as reel:
        return list(reel), reel.ended


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP"])
def test_every_picture_is_played_whatever_the_rate(pool: PreviewPool, name: str) -> None:
    data = animation(name, [40] * 8)
    facts = pool.probe(PreviewSource.from_bytes(data))
    assert isinstance(facts, MediaFacts)
    assert (facts.kind, facts.frames, facts.duration) == (MediaKind.IMAGE, 8, 0.32)
    frames, ended = played(pool, data)
    assert ended
    assert [frame.position for frame in frames] == [n * 0.04 for n in range(8)]
    shades = [frame.pixels[len(frame.pixels) // 2] for frame in frames]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 8
    later, ended = played(pool, data, 0.2)
    assert ([frame.position for frame in later], ended) == ([0.2, 0.24, 0.28], True)
    shown = pool.reveal(PreviewSource.from_bytes(data), edge=64, position=0.25)
    assert isinstance(shown, Revealed)
    assert shown.position == 0.24
    stills = pool.stills(PreviewSource.from_bytes(data), edge=64, count=4)
    assert not isinstance(stills, NoPreview)
    assert [still.position for still in stills] == [0.0, 0.08, 0.16, 0.24]


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP"])
def test_what_is_cut_off_never_comes_to_its_end(pool: PreviewPool, name: str) -> None:
    data = animation(name, [100] * 6)
    for share in (0.5, 0.8, 0.95):
        _, ended = played(pool, data[: int(len(data) * share)])
        assert not ended


def test_a_still_picture_does_not_play(pool: PreviewPool) -> None:
    for name in ("JPEG", "PNG", "GIF"):
        assert played(pool, materials.still(name)) == ([], False)


def test_an_apng_that_counts_otherwise_than_it_holds_has_no_length(pool: PreviewPool) -> None:
    data = animation("PNG", [100] * 4)
    at = data.index(b"acTL")
    body = b"acTL" + struct.pack(">II", 3, 0)
    wrong = data[:at] + body + struct.pack(">I", zlib.crc32(body)) + data[at + 16 :]
    facts = pool.probe(PreviewSource.from_bytes(wrong))
    assert isinstance(facts, MediaFacts)
    assert facts.duration is None
    assert played(pool, wrong) == ([], False)
