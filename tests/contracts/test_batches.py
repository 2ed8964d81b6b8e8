"""The Batches port, on both databases: who holds a file, and what rests on a person's word."""

from __future__ import annotations

import pytest

from desk.domain.errors import UserError
from desk.domain.likeness import Side
from desk.ports import NearFile, Store, UnitOfWork
from tests.contracts.samples import NOW, case_data, digest, new_filing, person, revision, stored
from tests.contracts.test_hashes import held


def test_every_case_with_these_bytes_a_page_at_a_time(store: Store) -> None:
    with store.write() as unit:
        numbers = [held(unit, f"case-{n}", "same") for n in range(130)]
        held(unit, "another", "other")
        again = revision(case_data("case-7", summary="more"), media={"c1": stored("new", bytes_of="same")})
        unit.cases.add_revision(numbers[7], again)
    with store.read() as unit:
        own = numbers[0]
        first = unit.batches.holding(digest("same"), but_case=own, limit=100)
        rest = unit.batches.holding(digest("same"), but_case=own, after=first[-1], limit=100)
        assert [*first, *rest] == numbers[1:]
        assert unit.batches.holding(digest("nobody's"), but_case=own) == ()


def sides(unit: UnitOfWork) -> tuple[Side, Side]:
    one, two = held(unit, "one", "first"), held(unit, "two", "second")
    return Side(digest("first"), one, "c1", 1.0), Side(digest("second"), two, "c1", 0.4)


def test_an_agreement_has_no_direction_and_stands_once(store: Store) -> None:
    with store.write() as unit:
        mo, (one, two) = person(unit), sides(unit)
        made = unit.batches.agree(one, two, 7, mo, NOW)
        assert made.between(one.sha256, two.sha256)
        assert made.between(two.sha256, one.sha256)
        assert not made.between(one.sha256, one.sha256)
        assert {made.one, made.other} == {one, two}
        assert (made.distance, made.operator_name, made.at) == (7, mo.name, NOW)
        with pytest.raises(UserError, match="already"):
            unit.batches.agree(two, one, 7, mo, NOW)
        for sha256 in (one.sha256, two.sha256):
            assert unit.batches.agreements(sha256) == (made,)
        withdrawn = unit.batches.withdraw(made.id, mo, NOW)
        assert withdrawn.withdrawn_at == NOW
        with pytest.raises(UserError, match="withdrawn already"):
            unit.batches.withdraw(made.id, mo, NOW)
        with pytest.raises(UserError, match="no such"):
            unit.batches.agreement(99)
        assert unit.batches.agreements(one.sha256) == ()
        again = unit.batches.agree(two, one, 7, mo, NOW)
        assert again.id != made.id


def test_what_rests_on_it_is_told_until_it_is_given_up(store: Store) -> None:
    with store.write() as unit:
        mo, (one, two) = person(unit), sides(unit)
        made = unit.batches.agree(one, two, 7, mo, NOW)
        filing = unit.filings.add(new_filing(one.case_number, mo))
        near = NearFile(two.case_number, two.sha256, made.id)
        unit.batches.rest(filing.id, [near])
        unit.batches.rest(filing.id, [])
        assert unit.batches.near_files(filing.id) == (near,)
        assert unit.batches.near_files(99) == ()
        assert unit.batches.resting_on(made.id) == (filing.id,)
