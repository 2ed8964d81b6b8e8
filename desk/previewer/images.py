"""Still and moving pictures by Pillow.

Only the one decoder that the first bytes ask for is tried; the size is checked before a pixel is decoded;
JPEG is decoded at the reduced scale that the tile needs.
"""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

import PIL.AvifImagePlugin
import PIL.BmpImagePlugin
import PIL.GifImagePlugin
import PIL.JpegImagePlugin
import PIL.MpoImagePlugin
import PIL.PngImagePlugin
import PIL.TiffImagePlugin
import PIL.WebPImagePlugin
from PIL import ExifTags, Image, ImageFile, TiffImagePlugin, UnidentifiedImageError, features

from . import webp
from .animation import Timing, gif_delays, timing
from .part import of as part_of
from .pdq import SIDE, pdq
from .progressive import coarse
from .protocol import (
    FACT_PICTURE,
    FACT_TEXT,
    GREY,
    MAX_COUNT,
    MAX_PIXELS,
    MAX_STILLS,
    ArrivingFile,
    Ask,
    Facts,
    Format,
    Hashed,
    Picture,
    Refusal,
    Refused,
    Request,
)
from .shape import blurred, check_size, fit, picture, plain, shrink, turn
from .swell import check_swell
from .text import Entry, from_exif

NAMES = {
    Format.JPEG: "JPEG",
    Format.PNG: "PNG",
    Format.GIF: "GIF",
    Format.WEBP: "WEBP",
    Format.BMP: "BMP",
    Format.TIFF: "TIFF",
    Format.HEIF: "HEIF",
    Format.AVIF: "AVIF",
}
STILLS_SECONDS = 6.0
READ_AT_ONCE = 1 << 18
"""Bytes that a decoder takes at a time: fewer turns, and still while the rest of the file comes in."""


def prepare() -> None:
    """Load and warm every decoder, so that nothing has to be opened after the lock."""
    Image.preinit()
    Image._initialized = 2  # the plugins above are all there will ever be
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    warnings.filterwarnings("ignore", category=UserWarning)
    PIL.AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    webp.prepare()
    tile = Image.new("RGB", (24, 16), (90, 120, 150))
    for name in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"):
        buffer = io.BytesIO()
        tile.save(buffer, name, **({"compression": "tiff_lzw"} if name == "TIFF" else {}))
        buffer.seek(0)
        with Image.open(buffer, formats=[name]) as image:
            image.getexif()
            blurred(shrink(image, 8), 60, grey=True, position_ms=-1, damaged=False)


def refusal(error: Exception) -> Refusal:
    """Pillow's own guard against bombs sees some before ours does."""
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return Refusal.TOO_LARGE
    return Refusal.BROKEN


def formats() -> int:
    """Bits 1 << Format of what this build decodes."""
    have = [Format.JPEG, Format.PNG, Format.GIF, Format.BMP, Format.TIFF]
    have += [Format.WEBP] if features.check("webp") else []
    have += [Format.AVIF] if features.check("avif") else []
    return sum(1 << number for number in have)


def _open(source: BinaryIO, request: Request) -> Image.Image:
    name = NAMES.get(Format(request.format))
    if name is None or name not in Image.OPEN:
        raise Refused(Refusal.UNSUPPORTED)
    source.seek(0)
    image = Image.open(source, formats=[name])
    check_size(*image.size)
    check_swell(image, source, request.size)
    return image


def answer(
    source: BinaryIO, request: Request
) -> list[Picture] | list[Hashed] | Facts | list[Entry] | Iterator[Picture]:
    """One request about one picture. Raises Refused, MemoryError, or whatever a decoder raises."""
    ask = Ask(request.ask)
    if ask is Ask.PLAY:
        return _play(source, request)
    if ask is Ask.PROBE:
        with _open(source, request) as image:
            return _facts(image, source)
    if ask is Ask.TEXT:
        with _open(source, request) as image:
            if image.format == "PNG":
                image.load()  # its text may follow the pixels
            return from_exif(_exif(image), image.info)
    if ask not in (Ask.BLUR, Ask.REVEAL, Ask.STILLS, Ask.HASH):
        raise Refused(Refusal.UNSUPPORTED)
    try:
        if ask is Ask.HASH:
            return _hashes(source, request)
        return _pictures(source, request, ask, damaged=False)
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        if isinstance(error, UnidentifiedImageError):
            raise Refused(Refusal.BROKEN) from None
        # What is there of a cut-off file is evidence too: once more, taking what can be had.
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            if ask is Ask.HASH:
                return _hashes(source, request)
            return _pictures(source, request, ask, damaged=True)
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False


