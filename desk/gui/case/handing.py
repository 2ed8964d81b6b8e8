"""What is done with a case besides deciding it: skip, hand over, escalate, take over, a second opinion.

Each asks for a few words in a dialog of its own, then acts; the page leaves the case where the claim went.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desk.domain.case import CaseState, Claim
from desk.domain.errors import DeskError
from desk.domain.roles import Operator, Permission
from desk.gui import words
from desk.gui.queue.ask import Answer, AskDialog
from desk.gui.session import Session
from desk.gui.words import tr
from desk.services.changes import Done
from desk.services.queue import Asked, Told


def told_words(told: Told) -> str:
    """One act of the queue as a sentence, with its note."""
    said = {
        "skipped": tr("{by} skipped it", by=told.by),
        "snoozed": tr("{by} put it away", by=told.by),
        "escalated": tr("{by} escalated it", by=told.by),
        "sent_back": tr("{by} gave it back to the queue", by=told.by),
        "handed_over": tr("{by} handed it over to {to}", by=told.by, to=told.to),
        "taken_over": tr("{by} took it over from {to}", by=told.by, to=told.to),
    }[told.kind.value]
    return f"{said}: {told.note}" if told.note else said


class Handing(QObject):
    """``left`` carries what to say when the case is not this person's any more; ``refused`` a DeskError;
    ``noted`` one line about where the case stands, empty where there is nothing to say; ``told`` all that
    happened to it in the queue, as (Told, …) and (Asked, …)."""

    left = Signal(str)
    refused = Signal(object)
    taken = Signal(object)
    noted = Signal(str)
    told = Signal(object, object)

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session = session
        self._page = page
        self.pending: Asked | None = None
        """The second opinion that this person can give on the case at hand."""
        self.dialog: AskDialog | None = None

    # what the page offers --------------------------------------------------------

    def choices(self, state: CaseState) -> list[tuple[str, str]]:
        """(act, words) for the holder of the claim."""
        found = []
        if self.pending is not None:
            found.append(("give", tr("Give the second opinion…")))
        if state in (CaseState.OPEN, CaseState.SNOOZED):
            found.append(("opinion", tr("Ask for a second opinion…")))
        found += [("hand_over", tr("Hand over…")), ("skip", tr("Skip…"))]
        if state in (CaseState.OPEN, CaseState.SNOOZED):
            found.append(("escalate", tr("Escalate to a supervisor…")))
        if state is CaseState.ESCALATED and self._session.operator.may(Permission.SUPERVISE_QUEUE):
            found.append(("send_back", tr("Give back to the queue…")))
        return found

    def forget(self) -> None:
        """Another case: what was asked about the one before is not asked about it."""
        self.pending = None

    def read(self, number: int) -> None:
        """Ask what was said about the case in the queue."""
        queue, operator = self._session.desk.queue, self._session.operator

        def ask() -> tuple[tuple[Told, ...], tuple[Asked, ...]]:
            return queue.history(operator, number), queue.opinions(operator, number)

        self._session.runner.run_read(ask, self._read, owner=self, key="handing")

    def _read(self, found: tuple[tuple[Told, ...], tuple[Asked, ...]]) -> None:
        told, asked = found
        self.pending = next((one for one in asked if one.may_give), None)
        lines = []
        if asked:
            last = asked[-1]
            if last.opinion.pending:
                asks = tr("{by} asks for a second opinion:", by=last.asked_by)
                lines.append(f"{asks} {last.opinion.question}")
                if last.first:
                    lines.append(tr("Their own opinion: {words}", words=last.first))
            else:
                given = tr("{by}'s second opinion:", by=last.given_by)
                lines.append(f"{given} {last.opinion.second or ''}")
        if told:
            lines.append(f"{told_words(told[-1])} ({words.moment(told[-1].at)})")
        self.noted.emit("\n".join(lines))
        self.told.emit(told, asked)

    # acts ---------------------------------------------------------------------------

    def ask(self, act: str, claim: Claim) -> None:
        """Open the question of one of ``choices``."""
        if act == "hand_over":
            queue, operator = self._session.desk.queue, self._session.operator
            self._session.runner.run_read(
                lambda: queue.others(operator), partial(self._hand_over, claim), owner=self, key="others"
            )
            return
        {
            "skip": self._skip,
            "escalate": self._escalate,
            "send_back": self._send_back,
            "opinion": self.ask_opinion,
            "give": self._give,
        }[act](claim)

    def _open(
        self, title: str, about: str, field: str, act: str, then: Callable[[Answer], object], **more: Any
    ) -> None:
        self.dialog = AskDialog(title, about, field, act, self._page, **more)
        self.dialog.answered.connect(then)
        self.dialog.open()

    def _do(self, act: Callable[[], Done[Any]], said: str) -> None:
        def done(_value: object) -> None:
            self._session.set_claim(None)
            self.left.emit(said)

        self._session.act(act, done, self._refused, owner=self)

    def _refused(self, error: DeskError) -> None:
        self.refused.emit(error)

    def _skip(self, claim: Claim) -> None:
        queue, operator = self._session.desk.queue, self._session.operator
        self._open(
            tr("Skip this case"),
            tr("It goes back to the queue. You are not offered it again today; others are."),
            tr("Reason"),
            tr("Skip"),
            lambda said: self._do(
                lambda: queue.skip(operator, claim, said.note),
                tr("Case {number} went back to the queue.", number=claim.case_id),
            ),
        )

    def snooze(self, claim: Claim, until: datetime) -> None:
        """Why it is put away until then."""
        queue, operator = self._session.desk.queue, self._session.operator
        self._open(
            tr("Put this case away"),
            tr("Until {time}; then it is open again for everybody.", time=words.moment(until)),
            tr("Reason"),
            tr("Put away"),
            lambda said: self._do(
                lambda: queue.snooze(operator, claim, until, said.note),
                tr("Case {number} is put away until {time}.", number=claim.case_id, time=words.moment(until)),
            ),
        )

    def _escalate(self, claim: Claim) -> None:
        queue, operator = self._session.desk.queue, self._session.operator
        self._open(
            tr("Escalate to a supervisor"),
            tr("It leaves the queue and goes before the supervisors, with your note."),
            tr("What should they look at?"),
            tr("Escalate"),
            lambda said: self._do(
                lambda: queue.escalate(operator, claim, said.note),
                tr("Case {number} is before the supervisors.", number=claim.case_id),
            ),
        )

    def _send_back(self, claim: Claim) -> None:
        queue, operator = self._session.desk.queue, self._session.operator
        self._open(
            tr("Give back to the queue"),
            tr("The case is open again for everybody."),
            tr("What was found, or what should be done?"),
            tr("Give back"),
            lambda said: self._do(
                lambda: queue.send_back(operator, claim, said.note),
                tr("Case {number} is back in the queue.", number=claim.case_id),
            ),
        )

    def _hand_over(self, claim: Claim, people: Sequence[Operator]) -> None:
        held = self._session.claim
        if held is None or held.case_id != claim.case_id:
            return  # they went on meanwhile
        queue, operator = self._session.desk.queue, self._session.operator
        self._open(
            tr("Hand this case over"),
            tr("They find it under Mine for twelve hours. What you marked and typed goes with it."),
            tr("What is done, and what is to do?"),
            tr("Hand over"),
            lambda said: self._do(
                lambda: queue.hand_over(operator, claim, said.to or 0, said.note),
                tr(
                    "Case {number} is handed over to {name}.",
                    number=claim.case_id,
                    name=next((one.name for one in people if one.id == said.to), ""),
                ),
            ),
            people=people,
        )

    def ask_opinion(self, claim: Claim) -> None:
        """To another person, who may or may not see one's own opinion first."""
        queue, operator = self._session.desk.queue, self._session.operator
        self._open(
            tr("Ask for a second opinion"),
            tr("Another person looks at it, never you yourself; then it comes back to you."),
            tr("What should they look at?"),
            tr("Ask"),
            lambda said: self._do(
                lambda: queue.ask_opinion(operator, claim, said.note, said.more, shown=said.on),
                tr("Case {number} waits for a second opinion.", number=claim.case_id),
            ),
            more=tr("Your own opinion"),
            tick=tr("They see my opinion before they give theirs"),
        )

    def _give(self, claim: Claim) -> None:
        asked = self.pending
        if asked is None:
            return
        queue, operator = self._session.desk.queue, self._session.operator
        about = asked.opinion.question
        if asked.first:
            about += "\n" + tr("Their own opinion: {words}", words=asked.first)
        self._open(
            tr("Second opinion"),
            tr("{by} asks: {words}", by=asked.asked_by, words=about),
            tr("Your opinion"),
            tr("Give it"),
            lambda said: self._do(
                lambda: queue.give_opinion(operator, claim, asked.opinion.id, said.note),
                tr("Case {number} went back to {name}.", number=claim.case_id, name=asked.asked_by),
            ),
        )

    def take_over(self, number: int, holder: str) -> None:
        """A supervisor takes the case from whoever holds it."""
        queue, operator = self._session.desk.queue, self._session.operator
        self._open(
            tr("Take over case {number}", number=number),
            tr("{name} loses the claim. What they typed is kept in the draft.", name=holder),
            tr("Reason"),
            tr("Take over"),
            lambda said: self._session.act(
                lambda: queue.take_over(operator, number, said.note),
                self.taken.emit,
                self._refused,
                owner=self,
            ),
        )
