from __future__ import annotations

import io
import sys
from datetime import UTC, datetime

import av
import pillow_heif
import pypdfium2
import pytest
from PIL import ExifTags, Image, ImageOps, ImageStat

from desk.practice import media, media_av
from desk.practice.media import OPEN_WATER, PATTERNS, Card

TAKEN = datetime(2026, 11, 20, 8, 59, 41, tzinfo=UTC)
CARD = Card((640, 480), "rings", "generated pattern · 001", 1)


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def looks_like_a_card(image: Image.Image) -> None:
    """A pattern above, and white letters on a dark band across the middle."""
    rgb = image.convert("RGB")
    width, height = rgb.size
    assert max(ImageStat.Stat(rgb).stddev) > 12
    middle = rgb.crop((0, int(height * 0.46), width, int(height * 0.54))).convert("L")
    bright = [x for x in range(width) if max(middle.crop((x, 0, x + 1, middle.height)).tobytes()) > 225]
    assert min(bright) < width * 0.25
    assert max(bright) > width * 0.75
    assert width * 0.1 < len(bright) < width * 0.8


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_has_practice_across(pattern: str) -> None:
    looks_like_a_card(media.picture(Card((640, 480), pattern, "caption", 3)))


def test_an_unknown_pattern_is_refused() -> None:
    with pytest.raises(ValueError, match="no pattern"):
        media.picture(Card((64, 64), "face", "", 0))


@pytest.mark.parametrize("size", [(900, 300), (300, 900), (4000, 3000), (160, 120)])
def test_the_word_fits_any_shape(size: tuple[int, int]) -> None:
    looks_like_a_card(media.picture(Card(size, "bars", "generated pattern", 2)))


def test_seeds_give_other_colours() -> None:
    first, second = (media.picture(Card((64, 48), "clouds", "", seed)).tobytes() for seed in (1, 2))
    assert first != second
    assert first == media.picture(Card((64, 48), "clouds", "", 1)).tobytes()


def test_jpeg_has_real_exif_with_a_place_on_open_water() -> None:
    image = opened(media.jpeg(CARD, exif=media.exif_bytes(TAKEN, where=OPEN_WATER)))
    looks_like_a_card(image)
    exif = image.getexif()
    assert exif[ExifTags.Base.Model] == "Pattern Camera 1"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    assert details[ExifTags.Base.DateTimeOriginal] == "2026:11:20 08:59:41"
    assert details[ExifTags.Base.OffsetTimeOriginal] == "+00:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    found = []
    for reference, tag in ((ExifTags.GPS.GPSLatitudeRef, ExifTags.GPS.GPSLatitude),
                           (ExifTags.GPS.GPSLongitudeRef, ExifTags.GPS.GPSLongitude)):  # fmt: skip
        degrees, minutes, seconds = (float(part) for part in gps[tag])
        found.append((degrees + minutes / 60 + seconds / 3600) * (1 if gps[reference] in "NE" else -1))
    assert found == pytest.approx(OPEN_WATER, abs=1e-4)


@pytest.mark.parametrize(("mode", "progressive"), [("L", False), ("CMYK", False), ("RGB", True)])
def test_jpeg_comes_in_the_kinds_that_people_post(mode: str, progressive: bool) -> None:
    image = opened(media.jpeg(CARD, mode=mode, progressive=progressive))
    assert image.mode == mode
    assert bool(image.info.get("progressive")) is progressive
    looks_like_a_card(image)


def test_a_picture_on_its_side_is_upright_when_its_tag_is_heeded() -> None:
    image = opened(media.sideways_jpeg(Card((480, 640), "grid", "", 1), taken=TAKEN, where=None))
    assert image.size == (640, 480)
    assert image.getexif()[ExifTags.Base.Orientation] == 6
    upright = ImageOps.exif_transpose(image)
    assert upright.size == (480, 640)
    looks_like_a_card(upright)


def test_png_webp_avif_and_heic_decode() -> None:
    for data, kind in ((media.png(CARD), "PNG"), (media.webp(CARD), "WEBP"), (media.avif(CARD), "AVIF")):
        if data is None:  # this Pillow was built without it
            continue
        image = opened(data)
        assert (image.format, image.size) == (kind, CARD.size)
        looks_like_a_card(image)
    heic = media.heic(CARD)
    if heic is not None:
        looks_like_a_card(pillow_heif.open_heif(heic).to_pillow())


