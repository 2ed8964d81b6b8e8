"""Preservation: the year's duty that starts with the receipt (18 U.S.C. 2258A(h), REPORT Act).

It may be lengthened by an order, and nothing is destroyed while a legal hold stands. Law enforcement
may ask for permanent destruction before the year is over. Days are calendar days in UTC; the last
day of the duty is still within it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from desk.domain.errors import NotReady, UserError

SOON_DAYS = 30


def preserve_until(filed_at: datetime) -> date:
    """The day on which the duty of one year ends: the same day a year later (29 February → 1 March)."""
    day = filed_at.date()
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


class Standing(enum.StrEnum):
    """What may become of the media that a filed report rests on."""

    KEPT = "kept"  # within the duty, or an extension of it
    HELD = "held"  # under a legal hold, whatever the date
    OVER = "over"  # the duty is over: two people may have it destroyed
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class Preservation:
    """What is kept for one filed report and one case it covers, and until when.

    ``filing_id`` None: it was made elsewhere.

    ``duty_until`` is the year's end, ``until`` the end with extensions; ``holds`` counts legal holds.
    """

    filing_id: int | None
    case_number: int
    report_id: str
    filed_at: datetime
    until: date
    duty_until: date | None = None
    holds: int = 0
    destroyed_at: datetime | None = None
    platform_id: str = field(default="", repr=False)
    elsewhere_id: int | None = None  # made by hand or with another body: there is no filing of the desk

    def days_left(self, today: date) -> int:
        """Days until the duty ends; negative once it has."""
        return (self.until - today).days

    def standing(self, today: date) -> Standing:
        if self.destroyed_at is not None:
            return Standing.DESTROYED
        if self.holds:
            return Standing.HELD
        return Standing.KEPT if today <= self.until else Standing.OVER


class OrderKind(enum.StrEnum):
    EXTENSION = "extension"  # keep it until a later day
    HOLD = "hold"  # keep it until the hold is released


@dataclass(frozen=True, slots=True)
class Order:
    """An order to keep a case's media longer. ``reference`` names the letter, warrant or request."""

    id: int
    case_number: int
    kind: OrderKind
    reference: str = field(repr=False)
    note: str = field(repr=False)
    by: int
    at: datetime
    until: date | None = None
    released_by: int | None = None
    released_at: datetime | None = None

    @property
    def standing(self) -> bool:
        """Whether it keeps anything now; an extension is never released, it ends by its date."""
        return self.released_at is None


def check_order(
    kind: OrderKind, reference: str, until: date | None, today: date, so_far: date | None
) -> None:
    """Raise UserError unless the order can be kept. ``so_far`` is the day that stands now."""
    if not reference.strip():
        raise UserError("An order needs a reference.", "Name the letter, warrant or request it rests on.")
    if kind is OrderKind.HOLD:
        return
    if until is None or until <= today:
        raise UserError("An extension needs a day that is still to come.", "Give the last day to keep it.")
    if so_far is not None and until <= so_far:
        raise UserError(
            f"It is kept until {so_far.isoformat()} already.", "An extension ends later than what stands."
        )


class Basis(enum.StrEnum):
    """Why media may be destroyed."""

    DUTY_OVER = "duty_over"  # no duty, order or hold asks to keep them any longer
    LAW_ENFORCEMENT = "law_enforcement"  # law enforcement asked for permanent destruction


def check_destruction(
    basis: Basis, reference: str, duties: Iterable[date], orders: Iterable[Order], today: date
) -> None:
    """Raise NotReady, in words, while anything forbids the destruction of a case's media.

    ``duties`` are the last days of the year's duty of every report that rests on them. Law
    enforcement's request ends duty and extensions, never a legal hold.
    """
    standing = [order for order in orders if order.standing]
    if any(order.kind is OrderKind.HOLD for order in standing):
        raise NotReady(
            "A legal hold stands on this case.", "Two people release it first, with its reference."
        )
    if basis is Basis.LAW_ENFORCEMENT:
        if not reference.strip():
            raise UserError("This needs a reference.", "Name the agency's written request.")
        return
    ends = [*duties, *(order.until for order in standing if order.until is not None)]
    last = max(ends, default=None)
    if last is not None and today <= last:
        raise NotReady(
            f"A filed report of this case must be preserved until {last.isoformat()}.",
            "18 U.S.C. 2258A(h) asks for one year; it can be destroyed after that day.",
        )


@dataclass(frozen=True, slots=True)
class DestroyedFile:
    """One file that was destroyed. ``size`` in bytes."""

    content_id: str
    sha256: str
    size: int


METHOD = (
    "Cryptographic erase (NIST SP 800-88): the case's AES-256-GCM data key was deleted from the database "
    "and the encrypted files were removed."
)
REMAINS = (
    "The record of the case and of its reports, the audit log, and hashes in them remain in the encrypted "
    "database. Backups made before hold the key until they expire."
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was destroyed, how, why, when and by whom (NIST SP 800-88: cryptographic erase)."""

    workspace: str
    case_number: int
    basis: Basis
    reference: str = field(repr=False)
    reason: str = field(repr=False)
    reports: tuple[str, ...]
    files: tuple[DestroyedFile, ...]
    asked_by: str = field(repr=False)
    asked_at: datetime
    agreed_by: str = field(repr=False)
    at: datetime
    approval: int
    method: str
    remains: str


@dataclass(frozen=True, slots=True)
class Destruction:
    """A certificate as kept: ``document`` is its canonical JSON, ``sha256`` of those bytes."""

    case_number: int
    at: datetime
    basis: Basis
    certificate: Certificate
    document: bytes = field(repr=False)
    sha256: str
    cleared_at: datetime | None = None
