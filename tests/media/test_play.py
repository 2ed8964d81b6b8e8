"""Films and sounds played out of the sandbox: in order, stopped at once, their end told from a crash."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from desk.domain.preview import SOUND_RATE, Cut, Heard, NoPreview, PreviewSource, Revealed
from desk.media.pool import PreviewPool
from desk.media.speaker import Speaker, _stream
from desk.practice.media import Card
from desk.practice.media_av import mp4, wav
from tests.previewer import materials


@pytest.fixture(scope="module")
def pool() -> Iterator[PreviewPool]:
    with PreviewPool(workers=1) as made:
        yield made


@pytest.fixture(scope="module")
def film() -> PreviewSource:
    data = mp4(Card((160, 120), "bars", "film", 3), 3.0)
    if data is None:
        pytest.skip("no encoder for films here")
    return PreviewSource.from_bytes(data)


SOUND = PreviewSource.from_bytes(wav(2.0))


def test_frames_come_in_order_and_the_end_is_told(pool: PreviewPool, film: PreviewSource) -> None:
    with pool.play(film, edge=64, start=1.0, rate=25) as reel:
        found = list(reel)
        assert reel.ended
    positions = [one.position or 0.0 for one in found]
    assert positions == sorted(positions)
    assert positions[0] == pytest.approx(1.0, abs=0.15)
    assert positions[-1] > 2.5
    assert all(isinstance(one, Revealed) and max(one.width, one.height) <= 64 for one in found)


def test_letting_go_is_no_end(pool: PreviewPool, film: PreviewSource) -> None:
    with pool.play(film, edge=64) as reel:
        next(reel)
        reel.stop()
        assert list(reel) == []
        assert not reel.ended


def test_a_worker_that_dies_is_no_end(pool: PreviewPool, film: PreviewSource) -> None:
    with pool.play(film, edge=64, rate=50) as reel:
        next(reel)
        for pid in pool.pids():
            os.kill(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        found = list(reel)
        assert not reel.ended or found  # what was in the pipe already may still come
    # And the next one plays.
    with pool.play(film, edge=64) as reel:
        assert next(reel).position is not None


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="stops the worker by a signal")
def test_stopping_does_not_wait_for_a_worker_that_hangs(pool: PreviewPool, film: PreviewSource) -> None:
    taken: list[object] = []
    with pool.play(film, edge=1024, rate=50) as reel:
        next(reel)
        for pid in pool.pids():
            os.kill(pid, signal.SIGSTOP)
        thread = threading.Thread(target=lambda: taken.extend(reel))
        thread.start()
        begun = time.monotonic()
        reel.stop()
        thread.join(30)
        assert not thread.is_alive()
        assert time.monotonic() - begun < 10  # far from the time that a worker has


def test_sound_comes_bounded_and_to_its_end(pool: PreviewPool) -> None:
    with pool.listen(SOUND, start=0.5, speed=2.0) as reel:
        found = list(reel)
        assert reel.ended
    assert all(isinstance(one, Heard) and len(one.pcm) <= SOUND_RATE * 4 // 10 for one in found)
    assert found[0].position == pytest.approx(0.5, abs=0.15)
    assert sum(len(one.pcm) for one in found) / 4 / SOUND_RATE == pytest.approx(0.75, abs=0.1)
    assert "pcm" not in repr(found[0])


@pytest.mark.parametrize("data", [b"", b"nothing that plays", materials.still("PNG")])
def test_what_does_not_play_gives_nothing(pool: PreviewPool, data: bytes) -> None:
    source = PreviewSource.from_bytes(data)
    with pool.play(source, edge=64) as frames, pool.listen(source) as sound:
        assert list(frames) == []
        assert list(sound) == []
        assert not frames.ended
    assert isinstance(pool.keyframes(source), NoPreview)


def test_keyframes_and_parts_come_through_the_pool(pool: PreviewPool, film: PreviewSource) -> None:
    keys = pool.keyframes(film)
    assert isinstance(keys, tuple)
    assert keys[0] == 0.0
    whole = pool.reveal(film, edge=4096, position=1.0)
    part = pool.reveal(film, edge=4096, position=1.0, cut=Cut(0.25, 0.25, 0.75, 0.75))
    assert isinstance(whole, Revealed)
    assert isinstance(part, Revealed)
    assert part.width == pytest.approx(whole.width / 2, abs=1)
    odd = pool.reveal(film, edge=64, cut=Cut(float("nan"), 2.0, -1.0, 3.0))
    assert isinstance(odd, Revealed)


def test_without_a_device_there_is_no_speaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SILENT", "1")
    assert Speaker.begin(lambda wanted: bytes(wanted)) is None


def test_a_device_gets_silence_for_what_is_missing() -> None:
    stream = _stream(lambda wanted: b"ab")
    next(stream)
    assert stream.send(3) == b"ab" + bytes(10)
    assert len(stream.send(100)) == 400
