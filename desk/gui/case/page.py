"""The case page: one case opened, looked at, marked and decided. Facts first, content last and blurred."""

from __future__ import annotations

import sys
from datetime import datetime

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desk.domain.case import Claim
from desk.domain.decision import Decision, DecisionKind
from desk.domain.errors import ClaimLost, DeskError
from desk.domain.exposure import Rest
from desk.domain.incident import IncidentType
from desk.gui import words
from desk.gui.case import phrases
from desk.gui.case.bars import snooze_times
from desk.gui.case.capture import refuse_capture
from desk.gui.case.keys import bind, case_commands
from desk.gui.case.messages import Read
from desk.gui.case.reading import CaseReading
from desk.gui.pauses import settle
from desk.gui.session import Session
from desk.gui.widgets.page import Command
from desk.gui.words import tr
from desk.services.changes import Change
from desk.services.violations import Prepared

SHOWN = frozenset({Change.CASE, Change.VIEWING, Change.QUEUE, Change.OUTBOX, Change.REPORTS, Change.SETTINGS})
"""The changes of which the page shows something."""


class CasePage(CaseReading):
    """What the window asks of the page, what its parts ask of it, and what a person does with the case."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._tick.timeout.connect(self._ticked)
        self._connect()
        self._commands = case_commands(self)
        bind(self, self._commands)
        settle()  # all is loaded and built now

    def _connect(self) -> None:
        acts = self.acts
        acts.busy.connect(self._set_busy)
        acts.refused.connect(self._refused)
        acts.claimed.connect(self._claimed)
        acts.released.connect(self.reload)
        acts.put_away.connect(self._put_away)
        acts.decided.connect(self._was_decided)
        acts.none_waiting.connect(self._none_waiting)
        self.no_case.next_asked.connect(acts.next_case)
        self.failed.again.connect(self.reload)
        self.failed.left.connect(self.to_queue)
        self.done.left.connect(self.to_queue)
        self.done.undone.connect(self.undo_decision)
        self.done.next_asked.connect(acts.next_case)
        self.claim_bar.released.connect(self.release)
        self.claim_bar.snoozed.connect(self.snooze)
        self.claim_bar.asked.connect(self.hand)
        self.claim_bar.take_over_asked.connect(self.take_over)
        self.handing.left.connect(self._went)
        self.handing.taken.connect(self._claimed)
        self.handing.refused.connect(self._refused)
        self.handing.noted.connect(self._note)
        self.handing.told.connect(self.known.story.show_story)
        self.decisions.claim_asked.connect(self.claim)
        self.decisions.reopen_asked.connect(self.reopen)
        self.decisions.decided.connect(self.decide)
        self.decisions.report_asked.connect(self.report)
        self.decisions.violation.report_asked.connect(self.report_violation)
        acts.prepared.connect(self._prepared)
        self.decisions.asking_ended.connect(self.focus_grid)
        self.decisions.guide_asked.connect(self.to_guide)
        self.decisions.channels_asked.connect(self.to_channels)
        self.second.written.connect(self._reviewed)
        self.second.bar.claim_asked.connect(self.claim)
        self.second.bar.release_asked.connect(self.release)
        self.second.bar.left.connect(self._to_reviews)
        self.known.read.connect(self._read)
        self.recorder.rest_changed.connect(self._rest_changed)
        self.resting.over.connect(self.recorder.ask_rest)
        self.screen_lock.locked.connect(self.blank)
        self.content.refused.connect(self._refused)
        self.content.care_asked.connect(self.open_care)
        self.marks.failed.connect(self._refused)
        self.marks.settled.connect(self._marks_settled)
        self.session.claim_changed.connect(self._claim_changed)
        self.session.claim_lost.connect(self._claim_lost)

    # --- the page's own life ---------------------------------------------------

    def header_widgets(self) -> list[QWidget]:
        return [self.claim_bar]

    def commands(self) -> list[Command]:
        return list(self._commands)

    def enter(self, **kwargs: object) -> None:
        """``number``: the case to show. Without it: the one at hand, or that none is open.
        ``review``: it is opened to be looked at again, and claimed for that.
        """
        wanted = kwargs.get("number")
        claim = self.session.claim
        if isinstance(wanted, int):
            number: int | None = wanted
        elif claim is not None:
            number = claim.case_id
        else:
            number = self._number if self._decided is None else None
        self._tick.start()
        # The window keeps its own settings, and this page's with them.
        self.content.appearance.keep_in(getattr(self.window(), "kept_settings", None))
        if number is None:
            self._close()
        else:
            self.open_case(number)
            self.second.claim_wanted = "review" in kwargs

    def leave(self) -> bool:
        self.blank()
        self.known.watch(False)
        self.decisions.cancel()
        self.second.put_away()
        self._tick.stop()
        return True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if sys.platform in ("win32", "darwin"):
            refuse_capture(int(self.window().winId()))

    def hideEvent(self, event: QHideEvent) -> None:
        self.blank()
        self.known.watch(False)
        super().hideEvent(event)

    def refresh(self, changes: frozenset[str]) -> None:
        if self._number is None or not self.isVisible() or self._decided is not None:
            return
        if changes & SHOWN:
            self.reload()

    # --- acts on the claim -----------------------------------------------------

    def _claim_changed(self, _claim: object) -> None:
        if self._stack.currentWidget() is self._body:
            self._show_state()

    def _claim_lost(self, lost: object) -> None:
        if isinstance(lost, Claim) and lost.case_id == self._number:
            self.blank()
            self.said.say("warn", tr("Your claim on this case ended. What you marked is kept in the draft."))
            self.reload()

    def _set_busy(self, busy: bool) -> None:
        if busy:
            self.blank()
            self._save_focus()
        self.decisions.set_busy(busy)
        self.claim_bar.set_busy(busy)
        self.done.set_busy(busy)

    def _refused(self, error: DeskError) -> None:
        if self._view is None:
            self.notify.emit("bad", error.words())
            return
        self.said.say("bad", error.words())
        if isinstance(error, ClaimLost):
            self.reload()
        else:
            self.recorder.ask_rest()

    def _claimed(self, claim: Claim) -> None:
        self.said.unsay()
        if claim.case_id != self._number or self._decided is not None:
            self.open_case(claim.case_id)
        self.focus_grid()

    def release(self) -> None:
        claim = self.session.claim
        if claim is not None and (self.mine or self.looks):
            self.blank()
            self.acts.release(claim)

    def snooze(self, choice: int) -> None:
        """Put the case away: 1 h, 4 h, tomorrow 09:00, 3 days, by their place in the menu."""
        claim = self.session.claim
        if claim is not None and self.mine:
            self.handing.snooze(claim, snooze_times(self.session.desk.clock.now())[choice][1])

    def hand(self, act: str) -> None:
        """Skip, hand over, escalate, ask or give a second opinion."""
        claim = self.session.claim
        if claim is not None and self.mine:
            self.handing.ask(act, claim)

    def offers(self, act: str) -> bool:
        """Whether the holder of the case at hand can do this with it now."""
        view = self._view
        return view is not None and act in dict(self.handing.choices(view.case.state))

    def take_over(self) -> None:
        """By a supervisor, from whoever holds the case at hand."""
        view = self._view
        if view is not None and view.case.claim is not None:
            self.handing.take_over(view.case.number, view.case.claim.operator_name)

    def _note(self, said: str) -> None:
        """What was said about the case in the queue."""
        self.noted.setText(said)
        self.noted.setVisible(bool(said))
        self._offer()

    def _went(self, said: str) -> None:
        self.notify.emit("ok", said)
        self.to_queue()

    def _put_away(self, number: int, until: datetime) -> None:
        said = tr("Case {number} is put away until {time}.", number=number, time=words.moment(until))
        self.notify.emit("ok", said)
        self.to_queue()

    def _none_waiting(self) -> None:
        self.notify.emit("info", tr("No case is waiting."))
        self.to_queue()

    def _reviewed(self) -> None:
        """The second opinion is given: the claim for it goes, and nothing is withheld any more."""
        claim = self.session.claim
        self.blank()
        if claim is not None and self._view is not None and claim.case_id == self._view.case.number:
            self.acts.release(claim)
        self.reload()

    def _to_reviews(self) -> None:
        self._close()
        self.navigate.emit("second_review", {})

    # --- deciding --------------------------------------------------------------

    def decide(self, kind: DecisionKind, reason: str | None = None, policy: str | None = None) -> None:
        claim = self.session.claim
        if claim is not None and self.mine:
            if kind is DecisionKind.ESCALATE:  # no decision yet: another person's opinion comes first
                self.decisions.cancel()
                self.blank()
                self.handing.ask("give" if self.handing.pending is not None else "opinion", claim)
            else:
                self.acts.decide(claim, kind, reason, policy)

    def _was_decided(self, decision: Decision) -> None:
        self._decided = decision
        self._forget_view()
        self.done.say(
            phrases.decided(decision.case_number, decision.kind), tr("Undo opens it again for you.")
        )
        self._stack.setCurrentWidget(self.done)
        self.done.back.setFocus()
        self.recorder.ask_rest()

    def undo(self) -> None:
        """Take back the last mark, or the decision just made."""
        if self._stack.currentWidget() is self.done:
            self.undo_decision()
        else:
            self.content.undo()

    def undo_decision(self) -> None:
        if self._decided is not None:
            self._number = self._decided.case_number
            self.reopen()

    def reopen(self) -> None:
        """Open a decided case again and claim it. The decision stays on record."""
        if self._number is not None:
            self.acts.reopen(self._number)

    def report(self) -> None:
        """To the report form; with all marks kept first, for the form reads the same draft."""
        if self._number is None or not self.mine:
            return
        if self.decisions.violation.files_from_here:
            # In a rule's queue the violation is confirmed by its policy first.
            self.decisions.ask_violation()
            return
        self.blank()
        self._to_report = self.marks.pending
        if not self._to_report:
            self.navigate.emit("report", {"number": self._number})

    def to_guide(self) -> None:
        """'Is this reportable?', about this case."""
        if self._number is not None:
            self.navigate.emit("guide", {"number": self._number, "back": "case"})

    def to_channels(self) -> None:
        """Who else takes a report, and what was filed of this case elsewhere."""
        if self._number is not None:
            self.navigate.emit("channels", {"number": self._number})

    def report_violation(self, policy: str, kind: IncidentType | None) -> None:
        """The violated policy is confirmed; its report comes next, with all marks kept first."""
        claim = self.session.claim
        if claim is None or not self.mine:
            return
        self.blank()
        self._violated = (policy, kind)
        if not self.marks.pending:
            self._violated = None
            self.acts.confirm_violation(claim, policy, kind)

    def _prepared(self, prepared: Prepared) -> None:
        """Straight to the confirmation from a rule's queue; where something is missing, to that place."""
        straight = self.decisions.violation.files_from_here
        self.decisions.cancel()
        if straight and prepared.ready:
            self.navigate.emit("confirm", {"number": prepared.case_number})
        else:
            self.navigate.emit("report", {"number": prepared.case_number, "review": straight})

    def _marks_settled(self) -> None:
        if self._violated is not None:
            self.report_violation(*self._violated)
        if self._to_report:
            self.report()

    # --- rest and reading ------------------------------------------------------

    def _ticked(self) -> None:
        self._show_state()
        self.recorder.ask_rest()

    def _rest_changed(self, rest: Rest) -> None:
        self._show_state()
        self.resting.say(rest)
        self.rest_changed.emit(rest)

    def _read(self, read: Read) -> None:
        if self._number is not None:
            self.recorder.reading(self._number, read)
