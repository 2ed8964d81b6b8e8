"""Operators, their roles, and which role may do which act. Every service asks this table."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from desk.domain.errors import NotAllowed


class Role(enum.StrEnum):
    MODERATOR = "moderator"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Permission(enum.StrEnum):
    """Acts that need a role."""

    SEE_QUEUE = "see_queue"
    CLAIM = "claim"
    REVEAL = "reveal"
    DECIDE = "decide"
    DRAFT = "draft"
    CONFIRM = "confirm"
    CORRECT = "correct"
    TAKE_BACK = "take_back"
    SEE_OUTBOX = "see_outbox"
    SEE_REPORTS = "see_reports"
    SEE_AUDIT = "see_audit"
    IMPORT = "import"
    SEE_SETTINGS = "see_settings"
    SETTINGS = "settings"
    CREDENTIALS = "credentials"
    PEOPLE = "people"
    LIFT_REST = "lift_rest"
    AGREE_RULES = "agree_rules"
    PRESERVATION = "preservation"
    EVIDENCE = "evidence"
    AGREE_EVIDENCE = "agree_evidence"
    SEE_APPROVALS = "see_approvals"
    BACKUP = "backup"
    RESUME = "resume"
    SECOND_REVIEW = "second_review"
    OUTCOMES = "outcomes"
    EXPORT_REPORTS = "export_reports"
    FIGURES = "figures"
    SUPERVISE_QUEUE = "supervise_queue"


_M, _S, _A = Role.MODERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR

ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.SEE_QUEUE: frozenset({_M, _S}),
    Permission.CLAIM: frozenset({_M, _S}),
    Permission.REVEAL: frozenset({_M, _S}),
    Permission.DECIDE: frozenset({_M, _S}),
    Permission.DRAFT: frozenset({_M, _S}),
    Permission.CONFIRM: frozenset({_M, _S}),
    Permission.CORRECT: frozenset({_S}),
    Permission.TAKE_BACK: frozenset({_M, _S}),
    Permission.SEE_OUTBOX: frozenset({_M, _S, _A}),
    Permission.SEE_REPORTS: frozenset({_M, _S}),
    Permission.SEE_AUDIT: frozenset({_S}),
    Permission.IMPORT: frozenset({_M, _S, _A}),
    Permission.SEE_SETTINGS: frozenset({_M, _S, _A}),
    Permission.SETTINGS: frozenset({_A}),
    Permission.CREDENTIALS: frozenset({_A}),
    Permission.PEOPLE: frozenset({_A}),
    Permission.LIFT_REST: frozenset({_S}),
    Permission.AGREE_RULES: frozenset({_S}),
    Permission.PRESERVATION: frozenset({_S}),
    Permission.EVIDENCE: frozenset({_S}),
    Permission.AGREE_EVIDENCE: frozenset({_S, _A}),
    Permission.SEE_APPROVALS: frozenset({_S, _A}),
    Permission.BACKUP: frozenset({_A}),
    Permission.RESUME: frozenset({_S}),
    Permission.SECOND_REVIEW: frozenset({_S}),
    Permission.OUTCOMES: frozenset({_S}),
    Permission.EXPORT_REPORTS: frozenset({_S}),
    Permission.FIGURES: frozenset({_S}),
    Permission.SUPERVISE_QUEUE: frozenset({_S}),
}


@dataclass(frozen=True, slots=True)
class Operator:
    """A person who signs in to the desk."""

    id: int
    name: str
    roles: frozenset[Role]
    email: str = ""
    active: bool = True

    def may(self, permission: Permission) -> bool:
        return self.active and bool(self.roles & ALLOWED[permission])


def require(operator: Operator, permission: Permission) -> None:
    """Raise NotAllowed unless one of the operator's roles permits the act."""
    if not operator.active:
        raise NotAllowed("This operator is disabled.", "Ask an administrator of this desk.")
    if not operator.may(permission):
        allowed = " or ".join(sorted(role.value for role in ALLOWED[permission]))
        raise NotAllowed(
            f"This act needs the role {allowed}.", "Ask an administrator of this desk for the role."
        )
