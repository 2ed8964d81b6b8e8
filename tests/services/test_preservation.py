"""Preservation as supervisors work with it: orders, two people for the rest, and the certificate."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta

import pytest

from desk.domain.errors import NotAllowed, NotReady, UserError
from desk.domain.preservation import Basis, Standing
from desk.domain.roles import Operator, Role
from tests.support.world import World


def second(world: World) -> Operator:
    with world.store.write() as uow:
        return uow.people.add("Second Supervisor", frozenset({Role.SUPERVISOR}))


def filed(world: World) -> int:
    case = world.case()
    world.quiet(world.confirmed(case.number).id)
    return case.number


def to(world: World, day: date) -> None:
    """The clock to noon of that day."""
    now = world.clock.now()
    ahead = (day - now.date()).days
    world.clock.forward(seconds=(timedelta(days=ahead) + timedelta(hours=12 - now.hour)).total_seconds())


def test_destroyed_after_the_year_by_two_people_with_a_certificate(served: World) -> None:
    world = served
    number, other = filed(world), second(world)
    service, approvals = world.preservation, world.desk.approvals
    with pytest.raises(NotReady, match="preserved until 2027-11-20"):
        service.ask_destruction(world.supervisor, number, Basis.DUTY_OVER, "the year is over")
    kept = service.kept(world.supervisor, number)
    assert "preserved until" in kept.forbidden
    assert (kept.forbidden_by_request, kept.platform_id) == ("", "case-1")
    to(world, date(2027, 11, 21))
    assert service.kept(world.supervisor, number).forbidden == ""
    assert [row.standing(service.today()) for row in service.list(world.moderator)] == [Standing.OVER]
    asked = service.ask_destruction(world.supervisor, number, Basis.DUTY_OVER, "the year is over").value
    with pytest.raises(UserError, match="already"):
        service.ask_destruction(other, number, Basis.DUTY_OVER, "again")
    assert [one.id for one in service.kept(other, number).waiting] == [asked.id]
    assert len(world.blobs()) == 2
    with pytest.raises(NotAllowed, match="yourself"):
        approvals.agree(world.supervisor, asked.id)
    with pytest.raises(NotAllowed):
        approvals.agree(world.moderator, asked.id)
    approvals.agree(other, asked.id, "agreed")
    assert world.blobs() == set()

    kept = service.kept(world.moderator, number)
    assert [one.there for one in kept.files] == [False, False]
    found = service.certificate(world.moderator, number)
    assert found == kept.destruction
    assert hashlib.sha256(found.document).hexdigest() == found.sha256
    plain = json.loads(found.document)
    assert (plain["asked_by"], plain["agreed_by"]) == (world.supervisor.name, "Second Supervisor")
    assert plain["files"] == [
        {"content_id": one.id, "sha256": one.sha256, "size": file["size"]}
        for one, file in zip(case_content(world, number), plain["files"], strict=True)
    ]
    assert "800-88" in plain["method"]
    assert found.cleared_at is not None
    assert world.acts()[-3:] == ["approval.agreed", "case.erased", "preservation.destroyed"]
    service.certificate_saved(world.moderator, number, found.sha256, "json")
    assert world.acts()[-1] == "preservation.certificate"
    with pytest.raises(ValueError, match="SHA-256"):
        service.certificate_saved(world.moderator, number, "ab", "json")
    with pytest.raises(UserError, match="destroyed"):
        service.ask_destruction(world.supervisor, number, Basis.DUTY_OVER, "again")
    with pytest.raises(UserError, match="destroyed"):
        service.hold(world.supervisor, number, "Warrant 9")
    assert [row.standing(service.today()) for row in service.list(world.moderator)] == [Standing.DESTROYED]


def case_content(world: World, number: int):  # type: ignore[no-untyped-def]
    with world.store.read() as uow:
        return uow.cases.get(number).data.content


def test_a_hold_stands_until_two_people_release_it(served: World) -> None:
    world = served
    number, other = filed(world), second(world)
    service, approvals = world.preservation, world.desk.approvals
    order = service.hold(world.supervisor, number, "Warrant 12", "in court").value
    to(world, date(2028, 1, 1))
    for basis in Basis:
        with pytest.raises(NotReady, match="legal hold"):
            service.ask_destruction(world.supervisor, number, basis, "now", "Request 3")
    assert "legal hold" in service.kept(world.supervisor, number).forbidden_by_request
    asked = service.ask_release(world.supervisor, order.id, "the court is done").value
    with pytest.raises(UserError, match="already"):
        service.ask_release(other, order.id, "again")
    approvals.agree(other, asked.id)
    assert not service.kept(other, number).orders[0].standing
    with pytest.raises(UserError, match="released already"):
        service.ask_release(other, order.id, "again")
    assert {"preservation.held", "preservation.released"} <= set(world.acts())


def test_a_hold_set_while_the_destruction_waits_wins(served: World) -> None:
    world = served
    number, other = filed(world), second(world)
    to(world, date(2028, 1, 1))
    asked = world.preservation.ask_destruction(world.supervisor, number, Basis.DUTY_OVER, "over").value
    world.preservation.hold(world.supervisor, number, "Warrant 12")
    with pytest.raises(NotReady, match="legal hold"):
        world.desk.approvals.agree(other, asked.id)
    assert len(world.blobs()) == 2
    assert [one.id for one in world.preservation.kept(other, number).waiting] == [asked.id]


def test_an_extension_and_law_enforcements_request(served: World) -> None:
    world = served
    number, other = filed(world), second(world)
    service = world.preservation
    with pytest.raises(UserError, match="already"):
        service.extend(world.supervisor, number, date(2027, 11, 20), "Letter 4")
    extension = service.extend(world.supervisor, number, date(2028, 3, 1), "Letter 4").value
    with pytest.raises(UserError, match="Only a legal hold"):
        service.ask_release(world.supervisor, extension.id, "no need")
    assert service.list(world.moderator)[0].until == date(2028, 3, 1)
    to(world, date(2028, 3, 1))
    with pytest.raises(NotReady, match="2028-03-01"):
        service.ask_destruction(world.supervisor, number, Basis.DUTY_OVER, "over")
    with pytest.raises(UserError, match="reference"):
        service.ask_destruction(world.supervisor, number, Basis.LAW_ENFORCEMENT, "asked by letter")
    asked = service.ask_destruction(
        world.supervisor, number, Basis.LAW_ENFORCEMENT, "asked by letter", "Request 88"
    ).value
    world.desk.approvals.agree(other, asked.id)
    assert service.certificate(other, number).certificate.reference == "Request 88"


def test_the_calendar(served: World) -> None:
    world = served
    filed(world)
    calendar = world.preservation.calendar(world.moderator)
    assert calendar.months == (("2027-11", 1),)
    assert (calendar.counts.kept, calendar.counts.soon) == (1, 0)
    to(world, date(2027, 11, 1))
    assert world.preservation.calendar(world.moderator).counts.soon == 1


def test_what_a_stop_left_in_the_vault_goes_at_the_next_start(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = served
    number, other = filed(world), second(world)
    to(world, date(2028, 1, 1))
    asked = world.preservation.ask_destruction(world.supervisor, number, Basis.DUTY_OVER, "over").value

    def stopped(_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("desk.services.erasure.ErasureService.clear", lambda self, blobs: stopped(blobs))
        with pytest.raises(KeyboardInterrupt):
            world.desk.approvals.agree(other, asked.id)
    assert len(world.blobs()) == 2
    assert world.preservation.finish_clearing() == 1
    assert world.blobs() == set()
    assert world.preservation.finish_clearing() == 0
    assert world.preservation.certificate(other, number).cleared_at is not None


@pytest.mark.parametrize("who", ["moderator", "admin"])
def test_only_supervisors_order_it(served: World, who: str) -> None:
    number = filed(served)
    operator: Operator = getattr(served, who)
    service = served.preservation
    for act in (
        lambda: service.hold(operator, number, "Warrant 1"),
        lambda: service.extend(operator, number, date(2029, 1, 1), "Letter 1"),
        lambda: service.ask_release(operator, 1, "why"),
        lambda: service.ask_destruction(operator, number, Basis.DUTY_OVER, "why"),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(UserError, match="no certificate"):
        service.certificate(served.supervisor, number)
    with pytest.raises(UserError, match="no certificate"):
        service.certificate_saved(served.supervisor, number, "0" * 64, "pdf")
    assert not any(act.startswith("preservation.") for act in served.acts())
