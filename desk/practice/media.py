"""Test cards for practice mode: pictures and paper made of patterns, with PRACTICE written across.

Everything is computed from a seed; nothing is read from disk or fetched. Pillow is imported inside the
functions, so that importing this module costs nothing. A format that the installed libraries cannot write
yields None: the caller leaves that file out.
"""

from __future__ import annotations

import colorsys
import io
import math
import random
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

#: Open water in the middle of Lake Michigan: latitude, longitude in degrees.
OPEN_WATER = (43.5167, -87.0333)
PATTERNS = ("bars", "clouds", "rings", "grid", "stripes", "tiles", "ramp")
WORD = "PRACTICE"

Colour = tuple[int, int, int]
Size = tuple[int, int]


@dataclass(frozen=True)
class Card:
    """One test card: its size in pixels, its pattern, a small caption, and the seed of its colours."""

    size: Size
    pattern: str
    caption: str
    seed: int


def _colours(rng: random.Random, count: int) -> list[Colour]:
    """`count` calm colours that are well apart in hue, dark to light."""
    start = rng.random()
    result: list[Colour] = []
    for index in range(count):
        hue = (start + index * 0.381966) % 1.0
        light = 0.32 + 0.4 * index / max(1, count - 1)
        red, green, blue = colorsys.hls_to_rgb(hue, light, 0.45)
        result.append((round(red * 255), round(green * 255), round(blue * 255)))
    return result


