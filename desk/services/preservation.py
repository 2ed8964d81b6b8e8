"""Preservation: what is kept for each filed report, and until when."""

from __future__ import annotations

from desk.domain.preservation import Preservation, preserve_until
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, Store


class PreservationService:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list(self, operator: Operator) -> list[Preservation]:
        """Every filed report's preservation, the one that ends first at the top."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            receipts = uow.filings.receipts()
        kept = [
            Preservation(
                receipt.filing_id, case_number, receipt.report_id, receipt.at, preserve_until(receipt.at)
            )
            for receipt, case_number in receipts
        ]
        return sorted(kept, key=lambda item: (item.until, item.filing_id))
