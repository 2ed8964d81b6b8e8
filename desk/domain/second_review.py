"""Second review: which decisions another person looks at again, and how far the two agree.

Agreement is Cohen's kappa (Cohen 1960): what both said alike beyond what chance alone would give,
from the two people's own shares. It is a figure about the rules and their words, never about a
person: nobody is ranked.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from desk.domain.decision import DecisionKind
from desk.domain.errors import NotAllowed, UserError
from desk.domain.roles import Operator, Permission, require

FEW = 5
"""Fewer pairs than this give no kappa: it would say nothing."""


@dataclass(frozen=True, slots=True)
class SampleRule:
    """Which decisions are sampled. Every condition that is set must hold.

    ``share`` is between 0 and 1; ``incident_types`` and ``operators`` empty mean any; ``below`` is a
    completeness from 0 to 100 (only reports have one); ``new_within`` counts a moderator's first so many
    reports. ``required``: a report is not finished before the second person approves, never for an
    escalated one. ``blind``: the second person does not see the first decision before theirs.
    """

    name: str
    share: float = 1.0
    incident_types: tuple[str, ...] = ()
    operators: tuple[int, ...] = ()
    below: int | None = None
    new_within: int | None = None
    reports_only: bool = False
    required: bool = False
    blind: bool = True
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the rules look at it. ``incident_type`` empty where nothing was reported."""

    kind: DecisionKind
    operator_id: int
    incident_type: str = ""
    completeness: int | None = None
    escalated: bool = False
    reports_before: int = 0


def check_rules(rules: Sequence[SampleRule]) -> None:
    """Raise UserError, naming the rule, where one can't be kept."""
    names = [rule.name.strip() for rule in rules]
    if len(set(names)) != len(names):
        raise UserError("Two sampling rules have the same name.", "Give each a name of its own.")
    for rule in rules:
        if not rule.name.strip():
            raise UserError("A sampling rule has no name.", "Name it.")
        if not 0 < rule.share <= 1:
            raise UserError(f"The share of “{rule.name}” is not between 0 and 100 %.", "Choose one.")
        if rule.below is not None and not 0 < rule.below <= 100:
            raise UserError(f"The completeness of “{rule.name}” is not between 1 and 100.", "Choose one.")
        if rule.new_within is not None and rule.new_within < 1:
            raise UserError(f"“{rule.name}” names no number of first reports.", "Choose at least one.")


def weaker_rules(before: Sequence[SampleRule], after: Sequence[SampleRule]) -> tuple[str, ...]:
    """The rules in use that would draw or hold back less than they do; removed and renamed ones too."""
    named = {rule.name: rule for rule in after}
    return tuple(rule.name for rule in before if rule.enabled and _is_weaker(rule, named.get(rule.name)))


def _is_weaker(was: SampleRule, now: SampleRule | None) -> bool:
    if now is None or not now.enabled or now.share < was.share:
        return True
    narrower = (
        (now.reports_only and not was.reports_only and not was.required)
        or _fewer(was.incident_types, now.incident_types)
        or _fewer(was.operators, now.operators)
        or _lower(was.below, now.below)
        or _lower(was.new_within, now.new_within)
    )
    # One that requires an approval draws reports alone, and one that is blind shows nothing beforehand.
    changed = was.required != now.required and (was.required or not was.reports_only)
    return narrower or changed or (was.blind and not now.blind)


def _fewer(was: Sequence[object], now: Sequence[object]) -> bool:
    """Empty stands for all."""
    return bool(now) and (not was or not set(was) <= set(now))


def _lower(was: int | None, now: int | None) -> bool:
    """None stands for any."""
    return now is not None and (was is None or now < was)


def fits(rule: SampleRule, decided: Decided) -> bool:
    """Whether the decision is of the rule's kind, before its share is drawn."""
    report = decided.kind is DecisionKind.REPORT
    return (
        rule.enabled
        and (report or not (rule.reports_only or rule.required))
        and (not rule.incident_types or decided.incident_type in rule.incident_types)
        and (not rule.operators or decided.operator_id in rule.operators)
        and (rule.below is None or (decided.completeness is not None and decided.completeness < rule.below))
        and (rule.new_within is None or (report and decided.reports_before < rule.new_within))
    )


