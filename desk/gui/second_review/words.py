"""Second review in words: decisions, rules, what follows from an opinion, how far people agree."""

from __future__ import annotations

from datetime import datetime

from desk.domain.decision import DecisionKind
from desk.domain.second_review import FEW, Kappa, ReviewState, SampleRule, SecondReview
from desk.gui import words
from desk.gui.case import phrases
from desk.gui.outbox.states import type_short
from desk.gui.words import joined, number, plural, tr
from desk.services.second_review import ReviewLine


def decision(kind: DecisionKind, incident_type: str = "") -> str:
    """'Report: Child Sex Trafficking', 'No violation'."""
    if kind is DecisionKind.REPORT and incident_type:
        return tr("Report: {type}", type=type_short(incident_type))
    return phrases.past_decision(kind)


def first(line: ReviewLine) -> str:
    """The first decision, or that it is withheld."""
    if line.withheld:
        return tr("shown after your own decision")
    said = decision(line.review.first, line.review.first_type)
    return tr("{decision}, by {name}", decision=said, name=line.first_by) if line.first_by else said


def second(line: ReviewLine) -> str:
    """The second decision with whose it is; empty where there is none."""
    if line.review.second is None:
        return ""
    said = decision(line.review.second, line.review.second_type)
    return tr("{decision}, by {name}", decision=said, name=line.reviewer)


def state(review: SecondReview) -> tuple[str, str, str]:
    """(words, colour, icon)."""
    if review.state is ReviewState.PENDING and review.required:
        return tr("Report waits for it"), "warn", "hourglass"
    return {
        ReviewState.PENDING: (tr("Waiting"), "muted", "clock"),
        ReviewState.AGREED: (tr("Agreed"), "ok", "circle-check"),
        ReviewState.DISAGREED: (tr("Decided otherwise"), "warn", "scale"),
        ReviewState.DROPPED: (tr("Not needed any more"), "muted", "undo-2"),
    }[review.state]


def consequence(required: bool, until: datetime | None) -> str:
    """What hangs on the opinion, and until when a report that waits for it can stay open."""
    if not required:
        return tr("What was decided stands meanwhile. Your opinion is kept beside it.")
    said = tr(
        "The report waits for you. If you would file the same report it goes on; if not, it is taken back "
        "and the case is open again."
    )
    if until is None:
        return said
    open_until = tr(
        "The service keeps it open until {time}; after that the desk opens it afresh once it is approved.",
        time=words.moment(until),
    )
    return f"{said} {open_until}"


def outcome(line: ReviewLine, *, own: bool) -> str:
    """How the two stand to each other. ``own``: the reader gave the second opinion."""
    review = line.review
    agreed = review.state is ReviewState.AGREED
    told = []
    if agreed:
        said = decision(review.first, review.first_type)
        told.append(
            tr("You and {name} agree. {decision}.", name=line.first_by, decision=said)
            if own
            else tr("{name} looked at it again and agrees. {decision}.", name=line.reviewer, decision=said)
        )
    else:
        told.append(
            tr(
                "You decided otherwise than {name}. First: {first}. Yours: {second}.",
                name=line.first_by,
                first=decision(review.first, review.first_type),
                second=decision(review.second or review.first, review.second_type),
            )
            if own
            else tr(
                "{name} looked at it again and decided otherwise. First: {first}. Second: {second}.",
                name=line.reviewer,
                first=decision(review.first, review.first_type),
                second=decision(review.second or review.first, review.second_type),
            )
        )
    if review.required and review.filing_id is not None:
        told.append(
            tr("The report goes on.")
            if agreed
            else tr("The report is taken back; then the case is open again.")
        )
    elif own and not agreed:
        told.append(tr("What was decided still stands; {name} reads your reason.", name=line.first_by))
    return " ".join(told)


def share(value: float) -> str:
    """0.2 as '20', 0.125 as '12.5': per cent without its sign."""
    return f"{value * 100:.10g}"


def rule(found: SampleRule) -> str:
    """What a rule samples and what follows, in one line."""
    drawn = tr("every one") if found.share == 1 else tr("{share} %", share=share(found.share))
    reports = found.reports_only or found.required
    parts = [
        tr("{share} of the reports", share=drawn) if reports else tr("{share} of the decisions", share=drawn)
    ]
    if found.incident_types:
        parts.append(", ".join(type_short(one) for one in found.incident_types))
    if found.below is not None:
        parts.append(tr("completeness below {n}", found.below))
    if found.new_within is not None:
        parts.append(
            plural(found.new_within, "a moderator's first report", "a moderator's first {n} reports")
        )
    if found.operators:
        parts.append(plural(len(found.operators), "of {n} person", "of {n} people"))
    parts.append(tr("approved before filing") if found.required else tr("looked at afterwards"))
    parts.append(tr("blind") if found.blind else tr("first decision shown"))
    return joined(parts)


def category(name: str) -> str:
    """A category of the agreement: a decision's name or an incident type."""
    if name in {kind.value for kind in DecisionKind}:
        return phrases.past_decision(DecisionKind(name))
    return type_short(name)


def kappa_value(found: Kappa) -> str:
    return "" if found.value is None else f"{found.value:.2f}"


def kappa(found: Kappa) -> str:
    """What a kappa says; the usual words of Landis and Koch (1977), which are a convention."""
    if found.value is None:
        if found.pairs < FEW:
            return tr("too few to say: {n} of at least {few}", found.pairs, few=FEW)
        return tr("all alike: chance alone would give the same")
    if found.value < 0:
        return tr("less than chance would give")
    for limit, said in (
        (0.2, tr("slight")),
        (0.4, tr("fair")),
        (0.6, tr("moderate")),
        (0.8, tr("substantial")),
    ):
        if found.value <= limit:
            return said
    return tr("almost complete")


def agreed(found: Kappa) -> str:
    """'5 of 6'."""
    if not found.pairs:
        return ""
    return tr("{some} of {all}", some=number(round(found.observed * found.pairs)), all=number(found.pairs))
