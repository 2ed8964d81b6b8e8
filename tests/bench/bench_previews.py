"""How fast previews are: `python -m tests.bench.bench_previews [--quick]` prints a table; nothing is asserted.

Measured: a blurred 256-px preview of a 24-megapixel picture with everything included (decrypt, hand over, decode,
shrink, blur, check, hand back), against Pillow's plain open-resize-blur and, where pyvips is installed, libvips'
thumbnail of the plain file; then 1,000 mixed previews on two workers, with the peak memory of host and workers.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image, ImageDraw, ImageFilter

from desk.domain.preview import Blurred, PreviewSource
from desk.media.pool import PreviewPool
from tests.previewer import materials

CHUNK = 1 << 20
EDGE = 256


def large() -> Image.Image:
    """24 megapixels with the fine grain of a photograph, and PRACTICE across."""
    width, height = 6000, 4000
    grain = Image.effect_noise((width // 2, height // 2), 24).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    channels = [
        Image.blend(Image.linear_gradient("L").rotate(turn).resize((width, height)), grain, 0.3)
        for turn in (0, 90, 180)
    ]
    image = Image.merge("RGB", channels)
    ImageDraw.Draw(image).text((width // 3, height // 2), "PRACTICE", fill=(255, 255, 255), font_size=400)
    return image


def encrypted(data: bytes) -> PreviewSource:
    """As a vault has it: AES-256-GCM in chunks of 1 MiB, decrypted while it is read."""
    cipher = AESGCM(AESGCM.generate_key(256))
    pieces = [
        cipher.encrypt(number.to_bytes(12, "big"), data[at : at + CHUNK], None)
        for number, at in enumerate(range(0, len(data), CHUNK))
    ]

    def chunks() -> Iterator[bytes]:
        for number, piece in enumerate(pieces):
            yield cipher.decrypt(number.to_bytes(12, "big"), piece, None)

    return PreviewSource(len(data), chunks)


class Timed(NamedTuple):
    """Milliseconds: the middle one of several rounds, and the quickest."""

    median: float
    best: float


def in_turn(works: Sequence[Callable[[], object]], rounds: int) -> list[Timed]:
    """Each after the other, round by round, after one to warm up: what else the computer does hits all alike."""
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, own in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            own.append((time.perf_counter() - started) * 1000)
    return [Timed(statistics.median(own), min(own)) for own in times]


def plain_pillow(data: bytes) -> None:
    """What a program does that was not made for this."""
    with Image.open(io.BytesIO(data)) as image:
        small = image.convert("RGB").resize((EDGE, EDGE * image.height // image.width))
        small.convert("L").filter(ImageFilter.GaussianBlur(10))


def vips_thumbnail(data: bytes) -> Callable[[], object] | None:
    """libvips' own thumbnail, where its binding is installed."""
    try:
        import pyvips
    except (ImportError, OSError):
        return None

    def work() -> object:
        return pyvips.Image.thumbnail_buffer(data, EDGE).write_to_memory()

    try:
        work()
    except pyvips.Error:
        return None  # its build lacks this format
    return work


def memory_kib(pids: tuple[int, ...], field: str) -> int:
    """Sum of a field of /proc/PID/status; 0 where there is none."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith(field):
                total += int(line.split()[1])
    return total


def single(rounds: int) -> None:
    """One picture of each format."""
    print("24 MP to 256 px, blurred, everything included; ms, the middle round and the best")
    print(f"{'format':<12}{'MB':>6}{'desk':>8}{'Pillow':>8}{'faster':>8}{'libvips':>9}{'ratio':>7}")
    image = large()
    with PreviewPool() as pool:
        for name, options in (
            ("JPEG", {"quality": 90}),
            ("progressive", {"quality": 90, "progressive": True}),
            ("PNG", {"compress_level": 3}),
            ("WEBP", {"quality": 85, "method": 1}),
            ("AVIF", {"quality": 70, "speed": 10}),
            ("HEIF", {"quality": 60}),
        ):
            format_ = "JPEG" if name == "progressive" else name
            try:
                data = materials.saved(image, format_, **options)
            except (OSError, KeyError) as error:
                print(f"{name:<12} not made: {type(error).__name__}")
                continue
            source = encrypted(data)
            result = pool.preview(source, edge=EDGE)
            if not isinstance(result, Blurred):
                print(f"{name:<12} {result}")
                continue
            vips = vips_thumbnail(data)
            works: list[Callable[[], object]] = [
                lambda source=source: pool.preview(source, edge=EDGE),  # type: ignore[misc]
                lambda data=data: plain_pillow(data),  # type: ignore[misc]
                *([vips] if vips else []),
            ]
            ours, theirs, *other = in_turn(works, rounds)
            for what in ("median", "best"):
                own, plain = getattr(ours, what), getattr(theirs, what)
                quick = getattr(other[0], what) if other else 0.0
                tail = f"{quick:>9.0f}{own / quick:>7.2f}" if other else f"{'-':>9}{'-':>7}"
                print(
                    f"{name if what == 'median' else '  at best':<12}{len(data) / 1e6:>6.1f}{own:>8.0f}{plain:>8.0f}"
                    f"{plain / own:>7.1f}x{tail}",
                    flush=True,
                )


def mixed(count: int) -> None:
    """Many files of a day's work at once."""
    photo = large().resize((3000, 2000))
    corpus = [
        materials.saved(photo, "JPEG", quality=88),
        materials.saved(photo.resize((1200, 800)), "JPEG", quality=85),
        materials.saved(photo.resize((1000, 700)), "PNG"),
        materials.saved(photo.resize((1200, 800)), "WEBP", method=1),
        materials.moving("GIF"),
        materials.saved(photo.resize((1000, 700)), "HEIF"),
        materials.saved(photo.resize((800, 600)), "AVIF", speed=10),
        materials.film("mp4"),
        materials.film("webm"),
        materials.pdf(),
        materials.still("JPEG")[:2000],
        b"not a picture",
    ]
    sources = [encrypted(data) for data in corpus]
    peak = 0
    over = threading.Event()
    with PreviewPool(workers=2) as pool:

        def watch() -> None:
            nonlocal peak
            while not over.wait(0.02):
                peak = max(peak, memory_kib(pool.pids(), "VmRSS"))

        watcher = threading.Thread(target=watch)
        watcher.start()
        started = time.perf_counter()
        with ThreadPoolExecutor(4) as threads:
            results = list(
                threads.map(lambda n: pool.preview(sources[n % len(sources)], edge=EDGE), range(count))
            )
        seconds = time.perf_counter() - started
        over.set()
        watcher.join()
    shown = sum(isinstance(result, Blurred) for result in results)
    print(f"\n{count} mixed previews on two workers: {seconds:.1f} s, {count / seconds:.0f} a second")
    print(f"{shown} tiles, {count - shown} plain with a reason")
    print(
        f"peak memory: workers together {peak / 1024:.0f} MB, host {memory_kib((os.getpid(),), 'VmHWM') / 1024:.0f} MB"
    )


def main() -> int:
    """Run all; `--quick` for a glance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    single(3 if quick else 11)
    mixed(100 if quick else 1000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
