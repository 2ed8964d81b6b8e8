"""The HookCalls port, on both databases: each call once, one desk at a time, nothing forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.domain.errors import UserError
from desk.domain.hooks import HookKind, HookState
from desk.ports import Receipt, Store
from tests.contracts.samples import MINUTE, NOW, add_case, new_filing, person


def test_each_call_once_and_one_desk_at_a_time(store: Store) -> None:
    with store.write() as unit:
        number = add_case(unit)
        assert unit.hooks.ask(HookKind.ENRICH, number, "1:1", NOW)
        assert not unit.hooks.ask(HookKind.ENRICH, number, "1:1", NOW)
        assert unit.hooks.known(HookKind.ENRICH, "1:1")
        assert not unit.hooks.known(HookKind.FILED, "1:1")
        assert not unit.hooks.due(NOW - MINUTE)
        assert unit.hooks.due(NOW)
        call = unit.hooks.take(NOW, NOW + MINUTE)
        assert call is not None
        assert (call.kind, call.case_number, call.tries, call.state) == (
            HookKind.ENRICH,
            number,
            1,
            HookState.WAITING,
        )
        assert unit.hooks.take(NOW, NOW + MINUTE) is None  # somebody makes it
        again = unit.hooks.take(NOW + MINUTE, NOW + 2 * MINUTE)  # that desk died
        assert again is not None
        assert (again.id, again.tries) == (call.id, 2)
        later = NOW + timedelta(hours=1)
        unit.hooks.settle(call.id, HookState.WAITING, "HTTP 500", NOW, next_at=later)
        assert not unit.hooks.due(NOW + MINUTE)
        (trouble,) = unit.hooks.troubled()
        assert (trouble.words, trouble.next_at, unit.hooks.waiting()) == ("HTTP 500", later, 1)
        assert unit.hooks.again(call.id, NOW).tries == 0
        assert unit.hooks.due(NOW)
        unit.hooks.settle(call.id, HookState.DONE, "2 added.", NOW)
        found = unit.hooks.of_case(number, HookKind.ENRICH)
        assert found is not None
        assert (found.state, found.ended_at) == (HookState.DONE, NOW)
        assert (unit.hooks.troubled(), unit.hooks.waiting(), unit.hooks.due(later)) == ((), 0, False)
        assert unit.hooks.of_case(number, HookKind.FILED) is None
        for key in (call.id, 99):
            with pytest.raises(UserError):
                unit.hooks.again(key, NOW)


def test_what_was_filed_and_not_told(store: Store) -> None:
    with store.write() as unit:
        mo = person(unit)
        filings = []
        for n, at in enumerate((NOW - MINUTE, NOW, NOW + MINUTE)):
            number = add_case(unit, f"case-{n}")
            filing = unit.filings.add(new_filing(number, mo, identities=frozenset({f"uid:{n}"})))
            unit.filings.add_receipt(Receipt(filing.id, str(n), at, None, b"body"))
            filings.append((filing.id, number))
        assert unit.hooks.untold(NOW) == tuple(filings[1:])
        assert unit.hooks.untold(NOW, limit=1) == (filings[1],)
        filing_id, number = filings[1]
        unit.hooks.ask(HookKind.FILED, number, str(filing_id), NOW, filing_id=filing_id)
        assert unit.hooks.untold(NOW) == (filings[2],)
