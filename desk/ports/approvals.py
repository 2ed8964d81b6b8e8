"""Requests for a second person's agreement, as the store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from desk.domain.approval import Approval, ApprovalKind, ApprovalState


class Approvals(Protocol):
    def add(
        self,
        kind: ApprovalKind,
        title: str,
        subject: Mapping[str, Any],
        reason: str,
        asked_by: int,
        asked_at: datetime,
        *,
        case_number: int | None = None,
        filing_id: int | None = None,
    ) -> Approval: ...

    def get(self, approval_id: int) -> Approval:
        """Raises UserError where there is none."""
        ...

    def decide(
        self, approval_id: int, state: ApprovalState, decided_by: int, decided_at: datetime, note: str
    ) -> Approval:
        """Raises UserError where it is not pending any more: only one decision is kept."""
        ...

    def pending(self, kind: ApprovalKind | None = None) -> tuple[Approval, ...]:
        """The oldest first."""
        ...

    def recent(self, limit: int = 100) -> tuple[Approval, ...]:
        """Decided or not, the newest first."""
        ...
