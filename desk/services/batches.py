"""Batched reports at the desk: which cases may go along, and what becomes of each of them.

One filing covers them all. Confirming takes every case in one transaction, and an end of the filing
ends it for every case: none is reported twice, and none is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from desk.domain.batch import after_batch, covered, left_out, left_to_report, remaining
from desk.domain.case import Case, CaseState, Claim
from desk.domain.content import Content, identity
from desk.domain.decision import Decision, DecisionKind
from desk.domain.draft import Draft, begin
from desk.domain.errors import ClaimLost, NotReady, StaleDraft
from desk.domain.filing import Filing
from desk.domain.likeness import Agreement
from desk.domain.roles import Operator
from desk.ports import CoveredCase, NearFile, UnitOfWork
from desk.services.auditing import note
from desk.services.likeness import standing

AGENCY = "ncmec"


@dataclass(frozen=True, slots=True)
class OtherCase:
    """Another case of a batch, as it stands."""

    case: Case
    account: str
    sha256: str
    """Of its file: the report's own, or of a near one that was said to be the same picture."""
    pieces: tuple[Content, ...]
    rest: tuple[Content, ...]
    agreement: Agreement | None = None
    """Whose word it rests on that its file is the same picture; None where the bytes are the same."""

    def __repr__(self) -> str:  # people stay out of tracebacks
        return f"OtherCase(number={self.case.number})"

    def left_out(self) -> tuple[str, ...]:
        """What a batch does not say of this case, in words."""
        whole = begin(self.case.number, self.case.revision, self.case.data)
        return left_out(whole, self.case.data, self.pieces[0].id)

    @property
    def identities(self) -> frozenset[str]:
        names = (identity(piece, self.account) for piece in self.pieces)
        return frozenset(name for name in names if name)


def is_open(case: Case, now: datetime) -> bool:
    woken = case.state is CaseState.SNOOZED and case.snoozed_until is not None and case.snoozed_until <= now
    return case.state is CaseState.OPEN or woken


def holder_of(case: Case, operator: Operator, now: datetime) -> str | None:
    claim = case.claim
    if claim is None or claim.until <= now or claim.operator_id == operator.id:
        return None
    return claim.operator_name


def other_case(case: Case, sha256: str) -> OtherCase | None:
    """The case as one of a batch about these bytes; None without an account or without such a file."""
    account = case.data.reported.id if case.data.reported else None
    pieces = covered(case.data, sha256)
    if not account or not pieces:
        return None
    return OtherCase(case, account, sha256, pieces, remaining(case.data, sha256))


def others_of(
    uow: UnitOfWork, operator: Operator, draft: Draft, case: Case, now: datetime
) -> tuple[OtherCase, ...]:
    """The other cases of a batched draft, by number.

    Raises NotReady, with a line for each case that can't go along and why.
    """
    if draft.batch is None:
        return ()
    sha256 = case.data.piece(draft.batch.content_id).sha256 or ""
    found: dict[int, OtherCase] = {}
    problems: list[tuple[str, str, str]] = []
    for index, member in enumerate(draft.batch.members):
        found_case = uow.cases.get(member.case_number)
        other = other_case(found_case, member.sha256 or sha256)
        agreed = standing(uow, sha256, member.sha256) if member.sha256 not in (None, sha256) else None
        holder = holder_of(found_case, operator, now)
        if other is None or other.account != member.account or member.case_number == case.number:
            words = "it no longer holds this file from this account. Take it out."
        elif agreed is None and other.sha256 != sha256:
            words = "nobody says that its file is the same picture. Compare the two, or take it out."
        elif not is_open(found_case, now):
            words = "it is not open any more. Take it out, or open it again first."
        elif holder is not None:
            words = f"{holder} is working on it. Ask them to release it, or take it out."
        else:
            found[member.case_number] = replace(other, agreement=agreed)
            continue
        path = f"batch.members[{index}]"
        problems.append((path, "not_open", f"Case {member.case_number} can't go along: {words}"))
    if problems:
        raise NotReady(
            "Some of the cases can't go into this batch now.",
            "Take them out of the batch in the report form.",
            problems=tuple(problems),
        )
    return tuple(found[number] for number in sorted(found))


def identities_of(draft: Draft, case: Case, others: Sequence[OtherCase]) -> frozenset[str]:
    """The identities of every piece of content that a batch reports, of all its cases."""
    if draft.batch is None:
        return frozenset()
    piece = case.data.piece(draft.batch.content_id)
    account = draft.reported.id if draft.reported else None
    own = {name for c in (piece, *covered(case.data, piece.sha256 or "")) if (name := identity(c, account))}
    return frozenset(own).union(*(other.identities for other in others))


