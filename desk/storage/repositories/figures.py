"""What supervisors' figures are made of: times and scores, of nobody and of no content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Select, select

from desk.domain.decision import DecisionKind
from desk.domain.figures import Facts, FiledFact
from desk.domain.filing import FilingState
from desk.domain.outcome import OutcomeKind
from desk.storage.repositories.base import Repository
from desk.storage.tables import cases, decisions, filings, receipts
from desk.storage.tables_reviews import outcomes

_CLOSING = (DecisionKind.NO_VIOLATION.value, DecisionKind.VIOLATION_NO_REPORT.value)


class SqlFigureFacts(Repository):
    """The FigureFacts port."""

    def between(self, since: datetime, until: datetime, *, limit: int) -> Facts:
        def within(at: Column[Any], *columns: Column[Any]) -> Select[Any]:
            query = select(at, *columns).where(at >= since, at < until)
            return query.order_by(at.desc()).limit(limit)

        def times(query: Select[Any]) -> list[datetime]:
            return list(self._db.execute(query).scalars())

        filed = [
            FiledFact(row.at, row.received_at, row.occurred_at, row.completeness)
            for row in self._db.execute(
                within(receipts.c.at, cases.c.received_at, cases.c.occurred_at, filings.c.completeness)
                .join(filings, filings.c.id == receipts.c.filing_id)
                .join(cases, cases.c.number == filings.c.case_number)
            )
        ]
        received = times(within(cases.c.received_at))
        refused = times(within(filings.c.ended_at).where(filings.c.state == FilingState.REFUSED.value))
        closed = times(within(decisions.c.at).where(decisions.c.kind.in_(_CLOSING)))
        said = times(within(outcomes.c.at).where(outcomes.c.kind == OutcomeKind.INFORMATIONAL.value))
        cut = any(len(found) >= limit for found in (filed, received, refused, closed, said))
        return Facts(received, filed, refused, said, closed, cut)
