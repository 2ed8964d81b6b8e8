"""What may be claimed about a file: only what recorded displays of that very file bear out."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.content import ContentKind
from desk.domain.viewing import GAP, GAPS, Viewing, ViewingKind, covered, viewed

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHA = "a" * 64
WANTED = {
    ContentKind.IMAGE: ViewingKind.REVEAL,
    ContentKind.VIDEO: ViewingKind.PLAY,
    ContentKind.AUDIO: ViewingKind.PLAY,
    ContentKind.DOCUMENT: ViewingKind.SCROLL,
    ContentKind.TEXT: ViewingKind.READ,
    ContentKind.CHAT: ViewingKind.READ,
    ContentKind.URL: ViewingKind.READ,
}
GRID = st.integers(-20, 1020).map(lambda n: n / 1000)
STRETCHES = st.lists(st.tuples(GRID, GRID), max_size=25)


def look(kind: ViewingKind, start: float = 0.0, end: float = 1.0, **more: object) -> Viewing:
    return replace(Viewing(1, "c1", SHA, 7, kind, AT, 3.0, start, end), **more)  # type: ignore[arg-type]


def slowly(stretches: list[tuple[float, float]]) -> float:
    """The same share, counted in thousandths."""
    seen = [any(a <= n / 1000 and (n + 1) / 1000 <= b for a, b in stretches) for n in range(1000)]
    gaps: list[int] = []
    run = 0
    for shown in [*seen, True]:
        if shown and run:
            gaps.append(run)
        run = 0 if shown else run + 1
    small = sum(gap for gap in gaps if gap <= GAP * 1000)
    missed = sum(gap for gap in gaps if gap > GAP * 1000) + max(0, small - int(GAPS * 1000))
    return float(1 - Fraction(missed, 1000))


@given(STRETCHES, st.randoms())
def test_covered_agrees_with_counting_whatever_the_order(
    stretches: list[tuple[float, float]], random: object
) -> None:
    expected = covered(stretches)
    assert expected == pytest.approx(slowly(stretches), abs=0.0061)  # a gap of just GAP may round either way
    shuffled = list(stretches)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert covered(shuffled) == expected
    assert 0.0 <= expected <= 1.0


@given(
    st.lists(st.tuples(st.floats(-0.1, 1.1), st.floats(-0.1, 1.1)), max_size=20),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_more_stretches_never_lower_the_share(
    stretches: list[tuple[float, float]], start: float, end: float
) -> None:
    assert covered([*stretches, (start, end)]) >= covered(stretches) - 1e-12


@given(st.lists(st.floats(0.0, 1.0, exclude_min=True, exclude_max=True), max_size=30), st.randoms())
def test_played_in_pieces_to_the_end_is_whole(cuts: list[float], random: object) -> None:
    marks = [0.0, *sorted(cuts), 1.0]
    pieces = list(itertools.pairwise(marks))
    random.shuffle(pieces)  # type: ignore[attr-defined]
    assert covered(pieces) == 1.0


def test_covered_by_example() -> None:
    assert covered([]) == 0.0
    assert covered([(0.2, 0.2), (0.9, 0.1)]) == 0.0
    assert covered([(0.0, 1.0)]) == 1.0
    assert covered([(0.004, 0.5), (0.503, 0.999)]) == 1.0
    assert covered([(0.0, 0.5), (0.51, 1.0)]) == pytest.approx(0.99)
    assert covered([(-5.0, 7.0)]) == 1.0
    assert covered([(0.0, 0.5), (1.0, 2.0)]) == 0.5
    assert covered([(-2.0, -1.0)]) == 0.0


def test_no_number_covers_nothing() -> None:
    nan = math.nan
    assert covered([(nan, nan), (0.0, nan), (nan, 1.0)]) == 0.0


def test_skipping_along_in_small_steps_is_not_playing() -> None:
    points = [(n * 0.005, n * 0.005 + 0.0001) for n in range(200)]
    assert covered(points) < 0.1
    assert not viewed(ContentKind.VIDEO, SHA, [look(ViewingKind.PLAY, a, b) for a, b in points]).viewed


@pytest.mark.parametrize("kind", list(ContentKind))
def test_only_the_right_way_of_looking_counts(kind: ContentKind) -> None:
    for way in ViewingKind:
        claim = viewed(kind, SHA, [look(way)])
        moved = kind is ContentKind.IMAGE and way is ViewingKind.PLAY  # an animation, played whole
        assert claim.viewed is (way is WANTED[kind] or moved)
        assert claim.metadata is (way is ViewingKind.METADATA)
        assert claim.seconds == 3.0


@pytest.mark.parametrize("kind", list(ContentKind))
def test_other_bytes_a_twin_or_no_time_at_all_are_no_viewing(kind: ContentKind) -> None:
    good = look(WANTED[kind])
    assert viewed(kind, SHA, [good], "c1").viewed
    assert not viewed(kind, SHA, []).viewed
    assert not viewed(kind, SHA, [replace(good, sha256="b" * 64)]).viewed
    assert not viewed(kind, SHA, [good], "c2").viewed
    for seconds in (0.0, -1.0, math.nan):
        assert not viewed(kind, SHA, [replace(good, seconds=seconds)]).viewed
    for speed in (2.01, 0.0, -1.0, math.nan):
        assert not viewed(kind, SHA, [replace(good, speed=speed)]).viewed
    assert viewed(kind, SHA, [replace(good, speed=2.0)]).viewed


def test_an_image_is_shown_whole_or_not_at_all() -> None:
    halves = [look(ViewingKind.REVEAL, 0.0, 0.6), look(ViewingKind.REVEAL, 0.5, 1.0)]
    assert viewed(ContentKind.IMAGE, SHA, halves).share == 0.0
    assert viewed(ContentKind.IMAGE, SHA, [*halves, look(ViewingKind.REVEAL)]).share == 1.0


def test_a_film_names_the_share_that_was_played() -> None:
    claim = viewed(ContentKind.VIDEO, SHA, [look(ViewingKind.PLAY, 0.0, 0.64)])
    assert not claim.viewed
    assert claim.share == pytest.approx(0.64)


@given(st.lists(st.sampled_from(list(ViewingKind)), max_size=6), st.sampled_from(list(ContentKind)))
def test_metadata_counts_only_beside_the_file(ways: list[ViewingKind], kind: ContentKind) -> None:
    claim = viewed(kind, SHA, [look(way) for way in ways])
    moved = kind is ContentKind.IMAGE and ViewingKind.PLAY in ways
    assert claim.exif is (ViewingKind.METADATA in ways and (WANTED[kind] in ways or moved))


PLAYS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


@given(PLAYS)
def test_an_animation_is_viewed_when_no_picture_of_it_is_missing(plays: list[tuple[int, int]]) -> None:
    shown = {n for start, stop in plays for n in range(start, stop)}
    looks = [look(ViewingKind.PLAY, start / 40, stop / 40) for start, stop in plays]
    claim = viewed(ContentKind.IMAGE, SHA, looks)
    assert claim.viewed is (len(shown) == 40)
    assert claim.share == pytest.approx(len(shown) / 40)
    # Neither one picture held still nor a faster pass adds anything.
    for more in (look(ViewingKind.REVEAL, 0.5, 0.51), look(ViewingKind.PLAY, 0.0, 1.0, speed=2.5)):
        assert viewed(ContentKind.IMAGE, SHA, [*looks, more]).share == claim.share
