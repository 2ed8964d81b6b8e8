"""Other channels: reports that did not go out through this desk, recorded so that they count.

The content of such a report is held under the same unique key as the desk's own filings: it can't be
reported twice to the same body, whichever way either report went.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from desk.domain import codec
from desk.domain.case import Case, CaseState, Claim
from desk.domain.channels import NCMEC, channel
from desk.domain.content import identity
from desk.domain.decision import Decision, DecisionKind
from desk.domain.elsewhere import Correction, ElsewhereFiling, Stated, preservation_of, problems
from desk.domain.errors import NotReady, UserError
from desk.domain.filing import FilingState
from desk.domain.packet import Part
from desk.domain.roles import Operator, Permission, require
from desk.ports import Clock, Store, UnitOfWork
from desk.services.auditing import keyed, note
from desk.services.changes import Change, Done, done
from desk.services.queue import require_own

OPEN = frozenset({CaseState.OPEN, CaseState.SNOOZED, CaseState.ESCALATED})
SHA256_LENGTH = 64


@dataclass(frozen=True, slots=True)
class ElsewhereRow:
    """One record as a list shows it."""

    filing: ElsewhereFiling
    platform_id: str
    recorded_by: str
    corrected_by: tuple[str, ...]

    def __repr__(self) -> str:  # names stay out of tracebacks
        return f"ElsewhereRow(id={self.filing.id})"


@dataclass(frozen=True, slots=True)
class CaseRecords:
    """A case with what was filed of it elsewhere, and who may take more of it."""

    case: Case
    rows: tuple[ElsewhereRow, ...]
    filed_here: frozenset[str]
    """Ids of content that is on its way to NCMEC or filed there by this desk."""


class ChannelService:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def case(self, operator: Operator, number: int) -> CaseRecords:
        """What is known of reports of this case by other ways. Raises UserError where there is no case."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            case = uow.cases.get(number)
            names = _identities(case, tuple(piece.id for piece in case.data.content))
            held = uow.filings.holders(NCMEC, names.values())
            return CaseRecords(
                case,
                _rows(uow, uow.elsewhere.for_case(number)),
                frozenset(key for key, name in names.items() if name in held),
            )

    def rows(self, operator: Operator, *, offset: int = 0, limit: int = 200) -> tuple[ElsewhereRow, ...]:
        """Every record, the newest first."""
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            return _rows(uow, uow.elsewhere.rows(offset=offset, limit=limit))

    def count(self, operator: Operator) -> int:
        require(operator, Permission.SEE_REPORTS)
        with self._store.read() as uow:
            return uow.elsewhere.count()

    def record(
        self, operator: Operator, number: int, stated: Stated, claim: Claim | None = None
    ) -> Done[ElsewhereFiling]:
        """Record a report that was made elsewhere or by hand.

        Where it settles the case, the claim is needed and given up, and the case counts as reported.
        Raises NotReady with the problems, AlreadyReported, ClaimLost, UserError, NotAllowed.
        """
        require(operator, Permission.DECIDE)
        now = self._clock.now()
        found = problems(stated, now)
        if found:
            listed = tuple((key, "elsewhere", words) for key, words in found)
            raise NotReady("This can't be recorded yet.", found[0][1], listed)
        if stated.settles:
            if claim is None or claim.case_id != number:
                raise UserError("Only who works on the case can close it.", "Claim the case first.")
            require_own(operator, claim)
        with self._store.write() as uow:
            if stated.settles and claim is not None:
                uow.cases.renew(claim, claim.until, now)
            case = uow.cases.get(number)
            if stated.settles and case.state not in OPEN:
                raise UserError("This case is decided already.", "Record it without closing the case.")
            names = _identities(case, stated.content_ids)
            account = case.data.reported.id if case.data.reported else None
            made = uow.elsewhere.add(number, case.revision, stated, account, names.values(), now, operator.id)
            uow.cases.decide(
                Decision(number, case.revision, DecisionKind.ELSEWHERE, operator.id, now, note=_told(stated))
            )
            if stated.settles and claim is not None:
                uow.cases.set_state(number, CaseState.REPORTED)
                uow.cases.release(claim)
            note(
                uow,
                "elsewhere.recorded",
                now,
                operator,
                case_number=number,
                record=made.id,
                body=stated.body,
                revision=case.revision,
                content=len(stated.content_ids),
                identities=len(names),
                settles=stated.settles,
                stated=keyed(uow, number, _digest(stated)),
            )
        return done(made, Change.CASE, Change.QUEUE, Change.REPORTS)

    def correct(
        self,
        operator: Operator,
        elsewhere_id: int,
        reason: str,
        *,
        reference: str | None = None,
        filed_at: datetime | None = None,
        filed_by: str | None = None,
    ) -> Done[ElsewhereFiling]:
        """Say what is right instead; what was said first stays. Raises UserError, NotReady, NotAllowed."""
        now = self._clock.now()
        correction = Correction(now, operator.id, reason.strip(), False, reference, filed_at, filed_by)
        return self._correct(operator, elsewhere_id, correction)

    def withdraw(self, operator: Operator, elsewhere_id: int, reason: str) -> Done[ElsewhereFiling]:
        """It was recorded by mistake: it no longer counts, and a case closed by it is open again."""
        now = self._clock.now()
        return self._correct(operator, elsewhere_id, Correction(now, operator.id, reason.strip(), True))

    def _correct(
        self, operator: Operator, elsewhere_id: int, correction: Correction
    ) -> Done[ElsewhereFiling]:
        require(operator, Permission.CORRECT)
        if not correction.reason:
            raise UserError("A correction needs a reason.", "Say in a sentence what was wrong.")
        with self._store.write() as uow:
            before = uow.elsewhere.get(elsewhere_id)
            if before.withdrawn:
                raise UserError("This record was withdrawn already.", "Record the report anew.")
            after = replace(before, corrections=(*before.corrections, correction))
            if not correction.withdrawn:
                if after.stated == before.stated:
                    raise UserError("Nothing in it is different.", "Change what was wrong.")
                found = problems(after.stated, correction.at)
                if found:
                    listed = tuple((key, "elsewhere", words) for key, words in found)
                    raise NotReady("This can't be recorded yet.", found[0][1], listed)
            kept = None if correction.withdrawn else preservation_of(after.stated)
            uow.elsewhere.correct(elsewhere_id, correction, kept)
            if correction.withdrawn:
                _reopen(uow, before)
            note(
                uow,
                "elsewhere.withdrawn" if correction.withdrawn else "elsewhere.corrected",
                correction.at,
                operator,
                case_number=before.case_number,
                record=elsewhere_id,
                body=before.first.body,
                stated=keyed(uow, before.case_number, _digest(after.stated)),
            )
            found_after = uow.elsewhere.get(elsewhere_id)
        return done(found_after, Change.CASE, Change.QUEUE, Change.REPORTS)

    def packet_saved(
        self,
        operator: Operator,
        number: int,
        parts: frozenset[Part],
        sha256: str,
        *,
        body: str = "",
        pages: int = 0,
    ) -> Done[None]:
        """Put on record that a packet left the desk: which parts, and the file's digest."""
        require(operator, Permission.DECIDE)
        if len(sha256) != SHA256_LENGTH:
            raise ValueError("not a SHA-256")
        if body:
            channel(body)
        with self._store.write() as uow:
            case = uow.cases.get(number)
            note(
                uow,
                "packet.saved",
                self._clock.now(),
                operator,
                case_number=number,
                revision=case.revision,
                body=body,
                parts=" ".join(sorted(part.value for part in parts)),
                pages=pages,
                packet=keyed(uow, number, sha256),
            )
        return done(None)


