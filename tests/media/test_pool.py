"""The pool with its real, locked workers."""

from __future__ import annotations

import itertools
import os
import signal
import statistics
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desk.domain.preview import (
    Blurred,
    MediaFacts,
    MediaKind,
    Metadata,
    NoPreview,
    NoPreviewReason,
    PreviewSource,
    Revealed,
    Waveform,
)
from desk.media import crew, process
from desk.media.pool import PreviewPool
from desk.media.process import own_peak
from tests.previewer import materials

source = PreviewSource.from_bytes
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def refused(result: object) -> NoPreviewReason:
    assert isinstance(result, NoPreview)
    assert result.words
    return result.reason


@pytest.mark.parametrize("name", materials.STILL_FORMATS)
def test_every_picture_format_is_decoded_behind_the_lock(pool: PreviewPool, name: str) -> None:
    tile = pool.preview(source(materials.still(name)), edge=96)
    assert isinstance(tile, Blurred)
    assert (tile.width, tile.height, tile.channels, tile.damaged) == (96, 72, 1, False)
    shown = pool.reveal(source(materials.still(name)), edge=320)
    assert isinstance(shown, Revealed)
    assert (shown.width, shown.height, shown.channels) == (320, 240, 3)
    facts = pool.probe(source(materials.still(name)))
    assert isinstance(facts, MediaFacts)
    assert (facts.kind, facts.width, facts.height, facts.frames) == (MediaKind.IMAGE, 320, 240, 1)


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP", "TIFF"])
def test_moving_pictures_behind_the_lock(pool: PreviewPool, name: str) -> None:
    stills = pool.stills(source(materials.moving(name)), edge=64, count=3)
    assert isinstance(stills, tuple)
    assert len(stills) == 3
    assert isinstance(pool.reveal(source(materials.moving(name)), edge=64, page=4), Revealed)


@pytest.mark.parametrize("name", materials.FILM_FORMATS)
def test_films_behind_the_lock(pool: PreviewPool, name: str) -> None:
    content = source(materials.film(name))
    stills = pool.stills(content, edge=96)
    assert isinstance(stills, tuple)
    assert [one.width for one in stills] == [96] * 9
    assert stills[8].position is not None
    assert stills[8].position > 3
    assert isinstance(pool.preview(content, edge=64), Blurred)
    shown = pool.reveal(content, edge=4096, position=2.5)
    assert isinstance(shown, Revealed)
    assert shown.position is not None
    assert abs(shown.position - 2.5) < 0.15
    facts = pool.probe(content)
    assert isinstance(facts, MediaFacts)
    assert facts.has_sound
    assert facts.duration is not None
    assert abs(facts.duration - 4) < 0.2
    metadata = pool.metadata(content)
    assert isinstance(metadata, Metadata)
    assert ("title", "Practice film") in [(one.name, one.value) for one in metadata.entries]


@pytest.mark.parametrize("name", materials.SOUND_FORMATS)
def test_sounds_behind_the_lock(pool: PreviewPool, name: str) -> None:
    content = source(materials.tone(name))
    wave = pool.waveform(content, buckets=20)
    assert isinstance(wave, Waveform)
    assert len(wave.peaks) == 20
    assert abs(wave.duration - 4) < 0.2
    assert refused(pool.preview(content, edge=64)) is NoPreviewReason.NO_PICTURE


@pytest.mark.parametrize("name", materials.FILM_FORMATS)
def test_a_film_plays_frame_after_frame(pool: PreviewPool, name: str) -> None:
    content = source(materials.film(name))
    with pool.play(content, edge=4096, start=1.0, rate=5) as frames:
        shown = list(frames)
    times = [frame.position or 0.0 for frame in shown]
    assert len(shown) >= 14
    assert times == sorted(times)
    assert abs(times[0] - 1.0) < 0.15
    assert min(late - early for early, late in itertools.pairwise(times)) > 0.15
    assert {(frame.width, frame.height, frame.channels) for frame in shown} == {(160, 120, 3)}


