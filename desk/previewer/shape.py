"""From a decoded picture to the pixels that leave the worker: shrink, turn, flatten, grey, blur."""

from __future__ import annotations

from PIL import Image, ImageFilter

from .protocol import MAX_PIXELS, Picture, Refusal, Refused

FLOOR_PER_MILLE = 60
FLOOR_PIXELS = 8.0
MAX_SIDE = 500_000
"""Pixels: a line or a column of millions costs seconds, and shows nothing."""

_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}


def check_size(width: int, height: int) -> None:
    """Refuse before a pixel is decoded. Raises Refused(TOO_LARGE)."""
    if width < 1 or height < 1:
        raise Refused(Refusal.BROKEN)
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused(Refusal.TOO_LARGE)


def fit(width: int, height: int, edge: int) -> tuple[int, int]:
    """The size that fits into a square of `edge` pixels; nothing is enlarged."""
    longest = max(width, height)
    if longest <= edge:
        return width, height
    return max(1, round(width * edge / longest)), max(1, round(height * edge / longest))


def shrink(image: Image.Image, edge: int) -> Image.Image:
    """Reduce to fit `edge`; by whole factors first, which is quick and needs little memory."""
    size = fit(image.width, image.height, edge)
    if size == image.size:
        image.load()
        return image
    if image.mode in ("P", "PA", "1"):
        image = plain(image, grey=False)
    if image.mode.startswith("I;16"):
        image = image.convert("I")  # sixteen bits cannot be reduced as they are
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.5)


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """Apply the EXIF orientation (1 to 8); anything else leaves it as it is."""
    for step in _TURNS.get(orientation, ()):
        image = image.transpose(step)
    return image


def plain(image: Image.Image, *, grey: bool) -> Image.Image:
    """Any mode to L or RGB. What is transparent is laid on mid-grey, so that neither black nor white hide."""
    mode = "L" if grey else "RGB"
    if image.mode == mode:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        image = _stretch(image)
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (128, 128, 128, 255))
        ground.alpha_composite(image)
        image = ground
    if image.mode == "LAB":
        image = image.getchannel(0)
    return image.convert(mode)


def _stretch(image: Image.Image) -> Image.Image:
    """Sixteen-bit and float samples to eight bits over the range they use; a plain conversion clips them."""
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    low, high = image.getextrema()
    if not isinstance(low, int | float) or not isinstance(high, int | float) or not high > low:
        return Image.new("L", image.size, 128)
    scale = 255.0 / (high - low)
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def blurred(image: Image.Image, strength: int, *, grey: bool, position_ms: int, damaged: bool) -> Picture:
    """The only form in which a preview leaves the worker. `strength`: per mille of the shorter edge."""
    image = plain(image, grey=grey)
    sigma = max(FLOOR_PIXELS, max(FLOOR_PER_MILLE, strength) * min(image.size) / 1000)
    return picture(image.filter(ImageFilter.GaussianBlur(sigma)), position_ms=position_ms, damaged=damaged)


def picture(image: Image.Image, *, position_ms: int = -1, damaged: bool = False) -> Picture:
    """Raw pixels of an L or RGB image."""
    channels = 1 if image.mode == "L" else 3
    return Picture(image.width, image.height, channels, image.tobytes(), position_ms, damaged)
