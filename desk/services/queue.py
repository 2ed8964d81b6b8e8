"""The queue and its claims: one person works on one case at a time.

What a person says with an act (why a case is skipped, what the next one should look at) stays in the
encrypted store with the case; the audit log holds that it was done, by whom and to whom.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from desk.domain.case import CaseRow, CaseState, Claim, Opinion, QueueAct, QueueActKind
from desk.domain.errors import ClaimLost, NotAllowed, UserError
from desk.domain.optout import marks_of
from desk.domain.roles import Operator, Permission, require
from desk.ports import CaseFilter, Clock, QueueChoices, QueueCounts, Store, UnitOfWork
from desk.services.auditing import note
from desk.services.changes import Change, Done, done
from desk.services.resting import opted_out

LEASE = timedelta(minutes=30)
KEPT_FOR = timedelta(hours=12)
"""How long a case that was handed to somebody waits for them; then it is anybody's again."""
SKIPPED_FOR = timedelta(hours=8)
"""A skipped case is not offered for the rest of the day, and at least so long: shifts go over midnight."""
WAITING = frozenset({CaseState.OPEN, CaseState.SNOOZED})
NOTE_NEEDED = ("A supervisor needs a note.", "Say what they should look at.")
FOLD_AT = 512
"""Changed cases from which on reading a page has the store tidied first."""


def require_own(operator: Operator, claim: Claim) -> None:
    """Raise ClaimLost where the claim is another person's: nobody acts on somebody else's."""
    if claim.operator_id != operator.id:
        raise ClaimLost("This claim is another person's.", "Claim the case yourself.")


def require_supervisor(operator: Operator) -> None:
    """Raise NotAllowed: a case that was escalated is the supervisors' until they give it back."""
    if not operator.may(Permission.SUPERVISE_QUEUE):
        raise NotAllowed(
            "This case is before the supervisors.", "One of them decides it or gives it back to the queue."
        )


