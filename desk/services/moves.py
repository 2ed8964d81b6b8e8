"""What becomes of a filing before its next call: the moves that need none, one after the other. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from desk.domain.filing import Act, ActKind, Filing, Reply, next_act


class Step(NamedTuple):
    """The filing before and after, and the answer that made the difference; None for a move of its own."""

    before: Filing
    after: Filing
    reply: Reply | None = None


class Plan(NamedTuple):
    """Where the filing will stand, what comes then, and how it came there."""

    filing: Filing
    act: Act
    steps: tuple[Step, ...]


def plan(filing: Filing, now: datetime, *steps: Step) -> Plan:
    """Every move from here on, after the ``steps`` that led here."""
    made = list(steps)
    while True:
        act = next_act(filing, now)
        if act.kind is not ActKind.MOVE or act.filing is None:
            return Plan(filing, act, tuple(made))
        made.append(Step(filing, act.filing))
        filing = act.filing
