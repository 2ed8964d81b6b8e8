"""Second review: decisions drawn by rule, looked at again by another person, and how far they agree.

The draw is made in the transaction of the decision itself. What a rule requires holds the report
back before its end: it is not finished before the second person approves (desk.domain.filing).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.domain.approval import Approval, ApprovalKind
from desk.domain.codec import from_plain, to_plain
from desk.domain.decision import DecisionKind
from desk.domain.errors import NotReady, UserError
from desk.domain.filing import Filing
from desk.domain.incident import IncidentType
from desk.domain.roles import Operator, Permission, require
from desk.domain.second_review import (
    Decided,
    Kappa,
    ReviewState,
    SampleRule,
    SecondReview,
    by_category,
    by_month,
    category,
    check_reviewing,
    check_rules,
    drawn,
    kappa,
    outcome,
    weaker_rules,
)
from desk.ports import Clock, Store, UnitOfWork
from desk.services.approvals import Approvals
from desk.services.auditing import note
from desk.services.changes import Change, Done, done

_RULES = "second_review.rules"
YEAR = timedelta(days=365)

CHANCE = random.SystemRandom().random
"""In [0, 1): which decisions are drawn for a second review can't be foreseen."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The sampling rules, in the order in which they are tried."""

    rules: tuple[SampleRule, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One second review as shown. ``first_by`` and the first decision are withheld while it is blind."""

    review: SecondReview
    first_by: str
    reviewer: str
    withheld: bool
    may_review: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far first and second opinions agree: over all, for each type, for each month."""

    all: Kappa
    types: Mapping[str, Kappa]
    months: Mapping[str, Kappa]
    since: datetime


class SecondReviewing:
    def __init__(self, store: Store, clock: Clock, approvals: Approvals | None = None) -> None:
        self._store = store
        self._clock = clock
        self._approvals = approvals or Approvals(store, clock)
        self._approvals.register(ApprovalKind.SAMPLING, self._agreed)

    # -- rules ---------------------------------------------------------------------------

    def rules(self, operator: Operator) -> tuple[SampleRule, ...]:
        require(operator, Permission.SECOND_REVIEW)
        with self._store.read() as uow:
            return rules_of(uow)

    def set_rules(
        self, operator: Operator, rules: tuple[SampleRule, ...], reason: str = ""
    ) -> Done[tuple[SampleRule, ...]]:
        """Keep the rules; where one of them would draw or hold back less, all of it waits for another
        supervisor, with the reason. The rules as they are now.

        Raises NotAllowed, UserError naming the rule, or asking for the reason.
        """
        require(operator, Permission.SECOND_REVIEW)
        kept = tuple(replace(rule, name=rule.name.strip()) for rule in rules)
        check_rules(kept)
        with self._store.write() as uow:
            before = rules_of(uow)
            weak = weaker_rules(before, kept)
            if weak:
                subject = {"before": to_plain(before), "after": to_plain(kept), "weaker": list(weak)}
                self._approvals.ask_in(
                    uow, operator, ApprovalKind.SAMPLING, "Change the sampling rules", subject, reason
                )
                return done(before, Change.APPROVALS)
            self._write(uow, operator, kept)
        return done(kept, Change.SETTINGS)

    def _agreed(self, uow: UnitOfWork, approval: Approval, by: Operator) -> tuple[Change, ...]:
        """Another supervisor agreed: the rules are changed if those they were asked on still stand."""
        if to_plain(rules_of(uow)) != approval.subject["before"]:
            raise UserError(
                "The sampling rules were changed since this was asked for.",
                "Decline it; where it is still wanted it is asked for anew, on the rules as they are now.",
            )
        self._write(uow, by, from_plain(tuple[SampleRule, ...], approval.subject["after"]))
        return (Change.SETTINGS,)

    def _write(self, uow: UnitOfWork, operator: Operator, kept: tuple[SampleRule, ...]) -> None:
        uow.settings.set(_RULES, to_plain(Rules(kept)))
        note(
            uow,
            "second_review.rules",
            self._clock.now(),
            operator,
            rules=len(kept),
            enabled=sum(rule.enabled for rule in kept),
            required=sum(rule.enabled and rule.required for rule in kept),
        )

    # -- what waits ----------------------------------------------------------------------

    def pending(self, operator: Operator) -> tuple[ReviewLine, ...]:
        """What waits for a second opinion: required ones first, then the oldest."""
        require(operator, Permission.SECOND_REVIEW)
        with self._store.read() as uow:
            return _lines(uow, operator, uow.second_reviews.pending())

    def reviewed(self, operator: Operator) -> tuple[ReviewLine, ...]:
        """The latest second opinions, the newest first."""
        require(operator, Permission.SECOND_REVIEW)
        with self._store.read() as uow:
            return _lines(uow, operator, uow.second_reviews.done())

    def open(self, operator: Operator, review_id: int) -> ReviewLine:
        """Raises UserError where there is none."""
        require(operator, Permission.SECOND_REVIEW)
        with self._store.read() as uow:
            return _lines(uow, operator, (uow.second_reviews.get(review_id),))[0]

    def for_case(self, operator: Operator, case_number: int) -> tuple[ReviewLine, ...]:
        """What stands on a case. Whoever decided first reads the outcome of it, not what still waits."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            found = uow.second_reviews.for_case(case_number)
            if not operator.may(Permission.SECOND_REVIEW):
                judged = (ReviewState.AGREED, ReviewState.DISAGREED)
                found = tuple(
                    one for one in found if one.first_operator == operator.id and one.state in judged
                )
            return _lines(uow, operator, found)

    # -- the second opinion ----------------------------------------------------------------

    def give(
        self,
        operator: Operator,
        review_id: int,
        second: DecisionKind,
        incident_type: IncidentType | None = None,
        reason: str = "",
    ) -> Done[SecondReview]:
        """Give the second opinion. Where it was required and both would report, the report goes on;
        else it is taken back, and the case is open again.

        Raises NotAllowed (for one's own decision too), NotReady, UserError.
        """
        require(operator, Permission.SECOND_REVIEW)
        if second is DecisionKind.REPORT and incident_type is None:
            raise NotReady("The incident type is missing.", "Choose the one you would report.")
        second_type = incident_type.value if incident_type and second is DecisionKind.REPORT else ""
        now = self._clock.now()
        with self._store.write() as uow:
            review = uow.second_reviews.get(review_id)
            check_reviewing(operator, review)
            state = outcome(review, second, second_type, reason)
            given = uow.second_reviews.decide(
                review_id, state, second, second_type, operator.id, now, reason.strip()
            )
            note(
                uow,
                "second_review.given",
                now,
                operator,
                case_number=review.case_number,
                filing_id=review.filing_id,
                review=review.id,
                agreed=state is ReviewState.AGREED,
                required=review.required,
            )
            if review.required and review.filing_id is not None:
                if state is ReviewState.AGREED:
                    uow.filings.approve(review.filing_id)
                else:
                    uow.filings.ask(review.filing_id, take_back=True)
        return done(given, Change.REPORTS, Change.OUTBOX, Change.QUEUE)

    # -- figures -----------------------------------------------------------------------------

    def agreement(self, operator: Operator, since: datetime | None = None) -> Agreement:
        """Agreement since then (a year, where nothing is said). Never by person."""
        require(operator, Permission.FIGURES)
        start = since or self._clock.now() - YEAR
        with self._store.read() as uow:
            judged = uow.second_reviews.judged(start)
        found = [
            (
                one.reviewed_at or one.made_at,
                category(one.first, one.first_type),
                category(one.second or one.first, one.second_type),
            )
            for one in judged
        ]
        pairs = [(first, second) for _, first, second in found]
        return Agreement(kappa(pairs), by_category(pairs), by_month(found), start)


def rules_of(uow: UnitOfWork) -> tuple[SampleRule, ...]:
    plain = uow.settings.get(_RULES)
    return from_plain(Rules, plain).rules if plain is not None else ()


def draw_filing(
    uow: UnitOfWork,
    operator: Operator,
    filing: Filing,
    incident_type: str,
    score: int,
    chance: Callable[[], float],
) -> SecondReview | None:
    """Draw a confirmed report, in its transaction; where an approval is required it waits for it."""
    rules = rules_of(uow)
    if not rules:
        return None
    counted = any(rule.new_within is not None for rule in rules)
    decided = Decided(
        DecisionKind.REPORT,
        operator.id,
        incident_type,
        score,
        filing.escalated,
        # This one is in the store already.
        uow.second_reviews.reports_by(operator.id) - 1 if counted else 0,
    )
    review = _draw(uow, rules, decided, filing.case_number, filing.id, filing.confirmed_at, chance)
    if review is not None and review.required:
        uow.filings.require_approval(filing.id)
    return review


def draw_decision(
    uow: UnitOfWork,
    operator: Operator,
    kind: DecisionKind,
    case_number: int,
    at: datetime,
    chance: Callable[[], float],
) -> SecondReview | None:
    """Draw a decision that is no report, in its transaction."""
    if kind is DecisionKind.ESCALATE:
        return None
    rules = rules_of(uow)
    return _draw(uow, rules, Decided(kind, operator.id), case_number, None, at, chance) if rules else None


def _draw(
    uow: UnitOfWork,
    rules: tuple[SampleRule, ...],
    decided: Decided,
    case_number: int,
    filing_id: int | None,
    at: datetime,
    chance: Callable[[], float],
) -> SecondReview | None:
    rule = drawn(rules, decided, [chance() for _ in rules])
    if rule is None:
        return None
    review = uow.second_reviews.add(
        SecondReview(
            id=0,
            case_number=case_number,
            filing_id=filing_id,
            rule=rule.name,
            required=rule.required and not decided.escalated,
            blind=rule.blind,
            first=decided.kind,
            first_type=decided.incident_type,
            first_operator=decided.operator_id,
            made_at=at,
        )
    )
    note(
        uow,
        "second_review.drawn",
        at,
        None,
        case_number=case_number,
        filing_id=filing_id,
        review=review.id,
        required=review.required,
    )
    return review


def drop_for_filing(uow: UnitOfWork, filing_id: int, at: datetime) -> None:
    """Nobody looks again at what was taken back or refused before anybody looked."""
    review = uow.second_reviews.for_filing(filing_id)
    if review is not None and review.state is ReviewState.PENDING:
        uow.second_reviews.decide(review.id, ReviewState.DROPPED, None, "", None, at, "")


def _lines(uow: UnitOfWork, operator: Operator, reviews: tuple[SecondReview, ...]) -> tuple[ReviewLine, ...]:
    names = {person.id: person.name for person in uow.people.all()}
    lines = []
    for review in reviews:
        pending = review.state is ReviewState.PENDING
        withheld = pending and review.blind and operator.id != review.first_operator
        shown = replace(review, first=DecisionKind.NO_VIOLATION, first_type="", first_operator=0)
        lines.append(
            ReviewLine(
                review=shown if withheld else review,
                first_by="" if withheld else names.get(review.first_operator, ""),
                reviewer=names.get(review.reviewer or 0, ""),
                withheld=withheld,
                may_review=pending
                and operator.may(Permission.SECOND_REVIEW)
                and operator.id != review.first_operator,
            )
        )
    return tuple(lines)
