"""What was sent for a filing and what came back: the journal, and the receipts."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from sqlalchemy import bindparam, insert, select, update

from desk.domain.errors import Bug
from desk.domain.filing import Call, Filing, Reply
from desk.domain.preservation import preserve_until
from desk.ports import JournalEntry, Receipt
from desk.storage.repositories.base import Record, Repository
from desk.storage.repositories.prepared import Prepared
from desk.storage.tables import filings, journal, receipts

_F, _J, _R = filings.c, journal.c, receipts.c

_INTEND = Prepared(
    insert(journal).returning(_J.id),
    ("filing_id", "attempt", "call", "file_index", "endpoint", "at", "sent", "description"),
)
_SETTLE = Prepared(
    update(journal).where(_J.id == bindparam("b_id"), _J.outcome.is_(None)),
    ("outcome", "outcome_at", "http_status", "code", "description", "request_id", "received"),
)
_ADD_RECEIPT = Prepared(
    insert(receipts), ("filing_id", "report_id", "at", "request_id", "body", "sha256", "preserve_until")
)
"""Made once: an outbox runs them at every step."""


class Records(Repository):
    """Part of the Filings port."""

    def intend(
        self, filing: Filing, call: Call, file_index: int | None, endpoint: str, sent: bytes, at: datetime
    ) -> int:
        entry = {
            "filing_id": filing.id,
            "attempt": filing.attempt,
            "call": call.value,
            "file_index": file_index,
            "endpoint": endpoint,
            "at": at,
            "sent": sent,
            "description": "",
        }
        return int(_INTEND.all(self._db, entry)[0].id)

    def settle(self, journal_id: int, reply: Reply) -> None:
        """Once only. Raises Bug where there is no such intent or its outcome is on record."""
        outcome = {
            "b_id": journal_id,
            "outcome": reply.kind.value,
            "outcome_at": reply.at,
            "http_status": reply.http_status,
            "code": reply.code,
            "description": reply.description,
            "request_id": reply.request_id,
            "received": reply.body if reply.body or reply.http_status is not None else None,
        }
        if not _SETTLE.run(self._db, outcome):
            raise Bug("The journal has no open intent with this id.")

    def journal(self, filing_id: int) -> tuple[JournalEntry, ...]:
        """The oldest first."""
        query = select(journal).where(_J.filing_id == filing_id).order_by(_J.id)
        return tuple(_journal_entry(row) for row in self._db.execute(query))

    # -- receipts --------------------------------------------------------------------

    def add_receipt(self, receipt: Receipt) -> None:
        """Its digest is computed here, whatever ``sha256`` says. A second one for a filing is a Bug."""
        row = {
            "filing_id": receipt.filing_id,
            "report_id": receipt.report_id,
            "at": receipt.at,
            "request_id": receipt.request_id,
            "body": receipt.body,
            "sha256": hashlib.sha256(receipt.body).hexdigest(),
            "preserve_until": preserve_until(receipt.at),
        }
        _ADD_RECEIPT.run(self._db, row)

    def receipt(self, filing_id: int) -> Receipt | None:
        row = self._db.execute(select(receipts).where(_R.filing_id == filing_id)).one_or_none()
        return None if row is None else _receipt(row)

    def receipts(self, *, until_before: date | None = None) -> tuple[tuple[Receipt, int], ...]:
        """With ``until_before`` only those whose preservation duty ends before that day."""
        query = (
            select(receipts, _F.case_number)
            .join(filings, _F.id == _R.filing_id)
            .order_by(_R.at, _R.filing_id)
        )
        if until_before is not None:
            query = query.where(_R.preserve_until < until_before)
        return tuple((_receipt(row), row.case_number) for row in self._db.execute(query))

    # -- within ----------------------------------------------------------------------


def _journal_entry(row: Record) -> JournalEntry:
    return JournalEntry(
        id=row.id,
        filing_id=row.filing_id,
        attempt=row.attempt,
        call=Call(row.call),
        file_index=row.file_index,
        endpoint=row.endpoint,
        at=row.at,
        sent=bytes(row.sent),
        outcome=row.outcome,
        outcome_at=row.outcome_at,
        http_status=row.http_status,
        code=row.code,
        description=row.description,
        request_id=row.request_id,
        received=None if row.received is None else bytes(row.received),
    )


def _receipt(row: Record) -> Receipt:
    return Receipt(row.filing_id, row.report_id, row.at, row.request_id, bytes(row.body), row.sha256)
