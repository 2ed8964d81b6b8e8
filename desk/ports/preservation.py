"""What is preserved, the orders on it, and what was destroyed, as the store keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from desk.domain.preservation import Destruction, Order, OrderKind, Preservation, Standing


@dataclass(frozen=True, slots=True)
class PreservationCounts:
    kept: int = 0
    soon: int = 0  # of those kept: the duty ends within 30 days
    held: int = 0
    over: int = 0
    destroyed: int = 0


class PreservationTable(Protocol):
    def rows(
        self,
        today: date,
        *,
        standing: Standing | None = None,
        ends: tuple[date, date] | None = None,
        text: str = "",
        offset: int = 0,
        limit: int = 200,
    ) -> tuple[Preservation, ...]:
        """One for each filed report and case it covers, the one that ends first at the top.

        ``ends``: only what is not destroyed and whose last day lies between the two, both included.
        """
        ...

    def for_case(self, case_number: int) -> tuple[Preservation, ...]: ...

    def counts(self, today: date) -> PreservationCounts: ...

    def months(self, today: date) -> tuple[tuple[str, int], ...]:
        """(``2027-11``, how many duties end in it), from this month on, where there are any."""
        ...

    def add_order(
        self,
        case_number: int,
        kind: OrderKind,
        reference: str,
        note: str,
        by: int,
        at: datetime,
        until: date | None,
    ) -> Order: ...

    def order(self, order_id: int) -> Order:
        """Raises UserError where there is none."""
        ...

    def orders(self, case_number: int) -> tuple[Order, ...]:
        """All of them, the oldest first; released ones too."""
        ...

    def release(self, order_id: int, by: int, at: datetime) -> Order:
        """Raises UserError where it was released before."""
        ...

    def add_destruction(self, destruction: Destruction) -> None: ...

    def destruction(self, case_number: int) -> Destruction | None: ...

    def uncleared(self) -> tuple[int, ...]:
        """Cases whose key is gone while files may still lie in the vault: the desk stopped in between."""
        ...

    def cleared(self, case_number: int, at: datetime) -> None: ...