def test_gif_moves() -> None:
    image = Image.open(io.BytesIO(media.gif(Card((320, 240), "tiles", "", 1), frames=6)))
    assert image.n_frames == 6  # type: ignore[attr-defined]
    first = image.convert("RGB").tobytes()
    image.seek(3)
    assert image.convert("RGB").tobytes() != first
    looks_like_a_card(image)


def test_pdf_has_its_pages_and_the_word_on_each() -> None:
    data = media.pdf("PRACTICE document", ("one", "two"), pages=2, made_at=TAKEN, seed=0)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 2
    for page in document:
        sheet = page.render(scale=1).to_pil()
        looks_like_a_card(sheet.crop((0, 0, sheet.width, round(sheet.height * 200 / 1169))))
    document.close()


@pytest.mark.parametrize(("kind", "seconds"), [("mp4", 2.0), ("webm", 2.0)])
def test_films_have_moving_pictures_and_sound(kind: str, seconds: float) -> None:
    data = {"mp4": media_av.mp4, "webm": media_av.webm}[kind](Card((320, 180), "bars", "", 1), seconds)
    if data is None:
        pytest.skip("no encoder for it here")
    with av.open(io.BytesIO(data)) as film:
        frames = [frame.to_image() for frame in film.decode(video=0)]
    assert len(frames) == round(seconds * 25)
    assert frames[0].tobytes() != frames[25].tobytes()
    looks_like_a_card(frames[10])
    assert loudness(data) > 500


@pytest.mark.parametrize("kind", ["wav", "mp3", "ogg"])
def test_sounds_have_their_length_and_can_be_heard(kind: str) -> None:
    data = {"wav": media_av.wav, "mp3": media_av.mp3, "ogg": media_av.ogg}[kind](2.0)
    if data is None:
        pytest.skip("no encoder for it here")
    with av.open(io.BytesIO(data)) as sound:
        samples = sum(frame.samples for frame in sound.decode(audio=0))
    assert samples / media_av.RATE == pytest.approx(2.0, abs=0.1)
    assert loudness(data) > 500


def loudness(data: bytes) -> int:
    """The highest sample of the first second, in 16 bits."""
    resampler = av.AudioResampler("s16", "mono", 8000)
    highest = 0
    with av.open(io.BytesIO(data)) as sound:
        for frame in sound.decode(audio=0):
            for piece in resampler.resample(frame):
                values = memoryview(bytes(piece.planes[0])).cast("h")
                highest = max(highest, *values[: piece.samples])
    return highest


def test_without_the_libraries_there_is_no_file_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert media_av.mp4(CARD, 1) is None
    assert media_av.mp3(1) is None
    assert media.heic(CARD) is None


def test_without_an_encoder_there_is_no_file_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_av, "_encoder", lambda names: None)
    assert media_av.webm(CARD, 1) is None
    assert media_av.ogg(1) is None
    monkeypatch.setattr("PIL.features.check", lambda name: False)
    assert media.webp(CARD) is None


def test_what_an_encoder_refuses_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert media_av.mp4(Card((161, 121), "ramp", "", 1), 1) is None  # H.264 4:2:0 has even sides
    assert media.webp(Card((16_400, 64), "ramp", "", 1)) is None  # WebP ends at 16,383 pixels
    monkeypatch.setattr(media_av, "_encoder", lambda names: "pcm_s16le")
    assert media_av.mp3(1) is None  # MP3 files hold no PCM
    monkeypatch.setattr(pillow_heif, "libheif_info", lambda: {"encoders": {}})
    assert media.heic(CARD) is None


def test_an_old_encoder_stands_in_and_sound_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = media_av._encoder
    monkeypatch.setattr(media_av, "_encoder", lambda names: "mpeg4" if "mpeg4" in names else None)
    data = media_av.mp4(Card((160, 120), "ramp", "", 1), 1)
    assert data is not None
    with av.open(io.BytesIO(data)) as film:
        assert [stream.type for stream in film.streams] == ["video"]
    assert real(("no-such-codec", "mpeg4")) == "mpeg4"
    assert real(("no-such-codec",)) is None


def test_broken_and_unknown_bytes() -> None:
    whole = media.jpeg(CARD)
    part = media.truncated(whole, 0.35)
    assert whole.startswith(part)
    with pytest.raises(OSError, match="truncated"):
        opened(part)
    noise = media.unknown_bytes(4096, 1)
    assert len(noise) == 4096
    assert noise.startswith(b"PRACTICE")
    assert noise != media.unknown_bytes(4096, 2)
