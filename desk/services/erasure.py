"""Erasure: a case's media made unreadable for good, by destroying the key they lie under.

A primitive: no screen and no command leads here. desk.services.preservation calls it once two people
have agreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desk.domain.case import Case, CaseState
from desk.domain.errors import NotAllowed, NotReady
from desk.domain.filing import FilingState
from desk.domain.preservation import Basis, check_destruction, preserve_until
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
            blobs = self.erase_in(uow, operator, number)
        gone = self.clear(blobs)
        return done(Erased(number, len(blobs), gone), Change.CASE, Change.QUEUE)

    def erase_in(
        self,
        uow: UnitOfWork,
        operator: Operator,
        number: int,
        basis: Basis = Basis.DUTY_OVER,
        reference: str = "",
    ) -> tuple[str, ...]:
        """Destroy the key within the caller's unit of work; what it opened, for ``clear`` afterwards.

        Raises as ``erase`` does; law enforcement's request ends the duty, never a legal hold.
        """
        case = uow.cases.get(number)
        # Touching the row first keeps a confirmation at another desk from coming in between.
        uow.cases.set_state(number, case.state, snoozed_until=case.snoozed_until)
        self.require_free(uow, uow.cases.get(number), basis, reference)
        blobs = uow.cases.blobs(number)
        uow.hashes.forget(number)
        uow.accounts.forget(number)
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
        return blobs

    def clear(self, blobs: tuple[str, ...]) -> bool:
        """Remove the files, and the key's last traces; False where the database was too busy for those."""
        for blob in blobs:
            self._vault.discard(blob)
        return self._store.scrub()

    def require_free(
        self, uow: UnitOfWork, case: Case, basis: Basis = Basis.DUTY_OVER, reference: str = ""
    ) -> None:
        """Raise NotReady, in words, while the case's media are needed or must be kept."""
        now = self._clock.now()
        duties: list[date] = []
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
            duties.append(preserve_until(receipt.at))
        duties += [one.preserve_until for one in uow.elsewhere.for_case(case.number) if one.preserve_until]
        check_destruction(basis, reference, duties, uow.preservation.orders(case.number), now.date())
        if case.state not in (CaseState.CLOSED, CaseState.REPORTED):
            raise NotReady("The case is still open.", "Decide it first: what may be evidence is not erased.")
