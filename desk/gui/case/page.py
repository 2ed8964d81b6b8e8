"""The case page: one case opened, looked at, marked and decided. Facts first, content last and blurred."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desk.domain.case import Case, CaseState, Claim
from desk.domain.content import ContentKind
from desk.domain.decision import Decision, DecisionKind
from desk.domain.errors import ClaimLost, DeskError
from desk.domain.exposure import Rest, RestPolicy
from desk.domain.viewing import ViewingKind
from desk.gui import theme, words
from desk.gui.case import phrases
from desk.gui.case.bars import ClaimBar, DecisionBar, snooze_times
from desk.gui.case.content import ContentPanel
from desk.gui.case.facts import WhatIsKnown
from desk.gui.case.keys import bind, case_commands
from desk.gui.case.marks import Marks
from desk.gui.case.messages import Read
from desk.gui.case.parts import Said
from desk.gui.case.states import CaseSkeleton, Decided, Failed, NoCase
from desk.gui.session import Session
from desk.gui.widgets.common import vbox
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import SplitView
from desk.gui.words import tr
from desk.services.changes import Change
from desk.services.review import CaseView

TICK_MS = 20_000
WORKABLE = frozenset({CaseState.OPEN, CaseState.SNOOZED, CaseState.ESCALATED})


@dataclass(frozen=True, slots=True)
class _Loaded:
    view: CaseView
    names: Mapping[int, str]
    policies: Mapping[str, str]
    policy: RestPolicy
    rest: Rest


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
        self._loaded: _Loaded | None = None
        self._rest: Rest | None = None
        self._decided: Decision | None = None
        self._busy = False

        self.claim_bar = ClaimBar()
        self.decisions = DecisionBar()
        self.said = Said()
        self.marks = Marks(session, self)
        self.known = WhatIsKnown(session)
        self.content = ContentPanel(session, self.marks)
        self.no_case, self.failed, self.done = NoCase(), Failed(), Decided()
        self._skeleton = CaseSkeleton()
        self.split = SplitView(self.known, self.content, shares=(2, 3), line=False)
        self.known.setMinimumWidth(320)
        self.content.setMinimumWidth(420)
        middle = QWidget()
        middle.setLayout(vbox(self.said, self.split, gap=theme.S2))
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
        self._acts = case_commands(self)
        bind(self, self._acts)

    def _connect(self) -> None:
        self.no_case.next_asked.connect(self.next_case)
        self.failed.again.connect(self.reload)
        self.failed.left.connect(self.to_queue)
        self.done.left.connect(self.to_queue)
        self.done.undone.connect(self.undo_decision)
        self.done.next_asked.connect(self.next_case)
        self.claim_bar.released.connect(self.release)
        self.claim_bar.snoozed.connect(self.snooze)
        self.decisions.claim_asked.connect(self.claim)
        self.decisions.reopen_asked.connect(self.reopen)
        self.decisions.decided.connect(self.decide)
        self.decisions.report_asked.connect(self.report)
        self.decisions.asking_ended.connect(self.focus_grid)
        self.known.read.connect(self._record_reading)
        self.content.refused.connect(self._refused)
        self.marks.failed.connect(self._refused)
        self.session.claim_changed.connect(self._claim_changed)
        self.session.claim_lost.connect(self._claim_lost)

    # --- the page's own life -----------------------------------------------

    def header_widgets(self) -> list[QWidget]:
        return [self.claim_bar]

    def commands(self) -> list[Command]:
        return list(self._acts)

    def enter(self, **kwargs: object) -> None:
        """``number``: the case to show. Without it: the one at hand, or that none is open."""
        wanted = kwargs.get("number")
        claim = self.session.claim
        if isinstance(wanted, int):
            number: int | None = wanted
        elif claim is not None:
            number = claim.case_id
        else:
            number = self._number if self._decided is None else None
        self._tick.start()
        if number is None:
            self._close()
        else:
            self.open_case(number)

    def leave(self) -> bool:
        self.blank()
        self.known.watch(False)
        self.decisions.cancel()
        self._tick.stop()
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        self.blank()
        self.known.watch(False)
        super().hideEvent(event)

    def refresh(self, changes: frozenset[str]) -> None:
        if self._number is None or not self.isVisible() or self._decided is not None:
            return
        if changes & {
            Change.CASE,
            Change.VIEWING,
            Change.QUEUE,
            Change.OUTBOX,
            Change.REPORTS,
            Change.SETTINGS,
        }:
            self.reload()

    def blank(self) -> None:
        """Everything blurred, now. The window calls it for the one key that hides all."""
        self.content.blank()

    def blanked(self) -> bool:
        """Whether nothing unblurred is on the screen."""
        return not self.content.sheet.showing

    def focus_grid(self) -> None:
        """The keys' home: the grid, or the facts where there are no files."""
        if self.content.grid.ids():
            self.content.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.known.focus_messages()

    # --- loading -----------------------------------------------------------

    def open_case(self, number: int) -> None:
        """Show a case. Reading it changes nothing; the claim is asked for apart."""
        if number != self._number or self._view is None:
            self._forget()
            self._number = number
            self.set_title(tr("Case {number}", number=number))
            self._stack.setCurrentWidget(self._skeleton)
        self._decided = None
        self.reload()

    def reload(self) -> None:
        number = self._number
        if number is None:
            return
        desk, operator = self.session.desk, self.session.operator

        def read() -> _Loaded:
            settings = desk.configuration.settings()
            return _Loaded(
                desk.review.open(operator, number),
                {person.id: person.name for person in desk.people.all()},
                {policy.path: policy.title for policy in settings.policies},
                settings.rest,
                desk.review.rest(operator),
            )

        self.session.runner.run_read(read, self._arrived, self._failed_to_load, owner=self, key="open")

    def _arrived(self, loaded: _Loaded) -> None:
        view = loaded.view
        if view.case.number != self._number or self._decided is not None:
            return
        before = self._view
        self._view, self._loaded = view, loaded
        self._set_rest(loaded.rest)
        self._sync_claim(view.case)
        fresh = before is None or (before.case.number, before.case.revision) != (
            view.case.number,
            view.case.revision,
        )
        if fresh or before is None or before.decisions != view.decisions:
            self.known.show_case(view, loaded.names, loaded.policies)
            paths = [(path, loaded.policies.get(path, path)) for path in view.case.data.policies]
            self.decisions.set_policies(paths)
        shown = self._stack.currentWidget() is self._body
        self._stack.setCurrentWidget(self._body)
        self._show_state(fresh=fresh)
        self.content.show_case(view)
        if fresh or not shown:
            self.focus_grid()

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
        return (
            claim is not None
            and view is not None
            and claim.case_id == view.case.number
            and view.case.state in WORKABLE
        )

    def _live(self, claim: Claim | None) -> Claim | None:
        return claim if claim is not None and claim.until > self.session.desk.clock.now() else None

    def _sync_claim(self, case: Case) -> None:
        """The store knows best who holds the claim."""
        held, own = self._live(case.claim), self.session.claim
        if held is not None and held.operator_id == self.session.operator.id:
            if own is None or own.case_id != case.number or own.token != held.token or own.until < held.until:
                self.session.set_claim(held)
        elif own is not None and own.case_id == case.number:
            self.session.set_claim(None)

    def _show_state(self, *, fresh: bool = False) -> None:
        view, loaded = self._view, self._loaded
        if view is None or loaded is None:
            return
        case, mine = view.case, self.mine
        held = self._live(case.claim)
        state, why = "free", ""
        if mine:
            state = "mine"
        elif case.state is CaseState.CLOSED:
            state, why = "reopen", tr("This case is closed.")
        elif case.state in (CaseState.REPORTING, CaseState.REPORTED):
            state, why = "closed", tr("Nothing to decide: {state}.", state=phrases.state(case.state))
        elif held is not None and held.operator_id != self.session.operator.id:
            who, until = held.operator_name, words.clock(held.until)
            state, why = "closed", tr("{name} is working on this case until {time}.", name=who, time=until)
        self.decisions.set_state(state, why)
        self._say_claim(held)
        if fresh:
            self._say_standing(case)
        self.content.set_state(
            can_mark=mine,
            lock=phrases.rest_lock(self._rest),
            soon=phrases.rest_soon(self._rest),
            hold_seconds=loaded.policy.hold_seconds,
        )
        if mine:
            # Not again at every refresh: the draft is read anew when the page is entered.
            if not self.marks.ready or fresh:
                self.marks.begin(case.number, open_now=view.has_draft)
            self.known.watch_only(self._unread(view) if self.isVisible() else set())
        else:
            self.known.watch(False)
            if self.marks.ready:
                self.marks.stop()
        self.commands_changed.emit()

    def _unread(self, view: CaseView) -> set[str]:
        kinds = (ContentKind.CHAT, ContentKind.TEXT)
        return {
            piece.id
            for piece in view.case.data.content
            if piece.kind in kinds and not (piece.id in view.viewed and view.viewed[piece.id].viewed)
        }

    def _say_claim(self, held: Claim | None) -> None:
        claim = self.session.claim
        if self.mine and claim is not None:
            until = words.clock(claim.until)
            self.claim_bar.say(
                tr("claimed by you until {time}", time=until), mine=True, tip=words.utc(claim.until)
            )
        elif held is not None and held.operator_id != self.session.operator.id:
            text = tr("claimed by {name} until {time}", name=held.operator_name, time=words.clock(held.until))
            self.claim_bar.say(text, mine=False, tip=words.utc(held.until))
        else:
            self.claim_bar.say(tr("not claimed"), mine=False)

    def _say_standing(self, case: Case) -> None:
        """What the case is waiting for, where it is not simply open."""
        view = self._view
        filing = max((f.id for f in view.filings), default=None) if view is not None else None
        if case.state is CaseState.SNOOZED and case.snoozed_until is not None:
            self.said.say("info", tr("Put away until {time}.", time=words.moment(case.snoozed_until)))
        elif case.state is CaseState.ESCALATED:
            self.said.say("info", tr("Waiting for a second opinion. The note stands under Decisions so far."))
        elif case.state is CaseState.REPORTING and filing is not None:
            show = partial(self.navigate.emit, "outbox", {"filing_id": filing})
            self.said.say(
                "info", tr("A report on this case is on its way."), ((tr("Show it"), show),), stays=True
            )
        elif case.state is CaseState.REPORTED and filing is not None:
            show = partial(self.navigate.emit, "reports", {"filing_id": filing})
            self.said.say("ok", tr("This case was reported."), ((tr("Show the report"), show),), stays=True)
        else:
            self.said.unsay()

    def _claim_changed(self, _claim: object) -> None:
        if self._view is not None and self._stack.currentWidget() is self._body:
            self._show_state()

    def _claim_lost(self, lost: object) -> None:
        if isinstance(lost, Claim) and lost.case_id == self._number:
            self.blank()
            self.said.say("warn", tr("Your claim on this case ended. What you marked is kept in the draft."))
            self.reload()

    # --- acts on the claim ---------------------------------------------------

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.decisions.set_busy(busy)
        self.claim_bar.set_busy(busy)
        self.done.set_busy(busy)

    def _act(self, fn: Callable[[], object], done: Callable[[object], object]) -> None:
        """One act at a time; a refusal is said on the page."""
        if self._busy:
            return
        self.blank()
        self._set_busy(True)

        def finished(value: object) -> None:
            self._set_busy(False)
            done(value)

        self.session.act(fn, finished, self._refused, owner=self)  # type: ignore[arg-type]

    def _refused(self, error: DeskError) -> None:
        self._set_busy(False)
        if self._view is None:
            self.notify.emit("bad", error.words())
            return
        self.said.say("bad", error.words())
        if isinstance(error, ClaimLost):
            self.reload()
        else:
            self._ask_rest()

    def claim(self) -> None:
        number = self._number
        if number is None or self.mine:
            return
        desk, operator = self.session.desk, self.session.operator
        self._act(lambda: desk.queue.claim(operator, number), self._claimed)

    def _claimed(self, claim: object) -> None:
        if isinstance(claim, Claim):
            self.said.unsay()
            self.session.set_claim(claim)
            if claim.case_id != self._number or self._decided is not None:
                self.open_case(claim.case_id)
            self.focus_grid()

    def release(self) -> None:
        claim = self.session.claim
        if claim is None or not self.mine:
            return
        desk, operator = self.session.desk, self.session.operator
        self._act(lambda: desk.queue.release(operator, claim), self._released)

    def _released(self, _nothing: object) -> None:
        self.session.set_claim(None)
        self.reload()

    def snooze(self, choice: int) -> None:
        """Put the case away: 1 h, 4 h, tomorrow 09:00, 3 days, by their place in the menu."""
        claim = self.session.claim
        if claim is None or not self.mine:
            return
        desk, operator = self.session.desk, self.session.operator
        _, until = snooze_times(desk.clock.now())[choice]
        said = tr("Case {number} is put away until {time}.", number=claim.case_id, time=words.moment(until))

        def done(_nothing: object) -> None:
            self.session.set_claim(None)
            self.notify.emit("ok", said)
            self.to_queue()

        self._act(lambda: desk.queue.snooze(operator, claim, until), done)

    def next_case(self) -> None:
        desk, operator = self.session.desk, self.session.operator
        self._act(lambda: desk.queue.next_case(operator), self._next)

    def _next(self, claim: object) -> None:
        if isinstance(claim, Claim):
            self._claimed(claim)
        else:
            self.notify.emit("info", tr("No case is waiting. Well done for now."))
            self.to_queue()

    def to_queue(self) -> None:
        self._close()
        self.navigate.emit("queue", {})

    # --- deciding ------------------------------------------------------------

    def decide(self, kind: DecisionKind, reason: str | None, policy: str | None) -> None:
        claim = self.session.claim
        if claim is None or not self.mine:
            return
        desk, operator = self.session.desk, self.session.operator
        self._act(
            lambda: desk.review.decide(operator, claim, kind, policy=policy, reason=reason), self._was_decided
        )

    def _was_decided(self, decision: object) -> None:
        if not isinstance(decision, Decision):
            return
        self._decided = decision
        self._forget_view()
        self.session.set_claim(None)
        self.done.say(
            phrases.decided(decision.case_number, decision.kind), tr("Undo opens it again for you.")
        )
        self._stack.setCurrentWidget(self.done)
        self.done.back.setFocus()
        self._ask_rest()

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
        number = self._number
        if number is None:
            return
        desk, operator = self.session.desk, self.session.operator

        def opened(_nothing: object) -> None:
            self._act(lambda: desk.queue.claim(operator, number), self._claimed)

        self._act(lambda: desk.review.reopen(operator, number), opened)

    def report(self) -> None:
        if self._number is not None and self.mine:
            self.blank()
            self.navigate.emit("report", {"number": self._number})

    # --- rest and reading ------------------------------------------------------

    def _ticked(self) -> None:
        if self._view is not None:
            self._show_state()
        self._ask_rest()

    def _ask_rest(self) -> None:
        desk, operator = self.session.desk, self.session.operator
        self.session.runner.run_read(
            lambda: desk.review.rest(operator),
            self._rest_arrived,
            lambda _error: None,
            owner=self,
            key="rest",
        )

    def _rest_arrived(self, rest: Rest) -> None:
        before = self._rest
        self._set_rest(rest)
        if before is None or before.state is not rest.state:
            self._show_state()

    def _set_rest(self, rest: Rest) -> None:
        if rest != self._rest:
            self._rest = rest
            self.rest_changed.emit(rest)

    def _record_reading(self, read: Read) -> None:
        number = self._number
        if number is None:
            return
        review, operator = self.session.desk.review, self.session.operator
        share = read.seconds / len(read.stretches)
        for start, end in read.stretches:
            self.session.act(
                partial(
                    review.shown,
                    operator,
                    number,
                    read.content_id,
                    at=read.at,
                    seconds=share,
                    kind=ViewingKind.SCROLL,
                    start=start,
                    end=end,
                ),
                owner=self,
            )
