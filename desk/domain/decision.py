"""What a moderator decided about a case."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class DecisionKind(enum.StrEnum):
    NO_VIOLATION = "no_violation"
    VIOLATION_NO_REPORT = "violation_no_report"
    REPORT = "report"
    ESCALATE = "escalate"  # to a supervisor, or for a second opinion
    ELSEWHERE = "elsewhere"  # filed with another body, or by hand on a web form


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with its reason. ``policy`` is the policy found violated, where one was."""

    case_number: int
    revision: int
    kind: DecisionKind
    operator_id: int
    at: datetime
    policy: str | None = None
    note: str | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Decision(…)"
