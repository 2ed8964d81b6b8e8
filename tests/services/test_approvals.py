"""A second person: asked, agreed, declined, withdrawn; and what was agreed to is done in the same breath."""

from __future__ import annotations

import pytest

from desk.domain.approval import Approval, ApprovalKind, ApprovalState
from desk.domain.errors import Bug, NotAllowed, UserError
from desk.domain.roles import Operator, Role
from desk.ports import UnitOfWork
from desk.services.approvals import Approvals
from desk.services.changes import Change
from tests.support.world import World


def service(world: World) -> Approvals:
    made = Approvals(world.store, world.clock)

    def handler(uow: UnitOfWork, approval: Approval, by: Operator) -> tuple[Change, ...]:
        if approval.subject["value"] == "stale":
            raise UserError("It does not fit any more.", "Ask anew.")
        uow.settings.set("tried", [approval.subject["value"], by.id])
        return (Change.SETTINGS,)

    made.register(ApprovalKind.RULES, handler)
    return made


def both(world: World) -> Operator:
    with world.store.write() as uow:
        return uow.people.add("Both", frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR}))


def tried(world: World) -> object:
    with world.store.read() as uow:
        return uow.settings.get("tried")


def acts(world: World) -> list[str]:
    return [entry.act for entry in world.desk.auditing.entries(world.supervisor)][-3:]


def test_what_another_person_agrees_to_is_done(world: World) -> None:
    approvals, asker = service(world), both(world)
    asked = approvals.ask(asker, ApprovalKind.RULES, "a change", {"value": "new"}, " why ").value
    assert asked.reason == "why"
    assert tried(world) is None
    (seen,) = approvals.pending(world.supervisor)
    assert (seen.asked_by, seen.decided_by, seen.may_agree, seen.own) == ("Both", "", True, False)
    (mine,) = approvals.pending(asker)
    assert mine.own
    assert not mine.may_agree
    with pytest.raises(NotAllowed, match="yourself"):
        approvals.agree(asker, asked.id)
    with pytest.raises(NotAllowed):
        approvals.agree(world.admin, asked.id)
    done = approvals.agree(world.supervisor, asked.id, "fine")
    assert done.value.state is ApprovalState.APPROVED
    assert {Change.APPROVALS, Change.SETTINGS} <= done.changes
    assert tried(world) == ["new", world.supervisor.id]
    assert acts(world)[-2:] == ["approval.asked", "approval.agreed"]
    assert approvals.pending(asker) == ()
    assert [one.decided_by for one in approvals.recent(asker)] == [world.supervisor.name]
    with pytest.raises(UserError, match="already"):
        approvals.agree(world.supervisor, asked.id)


def test_what_no_longer_fits_stays_open(world: World) -> None:
    approvals, asker = service(world), both(world)
    asked = approvals.ask(asker, ApprovalKind.RULES, "a change", {"value": "stale"}, "why").value
    with pytest.raises(UserError, match="does not fit"):
        approvals.agree(world.supervisor, asked.id)
    assert [one.approval.id for one in approvals.pending(asker)] == [asked.id]
    assert acts(world)[-1] == "approval.asked"


def test_declined_and_withdrawn_do_nothing(world: World) -> None:
    approvals, asker = service(world), both(world)
    first = approvals.ask(asker, ApprovalKind.RULES, "a change", {"value": 1}, "why").value
    second = approvals.ask(asker, ApprovalKind.RULES, "a change", {"value": 2}, "why").value
    with pytest.raises(UserError, match="reason"):
        approvals.decline(world.supervisor, first.id, " ")
    declined = approvals.decline(world.supervisor, first.id, "not so").value
    assert (declined.state, declined.note) == (ApprovalState.DECLINED, "not so")
    with pytest.raises(NotAllowed):
        approvals.withdraw(world.supervisor, second.id)
    assert approvals.withdraw(asker, second.id).value.state is ApprovalState.WITHDRAWN
    assert tried(world) is None
    assert approvals.pending(asker) == ()


def test_a_moderator_reaches_none_of_it(world: World) -> None:
    approvals = service(world)
    for act in (
        lambda: approvals.ask(world.moderator, ApprovalKind.RULES, "a change", {"value": 1}, "why"),
        lambda: approvals.pending(world.moderator),
        lambda: approvals.recent(world.moderator),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_kind_has_one_handler(world: World) -> None:
    approvals = service(world)
    with pytest.raises(Bug):
        approvals.register(ApprovalKind.RULES, lambda *_: ())
    with pytest.raises(Bug):
        approvals.ask(world.supervisor, ApprovalKind.HOLD, "a change", {}, "why")