def _pictures(source: BinaryIO, request: Request, ask: Ask, *, damaged: bool) -> list[Picture]:
    if ask is not Ask.STILLS:
        with _open(source, request) as image:
            position = -1
            if ask is Ask.REVEAL and request.number:
                _seek(image, request.number)
            elif ask is Ask.REVEAL and request.position_ms >= 0:
                times = _timing(image, source)
                number = times.at(request.position_ms) if times else 0
                _seek(image, number)
                position = times.starts[number] if times else -1
            return [_one(image, source, request, ask, damaged=damaged)._replace(position_ms=position)]
    with _open(source, request) as image:
        times = _timing(image, source)
        return [
            _one(image, source, request, ask, damaged=damaged)._replace(
                position_ms=times.starts[number] if times else -1
            )
            for number in _frames(image, source, request)
        ]


def _timing(image: Image.Image, source: BinaryIO) -> Timing | None:
    return timing(image, source, _count(image, source))


def _play(source: BinaryIO, request: Request) -> Iterator[Picture]:
    """Every picture of an animation from the one at a position on, none left out.

    Ends without an error only after the last: a picture that cannot be decoded, or one more than was counted,
    is refused, and then nobody can say that all of it was shown.
    """
    with _open(source, request) as image:
        times = _timing(image, source)
        if times is None:
            raise Refused(Refusal.UNSUPPORTED)
        for number in range(times.at(max(0, request.position_ms)), len(times.starts)):
            image.seek(number)
            check_size(*image.size)
            small = turn(plain(shrink(image, request.edge), grey=False), _orientation(image))
            yield picture(small, position_ms=times.starts[number])
        try:
            image.seek(len(times.starts))
        except EOFError:
            return
        raise Refused(Refusal.BROKEN)


def _frames(image: Image.Image, source: BinaryIO, request: Request) -> Iterator[int]:
    """Go to frames spread over an animation, at most `number`, fewer if they take long. Their numbers."""
    deadline = time.monotonic() + STILLS_SECONDS
    frames = _count(image, source)
    wanted = max(1, min(request.number, frames, MAX_STILLS))
    for index in range(wanted):
        number = index * frames // wanted
        # One by one, since each picture is laid over those before it: so the time can be watched.
        if image.format != "TIFF":
            for between in range(image.tell() + 1, number):
                if time.monotonic() > deadline:
                    return
                _seek(image, between)
        if index and time.monotonic() > deadline:
            return
        _seek(image, number)
        yield number


def _hashes(source: BinaryIO, request: Request) -> list[Hashed]:
    """Of the pixels as they are stored: the lists that hashes are compared with know no EXIF orientation."""
    found: list[Hashed] = []
    with _open(source, request) as image:
        for _ in _frames(image, source, request):
            if isinstance(image, PIL.JpegImagePlugin.JpegImageFile):
                image.draft("RGB", (SIDE, SIDE))
            image.load()
            clear = image.mode in ("P", "PA", "LA", "RGBA")
            found.append(Hashed(*pdq(image if clear else plain(image, grey=False))))
    return found


def _seek(image: Image.Image, frame: int) -> None:
    try:
        image.seek(frame)
    except EOFError:
        return
    check_size(*image.size)


