"""Reports filed elsewhere, and walks through the guide, as the store keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from desk.domain.decision import DecisionKind
from desk.domain.elsewhere import Correction, ElsewhereFiling, Stated


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through the guide that a decision or a proposal was taken from. ``path``: its codes."""

    case_number: int
    at: datetime
    operator_id: int
    path: str
    decision: DecisionKind
    look_again_at: datetime | None = None


class Elsewhere(Protocol):
    def add(
        self,
        case_number: int,
        revision: int,
        stated: Stated,
        account_id: str | None,
        identities: Iterable[str],
        at: datetime,
        operator_id: int,
    ) -> ElsewhereFiling:
        """Raises AlreadyReported where one of the identities is reported to that body already."""
        ...

    def correct(self, elsewhere_id: int, correction: Correction, preserve_until: date | None) -> None:
        """Keep a correction; one that withdraws gives up its identities."""
        ...

    def get(self, elsewhere_id: int) -> ElsewhereFiling:
        """Raises UserError where there is none."""
        ...

    def for_case(self, case_number: int) -> tuple[ElsewhereFiling, ...]:
        """The oldest first, withdrawn ones too."""
        ...

    def rows(self, *, offset: int = 0, limit: int = 200) -> tuple[ElsewhereFiling, ...]:
        """The newest first, withdrawn ones too."""
        ...

    def count(self) -> int: ...

    def holders(self, agency: str, identities: Iterable[str]) -> dict[str, int]:
        """Which of the identities are reported to the agency elsewhere, with the record's id."""
        ...

    def prior_reports(self, account_id: str, body: str) -> tuple[tuple[str, datetime], ...]:
        """Reference and time of every standing report about this account to that body."""
        ...

    def keep_walk(self, walk: Walk) -> None: ...

    def walks(self, case_number: int) -> tuple[Walk, ...]:
        """The oldest first."""
        ...
