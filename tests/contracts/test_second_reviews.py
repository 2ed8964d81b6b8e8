"""The SecondReviews and Outcomes ports, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from desk.domain.decision import DecisionKind
from desk.domain.errors import UserError
from desk.domain.outcome import OutcomeKind, OutcomeSource
from desk.domain.roles import Role
from desk.domain.second_review import ReviewState, SecondReview
from desk.ports import Store
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import add_case, new_filing, person
from tests.contracts.test_approvals import writing

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def setting(store: Store) -> SecondReview:
    """A case with a filing, two people; the review as it would be added."""
    with store.write() as unit:
        by = person(unit)
        unit.people.add("Second", frozenset({Role.SUPERVISOR}))
        number = add_case(unit)
        filing = unit.filings.add(new_filing(number, by))
        return SecondReview(
            0, number, filing.id, "every", False, True, DecisionKind.REPORT, "Child Sex Tourism", by.id, NOW
        )


def test_reviews_wait_and_are_given_once(store: Store) -> None:
    plain = setting(store)
    with store.write() as unit:
        table = unit.second_reviews
        first = table.add(plain)
        second = table.add(replace(plain, filing_id=None, first=DecisionKind.NO_VIOLATION, first_type=""))
        must = table.add(replace(plain, required=True))
        assert table.get(first.id) == replace(plain, id=first.id)
        assert [one.id for one in table.pending()] == [must.id, first.id, second.id]
        assert [one.id for one in table.pending(limit=1)] == [must.id]
        late = NOW + timedelta(hours=2)
        given = table.decide(
            first.id, ReviewState.DISAGREED, DecisionKind.NO_VIOLATION, "", 2, late, "fiction"
        )
        assert (given.second, given.reviewer, given.reason) == (DecisionKind.NO_VIOLATION, 2, "fiction")
        with pytest.raises(UserError, match="already"):
            table.decide(first.id, ReviewState.AGREED, DecisionKind.REPORT, "", 2, late, "")
        table.decide(second.id, ReviewState.AGREED, DecisionKind.NO_VIOLATION, "", 2, NOW, "")
        table.decide(must.id, ReviewState.DROPPED, None, "", None, NOW, "")
        assert table.pending() == ()
        assert [one.id for one in table.done()] == [first.id, second.id]
        assert [one.id for one in table.judged(NOW)] == [second.id, first.id]
        assert [one.id for one in table.judged(NOW + timedelta(hours=1))] == [first.id]
        assert [one.id for one in table.for_case(plain.case_number)] == [first.id, second.id, must.id]
        latest = table.for_filing(plain.filing_id or 0)
        assert latest is not None
        assert latest.id == must.id
        assert table.for_filing(99) is None
        assert (table.reports_by(plain.first_operator), table.reports_by(2)) == (1, 0)
        with pytest.raises(UserError):
            table.get(99)


def test_notes_reach_the_one_who_filed(store: Store) -> None:
    plain = setting(store)
    filing, reader = plain.filing_id or 0, plain.first_operator
    with store.write() as unit:
        day = date(2026, 11, 19)
        add = unit.outcomes.add
        first = add(filing, OutcomeSource.NCMEC, OutcomeKind.RECEIVED, "", "R-1", day, 2, NOW)
        second = add(filing, OutcomeSource.OTHER, OutcomeKind.OTHER, "thanks", "", day, 2, NOW)
        assert unit.outcomes.for_filing(filing) == (first, second)
        assert unit.outcomes.unseen(reader) == (first, second)
        assert unit.outcomes.unseen(2) == ()
        assert not unit.outcomes.seen(first.id, 2, NOW)
        assert unit.outcomes.seen(first.id, reader, NOW)
        assert not unit.outcomes.seen(first.id, reader, NOW)
        assert unit.outcomes.unseen(reader) == (second,)
        assert unit.outcomes.for_filing(filing)[0].seen_at == NOW
        with pytest.raises(UserError, match="no filing"):
            add(99, OutcomeSource.NCMEC, OutcomeKind.RECEIVED, "", "", day, 2, NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM second_reviews",
        "UPDATE second_reviews SET rule = 'other'",
        "UPDATE second_reviews SET reason = 'other'",
        "DELETE FROM outcomes",
        "UPDATE outcomes SET words = 'other'",
    ],
)
def test_the_database_refuses_to_change_them(store: SqlStore, statement: str) -> None:
    plain = setting(store)
    with store.write() as unit:
        made = unit.second_reviews.add(plain)
        unit.second_reviews.decide(made.id, ReviewState.AGREED, DecisionKind.REPORT, "", 2, NOW, "")
        unit.outcomes.add(
            plain.filing_id or 0, OutcomeSource.NCMEC, OutcomeKind.RECEIVED, "", "", NOW.date(), 2, NOW
        )
    with pytest.raises(Exception, match="history"), writing(store) as connection:
        connection.execute(text(statement))
