"""Exposure: how long a person looked at unblurred content, and when to rest.

The figures are this project's own rule after published practice (one hotline
caps viewing at four hours a day with hourly breaks). The desk lowers needless
exposure; it does not claim to protect.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class RestPolicy:
    """Set by policy. Times in seconds of revealed content."""

    hold_seconds: float = 10.0
    prompt_after: float = 20 * 60
    break_after: float = 50 * 60
    break_for: float = 10 * 60
    daily_cap: float = 4 * 3600


class RestState(enum.StrEnum):
    CLEAR = "clear"
    PROMPT = "prompt"
    BREAK = "break"  # media are locked, text work goes on
    CAPPED = "capped"  # media are locked until tomorrow


@dataclass(frozen=True, slots=True)
class Rest:
    """One person's own state: seconds since the last rest and today, and until when media are locked."""

    state: RestState
    since_rest: float
    today: float
    until_break: float
    locked_until: datetime | None = None
    lifted_until: datetime | None = None
    """Media would be locked now, but a supervisor lifted that until then."""


LONGEST_LIFT = timedelta(hours=4)
"""A lock is lifted for one spell of work, not for good."""


@dataclass(frozen=True, slots=True)
class Lift:
    """A supervisor's override: for one person, one lock (BREAK or CAPPED), from ``at`` to ``until``."""

    operator_id: int
    lock: RestState
    at: datetime
    until: datetime
    by: int
    reason: str = field(repr=False)

    def holds(self, lock: RestState, now: datetime) -> bool:
        """Whether it opens this lock at this moment."""
        return self.lock is lock and self.at <= now < self.until


def rest(
    displays: Iterable[tuple[datetime, float]],
    now: datetime,
    day_start: datetime,
    policy: RestPolicy,
    lifts: Iterable[Lift] = (),
) -> Rest:
    """The state at ``now`` from (start, seconds) of each display, in order of time.

    A pause of ``break_for`` without any display counts as a rest. ``lifts`` are this person's own; one for
    the day's limit leaves the breaks as they are.
    """
    lifts = tuple(lifts)
    pause = timedelta(seconds=policy.break_for)
    since = today = 0.0
    last_end: datetime | None = None
    for start, seconds in displays:
        if last_end is not None and start - last_end >= pause:
            since = 0.0
        since += seconds
        if start >= day_start:
            today += seconds
        end = start + timedelta(seconds=seconds)
        last_end = end if last_end is None else max(last_end, end)
    if last_end is not None and now - last_end >= pause:
        since = 0.0
    until_break = max(0.0, policy.break_after - since)
    lifted: datetime | None = None
    if today >= policy.daily_cap:
        lifted = _lifted(lifts, RestState.CAPPED, now)
        if lifted is None:
            return Rest(RestState.CAPPED, since, today, until_break, day_start + timedelta(days=1))
    if since >= policy.break_after and last_end is not None:
        open_until = _lifted(lifts, RestState.BREAK, now)
        if open_until is None:
            return Rest(RestState.BREAK, since, today, 0.0, last_end + pause)
        lifted = open_until if lifted is None else min(lifted, open_until)
    state = RestState.PROMPT if since >= policy.prompt_after else RestState.CLEAR
    return Rest(state, since, today, until_break, None, lifted)


def _lifted(lifts: Iterable[Lift], lock: RestState, now: datetime) -> datetime | None:
    """Until when this lock is lifted now; None where it is not."""
    return max((lift.until for lift in lifts if lift.holds(lock, now)), default=None)


def by_day(displays: Iterable[tuple[datetime, float]]) -> dict[date, float]:
    """Seconds of each day, by the clock of this computer, as the daily limit counts them."""
    days: dict[date, float] = defaultdict(float)
    for start, seconds in displays:
        days[start.astimezone().date()] += seconds
    return dict(days)


LEAST_PEOPLE = 5
"""Figures of fewer people than this could be read as one person's, and are not made."""


@dataclass(frozen=True, slots=True)
class Week:
    """What all who looked at media in one week, beginning on Monday ``starts``, did together.

    ``seconds`` in all; ``days`` are days of work, one for each person and day with any display.
    """

    starts: date
    people: int
    seconds: float
    days: int

    @property
    def a_day(self) -> float:
        """Mean seconds for one person's day."""
        return self.seconds / self.days


def weeks(figures: Iterable[Mapping[date, float]], until: date) -> tuple[Week, ...]:
    """Whole weeks that ended before ``until``, oldest first, from each person's seconds by day.

    A week in which fewer than LEAST_PEOPLE looked at anything is left out. Only whole weeks: figures that
    grow from hour to hour would show who was at work.
    """
    found: dict[date, list[dict[date, float]]] = defaultdict(list)
    for days in figures:
        own: dict[date, dict[date, float]] = defaultdict(dict)
        for day, seconds in days.items():
            if seconds > 0:
                own[day - timedelta(days=day.weekday())][day] = seconds
        for start, worked in own.items():
            found[start].append(worked)
    return tuple(
        Week(
            start,
            len(worked),
            sum(sum(days.values()) for days in worked),
            sum(len(days) for days in worked),
        )
        for start, worked in sorted(found.items())
        if len(worked) >= LEAST_PEOPLE and start + timedelta(days=7) <= until
    )