def _identities(case: Case, content_ids: tuple[str, ...]) -> dict[str, str]:
    """By content id; content that nothing identifies is left out. Raises UserError for an unknown id."""
    account = case.data.reported.id if case.data.reported else None
    found = {}
    for content_id in content_ids:
        try:
            name = identity(case.data.piece(content_id), account)
        except KeyError:
            raise UserError("The case has no such content.", "Read the case again.") from None
        if name:
            found[content_id] = name
    return found


def _reopen(uow: UnitOfWork, withdrawn: ElsewhereFiling) -> None:
    """The case is open again, unless something else still settles it."""
    number = withdrawn.case_number
    if not withdrawn.first.settles or uow.cases.get(number).state is not CaseState.REPORTED:
        return
    others = (one for one in uow.elsewhere.for_case(number) if one.id != withdrawn.id)
    if any(one.first.settles and not one.withdrawn for one in others):
        return
    if any(filing.state is FilingState.FILED for filing in uow.filings.for_case(number)):
        return
    uow.cases.set_state(number, CaseState.OPEN)


def _told(stated: Stated) -> str:
    name = channel(stated.body).name
    return f"{name}, {stated.reference}" if stated.reference else name


def _digest(stated: Stated) -> str:
    return hashlib.sha256(codec.canonical(stated)).hexdigest()


def _rows(uow: UnitOfWork, filings: tuple[ElsewhereFiling, ...]) -> tuple[ElsewhereRow, ...]:
    names = {person.id: person.name for person in uow.people.all()}
    ids = uow.cases.platform_ids(filing.case_number for filing in filings)
    return tuple(
        ElsewhereRow(
            filing,
            ids[filing.case_number],
            names.get(filing.recorded_by, ""),
            tuple(names.get(one.operator_id, "") for one in filing.corrections),
        )
        for filing in filings
    )