def _bars(size: Size, rng: random.Random) -> Image.Image:
    from PIL import Image, ImageDraw

    width, height = size
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    colours = _colours(rng, 8)
    for index, colour in enumerate(colours):
        left = width * index // 8
        draw.rectangle((left, 0, width * (index + 1) // 8, height * 3 // 4), fill=colour)
        shade = 255 * index // 7
        draw.rectangle((left, height * 3 // 4, width * (index + 1) // 8, height), fill=(shade, shade, shade))
    return image


def _ramp(size: Size, rng: random.Random) -> Image.Image:
    from PIL import Image, ImageOps

    first, second = _colours(rng, 2)
    ramp = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270)))
    return ImageOps.colorize(ramp, first, second).resize(size, Image.Resampling.BILINEAR)


def _rings(size: Size, rng: random.Random) -> Image.Image:
    from PIL import Image, ImageDraw

    width, height = size
    colours = _colours(rng, 5)
    image = Image.new("RGB", size, colours[0])
    draw = ImageDraw.Draw(image)
    centre_x, centre_y = rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height
    step = max(width, height) / 14
    for index in range(14, 0, -1):
        radius = step * index
        box = (centre_x - radius, centre_y - radius, centre_x + radius, centre_y + radius)
        draw.ellipse(box, fill=colours[index % 5])
    return image


def _clouds(size: Size, rng: random.Random) -> Image.Image:
    from PIL import Image, ImageOps

    columns, rows = 12, max(2, round(12 * size[1] / size[0]))
    noise = Image.frombytes("L", (columns, rows), rng.randbytes(columns * rows))
    dark, middle, light = _colours(rng, 3)
    small = noise.resize((columns * 16, rows * 16), Image.Resampling.BICUBIC)
    return ImageOps.colorize(small, dark, light, mid=middle).resize(size, Image.Resampling.BILINEAR)


def _grid(size: Size, rng: random.Random) -> Image.Image:
    from PIL import Image, ImageDraw

    width, height = size
    ground, ink, mark = _colours(rng, 3)
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    cell = max(8, min(width, height) // 12)
    line = max(1, cell // 24)
    for x in range((width % cell) // 2, width, cell):
        draw.line((x, 0, x, height), fill=ink, width=line)
    for y in range((height % cell) // 2, height, cell):
        draw.line((0, y, width, y), fill=ink, width=line)
    radius = min(width, height) * 0.44
    box = (width / 2 - radius, height / 2 - radius, width / 2 + radius, height / 2 + radius)
    draw.ellipse(box, outline=mark, width=max(2, line * 4))
    return image


def _stripes(size: Size, rng: random.Random) -> Image.Image:
    from PIL import Image, ImageDraw

    width, height = size
    colours = _colours(rng, 4)
    image = Image.new("RGB", size, colours[0])
    draw = ImageDraw.Draw(image)
    step = max(6, width // 18)
    lean = round(height * rng.choice((-0.6, 0.6, 0.9)))
    for index, x in enumerate(range(-abs(lean), width + abs(lean), step)):
        corners = [(x, 0), (x + step, 0), (x + step + lean, height), (x + lean, height)]
        draw.polygon(corners, fill=colours[index % 4])
    return image


def _tiles(size: Size, rng: random.Random) -> Image.Image:
    from PIL import Image

    columns, rows = 16, max(2, round(16 * size[1] / size[0]))
    colours = _colours(rng, 6)
    small = Image.new("RGB", (columns, rows))
    small.putdata([rng.choice(colours) for _ in range(columns * rows)])
    return small.resize(size, Image.Resampling.NEAREST)


def picture(card: Card) -> Image.Image:
    """Draw a card: the pattern, a band with PRACTICE across the middle, and its caption below.

    Raises ValueError for a pattern that is not in PATTERNS.
    """
    drawers = {"bars": _bars, "clouds": _clouds, "rings": _rings, "grid": _grid,
               "stripes": _stripes, "tiles": _tiles, "ramp": _ramp}  # fmt: skip
    if card.pattern not in drawers:
        raise ValueError(f"no pattern named {card.pattern!r}")
    rng = random.Random(f"card {card.seed}")  # noqa: S311 - patterns, not secrets
    image = drawers[card.pattern](card.size, rng)
    write_across(image, card.caption)
    return image


def write_across(image: Image.Image, caption: str, word: str = WORD) -> None:
    """Write `word` in large letters on a dark band across the middle of `image`, `caption` below it."""
    from PIL import Image, ImageDraw, ImageFont

    width, height = image.size
    probe = ImageFont.load_default(100)
    left, top, right, bottom = probe.getbbox(word)
    scale = min(0.86 * width / (right - left), 0.4 * height / (bottom - top))
    font = ImageFont.load_default(max(10.0, 100 * scale))
    band = math.ceil((bottom - top) * scale * 2.0)
    area = (0, (height - band) // 2, width, (height + band) // 2)
    strip = image.crop(area)
    image.paste(Image.blend(strip, Image.new("RGB", strip.size, (16, 20, 28)), 0.62), area)
    draw = ImageDraw.Draw(image)
    draw.text((width / 2, height / 2), word, font=font, fill=(255, 255, 255), anchor="mm")
    if caption:
        small = ImageFont.load_default(max(10.0, 0.09 * band + 0.012 * width))
        draw.text((width / 2, area[3] - 0.04 * band), caption, font=small, fill=(226, 230, 236), anchor="ms")


def exif_bytes(taken: datetime, *, where: tuple[float, float] | None, orientation: int = 1) -> bytes:
    """EXIF as a camera writes it: maker, model, time with its offset, and `where` (latitude, longitude)."""
    from PIL import ExifTags, Image

    exif = Image.Exif()
    stamp = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif[ExifTags.Base.Make] = "Practice"
    exif[ExifTags.Base.Model] = "Pattern Camera 1"
    exif[ExifTags.Base.Software] = "Practice generator"
    exif[ExifTags.Base.ImageDescription] = "PRACTICE: a generated pattern"
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.DateTime] = stamp
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = stamp
    details[ExifTags.Base.OffsetTimeOriginal] = taken.strftime("%z")[:3] + ":" + taken.strftime("%z")[3:]
    details[ExifTags.Base.FocalLength] = 4.2
    details[ExifTags.Base.ISOSpeedRatings] = 100
    if where is not None:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        for value, (reference, tag), signs in (
            (where[0], (ExifTags.GPS.GPSLatitudeRef, ExifTags.GPS.GPSLatitude), "NS"),
            (where[1], (ExifTags.GPS.GPSLongitudeRef, ExifTags.GPS.GPSLongitude), "EW"),
        ):
            gps[reference] = signs[0] if value >= 0 else signs[1]
            gps[tag] = _degrees(abs(value))
    return exif.tobytes()


def _degrees(value: float) -> tuple[float, float, float]:
    whole = int(value)
    minutes = (value - whole) * 60
    return float(whole), float(int(minutes)), round((minutes - int(minutes)) * 60, 2)


def jpeg(
    card: Card, *, quality: int = 72, exif: bytes = b"", progressive: bool = False, mode: str = "RGB"
) -> bytes:
    """`card` as JPEG; `mode` may be "L" or "CMYK" for the kinds that cameras do not make but people post."""
    image = picture(card)
    if mode != "RGB":
        image = image.convert(mode)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, progressive=progressive, **({"exif": exif} if exif else {}))
    return out.getvalue()


def sideways_jpeg(card: Card, *, taken: datetime, where: tuple[float, float] | None) -> bytes:
    """A JPEG stored on its side with EXIF orientation 6, as phones do: upright when the tag is heeded."""
    from PIL import Image

    out = io.BytesIO()
    turned = picture(card).transpose(Image.Transpose.ROTATE_90)
    turned.save(out, "JPEG", quality=72, exif=exif_bytes(taken, where=where, orientation=6))
    return out.getvalue()


def png(card: Card) -> bytes:
    """`card` as PNG in 128 colours, which keeps large cards small."""
    from PIL import Image

    out = io.BytesIO()
    picture(card).quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


def webp(card: Card) -> bytes | None:
    """`card` as WebP, or None where Pillow was built without it."""
    return _optional(card, "WEBP", "webp", quality=70, method=0)


def avif(card: Card) -> bytes | None:
    """`card` as AVIF, or None where Pillow was built without it."""
    return _optional(card, "AVIF", "avif", quality=60, speed=10, max_threads=1)


def heic(card: Card) -> bytes | None:
    """`card` as HEIC through pillow_heif, or None where it or its encoder is missing."""
    try:
        import pillow_heif
    except ImportError:
        return None
    if not any("x265" in name or "265" in name for name in pillow_heif.libheif_info().get("encoders", ())):
        return None
    out = io.BytesIO()
    try:
        file = pillow_heif.from_pillow(picture(card))
        file.save(out, quality=60, enc_params={"preset": "ultrafast", "x265:pools": "none"})
    except (OSError, ValueError, RuntimeError):
        return None
    return out.getvalue()


def _optional(card: Card, name: str, feature: str, **options: int) -> bytes | None:
    from PIL import features

    if not features.check(feature):
        return None
    out = io.BytesIO()
    try:
        picture(card).save(out, name, **options)
    except (OSError, ValueError):
        return None
    return out.getvalue()


def gif(card: Card, frames: int = 10) -> bytes:
    """`card` as a moving GIF: a bar walks across its upper edge, 120 ms a frame, for ever."""
    from PIL import ImageDraw

    still = picture(card)
    width, height = still.size
    pictures = []
    for index in range(frames):
        frame = still.copy()
        left = width * index // frames
        ImageDraw.Draw(frame).rectangle((left, 0, left + width // frames, height // 6), fill=(250, 250, 250))
        pictures.append(frame.quantize(64))
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=120, loop=0)
    return out.getvalue()


def pdf(title: str, lines: tuple[str, ...], *, pages: int, made_at: datetime, seed: int) -> bytes:
    """A PDF of `pages` A4 pages at 100 dots an inch: `title`, numbered `lines`, PRACTICE across each."""
    from PIL import Image, ImageDraw, ImageFont

    heading, body = ImageFont.load_default(30), ImageFont.load_default(18)
    sheets = []
    for number in range(1, pages + 1):
        sheet = Image.new("RGB", (827, 1169), (252, 252, 250))
        sheet.paste(picture(Card((827, 200), PATTERNS[(seed + number) % len(PATTERNS)], "", seed + number)))
        draw = ImageDraw.Draw(sheet)
        draw.text((70, 240), f"{title} · page {number} of {pages}", font=heading, fill=(27, 35, 48))
        for index, line in enumerate(lines):
            draw.text((70, 310 + 34 * index), f"{index + 1}.  {line}", font=body, fill=(60, 70, 86))
        sheets.append(sheet)
    out = io.BytesIO()
    stamp = made_at.utctimetuple()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=100, quality=70,
                   title=title, producer="Practice generator", creationDate=stamp, modDate=stamp)  # fmt: skip
    return out.getvalue()


def truncated(data: bytes, keep: float) -> bytes:
    """The first part of `data`, as an upload that broke off; `keep` is a share from 0 to 1."""
    return data[: max(1, int(len(data) * keep))]


def unknown_bytes(size: int, seed: int) -> bytes:
    """`size` bytes of no known format: a line that says so, then noise."""
    head = b"PRACTICE: generated bytes of no known format\n"
    noise = random.Random(f"bytes {seed}")  # noqa: S311 - a pattern, not a secret
    return (head + noise.randbytes(max(0, size - len(head))))[:size]
