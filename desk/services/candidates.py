"""Who else posted a file: identical ones, and near ones of which a person may say that they are the same.

A file that spreads is posted by any number of accounts, so all of this goes a page of cases at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.domain.case import Case
from desk.domain.content import Content
from desk.domain.draft import BatchMember
from desk.domain.hashing import PDQ
from desk.domain.likeness import Agreement
from desk.domain.roles import Operator
from desk.ports import UnitOfWork
from desk.services.batches import AGENCY, OtherCase, holder_of, is_open, other_case
from desk.services.likeness import looked_at, standing

PAGE = 200
"""Cases read at a time."""
NEAR_FILES = 40
"""Near files that are offered, the nearest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another open case that could go into a batch, with what would be lost of it, in words."""

    case_number: int
    account: str
    occurred_at: datetime
    urgent: bool
    holder: str | None
    """Who else works on it now; then it can't go along."""
    left_out: tuple[str, ...]
    rest: int
    """Further pieces of it that would still have to be reported; it opens again for them."""
    near: str | None = None
    """The SHA-256 of its file where that is not the report's own, but said to be the same picture."""

    def __repr__(self) -> str:  # people stay out of tracebacks
        return f"Candidate(case_number={self.case_number})"

    @property
    def member(self) -> BatchMember:
        return BatchMember(self.case_number, self.account, self.near)


@dataclass(frozen=True, slots=True)
class NearFile:
    """Another file that a hash calls near, in open cases of other accounts.

    ``content_id`` is it in the first of the ``cases``. ``own_share`` and ``near_share``: how much of the
    case's file and of this one the person who asks has viewed; None where they never looked.
    """

    sha256: str
    distance: int
    content_id: str
    kind: str
    cases: tuple[Candidate, ...]
    next: int | None
    agreement: Agreement | None
    own_share: float | None
    near_share: float | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """One file of a case, and the cases of other accounts that posted the same bytes.

    ``next``: ask on from this case number where there are more than one page of them.
    """

    content_id: str
    cases: tuple[Candidate, ...]
    next: int | None = None
    near: tuple[NearFile, ...] = ()


FILES = 20
"""Files of a case whose spread is counted."""
CASES = 100
"""Cases counted for each of them."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where else the files of a case are: numbers of cases with the same bytes, and with near ones.

    ``batch``: whether some of them could be reported with it as one. ``more``: there are more than counted.
    """

    same: tuple[int, ...]
    near: tuple[int, ...]
    batch: bool
    more: bool = False


def spread(uow: UnitOfWork, operator: Operator, case: Case, now: datetime) -> Spread:
    """Counted along indexes; the cases are read only until one is found that could go along."""
    same: set[int] = set()
    near: set[int] = set()
    more = batch = False
    files = [c for c in case.data.reported_content if c.kind.has_file and c.sha256]
    for piece in files[:FILES]:
        others: list[tuple[str | None, set[int]]] = [(None, same)]
        others += [(sha256, near) for sha256, _ in uow.hashes.near(piece.sha256 or "", PDQ)]
        for sha256, found in others:
            numbers = uow.batches.holding(sha256 or piece.sha256 or "", but_case=case.number, limit=CASES + 1)
            more = more or len(numbers) > CASES
            found.update(numbers[:CASES])
            if numbers and not batch:
                batch = bool(page(uow, operator, case, piece, sha256, 0, now)[0])
    return Spread(tuple(sorted(same)), tuple(sorted(near - same)), batch, more or len(files) > FILES)


def candidates(uow: UnitOfWork, operator: Operator, case: Case, now: datetime) -> tuple[Candidates, ...]:
    """For each reported file of the case that other accounts posted too, the cases that could go along.

    Most cases first. A case whose content is on its way or filed already is none.
    """
    found = []
    for piece in case.data.reported_content:
        if piece.kind.has_file and piece.sha256:
            cases, following = page(uow, operator, case, piece, None, 0, now)
            near = _near(uow, operator, case, piece, now)
            if cases or near or following:
                found.append(Candidates(piece.id, cases, following, near))
    return tuple(sorted(found, key=lambda one: (-len(one.cases), -len(one.near))))


def page(
    uow: UnitOfWork,
    operator: Operator,
    case: Case,
    piece: Content,
    near: str | None,
    after: int,
    now: datetime,
) -> tuple[tuple[Candidate, ...], int | None]:
    """Cases above number ``after`` that hold the piece's file, or the ``near`` one; and where to ask on."""
    own = case.data.reported.id if case.data.reported else None
    sha256 = near or piece.sha256 or ""
    numbers = uow.batches.holding(sha256, but_case=case.number, after=after, limit=PAGE)
    others = []
    for number in numbers:
        other = other_case(uow.cases.get(number), sha256)
        if other is None or other.account == own or not is_open(other.case, now):
            continue
        if near and (other.pieces[0].kind is not piece.kind or other_case(other.case, piece.sha256 or "")):
            continue  # a film's still near a picture; or a case that holds the very file as well
        others.append(other)
    names = {name for other in others for name in other.identities}
    held = uow.filings.holders(AGENCY, names) | uow.elsewhere.holders(AGENCY, names)
    free = (other for other in others if not other.identities & held.keys())
    return (
        tuple(_candidate(other, operator, near, now) for other in free),
        numbers[-1] if len(numbers) == PAGE else None,
    )


def _candidate(other: OtherCase, operator: Operator, near: str | None, now: datetime) -> Candidate:
    data = other.case.data
    return Candidate(
        other.case.number,
        other.account,
        data.incident.occurred_at,
        data.urgency.escalate,
        holder_of(other.case, operator, now),
        other.left_out(),
        len(other.rest),
        near,
    )


def _near(
    uow: UnitOfWork, operator: Operator, case: Case, piece: Content, now: datetime
) -> tuple[NearFile, ...]:
    found: list[NearFile] = []
    own_share: float | None = None
    for sha256, distance in uow.hashes.near(piece.sha256 or "", PDQ, NEAR_FILES):
        cases, following = page(uow, operator, case, piece, sha256, 0, now)
        if not cases:
            continue
        if not found:
            own_share = looked_at(uow, operator, case, piece)
        first = uow.cases.get(cases[0].case_number)
        other = other_case(first, sha256)
        assert other is not None
        shown = other.pieces[0]
        found.append(
            NearFile(
                sha256,
                distance,
                shown.id,
                shown.kind.value,
                cases,
                following,
                standing(uow, piece.sha256 or "", sha256),
                own_share,
                looked_at(uow, operator, first, shown),
            )
        )
    return tuple(found)
