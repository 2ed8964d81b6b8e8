"""Pictures, decoded in this process: what comes out of each format."""

from __future__ import annotations

import io
import statistics

import pytest
from PIL import Image, ImageDraw

from desk.previewer import heif, images
from desk.previewer.protocol import (
    FACT_TEXT,
    GREY,
    MAX_PIXELS,
    Ask,
    Facts,
    Format,
    Picture,
    Refusal,
    Refused,
    Request,
)
from desk.previewer.text import NAMES, pack

from . import materials


@pytest.fixture(autouse=True)
def prepared() -> None:
    heif.prepare()


def ask(
    data: bytes, name: str, kind: Ask = Ask.BLUR, *, edge: int = 128, grey: bool = True, number: int = 0
) -> object:
    request = Request(b"", 1, kind, Format[name], GREY if grey else 0, 0, edge, 60, number, -1, len(data))
    return images.answer(io.BytesIO(data), request)


def one(*args: object, **options: object) -> Picture:
    result = ask(*args, **options)  # type: ignore[arg-type]
    assert isinstance(result, list)
    (picture,) = result
    assert len(picture.pixels) == picture.width * picture.height * picture.channels
    return picture


@pytest.mark.parametrize("name", materials.STILL_FORMATS)
def test_every_format_gives_a_grey_tile(name: str) -> None:
    tile = one(materials.still(name), name)
    assert (tile.width, tile.height, tile.channels, tile.damaged) == (128, 96, 1, False)


@pytest.mark.parametrize("name", materials.STILL_FORMATS)
def test_every_format_is_revealed_in_colour(name: str) -> None:
    shown = one(materials.still(name), name, Ask.REVEAL, edge=4096)
    assert (shown.width, shown.height, shown.channels) == (320, 240, 3)
    original = materials.card().tobytes()
    differences = [abs(a - b) for a, b in zip(shown.pixels[::97], original[::97], strict=True)]
    assert statistics.mean(differences) < 20


def test_the_tile_may_keep_its_colour_but_not_its_edges() -> None:
    assert one(materials.still("PNG"), "PNG", grey=False).channels == 3


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_blurred_checkerboard_is_flat(name: str) -> None:
    tile = one(materials.checkerboard(name), name, edge=256)
    assert statistics.pstdev(tile.pixels) < 3
    revealed = one(materials.checkerboard(name), name, Ask.REVEAL, edge=256)
    assert statistics.pstdev(revealed.pixels) > 60


def test_a_tiny_picture_is_blurred_as_well() -> None:
    board = materials.checkerboard(size=32, square=4)
    assert statistics.pstdev(one(board, "PNG").pixels) < 12


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(None, 0), (1, 0), (2, 1), (3, 3), (4, 2), (5, 0), (6, 1), (7, 3), (8, 2), (9, 0), (0, 0)],
)
@pytest.mark.parametrize("name", ["JPEG", "WEBP", "AVIF"])
def test_pictures_are_turned_upright(name: str, orientation: int | None, corner: int) -> None:
    shown = one(materials.quarters(orientation, name), name, Ask.REVEAL, edge=300)
    turned = orientation in (5, 6, 7, 8)
    assert (shown.width, shown.height) == ((200, 300) if turned else (300, 200))
    image = Image.frombytes("RGB", (shown.width, shown.height), shown.pixels).convert("L")
    width, height = image.size
    places = [(20, 20), (width - 20, 20), (20, height - 20), (width - 20, height - 20)]
    values = [image.getpixel(place) for place in places]
    assert values.index(max(values)) == corner
    facts = ask(materials.quarters(orientation, name), name, Ask.PROBE)
    assert isinstance(facts, Facts)
    assert (facts.width, facts.height) == (shown.width, shown.height)


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("1", "PNG"),
        ("L", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("RGBA", "PNG"),
        ("I;16", "PNG"),
        ("CMYK", "JPEG"),
        ("YCbCr", "JPEG"),
        ("CMYK", "TIFF"),
        ("F", "TIFF"),
        ("I", "TIFF"),
        ("I;16", "TIFF"),
        ("LAB", "TIFF"),
        ("RGBA", "WEBP"),
        ("P", "GIF"),
        ("RGBA", "TIFF"),
    ],
)
def test_every_mode_becomes_plain(mode: str, name: str) -> None:
    if mode in ("LAB", "I;16", "F", "I"):
        source = Image.linear_gradient("L")
        image = Image.frombytes("LAB", (256, 256), source.convert("RGB").tobytes()) if mode == "LAB" else (
            source.convert("I").point(lambda value: value * 200).convert(mode) if mode == "I;16" else source.convert(mode)
        )  # fmt: skip
    else:
        image = Image.linear_gradient("L").convert("RGB").convert(mode)
    data = materials.saved(image, name)
    tile = one(data, name)
    assert tile.channels == 1
    shown = one(data, name, Ask.REVEAL)
    top = statistics.mean(shown.pixels[: 128 * 3 * 10])
    bottom = statistics.mean(shown.pixels[-128 * 3 * 10 :])
    assert bottom - top > 100


