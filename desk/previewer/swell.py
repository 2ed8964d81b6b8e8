"""Bombs that keep to the limits: small files that cost much time or memory. They are refused before that.

The limit of pixels alone lets through a file of 200 kB that opens into a gigabyte. An honest picture of that
size has a file to match; a blank one of fewer than OPENED_BYTES is nobody's harm and is shown.
"""

from __future__ import annotations

import re
import zlib
from typing import BinaryIO

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from .protocol import MAX_INLINE, Refusal, Refused

OPENED_BYTES = 96 << 20
"""Bytes of pixels up to which no file is too small."""

SWOLLEN = 200
"""Times its own size that a file may open into beyond that; photographs stay under 60, in any format."""

MAX_SCANS = 100
MAX_SCANNED = 2_400_000_000
"""Pixels gone over by all scans of a JPEG together. Encoders make three scans to a dozen."""

RUN_LENGTH_PIXELS = 16_000_000
"""Of a run-length coded BMP, which is decoded by Python, a thousand times slower than other pictures."""

STREAM_BYTES = 64 << 20
"""What one stream of a document may open into, be it text, drawing or font."""

STREAM_IMAGE_BYTES = 256 << 20
STREAM_DEPTH = 3
_TASTE_IN, _TASTE_OUT = 32 << 10, 4 << 20
_MOST_STREAMS = 20_000
_PIECE = 1 << 20

_SCAN = re.compile(rb"\xff\xda")
_STREAM = re.compile(rb"stream\r?\n")


def check_swell(image: Image.Image, source: BinaryIO, size: int) -> None:
    """Refuse a picture whose pixels are out of all proportion to its file. Raises Refused(TOO_LARGE).

    `size` is the file's, in bytes. A JPEG is decoded at the size that is needed, in any proportion, unless it
    comes in scans: then all of it is decoded once for each of them.
    """
    if isinstance(image, JpegImageFile):
        if not _in_scans(image, source):
            return
        scans = _scans(source)
        if scans > MAX_SCANS or scans * image.width * image.height > MAX_SCANNED:
            raise Refused(Refusal.TOO_LARGE)
    run_lengths = image.format == "BMP" and image.info.get("compression") in (1, 2)
    if run_lengths and image.width * image.height > RUN_LENGTH_PIXELS:
        raise Refused(Refusal.TOO_LARGE)
    check_proportion(image.width * image.height * _sample_bytes(image), size)


def check_proportion(opened: int, size: int) -> None:
    """Refuse what opens from `size` into so many bytes of pixels. Raises Refused(TOO_LARGE)."""
    if opened > OPENED_BYTES and opened > SWOLLEN * size:
        raise Refused(Refusal.TOO_LARGE)


def _sample_bytes(image: Image.Image) -> int:
    deep = image.mode in ("I", "F") or any(";16" in str(tile[3:]) for tile in getattr(image, "tile", ()))
    return len(image.getbands()) * (2 if deep else 1)


def _in_scans(image: JpegImageFile, source: BinaryIO) -> bool:
    """Whether it is progressive, or its first scan holds fewer colours than the picture."""
    if "progressive" in image.info:
        return True
    at = source.tell()  # right behind the marker of the first scan
    head = source.read(3)
    source.seek(at)
    return len(head) == 3 and head[2] != len(image.layer)


def _scans(source: BinaryIO) -> int:
    """How often a scan begins; more than there are where a comment looks like one. Reads all of the file."""
    at = source.tell()
    try:
        source.seek(0)
        found, last = 0, b""
        while found <= MAX_SCANS and (piece := source.read(_PIECE)):
            found += len(_SCAN.findall(last + piece))
            last = piece[-1:] if piece[-1:] == b"\xff" else b""
        return found
    finally:
        source.seek(at)


def check_streams(source: BinaryIO, size: int) -> None:
    """Refuse a document with a packed stream that opens into far too much. Raises Refused(TOO_LARGE).

    Each stream is tasted; only what opens into a hundredfold is opened further, and never kept. Documents of
    more than MAX_INLINE bytes are read piece by piece and are not looked through.
    """
    if size > MAX_INLINE:
        return
    at = source.tell()
    try:
        source.seek(0)
        data = memoryview(source.read())
    finally:
        source.seek(at)
    for number, found in enumerate(_STREAM.finditer(data)):
        if number >= _MOST_STREAMS:
            return
        start = found.end()
        if data[start : start + 1] and data[start] & 0x0F == 8:
            dictionary = bytes(data[max(0, found.start() - 400) : found.start()])
            image = b"/Image" in dictionary[dictionary.rfind(b"obj") + 1 :]
            _check_stream(data[start:], STREAM_IMAGE_BYTES if image else STREAM_BYTES, STREAM_DEPTH)


def _check_stream(packed: memoryview | bytes, most: int, depth: int) -> None:
    """Open one stream as far as it takes to know. Raises Refused(TOO_LARGE)."""
    unpack = zlib.decompressobj()
    opened, at = 0, 0
    try:
        first = unpack.decompress(packed[:_TASTE_IN], _TASTE_OUT)
        if depth and first[:1] and first[0] & 0x0F == 8:
            # What is packed twice opens into the square of it.
            _check_stream(first, most, depth - 1)
        if len(first) < _TASTE_OUT:
            return
        opened, at = len(first), _TASTE_IN
        rest: bytes | memoryview = unpack.unconsumed_tail
        while not unpack.eof and opened <= most:
            if not rest:
                rest = packed[at : at + _TASTE_IN]
                at += _TASTE_IN
                if not rest:
                    return
            opened += len(unpack.decompress(rest, _PIECE))
            rest = unpack.unconsumed_tail
    except zlib.error:
        return
    if opened > most:
        raise Refused(Refusal.TOO_LARGE)


__all__ = ["check_proportion", "check_streams", "check_swell"]
