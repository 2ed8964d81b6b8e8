"""Small files that keep to the limit of pixels and would cost seconds or a gigabyte: refused beforehand."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image

from desk.previewer import documents, images, swell
from desk.previewer.png import answer as quick_png
from desk.previewer.protocol import GREY, Ask, Format, Refusal, Refused, Request
from tests.media import corpus

from . import materials


@pytest.fixture(autouse=True)
def prepared() -> None:
    images.prepare()


def request(data: bytes, name: str, ask: Ask = Ask.BLUR) -> Request:
    return Request(b"", 1, ask, Format[name], GREY, 0, 64, 60, 9, -1, len(data))


@cache
def zeros(size: int) -> bytes:
    """So many of them, packed."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def png(width: int, height: int, *, colour: int, depth: int = 8) -> bytes:
    pixels = corpus._chunk(b"IDAT", zeros(2 << 20))
    return corpus._png(pixels, width=width, height=height, colour=colour, depth=depth)


def blank(name: str, edge: int) -> bytes:
    return materials.saved(Image.new("L", (edge, edge)), name)


def run_lengths() -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, 9000, 9000, 1, 8, 1, 0, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078, 0, 0, 1078) + head + bytes(1024) + b"\xff\x00" * 300_000


def scans(count: int) -> bytes:
    drawn = materials.saved(materials.card(96, 64), "JPEG", progressive=True)
    return corpus._many_scans(drawn, count)


def colour_by_colour() -> bytes:
    """No progressive JPEG; its first scan says that it holds one colour of three."""
    drawn = bytearray(materials.saved(materials.card(96, 64), "JPEG"))
    drawn[drawn.index(b"\xff\xda") + 4] = 1
    return bytes(drawn) + b"\xff\xda" * (swell.MAX_SCANS + 1)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("PNG", lambda: png(13_300, 13_300, colour=0)),
        ("PNG", lambda: png(5_000, 5_000, colour=6, depth=16)),
        ("PNG", lambda: png(1, 170_000_000, colour=0)),
        ("GIF", lambda: corpus._gif(1, 11_000, 11_000)),
        ("BMP", run_lengths),
        ("JPEG", lambda: scans(swell.MAX_SCANS)),
        ("JPEG", colour_by_colour),
    ],
)
@pytest.mark.parametrize("ask", [Ask.BLUR, Ask.PROBE, Ask.TEXT])
def test_pictures_out_of_proportion(name: str, made: Callable[[], bytes], ask: Ask) -> None:
    data = made()
    with pytest.raises(Refused) as refused:
        images.answer(io.BytesIO(data), request(data, name, ask))
    assert refused.value.refusal is Refusal.TOO_LARGE


def test_the_quick_way_looks_too() -> None:
    data = png(13_300, 13_300, colour=0)
    with pytest.raises(Refused) as refused:
        quick_png(io.BytesIO(data), request(data, "PNG"))
    assert refused.value.refusal is Refusal.TOO_LARGE


@pytest.mark.parametrize("name", ["PNG", "JPEG"])
def test_a_large_blank_picture_is_shown(name: str) -> None:
    data = blank(name, 5000)
    assert isinstance(images.answer(io.BytesIO(data), request(data, name)), list)


def test_many_scans_of_a_small_picture_are_shown_up_to_the_limit() -> None:
    data = scans(swell.MAX_SCANS // 2)
    assert isinstance(images.answer(io.BytesIO(data), request(data, "JPEG")), list)


def document(packed: bytes, dictionary: str = "") -> bytes:
    made = corpus._pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
        f"<< {dictionary} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n@\nendstream",
    )
    return made.replace(b"\n@\n", b"\n" + packed + b"\n")


@pytest.mark.parametrize(
    "packed", [lambda: zeros(80 << 20), lambda: zlib.compress(zeros(80 << 20), 9)], ids=["once", "twice"]
)
@pytest.mark.parametrize("ask", [Ask.BLUR, Ask.PROBE, Ask.TEXT])
def test_documents_with_streams_that_swell(packed: Callable[[], bytes], ask: Ask) -> None:
    data = document(packed())
    with pytest.raises(Refused) as refused:
        documents.answer(io.BytesIO(data), request(data, "PDF", ask))
    assert refused.value.refusal is Refusal.TOO_LARGE


@pytest.mark.parametrize("packed", [b"x\x9c" + bytes(50), zlib.compress(bytes(8 << 20)), zeros(8 << 20)[:-9]])
def test_documents_with_other_streams_are_opened(packed: bytes) -> None:
    source = io.BytesIO(document(packed))
    swell.check_streams(source, len(source.getvalue()))
    assert source.tell() == 0


def test_a_large_picture_in_a_document_may_open_further() -> None:
    source = io.BytesIO(document(zeros(80 << 20), "/Type /XObject /Subtype /Image"))
    swell.check_streams(source, len(source.getvalue()))


def test_a_document_read_by_pieces_is_not_looked_through() -> None:
    swell.check_streams(io.BytesIO(document(zeros(80 << 20))), 1 << 30)
