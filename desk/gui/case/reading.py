"""The case page reads its case and shows how it stands: whose it is, what can be done with it."""

from __future__ import annotations

from functools import partial

from desk.domain.case import Case
from desk.domain.errors import DeskError
from desk.domain.roles import Permission
from desk.gui.case import phrases
from desk.gui.case.frame import FILES_SHARES, TEXT_SHARES, CaseFrame
from desk.gui.case.standing import WORKABLE, Loaded, bar_state, claim_words, live, load, unread, waits_for
from desk.gui.words import tr
from desk.services.review import CaseView


class CaseReading(CaseFrame):
    """The case at hand, read anew whenever something of it was written."""

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
        if before is not None and not fresh and before.case.state is not view.case.state:
            self._say_standing(view)  # reported or escalated meanwhile, here or from another page
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

    def claim(self) -> None:
        if self._number is not None and not self.looks:
            self.acts.claim(self._number)

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
        now = self.session.desk.clock.now()
        held = live(case.claim, now)
        state, why = bar_state(case, mine=mine, held=held, me=me)
        self._save_focus()
        self.decisions.set_standing(loaded.standing)
        self.decisions.set_state(state if not self.second.active else "closed", why)
        self.decisions.setVisible(not self.second.active)
        own = self.reviewing and self.looks
        self.second.show_state(claimed=own, can_claim=held is None or (held.operator_id == me.id and not own))
        text, tip = claim_words(self.session.claim if mine or own else held, now, mine=mine or own)
        self.claim_bar.say(text, mine=mine, tip=tip)
        self._offer()
        if fresh:
            self._say_standing(view)
        self.content.set_state(
            can_mark=mine,
            can_look=self.looks,
            how=state,
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

    def _offer(self) -> None:
        view, me = self._view, self.session.operator
        if view is None:
            return
        held = live(view.case.claim, self.session.desk.clock.now())
        self.decisions.set_asked(self.handing.pending is not None)
        others = held is not None and held.operator_id != me.id
        self.claim_bar.offer(
            self.handing.choices(view.case.state) if self.mine else [],
            take_over=others and view.case.state in WORKABLE and me.may(Permission.SUPERVISE_QUEUE),
        )
