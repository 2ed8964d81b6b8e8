"""The year's duty, orders that lengthen it, and what may be destroyed when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.errors import NotReady, UserError
from desk.domain.preservation import (
    Basis,
    Order,
    OrderKind,
    Preservation,
    Standing,
    check_destruction,
    check_order,
    preserve_until,
)

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = AT.date()


def order(kind: OrderKind, until: date | None = None, **more: object) -> Order:
    return replace(Order(1, 7, kind, "Warrant 12", "", 2, AT, until), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filed", "until"),
    [
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC), date(2027, 11, 20)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), date(2029, 3, 1)),
        (datetime(2027, 2, 28, 12, tzinfo=UTC), date(2028, 2, 28)),
    ],
)
def test_a_year(filed: datetime, until: date) -> None:
    assert preserve_until(filed) == until


@pytest.mark.parametrize(("days", "standing"), [(-1, Standing.KEPT), (0, Standing.KEPT), (1, Standing.OVER)])
def test_the_last_day_is_still_within_it(days: int, standing: Standing) -> None:
    kept = Preservation(1, 7, "4711", AT, date(2027, 11, 20))
    today = date(2027, 11, 20) + timedelta(days)
    assert kept.standing(today) is standing
    assert kept.days_left(today) == -days
    assert replace(kept, holds=1).standing(today) is Standing.HELD
    assert replace(kept, holds=1, destroyed_at=AT).standing(today) is Standing.DESTROYED


def test_what_an_order_needs() -> None:
    check_order(OrderKind.HOLD, "Letter 3", None, TODAY, None)
    check_order(OrderKind.EXTENSION, "Letter 3", date(2028, 1, 1), TODAY, date(2027, 11, 20))
    for reference, until, so_far, words in (
        (" ", date(2028, 1, 1), None, "reference"),
        ("Letter 3", None, None, "still to come"),
        ("Letter 3", TODAY, None, "still to come"),
        ("Letter 3", date(2027, 1, 1), date(2027, 11, 20), "already"),
    ):
        with pytest.raises(UserError, match=words):
            check_order(OrderKind.EXTENSION, reference, until, TODAY, so_far)


def test_nothing_is_destroyed_under_a_hold() -> None:
    held = [order(OrderKind.HOLD)]
    for basis in Basis:
        with pytest.raises(NotReady, match="hold"):
            check_destruction(basis, "Request 9", [], held, TODAY)
    released = [order(OrderKind.HOLD, released_at=AT, released_by=3)]
    check_destruction(Basis.DUTY_OVER, "", [], released, TODAY)


def test_law_enforcement_ends_the_duty_with_a_reference() -> None:
    duties, orders = [date(2027, 11, 20)], [order(OrderKind.EXTENSION, date(2029, 1, 1))]
    check_destruction(Basis.LAW_ENFORCEMENT, "Request 9", duties, orders, TODAY)
    with pytest.raises(UserError, match="reference"):
        check_destruction(Basis.LAW_ENFORCEMENT, " ", duties, orders, TODAY)


_days = st.dates(date(2026, 1, 1), date(2032, 1, 1))


@given(duties=st.lists(_days, max_size=4), longer=st.lists(_days, max_size=3), today=_days)
def test_it_is_kept_until_the_last_day_of_all(duties: list[date], longer: list[date], today: date) -> None:
    orders = [order(OrderKind.EXTENSION, until) for until in longer]
    must = any(today <= day for day in [*duties, *longer])
    if must:
        with pytest.raises(NotReady, match=max([*duties, *longer]).isoformat()):
            check_destruction(Basis.DUTY_OVER, "", duties, orders, today)
    else:
        check_destruction(Basis.DUTY_OVER, "", duties, orders, today)
