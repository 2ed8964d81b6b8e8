"""When the desk locks itself, as an administrator sets it; what protects less waits for a supervisor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from desk.domain.approval import Approval, ApprovalKind
from desk.domain.codec import from_plain, to_plain
from desk.domain.errors import UserError
from desk.domain.roles import Operator
from desk.domain.signin import SignInPolicy
from desk.domain.weakening import Figure, Weaker, weaker
from desk.ports import Clock, UnitOfWork
from desk.services.approvals import Approvals
from desk.services.auditing import note
from desk.services.changes import Change

POLICY = "signin"
_PREFIX = "signin."


def policy_of(uow: UnitOfWork) -> SignInPolicy:
    plain = uow.settings.get(POLICY)
    return from_plain(SignInPolicy, plain) if plain is not None else SignInPolicy()


def weakened(before: SignInPolicy, wanted: SignInPolicy) -> tuple[Weaker, ...]:
    """What of ``wanted`` protects less. Whether a claim is kept at a lock shows nothing to anybody."""
    return weaker(_figures(before), _figures(wanted))


def keep(
    uow: UnitOfWork, by: Operator, wanted: SignInPolicy, reason: str, clock: Clock, approvals: Approvals
) -> SignInPolicy:
    """Keep what protects as much or more; ask for the rest. The policy as it is now.

    Raises UserError where the rest comes without a reason.
    """
    before = policy_of(uow)
    weak = weakened(before, wanted)
    now = _with(wanted, {one.name: one.before for one in weak})
    if now != before:
        _write(uow, by, now, clock)
    if weak:
        figures = {one.name: [one.before, one.after] for one in weak}
        approvals.ask_in(uow, by, ApprovalKind.LOCKING, "Change locking", {"figures": figures}, reason)
    return now


def agreed(uow: UnitOfWork, approval: Approval, by: Operator, clock: Clock) -> tuple[Change, ...]:
    """A supervisor agreed: the change is made if what it was asked on still stands."""
    before = policy_of(uow)
    flat = _figures(before)
    wanted: Mapping[str, list[Any]] = approval.subject["figures"]
    if any(flat.get(name) != was for name, (was, _) in wanted.items()):
        raise UserError(
            "The settings were changed since this was asked for.",
            "Decline it; where it is still wanted it is asked for anew, on the settings as they are now.",
        )
    _write(uow, by, _with(before, {name: now for name, (_, now) in wanted.items()}), clock)
    return (Change.SETTINGS,)


def _write(uow: UnitOfWork, by: Operator, policy: SignInPolicy, clock: Clock) -> None:
    uow.settings.set(POLICY, to_plain(policy))
    note(
        uow,
        "signin.policy",
        clock.now(),
        by,
        idle_minutes=policy.idle_minutes,
        at_screen_lock=policy.at_screen_lock.value,
    )


def _figures(policy: SignInPolicy) -> dict[str, Figure]:
    return {
        f"{_PREFIX}idle_minutes": policy.idle_minutes,
        f"{_PREFIX}at_screen_lock": policy.at_screen_lock.value,
    }


def _with(policy: SignInPolicy, wanted: Mapping[str, Any]) -> SignInPolicy:
    plain = {name.removeprefix(_PREFIX): value for name, value in wanted.items()}
    return from_plain(SignInPolicy, to_plain(replace(policy)) | plain)