def drawn(rules: Iterable[SampleRule], decided: Decided, chances: Iterable[float]) -> SampleRule | None:
    """The rule by which the decision is sampled; None where it isn't. ``chances``: one in [0, 1) a rule.

    A rule that requires an approval goes before the others. An escalated report is never held back:
    it may be sampled, for a look afterwards.
    """
    found = None
    for rule, chance in zip(rules, chances, strict=True):
        if not fits(rule, decided) or chance >= rule.share:
            continue
        if rule.required and not decided.escalated:
            return rule
        found = found or rule
    return found


class ReviewState(enum.StrEnum):
    PENDING = "pending"
    AGREED = "agreed"
    DISAGREED = "disagreed"
    DROPPED = "dropped"  # what was decided was taken back before anybody looked


@dataclass(frozen=True, slots=True)
class SecondReview:
    """One decision that another person looks at again. ``second_*`` are empty until then."""

    id: int
    case_number: int
    filing_id: int | None
    rule: str
    required: bool
    blind: bool
    first: DecisionKind
    first_type: str
    first_operator: int
    made_at: datetime
    state: ReviewState = ReviewState.PENDING
    second: DecisionKind | None = None
    second_type: str = ""
    reviewer: int | None = None
    reviewed_at: datetime | None = None
    reason: str = field(default="", repr=False)


def check_reviewing(operator: Operator, review: SecondReview) -> None:
    """Raise NotAllowed or UserError unless this person may give the second opinion now."""
    require(operator, Permission.SECOND_REVIEW)
    if operator.id == review.first_operator:
        raise NotAllowed("You made the first decision yourself.", "Another person looks at it again.")
    if review.state is not ReviewState.PENDING:
        raise UserError("This was reviewed already.", "See it among the reviewed ones.")


def outcome(review: SecondReview, second: DecisionKind, second_type: str, reason: str) -> ReviewState:
    """Whether the two agree: the same decision, and for a report the same incident type.

    Raises UserError where a disagreement comes without a reason.
    """
    same = second is review.first and (second is not DecisionKind.REPORT or second_type == review.first_type)
    if not same and not reason.strip():
        raise UserError("A disagreement needs a reason.", "Say why; the first person will read it.")
    return ReviewState.AGREED if same else ReviewState.DISAGREED


def category(kind: DecisionKind, incident_type: str) -> str:
    """What is compared: the incident type of a report, else the decision's name."""
    return incident_type if kind is DecisionKind.REPORT else kind.value


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of ``pairs`` judgements; None where there are fewer than FEW, or chance explains all.

    ``observed`` and ``expected`` are shares between 0 and 1.
    """

    pairs: int
    observed: float
    expected: float
    value: float | None


def kappa(pairs: Sequence[tuple[str, str]]) -> Kappa:
    """(first, second) categories to their agreement beyond chance."""
    count = len(pairs)
    if not count:
        return Kappa(0, 0.0, 0.0, None)
    observed = sum(one == two for one, two in pairs) / count
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    expected = sum(first[name] * second[name] for name in first) / count**2
    value = None if count < FEW or expected == 1 else (observed - expected) / (1 - expected)
    return Kappa(count, observed, expected, value)


def by_category(pairs: Sequence[tuple[str, str]]) -> Mapping[str, Kappa]:
    """For each category, the agreement on whether a case is of it or not."""
    names = sorted({name for pair in pairs for name in pair})
    return {name: kappa([(str(a == name), str(b == name)) for a, b in pairs]) for name in names}


def by_month(dated: Iterable[tuple[datetime, str, str]]) -> Mapping[str, Kappa]:
    """(when, first, second) to the agreement in each month (``2026-11``), in order."""
    months: dict[str, list[tuple[str, str]]] = {}
    for at, one, two in sorted(dated):
        months.setdefault(at.strftime("%Y-%m"), []).append((one, two))
    return {month: kappa(pairs) for month, pairs in months.items()}