def test_a_film_that_is_stopped_leaves_the_pool_ready(pool: PreviewPool) -> None:
    content = source(materials.film("mp4"))
    for _ in range(3):
        with pool.play(content, edge=160) as frames:
            assert next(frames).position == 0
    assert isinstance(pool.preview(content, edge=64), Blurred)


def test_what_is_no_film_gives_no_frame(pool: PreviewPool) -> None:
    for data in (b"", b"x", materials.still("PNG"), materials.tone("mp3"), materials.film("mp4")[:3000]):
        with pool.play(source(data), edge=64) as frames:
            assert list(frames) == []


def test_documents_behind_the_lock(pool: PreviewPool) -> None:
    content = source(materials.pdf(3))
    assert isinstance(pool.preview(content, edge=64), Blurred)
    pages = [pool.reveal(content, edge=500, page=page) for page in (0, 2)]
    assert all(isinstance(page, Revealed) for page in pages)
    assert pages[0] != pages[1]
    facts = pool.probe(content)
    assert isinstance(facts, MediaFacts)
    assert (facts.kind, facts.pages) == (MediaKind.DOCUMENT, 3)
    stills = pool.stills(content, edge=64)
    assert isinstance(stills, tuple)
    assert len(stills) == 3


def test_exif_comes_only_when_asked_for(pool: PreviewPool) -> None:
    content = source(materials.described())
    facts = pool.probe(content)
    assert isinstance(facts, MediaFacts)
    assert facts.has_metadata
    metadata = pool.metadata(content)
    assert isinstance(metadata, Metadata)
    assert "Example Optics" not in repr(metadata)
    assert {one.name: one.value for one in metadata.entries}["make"] == "Example Optics"
    assert all(one.value.isprintable() for one in metadata.entries)


def test_a_preview_holds_no_edges(pool: PreviewPool) -> None:
    tile = pool.preview(source(materials.checkerboard()), edge=256)
    assert isinstance(tile, Blurred)
    assert statistics.pstdev(tile.pixels) < 3
    coloured = pool.preview(source(materials.checkerboard()), edge=256, grey=False, strength=0.0)
    assert isinstance(coloured, Blurred)
    assert coloured.channels == 3
    assert statistics.pstdev(coloured.pixels) < 3


def test_a_stronger_blur_is_flatter(pool: PreviewPool) -> None:
    board = source(materials.checkerboard(size=256, square=128))
    weak, strong = (pool.preview(board, edge=256, strength=s) for s in (0.06, 0.3))
    assert isinstance(weak, Blurred)
    assert isinstance(strong, Blurred)
    assert statistics.pstdev(strong.pixels) < statistics.pstdev(weak.pixels)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", NoPreviewReason.EMPTY),
        (b"hello", NoPreviewReason.UNSUPPORTED),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NoPreviewReason.UNSUPPORTED),
        (b"\x89PNG\r\n\x1a\nbroken", NoPreviewReason.BROKEN),
        (b"%PDF-1.4 broken", NoPreviewReason.BROKEN),
        (b"\x1aE\xdf\xa3broken", NoPreviewReason.BROKEN),
    ],
)
def test_what_cannot_be_shown_says_why(pool: PreviewPool, data: bytes, reason: NoPreviewReason) -> None:
    content = source(data)
    for result in (
        pool.preview(content, edge=64),
        pool.stills(content, edge=64),
        pool.reveal(content, edge=64),
    ):
        assert refused(result) is reason
    assert refused(pool.probe(content)) is reason
    assert refused(pool.metadata(content)) is reason
    pool.waveform(content)


def test_odd_numbers_are_bounded(pool: PreviewPool) -> None:
    content = source(materials.film("mp4"))
    for position in (-5.0, 1e300, float("nan"), float("inf")):
        assert isinstance(pool.reveal(content, edge=10**9, position=position, page=-4), Revealed)
    assert isinstance(pool.preview(content, edge=-3), Blurred)
    stills = pool.stills(content, edge=10**6, count=1000)
    assert isinstance(stills, tuple)
    assert len(stills) == 16


