"""Exposure: how long a person looked at unblurred content, and when to rest.

The figures are this project's own rule after published practice (one hotline
caps viewing at four hours a day with hourly breaks). The desk lowers needless
exposure; it does not claim to protect.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


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


def rest(
    displays: Iterable[tuple[datetime, float]], now: datetime, day_start: datetime, policy: RestPolicy
) -> Rest:
    """The state at ``now`` from (start, seconds) of each display, in order of time.

    A pause of ``break_for`` without any display counts as a rest.
    """
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
    if today >= policy.daily_cap:
        return Rest(RestState.CAPPED, since, today, until_break, day_start + timedelta(days=1))
    if since >= policy.break_after and last_end is not None:
        return Rest(RestState.BREAK, since, today, 0.0, last_end + pause)
    state = RestState.PROMPT if since >= policy.prompt_after else RestState.CLEAR
    return Rest(state, since, today, until_break)
