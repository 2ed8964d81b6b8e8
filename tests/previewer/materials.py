"""Media for the tests: patterns with PRACTICE across, made here in every format that is shown or refused."""

from __future__ import annotations

import io
import math
import struct
import zlib
from array import array
from fractions import Fraction
from functools import cache

import av
import pillow_heif
from PIL import Image, ImageDraw

pillow_heif.register_heif_opener()

STILL_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")
FILM_FORMATS = ("mp4", "mov", "webm", "matroska", "avi")
SOUND_FORMATS = ("mp3", "adts", "ogg", "wav", "flac")


def card(width: int = 320, height: int = 240, shade: int = 0) -> Image.Image:
    """Bars and a word; `shade` moves the colours, so that frames differ."""
    image = Image.new("RGB", (width, height), (60 + shade % 120, 90, 120))
    draw = ImageDraw.Draw(image)
    for number in range(0, width, 16):
        colour = ((number * 3 + shade) % 256, (number * 5) % 256, 255 - number % 256)
        draw.rectangle((number, 0, number + 7, height), fill=colour)
    draw.text((width // 8, height // 2), "PRACTICE", fill=(255, 255, 255))
    return image


def saved(image: Image.Image, name: str, **options: object) -> bytes:
    """The bytes of a picture in one format."""
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


@cache
def still(name: str) -> bytes:
    """A 320 x 240 picture."""
    return saved(card(), name)


@cache
def checkerboard(name: str = "PNG", size: int = 512, square: int = 8) -> bytes:
    """The hardest edges there are."""
    board = Image.new("L", (size, size))
    pixels = board.load()
    assert pixels is not None
    for y in range(size):
        for x in range(size):
            pixels[x, y] = 255 if (x // square + y // square) % 2 else 0
    return saved(board, name)


def quarters(orientation: int | None = None, name: str = "JPEG") -> bytes:
    """A picture, 300 x 200, whose left top corner alone is bright; with an EXIF orientation."""
    image = Image.new("RGB", (300, 200), (0, 0, 0))
    ImageDraw.Draw(image).rectangle((0, 0, 149, 99), fill=(255, 255, 255))
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    return saved(image, name, exif=exif.tobytes())


def described() -> bytes:
    """A JPEG whose EXIF names a camera, a time, a place on open water, and a hostile line."""
    exif = Image.Exif()
    exif[0x010F] = "Example Optics"
    exif[0x0110] = "Practice 1"
    exif[0x010E] = "line\u202eone\nline two\x07" + "x" * 2000
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 08:59:41"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (43.0, 31.0, 0.12)
    gps[3], gps[4] = "W", (87.0, 2.0, 0.12)
    return saved(card(), "JPEG", exif=exif.tobytes())


@cache
def moving(name: str, frames: int = 6) -> bytes:
    """An animation in GIF, PNG, WEBP or a TIFF of several pages."""
    pictures = [card(shade=index * 40) for index in range(frames)]
    options: dict[str, object] = {"save_all": True, "append_images": pictures[1:]}
    if name != "TIFF":
        options["duration"] = 100
    return saved(pictures[0], name, **options)


_CODECS = {
    "mp4": ("libx264", "aac"),
    "mov": ("libx264", "aac"),
    "matroska": ("libx264", "libopus"),
    "webm": ("libvpx-vp9", "libopus"),
    "avi": ("mpeg4", "libmp3lame"),
}


@cache
def film(name: str, seconds: int = 4, *, sound: bool = True) -> bytes:
    """A film of 160 x 120 at 10 frames a second, a keyframe each second, with a tone."""
    buffer = io.BytesIO()
    video_codec, audio_codec = _CODECS[name]
    with av.open(buffer, "w", format=name) as out:
        stream = out.add_stream(video_codec, rate=Fraction(10))
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.gop_size = 10
        if video_codec == "libvpx-vp9":
            stream.options = {"deadline": "realtime", "cpu-used": "8"}
        track = out.add_stream(audio_codec, rate=48000, layout="mono") if sound else None
        out.metadata["title"] = "Practice film"
        for number in range(seconds * 10):
            frame = av.VideoFrame.from_image(card(160, 120, number * 4))
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if track is not None:
            _tone(out, track, seconds)
    return buffer.getvalue()


@cache
def tone(name: str, seconds: int = 4) -> bytes:
    """A sound: silent in its first half, a tone in its second."""
    codec = {"mp3": "libmp3lame", "adts": "aac", "ogg": "libopus", "wav": "pcm_s16le", "flac": "flac"}[name]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=name) as out:
        _tone(out, out.add_stream(codec, rate=48000, layout="mono"), seconds)
    return buffer.getvalue()


def _tone(out: av.container.OutputContainer, track: av.AudioStream, seconds: int) -> None:
    block = 960
    for start in range(0, seconds * 48000, block):
        samples = array("h", bytes(block * 2))
        if start >= seconds * 24000:
            for number in range(block):
                samples[number] = round(20000 * math.sin((start + number) * 440 * 2 * math.pi / 48000))
        frame = av.AudioFrame("s16", "mono", block)
        plane = frame.planes[0]
        plane.update(samples.tobytes().ljust(plane.buffer_size, b"\x00"))
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        out.mux(track.encode(frame))
    out.mux(track.encode(None))


def pdf(pages: int = 3, width: int = 200, height: int = 300) -> bytes:
    """A document written by hand: each page a black band and its own title."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for number in range(pages):
        content = f"0 0 0 rg 0 {height // 2} {width} 20 re f BT /F1 12 Tf 20 40 Td (PRACTICE {number}) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {len(objects) + 2} 0 R "
            "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {pages} >>"
    objects.append("<< /Title (Practice paper) /Author (Example Author) >>")
    out = b"%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n"
        f"startxref\n{table}\n%%EOF\n"
    ).encode()
    return out


@cache
def bombs() -> dict[str, bytes]:
    """Small files whose headers promise pictures that would fill the memory."""
    png = bytearray(still("PNG"))
    png[16:24] = struct.pack(">II", 60000, 60000)
    png[29:33] = struct.pack(">I", zlib.crc32(bytes(png[12:29])))
    gif = bytearray(still("GIF"))
    gif[6:10] = struct.pack("<HH", 65535, 65535)
    bmp = bytearray(still("BMP"))
    bmp[18:26] = struct.pack("<ii", 50000, 50000)
    jpeg = bytearray(still("JPEG"))
    start = jpeg.index(b"\xff\xc0")
    jpeg[start + 5 : start + 9] = struct.pack(">HH", 65000, 65000)
    webp = bytearray(moving("WEBP"))
    webp[24:30] = struct.pack("<I", 59999)[:3] * 2
    tiff = bytearray(still("TIFF"))
    for tag in (0x0100, 0x0101):
        entry = tiff.index(struct.pack("<H", tag), 8 if tag == 0x0100 else 10)
        tiff[entry + 2 : entry + 12] = struct.pack("<HII", 4, 1, 100000)
    avif = bytearray(still("AVIF"))
    at = avif.index(b"ispe")
    avif[at + 8 : at + 16] = struct.pack(">II", 60000, 60000)
    heic = bytearray(still("HEIF"))
    at = -1
    while (at := heic.find(b"ispe", at + 1)) > 0:
        heic[at + 8 : at + 16] = struct.pack(">II", 60000, 60000)
    return {
        "PNG": bytes(png),
        "GIF": bytes(gif),
        "BMP": bytes(bmp),
        "JPEG": bytes(jpeg),
        "WEBP": bytes(webp),
        "TIFF": bytes(tiff),
        "AVIF": bytes(avif),
        "HEIF": bytes(heic),
    }