def test_a_source_in_order_only_and_one_by_pieces(pool: PreviewPool) -> None:
    data = materials.film("mp4") + bytes(5 << 20)
    reads = []

    def read(offset: int, length: int) -> bytes:
        reads.append(length)
        return data[offset : offset + length]

    def chunks() -> Iterator[bytes]:
        for at in range(0, len(data), 1 << 16):
            yield data[at : at + (1 << 16)]

    by_pieces = pool.stills(PreviewSource(len(data), chunks, read), edge=64)
    in_order = pool.stills(PreviewSource(len(data), chunks), edge=64)
    assert by_pieces == in_order
    assert isinstance(by_pieces, tuple)
    assert 0 < sum(reads) < len(data)


def test_a_source_that_fails_passes_its_error_on_and_the_pool_goes_on(pool: PreviewPool) -> None:
    data = materials.still("JPEG")

    def broken() -> Iterator[bytes]:
        yield data[:5000]
        raise RuntimeError("the vault said no")

    with pytest.raises(RuntimeError, match="vault"):
        pool.preview(PreviewSource(len(data), broken), edge=64)
    for size in (len(data) - 10, len(data) + 10):
        with pytest.raises(ValueError, match="source"):
            pool.preview(PreviewSource(size, lambda: (data,)), edge=64)
    assert isinstance(pool.preview(source(data), edge=64), Blurred)


def test_many_threads_at_once(pool: PreviewPool) -> None:
    wanted = [materials.still(name) for name in ("JPEG", "PNG", "WEBP")] + [
        materials.film("mp4"),
        materials.pdf(),
    ]

    def one(number: int) -> object:
        return pool.preview(source(wanted[number % len(wanted)]), edge=64)

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(one, range(60)))
    assert all(isinstance(result, Blurred) for result in results)
    assert results[0] == results[5]
    assert len(pool.pids()) <= 2 * 4 + 1


def test_the_doctor_is_told_which_guards_hold(pool: PreviewPool) -> None:
    report = pool.guards()
    assert {"JPEG", "HEIC", "MP4", "PDF"} <= set(report.formats)
    if sys.platform == "linux":
        assert [guard.name for guard in report.guards if not guard.active] == []
        assert report.confined


def slow(started: threading.Event, go_on: threading.Event) -> PreviewSource:
    """A file that comes halfway and then waits, so that a worker is surely within its job."""
    data = materials.still("BMP")

    def chunks() -> Iterator[bytes]:
        yield data[:5000]
        started.set()
        assert go_on.wait(30)
        yield data[5000:]

    return PreviewSource(len(data), chunks)


def children() -> set[int]:
    """Processes of this one, zombies included."""
    return {
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    }


@posix
@pytest.mark.parametrize(("number", "reason"), [
    ("SIGSEGV", NoPreviewReason.CRASHED),
    ("SIGSYS", NoPreviewReason.GUARD),
    ("SIGXCPU", NoPreviewReason.GUARD),
])  # fmt: skip
def test_a_worker_that_dies_in_its_job_is_told_and_replaced(number: str, reason: NoPreviewReason) -> None:
    started, go_on = threading.Event(), threading.Event()
    with PreviewPool(workers=1) as pool, ThreadPoolExecutor(1) as threads:
        job = threads.submit(pool.preview, slow(started, go_on), edge=64)
        assert started.wait(30)
        os.kill(pool.pids()[0], getattr(signal, number))
        go_on.set()
        assert refused(job.result(30)) is reason
        assert isinstance(pool.preview(source(materials.still("BMP")), edge=64), Blurred)


