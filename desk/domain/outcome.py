"""What became of a filed report: NCMEC's or law enforcement's feedback.

Knowing what became of a case went with better health among moderators (study named in the field's
facts), so a note reaches the one who filed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime

from desk.domain.errors import UserError


class OutcomeSource(enum.StrEnum):
    NCMEC = "ncmec"
    LAW_ENFORCEMENT = "law_enforcement"
    OTHER = "other"


class OutcomeKind(enum.StrEnum):
    RECEIVED = "received"  # acknowledged, or handed on to law enforcement
    INFORMATIONAL = "informational"  # it lacked what investigators need to act on it
    ASKED = "asked"  # legal process, or a question about it
    CHILD_SAFE = "child_safe"  # a child was identified or protected
    PERSON_FOUND = "person_found"  # the reported person was identified or arrested
    NO_ACTION = "no_action"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One note. ``day``: of the feedback itself. ``seen_at``: when the one who filed read it."""

    id: int
    filing_id: int
    source: OutcomeSource
    kind: OutcomeKind
    words: str = field(repr=False)
    reference: str = field(repr=False)
    day: date
    by: int
    at: datetime
    seen_at: datetime | None = None


def check_outcome(kind: OutcomeKind, words: str, day: date, today: date) -> None:
    """Raise UserError unless the note can be kept."""
    if kind is OutcomeKind.OTHER and not words.strip():
        raise UserError("The note is empty.", "Say what became of the report.")
    if day > today:
        raise UserError("The day is still to come.", "Give the day of the feedback.")
