"""Figures for supervisors: over periods, of all people together, never of one.

Times are UTC. A figure that nothing was counted for is None, never 0: nothing filed is not quick.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import TypeVar

T = TypeVar("T")


class Step(enum.StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


MOST_PERIODS = 400


def start_of(day: date, step: Step) -> date:
    """The first day of the period that ``day`` lies in; weeks begin on Monday."""
    if step is Step.DAY:
        return day
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1)


def following(start: date, step: Step) -> date:
    """The first day of the next period."""
    if step is Step.MONTH:
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=1 if step is Step.DAY else 7)


def periods(since: date, until: date, step: Step) -> tuple[date, ...]:
    """The first days of all periods from ``since`` to ``until``, both included.

    Raises ValueError where there are more than MOST_PERIODS or none.
    """
    found, start = [], start_of(since, step)
    while start <= until:
        found.append(start)
        if len(found) > MOST_PERIODS:
            raise ValueError("too many periods")
        start = following(start, step)
    if not found:
        raise ValueError("the range is empty")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Series:
    """One figure over time: a value, or None, for each period. ``unit``: ``""``, ``h``, ``%``, ``min``."""

    name: str
    unit: str
    values: tuple[float | None, ...]

    @property
    def empty(self) -> bool:
        return all(value is None for value in self.values)


@dataclass(frozen=True, slots=True)
class Chart:
    """Some series over the same periods."""

    key: str
    starts: tuple[date, ...]
    series: tuple[Series, ...]

    @property
    def empty(self) -> bool:
        return all(one.empty for one in self.series)

    def table(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Headings and rows as text, for the table beside the chart and for CSV."""
        headings = ("period", *(f"{one.name} [{one.unit}]" if one.unit else one.name for one in self.series))
        rows = tuple(
            (start.isoformat(), *(said(one.values[place]) for one in self.series))
            for place, start in enumerate(self.starts)
        )
        return headings, rows


def said(value: float | None) -> str:
    """A figure in at most one decimal; empty where there is none."""
    if value is None:
        return ""
    return f"{value:.0f}" if value == round(value) else f"{value:.1f}"


@dataclass(frozen=True, slots=True)
class FiledFact:
    """One filed report: when it was filed, and when its case came to the desk and the thing happened."""

    filed_at: datetime
    received_at: datetime
    occurred_at: datetime
    completeness: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the figures are made of: times of cases, refusals and notes, and filed reports."""

    received: Sequence[datetime] = ()
    filed: Sequence[FiledFact] = ()
    refused: Sequence[datetime] = ()
    informational: Sequence[datetime] = ()
    closed: Sequence[datetime] = ()
    cut: bool = field(default=False)  # there were more than could be read


def charts(facts: Facts, since: date, until: date, step: Step) -> tuple[Chart, ...]:
    """Cases and reports, time to filing, completeness, and what went wrong."""
    starts = periods(since, until, step)

    def count(times: Iterable[datetime]) -> tuple[float | None, ...]:
        groups = _grouped(((at, at) for at in times), starts, step)
        return tuple(float(len(group)) for group in groups)

    filed = _grouped(((one.filed_at, one) for one in facts.filed), starts, step)
    hours = [[_hours(one.received_at, one.filed_at) for one in group] for group in filed]
    since_upload = [[_hours(one.occurred_at, one.filed_at) for one in group] for group in filed]
    scores = [[float(one.completeness) for one in group] for group in filed]
    return (
        Chart(
            "volume",
            starts,
            (
                Series("cases received", "", count(facts.received)),
                Series("closed without a report", "", count(facts.closed)),
                Series("reports filed", "", count([one.filed_at for one in facts.filed])),
            ),
        ),
        Chart(
            "time",
            starts,
            (
                Series("from the desk to filing, median", "h", tuple(map(middle, hours))),
                Series("from the incident to filing, median", "h", tuple(map(middle, since_upload))),
                Series("from the desk to filing, slowest tenth", "h", tuple(map(ninth, hours))),
            ),
        ),
        Chart(
            "completeness",
            starts,
            (
                Series("median", "", tuple(map(middle, scores))),
                Series("lowest tenth", "", tuple(map(first, scores))),
            ),
        ),
        Chart(
            "trouble",
            starts,
            (
                Series("refused by the service", "", count(facts.refused)),
                Series("said to be informational", "", count(facts.informational)),
            ),
        ),
    )


def middle(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def ninth(values: Sequence[float]) -> float | None:
    """The ninth decile (nearest rank)."""
    return sorted(values)[max(0, -(-len(values) * 9 // 10) - 1)] if values else None


def first(values: Sequence[float]) -> float | None:
    """The first decile (nearest rank)."""
    return sorted(values)[max(0, -(-len(values) // 10) - 1)] if values else None


def by_months(values: Mapping[str, float | None], name: str, unit: str, key: str) -> Chart:
    """A chart of months (``2026-11``) that may have gaps."""
    if not values:
        return Chart(key, (), (Series(name, unit, ()),))
    found = {date.fromisoformat(f"{month}-01"): value for month, value in values.items()}
    starts = periods(min(found), max(found), Step.MONTH)
    return Chart(key, starts, (Series(name, unit, tuple(found.get(start) for start in starts)),))


def _hours(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds() / 3600)


def _grouped(dated: Iterable[tuple[datetime, T]], starts: Sequence[date], step: Step) -> list[list[T]]:
    groups: dict[date, list[T]] = {start: [] for start in starts}
    for at, value in dated:
        start = start_of(at.astimezone(UTC).date(), step)
        if start in groups:
            groups[start].append(value)
    return [groups[start] for start in starts]