@posix
@pytest.mark.parametrize(("inherited", "reason"), [
    (0, NoPreviewReason.TOO_MUCH),
    (4 << 30, NoPreviewReason.CRASHED),  # as much as this process held: it may be none of the worker's
])  # fmt: skip
def test_a_worker_that_dies_of_its_memory_is_told_as_too_much(
    inherited: int, reason: NoPreviewReason, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own_peak() > 1 << 20
    monkeypatch.setattr("desk.media.process.HEAVY", 1 << 20)
    monkeypatch.setattr("desk.media.process.own_peak", lambda: inherited)
    started, go_on = threading.Event(), threading.Event()
    with PreviewPool(workers=1) as pool, ThreadPoolExecutor(1) as threads:
        job = threads.submit(pool.preview, slow(started, go_on), edge=64)
        assert started.wait(30)
        os.kill(pool.pids()[0], signal.SIGSEGV)
        go_on.set()
        assert refused(job.result(30)) is reason
        assert isinstance(pool.preview(source(materials.still("BMP")), edge=64), Blurred)


@posix
def test_a_worker_killed_from_outside_is_replaced_and_the_job_done_again() -> None:
    started, go_on = threading.Event(), threading.Event()
    with PreviewPool(workers=1) as pool, ThreadPoolExecutor(1) as threads:
        job = threads.submit(pool.preview, slow(started, go_on), edge=64)
        assert started.wait(30)
        os.kill(pool.pids()[0], signal.SIGKILL)
        go_on.set()
        assert isinstance(job.result(30), Blurred)


@posix
def test_an_idle_worker_that_died_is_not_used() -> None:
    with PreviewPool(workers=1) as pool:
        pool.preview(source(materials.still("PNG")), edge=64)
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGKILL)
        assert isinstance(pool.preview(source(materials.still("PNG")), edge=64), Blurred)
        assert pid not in pool.pids()


@posix
def test_a_file_that_takes_too_long_is_stopped() -> None:
    started, go_on = threading.Event(), threading.Event()
    with PreviewPool(workers=1, seconds=1.0) as pool, ThreadPoolExecutor(1) as threads:
        job = threads.submit(pool.preview, slow(started, go_on), edge=64)
        assert started.wait(30)
        os.kill(pool.pids()[0], signal.SIGSTOP)  # a decoder that hangs
        go_on.set()
        assert refused(job.result(30)) is NoPreviewReason.TIMED_OUT
        for _ in range(10):  # a second may be too short where others work too
            found = pool.preview(source(materials.still("BMP")), edge=64)
            if isinstance(found, Blurred):
                break
        assert isinstance(found, Blurred)


def test_a_worn_worker_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "WORN_OUT", 3)
    with PreviewPool(workers=1) as pool:
        used = set()
        for _ in range(7):
            assert isinstance(pool.preview(source(materials.still("PNG")), edge=64), Blurred)
            used.update(pool.pids())
        assert len(used) >= 3


def test_without_a_worker_the_tile_stays_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "command", lambda worker: ["/nonexistent/worker"])
    with PreviewPool(workers=1) as pool:
        assert refused(pool.preview(source(materials.still("PNG")), edge=64)) is NoPreviewReason.UNAVAILABLE
        assert not pool.guards().confined


def test_a_reveal_does_not_wait_behind_tiles() -> None:
    started, go_on = threading.Event(), threading.Event()
    with PreviewPool(workers=1) as pool, ThreadPoolExecutor(1) as threads:
        job = threads.submit(pool.preview, slow(started, go_on), edge=64)
        assert started.wait(30)
        assert isinstance(pool.reveal(source(materials.still("PNG")), edge=64), Revealed)
        go_on.set()
        assert isinstance(job.result(30), Blurred)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_closing_leaves_no_process_and_answers_those_who_wait() -> None:
    before = children()
    started, go_on = threading.Event(), threading.Event()
    pool = PreviewPool(workers=2)
    pool.warm()
    with ThreadPoolExecutor(1) as threads:
        job = threads.submit(pool.preview, slow(started, go_on), edge=64)
        assert started.wait(30)
        pool.close()
        go_on.set()
        assert refused(job.result(30)) is NoPreviewReason.UNAVAILABLE
    assert refused(pool.preview(source(materials.still("PNG")), edge=64)) is NoPreviewReason.UNAVAILABLE
    assert pool.pids() == ()
    assert children() <= before
    pool.close()


def test_a_pool_of_none_is_refused() -> None:
    with pytest.raises(ValueError, match="one worker"):
        PreviewPool(workers=0)
