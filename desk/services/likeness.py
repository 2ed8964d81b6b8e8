"""'The same picture': a person's word about two near files, and how it is taken back.

Without it a near file of another account stands in no batched report (see desk.domain.likeness).
"""

from __future__ import annotations

from desk.domain.case import Case
from desk.domain.content import Content
from desk.domain.errors import NotReady, UserError
from desk.domain.hashing import NEAR, PDQ, distance
from desk.domain.likeness import Agreement, Side
from desk.domain.roles import Operator, Permission, require
from desk.domain.viewing import viewed
from desk.ports import Clock, Store, UnitOfWork
from desk.services.auditing import keyed, note
from desk.services.changes import Change, Done, done


def standing(uow: UnitOfWork, sha256: str, near: str) -> Agreement | None:
    """The agreement about these two files that holds now."""
    return next((one for one in uow.batches.agreements(sha256) if one.between(sha256, near)), None)


def looked_at(uow: UnitOfWork, operator: Operator, case: Case, content: Content) -> float | None:
    """How much of a file this person viewed unblurred in this case, 0..1; None where they never looked."""
    own = [
        one
        for one in uow.viewings.for_case(case.number)
        if one.operator_id == operator.id and one.content_id == content.id and one.sha256 == content.sha256
    ]
    found = viewed(content.kind, content.sha256 or "", own)
    return found.share if found.seconds > 0 else None


class Likeness:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def viewed(self, operator: Operator, number: int, content_id: str) -> float | None:
        """How much of this file the person has viewed, 0..1; None where they never looked."""
        require(operator, Permission.DRAFT)
        with self._store.read() as uow:
            case = uow.cases.get(number)
            return looked_at(uow, operator, case, case.data.piece(content_id))

    def agree(
        self, operator: Operator, number: int, content_id: str, near_case: int, near_content_id: str
    ) -> Done[Agreement]:
        """Say that the file of a case and the one of another show the same picture.

        Raises NotReady where the person has not looked at both, UserError where the two are not near, are of
        different kinds, or where it was said before.
        """
        require(operator, Permission.DRAFT)
        now = self._clock.now()
        with self._store.write() as uow:
            case, other = uow.cases.get(number), uow.cases.get(near_case)
            one, two = case.data.piece(content_id), other.data.piece(near_content_id)
            far = _distance(uow, one, two)
            shares = looked_at(uow, operator, case, one), looked_at(uow, operator, other, two)
            if None in shares:
                raise NotReady(
                    "You have not looked at both files.", "Hold Space on each of them, then say what you see."
                )
            sides = [
                Side(piece.sha256 or "", place.number, piece.id, share or 0.0)
                for piece, place, share in ((one, case, shares[0]), (two, other, shares[1]))
            ]
            agreement = uow.batches.agree(sides[0], sides[1], far, operator, now)
            note(
                uow,
                "batch.same_picture",
                now,
                operator,
                case_number=number,
                agreement=agreement.id,
                media=keyed(uow, number, sides[0].sha256),
                near_media=keyed(uow, near_case, sides[1].sha256),
                near_case=near_case,
                distance=far,
                viewed=round(sides[0].share, 4),
                near_viewed=round(sides[1].share, 4),
            )
        return done(agreement, Change.CASE, Change.AUDIT)

    def withdraw(self, operator: Operator, agreement_id: int) -> Done[Agreement]:
        """Take the word back. Raises UserError where a report rests on it, or it was taken back before."""
        require(operator, Permission.DRAFT)
        now = self._clock.now()
        with self._store.write() as uow:
            resting = uow.batches.resting_on(agreement_id)
            if resting:
                raise UserError(
                    f"Filing {resting[0]} rests on it.",
                    "As long as its report is held it can be taken back in the outbox; what is filed stays.",
                )
            agreement = uow.batches.withdraw(agreement_id, operator, now)
            note(
                uow,
                "batch.same_picture_withdrawn",
                now,
                operator,
                case_number=agreement.one.case_number,
                agreement=agreement.id,
                media=keyed(uow, agreement.one.case_number, agreement.one.sha256),
                near_media=keyed(uow, agreement.other.case_number, agreement.other.sha256),
            )
        return done(agreement, Change.CASE, Change.AUDIT)


def _distance(uow: UnitOfWork, one: Content, two: Content) -> int:
    """In bits, of the two nearest pictures in the files. Raises UserError."""
    far = min(
        (
            distance(first.value, second.value)
            for first in uow.hashes.of(one.sha256 or "", PDQ)
            for second in uow.hashes.of(two.sha256 or "", PDQ)
            if first.usable and second.usable
        ),
        default=NEAR + 1,
    )
    if far > NEAR or one.kind is not two.kind or one.sha256 == two.sha256:
        raise UserError("These two files are not near.", "Report them apart.")
    return far
