"""The outbox: what people see and ask of filings, and the door to driving them.

Sending itself is desk.services.sending, run side by side by desk.services.lanes. Before a
call its intent is committed, after it the answer, with the exact bytes; killed at any
point, the next run goes on as desk.domain.filing says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.domain.errors import ClaimLost
from desk.domain.filing import Filing, FilingState
from desk.domain.roles import Operator, Permission, require
from desk.ports import (
    Agency,
    Clock,
    Composer,
    FilingRow,
    JournalEntry,
    Leased,
    NewFiling,
    Receipt,
    Store,
    UnitOfWork,
    Vault,
)
from desk.services.auditing import note
from desk.services.changes import Change, Done, done
from desk.services.flow import Ended, Flow, Work, Write, follow
from desk.services.reach import Connection, Reach
from desk.services.schema import SchemaKeeper
from desk.services.sending import Sender
from desk.services.standing import Progress, Taken

__all__ = ["Connection", "FilingStory", "Outbox", "Progress", "Stepped"]

IN_FLIGHT = (
    FilingState.CONFIRMED,
    FilingState.OPENED,
    FilingState.UPLOADING,
    FilingState.HELD,
    FilingState.FINISHING,
    FilingState.RETRACTING,
)
ENDED = (FilingState.FILED, FilingState.WITHDRAWN, FilingState.REFUSED)


@dataclass(frozen=True, slots=True)
class Stepped:
    """What one step of the outbox did: the filing's new state, or when there is something to do next."""

    filing: Filing | None
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class FilingStory:
    """One filing with everything on record about it."""

    row: FilingRow
    confirmed: NewFiling
    journal: tuple[JournalEntry, ...]
    receipt: Receipt | None