def take(
    uow: UnitOfWork, operator: Operator, claim: Claim, others: Sequence[OtherCase], now: datetime
) -> None:
    """Hold every case of the batch in this transaction, the claimed one too.

    By number, so that two desks never wait for each other in a ring. Raises
    ClaimLost for the claimed case, NotReady or StaleDraft where another one was
    taken, decided or changed since it was shown.
    """
    shown = {other.case.number: other.case for other in others}
    for number in sorted({claim.case_id, *shown}):
        if number == claim.case_id:
            uow.cases.renew(claim, claim.until, now)
            continue
        try:
            uow.cases.claim(number, operator, claim.until, now)
        except ClaimLost as problem:
            raise NotReady(
                f"Case {number} can't go along: {problem.message}", "Read the report again."
            ) from None
        case = uow.cases.get(number)
        if not is_open(case, now):
            raise NotReady(f"Case {number} is not open any more.", "Read the report again.")
        if case.revision != shown[number].revision:
            raise StaleDraft(
                f"The platform added to case {number} since it was shown.", "Read the report again."
            )
    for agreement in agreements_of(others):
        if uow.batches.agreement(agreement.id).withdrawn_at is not None:
            raise StaleDraft(
                "It is said no more that two of the files are the same picture.",
                "Go back to the report form and look at its accounts again.",
            )


def agreements_of(others: Iterable[OtherCase]) -> tuple[Agreement, ...]:
    """What people said that a batch rests on, each once, in order."""
    found = {other.agreement.id: other.agreement for other in others if other.agreement is not None}
    return tuple(found[key] for key in sorted(found))


def report(
    uow: UnitOfWork, operator: Operator, filing: Filing, others: Sequence[OtherCase], now: datetime
) -> None:
    """Decide every other case of the batch as reported by this filing, and let go of it."""
    near = [NearFile(o.case.number, o.sha256, o.agreement.id) for o in others if o.agreement is not None]
    uow.batches.rest(filing.id, near)
    for other in others:
        case = uow.cases.get(other.case.number)
        policy = case.data.policies[0] if case.data.policies else None
        uow.cases.decide(Decision(case.number, case.revision, DecisionKind.REPORT, operator.id, now, policy))
        uow.cases.set_state(case.number, CaseState.REPORTING)
        if case.claim is not None:
            uow.cases.release(case.claim)
        note(
            uow,
            "filing.confirmed",
            now,
            operator,
            case_number=case.number,
            filing_id=filing.id,
            revision=case.revision,
            batch_of_case=filing.case_number,
        )


def covered_cases(others: Sequence[OtherCase]) -> tuple[CoveredCase, ...]:
    return tuple(CoveredCase(o.case.number, o.case.revision, o.account) for o in others)


# at an end -----------------------------------------------------------------------------


def filed(uow: UnitOfWork, filing: Filing, now: datetime) -> None:
    """Every case of a filed report is reported.

    One that the platform added to meanwhile, or that holds more to report than a
    batch can, waits for a person again.
    """
    reported = uow.filings.reported(filing.id)
    sha256 = filing.files[0].sha256 if reported.batched else None
    near = {file.case_number: file.sha256 for file in uow.batches.near_files(filing.id)} if sha256 else {}
    for number, revision in sorted(reported.revisions.items()):
        grown = uow.cases.latest_revision(number) != revision
        left = sha256 is not None and _keep_rest(
            uow, filing, uow.cases.get(number), near.get(number, sha256), now
        )
        uow.cases.set_state(number, CaseState.OPEN if grown or left else CaseState.REPORTED)
        if not left:
            uow.drafts.discard(number)
        if number != filing.case_number:
            _note_end(uow, filing, number, now, reopened=grown or left)


def _keep_rest(uow: UnitOfWork, filing: Filing, case: Case, sha256: str, now: datetime) -> bool:
    """Whether there is more to report of a case in a batch; a draft of it is kept without what was filed."""
    saved = uow.drafts.get(case.number)
    if saved is None:
        return bool(remaining(case.data, sha256))
    if not left_to_report(saved.draft, case.data, sha256):
        return False
    uow.drafts.save(after_batch(saved.draft, case.data, sha256), saved.version, now, filing.confirmed_by)
    return True


def freed(uow: UnitOfWork, filing: Filing, now: datetime) -> None:
    """Every case of a withdrawn or refused report is open again."""
    others = {other.case_number for other in uow.filings.covered(filing.id)}
    for number in sorted({filing.case_number, *others}):
        if number == filing.case_number:
            uow.cases.set_state(number, CaseState.OPEN)
        elif uow.cases.get(number).state is CaseState.REPORTING:
            uow.cases.set_state(number, CaseState.OPEN)
            _note_end(uow, filing, number, now, reopened=True)


def _note_end(uow: UnitOfWork, filing: Filing, number: int, now: datetime, *, reopened: bool) -> None:
    note(
        uow,
        f"filing.{filing.state.value}",
        now,
        None,
        case_number=number,
        filing_id=filing.id,
        report_id=filing.report_id,
        batch_of_case=filing.case_number,
        reopened=reopened,
    )
