"""Hostile files through intake, vault and previews: none crashes the desk, hangs it or fills its memory.

A few hundred here; ``DESK_CORPUS=all`` makes it thousands (``DESK_CORPUS=NUMBER`` as many).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desk.domain.preview import Blurred, NoPreview, NoPreviewReason, PreviewSource
from desk.media.pool import PreviewPool
from desk.previewer.lock import ADDRESS_SPACE
from tests.media import corpus
from tests.support.world import World, make_template, new_world

ASKED = os.environ.get("DESK_CORPUS", "")
COUNT = 6000 if ASKED == "all" else int(ASKED or 300)
PART = 100
SECONDS = 6.0
HOST_GROWTH = 200 << 20


def memory(pid: int, field: str) -> int:
    """Bytes of a field of /proc/PID/status; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith(field)), 0)


class Watch:
    """The largest worker there was at any moment."""

    def __init__(self, pool: PreviewPool) -> None:
        self.peak = 0
        self._pool = pool
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self.peak = max([self.peak, *(memory(pid, "VmHWM") for pid in self._pool.pids())])

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def package(folder: Path, name: str, files: list[corpus.Odd]) -> Path:
    place = folder / name
    (place / "media").mkdir(parents=True)
    content = []
    for index, odd in enumerate(files):
        (place / "media" / f"{index}.bin").write_bytes(odd.data)
        content.append({"id": f"c{index}", "kind": "image", "file": f"media/{index}.bin"})
    case = {
        "format": "desk-case/1",
        "id": name,
        "source": {"kind": "user_report"},
        "incident": {"occurred_at": "2026-11-01T10:00:00Z"},
        "reported": {"id": f"u-{name}", "screen_name": "practice-user"},
        "content": content,
    }
    (place / "case.json").write_text(json.dumps(case), "utf-8")
    return place


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, PreviewPool]]:
    folder = tmp_path_factory.mktemp("corpus")
    with PreviewPool(workers=2, seconds=SECONDS) as pool, new_world(make_template(folder), folder / "desk", previewer=pool) as world:  # fmt: skip
        yield world, pool


@pytest.mark.timeout(240 if COUNT <= 300 else 7200)
def test_every_file_ends_as_a_preview_or_a_plain_tile(
    desk: tuple[World, PreviewPool], tmp_path: Path
) -> None:
    world, pool = desk
    found: Counter[str] = Counter()
    slow: list[tuple[float, str]] = []
    before = memory(os.getpid(), "VmRSS")
    batch: list[corpus.Odd] = []
    hashed = 0
    started = time.monotonic()

    def look(where: tuple[int, int]) -> None:
        number, index = where
        begun = time.monotonic()
        tile = world.review.preview(world.moderator, number, f"c{index}", edge=64)
        spent = time.monotonic() - begun
        assert isinstance(tile, Blurred | NoPreview)
        if isinstance(tile, Blurred):
            assert len(tile.pixels) == tile.width * tile.height <= 64 * 64
            found["damaged" if tile.damaged else "shown"] += 1
        else:
            assert tile.reason is not NoPreviewReason.UNAVAILABLE, batch[index].name
            found[tile.reason.value] += 1
        slow.append((spent, batch[index].name))

    with Watch(pool) as watch, ThreadPoolExecutor(2) as threads:
        files = corpus.files(COUNT)
        for part in range(-(-COUNT // PART)):
            batch[:] = [odd for _, odd in zip(range(PART), files, strict=False)]
            result = world.intake.take_in([package(tmp_path, f"part-{part}", batch)], world.moderator).value
            assert result.refused == ()
            (number,) = result.taken
            list(threads.map(look, [(number, index) for index in range(len(batch))]))
            if ASKED or part == 0:
                # Every one of them is hashed, or known to have no hash.
                hashed += world.desk.hashing.catch_up().value
    slow.sort(reverse=True)
    grown = memory(os.getpid(), "VmRSS") - before
    print(
        f"\n{COUNT} files in {time.monotonic() - started:.0f} s: {dict(found.most_common())}, {hashed} looked at for hashes"
        f"\nlongest: {[(round(spent, 1), name) for spent, name in slow[:6]]}"
        f"\nlargest worker {watch.peak >> 20} MB, this process grew by {grown >> 20} MB"
    )
    assert sum(found.values()) == COUNT
    assert hashed >= 90  # some are the same bytes
    assert slow[0][0] < SECONDS + 4  # the limit, and a worker's start
    if sys.platform == "linux":
        assert 0 < watch.peak < ADDRESS_SPACE
        assert grown < HOST_GROWTH
    tile = pool.preview(PreviewSource.from_bytes(corpus.sound_picture()), edge=64)
    assert isinstance(tile, Blurred)
