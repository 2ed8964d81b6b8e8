"""The list of reports, as the store reads it."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from desk.domain.elsewhere import ElsewhereFiling
from desk.domain.filing import Filing


class ReportState(enum.StrEnum):
    """Where a report stands, as coarse as a list tells them apart."""

    ON_ITS_WAY = "on_its_way"
    FILED = "filed"
    TAKEN_BACK = "taken_back"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"  # with another body, or by hand on a web form


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What is looked for; everything that is not said lets all through.

    ``since`` and ``until`` are days in UTC, both included, of the confirmation (of a report made elsewhere,
    of its filing). ``below``: a completeness less than this. ``text`` occurs in a report id, a case's id, an
    account's id, a type or a name, or is a whole Request-ID, case number or filing number.
    """

    state: ReportState | None = None
    incident_type: str | None = None
    confirmed_by: int | None = None
    since: date | None = None
    until: date | None = None
    escalated: bool | None = None
    below: int | None = None
    noted: bool | None = None
    batched: bool | None = None
    text: str = ""

    def __repr__(self) -> str:  # what is sought may name a person
        return "ReportFilter(…)"

    @property
    def narrows(self) -> bool:
        """Whether anything besides the state is said."""
        return self != ReportFilter(state=self.state)


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """Where a row stands in the list: the next page begins after it."""

    at: datetime
    elsewhere: bool
    id: int


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of the list: a filing of this desk, or a report made elsewhere; one of the two is set."""

    at: datetime
    case_number: int
    platform_id: str
    person: str
    filing: Filing | None = None
    elsewhere: ElsewhereFiling | None = None
    incident_type: str = ""
    endpoint: str = ""
    completeness: int = 0
    account_id: str | None = None
    others: int = 0  # further cases that a batched report covers
    notes: int = 0

    def __repr__(self) -> str:  # names and accounts stay out of tracebacks
        return f"ReportRow(case_number={self.case_number})"

    @property
    def place(self) -> ReportPlace:
        if self.filing is not None:
            return ReportPlace(self.at, False, self.filing.id)
        return ReportPlace(self.at, True, self.elsewhere.id if self.elsewhere else 0)

    @property
    def report_id(self) -> str:
        if self.filing is not None:
            return self.filing.report_id or ""
        return self.elsewhere.stated.reference if self.elsewhere else ""

    @property
    def state(self) -> ReportState:
        return ReportState.ELSEWHERE if self.filing is None else state_of(self.filing)


def state_of(filing: Filing) -> ReportState:
    return {
        "filed": ReportState.FILED,
        "withdrawn": ReportState.TAKEN_BACK,
        "refused": ReportState.REFUSED,
    }.get(filing.state.value, ReportState.ON_ITS_WAY)


class Reports(Protocol):
    def rows(
        self, wanted: ReportFilter, *, after: ReportPlace | None = None, limit: int = 200
    ) -> Sequence[ReportRow]:
        """The newest first, those after the place."""
        ...

    def counts(self, wanted: ReportFilter) -> Mapping[ReportState, int]:
        """How many fit in each state, whatever state the filter names."""
        ...

    def types(self) -> tuple[str, ...]:
        """Incident types of which there are filings, sorted."""
        ...

    def revisions(self, case_number: int) -> tuple[tuple[int, datetime], ...]:
        """When each revision of a case came in, the oldest first."""
        ...
