"""The queue as the store keeps it: filters, pages, counts, what people did with cases, second opinions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from desk.domain.case import CaseRow, Opinion, QueueAct, SourceKind

SORTS = ("urgency", "age", "source", "completeness", "known", "kept")
"""Orders; in each, equal cases come in the order in which they came in. ``age`` is the incident's, to the
minute; ``kept`` the day on which the platform's own copy may go."""


VIEWS = ("all", "mine", "urgent", "ai", "snoozed", "escalated", "opinion", "closed")


def view_names() -> tuple[str, ...]:
    """The views that a CaseFilter may ask for."""
    return VIEWS


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the queue shows, and in which order.

    ``view``: all, mine, urgent, ai, snoozed, escalated, opinion, closed. ``text`` is words (people, URLs,
    ids, messages) or a case's number. ``policy`` covers what is below it. ``kept_days``: the platform's
    own copy may go within so many days. ``without``: content marks (API names of annotations and classes)
    that no case shown has. ``operator_id`` is whose, for mine and opinion.
    """

    view: str = "all"
    text: str = ""
    policy: str | None = None
    source: SourceKind | None = None
    operator_id: int | None = None
    queue: str | None = None
    known: bool | None = None
    least_complete: int = 0
    most_complete: int = 100
    kept_days: int | None = None
    without: frozenset[str] = frozenset()
    sort: str = "urgency"
    descending: bool = False

    def __repr__(self) -> str:  # what is sought may be a person
        return f"CaseFilter(view={self.view!r})"

    @property
    def narrows(self) -> bool:
        """Whether it leaves out cases of the view."""
        plain = CaseFilter(
            self.view, operator_id=self.operator_id, sort=self.sort, descending=self.descending
        )
        return self != plain


@dataclass(frozen=True, slots=True)
class CasePage:
    """Rows from ``offset`` on; ``total`` fit the filter, or more where ``capped``.

    ``waiting``: changed cases that the queue corrects as it reads; many make reading slow until ``fold``.
    """

    rows: tuple[CaseRow, ...]
    offset: int
    total: int
    capped: bool = False
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class QueueCounts:
    all: int = 0
    mine: int = 0
    urgent: int = 0
    ai: int = 0
    snoozed: int = 0
    escalated: int = 0
    opinion: int = 0


@dataclass(frozen=True, slots=True)
class QueueChoices:
    """What the cases of this store can be filtered by."""

    policies: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter by its name. ``shared`` ones are everybody's to use."""

    id: int
    name: str
    owner: int
    shared: bool
    filter: CaseFilter


class QueueBook(Protocol):
    """What people did with cases in the queue, and their filters."""

    def add(self, act: QueueAct) -> None: ...

    def acts(self, case_number: int) -> tuple[QueueAct, ...]:
        """The oldest first."""
        ...

    def ask(
        self, case_number: int, asked_by: int, at: datetime, question: str, first: str, *, shown: bool
    ) -> Opinion:
        """Raises UserError where one is pending on this case."""
        ...

    def give(self, opinion_id: int, given_by: int, at: datetime, second: str) -> Opinion: ...

    def opinions(self, case_number: int) -> tuple[Opinion, ...]:
        """The oldest first."""
        ...

    def save_filter(self, name: str, owner: int, wanted: CaseFilter, *, shared: bool) -> SavedFilter:
        """One's own filter of that name is replaced."""
        ...

    def filters(self, operator_id: int) -> tuple[SavedFilter, ...]:
        """One's own and the shared ones, by name."""
        ...

    def filter(self, filter_id: int) -> SavedFilter:
        """Raises UserError where there is none."""
        ...

    def rename_filter(self, filter_id: int, name: str) -> SavedFilter:
        """Raises UserError where there is none."""
        ...

    def remove_filter(self, filter_id: int) -> None: ...
