"""What batched reports need of the store: who else holds a file, and which near ones are the same picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from desk.domain.likeness import Agreement, Side
from desk.domain.roles import Operator


@dataclass(frozen=True, slots=True)
class NearFile:
    """The file of another case in a batched report that has other bytes than the report's own."""

    case_number: int
    sha256: str
    agreement_id: int


class Batches(Protocol):
    def holding(self, sha256: str, *, but_case: int, after: int = 0, limit: int = 200) -> tuple[int, ...]:
        """The numbers of cases with these bytes, above ``after``, ascending: a page of any number of them."""
        ...

    def agree(self, one: Side, other: Side, distance: int, operator: Operator, at: datetime) -> Agreement:
        """Keep an agreement. Raises UserError where one stands already between the two files."""
        ...

    def agreement(self, agreement_id: int) -> Agreement:
        """Raises UserError where there is none."""
        ...

    def agreements(self, sha256: str) -> tuple[Agreement, ...]:
        """Those that speak of this file and were not withdrawn, the oldest first."""
        ...

    def withdraw(self, agreement_id: int, operator: Operator, at: datetime) -> Agreement:
        """Raises UserError where it was withdrawn before. The row stays."""
        ...

    def resting_on(self, agreement_id: int) -> tuple[int, ...]:
        """Filings, in flight or filed, that rest on it."""
        ...

    def rest(self, filing_id: int, files: Iterable[NearFile]) -> None:
        """Keep which near files a filing reports, and on which agreements it rests; never changed again."""
        ...

    def near_files(self, filing_id: int) -> tuple[NearFile, ...]:
        """By case number; empty for a report of identical files only."""
        ...
