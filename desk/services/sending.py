"""Sending: drives one leased filing, call by call, until it has to wait or is at an end.

Between two calls there is one commit: it holds the outcome of the one and the
intent of the next. Killed at any point, the next run reads the filing's state
and its journal and goes on as desk.domain.filing says.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from desk.domain.audit import AuditEntry
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
    with_intent,
)
from desk.ports import Agency, Asking, Clock, Composer, Store, UnitOfWork, Vault
from desk.services.flow import Flow, Work, Write
from desk.services.keeping import Answered, Keeping
from desk.services.moves import Plan, Step, plan
from desk.services.preflight import CHANGED, Papers, Preflight, papers
from desk.services.reach import Reach
from desk.services.schema import SchemaKeeper
from desk.services.standing import Intended, Progress, Settled, Standing, Taken

LEASE = timedelta(minutes=2)
FEW_FILES = 20
"""Up to so many the papers are read while the filing is taken: it is a moment's work."""
SMALL = 256 * 1024
"""Bytes of all files of a filing up to which they are looked through at once."""


class Sender:
    """Drives filings. Several threads may use one sender, each with a lease of its own."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        composer: Composer,
        agency: Callable[[], Agency],
        clock: Clock,
        spread: Callable[[], float],
        reach: Reach,
        schema: SchemaKeeper,
        owner: str,
        at_hand: Callable[[], bool],
    ) -> None:
        """``at_hand``: whether ``agency`` gives its client at once."""
        self._store = store
        self._owner = owner
        self._vault = vault
        self._composer = composer
        self._agency = agency
        self._at_hand = at_hand
        self._clock = clock
        self._spread = spread
        self.reach = reach
        self._keeping = Keeping(composer, clock)
        self._preflight = Preflight(vault, composer, clock, schema)
        self._lock = threading.Lock()
        self._progress: dict[int, Progress] = {}

    def progress(self, filing_id: int) -> Progress | None:
        with self._lock:
            return self._progress.get(filing_id)

    def take(self, uow: UnitOfWork) -> Taken | None:
        """Lease the most urgent filing that has something to do."""
        now = self._clock.now()
        leased = uow.filings.take(self._owner, now, now + LEASE)
        if leased is None:
            return None
        quick = len(leased.filing.files) <= FEW_FILES and leased.filing.state is FilingState.CONFIRMED
        return Taken(leased, papers(uow, leased.filing) if quick else None)

    def drive(
        self,
        taken: Taken,
        *,
        most: int | None = None,
        stop: Callable[[], bool] = lambda: False,
        told: Callable[[Filing], None] = lambda _filing: None,
        go_on: bool = False,
    ) -> Flow[tuple[Filing, Taken | None]]:
        """Drive the filing; ``most`` bounds the calls, ``told`` hears of it after each commit but the last.

        Gives the lease back. With ``go_on`` the last commit takes the next filing, too. Raises ClaimLost.
        """
        try:
            return (yield from self._drive(taken, most=most, stop=stop, told=told, go_on=go_on))
        finally:
            self._keeping.forget(taken.leased.filing.case_number)

    def _drive(
        self,
        taken: Taken,
        *,
        most: int | None,
        stop: Callable[[], bool],
        told: Callable[[Filing], None],
        go_on: bool,
    ) -> Flow[tuple[Filing, Taken | None]]:
        leased = taken.leased
        filing_id, fence = leased.filing.id, leased.fence
        at = Standing(leased.filing, fence, confirmed=taken.papers)
        calls = 0
        act = plan(leased.filing, self._clock.now()).act
        if act.kind is ActKind.CALL and most != 0 and not stop():
            # Looked at before the first commit, which then holds the first intent already.
            if at.confirmed is None:
                at = replace(at, confirmed=(yield self._papers(leased.filing, act)))
            agency, trouble = yield self._look(leased.filing, act, at.confirmed)
            if trouble is not None:
                return (yield Write(partial(self._hinder, filing_id, fence, act, trouble))), None
            at = replace(at, agency=agency, fit=act.call is Call.SUBMIT)
        while True:
            may_call = (most is None or calls < most) and not stop()
            try:
                settled: Settled = yield Write(partial(self._settle, at, may_call, go_on and not stop()))
            except ClaimLost:
                raise
            except DeskError as problem:
                if at.agency is None or at.trouble is not None:
                    raise
                # Its document can't be made: the answer before it is settled alone, then it waits.
                trouble = Reply(OutcomeKind.TRY_AGAIN, self._clock.now(), description=problem.words())
                at = replace(at, trouble=trouble)
                continue
            filing, act, intended = settled.filing, settled.act, settled.intended
            if not settled.wants_call:
                return filing, settled.following
            told(filing)
            if intended is not None and at.agency is not None:
                calls += 1
                reply = yield self._call(at.agency, intended, fence)
                self._forget_progress(intended)
                if self.reach.note(reply, self._spread()):
                    yield Write(_wake)
                # Should another report have to be opened, all is looked at again.
                at = replace(at, known=filing, answered=Answered(act, reply, intended.journal_id), fit=False)
                continue
            trouble = at.trouble
            if trouble is None:
                confirmed = yield self._papers(filing, act)
                at = replace(at, known=filing, answered=None, confirmed=confirmed, fit=True)
                agency, trouble = yield self._look(filing, act, at.confirmed)
                at = replace(at, agency=agency)
            if trouble is not None:
                return (yield Write(partial(self._hinder, filing_id, fence, act, trouble))), None

    def _settle(self, at: Standing, may_call: bool, go_on: bool, uow: UnitOfWork) -> Settled:
        """In one commit: what the last answer made of the filing, and the intent of the next call."""
        known = at.known
        while True:
            coming = self._plan(known, at.answered)
            act = coming.act
            wants_call = act.kind is ActKind.CALL and may_call
            fit = at.fit or act.call is not Call.SUBMIT
            via = at.agency if wants_call and fit and at.trouble is None else None
            filing = with_intent(coming.filing, act) if via is not None else coming.filing
            saved = uow.filings.save_known(known, filing, at.fence, give_back=not wants_call)
            if saved is not None:
                filing = saved
                break
            # A person's wish came between; what it is decides anew. Or the lease is lost.
            known = uow.filings.held(known.id, at.fence)
        self._keep(uow, coming, at.answered)
        intended = following = None
        if via is not None:
            intended = self._intend(uow, filing, act, via, at.confirmed)
        elif go_on and not wants_call:
            following = self.take(uow)
        return Settled(filing, act, wants_call, intended, following)

    # before a call --------------------------------------------------------------

    def _plan(self, filing: Filing, answered: Answered | None) -> Plan:
        """What the answer that came, and then every move that needs no call, make of the filing."""
        if answered is None:
            return plan(filing, self._clock.now())
        reply = self._keeping.in_words(answered)
        after = apply(filing, answered.act, reply, spread=self._spread())
        return plan(after, self._clock.now(), Step(filing, after, answered.reply))

    def _keep(self, uow: UnitOfWork, coming: Plan, answered: Answered | None) -> None:
        """What belongs to the new state beside the filing itself, once that is saved."""
        if answered is not None and answered.journal_id is not None:
            uow.filings.settle(answered.journal_id, answered.reply)
        entries: list[AuditEntry] = []
        for before, after, reply in coming.steps:
            entries += self._keeping.keep(uow, before, after, reply)
        if answered is not None:
            self._keeping.refusal(uow, coming.filing, answered)
        uow.audit.append_all(entries)

    def _papers(self, filing: Filing, act: Act) -> Work:
        def read() -> Papers | None:
            if act.call is not Call.SUBMIT:
                return None
            with self._store.read() as uow:
                return papers(uow, filing)

        return Work(read, quick=act.call is not Call.SUBMIT or len(filing.files) <= FEW_FILES)

    def _look(self, filing: Filing, act: Act, confirmed: Papers | None) -> Work:
        """Quick where its files are few and small, and nothing has to be fetched."""
        few = len(filing.files) <= FEW_FILES and sum(file.size for file in filing.files) <= SMALL
        small = act.call is not Call.SUBMIT or few
        known = act.call is not Call.SUBMIT or (
            confirmed is not None and self._preflight.has_schema(confirmed.endpoint)
        )
        return Work(partial(self._ready, filing, act, confirmed), quick=small and known and self._at_hand())

    def _ready(
        self, filing: Filing, act: Act, confirmed: Papers | None
    ) -> tuple[Agency | None, Reply | None]:
        """The client for the call, or why it can't be made now. Nothing is locked meanwhile."""
        now = self._clock.now()
        until = self.reach.blocked_until()
        if until is not None:
            words = self.reach.connection.words or "The service can't be reached."
            return None, Reply(OutcomeKind.TRY_AGAIN, now, description=words)
        try:
            agency = self._agency()
            if confirmed is not None:
                endpoint = confirmed.endpoint
            else:
                with self._store.read() as uow:
                    endpoint = uow.filings.endpoint(filing.id)
            if endpoint != agency.endpoint:
                raise UserError("The filing was confirmed for another endpoint.", "Set that endpoint again.")
            if confirmed is not None and act.call is Call.SUBMIT:
                unfit = self._preflight.look(filing, agency, confirmed)
                if unfit is not None:
                    return None, unfit
        except DeskError as problem:
            # One filing that can't go on must not keep the others from going.
            return None, Reply(OutcomeKind.TRY_AGAIN, now, description=problem.words())
        return agency, None

    def _hinder(self, filing_id: int, fence: int, act: Act, reply: Reply, uow: UnitOfWork) -> Filing:
        """Nothing was sent: say why; the filing tries again later, or goes back to a person."""
        before = uow.filings.held(filing_id, fence)
        after = apply(before, act, reply, spread=self._spread())
        until = self.reach.blocked_until()
        if until is not None and after.retry_at is not None:
            # It is the way that is broken: this filing tried nothing in vain.
            after = replace(after, retry_at=until, tries=before.tries)
        uow.audit.append_all(self._keeping.keep(uow, before, after))
        self._keeping.refusal(uow, before, Answered(act, reply, None))
        return uow.filings.save(after, fence, give_back=True)

    def _intend(
        self,
        uow: UnitOfWork,
        filing: Filing,
        act: Act,
        agency: Agency,
        confirmed: Papers | None,
    ) -> Intended:
        if act.call is None:  # pragma: no cover - only calls come here
            raise UserError("There is nothing to send.")
        sent = self._document(uow, filing, act, agency, confirmed)
        journal_id = uow.filings.intend(
            filing, act.call, act.file_index, agency.endpoint, sent, self._clock.now()
        )
        stored = None
        if act.call is Call.UPLOAD:
            file = filing.files[act.file_index or 0]
            stored = uow.cases.media(filing.case_number, file.content_id)
        return Intended(act, filing, sent, journal_id, stored)

    def _document(
        self, uow: UnitOfWork, filing: Filing, act: Act, agency: Agency, confirmed: Papers | None
    ) -> bytes:
        """The exact bytes of the call's body; of an upload what identifies the file."""
        if act.call is Call.SUBMIT:
            return confirmed.report if confirmed else uow.filings.report_xml(filing.id)
        if act.call is Call.FILEINFO:
            file = filing.files[act.file_index or 0]
            template = (
                confirmed.templates[file.index]
                if confirmed
                else uow.filings.details_xml(filing.id, file.index)
            )
            return self._composer.details(template, filing.report_id or "", file.file_id or "")
        if act.call is Call.UPLOAD:
            file = filing.files[act.file_index or 0]
            described = {"id": filing.report_id, "sha256": file.sha256, "md5": file.md5, "size": file.size}
            return json.dumps(described, sort_keys=True).encode()
        return agency.form(filing.report_id or "")

    # the call -------------------------------------------------------------------

    def _call(self, agency: Agency, intended: Intended, fence: int) -> Work:
        report_id, call = intended.filing.report_id or "", intended.act.call
        if call is not Call.UPLOAD:
            asking = agency.asking(call or Call.RETRACT, report_id, intended.sent)
            return Work(asking.run, begin=asking.begin)
        asked = self._upload(agency, intended, fence)
        if asked is None:
            changed = Reply(OutcomeKind.REFUSED, self._clock.now(), description=CHANGED)
            return Work(lambda: changed, quick=True)
        return Work(asked.run, begin=asked.begin)

    def _upload(self, agency: Agency, intended: Intended, fence: int) -> Asking | None:
        filing = intended.filing
        file = filing.files[intended.act.file_index or 0]
        stored = intended.stored
        if stored is None or stored.sha256 != file.sha256:
            return None
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

        return agency.asking_upload(
            filing.report_id or "",
            file.name,
            file.size,
            self._vault.read(stored.wrapped_key, stored.blob),
            progress=progress,
            cancelled=lost.is_set,
        )

    def _forget_progress(self, intended: Intended) -> None:
        if intended.act.call is Call.UPLOAD:
            with self._lock:
                self._progress.pop(intended.filing.id, None)

    # the way back ---------------------------------------------------------------

    def probe_due(self) -> bool:
        return self.reach.probe_due(self._clock.now())

    def probe(self) -> bool:
        """Ask /status if it is time; True where the service has come back and the filings were woken."""
        if not self.reach.begin_probe(self._clock.now()):
            return False
        try:
            reply = self._agency().status()
        except DeskError as problem:
            reply = Reply(OutcomeKind.TRY_AGAIN, self._clock.now(), description=problem.words())
        except BaseException:
            self.reach.end_probe()
            raise
        back = self.reach.note(reply, self._spread())
        if back:
            self.wake_all()
        return back

    def wake_all(self) -> None:
        """The service is back: nothing waits for its own next try any more."""
        with self._store.write() as uow:
            _wake(uow)


def _wake(uow: UnitOfWork) -> None:
    uow.filings.wake()
