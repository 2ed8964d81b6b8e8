"""Parts of the case page on their own: the even grid, the rules of what a look counts for, words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk.domain.content import Content, ContentKind, Message
from desk.domain.exposure import Rest, RestState
from desk.domain.preview import Blurred, MediaFacts, MediaKind, NoPreview, NoPreviewReason, Revealed
from desk.domain.viewing import Viewed, Viewing, ViewingKind, viewed
from desk.gui.case import phrases
from desk.gui.case.grid import CaseGrid
from desk.gui.case.known import known_badges
from desk.gui.case.look import Target, stretch
from desk.gui.case.messages import MOST_HEIGHT, ChatView
from desk.gui.case.sheet import to_image
from desk.gui.case.stacks import stacks_of
from desk.gui.case.tile import CaseTile
from desk.gui.pictures import image_of as blurred_image
from desk.gui.theme import Scheme, Theme
from desk.gui.widgets.panels import Scroll
from desk.ports import Occurrence

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def theme(qapp: QApplication) -> None:
    if qapp.findChild(Theme) is None:
        Theme(qapp, Scheme.LIGHT)


def test_tiles_stand_side_by_side_wherever_they_come_from(qtbot: QtBot) -> None:
    grid, scroll = CaseGrid(100), Scroll(margin=0)
    qtbot.addWidget(scroll)
    scroll.add(grid)
    scroll.end()
    scroll.resize(460, 300)
    with qtbot.waitExposed(scroll):
        scroll.show()
    grid.set_tiles([CaseTile(f"t{n}", "image", n, 100) for n in range(6)])
    for start in (6, 14, 22):
        grid.extend([CaseTile(f"t{n}", "image", n, 100) for n in range(start, start + 8)])
    qtbot.waitUntil(
        lambda: grid.height() >= 108 * 8 - 8 and grid.tile("t4").geometry().getRect()[:2] == (0, 108)
    )
    places = {grid.tile(key).geometry().getRect() for key in grid.ids()}
    assert len(places) == 30
    assert {place[2:] for place in places} == {(100, 100)}
    scroll.resize(240, 300)
    qtbot.waitUntil(lambda: grid.tile("t2").y() == 108)
    grid.tile("t0").setFocus()
    QTest.keyClick(grid.tile("t0"), Qt.Key.Key_Down)
    assert grid.current == "t2"
    grid.set_tiles([])
    assert grid.ids() == []


def test_a_conversation_is_as_high_as_it_needs_to_be(qtbot: QtBot) -> None:
    short, long = (ChatView(tuple(Message("a", f"<b>{n}</b>", "b", AT) for n in range(k))) for k in (2, 300))
    for view in (short, long):
        qtbot.addWidget(view)
        view.resize(300, 300)
        with qtbot.waitExposed(view):
            view.show()
    qtbot.waitUntil(lambda: long.height() == MOST_HEIGHT)
    qtbot.waitUntil(lambda: 60 < short.height() < 140)
    assert short.stretch() == (0.0, 1.0)
    assert "<b>1</b>" in short.shown.index(1).data()  # markup stays what it is: words


def target(kind: ContentKind, facts: MediaFacts | None, **where: float | int) -> Target:
    return Target("c1", kind, "a", facts, where.get("position"), where.get("page"))  # type: ignore[arg-type]


@given(
    kind=st.sampled_from([ContentKind.VIDEO, ContentKind.AUDIO]),
    duration=st.one_of(st.none(), st.floats(0.01, 10_000)),
    positions=st.lists(st.floats(0, 20_000), min_size=1, max_size=12),
    whole=st.booleans(),
)
def test_no_number_of_stills_makes_a_film_viewed(
    kind: ContentKind, duration: float | None, positions: list[float], whole: bool
) -> None:
    facts = MediaFacts(MediaKind.VIDEO, "MP4", 10, 10, duration=duration)
    shown = []
    for position in positions:
        what, start, end = stretch(target(kind, facts, position=position), whole)
        assert 0 <= start <= end <= 1
        shown.append(Viewing(1, "c1", "x", 1, what, AT, 1.0, start, end))
    assert not viewed(kind, "x", shown).viewed


def test_what_a_look_counts_for() -> None:
    still = MediaFacts(MediaKind.IMAGE, "PNG", 10, 10, frames=1)
    moving = MediaFacts(MediaKind.IMAGE, "GIF", 10, 10, frames=4)
    paper = MediaFacts(MediaKind.DOCUMENT, "PDF", 10, 10, pages=4)
    image, document = ContentKind.IMAGE, ContentKind.DOCUMENT
    assert stretch(target(image, still), True) == (ViewingKind.REVEAL, 0.0, 1.0)
    assert stretch(target(image, still), False) == (ViewingKind.REVEAL, 0.0, 0.0)
    assert stretch(target(image, moving, page=2), True) == (ViewingKind.REVEAL, 0.0, 0.0)
    assert stretch(target(image, None), True) == (ViewingKind.REVEAL, 0.0, 0.0)
    assert stretch(target(document, paper, page=1), True) == (ViewingKind.SCROLL, 0.25, 0.5)
    assert stretch(target(document, paper, page=9), True) == (ViewingKind.REVEAL, 0.0, 0.0)
    assert stretch(target(document, None), True) == (ViewingKind.REVEAL, 0.0, 0.0)


def test_pixels_whose_number_does_not_fit_are_no_picture() -> None:
    assert to_image(Revealed(4, 4, 3, bytes(47))).isNull()
    assert to_image(Revealed(4, 4, 2, bytes(32))).isNull()
    assert blurred_image(Blurred(4, 4, 1, bytes(15))).isNull()
    assert to_image(Revealed(4, 2, 3, bytes(24))).size().toTuple() == (4, 2)


def test_identical_files_stand_in_one_stack() -> None:
    pieces = [
        Content("a", ContentKind.IMAGE, sha256="1"),
        Content("t", ContentKind.TEXT, text="x"),
        Content("b", ContentKind.IMAGE, sha256="2"),
        Content("c", ContentKind.VIDEO, sha256="1"),
    ]
    assert [stack.ids for stack in stacks_of(pieces)] == [("a", "c"), ("b",)]
    assert phrases.content_title(3, 2) == "3 files, 2 identical"
    assert phrases.content_title(1, 0) == "1 file"


@pytest.mark.parametrize(
    ("kind", "seen", "words"),
    [
        (ContentKind.IMAGE, None, "not viewed"),
        (ContentKind.IMAGE, Viewed(False, 0.0, False, 3.0), "not viewed: shown in part"),
        (ContentKind.IMAGE, Viewed(True, 1.0, False, 3.0), "viewed whole"),
        (ContentKind.VIDEO, Viewed(False, 0.645, False, 3.0), "64 % of 3:12 played"),
        (ContentKind.VIDEO, Viewed(False, 0.0, False, 3.0), "not viewed: stills only"),
        (ContentKind.DOCUMENT, Viewed(False, 0.5, False, 3.0), "50 % shown"),
    ],
)
def test_viewed_in_words(kind: ContentKind, seen: Viewed | None, words: str) -> None:
    facts = MediaFacts(MediaKind.VIDEO, "MP4", duration=192.0)
    assert phrases.viewed(Content("a", kind), seen, facts) == words


def test_rest_in_words() -> None:
    until = AT + timedelta(minutes=10)
    assert phrases.rest_lock(Rest(RestState.CLEAR, 0, 0, 3000)) == ""
    assert "break" in phrases.rest_lock(Rest(RestState.BREAK, 3000, 3000, 0, until))
    assert "limit" in phrases.rest_lock(Rest(RestState.CAPPED, 3000, 15000, 0, until))
    assert phrases.play_time(3725) == "1:02:05"


def test_every_reason_without_a_picture_has_its_words() -> None:
    assert all(phrases.why_plain(reason) for reason in NoPreviewReason)
    assert "still be reported" in phrases.why_not_shown(NoPreview(NoPreviewReason.BROKEN))
    assert "from a backup" in phrases.why_not_shown(NoPreview(NoPreviewReason.LOST))
    assert "still" not in phrases.why_not_shown(NoPreview(NoPreviewReason.LOST))


@pytest.mark.usefixtures("qapp")
def test_the_same_content_elsewhere_is_named_by_its_kind() -> None:
    places = [Occurrence(n, "c", "u-7", None, None, None) for n in range(11, 18)]
    said = {
        kind: [badge.words() for badge in known_badges(Content("c", kind), places[:count], filing)]
        for kind, count, filing in (
            (ContentKind.CHAT, 2, 4),
            (ContentKind.TEXT, 7, None),
            (ContentKind.IMAGE, 1, None),
            (ContentKind.VIDEO, 0, None),
        )
    }
    assert said == {
        ContentKind.CHAT: ["already reported in filing 4", "same conversation in case 11, 12"],
        ContentKind.TEXT: ["same text in case 11, 12, 13 and 4 more"],
        ContentKind.IMAGE: ["same file in case 11"],
        ContentKind.VIDEO: [],
    }