def test_what_is_transparent_hides_neither_white_nor_black() -> None:
    for colour in (0, 255):
        image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
        ImageDraw.Draw(image).rectangle((0, 0, 49, 99), fill=(colour, colour, colour, 255))
        shown = one(materials.saved(image, "PNG"), "PNG", Ask.REVEAL)
        assert abs(shown.pixels[0] - shown.pixels[-1]) > 100


def test_progressive_jpeg() -> None:
    assert one(materials.saved(materials.card(), "JPEG", progressive=True), "JPEG").width == 128


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP", "TIFF"])
def test_moving_pictures_count_their_frames_and_show_some(name: str) -> None:
    data = materials.moving(name)
    facts = ask(data, name, Ask.PROBE)
    assert isinstance(facts, Facts)
    assert facts.total == 6
    stills = ask(data, name, Ask.STILLS, number=4)
    assert isinstance(stills, list)
    assert len(stills) == 4
    first = one(data, name, Ask.REVEAL)
    last = one(data, name, Ask.REVEAL, number=5)
    assert first.pixels != last.pixels
    assert one(data, name, Ask.REVEAL, number=99).width == 128


def test_two_pictures_in_one_jpeg() -> None:
    data = materials.saved(materials.card(), "MPO", save_all=True, append_images=[materials.card(shade=90)])
    assert one(data, "JPEG").width == 128


@pytest.mark.parametrize("name", materials.STILL_FORMATS)
def test_a_cut_off_file_shows_what_is_there_or_is_refused(name: str) -> None:
    data = materials.saved(materials.card(1200, 900), name)
    for part in (0.9, 0.5, 0.1):
        try:
            tile = one(data[: int(len(data) * part)], name)
        except (Refused, OSError, SyntaxError, ValueError, EOFError):
            continue
        assert tile.width == 128
    half = data[: len(data) // 2]
    if name in ("JPEG", "PNG"):
        assert one(half, name).damaged


@pytest.mark.parametrize("name", ["PNG", "GIF", "BMP", "JPEG", "TIFF", "HEIF"])
def test_bombs_are_refused_by_their_header(name: str) -> None:
    with pytest.raises((Refused, Image.DecompressionBombError, Image.DecompressionBombWarning)) as caught:
        ask(materials.bombs()[name], name)
    if not isinstance(caught.value, Refused):
        assert images.refusal(caught.value) is Refusal.TOO_LARGE
    else:
        assert caught.value.refusal is Refusal.TOO_LARGE


def test_the_cap_is_on_pixels() -> None:
    from desk.previewer.shape import MAX_SIDE, check_size

    check_size(MAX_PIXELS // 1000, 1000)
    with pytest.raises(Refused):
        check_size(MAX_PIXELS // 1000 + 1, 1000)
    check_size(MAX_SIDE, 1)
    with pytest.raises(Refused):
        check_size(1, MAX_SIDE + 1)
    with pytest.raises(Refused):
        check_size(0, 10)


def test_only_the_decoder_that_was_asked_for_runs() -> None:
    with pytest.raises(Refused) as caught:
        ask(materials.still("PNG"), "GIF")
    assert caught.value.refusal is Refusal.BROKEN
    with pytest.raises(Refused):
        ask(materials.still("PNG"), "PDF")
    with pytest.raises(Refused):
        ask(materials.still("PNG"), "PNG", Ask.PEAKS)


def test_a_picture_tells_camera_time_and_place() -> None:
    entries = ask(materials.described(), "JPEG", Ask.TEXT)
    assert isinstance(entries, list)
    found = {NAMES[number]: value for number, value in entries}
    assert found["make"] == "Example Optics"
    assert found["taken"] == "2026:11:20 08:59:41"
    assert found["place"] == "43.516700, -87.033367"
    assert len(found["description"]) <= 400
    assert found["description"].isprintable()
    assert len(pack(entries)) < 48 * 1603
    facts = ask(materials.described(), "JPEG", Ask.PROBE)
    assert isinstance(facts, Facts)
    assert facts.flags & FACT_TEXT


def test_text_after_the_pixels_of_a_png_is_found() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "practice")
    data = materials.saved(materials.card(), "PNG", pnginfo=info)
    facts = ask(data, "PNG", Ask.PROBE)
    assert isinstance(facts, Facts)
    assert facts.flags & FACT_TEXT
    assert ask(data, "PNG", Ask.TEXT) == [(NAMES.index("comment"), "practice")]
