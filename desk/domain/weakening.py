"""Weakening a policy: which changes of figures need a second person.

The list is the project's own: a shorter hold leaves less time to take a mistaken report back; longer or
more looking with fewer breaks exposes people more; a desk that locks later stands open longer; a log that
is signed more rarely, or whose checkpoints go to no other place, can be written anew unseen. A figure
that this table does not know counts as weaker whichever way it goes, so that a new setting is never
weakened unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Figure: TypeAlias = float | int | str | bool | None

LESS_IS_WEAKER, MORE_IS_WEAKER = -1, 1

DIRECTIONS: Mapping[str, int] = {
    "hold_minutes": LESS_IS_WEAKER,
    "rest.hold_seconds": MORE_IS_WEAKER,
    "rest.prompt_after": MORE_IS_WEAKER,
    "rest.break_after": MORE_IS_WEAKER,
    "rest.break_for": LESS_IS_WEAKER,
    "rest.daily_cap": MORE_IS_WEAKER,
    "signin.idle_minutes": MORE_IS_WEAKER,
    "checkpoints.every_minutes": MORE_IS_WEAKER,
}

STRONGEST: Mapping[str, Figure] = {"signin.at_screen_lock": "end"}
"""Choices that are no numbers: going to this one is never weaker."""

WEAKEST: Mapping[str, Figure] = {"checkpoints.copies": ""}
"""Likewise: leaving this one is never weaker."""


@dataclass(frozen=True, slots=True)
class Weaker:
    """One figure that would be weaker than it is: its name, and both values."""

    name: str
    before: Figure
    after: Figure


def weaker(before: Mapping[str, Figure], after: Mapping[str, Figure]) -> tuple[Weaker, ...]:
    """Every figure of ``after`` that is weaker than in ``before``, in the order of ``after``."""
    found = []
    for name, now in after.items():
        was = before.get(name)
        if was == now or not _is_weaker(name, was, now):
            continue
        found.append(Weaker(name, was, now))
    return tuple(found)


def _is_weaker(name: str, was: Figure, now: Figure) -> bool:
    if name in STRONGEST:
        return now != STRONGEST[name]
    if name in WEAKEST:
        return was != WEAKEST[name]
    direction = DIRECTIONS.get(name)
    if direction is None or not isinstance(was, int | float) or not isinstance(now, int | float):
        return True
    return (now - was) * direction > 0
