"""A report that did not go out through this desk: filed with another body, or by hand on a web form.

It counts as reported for the body that took it. What is recorded is never changed or removed: a
supervisor's correction stands beside it, with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from desk.domain.channels import NCMEC, channel
from desk.domain.preservation import preserve_until


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person says of such a report. ``body`` is a code of the directory; ``filed_by`` a name.

    ``settles``: nothing more is to be filed of this case; else it stays open.
    """

    body: str
    filed_at: datetime
    filed_by: str
    content_ids: tuple[str, ...]
    reference: str = ""
    settles: bool = False
    note: str = ""

    def __repr__(self) -> str:  # names and notes stay out of tracebacks and logs
        return f"Stated(body={self.body!r})"


@dataclass(frozen=True, slots=True)
class Correction:
    """``reference``, ``filed_at`` and ``filed_by`` are what is right; None where it was right before."""

    at: datetime
    operator_id: int
    reason: str
    withdrawn: bool = False
    reference: str | None = None
    filed_at: datetime | None = None
    filed_by: str | None = None

    def __repr__(self) -> str:  # names stay out of tracebacks and logs
        return f"Correction(withdrawn={self.withdrawn})"


@dataclass(frozen=True, slots=True)
class ElsewhereFiling:
    """As first recorded, with its corrections, the oldest first."""

    id: int
    case_number: int
    revision: int
    first: Stated
    account_id: str | None
    recorded_at: datetime
    recorded_by: int
    corrections: tuple[Correction, ...] = ()

    @property
    def stated(self) -> Stated:
        """As it stands after all corrections."""
        found = self.first
        for one in self.corrections:
            found = replace(
                found,
                reference=found.reference if one.reference is None else one.reference,
                filed_at=one.filed_at or found.filed_at,
                filed_by=found.filed_by if one.filed_by is None else one.filed_by,
            )
        return found

    @property
    def withdrawn(self) -> bool:
        """Recorded by mistake: it no longer counts as reported."""
        return any(one.withdrawn for one in self.corrections)

    @property
    def by_hand(self) -> bool:
        """On NCMEC's own web form, rather than with another body."""
        return self.first.body == NCMEC

    @property
    def preserve_until(self) -> date | None:
        """As with the desk's own reports: a year from the day it was made, whatever way it went."""
        return preservation_of(self.stated) if not self.withdrawn else None

    def __repr__(self) -> str:
        return f"ElsewhereFiling(id={self.id}, case_number={self.case_number})"


def preservation_of(stated: Stated) -> date | None:
    """The day on which the duty of one year ends (18 U.S.C. 2258A(h)); None where none began.

    A completed report to NCMEC's CyberTipline begins it; a report to another body does not by that law.
    """
    return preserve_until(stated.filed_at) if stated.body == NCMEC else None


def problems(stated: Stated, now: datetime) -> tuple[tuple[str, str], ...]:
    """(field, words) of everything that keeps it from being recorded."""
    found = []
    try:
        takes = channel(stated.body).takes_reports
    except KeyError:
        takes = False
    if not takes:
        found.append(("body", "Choose the body that took the report."))
    if stated.body == NCMEC and not stated.reference.isdigit():
        found.append(("reference", "Give the report id that the web form answered: a number."))
    if stated.filed_at > now:
        found.append(("filed_at", "This time is still to come. Give the time at which it was filed."))
    if not stated.filed_by.strip():
        found.append(("filed_by", "Say who filed it."))
    if not stated.content_ids:
        found.append(("content", "Choose what was reported; at least one piece of content."))
    return tuple(found)
