"""Acts that need a second person: asked by one, agreed to by another, done in that same transaction.

A service that owns such an act registers its handler once; it then calls :meth:`Approvals.ask` where
the act is wanted. The handler runs when the second person agrees, within their unit of work: what
they agreed to and what was done stand or fall together. It checks that the subject still fits what
the store holds and raises UserError where it does not; the request then stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from desk.domain.approval import (
    RIGHTS,
    Approval,
    ApprovalKind,
    ApprovalState,
    check_asking,
    check_deciding,
    check_withdrawing,
    may_agree,
)
from desk.domain.errors import Bug, UserError
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, Store, UnitOfWork
from desk.services.auditing import note
from desk.services.changes import Change, Done, done

Handler: TypeAlias = Callable[[UnitOfWork, Approval, Operator], tuple[Change, ...]]
"""Does what was agreed to (the operator is the second person); returns what it changed besides.

A second handler of the same form may be registered for what was declined or withdrawn: it takes back
what had to be done at once while it waited.
"""

Afterwards: TypeAlias = Callable[[Approval], None]
"""What remains to be done once all of it is committed; it may be done again after a crash."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as shown: who asked and decided by name, and whether this person may agree."""

    approval: Approval
    asked_by: str
    decided_by: str
    may_agree: bool
    own: bool


class Approvals:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._handlers: dict[ApprovalKind, Handler] = {}
        self._afterwards: dict[ApprovalKind, Afterwards] = {}
        self._refusals: dict[ApprovalKind, Handler] = {}

    def register(
        self,
        kind: ApprovalKind,
        handler: Handler,
        afterwards: Afterwards | None = None,
        *,
        refused: Handler | None = None,
    ) -> None:
        """Raises Bug where the kind has a handler already."""
        if kind in self._handlers:
            raise Bug(f"Two handlers for approvals of the kind {kind.value}.")
        self._handlers[kind] = handler
        if refused is not None:
            self._refusals[kind] = refused
        if afterwards is not None:
            self._afterwards[kind] = afterwards

    def ask(
        self,
        operator: Operator,
        kind: ApprovalKind,
        title: str,
        subject: Mapping[str, Any],
        reason: str,
        *,
        case_number: int | None = None,
        filing_id: int | None = None,
    ) -> Done[Approval]:
        """Ask for a second person. Raises NotAllowed, UserError without a reason."""
        check_asking(operator, kind, reason)
        with self._store.write() as uow:
            approval = self.ask_in(
                uow, operator, kind, title, subject, reason, case_number=case_number, filing_id=filing_id
            )
        return done(approval, Change.APPROVALS)

    def ask_in(
        self,
        uow: UnitOfWork,
        operator: Operator,
        kind: ApprovalKind,
        title: str,
        subject: Mapping[str, Any],
        reason: str,
        *,
        case_number: int | None = None,
        filing_id: int | None = None,
    ) -> Approval:
        """As ``ask``, within the caller's unit of work."""
        check_asking(operator, kind, reason)
        if kind not in self._handlers:
            raise Bug(f"No handler for approvals of the kind {kind.value}.")
        now = self._clock.now()
        approval = uow.approvals.add(
            kind,
            title,
            subject,
            reason.strip(),
            operator.id,
            now,
            case_number=case_number,
            filing_id=filing_id,
        )
        _record(uow, "approval.asked", approval, operator, now)
        return approval

    def agree(self, operator: Operator, approval_id: int, note_: str = "") -> Done[Approval]:
        """Agree, and have it done. Raises NotAllowed (for one's own too), UserError where it fits no more."""
        require(operator, Permission.SEE_APPROVALS)
        now = self._clock.now()
        with self._store.write() as uow:
            approval = uow.approvals.get(approval_id)
            check_deciding(operator, approval)
            decided = uow.approvals.decide(
                approval_id, ApprovalState.APPROVED, operator.id, now, note_.strip()
            )
            _record(uow, "approval.agreed", decided, operator, now)
            changes = self._handlers[approval.kind](uow, decided, operator)
        if approval.kind in self._afterwards:
            self._afterwards[approval.kind](decided)
        return done(decided, Change.APPROVALS, *changes)

    def decline(self, operator: Operator, approval_id: int, note_: str) -> Done[Approval]:
        """Raises NotAllowed, UserError without a reason."""
        require(operator, Permission.SEE_APPROVALS)
        if not note_.strip():
            raise UserError("Declining needs a reason.", "Say why, for the one who asked.")
        now = self._clock.now()
        with self._store.write() as uow:
            check_deciding(operator, uow.approvals.get(approval_id))
            decided = uow.approvals.decide(
                approval_id, ApprovalState.DECLINED, operator.id, now, note_.strip()
            )
            _record(uow, "approval.declined", decided, operator, now)
            changes = self._refused(uow, decided, operator)
        return done(decided, Change.APPROVALS, *changes)

    def withdraw(self, operator: Operator, approval_id: int) -> Done[Approval]:
        """Take one's own request back. Raises NotAllowed, UserError."""
        require(operator, Permission.SEE_APPROVALS)
        now = self._clock.now()
        with self._store.write() as uow:
            approval = uow.approvals.get(approval_id)
            require(operator, RIGHTS[approval.kind].ask)
            check_withdrawing(operator, approval)
            decided = uow.approvals.decide(approval_id, ApprovalState.WITHDRAWN, operator.id, now, "")
            _record(uow, "approval.withdrawn", decided, operator, now)
            changes = self._refused(uow, decided, operator)
        return done(decided, Change.APPROVALS, *changes)

    def _refused(self, uow: UnitOfWork, approval: Approval, by: Operator) -> tuple[Change, ...]:
        handler = self._refusals.get(approval.kind)
        return handler(uow, approval, by) if handler is not None else ()

    def pending(self, operator: Operator) -> tuple[Request, ...]:
        """What waits for a second person, the oldest first."""
        require(operator, Permission.SEE_APPROVALS)
        with self._store.read() as uow:
            return _shown(uow, operator, uow.approvals.pending())

    def recent(self, operator: Operator, limit: int = 100) -> tuple[Request, ...]:
        """The latest requests, decided or not, the newest first."""
        require(operator, Permission.SEE_APPROVALS)
        with self._store.read() as uow:
            return _shown(uow, operator, uow.approvals.recent(limit))


def _shown(uow: UnitOfWork, operator: Operator, found: tuple[Approval, ...]) -> tuple[Request, ...]:
    names = {person.id: person.name for person in uow.people.all()}
    return tuple(
        Request(
            approval=one,
            asked_by=names.get(one.asked_by, ""),
            decided_by=names.get(one.decided_by or 0, ""),
            may_agree=may_agree(operator, one),
            own=one.asked_by == operator.id,
        )
        for one in found
    )


def _record(uow: UnitOfWork, act: str, approval: Approval, operator: Operator, at: datetime) -> None:
    note(
        uow,
        act,
        at,
        operator,
        case_number=approval.case_number,
        filing_id=approval.filing_id,
        approval=approval.id,
        kind=approval.kind.value,
    )
