"""Large plain PNG take the quicker way; everything else, and everything odd, ends as it did before."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from desk.domain.preview import Blurred, NoPreview, NoPreviewReason, PreviewSource
from desk.media import sniff
from desk.media.pool import PreviewPool
from tests.previewer import materials
from tests.previewer.test_pdq import scene

SIZE = (1200, 900)


def large(mode: str = "RGB", **options: Any) -> bytes:
    return materials.saved(scene(31, *SIZE).convert(mode), "PNG", compress_level=1, **options)


def shown(pool: PreviewPool, data: bytes, *, grey: bool = True) -> Blurred:
    found = pool.preview(PreviewSource.from_bytes(data), edge=128, grey=grey)
    assert isinstance(found, Blurred), found
    return found


def usual(pool: PreviewPool, monkeypatch: pytest.MonkeyPatch, data: bytes, *, grey: bool = True) -> Blurred:
    with monkeypatch.context() as patch:
        patch.setattr("desk.media.pool.plain_png", lambda _head: False)
        return shown(pool, data, grey=grey)


def animated() -> bytes:
    frames = [scene(seed, *SIZE) for seed in (1, 2)]
    return materials.saved(frames[0], "PNG", save_all=True, append_images=frames[1:], compress_level=1)


def interlaced() -> bytes:
    """Pillow writes none: the seven passes are laid out here."""
    width, height = SIZE
    image = scene(31, *SIZE).convert("L")
    rows = b""
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):  # fmt: skip
        for y in range(y0, height, dy):
            line = image.crop((0, y, width, y + 1)).tobytes()[x0::dx]
            rows += b"\x00" + line

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")  # fmt: skip


def described() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "x" * 2000)
    exif = Image.Exif()
    exif[0x0112] = 6
    return large(pnginfo=text, exif=exif)


@pytest.mark.parametrize(
    ("made", "plain"),
    [
        (lambda: large("RGB"), True),
        (lambda: large("L"), True),
        (lambda: large("RGBA"), False),
        (lambda: large("LA"), False),
        (lambda: large("P"), False),
        (lambda: large("1"), False),
        (lambda: large("RGB", transparency=(1, 2, 3)), False),
        (lambda: materials.saved(scene(31, *SIZE).convert("L").convert("I;16"), "PNG"), False),
        (interlaced, False),
        (animated, False),
        (described, False),
        (lambda: materials.saved(scene(31, 300, 200), "PNG"), False),
    ],
    ids=["rgb", "grey", "rgba", "la", "palette", "bits", "transparent", "16", "interlaced", "moving", "exif", "small"],
)  # fmt: skip
def test_only_plain_ones_take_it_and_look_the_same(
    pool: PreviewPool, monkeypatch: pytest.MonkeyPatch, made: Any, plain: bool
) -> None:
    data = made()
    assert sniff.plain_png(data[: sniff.HEAD_BYTES]) is plain
    for grey in (True, False):
        quick, slow = shown(pool, data, grey=grey), usual(pool, monkeypatch, data, grey=grey)
        assert (quick.width, quick.height, quick.channels) == (slow.width, slow.height, slow.channels)
        worst = max(abs(a - b) for a, b in zip(quick.pixels, slow.pixels, strict=True))
        assert worst <= 3
        assert not quick.damaged


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.999])
def test_a_cut_file_shows_what_is_there_and_says_so(
    pool: PreviewPool, monkeypatch: pytest.MonkeyPatch, keep: float
) -> None:
    data = large()
    cut = data[: int(len(data) * keep)]
    found = shown(pool, cut)
    assert found.damaged
    assert found.pixels == usual(pool, monkeypatch, cut).pixels


def test_a_wrong_sum_is_left_to_the_usual_way(pool: PreviewPool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(large())
    middle = len(data) // 2
    data[middle] ^= 0x55
    found = pool.preview(PreviewSource.from_bytes(bytes(data)), edge=128)
    with monkeypatch.context() as patch:
        patch.setattr("desk.media.pool.plain_png", lambda _head: False)
        assert pool.preview(PreviewSource.from_bytes(bytes(data)), edge=128) == found


def test_a_bomb_is_refused_by_its_header(pool: PreviewPool) -> None:
    data = bytearray(large())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    found = pool.preview(PreviewSource.from_bytes(bytes(data)), edge=128)
    assert isinstance(found, NoPreview)
    assert found.reason is NoPreviewReason.TOO_LARGE


@pytest.mark.parametrize(
    "head", [b"", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\xff" * 30]
)
def test_odd_heads_are_not_plain(head: bytes) -> None:
    assert not sniff.plain_png(head)
