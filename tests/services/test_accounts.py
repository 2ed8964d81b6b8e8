"""An account across cases, as people at the desk ask for it."""

from __future__ import annotations

import pytest

from desk.domain.account_links import LinkKind, Weight
from desk.domain.elsewhere import Stated
from desk.domain.errors import NotAllowed
from desk.domain.filing import FilingState
from desk.services import accounts
from tests.support.world import World


def about(account: str, **more: object) -> dict[str, object]:
    return {"reported": {"id": account, "screen_name": account.upper(), **more}}


def ip(address: str, port: int) -> dict[str, object]:
    return {"ip": address, "port": port, "at": "2026-11-19T10:00:00Z", "event": "Login"}


def test_what_is_known_of_an_account(served: World) -> None:
    world = served
    shared = {
        "ip_events": [ip("192.0.2.7", 1000), ip("100.64.0.9", 5)],
        "emails": [{"address": "x@example.com"}],
    }
    first = world.case("one", files=1, **about("u-1", **shared)).number
    second = world.case("two", files=1, first=1, **about("u-1")).number
    other = world.case("three", files=1, first=2, **about("u-2", **shared)).number
    named = world.case("four", files=1, first=3, **about("u-3"), victims=[{"id": "u-1"}]).number
    filing = world.confirmed(first)
    assert world.quiet(filing.id).state is FilingState.FILED
    view = world.desk.accounts.open(world.moderator, "u-1")
    assert [case.number for case in view.cases] == [second, first]
    assert (view.total, view.next_before) == (2, None)
    assert view.cases[1].report_id == world.filing(filing.id).report_id
    assert [report for report, _ in view.reports] == [world.filing(filing.id).report_id]
    by_hand = Stated("ncmec", world.clock.now(), "Ada", ("c1",), reference="77001234")
    world.desk.channels.record(world.moderator, second, by_hand)
    reports = world.desk.accounts.open(world.moderator, "u-1").reports
    assert {report for report, _ in reports} == {"77001234", world.filing(filing.id).report_id}
    assert [case.number for case in view.mentions] == [named]
    assert view.known is not None
    assert view.known.screen_name == "U-1"
    assert [(one.link.kind, one.weight, one.count) for one in view.shared] == [
        (LinkKind.EMAIL, None, 1),
        (LinkKind.IP, Weight.WITH_PORT, 1),
        (LinkKind.IP, Weight.NOTHING, 1),
    ]
    use = view.shared[1].others[0]
    assert (use.account, use.case_number, use.port) == ("u-2", other, 1000)
    assert view.alone == ()
    assert "u-1" not in repr(view)
    assert world.desk.accounts.other_cases(world.moderator, "u-1") == 1
    assert world.desk.accounts.find(world.moderator, "192.0.2.7") == ("u-1", "u-2")
    empty = world.desk.accounts.open(world.moderator, "nobody")
    assert (empty.cases, empty.known, empty.total) == ((), None, 0)
    with pytest.raises(NotAllowed):
        world.desk.accounts.open(world.admin, "u-1")


def test_reports_filed_meanwhile_join_a_draft_that_was_begun(served: World) -> None:
    first = served.case("one", files=1, **about("u-1")).number
    second = served.case("two", files=1, first=1, **about("u-1")).number
    begun = served.drafting.open(served.moderator, second).draft
    assert begun.reported is not None
    assert begun.reported.prior_reports == ()
    served.clock.forward(seconds=60)
    filing = served.quiet(served.confirmed(first).id)
    assert filing.report_id is not None
    opened = served.drafting.open(served.moderator, second)
    assert opened.draft.reported is not None
    assert opened.draft.reported.prior_reports == (int(filing.report_id),)
    served.clock.forward(seconds=60)
    taken_out = begun
    served.drafting.save(served.moderator, taken_out, opened.saved.version)
    again = served.drafting.open(served.moderator, second).draft
    assert again.reported is not None
    assert again.reported.prior_reports == ()  # a person took it out


def test_any_number_of_cases_a_page_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "CASES", 2)
    numbers = [world.case(f"c-{n}", files=0, **about("u-1"), **chat(n)).number for n in range(5)]
    view = world.desk.accounts.open(world.moderator, "u-1")
    assert [case.number for case in view.cases] == numbers[:2:-1]
    assert (view.total, view.next_before) == (5, numbers[3])
    more = world.desk.accounts.more_cases(world.moderator, "u-1", numbers[3])
    assert [case.number for case in more] == [numbers[2], numbers[1]]


def chat(n: int) -> dict[str, object]:
    return {"content": [{"id": "c1", "kind": "text", "text": f"PRACTICE {n}"}]}
