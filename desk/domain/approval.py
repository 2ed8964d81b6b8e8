"""Acts that need a second person: one asks, another one with the right to it agrees.

The rule is the project's own (two people for destruction, for export of evidence, for the release
of a hold, for weakening a policy, and a supervisor for changes of reporting rules).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk.domain.errors import NotAllowed, UserError
from desk.domain.roles import Operator, Permission, require


class ApprovalKind(enum.StrEnum):
    """What can be asked for. A further kind needs a line in ``RIGHTS`` and a handler at the service."""

    RULES = "rules.change"
    POLICY = "policy.weaken"
    DESTRUCTION = "media.destroy"
    HOLD = "hold.release"
    EVIDENCE = "evidence.export"
    LOCKING = "signin.weaken"
    SAMPLING = "sampling.weaken"
    SIGNING = "checkpoints.weaken"


class ApprovalState(enum.StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may ask, and who may agree. Nobody agrees to what they asked for themselves."""

    ask: Permission
    agree: Permission


RIGHTS: Mapping[ApprovalKind, Rights] = {
    ApprovalKind.RULES: Rights(Permission.SETTINGS, Permission.AGREE_RULES),
    ApprovalKind.POLICY: Rights(Permission.SETTINGS, Permission.AGREE_RULES),
    ApprovalKind.DESTRUCTION: Rights(Permission.PRESERVATION, Permission.AGREE_EVIDENCE),
    ApprovalKind.HOLD: Rights(Permission.PRESERVATION, Permission.AGREE_EVIDENCE),
    ApprovalKind.EVIDENCE: Rights(Permission.EVIDENCE, Permission.AGREE_EVIDENCE),
    ApprovalKind.LOCKING: Rights(Permission.PEOPLE, Permission.AGREE_RULES),
    ApprovalKind.SIGNING: Rights(Permission.SETTINGS, Permission.AGREE_RULES),
    ApprovalKind.SAMPLING: Rights(Permission.SECOND_REVIEW, Permission.AGREE_RULES),
}


@dataclass(frozen=True, slots=True)
class Approval:
    """One request. ``subject`` is plain JSON that the act's handler understands; ``title`` says it in words.

    Both stand in the workspace's encrypted database only, never in the audit log.
    """

    id: int
    kind: ApprovalKind
    title: str
    subject: Mapping[str, Any] = field(repr=False)
    reason: str = field(repr=False)
    asked_by: int
    asked_at: datetime
    state: ApprovalState = ApprovalState.PENDING
    decided_by: int | None = None
    decided_at: datetime | None = None
    note: str = field(default="", repr=False)
    case_number: int | None = None
    filing_id: int | None = None


def check_asking(operator: Operator, kind: ApprovalKind, reason: str) -> None:
    """Raise NotAllowed, or UserError where no reason is given."""
    require(operator, RIGHTS[kind].ask)
    if not reason.strip():
        raise UserError("This needs a reason.", "Say why, for the person who is asked and for the record.")


def may_agree(operator: Operator, approval: Approval) -> bool:
    """Whether this person may agree to it now."""
    return (
        approval.state is ApprovalState.PENDING
        and operator.id != approval.asked_by
        and operator.may(RIGHTS[approval.kind].agree)
    )


def check_deciding(operator: Operator, approval: Approval) -> None:
    """Raise NotAllowed or UserError unless this person may agree or decline now."""
    require(operator, RIGHTS[approval.kind].agree)
    if operator.id == approval.asked_by:
        raise NotAllowed("You asked for this yourself.", "A second person decides on it.")
    _check_pending(approval)


def check_withdrawing(operator: Operator, approval: Approval) -> None:
    """Raise NotAllowed or UserError unless this person may take the request back."""
    if operator.id != approval.asked_by:
        raise NotAllowed("Another person asked for this.", "Only they can take it back; you can decline it.")
    _check_pending(approval)


def _check_pending(approval: Approval) -> None:
    if approval.state is not ApprovalState.PENDING:
        raise UserError("This was decided on already.", "Ask anew where it is still wanted.")
