"""Preservation: the year's duty that starts with the receipt (18 U.S.C. 2258A(h), REPORT Act)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


def preserve_until(filed_at: datetime) -> date:
    """The day on which the duty of one year ends: the same day a year later (29 February → 1 March)."""
    day = filed_at.date()
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


@dataclass(frozen=True, slots=True)
class Preservation:
    """What is kept for one filed report, and until when."""

    filing_id: int
    case_number: int
    report_id: str
    filed_at: datetime
    until: date

    def days_left(self, today: date) -> int:
        """Days until the duty ends; negative once it has."""
        return (self.until - today).days
