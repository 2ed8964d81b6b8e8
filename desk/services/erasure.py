"""Erasure: a case's media made unreadable for good, by destroying the key they lie under.

A primitive: no screen and no command leads here. Whoever calls it has asked two people.
"""

from __future__ import annotations

from dataclasses import dataclass

from desk.domain.case import Case, CaseState
from desk.domain.errors import NotAllowed, NotReady
from desk.domain.filing import FilingState
from desk.domain.preservation import preserve_until
from desk.domain.roles import Operator, Role
from desk.ports import Clock, Store, UnitOfWork, Vault
from desk.services.auditing import note
from desk.services.changes import Change, Done, done


@dataclass(frozen=True, slots=True)
class Erased:
    """``files`` removed from the vault; ``traces_gone`` False where the database was too busy to let go of
    the old key's last traces: call again, it goes on from there."""

    case_number: int
    files: int
    traces_gone: bool


class ErasureService:
    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def erase(self, operator: Operator, number: int) -> Done[Erased]:
        """Destroy the case's key, its hashes, and its media in the vault; the record of the case stays.

        May be called again after a crash. Raises NotReady, in words, while a report is on its way, while a
        filed report must be preserved (18 U.S.C. 2258A(h)), or while the case is open; NotAllowed.
        """
        if Role.SUPERVISOR not in operator.roles:
            raise NotAllowed("This act needs the role supervisor.", "Ask a supervisor of this desk.")
        with self._store.write() as uow:
            case = uow.cases.get(number)
            # Touching the row first keeps a confirmation at another desk from coming in between.
            uow.cases.set_state(number, case.state, snoozed_until=case.snoozed_until)
            case = uow.cases.get(number)
            self._require_free(uow, case)
            blobs = uow.cases.blobs(number)
            uow.hashes.forget(number)
            if uow.cases.forget_key(number):
                note(
                    uow,
                    "case.erased",
                    self._clock.now(),
                    operator,
                    case_number=number,
                    revision=case.revision,
                    files=len(blobs),
                )
        for blob in blobs:
            self._vault.discard(blob)
        gone = self._store.scrub()
        return done(Erased(number, len(blobs), gone), Change.CASE, Change.QUEUE)

    def _require_free(self, uow: UnitOfWork, case: Case) -> None:
        now = self._clock.now()
        if case.claim is not None and case.claim.until > now:
            raise NotReady("Somebody is working on this case.", "Release it first.")
        for filing in uow.filings.for_case(case.number):
            if not filing.state.ended:
                raise NotReady(
                    "A report of this case is on its way: its media are needed.",
                    "Wait until it is filed, or take it back.",
                )
            if filing.state is not FilingState.FILED:
                continue
            receipt = uow.filings.receipt(filing.id)
            if receipt is None:
                raise NotReady(
                    "The receipt of a filed report is missing, so nobody can say how long it must be kept."
                )
            until = preserve_until(receipt.at)
            if now.date() <= until:
                raise NotReady(
                    f"A filed report of this case must be preserved until {until.isoformat()}.",
                    "18 U.S.C. 2258A(h) asks for one year; erase it after that day.",
                )
        if case.state not in (CaseState.CLOSED, CaseState.REPORTED):
            raise NotReady("The case is still open.", "Decide it first: what may be evidence is not erased.")
