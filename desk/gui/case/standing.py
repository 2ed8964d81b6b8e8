"""One reading of a case for the page, and what follows from it: who works on it, what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from desk.domain.case import Case, CaseState, Claim
from desk.domain.content import ContentKind
from desk.domain.exposure import Rest, RestPolicy
from desk.domain.roles import Operator, Permission
from desk.gui import words
from desk.gui.case import phrases
from desk.gui.case.second import Reviews, reviews_of, veiled
from desk.gui.words import tr
from desk.services.desk import Desk
from desk.services.review import CaseView
from desk.services.violations import Standing

WORKABLE = frozenset({CaseState.OPEN, CaseState.SNOOZED, CaseState.ESCALATED})


@dataclass(frozen=True, slots=True)
class Loaded:
    """``names`` of operators by id, titles of ``policies`` by path."""

    view: CaseView
    names: Mapping[int, str]
    policies: Mapping[str, str]
    policy: RestPolicy
    rest: Rest
    standing: Standing
    reviews: Reviews = field(default_factory=Reviews)


def load(desk: Desk, operator: Operator, number: int) -> Loaded:
    """Everything the page shows; for a reading thread. Raises UserError where there is no such case.

    While a blind second opinion is asked for, nothing of the first decision is in it.
    """
    settings = desk.configuration.settings(operator)
    view = desk.review.open(operator, number)
    reviews = reviews_of(view, desk.second_review.for_case(operator, number))
    return Loaded(
        veiled(view) if reviews.withheld else view,
        {person.id: person.name for person in desk.people.all()},
        {policy.path: policy.title for policy in settings.policies},
        settings.rest,
        desk.review.rest(operator),
        desk.violations.standing(operator, number),
        reviews,
    )


def live(claim: Claim | None, now: datetime) -> Claim | None:
    """The claim while it lasts."""
    return claim if claim is not None and claim.until > now else None


def bar_state(case: Case, *, mine: bool, held: Claim | None, me: Operator) -> tuple[str, str]:
    """The decision bar's state (see DecisionBar.set_state) and why nothing can be decided."""
    if mine:
        return "mine", ""
    if case.state is CaseState.CLOSED:
        return "reopen", tr("This case is closed.")
    if case.state not in WORKABLE:
        return "closed", tr("Nothing to decide: {state}.", state=phrases.state(case.state))
    if case.state is CaseState.ESCALATED and not me.may(Permission.SUPERVISE_QUEUE):
        return "closed", tr("One of the supervisors decides it or gives it back to the queue.")
    if held is not None and held.operator_id != me.id:
        until = words.clock(held.until)
        said = tr("{name} is working on this case until {time}.", name=held.operator_name, time=until)
        return "closed", said
    return "free", ""


def claim_words(claim: Claim | None, now: datetime, *, mine: bool) -> tuple[str, str]:
    """What the header says of the claim, and its tooltip in UTC."""
    if claim is None:
        return tr("not claimed"), ""
    until = words.clock_or_moment(claim.until, now)
    if mine:
        return tr("claimed by you until {time}", time=until), words.utc(claim.until)
    return tr("claimed by {name} until {time}", name=claim.operator_name, time=until), words.utc(claim.until)


def waits_for(view: CaseView) -> tuple[str, str, str]:
    """(kind, words, page) where the case is not simply open; page is where its filing is shown, or ''."""
    kind, text, page = _waits_for(view)
    if view.erased is None:
        return kind, text, page
    return kind or "info", f"{text} {phrases.erased(view.erased)}".strip(), page


def _waits_for(view: CaseView) -> tuple[str, str, str]:
    case = view.case
    if case.state is CaseState.SNOOZED and case.snoozed_until is not None:
        return "info", tr("Put away until {time}.", time=words.moment(case.snoozed_until)), ""
    if case.state is CaseState.ESCALATED:
        return "info", tr("Before the supervisors."), ""
    if case.state is CaseState.REPORTING:
        return "info", tr("A report on this case is on its way."), "outbox"
    if case.state is CaseState.REPORTED:
        return "ok", tr("This case was reported."), "reports"
    return "", "", ""


def unread(view: CaseView) -> set[str]:
    """Chats and texts that were not scrolled through to their end yet."""
    kinds = (ContentKind.CHAT, ContentKind.TEXT)
    return {
        piece.id
        for piece in view.case.data.content
        if piece.kind in kinds and not (piece.id in view.viewed and view.viewed[piece.id].viewed)
    }
