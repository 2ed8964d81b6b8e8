"""A case looked at again: what is withheld of it, the bar that asks, and what is said afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from desk.domain.decision import DecisionKind
from desk.domain.errors import DeskError
from desk.domain.incident import IncidentType
from desk.domain.second_review import ReviewState, SecondReview
from desk.gui.second_review import words
from desk.gui.second_review.bar import ReviewBar
from desk.gui.session import Session
from desk.gui.words import tr
from desk.services.review import CaseView
from desk.services.second_review import ReviewLine


@dataclass(frozen=True, slots=True)
class Reviews:
    """What stands on a case: ``waiting`` for this person's opinion, and the judged ones.

    ``until``: when the report that waits for it is deleted at the service.
    """

    waiting: ReviewLine | None = None
    judged: tuple[ReviewLine, ...] = ()
    until: datetime | None = None

    @property
    def withheld(self) -> bool:
        return self.waiting is not None and self.waiting.withheld


def reviews_of(view: CaseView, lines: Sequence[ReviewLine]) -> Reviews:
    """The reviews of a case as its page needs them."""
    judged = tuple(line for line in lines if line.review.state in (ReviewState.AGREED, ReviewState.DISAGREED))
    waiting = next((line for line in lines if line.may_review), None)
    ends = {filing.id: filing.expires_at for filing in view.filings if not filing.state.ended}
    until = None
    if waiting is not None and waiting.review.filing_id is not None:
        until = ends.get(waiting.review.filing_id)
    return Reviews(waiting, judged, until)


def veiled(view: CaseView) -> CaseView:
    """The case without anything that tells what was decided about it: decisions, the way through the
    guide, its filings here and elsewhere, its draft, and the marks of what is reported by them."""
    own = {filing.id for filing in view.filings}
    reports = {filing.report_id for filing in view.filings}
    return replace(
        view,
        decisions=(),
        walks=(),
        filings=(),
        filed_elsewhere=(),
        has_draft=False,
        reported_in={key: filing for key, filing in view.reported_in.items() if filing not in own},
        prior_reports=tuple(one for one in view.prior_reports if one[0] not in reports),
    )


class SecondLook(QObject):
    """``written`` comes when an opinion was given: the case is read again, with nothing withheld."""

    written = Signal()
    refused = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.reviews = Reviews()
        self._gave = 0
        self.claim_wanted = False
        """The case is to be claimed as soon as it is read: its reviewer came to look."""
        self.bar = ReviewBar()
        self.bar.given.connect(self._give)

    @property
    def waiting(self) -> bool:
        """Whether this person's opinion is asked for."""
        return self.reviews.waiting is not None

    @property
    def active(self) -> bool:
        """Whether the bar stands in the place of the decisions."""
        return self.waiting or bool(self._gave)

    def forget(self) -> None:
        self.reviews, self._gave, self.claim_wanted = Reviews(), 0, False
        self.bar.begin()
        self.bar.hide()

    def put_away(self) -> None:
        """The result was seen; the case is as any other from now on."""
        if self._gave:
            self._gave = 0
            self.bar.begin()

    def read(self, reviews: Reviews) -> None:
        """What was read of the case anew."""
        self.reviews = reviews
        gave = next((line for line in reviews.judged if line.review.id == self._gave), None)
        if gave is not None and reviews.waiting is None:
            self.bar.show_result(gave)

    def show_state(self, *, claimed: bool, can_claim: bool) -> None:
        """Whether the bar is there, and what it offers."""
        line = self.reviews.waiting
        if line is not None:
            about = words.consequence(line.review.required, self.reviews.until)
            self.bar.show_waiting(line, about, claimed=claimed, can_claim=can_claim)
        self.bar.setVisible(self.active)

    def _give(self, kind: DecisionKind, chosen: IncidentType | None, reason: str) -> None:
        line = self.reviews.waiting
        if line is None:
            return
        service, operator = self._session.desk.second_review, self._session.operator
        review = line.review.id
        self._session.act(
            lambda: service.give(operator, review, kind, chosen, reason),
            self._given,
            self._refused,
            owner=self,
        )

    def _given(self, review: SecondReview) -> None:
        self._gave = review.id
        self.bar.set_busy(False)
        self.written.emit()

    def _refused(self, problem: DeskError) -> None:
        self.bar.set_busy(False)
        self.bar.say(problem.words())
        self.bar.reason.setFocus()


def either(reviewing: Callable[[], bool], there: Callable[[], object], here: Callable[[], object]) -> object:
    """One key, two acts: ``there`` while a second opinion is asked for, else ``here``."""
    return there() if reviewing() else here()


def outcome_words(lines: Sequence[ReviewLine]) -> list[tuple[datetime | None, str, str]]:
    """(when, what, reason) of each judged review, for the case's own facts."""
    found = []
    for line in lines:
        reason = line.review.reason
        told = tr("Reason: {words}", words=reason) if reason else ""
        found.append((line.review.reviewed_at, words.outcome(line, own=False), told))
    return found
