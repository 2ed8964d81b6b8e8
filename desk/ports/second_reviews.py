"""Second reviews and outcome notes, as the store keeps them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from desk.domain.decision import DecisionKind
from desk.domain.outcome import Outcome, OutcomeKind, OutcomeSource
from desk.domain.second_review import ReviewState, SecondReview


class SecondReviews(Protocol):
    def add(self, review: SecondReview) -> SecondReview:
        """The same with the id it was given."""
        ...

    def get(self, review_id: int) -> SecondReview:
        """Raises UserError where there is none."""
        ...

    def decide(
        self,
        review_id: int,
        state: ReviewState,
        second: DecisionKind | None,
        second_type: str,
        reviewer: int | None,
        at: datetime,
        reason: str,
    ) -> SecondReview:
        """Raises UserError where it is not pending any more: only one second opinion is kept."""
        ...

    def pending(self, limit: int = 200) -> tuple[SecondReview, ...]:
        """Required ones first, then the oldest."""
        ...

    def done(self, limit: int = 200) -> tuple[SecondReview, ...]:
        """The newest first."""
        ...

    def for_case(self, case_number: int) -> tuple[SecondReview, ...]: ...

    def for_filing(self, filing_id: int) -> SecondReview | None:
        """The latest on this filing."""
        ...

    def judged(self, since: datetime) -> tuple[SecondReview, ...]:
        """Agreed and disagreed ones since then, by the time of the second opinion."""
        ...

    def reports_by(self, operator_id: int) -> int:
        """How many reports this person has confirmed so far."""
        ...


class Outcomes(Protocol):
    def add(
        self,
        filing_id: int,
        source: OutcomeSource,
        kind: OutcomeKind,
        words: str,
        reference: str,
        day: date,
        by: int,
        at: datetime,
    ) -> Outcome: ...

    def for_filing(self, filing_id: int) -> tuple[Outcome, ...]:
        """The oldest first."""
        ...

    def unseen(self, operator_id: int, limit: int = 50) -> tuple[Outcome, ...]:
        """Notes on this person's own reports that they have not read yet, the oldest first."""
        ...

    def seen(self, outcome_id: int, operator_id: int, at: datetime) -> bool:
        """False where it is not on a report of theirs, or was read before."""
        ...