class Outbox:
    def __init__(
        self,
        store: Store,
        vault: Vault,
        composer: Composer,
        agency: Callable[[], Agency],
        clock: Clock,
        owner: str,
        spread: Callable[[], float],
        schema: SchemaKeeper,
        keeper: Callable[[Filing | None], Callable[[], object] | None] = lambda _filing: None,
        at_hand: Callable[[], bool] = lambda: False,
    ) -> None:
        """``agency`` gives the client of the endpoint that is set, or raises UserError (no credentials);
        ``at_hand``: whether it does so without asking the keyring.

        ``owner`` names this process among the desks on one store; ``spread`` gives
        jitter in 0..1 for the waits between tries. ``keeper`` is asked after each run with the filing
        it drove, or None, and gives what is to be done then: the log's checkpoints are signed.
        """
        self._store = store
        self._clock = clock
        self._keeper = keeper
        self._reach = Reach()
        self._sender = Sender(
            store, vault, composer, agency, clock, spread, self._reach, schema, owner, at_hand
        )

    # for screens --------------------------------------------------------------

    def rows(
        self, operator: Operator, *, ended: bool = False, text: str = "", offset: int = 0
    ) -> list[FilingRow]:
        require(operator, Permission.SEE_OUTBOX)
        with self._store.read() as uow:
            return uow.filings.rows(ENDED if ended else IN_FLIGHT, text=text, offset=offset)

    def filed(self, operator: Operator, *, text: str = "", offset: int = 0) -> list[FilingRow]:
        """Reports that reached the agency, the newest first."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            return uow.filings.rows((FilingState.FILED,), text=text, offset=offset)

    def waiting(self) -> int:
        with self._store.read() as uow:
            return uow.filings.count(IN_FLIGHT)

    def story(self, operator: Operator, filing_id: int) -> FilingStory:
        """Everything on record about one filing. Raises UserError where there is none."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            filing = uow.filings.get(filing_id)
            confirmed = uow.filings.confirmed(filing_id)
            name = uow.people.get(filing.confirmed_by).name
            platform_id = uow.cases.get(filing.case_number).data.id
            row = FilingRow(filing, platform_id, confirmed.incident_type, name, confirmed.endpoint)
            return FilingStory(row, confirmed, uow.filings.journal(filing_id), uow.filings.receipt(filing_id))

    def progress(self, filing_id: int) -> Progress | None:
        return self._sender.progress(filing_id)

    def connection(self) -> Connection:
        """What is known of the way to the service."""
        return self._reach.connection

    # a person's wishes --------------------------------------------------------

    def take_back(self, operator: Operator, filing_id: int) -> Done[Filing]:
        """Withdraw the report for good. Raises UserError once /finish was or may have been sent."""
        return self._ask(operator, filing_id, "filing.take_back", take_back=True)

    def file_now(self, operator: Operator, filing_id: int) -> Done[Filing]:
        """End the hold now."""
        return self._ask(operator, filing_id, "filing.file_now", file_now=True)

    def try_now(self, operator: Operator, filing_id: int) -> Done[Filing]:
        """Do not wait for the next try, nor for the next look whether the service is there."""
        self._reach.try_now(self._clock.now())
        return self._ask(operator, filing_id, "filing.try_now", try_now=True)

    def _ask(
        self,
        operator: Operator,
        filing_id: int,
        act: str,
        *,
        take_back: bool = False,
        file_now: bool = False,
        try_now: bool = False,
    ) -> Done[Filing]:
        require(operator, Permission.TAKE_BACK)
        with self._store.write() as uow:
            filing = uow.filings.ask(filing_id, take_back=take_back, file_now=file_now, try_now=try_now)
            note(uow, act, self._clock.now(), operator, case_number=filing.case_number, filing_id=filing_id)
        return done(filing, Change.OUTBOX)

    def set_right(self) -> Done[tuple[Filing, ...]]:
        """After the computer's clock was far ahead: holds and tries count from now on.

        What would otherwise stand still until that clock's time comes. Nothing is written where all is right.
        """
        now = self._clock.now()
        with self._store.write() as uow:
            right = tuple(uow.filings.set_right(now))
            for filing in right:
                note(uow, "filing.clock", now, None, case_number=filing.case_number, filing_id=filing.id)
        return done(right, Change.OUTBOX) if right else Done(right, frozenset())

    # the steps ----------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When there is something to do next: a filing, or another look whether the service is there."""
        now = self._clock.now()
        with self._store.read() as uow:
            due = uow.filings.next_due(now)
        until = self._reach.blocked_until()
        if due is None or until is None:
            return due
        return max(now, min(due, until)) if due > now else max(due, until)

    def step(self) -> Stepped:
        """Do one thing: the moves up to one remote call, for the most urgent filing that is due."""
        return follow(self._store, self.flow(most=1, go_on=False))

    def run(
        self,
        *,
        stop: Callable[[], bool] = lambda: False,
        told: Callable[[Filing], None] = lambda _filing: None,
    ) -> Stepped:
        """Take the most urgent filing that is due and drive it until it waits or ends.

        ``told`` hears of the filing after each commit on the way but the last.
        """
        stepped = follow(self._store, self.flow(stop=stop, told=told, go_on=False))
        self._keep_up(stepped.filing)
        return stepped

    def flow(
        self,
        *,
        most: int | None = None,
        stop: Callable[[], bool] = lambda: False,
        told: Callable[[Filing], None] = lambda _filing: None,
        go_on: bool = True,
    ) -> Flow[Stepped]:
        """As ``run``, for whoever carries it out; ``most`` bounds the calls.

        With ``go_on`` ``told`` hears of the last commit as well, and one filing is driven after the other
        until none is due.
        """
        taken: Taken | None = None
        while True:
            if taken is None:
                if self._sender.probe_due():
                    yield Work(self._sender.probe)
                taken = yield Write(self._sender.take, takes=True)
            if taken is None:
                if go_on:
                    yield from self._kept_up(None)
                return Stepped(None, self.next_due())
            held = taken.leased
            try:
                filing, taken = yield from self._sender.drive(
                    taken, most=most, stop=stop, told=told, go_on=go_on
                )
                if not go_on:
                    return Stepped(filing, None)
                held = taken.leased if taken is not None else held
                told(filing)
                yield from self._kept_up(filing)
            except ClaimLost:
                yield self._give_back(held)
                return Stepped(None, self.next_due())
            except (Exception, KeyboardInterrupt):  # all but a flow that is left: nobody could carry it out
                yield self._give_back(held)
                raise
            if taken is None and stop():
                return Stepped(filing, None)

    def _keep_up(self, filing: Filing | None) -> None:
        then = self._keeper(filing)
        if then is not None:
            then()

    def _kept_up(self, filing: Filing | None) -> Flow[None]:
        then = self._keeper(filing)
        if then is not None:
            yield Work(then)

    @staticmethod
    def _give_back(leased: Leased) -> Write:
        return Write(lambda uow: uow.filings.give_back(leased.filing.id, leased.fence))

    def together(self, bodies: Sequence[Callable[[UnitOfWork], Any]]) -> list[Ended]:
        """Do what several flows want to write; each of them stands or falls alone."""
        return [Ended(*ended) for ended in self._store.together(bodies)]

    def drain(self, *, stop: Callable[[], bool] = lambda: False) -> int:
        """Step until nothing is due now; returns the number of steps."""
        steps = 0
        while not stop():
            if self.step().filing is None:
                break
            steps += 1
        return steps
