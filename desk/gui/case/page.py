"""The case page: one case opened, looked at, marked and decided. Facts first, content last and blurred."""

from __future__ import annotations

import sys
from datetime import datetime
from functools import partial
from typing import ClassVar, cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desk.domain.case import Case, Claim
from desk.domain.decision import Decision, DecisionKind
from desk.domain.errors import ClaimLost, DeskError
from desk.domain.exposure import Rest
from desk.domain.incident import IncidentType
from desk.domain.roles import Permission
from desk.gui import theme, words
from desk.gui.case import phrases
from desk.gui.case.acts import CaseActs
from desk.gui.case.bars import ClaimBar, DecisionBar, snooze_times
from desk.gui.case.capture import refuse_capture
from desk.gui.case.care import CareDialog
from desk.gui.case.content import ContentPanel
from desk.gui.case.facts import WhatIsKnown
from desk.gui.case.handing import Handing
from desk.gui.case.keys import bind, case_commands
from desk.gui.case.marks import Marks
from desk.gui.case.messages import Read
from desk.gui.case.parts import Said
from desk.gui.case.recorder import Recorder
from desk.gui.case.resting import RestNotice
from desk.gui.case.screenlock import ScreenLock
from desk.gui.case.second import SecondLook
from desk.gui.case.standing import WORKABLE, Loaded, bar_state, claim_words, live, load, unread, waits_for
from desk.gui.case.states import CaseSkeleton, Decided, Failed, NoCase
from desk.gui.pauses import settle
from desk.gui.session import Session
from desk.gui.widgets.common import label, vbox
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import SplitView
from desk.gui.words import tr
from desk.services.changes import Change
from desk.services.review import CaseView
from desk.services.violations import Prepared

TICK_MS = 20_000
FILES_SHARES, TEXT_SHARES = (11, 19), (19, 11)
"""The columns' widths: media need room where there are any, text where there are none."""

SHOWN = frozenset({Change.CASE, Change.VIEWING, Change.QUEUE, Change.OUTBOX, Change.REPORTS, Change.SETTINGS})
"""The changes of which the page shows something."""


