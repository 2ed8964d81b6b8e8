"""Sound, keyframes and parts of pictures, decoded in this process."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desk.practice.media_av import wav
from desk.previewer import films, images
from desk.previewer.part import FULL, Part, of
from desk.previewer.protocol import MAX_SOUND, SOUND_RATE, Ask, Format, Keys, Picture, Refused, Request, Sound
from desk.previewer.shape import turn

from . import materials
from .test_films import FORMATS


def request(ask: Ask, form: Format, *, strength: int = 100, position: int = -1, **part: int) -> Request:
    return Request(b"", 1, ask, form, 0, 0, 256, strength, 0, position, 0)._replace(**part)


def heard(data: bytes, form: Format, *, start: float = 0.0, speed: int = 100) -> list[Sound]:
    asked = request(Ask.SOUND, form, strength=speed, position=round(start * 1000))
    return [one for one in films.answer(io.BytesIO(data), asked) if isinstance(one, Sound)]


def seconds(parts: list[Sound]) -> float:
    return sum(len(part.pcm) for part in parts) / 4 / SOUND_RATE


@pytest.mark.parametrize("name", materials.SOUND_FORMATS)
def test_sound_comes_in_small_chunks_of_one_form(name: str) -> None:
    parts = heard(materials.tone(name), FORMATS[name])
    assert all(0 < len(part.pcm) <= MAX_SOUND and len(part.pcm) % 4 == 0 for part in parts)
    assert parts[0].position_ms < 100
    positions = [part.position_ms for part in parts]
    assert positions == sorted(positions)


@pytest.mark.parametrize("speed", [100, 150, 200])
def test_a_faster_speed_takes_less_time_for_the_same_stretch(speed: int) -> None:
    parts = heard(wav(2.0), Format.WAV, speed=speed)
    assert seconds(parts) == pytest.approx(2.0 * 100 / speed, abs=0.08)
    assert parts[-1].position_ms == pytest.approx(2000, abs=250)
    loudest = max(abs(value) for part in parts for (value,) in struct.iter_unpack("<h", part.pcm))
    assert loudest > 1000


def test_sound_begins_where_it_is_asked_to() -> None:
    parts = heard(wav(3.0), Format.WAV, start=1.5)
    assert parts[0].position_ms == pytest.approx(1500, abs=120)
    assert seconds(parts) == pytest.approx(1.5, abs=0.15)
    assert heard(wav(1.0), Format.WAV, start=9.0) == []


def test_a_film_without_sound_is_refused() -> None:
    with pytest.raises(Refused):
        heard(materials.film("avi", sound=False), Format.AVI)


@pytest.mark.parametrize("name", materials.FILM_FORMATS)
def test_keyframes_are_told_in_order(name: str) -> None:
    found = films.answer(io.BytesIO(materials.film(name)), request(Ask.KEYS, FORMATS[name]))
    assert isinstance(found, Keys)
    assert found.positions
    assert found.positions[0] == 0
    assert found.positions == sorted(set(found.positions))


def revealed(image: Image.Image, form: str, number: Format, **part: int) -> Picture:
    images.prepare()
    out = io.BytesIO()
    image.save(out, form)
    data = out.getvalue()
    asked = request(Ask.REVEAL, number, **part)._replace(size=len(data))
    (one,) = images.answer(io.BytesIO(data), asked)
    assert isinstance(one, Picture)
    return one


def test_a_part_comes_with_all_its_own_pixels() -> None:
    image = materials.card(1000, 800)
    one = revealed(image, "PNG", Format.PNG, left=FULL // 2, top=0, right=FULL * 3 // 4, bottom=FULL // 4)
    assert (one.width, one.height) == pytest.approx((250, 200), abs=1)
    assert one.pixels[: 3 * one.width] == image.convert("RGB").crop((500, 0, 500 + one.width, 1)).tobytes()


def test_a_part_that_is_larger_than_the_edge_is_shrunk_to_it() -> None:
    one = revealed(
        materials.card(1000, 800), "JPEG", Format.JPEG, left=0, top=0, right=FULL, bottom=FULL // 2
    )
    assert max(one.width, one.height) <= 256
    assert one.width / one.height == pytest.approx(2.5, abs=0.05)


def test_a_film_s_frame_comes_in_parts_too() -> None:
    asked = request(Ask.REVEAL, Format.MP4, position=100, left=0, top=0, right=FULL // 2, bottom=FULL // 2)
    found = films.answer(io.BytesIO(materials.film("mp4")), asked)
    whole = films.answer(io.BytesIO(materials.film("mp4")), request(Ask.REVEAL, Format.MP4, position=100))
    assert isinstance(found, list)
    assert isinstance(whole, list)
    one, all_ = found[0], whole[0]
    assert isinstance(one, Picture)
    assert isinstance(all_, Picture)
    assert abs(one.width - all_.width / 2) <= 1


@given(
    st.integers(1, 8),
    st.tuples(*[st.integers(0, 40)] * 4).filter(lambda p: p[0] < p[2] and p[1] < p[3]),
)
def test_a_part_of_a_turned_picture_is_the_turned_part(turned: int, place: tuple[int, int, int, int]) -> None:
    raw = Image.new("L", (40, 40))
    raw.putdata([(x * 6 + y * 41) % 256 for y in range(40) for x in range(40)])
    share = Part(*(value / 40 for value in place))
    shown = turn(raw, turned).crop(place)
    assert turn(share.before(turned).cut(raw, 999), turned).tobytes() == shown.tobytes()


def test_what_makes_no_part_is_the_whole() -> None:
    assert of(request(Ask.REVEAL, Format.PNG)) is None
    assert of(request(Ask.REVEAL, Format.PNG, left=9, right=3, bottom=7)) is None
