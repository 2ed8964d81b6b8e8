"""Numbers and times as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from PySide6.QtCore import QLocale
from pytestqt.qtbot import QtBot

from desk.gui import theme, words
from desk.gui.case.parts import LongValue

NOON = datetime(2026, 5, 4, 12, 2, 31, tzinfo=UTC)
PARIS = timezone(timedelta(hours=2))


@pytest.fixture(autouse=True)
def _english() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (250_000_000, "250 MB"),
        (3 * 10**12, "3.0 TB"),
        (999_999, "1.0 MB"),
    ],
)
def test_sizes(octets: int, said: str) -> None:
    assert words.size(octets) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
        (86400, "1 day"),
        (280_800, "3 days 6 h"),
        (-5, "0 s"),
    ],
)
def test_durations(seconds: int, said: str) -> None:
    assert words.duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-30, "now"), (59, "now"), (60, "1 min"), (7199, "1 h"), (7200, "2 h"), (86400 * 3, "3 days")],
)
def test_ages(seconds: int, said: str) -> None:
    assert words.age(NOON - timedelta(seconds=seconds), NOON) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(252, "04:12"), (0.2, "00:01"), (0, "00:00"), (-9, "00:00"), (3600, "1:00:00"), (59.5, "01:00")],
)
def test_a_countdown_reads_zero_only_when_it_is_over(seconds: float, said: str) -> None:
    assert words.countdown(timedelta(seconds=seconds)) == said


def test_times_carry_zones() -> None:
    assert words.moment(NOON, PARIS) == "2026-05-04 14:02 UTC+02:00"
    assert words.moment(NOON, timezone(-timedelta(hours=5, minutes=30))) == "2026-05-04 06:32 UTC−05:30"
    assert words.moment_exact(NOON, UTC) == "2026-05-04 12:02:31 UTC"
    assert words.utc(NOON.astimezone(PARIS)) == "2026-05-04 12:02:31 UTC"
    assert words.clock(NOON, PARIS) == "14:02"
    assert words.clock_or_moment(NOON, NOON - timedelta(hours=9), PARIS) == "14:02"
    assert words.clock_or_moment(NOON, NOON - timedelta(hours=15), PARIS) == words.moment(NOON, PARIS)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 5, 4)  # noqa: DTZ001
    for shown in (words.moment, words.utc, words.clock, words.offset):
        with pytest.raises(ValueError, match="without a zone"):
            shown(naive)


def test_a_name_that_turns_its_own_end_is_seen_through() -> None:
    assert words.seen("photo\u202egpj.exe") == "photo\u200e‹RLO›\u200egpj.exe"
    assert words.seen("صورة.jpg") == "صورة.jpg"


def test_a_word_without_end_is_laid_out_in_pieces_and_copied_whole(qtbot: QtBot) -> None:
    shown = words.in_pieces("x" * 1200 + " end")
    assert shown == "x" * 500 + "\u200b" + "x" * 500 + "\u200b" + "x" * 200 + " end"
    assert words.in_pieces("its own \u200b" + "x" * 600).count("\u200b") == 1
    view = LongValue("x" * 1200, theme.sans())
    qtbot.addWidget(view)
    view.selectAll()
    assert view.createMimeDataFromSelection().text() == view.text() == "x" * 1200


def test_plurals_and_fields() -> None:
    assert words.plural(1, "{n} file", "{n} files") == "1 file"
    assert words.plural(1204, "{n} file", "{n} files") == "1,204 files"
    assert words.tr("to {name}", name="{x}") == "to {x}"
    assert words.tr("braces {stay} as they are") == "braces {stay} as they are"
    assert words.joined(["a", "", "b"]) == "a · b"
