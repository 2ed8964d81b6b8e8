"""The outbox: steps every filing from confirmation to its end, one remote call, one commit.

Before a call its intent is committed, after it the answer, with the exact bytes.
Killed at any point, the next run reads the journal and the filing's state and
goes on as desk.domain.filing says.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.domain.case import CaseState
from desk.domain.errors import ClaimLost, DeskError, UserError
from desk.domain.filing import (
    Act,
    ActKind,
    Call,
    Filing,
    FilingState,
    OutcomeKind,
    Reply,
    apply,
    next_act,
    with_intent,
)
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

LEASE = timedelta(minutes=2)
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
class Progress:
    """How far the upload of one file is. Bytes."""

    filing_id: int
    file_index: int
    sent: int
    size: int


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
    ) -> None:
        """``agency`` gives the client of the endpoint that is set, or raises UserError (no credentials).

        ``owner`` names this process among the desks on one store; ``spread`` gives
        jitter in 0..1 for the waits between tries.
        """
        self._store = store
        self._vault = vault
        self._composer = composer
        self._agency = agency
        self._clock = clock
        self._owner = owner
        self._spread = spread
        self._lock = threading.Lock()
        self._progress: dict[int, Progress] = {}

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
        with self._lock:
            return self._progress.get(filing_id)

    # a person's wishes --------------------------------------------------------

    def take_back(self, operator: Operator, filing_id: int) -> Done[Filing]:
        """Withdraw the report for good. Raises UserError once /finish was or may have been sent."""
        return self._ask(operator, filing_id, "filing.take_back", take_back=True)

    def file_now(self, operator: Operator, filing_id: int) -> Done[Filing]:
        """End the hold now."""
        return self._ask(operator, filing_id, "filing.file_now", file_now=True)

    def try_now(self, operator: Operator, filing_id: int) -> Done[Filing]:
        """Do not wait for the next try."""
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

    # the steps ----------------------------------------------------------------

    def next_due(self) -> datetime | None:
        with self._store.read() as uow:
            return uow.filings.next_due(self._clock.now())

    def step(self) -> Stepped:
        """Do one thing: one move or one remote call, for the most urgent filing that is due."""
        now = self._clock.now()
        with self._store.write() as uow:
            leased = uow.filings.take(self._owner, now, now + LEASE)
        if leased is None:
            return Stepped(None, self.next_due())
        try:
            filing = self._advance(leased)
        except ClaimLost:
            return Stepped(None, self.next_due())
        finally:
            with self._store.write() as uow:
                uow.filings.give_back(leased.filing.id, leased.fence)
        return Stepped(filing, None)

    def drain(self, *, stop: Callable[[], bool] = lambda: False) -> int:
        """Step until nothing is due now; returns the number of steps."""
        steps = 0
        while not stop():
            if self.step().filing is None:
                break
            steps += 1
        return steps

    def _advance(self, leased: Leased) -> Filing:
        filing_id, fence = leased.filing.id, leased.fence
        with self._store.write() as uow:
            filing = uow.filings.get(filing_id)
            act = next_act(filing, self._clock.now())
            if act.kind is ActKind.MOVE and act.filing is not None:
                self._keep(uow, filing, act.filing, fence)
                return act.filing
            if act.kind is not ActKind.CALL or act.call is None:
                uow.filings.save(filing, fence)
                return filing
        try:
            agency = self._agency()
            filing, sent, journal_id = self._intend(filing_id, fence, act, agency.endpoint)
        except ClaimLost:
            raise
        except DeskError as problem:
            # One filing that can't go on must not keep the others from going.
            return self._blocked(filing_id, fence, act, problem)
        reply = self._call(agency, filing, act, sent, fence)
        with self._store.write() as uow:
            before = uow.filings.get(filing_id)
            after = apply(before, act, reply, spread=self._spread())
            uow.filings.settle(journal_id, reply)
            self._keep(uow, before, after, fence, reply)
        return after

    def _blocked(self, filing_id: int, fence: int, act: Act, problem: DeskError) -> Filing:
        """Nothing could be sent (no credentials, locked keyring, another endpoint): say so, try later."""
        reply = Reply(OutcomeKind.TRY_AGAIN, self._clock.now(), description=problem.words())
        with self._store.write() as uow:
            before = uow.filings.get(filing_id)
            after = apply(before, act, reply, spread=self._spread())
            uow.filings.save(after, fence)
        return after

    def _intend(self, filing_id: int, fence: int, act: Act, endpoint: str) -> tuple[Filing, bytes, int]:
        if act.call is None:  # pragma: no cover - only calls come here
            raise UserError("There is nothing to send.")
        with self._store.write() as uow:
            before = uow.filings.get(filing_id)
            confirmed = uow.filings.confirmed(filing_id)
            if confirmed.endpoint != endpoint:
                raise UserError("The filing was confirmed for another endpoint.", "Set that endpoint again.")
            filing = with_intent(before, act)
            sent = self._document(uow, filing, act)
            uow.filings.save(filing, fence)
            journal_id = uow.filings.intend(
                filing, act.call, act.file_index, endpoint, sent, self._clock.now()
            )
        return filing, sent, journal_id

    def _document(self, uow: UnitOfWork, filing: Filing, act: Act) -> bytes:
        """The exact bytes of the call's document; for uploads what identifies the file."""
        if act.call is Call.SUBMIT:
            return uow.filings.report_xml(filing.id)
        if act.call is Call.FILEINFO:
            file = filing.files[act.file_index or 0]
            template = uow.filings.details_xml(filing.id, file.index)
            return self._composer.details(template, filing.report_id or "", file.file_id or "")
        if act.call is Call.UPLOAD:
            file = filing.files[act.file_index or 0]
            described = {"id": filing.report_id, "sha256": file.sha256, "md5": file.md5, "size": file.size}
            return json.dumps(described, sort_keys=True).encode()
        return json.dumps({"id": filing.report_id}).encode()

    def _call(self, agency: Agency, filing: Filing, act: Act, sent: bytes, fence: int) -> Reply:
        report_id = filing.report_id or ""
        match act.call:
            case Call.SUBMIT:
                return agency.submit(sent)
            case Call.UPLOAD:
                return self._upload(agency, filing, act, fence)
            case Call.FILEINFO:
                return agency.fileinfo(sent)
            case Call.FINISH:
                return agency.finish(report_id)
            case _:
                return agency.retract(report_id)

    def _upload(self, agency: Agency, filing: Filing, act: Act, fence: int) -> Reply:
        file = filing.files[act.file_index or 0]
        with self._store.read() as uow:
            stored = uow.cases.media(filing.case_number, file.content_id)
        if stored is None or stored.sha256 != file.sha256:
            return self._changed()
        lost = threading.Event()
        renewed = [self._clock.now()]

        def progress(count: int) -> None:
            with self._lock:
                self._progress[filing.id] = Progress(filing.id, file.index, count, file.size)
            now = self._clock.now()
            if now - renewed[0] > LEASE / 4:
                renewed[0] = now
                try:
                    with self._store.write() as uow:
                        uow.filings.renew(filing.id, fence, now + LEASE)
                except ClaimLost:
                    lost.set()

        try:
            return agency.upload(
                filing.report_id or "",
                file.name,
                file.size,
                self._chunks(stored.wrapped_key, stored.blob),
                progress=progress,
                cancelled=lost.is_set,
            )
        finally:
            with self._lock:
                self._progress.pop(filing.id, None)

    def _chunks(self, wrapped_key: bytes, blob: str) -> Iterator[bytes]:
        return self._vault.read(wrapped_key, blob)

    def _changed(self) -> Reply:
        return Reply(
            OutcomeKind.REFUSED,
            self._clock.now(),
            description="A file is missing or is no longer the one that was confirmed. Nothing was filed.",
        )

    def _keep(
        self, uow: UnitOfWork, before: Filing, after: Filing, fence: int, reply: Reply | None = None
    ) -> None:
        """Save the new state, its audit entry and all that an end entails, in the caller's transaction."""
        uow.filings.save(after, fence)
        if after.state is before.state and after.state is not FilingState.UPLOADING:
            return
        now = self._clock.now()
        note(
            uow,
            f"filing.{after.state.value}",
            now,
            None,
            case_number=after.case_number,
            filing_id=after.id,
            report_id=after.report_id,
            request_id=reply.request_id if reply else None,
            code=reply.code if reply else None,
            files_done=after.uploaded(),
            received_sha256=hashlib.sha256(reply.body).hexdigest() if reply and reply.body else None,
        )
        if after.state is FilingState.FILED and reply is not None:
            uow.filings.add_receipt(
                Receipt(after.id, after.report_id or "", reply.at, reply.request_id, reply.body)
            )
            # What the platform added meanwhile is not in this report: the case waits for a person again.
            grown = uow.cases.get(after.case_number).revision != uow.filings.confirmed(after.id).revision
            uow.cases.set_state(after.case_number, CaseState.OPEN if grown else CaseState.REPORTED)
            uow.drafts.discard(after.case_number)
        elif after.state in (FilingState.WITHDRAWN, FilingState.REFUSED):
            uow.filings.free(after.id)
            uow.cases.set_state(after.case_number, CaseState.OPEN)
