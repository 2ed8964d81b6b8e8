"""The line that says why a report can only be read, and the way to claim its case."""

from __future__ import annotations

from desk.domain.case import Claim
from desk.gui.report.bars import NoteBar
from desk.gui.session import Session
from desk.gui.words import tr

KEY_CLAIM = "Alt+L"


class ClaimBar(NoteBar):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._number: int | None = None
        self.buttons[0].setToolTip(f"{tr('Claim the case')}  ({KEY_CLAIM})")

    def held(self, number: int | None) -> bool:
        """Whether this person's claim is on the case."""
        claim = self._session.claim
        return claim is not None and claim.case_id == number

    def show_for(self, number: int | None, other: Claim | None) -> None:
        """``other`` is the claim that the case had when it was read."""
        self._number = number
        if self.held(number):
            self.hide()
            return
        words = tr("Claim it to go on writing; what is written is kept.")
        if other is not None and other.operator_id != self._session.operator.id:
            words = tr("{name} works on this case now.", name=other.operator_name)
        self.say(
            "warn",
            tr("You can read this report, but you have not claimed the case."),
            words,
            (tr("Claim the case"), self.claim),
        )

    def ask(self) -> None:
        """By its key: nothing happens where there is nothing to claim."""
        if not self.isHidden():
            self.claim()

    def claim(self) -> None:
        """Claim the case; the session tells everybody."""
        number, queue, operator = self._number, self._session.desk.queue, self._session.operator
        if number is not None:
            self._session.act(
                lambda: queue.claim(operator, number), self._session.set_claim, self._refused, owner=self
            )

    def _refused(self, problem: object) -> None:
        words = getattr(problem, "message", "")
        self.say("warn", tr("The case could not be claimed."), str(words), (tr("Claim the case"), self.claim))
