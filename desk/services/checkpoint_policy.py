"""How often the log is signed and where copies go, as an administrator sets it; what protects less waits.

A longer interval leaves more entries that could be written anew unseen; without its copies elsewhere, or
with them in another place than the one that others know of, a log that was cut short is not found. So both
need a second person, as every weakening does (desk.domain.weakening).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.domain.approval import Approval, ApprovalKind
from desk.domain.codec import from_plain, to_plain
from desk.domain.errors import UserError
from desk.domain.roles import Operator
from desk.domain.weakening import Figure, Weaker, weaker
from desk.ports import Clock, UnitOfWork
from desk.services.approvals import Approvals
from desk.services.auditing import note
from desk.services.changes import Change
from desk.services.checkpoint_copies import append

POLICY = "checkpoints"
LEAST_MINUTES, MOST_MINUTES = 1, 24 * 60
_PREFIX = "checkpoints."


@dataclass(frozen=True, slots=True)
class CheckpointPolicy:
    """How often entries are signed where nothing is filed, in minutes; and the file that gets a copy of each
    checkpoint ("" for none)."""

    every_minutes: int = 60
    copies: str = ""


def policy_of(uow: UnitOfWork) -> CheckpointPolicy:
    plain = uow.settings.get(POLICY)
    return CheckpointPolicy() if plain is None else from_plain(CheckpointPolicy, plain)


def weakened(before: CheckpointPolicy, wanted: CheckpointPolicy) -> tuple[Weaker, ...]:
    """What of ``wanted`` protects less."""
    return weaker(_figures(before), _figures(wanted))


def check(policy: CheckpointPolicy) -> None:
    """Raise UserError for an interval that can't be, or a file that can't be written to."""
    if not LEAST_MINUTES <= policy.every_minutes <= MOST_MINUTES:
        raise UserError("Checkpoints are signed every minute to every day.", "Choose 1 to 1440 minutes.")
    if policy.copies:
        if not Path(policy.copies).is_absolute():
            raise UserError("The file for copies needs its whole path.", "Begin it at the root.")
        append(Path(policy.copies), b"")


def keep(
    uow: UnitOfWork, by: Operator, wanted: CheckpointPolicy, reason: str, clock: Clock, approvals: Approvals
) -> CheckpointPolicy:
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
        approvals.ask_in(uow, by, ApprovalKind.SIGNING, "Change checkpoints", {"figures": figures}, reason)
    return now


def agreed(uow: UnitOfWork, approval: Approval, by: Operator, clock: Clock) -> tuple[Change, ...]:
    """A supervisor agreed: the change is made if what it was asked on still stands."""
    before = policy_of(uow)
    flat = _figures(before)
    figures: Mapping[str, list[Any]] = approval.subject["figures"]
    if any(flat.get(name) != was for name, (was, _) in figures.items()):
        raise UserError(
            "The settings were changed since this was asked for.",
            "Decline it; where it is still wanted it is asked for anew, on the settings as they are now.",
        )
    wanted = _with(before, {name: now for name, (_, now) in figures.items()})
    check(wanted)
    _write(uow, by, wanted, clock)
    return (Change.SETTINGS, Change.AUDIT)


def _write(uow: UnitOfWork, by: Operator, policy: CheckpointPolicy, clock: Clock) -> None:
    uow.settings.set(POLICY, to_plain(policy))
    note(
        uow,
        "audit.policy",
        clock.now(),
        by,
        every_minutes=policy.every_minutes,
        copies=bool(policy.copies),
    )


def _figures(policy: CheckpointPolicy) -> dict[str, Figure]:
    return {_PREFIX + name: getattr(policy, name) for name in CheckpointPolicy.__dataclass_fields__}


def _with(policy: CheckpointPolicy, wanted: Mapping[str, Any]) -> CheckpointPolicy:
    plain = {name.removeprefix(_PREFIX): value for name, value in wanted.items()}
    return from_plain(CheckpointPolicy, to_plain(policy) | plain)
