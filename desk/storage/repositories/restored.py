"""Filings that stand still because the workspace was restored from a backup."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update

from desk.storage.repositories.base import Repository
from desk.storage.tables import filings

OWNER = "restored"
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
_ENDED = 2  # the outbox's turn of what is at an end
_F = filings.c


class SqlRestored(Repository):
    """The Restored port: a lease that no outbox holds and that no outbox can take over."""

    def stop(self) -> tuple[int, ...]:
        self._db.execute(
            update(filings)
            .where(_F.turn < _ENDED)
            .values(lease_owner=OWNER, lease_until=_FOREVER, fence=_F.fence + 1)
        )
        return self.stopped()

    def stopped(self) -> tuple[int, ...]:
        query = select(_F.id).where(_F.lease_owner == OWNER, _F.turn < _ENDED).order_by(_F.id)
        return tuple(self._db.execute(query).scalars())

    def go_on(self) -> int:
        done = self._db.execute(
            update(filings)
            .where(_F.lease_owner == OWNER)
            .values(lease_owner=None, lease_until=None, fence=_F.fence + 1)
        )
        return int(done.rowcount)