class CasePage(Page):
    """``rest_changed`` carries the operator's own Rest, for the status line."""

    title = ""
    icon: ClassVar[str] = "image"
    rest_changed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Case")
        self.back = ("queue", tr("Queue"))
        self.session = session
        self._number: int | None = None
        self._view: CaseView | None = None
        self._loaded: Loaded | None = None
        self._decided: Decision | None = None
        self._entered = self._to_report = False
        self._violated: tuple[str, IncidentType | None] | None = None

        self.acts = CaseActs(session, self)
        self.claim_bar = ClaimBar()
        self.handing = Handing(session, self)
        self.noted = label("", "muted", wrap=True)
        self.noted.hide()
        self.decisions = DecisionBar()
        self.second = SecondLook(session, self)
        self.said = Said()
        self.resting = RestNotice(session.desk.clock)
        self.screen_lock = ScreenLock(self)
        self.marks = Marks(session, self)
        self.known = WhatIsKnown(session)
        self.known.wanted.connect(self.navigate)
        self.recorder = Recorder(session, self)
        self.content = ContentPanel(session, self.marks, self.recorder)
        self.no_case, self.failed, self.done = NoCase(), Failed(), Decided()
        self._skeleton = CaseSkeleton()
        self.split = SplitView(self.known, self.content, shares=FILES_SHARES, line=False)
        self.known.setMinimumWidth(320)
        self.content.setMinimumWidth(420)
        middle = QWidget()
        middle.setLayout(vbox(self.said, self.noted, self.resting, self.split, gap=theme.S2))
        inner = middle.layout()
        assert inner is not None
        inner.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S3)
        # The notice takes its own height, the columns all the rest.
        self.split.setSizePolicy(
            self.split.sizePolicy().Policy.Expanding, self.split.sizePolicy().Policy.Expanding
        )
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(middle, 1)
        column.addWidget(self.decisions)
        column.addWidget(self.second.bar)
        self.content.looking.stage = self._body
        self._stack = QStackedWidget()
        for part in (self.no_case, self._skeleton, self.failed, self._body, self.done):
            self._stack.addWidget(part)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
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
        self.claim_bar.take_over_asked.connect(self._take_over)
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

    # --- the page's own life -----------------------------------------------

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

    def blank(self) -> None:
        """Everything blurred, now. The window calls it for the one key that hides all."""
        self.content.blank()

    def blanked(self) -> bool:
        """Whether nothing unblurred is on the screen."""
        return not self.content.sheet.showing

    def open_care(self) -> CareDialog:
        """One's own figures and choices; everything is blurred behind it."""
        self.blank()
        dialog = CareDialog(self.session, self.window())
        dialog.open()
        return dialog

    def focus_grid(self) -> None:
        """The keys' home: the grid, or the facts where there are no files."""
        if self.content.has_files:
            self.content.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.known.focus_facts()

    # --- loading -----------------------------------------------------------

    def open_case(self, number: int) -> None:
        """Show a case. Reading it changes nothing; the claim is asked for apart."""
        if number != self._number or self._view is None:
            self._forget()
            self._number = number
            self.set_title(tr("Case {number}", number=number))
            self._stack.setCurrentWidget(self._skeleton)
        self._decided = None
        self._entered, self._to_report = True, False
        self.reload()

    def reload(self) -> None:
        number = self._number
        if number is None:
            return
        read = partial(load, self.session.desk, self.session.operator, number)
        self.session.runner.run_read(read, self._arrived, self._failed_to_load, owner=self, key="open")

    def _arrived(self, loaded: Loaded) -> None:
        view = loaded.view
        if view.case.number != self._number or self._decided is not None:
            return
        before, told = self._view, self._loaded.reviews if self._loaded is not None else None
        self._view, self._loaded = view, loaded
        self.recorder.set_rest(loaded.rest)
        self.second.read(loaded.reviews)
        self._sync_claim(view.case)
        if not loaded.reviews.withheld:
            self.handing.read(view.case.number)
        fresh = before is None or (before.case.number, before.case.revision) != (
            view.case.number,
            view.case.revision,
        )
        if fresh or before is None or before.decisions != view.decisions or told != loaded.reviews:
            self.known.show_case(view, loaded.names, loaded.policies, loaded.reviews)
        shown = self._stack.currentWidget() is self._body
        self._stack.setCurrentWidget(self._body)
        self._show_state(fresh=fresh)
        self.content.show_case(view)
        if before is None:
            shares = FILES_SHARES if self.content.has_files else TEXT_SHARES
            self.split.setSizes([share * 100 for share in shares])
        if fresh or not shown:
            self.focus_grid()
        if self.second.claim_wanted:
            self.second.claim_wanted = False
            if self.reviewing and not self.looks:
                self.claim()

    def _failed_to_load(self, error: DeskError) -> None:
        self._forget_view()
        self.failed.say(tr("This case can't be shown"), error.words())
        self._stack.setCurrentWidget(self.failed)
        self.failed.retry.setFocus()

    def _forget_view(self) -> None:
        self.known.watch(False)
        self.content.forget()
        self.marks.stop()
        self.said.unsay()
        self.claim_bar.say("", mine=False)
        self._view = self._loaded = None

    def _forget(self) -> None:
        self._forget_view()
        self.second.forget()
        self.noted.hide()
        self._number = None

    def _close(self) -> None:
        """No case is open."""
        self._forget()
        self._decided = None
        self.set_title(tr("Case"))
        self._stack.setCurrentWidget(self.no_case)
        self.no_case.next.setFocus()

    # --- whose case it is ----------------------------------------------------

    @property
    def mine(self) -> bool:
        """Whether the operator holds the claim and may work on the case."""
        claim, view = self.session.claim, self._view
        if claim is None or view is None or self.reviewing:
            return False
        return claim.case_id == view.case.number and view.case.state in WORKABLE

    @property
    def reviewing(self) -> bool:
        """Whether a second opinion of this person is asked for on the case: nothing else is done with it."""
        return self.second.waiting

    @property
    def looks(self) -> bool:
        """Whether the files may be looked at: by who works on the case, or was asked to look again."""
        claim, view = self.session.claim, self._view
        held = claim is not None and view is not None and claim.case_id == view.case.number
        return self.mine or (held and self.reviewing)

    def _sync_claim(self, case: Case) -> None:
        """The store knows best who holds the claim."""
        held, own = live(case.claim, self.session.desk.clock.now()), self.session.claim
        if held is not None and held.operator_id == self.session.operator.id:
            if own is None or own.case_id != case.number or own.token != held.token or own.until < held.until:
                self.session.set_claim(held)
        elif own is not None and own.case_id == case.number:
            self.session.set_claim(None)

    def _show_state(self, *, fresh: bool = False) -> None:
        view, loaded = self._view, self._loaded
        if view is None or loaded is None:
            return
        case, mine, me = view.case, self.mine, self.session.operator
        held = live(case.claim, self.session.desk.clock.now())
        state, why = bar_state(case, mine=mine, held=held, me=me)
        self._save_focus()
        self.decisions.set_standing(loaded.standing)
        self.decisions.set_state(state if not self.second.active else "closed", why)
        self.decisions.setVisible(not self.second.active)
        own = self.reviewing and self.looks
        self.second.show_state(claimed=own, can_claim=held is None or (held.operator_id == me.id and not own))
        text, tip = claim_words(self.session.claim if mine or own else held, mine=mine or own)
        self.claim_bar.say(text, mine=mine, tip=tip)
        self._offer()
        if fresh:
            self._say_standing(view)
        self.content.set_state(
            can_mark=mine,
            can_look=self.looks,
            lock=phrases.rest_lock(self.recorder.rest),
            hold_seconds=loaded.policy.hold_seconds,
        )
        if mine:
            # Not again at every refresh: the draft is read anew when the page is entered.
            if not self.marks.ready or fresh or self._entered:
                self.marks.begin(case.number, open_now=view.has_draft)
            self.known.watch_only(unread(view) if self.isVisible() else set())
        else:
            self.known.watch_only(unread(view) if own and self.isVisible() else set())
            if not own:
                self.known.watch(False)
            if self.marks.ready:
                self.marks.stop()
        self._entered = False
        self.commands_changed.emit()

    def _say_standing(self, view: CaseView) -> None:
        """What the case is waiting for, where it is not simply open."""
        if self.reviewing:
            self.said.unsay()  # it would tell what was decided
            return
        kind, text, page = waits_for(view)
        filing = max((one.id for one in view.filings), default=None)
        if page and filing is not None:
            show = partial(self.navigate.emit, page, {"filing_id": filing})
            self.said.say(kind, text, ((tr("Show it"), show),), stays=True)
        elif text:
            self.said.say(kind, text)
        else:
            self.said.unsay()

    def _claim_changed(self, _claim: object) -> None:
        if self._stack.currentWidget() is self._body:
            self._show_state()

    def _claim_lost(self, lost: object) -> None:
        if isinstance(lost, Claim) and lost.case_id == self._number:
            self.blank()
            self.said.say("warn", tr("Your claim on this case ended. What you marked is kept in the draft."))
            self.reload()

    # --- acts on the claim ---------------------------------------------------

    def _set_busy(self, busy: bool) -> None:
        if busy:
            self.blank()
            self._save_focus()
        self.decisions.set_busy(busy)
        self.claim_bar.set_busy(busy)
        self.done.set_busy(busy)

    def _save_focus(self) -> None:
        """Before a button in focus is disabled or hidden: Qt would send the focus wherever is next."""
        focus = cast("QWidget | None", self.focusWidget())
        bars = (self.decisions, self.claim_bar)
        if focus is not None and any(bar.isAncestorOf(focus) for bar in bars) and not self.decisions.asking:
            self.focus_grid()

    def _refused(self, error: DeskError) -> None:
        if self._view is None:
            self.notify.emit("bad", error.words())
            return
        self.said.say("bad", error.words())
        if isinstance(error, ClaimLost):
            self.reload()
        else:
            self.recorder.ask_rest()

    def claim(self) -> None:
        if self._number is not None and not self.looks:
            self.acts.claim(self._number)

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

    def _offer(self) -> None:
        view, me = self._view, self.session.operator
        if view is None:
            return
        held = live(view.case.claim, self.session.desk.clock.now())
        others = held is not None and held.operator_id != me.id
        self.claim_bar.offer(
            self.handing.choices(view.case.state) if self.mine else [],
            take_over=others and view.case.state in WORKABLE and me.may(Permission.SUPERVISE_QUEUE),
        )

    def _take_over(self) -> None:
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

    def to_queue(self) -> None:
        self._close()
        self.navigate.emit("queue", {})

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

    # --- deciding ------------------------------------------------------------

    def decide(self, kind: DecisionKind, reason: str | None = None, policy: str | None = None) -> None:
        claim = self.session.claim
        if claim is not None and self.mine:
            if kind is DecisionKind.ESCALATE:  # no decision yet: another person's opinion comes first
                self.decisions.cancel()
                self.handing.ask_opinion(claim, reason or "")
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
