"""Figures over periods, reckoned by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.figures import (
    Chart,
    Facts,
    FiledFact,
    Series,
    Step,
    by_months,
    charts,
    first,
    following,
    middle,
    ninth,
    periods,
    said,
    start_of,
)

MONDAY = date(2026, 11, 16)
AT = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("step", "start", "after"),
    [
        (Step.DAY, date(2026, 11, 18), date(2026, 11, 19)),
        (Step.WEEK, MONDAY, date(2026, 11, 23)),
        (Step.MONTH, date(2026, 11, 1), date(2026, 12, 1)),
    ],
)
def test_a_day_lies_in_its_period(step: Step, start: date, after: date) -> None:
    assert start_of(AT.date(), step) == start
    assert following(start, step) == after


@given(
    since=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(0, 300), step=st.sampled_from(Step)
)
def test_periods_cover_every_day_once(since: date, days: int, step: Step) -> None:
    starts = periods(since, since + timedelta(days), step)
    assert list(starts) == sorted(set(starts))
    for place in range(days + 1):
        assert start_of(since + timedelta(place), step) in starts


def test_ranges_that_are_none() -> None:
    with pytest.raises(ValueError, match="empty"):
        periods(date(2026, 11, 18), date(2026, 11, 17), Step.DAY)
    with pytest.raises(ValueError, match="too many"):
        periods(date(2020, 1, 1), date(2026, 1, 1), Step.DAY)


def test_deciles_and_medians() -> None:
    assert (middle([]), ninth([]), first([])) == (None, None, None)
    assert (middle([3, 1, 2]), middle([1, 2])) == (2, 1.5)
    values = [float(n) for n in range(1, 11)]
    assert (ninth(values), first(values)) == (9, 1)
    assert (ninth([4.0]), first([4.0])) == (4, 4)
    assert (said(None), said(3.0), said(2.25)) == ("", "3", "2.2")


def test_the_charts_of_a_fortnight() -> None:
    week = timedelta(days=7)
    filed = FiledFact(AT, AT - timedelta(hours=5), AT - timedelta(hours=29), 80)
    later = FiledFact(AT + week, AT + week - timedelta(hours=1), AT, 40)
    facts = Facts(
        received=[AT, AT, AT + week, AT + 9 * week],
        filed=[filed, later, FiledFact(AT + week, AT + week, AT + 2 * week, 60)],
        refused=[AT],
        informational=[AT + week],
        closed=[],
    )
    volume, time, completeness, trouble = charts(facts, MONDAY, MONDAY + week, Step.WEEK)
    assert volume.starts == (MONDAY, MONDAY + week)
    assert [one.values for one in volume.series] == [(2, 1), (0, 0), (1, 2)]
    assert [one.values for one in time.series] == [(5, 0.5), (29, 84), (5, 1)]
    assert [one.values for one in completeness.series] == [(80, 50), (80, 40)]
    assert [one.values for one in trouble.series] == [(1, 0), (0, 1)]
    assert time.table() == (
        (
            "period",
            "from the desk to filing, median [h]",
            "from the incident to filing, median [h]",
            "from the desk to filing, slowest tenth [h]",
        ),
        (("2026-11-16", "5", "29", "5"), ("2026-11-23", "0.5", "84", "1")),
    )


def test_nothing_filed_is_not_quick() -> None:
    _, time, completeness, _ = charts(Facts(), MONDAY, MONDAY, Step.WEEK)
    assert time.empty
    assert completeness.empty
    assert not Chart("x", (MONDAY,), (Series("a", "", (0.0,)),)).empty


def test_months_with_a_gap() -> None:
    chart = by_months({"2026-09": 0.5, "2026-11": None}, "kappa", "", "agreement")
    assert chart.starts == (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1))
    assert chart.series[0].values == (0.5, None, None)
    assert by_months({}, "kappa", "", "agreement").empty
