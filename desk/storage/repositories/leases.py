"""The outbox's side of filings: leases with fencing, saves, and people's wishes.

A lease is a time and a fence. The fence grows at every take, so that an outbox which was asleep
past its lease can save nothing any more. A person's wishes (take back, file now) are kept whatever
the lease says, and no later save overwrites them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, or_, select, update

from desk.domain.errors import ClaimLost, UserError
from desk.domain.filing import CLOCK_OFF, FileState, Filing, FilingState, RetractFor, set_right
from desk.ports import Leased
from desk.storage.repositories.base import Repository, no_filing
from desk.storage.repositories.filing_rows import (
    AT_AN_END,
    FILING_COLUMNS,
    due_at,
    places,
    read_filing,
    read_filings,
)
from desk.storage.repositories.prepared import Prepared
from desk.storage.tables import filing_files, filings

_F, _P = filings.c, filing_files.c


@cache
def _save(columns: tuple[str, ...], *, known: bool = False) -> Prepared:
    """Of the columns that changed alone: the indexes on the others stay as they are.

    ``known``: only where the fence is the holder's, and no person has wished for anything since.
    """
    return Prepared(_ONE_KNOWN if known else _ONE, columns)


def _lost() -> ClaimLost:
    return ClaimLost("Another outbox has taken this filing over.")


_ONE = update(filings).where(_F.id == bindparam("b_id"))
_ONE_KNOWN = _ONE.where(
    _F.fence == bindparam("b_fence"),
    _F.take_back == bindparam("b_take_back"),
    _F.file_now == bindparam("b_file_now"),
    _F.retry_at.is_not_distinct_from(bindparam("b_retry_at", type_=_F.retry_at.type)),
    _F.awaiting == bindparam("b_awaiting"),
)
_GIVE_BACK = Prepared(
    update(filings).where(_F.id == bindparam("b_id"), _F.fence == bindparam("b_fence")),
    ("lease_owner", "lease_until"),
)
_TAKE = Prepared(_ONE, ("lease_owner", "lease_until", "fence"))
_SAVE_FILE = Prepared(
    update(filing_files).where(_P.filing_id == bindparam("b_filing"), _P.position == bindparam("b_position")),
    ("file_id", "detailed", "intent"),
)
_GET = Prepared(select(*FILING_COLUMNS).where(_F.id == bindparam("b_id")))
_DUE = Prepared(
    select(*FILING_COLUMNS, _F.fence)
    .where(
        _F.turn < AT_AN_END,
        _F.due_at <= bindparam("b_now"),
        or_(_F.lease_until.is_(None), _F.lease_until <= bindparam("b_now")),
    )
    .order_by(_F.turn, _F.confirmed_at, _F.id)
    .limit(1)
    .with_for_update(skip_locked=True, key_share=True)
)
_LOCK = Prepared(
    select(*FILING_COLUMNS, _F.fence).where(_F.id == bindparam("b_id")).with_for_update(key_share=True)
)
_ENDPOINT = Prepared(select(_F.endpoint).where(_F.id == bindparam("b_id")))
"""Made once: an outbox runs them at every step."""


class Leases(Repository):
    """Part of the Filings port."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._locked_here: dict[int, tuple[Filing, int]] = {}
        """Filings locked in this unit of work, as the tables have them, with their fence."""

    def take(self, owner: str, now: datetime, until: datetime) -> Leased | None:
        found = _DUE.one(self._db, {"b_now": now})
        if found is None:
            return None
        fence = found.fence + 1
        taken = {"b_id": found.id, "lease_owner": owner, "lease_until": until, "fence": fence}
        _TAKE.run(self._db, taken)
        filing = read_filing(self._db, found)
        self._locked_here[filing.id] = (filing, fence)
        return Leased(filing, fence)

    def renew(self, filing_id: int, fence: int, until: datetime) -> None:
        done = self._db.execute(
            update(filings).where(_F.id == filing_id, _F.fence == fence).values(lease_until=until)
        )
        if not done.rowcount:
            raise _lost()

    def give_back(self, filing_id: int, fence: int) -> None:
        none = {"b_id": filing_id, "b_fence": fence, "lease_owner": None, "lease_until": None}
        _GIVE_BACK.run(self._db, none)

    def held(self, filing_id: int, fence: int) -> Filing:
        filing, current = self._lock(filing_id)
        if current != fence:
            raise _lost()
        return filing

    def save(self, filing: Filing, fence: int, *, give_back: bool = False) -> Filing:
        """Also raises ClaimLost where the report would be finished though it was asked back meanwhile."""
        before = self.held(filing.id, fence)
        filing = _kept(before, filing)
        values = _changed(before, filing, give_back=give_back)
        _save(tuple(values)).run(self._db, values | {"b_id": filing.id})
        self._save_files(before, filing, fence)
        return filing

    def save_known(
        self, known: Filing, filing: Filing, fence: int, *, give_back: bool = False
    ) -> Filing | None:
        """As ``save`` raises."""
        if known.id in self._locked_here:
            return self.save(filing, fence, give_back=give_back)
        filing = _kept(known, filing)
        values = _changed(known, filing, give_back=give_back)
        as_known = {
            "b_id": known.id,
            "b_fence": fence,
            "b_take_back": known.take_back,
            "b_file_now": known.file_now,
            "b_retry_at": known.retry_at,
            "b_awaiting": known.awaiting,
        }
        if not _save(tuple(values), known=True).run(self._db, values | as_known):
            return None
        self._save_files(known, filing, fence)
        return filing

    def _save_files(self, before: Filing, filing: Filing, fence: int) -> None:
        for file, kept in zip(filing.files, before.files, strict=True):
            if file != kept:  # only those: a report may have thousands
                spot = {"b_filing": filing.id, "b_position": file.index}
                _SAVE_FILE.run(self._db, file_standing(file) | spot)
        self._locked_here[filing.id] = (filing, fence)

    def endpoint(self, filing_id: int) -> str:
        found = _ENDPOINT.one(self._db, {"b_id": filing_id})
        if found is None:
            raise no_filing()
        return str(found.endpoint)

    def ask(
        self, filing_id: int, *, take_back: bool = False, file_now: bool = False, try_now: bool = False
    ) -> Filing:
        filing, fence = self._lock(filing_id)
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
        self._locked_here[filing_id] = (asked, fence)
        return asked

    def set_right(self, now: datetime) -> list[Filing]:
        latest = now + CLOCK_OFF
        ahead = select(_F.id, _F.lease_until).where(
            _F.turn < AT_AN_END, or_(_F.due_at > now, _F.lease_until > latest)
        )
        done = []
        for number, until in self._db.execute(ahead.order_by(_F.id)).all():
            stale = until is not None and until > latest
            if until is not None and now < until and not stale:
                continue  # somebody drives it now
            filing, fence = self._lock(number)
            right = set_right(filing, now)
            if right == filing and not stale:
                continue
            values = _changed(filing, right, give_back=stale) | ({"fence": fence + 1} if stale else {})
            self._db.execute(update(filings).where(_F.id == number).values(**values))
            self._locked_here[number] = (right, fence + stale)
            done.append(right)
        return done

    def require_approval(self, filing_id: int) -> Filing:
        return self._await(filing_id, True)

    def approve(self, filing_id: int) -> Filing:
        return self._await(filing_id, False)

    def _await(self, filing_id: int, awaiting: bool) -> Filing:
        filing, fence = self._lock(filing_id)
        if filing.state.ended or filing.irrevocable:
            raise UserError("This report is at its end already.", "See it among the reports.")
        asked = replace(filing, awaiting=awaiting)
        self._db.execute(
            update(filings).where(_F.id == filing_id).values(awaiting=awaiting, due_at=due_at(asked))
        )
        self._locked_here[filing_id] = (asked, fence)
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
        row = _GET.one(self._db, {"b_id": filing_id})
        if row is None:
            raise no_filing()
        return read_filing(self._db, row)

    def _lock(self, filing_id: int) -> tuple[Filing, int]:
        """The filing and its fence, locked until the end of this unit of work: read once, then known."""
        known = self._locked_here.get(filing_id)
        if known is None:
            row = _LOCK.one(self._db, {"b_id": filing_id})
            if row is None:
                raise no_filing()
            known = self._locked_here[filing_id] = (read_filing(self._db, row), row.fence)
        return known


