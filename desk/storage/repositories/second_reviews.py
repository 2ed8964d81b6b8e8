"""Second reviews, and notes on what became of reports."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, insert, select, update

from desk.domain.decision import DecisionKind
from desk.domain.errors import UserError
from desk.domain.outcome import Outcome, OutcomeKind, OutcomeSource
from desk.domain.second_review import ReviewState, SecondReview
from desk.storage.repositories.base import Record, Repository, no_filing
from desk.storage.tables import filings
from desk.storage.tables_reviews import outcomes, second_reviews

_S, _O = second_reviews.c, outcomes.c
_JUDGED = (ReviewState.AGREED.value, ReviewState.DISAGREED.value)


class SqlSecondReviews(Repository):
    """The SecondReviews port."""

    def add(self, review: SecondReview) -> SecondReview:
        values = {
            "case_number": review.case_number,
            "filing_id": review.filing_id,
            "rule": review.rule,
            "required": review.required,
            "blind": review.blind,
            "first": review.first.value,
            "first_type": review.first_type,
            "first_operator": review.first_operator,
            "made_at": review.made_at,
            "rank": 0 if review.required else 1,
            "state": review.state.value,
            "second_type": "",
            "reason": "",
        }
        return self.get(self._db.execute(insert(second_reviews).values(values).returning(_S.id)).scalar_one())

    def get(self, review_id: int) -> SecondReview:
        row = self._db.execute(select(second_reviews).where(_S.id == review_id)).one_or_none()
        if row is None:
            raise UserError("There is no second review with this number.")
        return _review(row)

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
        changed = self._db.execute(
            update(second_reviews)
            .where(_S.id == review_id, _S.state == ReviewState.PENDING.value)
            .values(
                state=state.value,
                second=second.value if second else None,
                second_type=second_type,
                reviewer=reviewer,
                reviewed_at=at,
                reason=reason,
            )
        )
        if not changed.rowcount:
            raise UserError("This was reviewed already.", "See it among the reviewed ones.")
        return self.get(review_id)

    def pending(self, limit: int = 200) -> tuple[SecondReview, ...]:
        query = (
            select(second_reviews)
            .where(_S.state == ReviewState.PENDING.value)
            .order_by(_S.rank, _S.id)
            .limit(limit)
        )
        return tuple(_review(row) for row in self._db.execute(query))

    def done(self, limit: int = 200) -> tuple[SecondReview, ...]:
        query = (
            select(second_reviews)
            .where(_S.state.in_(_JUDGED))
            .order_by(_S.reviewed_at.desc(), _S.id.desc())
            .limit(limit)
        )
        return tuple(_review(row) for row in self._db.execute(query))

    def for_case(self, case_number: int) -> tuple[SecondReview, ...]:
        query = select(second_reviews).where(_S.case_number == case_number).order_by(_S.id)
        return tuple(_review(row) for row in self._db.execute(query))

    def for_filing(self, filing_id: int) -> SecondReview | None:
        query = select(second_reviews).where(_S.filing_id == filing_id).order_by(_S.id.desc()).limit(1)
        row = self._db.execute(query).one_or_none()
        return None if row is None else _review(row)

    def judged(self, since: datetime) -> tuple[SecondReview, ...]:
        query = (
            select(second_reviews)
            .where(_S.state.in_(_JUDGED), _S.reviewed_at >= since)
            .order_by(_S.reviewed_at, _S.id)
        )
        return tuple(_review(row) for row in self._db.execute(query))

    def reports_by(self, operator_id: int) -> int:
        query = select(func.count()).select_from(filings).where(filings.c.confirmed_by == operator_id)
        return int(self._db.execute(query).scalar_one())


class SqlOutcomes(Repository):
    """The Outcomes port. The reader is whoever confirmed the report."""

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
    ) -> Outcome:
        query = select(filings.c.confirmed_by).where(filings.c.id == filing_id)
        reader = self._db.execute(query).scalar_one_or_none()
        if reader is None:
            raise no_filing()
        values = {
            "filing_id": filing_id,
            "source": source.value,
            "kind": kind.value,
            "words": words,
            "reference": reference,
            "day": day,
            "by": by,
            "at": at,
            "reader": reader,
        }
        row = self._db.execute(insert(outcomes).values(values).returning(*outcomes.c)).one()
        return _outcome(row)

    def for_filing(self, filing_id: int) -> tuple[Outcome, ...]:
        query = select(outcomes).where(_O.filing_id == filing_id).order_by(_O.id)
        return tuple(_outcome(row) for row in self._db.execute(query))

    def unseen(self, operator_id: int, limit: int = 50) -> tuple[Outcome, ...]:
        query = (
            select(outcomes)
            .where(_O.reader == operator_id, _O.seen_at.is_(None))
            .order_by(_O.id)
            .limit(limit)
        )
        return tuple(_outcome(row) for row in self._db.execute(query))

    def seen(self, outcome_id: int, operator_id: int, at: datetime) -> bool:
        changed = self._db.execute(
            update(outcomes)
            .where(_O.id == outcome_id, _O.reader == operator_id, _O.seen_at.is_(None))
            .values(seen_at=at)
        )
        return bool(changed.rowcount)


def _review(row: Record) -> SecondReview:
    return SecondReview(
        id=row.id,
        case_number=row.case_number,
        filing_id=row.filing_id,
        rule=row.rule,
        required=row.required,
        blind=row.blind,
        first=DecisionKind(row.first),
        first_type=row.first_type,
        first_operator=row.first_operator,
        made_at=row.made_at,
        state=ReviewState(row.state),
        second=DecisionKind(row.second) if row.second else None,
        second_type=row.second_type,
        reviewer=row.reviewer,
        reviewed_at=row.reviewed_at,
        reason=row.reason,
    )


def _outcome(row: Record) -> Outcome:
    return Outcome(
        id=row.id,
        filing_id=row.filing_id,
        source=OutcomeSource(row.source),
        kind=OutcomeKind(row.kind),
        words=row.words,
        reference=row.reference,
        day=row.day,
        by=row.by,
        at=row.at,
        seen_at=row.seen_at,
    )
