"""What a file is, by its first bytes alone. Comparisons only, nothing is parsed.

The answer chooses the one decoder that may run; a name or a declared type never does.
"""

from __future__ import annotations

from typing import NamedTuple

from desk.domain.preview import MediaKind

from .wire import Format, Worker

HEAD_BYTES = 4096
"""How many of the first bytes are enough."""


class Sniffed(NamedTuple):
    """`name` for a tile; `format` and `worker` are None where nothing here decodes it."""

    kind: MediaKind
    name: str
    format: Format | None = None
    worker: Worker | None = None


UNKNOWN = Sniffed(MediaKind.UNKNOWN, "")

_IMAGE, _VIDEO, _AUDIO = MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO

_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A "}


def sniff(head: bytes) -> Sniffed:
    """What `head`, the first bytes of a file (HEAD_BYTES of them or all), says it is."""
    if head[4:8] == b"ftyp":
        return _boxes(head)
    if head[:4] == b"RIFF":
        return _riff(head[8:12])
    for magic, answer in _MAGIC:
        if head.startswith(magic):
            return answer
    if head[:1] == b"\xff" and len(head) > 2:
        return _frames(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):
        return Sniffed(_VIDEO, "MOV", Format.MP4, Worker.AV)
    if b"%PDF-" in head[:1024]:
        return Sniffed(MediaKind.DOCUMENT, "PDF", Format.PDF, Worker.PDF)
    text = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if (
        text.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--"))
        and b"<svg" in head[:HEAD_BYTES].lower()
    ):
        # Drawings can hold scripts and links; nothing here renders them.
        return Sniffed(_IMAGE, "SVG")
    return UNKNOWN


LARGE_PNG = 1_000_000
"""Pixels from which the other decoder is worth its worker."""


def plain_png(head: bytes) -> bool:
    """Whether a PNG is large and needs nothing but its pixels, so that the quicker decoder may have it.

    Eight bits, grey or colours, not interlaced; no transparency, no animation, no EXIF before the pixels.
    """
    if not head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") or len(head) < 33:
        return False
    width, height = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    if head[24] != 8 or head[25] not in (0, 2) or head[28] or width * height < LARGE_PNG:
        return False
    at = 33
    while at + 8 <= len(head):
        name = head[at + 4 : at + 8]
        if name in (b"IDAT", b"tRNS", b"acTL", b"eXIf"):
            return name == b"IDAT"
        at += 12 + int.from_bytes(head[at : at + 4], "big")
    return False


_MAGIC: tuple[tuple[bytes, Sniffed], ...] = (
    (b"\xff\xd8\xff", Sniffed(_IMAGE, "JPEG", Format.JPEG, Worker.IMAGE)),
    (b"\x89PNG\r\n\x1a\n", Sniffed(_IMAGE, "PNG", Format.PNG, Worker.IMAGE)),
    (b"GIF87a", Sniffed(_IMAGE, "GIF", Format.GIF, Worker.IMAGE)),
    (b"GIF89a", Sniffed(_IMAGE, "GIF", Format.GIF, Worker.IMAGE)),
    (b"BM", Sniffed(_IMAGE, "BMP", Format.BMP, Worker.IMAGE)),
    (b"II*\x00", Sniffed(_IMAGE, "TIFF", Format.TIFF, Worker.IMAGE)),
    (b"MM\x00*", Sniffed(_IMAGE, "TIFF", Format.TIFF, Worker.IMAGE)),
    (b"II+\x00", Sniffed(_IMAGE, "TIFF", Format.TIFF, Worker.IMAGE)),
    (b"MM\x00+", Sniffed(_IMAGE, "TIFF", Format.TIFF, Worker.IMAGE)),
    (b"\x00\x00\x00\x0cjP  ", Sniffed(_IMAGE, "JPEG 2000")),
    (b"\x00\x00\x00\x0cJXL ", Sniffed(_IMAGE, "JPEG XL")),
    (b"\xff\x0a", Sniffed(_IMAGE, "JPEG XL")),
    (b"8BPS", Sniffed(_IMAGE, "PSD")),
    (b"\x1aE\xdf\xa3", Sniffed(_VIDEO, "Matroska", Format.MATROSKA, Worker.AV)),
    (b"FLV\x01", Sniffed(_VIDEO, "FLV")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Sniffed(_VIDEO, "Windows Media")),
    (b"\x00\x00\x01\xba", Sniffed(_VIDEO, "MPEG")),
    (b"ID3", Sniffed(_AUDIO, "MP3", Format.MP3, Worker.AV)),
    (b"OggS", Sniffed(_AUDIO, "Ogg", Format.OGG, Worker.AV)),
    (b"fLaC", Sniffed(_AUDIO, "FLAC", Format.FLAC, Worker.AV)),
    (b"#!AMR", Sniffed(_AUDIO, "AMR")),
    (b"%PDF-", Sniffed(MediaKind.DOCUMENT, "PDF", Format.PDF, Worker.PDF)),
    (b"PK\x03\x04", Sniffed(MediaKind.DOCUMENT, "ZIP")),
    (b"\xd0\xcf\x11\xe0", Sniffed(MediaKind.DOCUMENT, "Office")),
)


def _boxes(head: bytes) -> Sniffed:
    size = min(int.from_bytes(head[:4], "big"), 256)
    major = head[8:12]
    brands = {major} | {head[at : at + 4] for at in range(16, min(size, len(head) - 3), 4)}
    if b"avif" in brands or b"avis" in brands:
        return Sniffed(_IMAGE, "AVIF", Format.AVIF, Worker.IMAGE)
    if major in _HEIF_BRANDS:
        return Sniffed(_IMAGE, "HEIC", Format.HEIF, Worker.HEIF)
    if major in _SOUND_BRANDS:
        return Sniffed(_AUDIO, "M4A", Format.MP4, Worker.AV)
    return Sniffed(_VIDEO, "MOV" if major == b"qt  " else "MP4", Format.MP4, Worker.AV)


def _riff(form: bytes) -> Sniffed:
    if form == b"WEBP":
        return Sniffed(_IMAGE, "WebP", Format.WEBP, Worker.IMAGE)
    if form == b"AVI ":
        return Sniffed(_VIDEO, "AVI", Format.AVI, Worker.AV)
    if form == b"WAVE":
        return Sniffed(_AUDIO, "WAV", Format.WAV, Worker.AV)
    return UNKNOWN


def _frames(head: bytes) -> Sniffed:
    second, third = head[1], head[2]
    if second & 0xF6 == 0xF0:
        return Sniffed(_AUDIO, "AAC", Format.AAC, Worker.AV)
    # A frame header of MPEG audio: sync, a version and a layer that exist, a bit rate that is allowed.
    if second & 0xE0 == 0xE0 and second & 0x18 != 0x08 and second & 0x06 and third & 0xF0 != 0xF0:
        return Sniffed(_AUDIO, "MP3", Format.MP3, Worker.AV)
    return UNKNOWN
