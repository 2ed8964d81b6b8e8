"""Calls to the platform's own hooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from desk.domain.errors import UserError
from desk.domain.hooks import HookKind, HookState
from desk.ports import HookCall
from desk.storage.repositories.base import Record, Repository, insert_or_skip
from desk.storage.tables import filings, receipts
from desk.storage.tables_hooks import hook_calls

_H = hook_calls.c
_WAITING = HookState.WAITING.value


class SqlHookCalls(Repository):
    """The HookCalls port."""

    def ask(
        self, kind: HookKind, case_number: int, key: str, at: datetime, *, filing_id: int | None = None
    ) -> bool:
        values = {
            "kind": kind.value,
            "key": key,
            "case_number": case_number,
            "filing_id": filing_id,
            "state": _WAITING,
            "asked_at": at,
            "next_at": at,
            "tries": 0,
            "words": "",
        }
        added = insert_or_skip(self._db, hook_calls).values(values).returning(_H.id)
        return self._db.execute(added).scalar_one_or_none() is not None

    def untold(self, since: datetime, *, limit: int = 100) -> tuple[tuple[int, int], ...]:
        told = select(_H.id).where(_H.kind == HookKind.FILED.value, _H.filing_id == receipts.c.filing_id)
        query = (
            select(receipts.c.filing_id, filings.c.case_number)
            .join(filings, filings.c.id == receipts.c.filing_id)
            .where(receipts.c.at >= since, ~told.exists())
            .order_by(receipts.c.filing_id)
            .limit(limit)
        )
        return tuple((row.filing_id, row.case_number) for row in self._db.execute(query))

    def known(self, kind: HookKind, key: str) -> bool:
        query = select(_H.id).where(_H.kind == kind.value, _H.key == key)
        return self._db.execute(query).first() is not None

    def due(self, now: datetime) -> bool:
        return self._db.execute(_due(now)).first() is not None

    def take(self, now: datetime, until: datetime) -> HookCall | None:
        number = self._db.execute(_due(now).with_for_update(skip_locked=True)).scalar()
        if number is None:
            return None
        self._db.execute(
            update(hook_calls).where(_H.id == number).values(lease_until=until, tries=_H.tries + 1)
        )
        return self._get(number)

    def settle(
        self, call_id: int, state: HookState, words: str, at: datetime, *, next_at: datetime | None = None
    ) -> None:
        ended = at if state is not HookState.WAITING else None
        self._db.execute(
            update(hook_calls)
            .where(_H.id == call_id)
            .values(state=state.value, words=words, next_at=next_at, lease_until=None, ended_at=ended)
        )

    def again(self, call_id: int, at: datetime) -> HookCall:
        done = self._db.execute(
            update(hook_calls)
            .where(_H.id == call_id, _H.state.in_((_WAITING, HookState.FAILED.value)))
            .values(state=_WAITING, next_at=at, tries=0, ended_at=None)
        )
        if not done.rowcount:
            raise UserError("This call is done, or there is none.")
        return self._get(call_id)

    def of_case(self, case_number: int, kind: HookKind) -> HookCall | None:
        query = (
            select(hook_calls)
            .where(_H.case_number == case_number, _H.kind == kind.value)
            .order_by(_H.id.desc())
            .limit(1)
        )
        row = self._db.execute(query).one_or_none()
        return None if row is None else _call(row)

    def troubled(self, *, limit: int = 50) -> tuple[HookCall, ...]:
        failing = or_(_H.state == HookState.FAILED.value, (_H.state == _WAITING) & (_H.words != ""))
        query = select(hook_calls).where(failing).order_by(_H.id.desc()).limit(limit)
        return tuple(_call(row) for row in self._db.execute(query))

    def waiting(self) -> int:
        query = select(func.count()).select_from(hook_calls).where(_H.state == _WAITING)
        return int(self._db.execute(query).scalar_one())

    def _get(self, call_id: int) -> HookCall:
        return _call(self._db.execute(select(hook_calls).where(_H.id == call_id)).one())


def _due(now: datetime) -> Select[Any]:
    free = or_(_H.lease_until.is_(None), _H.lease_until <= now)
    mine = select(_H.id).where(_H.state == _WAITING, _H.next_at <= now, free)
    return mine.order_by(_H.next_at, _H.id).limit(1)


def _call(row: Record) -> HookCall:
    return HookCall(
        id=row.id,
        kind=HookKind(row.kind),
        case_number=row.case_number,
        filing_id=row.filing_id,
        state=HookState(row.state),
        asked_at=row.asked_at,
        next_at=row.next_at,
        tries=row.tries,
        words=row.words,
        ended_at=row.ended_at,
    )
