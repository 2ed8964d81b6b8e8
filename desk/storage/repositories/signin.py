"""What operators sign in with, and the attempts of names."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from desk.domain.signin import Access, Attempts
from desk.storage.repositories.base import Record, Repository, insert_or_replace
from desk.storage.tables_signin import operator_access, operator_acts, operator_recovery, signin_attempts


class SqlSignIns(Repository):
    """The SignIns port."""

    def access(self, operator_id: int) -> Access:
        query = select(operator_access).where(operator_access.c.operator_id == operator_id)
        row = self._db.execute(query).one_or_none()
        return Access(operator_id) if row is None else _access(row)

    def all(self) -> tuple[Access, ...]:
        query = select(operator_access).order_by(operator_access.c.operator_id)
        return tuple(_access(row) for row in self._db.execute(query))

    def put(self, access: Access) -> None:
        self._db.execute(insert_or_replace(self._db, operator_access, asdict(access)))

    def use_step(self, operator_id: int, step: int) -> bool:
        table = operator_access
        changed = self._db.execute(
            update(table)
            .where(table.c.operator_id == operator_id, table.c.code_step < step)
            .values(code_step=step)
        )
        return bool(changed.rowcount)

    def set_recovery(self, operator_id: int, digests: frozenset[str]) -> None:
        self._db.execute(delete(operator_recovery).where(operator_recovery.c.operator_id == operator_id))
        if digests:
            rows = [{"operator_id": operator_id, "digest": digest} for digest in sorted(digests)]
            self._db.execute(insert(operator_recovery), rows)

    def use_recovery(self, operator_id: int, digest: str) -> bool:
        table = operator_recovery
        gone = self._db.execute(
            delete(table).where(table.c.operator_id == operator_id, table.c.digest == digest)
        )
        return bool(gone.rowcount)

    def recovery_left(self, operator_id: int) -> int:
        query = select(func.count()).where(operator_recovery.c.operator_id == operator_id)
        return int(self._db.execute(query).scalar_one())

    def attempts(self, name_digest: str) -> Attempts:
        query = select(signin_attempts).where(signin_attempts.c.name_digest == name_digest)
        row = self._db.execute(query).one_or_none()
        return Attempts() if row is None else Attempts(row.failures, row.last_at)

    def set_attempts(self, name_digest: str, attempts: Attempts) -> None:
        table = signin_attempts
        if attempts.last_at is None:
            self._db.execute(delete(table).where(table.c.name_digest == name_digest))
            return
        row = {"name_digest": name_digest, "failures": attempts.failures, "last_at": attempts.last_at}
        self._db.execute(insert_or_replace(self._db, table, row))

    def forget_attempts(self, before: datetime) -> None:
        self._db.execute(delete(signin_attempts).where(signin_attempts.c.last_at < before))

    def note(self, operator_id: int, act: str, at: datetime, by_id: int | None, reason: str) -> int:
        values = {"operator_id": operator_id, "act": act, "at": at, "by_id": by_id, "reason": reason}
        query = insert(operator_acts).values(values).returning(operator_acts.c.id)
        return int(self._db.execute(query).scalar_one())


def _access(row: Record) -> Access:
    return Access(
        operator_id=row.operator_id,
        active=row.active,
        password=row.password,
        must_change=row.must_change,
        expires_at=row.expires_at,
        code_key=row.code_key,
        code_step=row.code_step,
        account=row.account,
    )
