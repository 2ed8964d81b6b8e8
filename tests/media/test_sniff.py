"""First bytes decide; names and declared kinds never do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.domain.preview import MediaKind
from desk.media.sniff import sniff
from desk.media.wire import Format, Worker
from tests.previewer import materials


@pytest.mark.parametrize(
    ("name", "format_", "worker"),
    [
        ("JPEG", Format.JPEG, Worker.IMAGE),
        ("PNG", Format.PNG, Worker.IMAGE),
        ("GIF", Format.GIF, Worker.IMAGE),
        ("WEBP", Format.WEBP, Worker.IMAGE),
        ("BMP", Format.BMP, Worker.IMAGE),
        ("TIFF", Format.TIFF, Worker.IMAGE),
        ("AVIF", Format.AVIF, Worker.IMAGE),
        ("HEIF", Format.HEIF, Worker.HEIF),
    ],
)
def test_pictures(name: str, format_: Format, worker: Worker) -> None:
    found = sniff(materials.still(name)[:4096])
    assert (found.kind, found.format, found.worker) == (MediaKind.IMAGE, format_, worker)


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("mp4", Format.MP4),
        ("mov", Format.MP4),
        ("webm", Format.MATROSKA),
        ("matroska", Format.MATROSKA),
        ("avi", Format.AVI),
    ],
)
def test_films(name: str, format_: Format) -> None:
    found = sniff(materials.film(name)[:4096])
    assert (found.kind, found.format, found.worker) == (MediaKind.VIDEO, format_, Worker.AV)


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("mp3", Format.MP3),
        ("adts", Format.AAC),
        ("ogg", Format.OGG),
        ("wav", Format.WAV),
        ("flac", Format.FLAC),
    ],
)
def test_sounds(name: str, format_: Format) -> None:
    found = sniff(materials.tone(name)[:4096])
    assert (found.kind, found.format, found.worker) == (MediaKind.AUDIO, format_, Worker.AV)


@pytest.mark.parametrize(
    ("head", "kind", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", MediaKind.IMAGE, "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><SVG/>", MediaKind.IMAGE, "SVG"),
        (b"<?xml version='1.0'?><note/>", MediaKind.UNKNOWN, ""),
        (b"PK\x03\x04", MediaKind.DOCUMENT, "ZIP"),
        (b"8BPS\x00\x01", MediaKind.IMAGE, "PSD"),
        (b"#EXTM3U\nfile:///etc/hostname", MediaKind.UNKNOWN, ""),
        (b"ffconcat version 1.0", MediaKind.UNKNOWN, ""),
        (b"\xff\xfb\x90\x00", MediaKind.AUDIO, "MP3"),
        (b"\xff\xff\xff\xff", MediaKind.UNKNOWN, ""),
        (b"RIFF\x00\x00\x00\x00ACON", MediaKind.UNKNOWN, ""),
        (b"\x00\x00\x00\x14ftypM4A \x00\x00\x00\x00isom", MediaKind.AUDIO, "M4A"),
        (b"\x00\x00\x00\x08moov", MediaKind.VIDEO, "MOV"),
        (b"\n\n%PDF-1.7", MediaKind.DOCUMENT, "PDF"),
        (b"", MediaKind.UNKNOWN, ""),
        (b"hello", MediaKind.UNKNOWN, ""),
    ],
)
def test_others(head: bytes, kind: MediaKind, name: str) -> None:
    found = sniff(head)
    assert (found.kind, found.name) == (kind, name)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=64),
    st.sampled_from([b"", b"RIFF", b"\xff", b"\x00\x00\x00\x20ftyp", b"<svg", b"%PDF-"]),
)
def test_any_bytes_get_an_answer(tail: bytes, start: bytes) -> None:
    found = sniff(start + tail)
    assert (found.format is None) == (found.worker is None)