def _kept(before: Filing, filing: Filing) -> Filing:
    """As it is saved: with people's wishes. Raises ClaimLost where it would be finished against one."""
    if (
        filing.state is FilingState.FINISHING
        and before.state is not FilingState.FINISHING
        and (before.take_back or before.awaiting)
    ):
        raise ClaimLost("A person asked to take this report back, or is still to approve it.")
    take_back = filing.take_back or before.take_back
    file_now = filing.file_now or before.file_now
    wished = (take_back, file_now, before.awaiting)
    if filing.state.ended or wished == (filing.take_back, filing.file_now, filing.awaiting):
        return filing
    return replace(filing, take_back=take_back, file_now=file_now, awaiting=before.awaiting)


def _changed(before: Filing, filing: Filing, *, give_back: bool) -> dict[str, Any]:
    """The columns that are not what they were, and when it is due."""
    then = places(before)
    values = {name: value for name, value in places(filing).items() if value != then[name]}
    values["due_at"] = due_at(filing)
    if give_back:
        values |= {"lease_owner": None, "lease_until": None}
    return values


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
    if file_now and filing.awaiting:
        raise UserError("This report waits for a second person's approval.", "It goes on once they approve.")
    if file_now and going_back and filing.state is not FilingState.FINISHING:
        raise UserError("This report is being taken back.", "Confirm it again to file it.")
