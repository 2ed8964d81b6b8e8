"""Requests for a second person's agreement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from desk.domain import codec
from desk.domain.approval import Approval, ApprovalKind, ApprovalState
from desk.domain.errors import UserError
from desk.storage.repositories.base import Record, Repository
from desk.storage.tables_approvals import approvals


class SqlApprovals(Repository):
    """The Approvals port."""

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
    ) -> Approval:
        values = {
            "kind": kind.value,
            "title": title,
            "subject": codec.canonical(dict(subject)),
            "reason": reason,
            "asked_by": asked_by,
            "asked_at": asked_at,
            "state": ApprovalState.PENDING.value,
            "note": "",
            "case_number": case_number,
            "filing_id": filing_id,
        }
        key = self._db.execute(insert(approvals).values(values).returning(approvals.c.id)).scalar_one()
        return self.get(key)

    def get(self, approval_id: int) -> Approval:
        row = self._db.execute(select(approvals).where(approvals.c.id == approval_id)).one_or_none()
        if row is None:
            raise UserError("There is no request with this number.")
        return _approval(row)

    def decide(
        self, approval_id: int, state: ApprovalState, decided_by: int, decided_at: datetime, note: str
    ) -> Approval:
        changed = self._db.execute(
            update(approvals)
            .where(approvals.c.id == approval_id, approvals.c.state == ApprovalState.PENDING.value)
            .values(state=state.value, decided_by=decided_by, decided_at=decided_at, note=note)
        )
        if not changed.rowcount:
            raise UserError("This was decided on already.", "Ask anew where it is still wanted.")
        return self.get(approval_id)

    def pending(self, kind: ApprovalKind | None = None) -> tuple[Approval, ...]:
        query = select(approvals).where(approvals.c.state == ApprovalState.PENDING.value)
        if kind is not None:
            query = query.where(approvals.c.kind == kind.value)
        return tuple(_approval(row) for row in self._db.execute(query.order_by(approvals.c.id)))

    def recent(self, limit: int = 100) -> tuple[Approval, ...]:
        query = select(approvals).order_by(approvals.c.id.desc()).limit(limit)
        return tuple(_approval(row) for row in self._db.execute(query))


def _approval(row: Record) -> Approval:
    return Approval(
        id=row.id,
        kind=ApprovalKind(row.kind),
        title=row.title,
        subject=json.loads(row.subject),
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=ApprovalState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
        case_number=row.case_number,
        filing_id=row.filing_id,
    )
