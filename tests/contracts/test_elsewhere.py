"""The Elsewhere port, on both databases: one key for all ways of reporting, and corrections beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from desk.domain.decision import DecisionKind
from desk.domain.elsewhere import Correction, ElsewhereFiling, Stated, preservation_of
from desk.domain.errors import AlreadyReported, UserError
from desk.ports import Store, UnitOfWork, Walk
from tests.contracts.samples import NOW, add_case, new_filing, person

BY_HAND = Stated("ncmec", NOW - timedelta(days=2), "Robin Example", ("c1",), "4564700", True, "the form")


def add(unit: UnitOfWork, number: int, stated: Stated = BY_HAND, *identities: str) -> ElsewhereFiling:
    who = person(unit).id
    return unit.elsewhere.add(number, 1, stated, "u-1", identities or ("uid:1",), NOW, who)


def test_it_is_kept_as_it_was_said(store: Store) -> None:
    with store.write() as unit:
        number = add_case(unit)
        made = add(unit, number)
        other = add(unit, number, replace(BY_HAND, body="iwf", reference=""), "uid:1")
    with store.read() as unit:
        assert unit.elsewhere.for_case(number) == (made, other)
        assert unit.elsewhere.rows() == (other, made)
        assert unit.elsewhere.rows(offset=1, limit=5) == (made,)
        assert unit.elsewhere.count() == 2
        assert unit.elsewhere.get(made.id).first == BY_HAND
        assert made.preserve_until == date(2027, 11, 18)
        assert other.preserve_until is None
        with pytest.raises(UserError, match="no such record"):
            unit.elsewhere.get(99)


def test_what_is_reported_elsewhere_cannot_be_filed_with_the_same_agency(store: Store) -> None:
    with store.write() as unit:
        number, operator = add_case(unit), person(unit)
        made = add(unit, number, BY_HAND, "uid:1", "uid:2")
        with pytest.raises(AlreadyReported, match="by hand") as caught:
            unit.filings.add(new_filing(number, operator, identities=frozenset({"uid:2", "uid:3"})))
        assert caught.value.filing_ids == ()
        assert unit.filings.holders("ncmec", ["uid:1", "uid:3"]) == {}
        assert unit.elsewhere.holders("ncmec", ["uid:1", "uid:3"]) == {"uid:1": made.id}
        assert unit.elsewhere.holders("iwf", ["uid:1"]) == {}
        filing = unit.filings.add(new_filing(number, operator, identities=frozenset({"uid:3"})))
        with pytest.raises(AlreadyReported) as again:
            add(unit, number, BY_HAND, "uid:3", "uid:4")
        assert again.value.filing_ids == (filing.id,)
        assert unit.elsewhere.count() == 1
        assert unit.elsewhere.holders("ncmec", ["uid:4"]) == {}
        unit.filings.free(filing.id)
        assert unit.elsewhere.holders("ncmec", ["uid:1"]) == {"uid:1": made.id}


def test_a_correction_stands_beside_what_was_recorded(store: Store) -> None:
    with store.write() as unit:
        number = add_case(unit)
        made = add(unit, number)
        who = person(unit, "Sue Example").id
        later = NOW - timedelta(days=1)
        first = Correction(NOW, who, "another number", reference="4564701", filed_at=later)
        unit.elsewhere.correct(made.id, first, preservation_of(replace(BY_HAND, filed_at=later)))
        second = Correction(NOW, who, "another person", filed_by="Sam Example")
        unit.elsewhere.correct(made.id, second, None)
        found = unit.elsewhere.get(made.id)
        assert found.first == BY_HAND
        assert found.corrections == (first, second)
        assert found.stated == replace(BY_HAND, reference="4564701", filed_at=later, filed_by="Sam Example")
        assert found.preserve_until == date(2027, 11, 19)
        assert unit.elsewhere.prior_reports("u-1", "ncmec") == (("4564701", later),)
        assert unit.elsewhere.prior_reports("u-1", "iwf") == ()
        unit.elsewhere.correct(made.id, Correction(NOW, who, "of another case", withdrawn=True), None)
        found = unit.elsewhere.get(made.id)
        assert (found.withdrawn, found.preserve_until) == (True, None)
        assert unit.elsewhere.holders("ncmec", ["uid:1"]) == {}
        assert unit.elsewhere.prior_reports("u-1", "ncmec") == ()
        add(unit, number)


def test_walks_are_kept_in_order(store: Store) -> None:
    with store.write() as unit:
        number, who = add_case(unit), person(unit).id
        first = Walk(number, NOW, who, "danger.no imagery.there", DecisionKind.REPORT)
        second = Walk(number, NOW, who, "danger.no", DecisionKind.NO_VIOLATION, NOW + timedelta(days=30))
        for walk in (first, second):
            unit.elsewhere.keep_walk(walk)
    with store.read() as unit:
        assert unit.elsewhere.walks(number) == (first, second)
        assert unit.elsewhere.walks(number + 1) == ()
