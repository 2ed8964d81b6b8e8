"""Odd, broken and hostile files without end: written by hand first, then bred from every format that is shown.

Everything is made in memory and follows from the number of the file alone.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from PIL import Image

from tests.previewer import materials


class Odd(NamedTuple):
    """``name`` says how it was made, so that a failure can be looked at again."""

    name: str
    data: bytes


@cache
def seeds() -> dict[str, bytes]:
    """One small honest file of each format."""
    found = {name: materials.saved(materials.card(96, 64), name) for name in materials.STILL_FORMATS}
    found |= {f"moving {name}": materials.moving(name, 3) for name in ("GIF", "PNG", "WEBP", "TIFF")}
    found |= {name: materials.film(name, 2) for name in materials.FILM_FORMATS}
    found |= {name: materials.tone(name, 1) for name in materials.SOUND_FORMATS}
    found["progressive"] = materials.saved(materials.card(96, 64), "JPEG", progressive=True)
    found["described"] = materials.described()
    found["pdf"] = materials.pdf()
    return found


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png(*chunks: bytes, width: int = 64, height: int = 64, depth: int = 8, colour: int = 2) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + _chunk(b"IEND", b"")


def _box(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", (8 + len(body)) & 0xFFFFFFFF if size is None else size) + name + body


def _pdf(*objects: str) -> bytes:
    body = b"%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    table += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    end = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    return body + table + end


def _gif(frames: int, width: int = 16, height: int = 16, tail: bytes = b"\x3b") -> bytes:
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + picture * frames + tail


def _exif(payload: bytes) -> bytes:
    jpeg = seeds()["JPEG"]
    body = b"Exif\x00\x00" + payload
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", (len(body) + 2) & 0xFFFF) + body + jpeg[2:]


def _ifd(entries: bytes, count: int, following: int) -> bytes:
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", count) + entries + struct.pack("<I", following)


def _wav(riff: int, fmt: bytes, data_size: int, data: bytes = bytes(64)) -> bytes:
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", data_size) + data
    return b"RIFF" + struct.pack("<I", riff) + body


@cache
def by_hand() -> tuple[Odd, ...]:
    """What somebody who knows the formats would try."""
    made = seeds()
    zeros = zlib.compress(bytes(48 << 20), 9)
    rows = zlib.compress(bytes(64 * (64 * 3 + 1)))
    ftyp = _box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2mp41")
    pcm = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    loop = "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"
    catalogue = "<< /Type /Catalog /Pages 2 0 R >>"
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [{}] /Contents 4 0 R >>"
    pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    found: dict[str, bytes] = {
        "one byte": b"\xff",
        "spaces": b" " * 5000,
        "zeros": bytes(100_000),
        "svg with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "svg that names a file": b"<?xml version='1.0'?><svg><image href='file:///etc/passwd'/></svg>",
        "xml that grows": b"<!DOCTYPE svg [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><svg>&b;</svg>",
        "zip": b"PK\x03\x04" + bytes(60),
        "playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        "concatenation list": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "png: profile that swells": _png(_chunk(b"iCCP", b"x\x00\x00" + zeros), _chunk(b"IDAT", rows)),
        "png: text that swells": _png(_chunk(b"zTXt", b"x\x00\x00" + zeros), _chunk(b"IDAT", rows)),
        "png: long text after": _png(_chunk(b"IDAT", rows), _chunk(b"iTXt", b"x\x00\x01\x00\x00\x00" + zeros)),
        "png: pixels that swell": _png(_chunk(b"IDAT", zeros)),
        "png: no pixels": _png(),
        "png: no palette": _png(_chunk(b"IDAT", rows), colour=3),
        "png: odd depth": _png(_chunk(b"IDAT", rows), depth=3),
        "png: no width": _png(_chunk(b"IDAT", rows), width=0),
        "png: a wide line": _png(_chunk(b"IDAT", rows), width=0x7FFFFFFF, height=1),
        "png: at the limit": _png(_chunk(b"IDAT", rows), width=13_379, height=13_379),
        "png: large and empty": _png(_chunk(b"IDAT", rows), width=1200, height=1200),
        "png: large, wrong stream": _png(_chunk(b"IDAT", b"\x78\x9c" + bytes(5000)), width=1200, height=1200),
        "png: a million chunks": _png(_chunk(b"tEXt", b"a\x00b") * 40_000, _chunk(b"IDAT", rows)),
        "png: chunk beyond the end": _png(struct.pack(">I", 0x7FFFFFFF) + b"IDAT" + rows),
        "apng: promises frames": _png(_chunk(b"acTL", struct.pack(">II", 0x7FFFFFFF, 0)), _chunk(b"IDAT", rows)),
        "apng: frame outside": _png(
            _chunk(b"acTL", struct.pack(">II", 2, 0)),
            _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 64, 64, 60, 60, 1, 1, 9, 9)),
            _chunk(b"IDAT", rows),
        ),
        "gif: endless": _gif(50_000, tail=b""),
        "gif: deep": _gif(9_999),
        "gif: large canvas, many": _gif(400, 65_535, 2_600),
        "gif: frame outside": _gif(3).replace(b"\x2c\x00\x00\x00\x00", b"\x2c\xff\xff\xff\xff"),
        "gif: comment without end": b"GIF89a\x10\x00\x10\x00\x00\x00\x00\x21\xfe" + b"\xffx" * 60_000,
        "gif: head alone": b"GIF89a",
        "jpeg: many scans": _many_scans(made["progressive"], 4000),
        "jpeg: no height": _jpeg_size(made["JPEG"], 64, 0),
        "jpeg: wide": _jpeg_size(made["JPEG"], 65_500, 2_700),
        "jpeg: comments": made["JPEG"][:2] + (b"\xff\xfe\xff\xff" + b"x" * 65_533) * 60 + made["JPEG"][2:],
        "jpeg: head alone": b"\xff\xd8\xff\xe0",
        "jpeg: many in one": made["JPEG"] * 50,
        "exif: circle": _exif(_ifd(struct.pack("<HHII", 0x8769, 4, 1, 8), 1, 8)),
        "exif: many entries": _exif(_ifd(b"\xff" * 12 * 2000, 65_535, 0)),
        "exif: counts that overflow": _exif(_ifd(struct.pack("<HHII", 0x0112, 5, 0xFFFFFFFF, 0xFFFFFFFF), 1, 0)),
        "exif: orientation of words": _exif(_ifd(struct.pack("<HHI4s", 0x0112, 2, 4, b"abc\x00"), 1, 0)),
        "exif: place that divides by nothing": _exif(_ifd(struct.pack("<HHII", 0x8825, 4, 1, 8), 1, 0)),
        "exif: noise": _exif(random.Random(1).randbytes(4000)),
        "tiff: circle": _ifd(struct.pack("<HHII", 0x0100, 4, 1, 64), 1, 8),
        "tiff: many pages": _ifd(b"", 0, 14) + _ifd(b"", 0, 8)[8:] * 2000,
        "tiff: strips beyond": _tiff_of(0x0111, 0xFFFFFFF0),
        "tiff: bytes that overflow": _tiff_of(0x0117, 0xFFFFFFFF),
        "tiff: rows that overflow": _tiff_of(0x0116, 0xFFFFFFFF),
        "bmp: from below the ground": made["BMP"][:22] + struct.pack("<i", -(1 << 31)) + made["BMP"][26:],
        "bmp: run lengths": made["BMP"][:30] + struct.pack("<I", 1) + made["BMP"][34:54] + b"\xff\x00" * 9000,
        "webp: size that lies": b"RIFF\xff\xff\xff\xffWEBP" + made["WEBP"][12:],
        "webp: chunks inside chunks": b"RIFF\x00\x10\x00\x00WEBPVP8X" + b"\x0a\x00\x00\x00\xff" * 500,
        "wav: size that lies": _wav(0xFFFFFFFF, pcm, 0xFFFFFFF0),
        "wav: no rate": _wav(100, struct.pack("<HHIIHH", 1, 1, 0, 0, 0, 0), 64),
        "wav: many channels": _wav(100, struct.pack("<HHIIHH", 1, 65_535, 0xFFFFFFFF, 1, 65_535, 32), 64),
        "wav: unknown codec": _wav(100, struct.pack("<HHIIHH", 0xABCD, 2, 44_100, 1, 4, 16), 64),
        "mp4: box without size": ftyp + _box(b"moov", b"", 0),
        "mp4: box of one byte": ftyp + _box(b"moov", bytes(40), 1),
        "mp4: box that overflows": ftyp + struct.pack(">I4sQ", 1, b"mdat", 0xFFFFFFFFFFFFFFFF) + bytes(50),
        "mp4: boxes inside boxes": ftyp + _nested(b"moov", 3000),
        "mp4: many streams": ftyp + _box(b"moov", _box(b"trak", _box(b"mdia", b"")) * 5000),
        "mp4: table that overflows": made["mp4"].replace(b"stsz", b"stsz\xff\xff\xff\xff\xff\xff\xff\xff", 1),
        "mp4: names a file": ftyp + _box(b"moov", _box(b"rmra", _box(b"rmda", _box(b"rdrf", b"url file:///etc/passwd")))),
        "mp4: wide film": _film_size(made["mp4"]),
        "mkv: sizes without end": b"\x1aE\xdf\xa3" + b"\x01\xff\xff\xff\xff\xff\xff\xff" * 400,
        "mkv: depth": b"\x1aE\xdf\xa3\x80" + b"\x18S\x80g\x01\xff\xff\xff\xff\xff\xff\xff" * 2000,
        "avi: index that lies": made["avi"].replace(b"idx1", b"idx1\xff\xff\xff\x7f", 1),
        "ogg: empty pages": b"OggS\x00\x02" + bytes(20) + b"\xff" + b"\xff" * 255 + made["ogg"],
        "flac: blocks": b"fLaC" + b"\x04\xff\xff\xff" * 2000,
        "mp3: tag larger than all": b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + made["mp3"],
        "mp3: tags inside tags": b"ID3\x03\x00\x00\x00\x00\x7f\x7fAPIC\xff\xff\xff\xff\x00\x00" * 500,
        "aac: heads without bodies": b"\xff\xf1\x50\x80\x00\x1f\xfc" * 8000,
        "pdf: pages in a circle": _pdf(catalogue, loop),
        "pdf: catalogue in a circle": _pdf("<< /Type /Catalog /Pages 1 0 R >>"),
        "pdf: enormous page": _pdf(catalogue, pages, page.format("0 0 1e30 1e30"), "<< >>"),
        "pdf: no page size": _pdf(catalogue, pages, page.format("0 0 0 0"), "<< >>"),
        "pdf: sliver": _pdf(catalogue, pages, page.format("0 0 19999 0.001"), "<< >>"),
        "pdf: deep arrays": _pdf(catalogue, pages, page.format("0 0 9 9 " + "[" * 40_000), "<< >>"),
        "pdf: deep dictionaries": _pdf("<< /A " * 20_000),
        "pdf: long work": _pdf_stream(b"q 0 0 200 200 re W n " * 60_000),
        "pdf: stream that swells": _pdf_stream(bytes(40 << 20)),
        "pdf: form that draws itself": _pdf(
            catalogue, pages,
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>",
            "<< /Length 4 >>\nstream\n/F Do\nendstream",
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >> /Length 5 >>\nstream\n/F Do\nendstream",
        ),
        "pdf: script at the start": _pdf("<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while(1){}) >> >>", pages, page.format("0 0 99 99"), "<< >>"),
        "pdf: table that lies": made["pdf"].replace(b"startxref\n", b"startxref\n99999999999"),
        "heic: boxes": _box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic") + _nested(b"meta", 800),
        "avif: items": _box(b"ftyp", b"avif\x00\x00\x00\x00mif1avif") + _box(b"meta", b"\x00" * 4 + _box(b"iloc", b"\xff" * 5000)),
        "heic: table that overflows": made["HEIF"].replace(b"iloc", b"iloc\xff\xff", 1),
    }  # fmt: skip
    both = {
        f"{first} that is {second} too": made[first] + made[second]
        for first, second in (
            ("JPEG", "pdf"),
            ("GIF", "PNG"),
            ("PNG", "mp4"),
            ("pdf", "JPEG"),
            ("wav", "WEBP"),
        )
    }
    found |= both | {f"bomb {name}": data for name, data in materials.bombs().items()}
    return tuple(Odd(name, data) for name, data in found.items())


def _many_scans(jpeg: bytes, count: int) -> bytes:
    at = jpeg.rindex(b"\xff\xda")
    return jpeg[:-2] + jpeg[at:-2] * count + jpeg[-2:]


def _jpeg_size(jpeg: bytes, width: int, height: int) -> bytes:
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def _tiff_of(tag: int, value: int) -> bytes:
    data = bytearray(seeds()["TIFF"])
    at = data.find(struct.pack("<H", tag), int.from_bytes(data[4:8], "little"))
    if at > 0:
        data[at + 8 : at + 12] = struct.pack("<I", value)
    return bytes(data)


def _film_size(film: bytes) -> bytes:
    at = film.index(b"avc1") + 28
    return film[:at] + struct.pack(">HH", 65_535, 65_535) + film[at + 4 :]


def _nested(name: bytes, depth: int) -> bytes:
    body = b""
    for _ in range(depth):
        body = _box(name, body)
    return body


def _pdf_stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    head = _pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
        f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n@\nendstream",
    )
    return head.replace(b"\n@\n", b"\n" + packed + b"\n")


def bred(number: int) -> Odd:
    """A descendant of an honest file, or of two."""
    rng = random.Random(number)
    made = seeds()
    names = sorted(made)
    name = names[number % len(names)]
    data = bytearray(made[name])
    how = rng.choice(("flip", "flip", "head", "cut", "repeat", "zero", "insert", "field", "splice", "swap"))
    at = rng.randrange(len(data))
    span = rng.randrange(1, 1 + min(4096, len(data)))
    if how == "flip":
        for _ in range(rng.choice((1, 3, 20, 200))):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif how == "head":
        for _ in range(rng.randrange(1, 12)):
            data[rng.randrange(4, min(len(data), 120))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
    elif how == "cut":
        del data[max(12, at) :]
    elif how == "repeat":
        data[at:at] = data[at : at + span] * rng.randrange(1, 40)
    elif how == "zero":
        data[at : at + span] = bytes(len(data[at : at + span]))
    elif how == "insert":
        data[at:at] = rng.randbytes(span)
    elif how == "field":
        for _ in range(rng.randrange(1, 4)):
            place = rng.randrange(8, len(data) - 4)
            data[place : place + 4] = rng.choice(
                (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(4))
            )
    elif how == "splice":
        other = made[rng.choice(names)]
        data[at:] = other[rng.randrange(len(other)) :]
    else:
        other = made[rng.choice(names)]
        data[:32] = other[:32]
    return Odd(f"{number}: {name}, {how}", bytes(data))


def files(count: int, start: int = 0) -> Iterator[Odd]:
    """All that is written by hand, then bred ones, ``count`` together."""
    hand = by_hand()
    yield from hand[:count]
    for number in range(start, start + max(0, count - len(hand))):
        yield bred(number)


def sound_picture() -> bytes:
    """An honest file, to see that the desk still works."""
    return materials.saved(Image.new("RGB", (40, 30), (10, 90, 200)), "PNG")
