"""The outbox's side of filings: leases with fencing, saves, and people's wishes.

A lease is a time and a fence. The fence grows at every take, so that an outbox which was asleep
past its lease can save nothing any more. A person's wishes (take back, file now) are kept whatever
the lease says, and no later save overwrites them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select, update

from desk.domain.errors import ClaimLost, UserError
from desk.domain.filing import FileState, Filing, FilingState, RetractFor
from desk.ports import Leased
from desk.storage.repositories.base import Record, Repository, no_filing
from desk.storage.repositories.filing_rows import AT_AN_END, FILING_COLUMNS, due_at, read_filings, standing
from desk.storage.tables import filing_files, filings

_F, _P = filings.c, filing_files.c


def _lost() -> ClaimLost:
    return ClaimLost("Another outbox has taken this filing over.")


class Leases(Repository):
    """Part of the Filings port."""

    def take(self, owner: str, now: datetime, until: datetime) -> Leased | None:
        found = self._db.execute(
            select(_F.id, _F.fence)
            .where(
                _F.turn < AT_AN_END,
                _F.due_at <= now,
                or_(_F.lease_until.is_(None), _F.lease_until <= now),
            )
            .order_by(_F.turn, _F.confirmed_at, _F.id)
            .limit(1)
            .with_for_update(skip_locked=True, key_share=True)
        ).one_or_none()
        if found is None:
            return None
        fence = found.fence + 1
        self._db.execute(
            update(filings).where(_F.id == found.id).values(lease_owner=owner, lease_until=until, fence=fence)
        )
        return Leased(self.get(found.id), fence)

    def renew(self, filing_id: int, fence: int, until: datetime) -> None:
        done = self._db.execute(
            update(filings).where(_F.id == filing_id, _F.fence == fence).values(lease_until=until)
        )
        if not done.rowcount:
            raise _lost()

    def give_back(self, filing_id: int, fence: int) -> None:
        self._db.execute(
            update(filings)
            .where(_F.id == filing_id, _F.fence == fence)
            .values(lease_owner=None, lease_until=None)
        )

    def save(self, filing: Filing, fence: int) -> None:
        """Also raises ClaimLost where the report would be finished though it was asked back meanwhile."""
        row = self._locked(filing.id)
        if row.fence != fence:
            raise _lost()
        if (
            filing.state is FilingState.FINISHING
            and row.state != FilingState.FINISHING.value
            and row.take_back
        ):
            raise ClaimLost("A person asked to take this report back.")
        if not filing.state.ended:
            filing = replace(
                filing,
                take_back=filing.take_back or row.take_back,
                file_now=filing.file_now or row.file_now,
            )
        self._db.execute(update(filings).where(_F.id == filing.id).values(standing(filing)))
        self._save_files(filing)

    def ask(
        self, filing_id: int, *, take_back: bool = False, file_now: bool = False, try_now: bool = False
    ) -> Filing:
        row = self._locked(filing_id)
        filing = read_filings(self._db, [row])[0]
        _allow(filing, take_back=take_back, file_now=file_now)
        asked = replace(
            filing,
            take_back=filing.take_back or take_back,
            file_now=filing.file_now or file_now,
            retry_at=None if try_now or take_back or file_now else filing.retry_at,
        )
        self._db.execute(
            update(filings)
            .where(_F.id == filing_id)
            .values(
                take_back=asked.take_back,
                file_now=asked.file_now,
                retry_at=asked.retry_at,
                due_at=due_at(asked),
            )
        )
        return asked

    def wake(self) -> None:
        waiting = select(*FILING_COLUMNS).where(_F.turn < AT_AN_END, _F.retry_at.is_not(None))
        rows = self._db.execute(waiting.order_by(_F.id).with_for_update(key_share=True)).all()
        for filing in read_filings(self._db, list(rows)):
            awake = replace(filing, retry_at=None)
            values = {"retry_at": None, "due_at": due_at(awake)}
            self._db.execute(update(filings).where(_F.id == filing.id).values(values))

    def next_due(self, now: datetime) -> datetime | None:
        """Never before ``now``. A leased filing counts from the end of its lease on."""
        leased = (_F.lease_until.is_not(None)) & (_F.lease_until > _F.due_at)
        at = case((leased, _F.lease_until), else_=_F.due_at)
        query = select(at.label("at")).where(_F.turn < AT_AN_END).order_by(at).limit(1)
        found: datetime | None = self._db.execute(query).scalar_one_or_none()
        return None if found is None else max(found, now)

    def get(self, filing_id: int) -> Filing:
        query = select(*FILING_COLUMNS).where(_F.id == filing_id)
        row = self._db.execute(query).one_or_none()
        if row is None:
            raise no_filing()
        return read_filings(self._db, [row])[0]

    def _locked(self, filing_id: int) -> Record:
        query = select(*FILING_COLUMNS, _F.fence).where(_F.id == filing_id).with_for_update(key_share=True)
        row = self._db.execute(query).one_or_none()
        if row is None:
            raise no_filing()
        return row

    def _save_files(self, filing: Filing) -> None:
        """Only the files that changed: a report may have thousands."""
        kept = {
            row.position: (row.file_id, row.detailed, row.intent)
            for row in self._db.execute(
                select(_P.position, _P.file_id, _P.detailed, _P.intent).where(_P.filing_id == filing.id)
            )
        }
        for file in filing.files:
            values = file_standing(file)
            if kept.get(file.index) == tuple(values.values()):
                continue
            self._db.execute(
                update(filing_files)
                .where(_P.filing_id == filing.id, _P.position == file.index)
                .values(values)
            )


def file_standing(file: FileState) -> dict[str, Any]:
    """The columns of a file that change."""
    return {
        "file_id": file.file_id,
        "detailed": file.detailed,
        "intent": None if file.intent is None else file.intent.value,
    }


def _allow(filing: Filing, *, take_back: bool, file_now: bool) -> None:
    if filing.state is FilingState.FILED:
        raise UserError("This report is filed; it can no longer be changed here.", "Tell the agency.")
    if filing.state.ended:
        raise UserError("This filing is at an end already.")
    if take_back and filing.state is FilingState.FINISHING:
        raise UserError("It is too late to take this report back: it is being finished.")
    going_back = filing.take_back or (
        filing.state is FilingState.RETRACTING and filing.retract_for is not RetractFor.REOPEN
    )
    if file_now and going_back and filing.state is not FilingState.FINISHING:
        raise UserError("This report is being taken back.", "Confirm it again to file it.")
