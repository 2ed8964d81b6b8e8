"""The PreservationTable port, on both databases."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from desk.domain.codec import canonical
from desk.domain.elsewhere import NCMEC, Correction, Stated
from desk.domain.errors import UserError
from desk.domain.preservation import (
    Basis,
    Certificate,
    DestroyedFile,
    Destruction,
    OrderKind,
    Standing,
)
from desk.ports import CoveredCase, Receipt, Store
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import add_case, new_filing, person
from tests.contracts.test_approvals import writing

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FIRST, SECOND = date(2027, 11, 20), date(2027, 11, 22)


def filed(store: Store) -> tuple[int, int, int]:
    """Two reports, two days apart; the second one covers a third case besides."""
    with store.write() as unit:
        by = person(unit)
        one, two, three = (add_case(unit, name) for name in ("one", "two", "three"))
        covers = (CoveredCase(three, 1, "u-three"),)
        for index, (number, others) in enumerate(((one, ()), (two, covers))):
            filing = unit.filings.add(
                new_filing(number, by, identities=frozenset({f"i{index}"}), others=others)
            )
            at = NOW + timedelta(days=2 * index)
            unit.filings.add_receipt(Receipt(filing.id, f"47{index}", at, None, b"body"))
    return one, two, three


def destruction(number: int) -> Destruction:
    certificate = Certificate(
        "w", number, Basis.DUTY_OVER, "", "over", ("470",), (DestroyedFile("c1", "ab", 9),), "A", NOW, "B",
        NOW, 1, "method", "remains",
    )  # fmt: skip
    document = canonical(certificate)
    digest = hashlib.sha256(document).hexdigest()
    return Destruction(number, NOW, certificate.basis, certificate, document, digest)


@pytest.mark.parametrize("day", [date(2027, 11, 19) + timedelta(n) for n in range(6)])
def test_the_day_before_and_the_day_after(store: Store, day: date) -> None:
    cases = filed(store)
    with store.read() as unit:
        rows = unit.preservation.rows(day)
        assert [row.case_number for row in rows] == list(cases)
        assert [row.until for row in rows] == [FIRST, SECOND, SECOND]
        for standing in Standing:
            expected = [row for row in rows if row.standing(day) is standing]
            assert list(unit.preservation.rows(day, standing=standing)) == expected
        counts = unit.preservation.counts(day)
        assert (counts.kept, counts.over) == (
            sum(day <= row.until for row in rows),
            sum(day > row.until for row in rows),
        )
        assert counts.soon == counts.kept
        assert unit.preservation.months(day) == (("2027-11", 3),)
        assert unit.preservation.months(date(2027, 12, 1)) == ()


def test_what_ends_between_two_days(store: Store) -> None:
    one, two, three = filed(store)
    today = date(2027, 11, 21)

    def cases(start: date, end: date, standing: Standing | None = None) -> list[int]:
        with store.read() as unit:
            found = unit.preservation.rows(today, standing=standing, ends=(start, end))
        return [row.case_number for row in found]

    assert cases(date(2027, 11, 1), date(2027, 11, 30)) == [one, two, three]
    assert cases(FIRST, FIRST) == [one]
    assert cases(date(2027, 11, 21), SECOND) == [two, three]
    assert cases(date(2027, 11, 1), date(2027, 11, 30), Standing.KEPT) == [two, three]
    assert cases(date(2027, 12, 1), date(2027, 12, 31)) == []
    with store.write() as unit:
        by = unit.people.all()[0].id
        unit.preservation.add_order(one, OrderKind.EXTENSION, "Letter", "", by, NOW, date(2027, 12, 24))
        unit.preservation.add_destruction(destruction(two))
    assert cases(date(2027, 12, 1), date(2027, 12, 31)) == [one]
    assert cases(date(2027, 11, 1), date(2027, 11, 30)) == [three]
    with store.read() as unit:
        assert unit.preservation.months(today) == (("2027-11", 1), ("2027-12", 1))


def test_orders_keep_longer_and_a_hold_whatever_the_date(store: Store) -> None:
    one, two, three = filed(store)
    later, today = date(2028, 5, 1), date(2028, 1, 1)
    with store.write() as unit:
        by = unit.people.all()[0].id
        table = unit.preservation
        table.add_order(one, OrderKind.EXTENSION, "Letter 1", "", by, NOW, date(2027, 12, 1))
        table.add_order(one, OrderKind.EXTENSION, "Letter 2", "", by, NOW, later)
        hold = table.add_order(three, OrderKind.HOLD, "Warrant 3", "in court", by, NOW, None)
        assert [order.reference for order in table.orders(one)] == ["Letter 1", "Letter 2"]
        assert {row.case_number: (row.until, row.duty_until, row.holds) for row in table.rows(today)} == {
            one: (later, FIRST, 0),
            two: (SECOND, SECOND, 0),
            three: (SECOND, SECOND, 1),
        }
        assert [table.for_case(n)[0].standing(today) for n in (one, two, three)] == [
            Standing.KEPT,
            Standing.OVER,
            Standing.HELD,
        ]
        counts = table.counts(today)
        assert (counts.kept, counts.over, counts.held, counts.soon) == (1, 1, 1, 0)
        released = table.release(hold.id, by, NOW)
        assert (released.standing, released.released_by) == (False, by)
        with pytest.raises(UserError):
            table.release(hold.id, by, NOW)
        with pytest.raises(UserError):
            table.order(99)
        assert table.for_case(three)[0].standing(today) is Standing.OVER


def test_reports_made_by_hand_begin_the_duty_too(store: Store) -> None:
    one, two, three = filed(store)
    with store.write() as unit:
        by = unit.people.all()[0].id
        stated = Stated(NCMEC, datetime(2026, 11, 21, 12, tzinfo=UTC), "Robin", ("c1",), "H-1")
        add, at = unit.elsewhere.add, NOW + timedelta(days=3)
        first = add(one, 1, stated, None, ["by-hand-1"], at, by)
        gone = add(two, 1, stated, None, ["by-hand-2"], at, by)
        unit.elsewhere.correct(gone.id, Correction(at, by, "never made", withdrawn=True), None)
        later = datetime(2026, 12, 1, 12, tzinfo=UTC)
        again = Correction(at, by, "misread", reference="H-2", filed_at=later)
        unit.elsewhere.correct(first.id, again, date(2027, 12, 1))
    with store.read() as unit:
        rows = unit.preservation.rows(FIRST)
        assert [(row.case_number, row.filing_id is None) for row in rows] == [
            (one, False),
            (two, False),
            (three, False),
            (one, True),
        ]
        by_hand = rows[-1]
        assert (by_hand.report_id, by_hand.until, by_hand.filed_at) == ("H-2", date(2027, 12, 1), later)
        assert by_hand.elsewhere_id == first.id
        assert [row.report_id for row in unit.preservation.rows(FIRST, text="h-2")] == ["H-2"]
        assert unit.preservation.counts(date(2027, 11, 30)).kept == 1
        assert unit.preservation.months(FIRST) == (("2027-11", 3), ("2027-12", 1))


def test_a_search_and_pages(store: Store) -> None:
    _, two, three = filed(store)
    with store.read() as unit:
        rows = unit.preservation.rows
        assert [row.case_number for row in rows(FIRST, text="TWO")] == [two]
        assert [row.case_number for row in rows(FIRST, text="471")] == [two, three]
        assert [row.case_number for row in rows(FIRST, offset=1, limit=1)] == [two]


def test_a_certificate_is_kept_as_it_is(store: Store) -> None:
    one, _, _ = filed(store)
    with store.write() as unit:
        assert unit.preservation.destruction(one) is None
        unit.preservation.add_destruction(destruction(one))
        assert unit.preservation.destruction(one) == destruction(one)
        assert unit.preservation.uncleared() == (one,)
        assert unit.preservation.rows(FIRST, standing=Standing.DESTROYED)[0].destroyed_at == NOW
        unit.preservation.cleared(one, NOW)
        assert unit.preservation.uncleared() == ()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM preservation_orders",
        "UPDATE preservation_orders SET reference = 'other'",
        "UPDATE preservation_orders SET released_at = 5",
        "DELETE FROM destructions",
        "UPDATE destructions SET sha256 = 'other'",
    ],
)
def test_the_database_refuses_to_change_it(store: SqlStore, statement: str) -> None:
    one, two, _ = filed(store)
    with store.write() as unit:
        by = unit.people.all()[0].id
        hold = unit.preservation.add_order(one, OrderKind.HOLD, "Warrant 3", "", by, NOW, None)
        unit.preservation.release(hold.id, by, NOW)
        unit.preservation.add_destruction(destruction(two))
    with pytest.raises(Exception, match="history"), writing(store) as connection:
        connection.execute(text(statement))