def _one(image: Image.Image, source: BinaryIO, request: Request, ask: Ask, *, damaged: bool) -> Picture:
    grey = bool(request.flags & GREY) and ask is not Ask.REVEAL
    cut = part_of(request) if ask is Ask.REVEAL else None
    if cut:
        orientation = _orientation(image)
        cut = cut.before(orientation)
        if isinstance(image, PIL.JpegImagePlugin.JpegImageFile):
            edge = cut.whole_edge(image.width, image.height, request.edge)
            image.draft("RGB", fit(image.width, image.height, edge))
        image.load()
        return picture(turn(plain(cut.cut(image, request.edge), grey=False), orientation), damaged=damaged)
    if isinstance(image, PIL.JpegImagePlugin.JpegImageFile):
        if ask is Ask.BLUR and not damaged:
            image = _coarse(image, source, request.edge) or image
        # The tile's own size is enough: a blurred tile has no detail finer than its blur.
        image.draft("L" if grey else "RGB", fit(image.width, image.height, request.edge))
        image.decodermaxblock = READ_AT_ONCE
    orientation = _orientation(image)
    reduced = _scaled_webp(image, source, request.edge) or shrink(image, request.edge)
    small = turn(plain(reduced, grey=grey), orientation)
    if ask is Ask.REVEAL:
        return picture(small, damaged=damaged)
    return blurred(small, request.strength, grey=grey, position_ms=-1, damaged=damaged)


def _coarse(
    image: PIL.JpegImagePlugin.JpegImageFile, source: BinaryIO, edge: int
) -> PIL.JpegImagePlugin.JpegImageFile | None:
    """The coarse part of a large progressive JPEG whose bytes are all here."""
    if "progressive" not in image.info or not isinstance(source, ArrivingFile):
        return None
    if max(fit(image.width, image.height, edge)) * 8 > max(image.size):
        return None
    data = coarse(source.whole())
    return PIL.JpegImagePlugin.JpegImageFile(io.BytesIO(data)) if data else None


def _scaled_webp(image: Image.Image, source: BinaryIO, edge: int) -> Image.Image | None:
    """The short way for large WebP pictures whose bytes are all here."""
    size = fit(image.width, image.height, edge)
    if image.format != "WEBP" or not isinstance(source, ArrivingFile) or image.width < 2 * size[0]:
        return None
    if getattr(image, "n_frames", 1) != 1:
        return None
    return webp.scaled(source.whole(), size, image.size)


def _exif(image: Image.Image) -> Image.Exif:
    if image.format == "PNG" and "exif" not in image.info:
        return Image.Exif()  # asking would decode all of the picture
    try:
        return image.getexif()
    except Exception:
        # Broken metadata never stands in the way of the picture.
        return Image.Exif()


def _orientation(image: Image.Image) -> int:
    # HEIC is turned by its decoder already; elsewhere only TIFF keeps the orientation outside the EXIF block.
    if image.format == "HEIF" or ("exif" not in image.info and image.format != "TIFF"):
        return 1
    value: Any = _exif(image).get(ExifTags.Base.Orientation, 1)
    return value if isinstance(value, int) else 1


def _facts(image: Image.Image, source: BinaryIO) -> Facts:
    width, height = image.size
    if _orientation(image) in (5, 6, 7, 8):
        width, height = height, width
    told = bool(from_exif(_exif(image), image.info)) or (image.format == "PNG" and _png_text(source))
    flags = FACT_PICTURE | (FACT_TEXT if told else 0)
    frames = _count(image, source)
    times = timing(image, source, frames)
    return Facts(width, height, frames, times.end if times else -1, flags)


def _count(image: Image.Image, source: BinaryIO) -> int:
    """Frames, from the header where the format says so; by walking a bounded number of parts where not."""
    if image.format == "GIF":
        at = source.tell()
        try:
            return max(1, len(gif_delays(source)))
        finally:
            source.seek(at)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        count = 1
        while count < 200:
            try:
                image.seek(count)
            except (EOFError, OSError, ValueError, KeyError, SyntaxError):
                break
            count += 1
        image.seek(0)
        return count
    frames = getattr(image, "n_frames", 1)
    return max(1, min(int(frames), MAX_COUNT))


def _png_text(source: BinaryIO) -> bool:
    """Whether a PNG carries text or EXIF, by walking its chunks, of which at most 10,000."""
    at = source.tell()
    try:
        source.seek(8)
        for _ in range(MAX_COUNT):
            head = source.read(8)
            if len(head) < 8:
                return False
            if head[4:] in (b"tEXt", b"zTXt", b"iTXt", b"eXIf"):
                return True
            source.seek(int.from_bytes(head[:4], "big") + 4, io.SEEK_CUR)
        return False
    finally:
        source.seek(at)
