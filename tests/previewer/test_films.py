"""Films, sounds and documents, decoded in this process."""

from __future__ import annotations

import contextlib
import io

import av.error
import pypdfium2
import pytest

from desk.previewer import documents, films, seeking
from desk.previewer.protocol import (
    FACT_PICTURE,
    FACT_SOUND,
    GREY,
    Ask,
    Facts,
    Format,
    Refusal,
    Refused,
    Request,
)
from desk.previewer.text import NAMES

from . import materials

FORMATS = {
    "mp4": Format.MP4,
    "mov": Format.MP4,
    "webm": Format.MATROSKA,
    "matroska": Format.MATROSKA,
    "avi": Format.AVI,
    "mp3": Format.MP3,
    "adts": Format.AAC,
    "ogg": Format.OGG,
    "wav": Format.WAV,
    "flac": Format.FLAC,
}


def ask(
    data: bytes, number: Format, kind: Ask, *, edge: int = 128, count: int = 9, position: int = -1
) -> object:
    request = Request(b"", 1, kind, number, GREY, 0, edge, 60, count, position, len(data))
    module = documents if number is Format.PDF else films
    return module.answer(io.BytesIO(data), request)


def test_warming_up_leaves_nothing_to_load() -> None:
    films.prepare()
    documents.prepare()
    assert films.formats() >> Format.MP4 & 1
    assert documents.formats() >> Format.PDF & 1


@pytest.mark.parametrize("name", materials.FILM_FORMATS)
def test_a_film_gives_nine_stills_over_its_length(name: str) -> None:
    stills = ask(materials.film(name), FORMATS[name], Ask.STILLS)
    assert isinstance(stills, list)
    assert len(stills) == 9
    assert {(one.width, one.height, one.channels) for one in stills} == {(128, 96, 1)}
    times = [one.position_ms for one in stills]
    assert times == sorted(times)
    assert times[0] < 500
    assert times[-1] > 3400


@pytest.mark.parametrize("name", materials.FILM_FORMATS)
def test_a_film_tells_its_length_and_shows_the_frame_asked_for(name: str) -> None:
    facts = ask(materials.film(name), FORMATS[name], Ask.PROBE)
    assert isinstance(facts, Facts)
    assert (facts.width, facts.height) == (160, 120)
    assert abs(facts.duration_ms - 4000) < 200
    assert facts.flags & FACT_SOUND
    assert facts.flags & FACT_PICTURE
    shown = ask(materials.film(name), FORMATS[name], Ask.REVEAL, edge=4096, position=2550)
    assert isinstance(shown, list)
    assert (shown[0].width, shown[0].channels) == (160, 3)
    assert abs(shown[0].position_ms - 2600) <= 100
    late = ask(materials.film(name), FORMATS[name], Ask.REVEAL, position=99_000)
    assert isinstance(late, list)
    assert late[0].position_ms >= 3000


def test_a_long_film_is_jumped_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeking, "SHORT_FILM", 1.0)
    stills = ask(materials.film("mp4"), Format.MP4, Ask.STILLS, count=4)
    assert isinstance(stills, list)
    assert [one.position_ms for one in stills] == [0, 1000, 2000, 3000]
    # More stills than keyframes: single frames fill up.
    more = ask(materials.film("mp4"), Format.MP4, Ask.STILLS, count=8)
    assert isinstance(more, list)
    assert len({one.position_ms for one in more}) == 8


def test_a_preview_of_a_film_is_one_keyframe() -> None:
    (tile,) = ask(materials.film("mp4"), Format.MP4, Ask.BLUR)  # type: ignore[misc]
    assert tile.position_ms == 0


@pytest.mark.parametrize("name", materials.SOUND_FORMATS)
def test_a_sound_gives_peaks_and_no_picture(name: str) -> None:
    data = materials.tone(name)
    peaks, duration_ms = ask(data, FORMATS[name], Ask.PEAKS, count=20)  # type: ignore[misc]
    assert abs(duration_ms - 4000) < 150
    assert len(peaks) == 20
    assert max(peaks[:9]) < 10
    assert min(peaks[11:]) > 100
    facts = ask(data, FORMATS[name], Ask.PROBE)
    assert isinstance(facts, Facts)
    assert abs(facts.duration_ms - 4000) < 150
    assert not facts.flags & FACT_PICTURE
    with pytest.raises(Refused) as caught:
        ask(data, FORMATS[name], Ask.BLUR)
    assert caught.value.refusal is Refusal.NO_PICTURE


def test_a_silent_film_has_no_peaks() -> None:
    with pytest.raises(Refused):
        ask(materials.film("mp4", sound=False), Format.MP4, Ask.PEAKS)


def test_a_film_tells_its_title() -> None:
    entries = ask(materials.film("mp4"), Format.MP4, Ask.TEXT)
    assert (NAMES.index("title"), "Practice film") in entries  # type: ignore[operator]


@pytest.mark.parametrize("name", [*materials.FILM_FORMATS, *materials.SOUND_FORMATS])
def test_a_cut_off_file_ends_in_something(name: str) -> None:
    data = materials.film(name) if name in materials.FILM_FORMATS else materials.tone(name)
    for part in (0.9, 0.5, 0.02):
        for kind in (Ask.STILLS, Ask.PEAKS, Ask.PROBE):
            with contextlib.suppress(Refused, av.error.FFmpegError):
                ask(data[: int(len(data) * part)], FORMATS[name], kind)


def test_a_document_shows_its_pages() -> None:
    data = materials.pdf(5)
    facts = ask(data, Format.PDF, Ask.PROBE)
    assert isinstance(facts, Facts)
    assert (facts.total, facts.width, facts.height) == (5, 200, 300)
    (tile,) = ask(data, Format.PDF, Ask.BLUR)  # type: ignore[misc]
    assert (tile.width, tile.height, tile.channels) == (86, 128, 1)
    stills = ask(data, Format.PDF, Ask.STILLS, count=3)
    assert isinstance(stills, list)
    assert len(stills) == 3
    pages = [ask(data, Format.PDF, Ask.REVEAL, edge=600, count=page) for page in (0, 4, 4000)]
    assert pages[0] != pages[1]
    assert pages[1] == pages[2]
    entries = ask(data, Format.PDF, Ask.TEXT)
    assert entries == [(NAMES.index("title"), "Practice paper"), (NAMES.index("artist"), "Example Author")]


@pytest.mark.parametrize("size", [(14_000, 14_000), (10_000, 1), (1, 10_000)])
def test_a_page_of_any_size_stays_within_the_edge(size: tuple[int, int]) -> None:
    try:
        shown = ask(materials.pdf(1, *size), Format.PDF, Ask.REVEAL, edge=500)
    except Refused:
        return
    assert isinstance(shown, list)
    assert max(shown[0].width, shown[0].height) <= 500


def test_a_broken_document_is_broken() -> None:
    with pytest.raises(pypdfium2.PdfiumError) as caught:
        ask(b"%PDF-1.4\nnothing", Format.PDF, Ask.BLUR)
    assert documents.refusal(caught.value) is Refusal.BROKEN