def escalate(uow: UnitOfWork, operator: Operator, claim: Claim, words: str, now: datetime) -> None:
    """Put the case before the supervisors, in a transaction that notes it. Raises ClaimLost, UserError."""
    uow.cases.renew(claim, claim.until, now)
    if uow.cases.state(claim.case_id) not in WAITING:
        raise UserError("Only a case that waits can be escalated.", "This one is decided or reported.")
    uow.cases.set_state(claim.case_id, CaseState.ESCALATED)
    uow.cases.release(claim)
    act = QueueAct(claim.case_id, QueueActKind.ESCALATED, operator.id, now, words.strip(), None, None)
    uow.queue.add(act)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows from ``offset`` on; ``total`` cases fit the filter."""

    rows: tuple[CaseRow, ...]
    offset: int
    total: int
    capped: bool = False
    """A search found more than it counts: ``total`` or more fit."""


@dataclass(frozen=True, slots=True)
class Told:
    """One act of the queue in a case's history, with people by name."""

    kind: QueueActKind
    at: datetime
    by: str
    to: str
    note: str = field(repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A second opinion as one person may see it. ``first`` is None while it is kept from them."""

    opinion: Opinion
    asked_by: str
    given_by: str
    first: str | None = field(repr=False)
    may_give: bool


class Queue:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def page(self, operator: Operator, wanted: CaseFilter, *, offset: int = 0, limit: int = 200) -> QueuePage:
        require(operator, Permission.SEE_QUEUE)
        now = self._clock.now()
        with self._store.read() as uow:
            page = uow.cases.page(_of(operator, wanted), now, offset=offset, limit=limit)
        if page.waiting >= FOLD_AT:
            with self._store.write() as uow:
                uow.cases.fold()
        return QueuePage(page.rows, offset, page.total, page.capped)

    def counts(self, operator: Operator) -> QueueCounts:
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return uow.cases.counts(operator.id, self._clock.now())

    def choices(self, operator: Operator) -> QueueChoices:
        """Policies, queues and marks that there are cases of."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return uow.cases.choices()

    def claim(self, operator: Operator, number: int) -> Done[Claim]:
        """Claim this case. Raises ClaimLost where somebody else holds it, NotAllowed where it is before the
        supervisors; who was handed it by one of them keeps it."""
        require(operator, Permission.CLAIM)
        now = self._clock.now()
        with self._store.write() as uow:
            own = uow.cases.holder(number) == operator.id
            claim = uow.cases.claim(number, operator, now + LEASE, now)
            if not own and uow.cases.state(number) is CaseState.ESCALATED:
                require_supervisor(operator)
            note(uow, "case.claimed", now, operator, case_number=number)
        return done(claim, Change.QUEUE, Change.CASE)

    def next_case(self, operator: Operator, wanted: CaseFilter | None = None) -> Done[Claim | None]:
        """Claim the first case of the filter that is free for this person; None where there is none.

        Left out: what anybody holds, what this person skipped today, what waits for another's opinion that
        they asked for, and material that they chose not to see.
        """
        require(operator, Permission.CLAIM)
        wanted = _of(operator, wanted or CaseFilter())
        if wanted.view == "escalated":
            require(operator, Permission.SUPERVISE_QUEUE)
        if wanted.view in ("mine", "snoozed", "closed"):
            wanted = replace(wanted, view="all", operator_id=None)
        now = self._clock.now()
        with self._store.write() as uow:
            wanted = replace(wanted, without=wanted.without | marks_of(opted_out(uow, operator)))
            claim = uow.cases.claim_next(wanted, operator, now + LEASE, now)
            if claim is not None:
                note(uow, "case.claimed", now, operator, case_number=claim.case_id)
        return done(claim, Change.QUEUE, Change.CASE)

    def renew(self, operator: Operator, claim: Claim) -> Claim:
        """Renew the lease while one works. Raises ClaimLost."""
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        now = self._clock.now()
        with self._store.write() as uow:
            return uow.cases.renew(claim, now + LEASE, now)

    def release(self, operator: Operator, claim: Claim) -> Done[None]:
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        with self._store.write() as uow:
            uow.cases.release(claim)
            note(uow, "case.released", self._clock.now(), operator, case_number=claim.case_id)
        return done(None, Change.QUEUE, Change.CASE)

    def snooze(self, operator: Operator, claim: Claim, until: datetime, reason: str = "") -> Done[None]:
        """Put the case away until then, and give up the claim. Raises ClaimLost, UserError."""
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        now = self._clock.now()
        if until <= now:
            raise UserError("The case can't be put away until a time that is over.", "Choose a later time.")
        with self._store.write() as uow:
            self._waits(uow, claim, now, "put away")
            uow.cases.set_state(claim.case_id, CaseState.SNOOZED, snoozed_until=until)
            uow.cases.release(claim)
            self._told(uow, operator, claim.case_id, QueueActKind.SNOOZED, reason, now)
            note(uow, "case.snoozed", now, operator, case_number=claim.case_id, until=until.isoformat())
        return done(None, Change.QUEUE, Change.CASE)

    def skip(self, operator: Operator, claim: Claim, reason: str) -> Done[None]:
        """Give the case back; 'next' does not offer it to this person again today, to others it does."""
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        need_words(reason, "Skipping a case needs a reason.", "Say why another person should take it.")
        now = self._clock.now()
        with self._store.write() as uow:
            uow.cases.renew(claim, claim.until, now)
            uow.cases.release(claim)
            until = _end_of_day(now)
            self._told(uow, operator, claim.case_id, QueueActKind.SKIPPED, reason, now, until=until)
            note(uow, "case.skipped", now, operator, case_number=claim.case_id)
        return done(None, Change.QUEUE, Change.CASE)

    def escalate(self, operator: Operator, claim: Claim, words: str) -> Done[None]:
        """Put the case before the supervisors, with a note, and give up the claim."""
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        need_words(words, *NOTE_NEEDED)
        now = self._clock.now()
        with self._store.write() as uow:
            escalate(uow, operator, claim, words, now)
            note(uow, "case.escalated", now, operator, case_number=claim.case_id)
        return done(None, Change.QUEUE, Change.CASE)

    def send_back(self, operator: Operator, claim: Claim, words: str) -> Done[None]:
        """A supervisor gives an escalated case back to the queue, with a note."""
        require(operator, Permission.SUPERVISE_QUEUE)
        require_own(operator, claim)
        need_words(words, "The queue needs a note.", "Say what was found, or what should be done.")
        now = self._clock.now()
        with self._store.write() as uow:
            uow.cases.renew(claim, claim.until, now)
            if uow.cases.state(claim.case_id) is not CaseState.ESCALATED:
                raise UserError("This case is not before the supervisors.")
            uow.cases.set_state(claim.case_id, CaseState.OPEN)
            uow.cases.release(claim)
            self._told(uow, operator, claim.case_id, QueueActKind.SENT_BACK, words, now)
            note(uow, "case.sent_back", now, operator, case_number=claim.case_id)
        return done(None, Change.QUEUE, Change.CASE)

    def hand_over(self, operator: Operator, claim: Claim, to: int, words: str) -> Done[Claim]:
        """The claim goes to another person, who finds it under Mine for KEPT_FOR. Raises UserError."""
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        need_words(words, "Handing a case over needs a note.", "Say what is done and what is to do.")
        now = self._clock.now()
        with self._store.write() as uow:
            uow.cases.renew(claim, claim.until, now)
            person = uow.people.get(to)
            if person.id == operator.id or not person.may(Permission.CLAIM):
                raise UserError("This person can't take the case.", "Choose another one.")
            given = uow.cases.take_over(claim.case_id, person, now + KEPT_FOR, now)
            self._told(uow, operator, claim.case_id, QueueActKind.HANDED_OVER, words, now, to=person.id)
            note(uow, "case.handed_over", now, operator, case_number=claim.case_id, to=person.id)
        return done(given, Change.QUEUE, Change.CASE)

    def take_over(self, operator: Operator, number: int, reason: str) -> Done[Claim]:
        """A supervisor takes a case from whoever holds it; what they typed is kept in the draft."""
        require(operator, Permission.SUPERVISE_QUEUE)
        need_words(reason, "Taking a case over needs a reason.", "Say why this can't wait.")
        now = self._clock.now()
        with self._store.write() as uow:
            held = uow.cases.get(number).claim
            holder = held.operator_id if held is not None and held.until > now else None
            if holder is None or holder == operator.id:
                raise UserError("Nobody else holds this case.", "Claim it.")
            claim = uow.cases.take_over(number, operator, now + LEASE, now)
            self._told(uow, operator, number, QueueActKind.TAKEN_OVER, reason, now, to=holder)
            note(uow, "case.taken_over", now, operator, case_number=number, holder=holder)
        return done(claim, Change.QUEUE, Change.CASE)

    # second opinions --------------------------------------------------------------

    def ask_opinion(
        self, operator: Operator, claim: Claim, question: str, first: str = "", *, shown: bool = False
    ) -> Done[Opinion]:
        """Ask another person, and give up the claim. ``first`` is one's own opinion; the other one sees
        it before giving theirs only where it is ``shown``."""
        require(operator, Permission.CLAIM)
        require_own(operator, claim)
        need_words(
            question, "A second opinion needs a question.", "Say what the second person should look at."
        )
        now = self._clock.now()
        with self._store.write() as uow:
            self._waits(uow, claim, now, "given to another person")
            opinion = uow.queue.ask(
                claim.case_id, operator.id, now, question.strip(), first.strip(), shown=shown
            )
            uow.cases.release(claim)
            note(
                uow, "case.opinion_asked", now, operator, case_number=claim.case_id, opinion=opinion.id,
                shown=shown,
            )  # fmt: skip
        return done(opinion, Change.QUEUE, Change.CASE)

    def give_opinion(self, operator: Operator, claim: Claim, opinion_id: int, second: str) -> Done[Claim]:
        """Give it; the case goes back to the one who asked. Nobody gives their own. Raises NotAllowed."""
        require(operator, Permission.DECIDE)
        require_own(operator, claim)
        need_words(second, "The second opinion is empty.", "Say what you think of it.")
        now = self._clock.now()
        with self._store.write() as uow:
            uow.cases.renew(claim, claim.until, now)
            asked = {opinion.id: opinion for opinion in uow.queue.opinions(claim.case_id)}.get(opinion_id)
            if asked is None:
                raise UserError("No second opinion is asked for on this case.")
            if asked.asked_by == operator.id:
                raise NotAllowed(
                    "Nobody gives the second opinion on their own first one.", "Another person does."
                )
            uow.queue.give(opinion_id, operator.id, now, second.strip())
            back = uow.cases.take_over(claim.case_id, uow.people.get(asked.asked_by), now + KEPT_FOR, now)
            note(uow, "case.opinion_given", now, operator, case_number=claim.case_id, opinion=opinion_id)
        return done(back, Change.QUEUE, Change.CASE)

    def opinions(self, operator: Operator, number: int) -> tuple[Asked, ...]:
        """Second opinions on the case, the oldest first, as this person may see them."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            names = {person.id: person.name for person in uow.people.all()}
            found = uow.queue.opinions(number)
        return tuple(
            Asked(
                opinion=replace(one, first="") if _hidden(one, operator) else one,
                asked_by=names.get(one.asked_by, ""),
                given_by=names.get(one.given_by, "") if one.given_by is not None else "",
                first=None if _hidden(one, operator) else one.first,
                may_give=one.pending and one.asked_by != operator.id and operator.may(Permission.DECIDE),
            )
            for one in found
        )

    def history(self, operator: Operator, number: int) -> tuple[Told, ...]:
        """What was done with the case in the queue, and the notes to it; the oldest first."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            names = {person.id: person.name for person in uow.people.all()}
            return tuple(
                Told(act.kind, act.at, names.get(act.operator_id, ""), names.get(act.to_operator or 0, ""),
                     act.note, act.until)
                for act in uow.queue.acts(number)
            )  # fmt: skip

    def others(self, operator: Operator) -> tuple[Operator, ...]:
        """The people to whom this one can hand a case over, by name."""
        require(operator, Permission.CLAIM)
        with self._store.read() as uow:
            people = uow.people.all()
        able = [one for one in people if one.id != operator.id and one.may(Permission.CLAIM)]
        return tuple(sorted(able, key=lambda one: one.name.casefold()))

    @staticmethod
    def _waits(uow: UnitOfWork, claim: Claim, now: datetime, what: str) -> None:
        """The claim holds and the case is one that waits. Raises ClaimLost, UserError."""
        uow.cases.renew(claim, claim.until, now)
        if uow.cases.state(claim.case_id) not in WAITING:
            raise UserError(f"Only a case that waits can be {what}.", "This one is decided or reported.")

    @staticmethod
    def _told(
        uow: UnitOfWork, operator: Operator, number: int, kind: QueueActKind, words: str, at: datetime,
        *, to: int | None = None, until: datetime | None = None,
    ) -> None:  # fmt: skip
        uow.queue.add(QueueAct(number, kind, operator.id, at, words.strip(), to, until))


def need_words(words: str, problem: str, remedy: str) -> None:
    if not words.strip():
        raise UserError(problem, remedy)


def _of(operator: Operator, wanted: CaseFilter) -> CaseFilter:
    """Whose cases these are is who asks."""
    return replace(wanted, operator_id=operator.id) if wanted.view in ("mine", "opinion") else wanted


def _hidden(opinion: Opinion, operator: Operator) -> bool:
    return opinion.pending and not opinion.shown and opinion.asked_by != operator.id


def _end_of_day(now: datetime) -> datetime:
    """The next midnight where the desk stands, but not sooner than SKIPPED_FOR."""
    tomorrow = (now.astimezone() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(tomorrow.astimezone(now.tzinfo), now + SKIPPED_FOR)
