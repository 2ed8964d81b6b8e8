"""The report form: one case, one draft, kept at every change and checked as it is typed."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desk.domain.case import Claim
from desk.domain.draft import Draft
from desk.domain.errors import DeskError
from desk.domain.filing import FieldProblem
from desk.gui.report.bars import KeptBar, RefusedBar, ReviewBar, stacked
from desk.gui.report.checker import Checker
from desk.gui.report.claiming import ClaimBar
from desk.gui.report.discarding import Discarding
from desk.gui.report.form import fields_around
from desk.gui.report.history import History
from desk.gui.report.keeper import Keeper
from desk.gui.report.keys import bind_keys, report_commands
from desk.gui.report.lookout import Lookout
from desk.gui.report.opening import Opening
from desk.gui.report.paths import changed_text
from desk.gui.report.reviewing import Reviewing
from desk.gui.report.sheet import Sheet
from desk.gui.report.stage import Stage
from desk.gui.session import Session
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState
from desk.gui.words import clock, tr
from desk.services.changes import Change
from desk.services.drafting import Checked, DraftView


class ReportPage(Page):
    icon: ClassVar[str] = "file-text"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Report")
        self.back = ("case", tr("Case"))
        self._session = session
        self._number: int | None = None
        self._view: DraftView | None = None
        self._draft: Draft | None = None
        self._problems: list[FieldProblem] = []
        self.history = History()
        self._guided: object = None
        self._clock = QElapsedTimer()
        self._clock.start()
        self.keeper = Keeper(session, self)
        self.keeper.saved.connect(self._kept)
        self.keeper.stale.connect(self._stale)
        self.keeper.failed.connect(self._not_kept)
        self.keeper.settled.connect(self._settled)
        self._is_stale = self._read_again = self._batch_wanted = self._review_first = False
        self.discarding = Discarding(session, self)
        self.discarding.discarded.connect(self._discarded)
        self.discarding.restored.connect(self._reopen)
        self.discarding.failed.connect(self._not_discarded)
        self.checker = Checker(session, self)
        self.checker.done.connect(self._check_done)
        self.checker.failed.connect(self._check_failed)
        self.opening = Opening(session, self)
        self.opening.opened.connect(self._opened)
        self.opening.failed.connect(self._not_opened)
        self.lookout = Lookout(session, self)
        self.lookout.reported.connect(self._reported)
        self.lookout.grown.connect(self._grown)
        self.sheet: Sheet | None = None
        self._build()
        self.reviewing = Reviewing(self.keeper, self.checker, self.review_bar, self)
        self.reviewing.passed.connect(self._to_confirmation)
        self.reviewing.stopped.connect(self._go_to)
        bind_keys(self)
        session.claim_changed.connect(self._claim_changed)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)

    def _build(self) -> None:
        self.claim_bar = ClaimBar(self._session)
        self.stale_bar, self.refused_bar = KeptBar(self.keeper, self.reload), RefusedBar()
        self._bars = stacked(self.claim_bar, self.stale_bar, self.refused_bar)
        self._form = QWidget()
        self._form_column = QVBoxLayout(self._form)
        self._form_column.setContentsMargins(0, 0, 0, 0)
        self._form_column.setSpacing(0)
        self.review_bar = ReviewBar()
        self.review_bar.back.clicked.connect(self.go_back)
        self.review_bar.review.clicked.connect(self.review)
        self.stage = Stage(self, self._form)

    # what the window asks -------------------------------------------------------------

    def commands(self) -> list[Command]:
        return report_commands(self)

    def enter(self, **kwargs: object) -> None:
        number = kwargs.get("number", self._number)
        if not isinstance(number, int):
            self.stage.say(EmptyState("file-text", tr("No report is open"), tr("Open a case first.")))
            return
        self.keeper.flush()
        self._batch_wanted = bool(kwargs.get("batch"))
        self._guided = kwargs.get("guided")
        self.set_title(tr("Report on case {number}", number=number))
        self._review_first = bool(kwargs.get("review"))
        self._open(number)

    def leave(self) -> bool:
        self.keeper.flush()
        self.reviewing.leave()
        return True

    def keep(self) -> None:
        self.keeper.flush()

    def refresh(self, changes: frozenset[str]) -> None:
        shown = self.isVisible() and self.discarding.draft is None and not self._is_stale
        if {Change.CASE, Change.QUEUE} & set(changes) and shown and self.sheet is not None:
            self.sheet.batch.look_again()
        if {Change.CASE, Change.VIEWING} & set(changes) and shown and self._view is not None:
            self.lookout.ask(self._view)

    # opening --------------------------------------------------------------------------

    def _open(self, number: int) -> None:
        if number != self._number:
            self.stage.wait()
        self._number = number
        self.lookout.forget()
        self.opening.read(number)

    def _opened(self, view: DraftView) -> None:
        another = self._view is None or self._view.case.number != view.case.number
        if self.keeper.busy and not another and not self._is_stale:
            # Something was typed while it was read: keep that first, and read once more when it is kept.
            self._read_again = True
            self.keeper.flush()
            return
        self._read_again = self._is_stale = False
        self._review_first |= self.reviewing.asked and not another  # asked for meanwhile: it stays asked for
        if self._draft is not None and self._draft.revision != view.draft.revision:
            # Undoing would take away what came with the newer revision.
            self.history.clear()
        self._view, self._draft = view, view.draft
        self.discarding.forget()
        self.reviewing.read(another)
        self.keeper.start(view.saved.version)
        self.stale_bar.hide()
        sheet = self._sheet()
        if another:
            self.history.clear()
            sheet.rest()
        sheet.load(view.draft, view)
        if self._batch_wanted:
            self._batch_wanted = False
            sheet.batch.fold.set_open(True)
        sheet.refused = view.refused_at
        self.checker.take(view.draft, view)
        self.refused_bar.show_words(view.refused_words)
        self._show_claim()
        self.stage.show_form()
        self.review_bar.say_saved(tr("Saved {time}", time=clock(view.saved.saved_at)))
        self.review_bar.say("")
        self.commands_changed.emit()
        if another or not self.isAncestorOf(QApplication.focusWidget() or self.window()):
            # Its keys work where the focus is: what can only be read takes none.
            first = sheet.incident.types if self.writable() else self.claim_bar.buttons[0]
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.checker.now()
        self.lookout.ask(view)
        self._take_guided()
        if self._review_first:
            # Perhaps it comes from a rule's queue with something missing: shown at that place.
            self._review_first = False
            self.review()

    def _take_guided(self) -> None:
        """The type that a person took from the guide; like any other edit it can be undone."""
        guided, self._guided = self._guided, None
        if isinstance(guided, tuple) and self.sheet is not None and self.writable():
            self.sheet.incident.take(*guided)

    def to_guide(self) -> None:
        self.keeper.flush()
        self.navigate.emit("guide", {"number": self._number, "back": "report"})

    def _sheet(self) -> Sheet:
        if self.sheet is None:
            self.sheet = Sheet(self._session, self.opening.words.get)
            self.sheet.changed.connect(self._edited)
            self.sheet.incident.guide_wanted.connect(self.to_guide)
            self.sheet.company_wanted.connect(partial(self.navigate.emit, "settings", {}))
            self._form_column.addWidget(self._bars)
            self._form_column.addWidget(self.sheet, 1)
            self._form_column.addWidget(self.review_bar)
        return self.sheet

    def _not_opened(self, problem: DeskError) -> None:
        state = EmptyState("circle-alert", problem.message, problem.remedy, tr("Back to the case"))
        state.acted.connect(self.go_back)
        self.stage.say(state)

    def _reported(self, reported_in: dict[str, int]) -> None:
        if self.sheet is not None:
            self.sheet.files.set_reported(reported_in)

    def _grown(self) -> None:
        """The draft takes in what the case has now when it is read again."""
        self.keeper.flush()
        self._reopen()

    # the claim ------------------------------------------------------------------------

    def writable(self) -> bool:
        return (
            self.claim_bar.held(self._number)
            and self._draft is not None
            and self.discarding.draft is None
            and not self._is_stale
        )

    def _show_claim(self) -> None:
        self.claim_bar.show_for(self._number, self._view.case.claim if self._view is not None else None)
        self._show_writable()

    def _show_writable(self) -> None:
        writable = self.writable()
        if self.sheet is not None:
            self.sheet.set_writable(writable)
        self.review_bar.review.setEnabled(writable)

    def _claim_changed(self, claim: Claim | None) -> None:
        if self._view is None or self.discarding.draft is not None:
            return
        self.keeper.flush()
        gained = claim is not None and claim.case_id == self._number and self.claim_bar.isVisibleTo(self)
        self._show_claim()
        if gained and self._number is not None and self.isVisible():
            # Somebody else may have written since it was read.
            self._reopen()

    # changes --------------------------------------------------------------------------

    def _edited(self, section: str) -> None:
        if self.sheet is None or self._draft is None:
            return
        draft = self.sheet.apply(section, self._draft)
        # A field may have changed although the draft did not: text that can't be read.
        self.checker.soon()
        if draft != self._draft and self.writable():
            typing = self.focusWidget()
            where = typing if isinstance(typing, QLineEdit | QPlainTextEdit) else None
            self.history.note(self._draft, id(where) if where else None, self._clock.elapsed() / 1000)
            if (draft.batch is None) is not (self._draft.batch is None):
                self._replace(draft)  # other parts of the form apply now
                return
            self._draft = draft
            self.checker.take(draft, self._view)
            self.keeper.put(draft)

    def _replace(self, draft: Draft | None) -> None:
        if draft is None or self._view is None or self.sheet is None:
            return
        self._draft = draft
        self.sheet.load(draft, self._view)
        self.checker.take(draft, self._view)
        self.keeper.put(draft)
        self.checker.soon()

    def undo(self) -> None:
        if self._draft is not None and self.writable():
            self._replace(self.history.undo(self._draft))

    def redo(self) -> None:
        if self._draft is not None and self.writable():
            self._replace(self.history.redo(self._draft))

    def use_proposal(self) -> None:
        if self.sheet is not None and self.writable():
            self.sheet.incident.use_proposal()

    def _focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        if old is None or not self.isAncestorOf(old):
            return
        self.keeper.flush()
        if now is None or not self.isAncestorOf(now):
            return
        for field in fields_around(old, self):
            if not field.touched and self.writable():
                field.touched = True
                self.checker.soon()

    def _kept(self, at: object) -> None:
        if not self._is_stale:
            self.stale_bar.hide()
        self.review_bar.say_saved(tr("Saved {time}", time=clock(at)))  # type: ignore[arg-type]

    def _not_kept(self, words: str) -> None:
        self.reviewing.halt()
        self.stale_bar.not_kept(words)

    def _stale(self, words: str) -> None:
        self.reviewing.halt()
        self._is_stale = True
        self.stale_bar.stale(words)
        self._show_writable()

    def reload(self) -> None:
        """Load the draft as it was changed elsewhere; what was typed here goes to the clipboard."""
        if self._view is not None and self._draft is not None and self._number is not None:
            typed = changed_text(self._view.draft, self._draft)
            if typed:
                QGuiApplication.clipboard().setText(typed)
            self.history.clear()
            self._reopen()

    # checks ---------------------------------------------------------------------------

    def _check_done(self, draft: Draft, checked: Checked) -> None:
        if self.sheet is None or self._draft is None:
            return
        self._problems = self.sheet.problems(checked, self._draft)
        self.reviewing.look(self._problems)
        self.sheet.show_checked(checked, self._problems, self._draft, reviewing=self.reviewing.on)
        if draft is self._draft:
            self.reviewing.settle(self._problems)

    def _check_failed(self, words: str) -> None:
        self.reviewing.give_up()
        self.notify.emit("bad", words)

    def review(self) -> None:
        """Keep everything, check it, and go on to the confirmation or to the first problem."""
        if self.writable():
            self.reviewing.begin()

    def _go_to(self, path: str) -> None:
        if self.sheet is not None:
            self.sheet.go_to(path)

    def _to_confirmation(self) -> None:
        self.navigate.emit("confirm", {"number": self._number})

    def _settled(self) -> None:
        if self._read_again:
            self._read_again = False
            self._reopen()

    # going ----------------------------------------------------------------------------

    def jump(self, key: str) -> None:
        if self.sheet is not None:
            self.sheet.jump(key)

    def go_back(self) -> None:
        self.keeper.flush()
        self.navigate.emit("case", {"number": self._number})

    def discard(self) -> None:
        """Throw the draft away; it can be taken back as long as this page shows it."""
        if self._draft is not None and self.writable():
            self.keeper.stop()
            self.discarding.discard(self._draft)

    def _discarded(self) -> None:
        state = EmptyState(
            "trash-2",
            tr("The report was discarded"),
            tr("Nothing was sent. The case is as it was."),
            tr("Undo"),
        )
        state.acted.connect(self.discarding.take_back)
        self.stage.say(state)
        self.commands_changed.emit()

    def _not_discarded(self, words: str) -> None:
        self.notify.emit("bad", words)
        if self.discarding.draft is None:
            self._reopen()

    def _reopen(self) -> None:
        if self._number is not None:
            self._open(self._number)
