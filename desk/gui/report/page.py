"""The report form: one case, one draft, kept at every change and checked as it is typed."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desk.domain.case import Claim
from desk.domain.draft import Draft
from desk.domain.errors import DeskError
from desk.domain.filing import FieldProblem
from desk.gui.report.bars import NoteBar, ReviewBar, stacked
from desk.gui.report.checker import Checker
from desk.gui.report.claiming import ClaimBar
from desk.gui.report.discarding import Discarding
from desk.gui.report.form import FormField
from desk.gui.report.history import History
from desk.gui.report.keeper import Keeper
from desk.gui.report.outline import section_words
from desk.gui.report.paths import SECTIONS, changed_text
from desk.gui.report.records import all_paths
from desk.gui.report.sheet import Sheet
from desk.gui.report.words import things_missing
from desk.gui.session import Session
from desk.gui.widgets.common import Stack
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton
from desk.gui.words import clock, tr
from desk.ports import FieldInfo
from desk.services.changes import Change
from desk.services.drafting import Checked, DraftView
from desk.services.review import CaseView


class ReportPage(Page):
    icon: ClassVar[str] = "file-text"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Report")
        self.back = ("case", tr("Case"))
        self._session = session
        self._number: int | None = None
        self._turn = 0
        self._view: DraftView | None = None
        self._draft: Draft | None = None
        self._words: dict[str, FieldInfo] = {}
        self._checked: Checked | None = None
        self._problems: list[FieldProblem] = []
        self._reviewing = self._review_wanted = self._going = False
        self.history = History()
        self._guided: object = None
        self._clock = QElapsedTimer()
        self._clock.start()
        self.keeper = Keeper(session, self)
        self.keeper.saved.connect(self._kept)
        self.keeper.stale.connect(self._stale)
        self.keeper.failed.connect(self._not_kept)
        self.keeper.settled.connect(self._go_on)
        self._is_stale = self._asked_again = self._batch_wanted = self._review_first = False
        self.discarding = Discarding(session, self)
        self.discarding.discarded.connect(self._discarded)
        self.discarding.restored.connect(self._reopen)
        self.discarding.failed.connect(self._not_discarded)
        self.checker = Checker(session, self)
        self.checker.done.connect(self._check_done)
        self.checker.failed.connect(self._check_failed)
        self.sheet: Sheet | None = None
        self._build()
        self._bind()
        session.claim_changed.connect(self._claim_changed)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)

    def _build(self) -> None:
        self._layout = Stack(self)
        self._skeleton = LoadingSkeleton(14, 36)
        self._layout.addWidget(self._skeleton)
        self._state: EmptyState | None = None
        self.claim_bar = ClaimBar(self._session)
        self.stale_bar, self.refused_bar = NoteBar(), NoteBar()
        self._bars = stacked(self.claim_bar, self.stale_bar, self.refused_bar)
        self._form = QWidget()
        self._form_column = QVBoxLayout(self._form)
        self._form_column.setContentsMargins(0, 0, 0, 0)
        self._form_column.setSpacing(0)
        self.review_bar = ReviewBar()
        self.review_bar.back.clicked.connect(self.go_back)
        self.review_bar.review.clicked.connect(self.review)
        self._layout.addWidget(self._form)
        holder = QWidget()
        holder.setLayout(self._layout)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(holder, 1)

    def _bind(self) -> None:
        keys = [
            ("Ctrl+Return", self.review),
            ("Ctrl+Enter", self.review),
            ("Esc", self.go_back),
            ("Ctrl+Z", self.undo),
            ("Ctrl+Shift+Z", self.redo),
            ("Ctrl+Y", self.redo),
            ("Alt+P", self.use_proposal),
            ("Alt+G", self.to_guide),
        ]
        keys += [(f"Alt+{n}", partial(self._jump, key)) for n, key in enumerate(SECTIONS, 1)]
        for key, act in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # what the window asks -------------------------------------------------------------

    def commands(self) -> list[Command]:
        writable = self._writable
        found = [
            Command("report.review", tr("Review and confirm…"), "Ctrl+Return", self.review, writable),
            Command("report.proposal", tr("Use the proposed type"), "Alt+P", self.use_proposal, writable),
            Command("report.guide", tr("Is this reportable?"), "Alt+G", self.to_guide),
            Command("report.undo", tr("Undo"), "Ctrl+Z", self.undo, lambda: self.history.can_undo),
            Command("report.redo", tr("Redo"), "Ctrl+Shift+Z", self.redo, lambda: self.history.can_redo),
        ]
        for n, key in enumerate(SECTIONS, 1):
            words = tr("Go to: {section}", section=section_words(key))
            found.append(Command(f"report.{key}", words, tr("Alt+{n}", n=n), partial(self._jump, key)))
        found.append(Command("report.back", tr("Back to the case"), "Esc", self.go_back))
        found.append(Command("report.discard", tr("Discard report…"), "", self.discard, writable))
        return found

    def enter(self, **kwargs: object) -> None:
        number = kwargs.get("number", self._number)
        if not isinstance(number, int):
            self._put_state(EmptyState("file-text", tr("No report is open"), tr("Open a case first.")))
            return
        self.keeper.flush()
        self._batch_wanted = bool(kwargs.get("batch"))
        self._guided = kwargs.get("guided")
        self.set_title(tr("Report on case {number}", number=number))
        self._review_first = bool(kwargs.get("review"))
        self._open(number)

    def leave(self) -> bool:
        self.keeper.flush()
        return True

    def keep(self) -> None:
        self.keeper.flush()

    def refresh(self, changes: frozenset[str]) -> None:
        shown = self.isVisible() and self.discarding.draft is None and not self._is_stale
        if {Change.CASE, Change.QUEUE} & set(changes) and shown and self.sheet is not None:
            self.sheet.batch.look_again()
        if {Change.CASE, Change.VIEWING} & set(changes) and shown and self._view is not None:
            self._ask_reported(self._view)

    # opening --------------------------------------------------------------------------

    def _open(self, number: int) -> None:
        """Read the draft; begin it where there is none. A write, so it comes after every save before it."""
        if number != self._number:
            self._layout.setCurrentWidget(self._skeleton)
        self._turn += 1
        self._number, turn = number, self._turn
        drafting, operator = self._session.desk.drafting, self._session.operator
        paths = [] if self._words else all_paths()

        def work() -> tuple[DraftView, dict[str, FieldInfo]]:
            found = {path: info for path in paths if (info := drafting.field(path)) is not None}
            return drafting.open(operator, number), found

        self._session.runner.run_write(
            work, partial(self._opened, turn), partial(self._not_opened, turn), owner=self
        )

    def _opened(self, turn: int, answer: tuple[DraftView, dict[str, FieldInfo]]) -> None:
        if turn != self._turn:
            return
        view, found = answer
        self._words.update(found)
        another = self._view is None or self._view.case.number != view.case.number
        if self.keeper.busy and not another and not self._asked_again:
            # Something was typed while it was read: keep that first, then read once more.
            self._asked_again = True
            self.keeper.flush()
            self._reopen()
            return
        self._asked_again = self._is_stale = False
        if self._draft is not None and self._draft.revision != view.draft.revision:
            # Undoing would take away what came with the newer revision.
            self.history.clear()
        self._view, self._draft = view, view.draft
        self.discarding.forget()
        self._reviewing = self._review_wanted = self._going = False
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
        self._show_refused(view.refused_words)
        self._show_claim()
        self._layout.setCurrentWidget(self._form)
        self.review_bar.say_saved(tr("Saved {time}", time=clock(view.saved.saved_at)))
        self.review_bar.say("")
        self.commands_changed.emit()
        if another:
            sheet.incident.types.setFocus(Qt.FocusReason.OtherFocusReason)
        self.checker.now()
        self._ask_reported(view)
        self._take_guided()
        if self._review_first:
            # It comes from a rule's queue with something missing: shown at that place.
            self._review_first = False
            self.review()

    def _take_guided(self) -> None:
        """The type that a person took from the guide; like any other edit it can be undone."""
        guided, self._guided = self._guided, None
        if isinstance(guided, tuple) and self.sheet is not None and self._writable():
            self.sheet.incident.take(*guided)

    def to_guide(self) -> None:
        self.keeper.flush()
        self.navigate.emit("guide", {"number": self._number, "back": "report"})

    def _sheet(self) -> Sheet:
        if self.sheet is None:
            self.sheet = Sheet(self._session, self._words.get)
            self.sheet.changed.connect(self._edited)
            self.sheet.incident.guide_wanted.connect(self.to_guide)
            self.sheet.company_wanted.connect(partial(self.navigate.emit, "settings", {}))
            self._form_column.addWidget(self._bars)
            self._form_column.addWidget(self.sheet, 1)
            self._form_column.addWidget(self.review_bar)
        return self.sheet

    def _not_opened(self, turn: int, problem: DeskError) -> None:
        if turn == self._turn:
            state = EmptyState("circle-alert", problem.message, problem.remedy, tr("Back to the case"))
            state.acted.connect(self.go_back)
            self._put_state(state)

    def _put_state(self, state: EmptyState) -> None:
        if self._state is not None:
            self._layout.removeWidget(self._state)
            self._state.deleteLater()
        self._state = state
        self._layout.addWidget(state)
        self._layout.setCurrentWidget(state)

    def _ask_reported(self, view: DraftView) -> None:
        review, operator, number = self._session.desk.review, self._session.operator, view.case.number
        self._session.runner.run_read(
            lambda: review.open(operator, number),
            partial(self._reported, self._turn),
            self._ignore,
            owner=self,
            key="reported",
        )

    def _reported(self, turn: int, found: CaseView) -> None:
        if turn != self._turn or self.sheet is None or self._view is None:
            return
        self.sheet.files.set_reported(dict(found.reported_in))
        if found.case.revision != self._view.case.revision or found.viewed != self._view.viewed:
            # The case has grown, or more of it was viewed: the draft takes that in when it is read again.
            self.keeper.flush()
            self._reopen()

    def _ignore(self, _problem: DeskError) -> None:
        """The confirmation says it again, and refuses what was reported already."""

    def _show_refused(self, words: str) -> None:
        self.refused_bar.setVisible(bool(words))
        if words:
            self.refused_bar.say(
                "warn",
                tr("The last filing of this case was refused: {words}", words=words),
                tr("Mend what is named, then review it and confirm it again."),
            )

    # the claim ------------------------------------------------------------------------

    def _writable(self) -> bool:
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
        writable = self._writable()
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
        if draft != self._draft and self._writable():
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
        if self._draft is not None and self._writable():
            self._replace(self.history.undo(self._draft))

    def redo(self) -> None:
        if self._draft is not None and self._writable():
            self._replace(self.history.redo(self._draft))

    def use_proposal(self) -> None:
        if self.sheet is not None and self._writable():
            self.sheet.incident.use_proposal()

    def _focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        if old is None or not self.isAncestorOf(old):
            return
        self.keeper.flush()
        if now is None or not self.isAncestorOf(now):
            return
        above: QWidget | None = old
        while above is not None and above is not self:
            if isinstance(above, FormField) and not above.touched and self._writable():
                above.touched = True
                self.checker.soon()
            above = above.parentWidget()

    def _kept(self, at: object) -> None:
        if not self._is_stale:
            self.stale_bar.hide()
        self.review_bar.say_saved(tr("Saved {time}", time=clock(at)))  # type: ignore[arg-type]

    def _not_kept(self, words: str) -> None:
        self._going = False
        self.stale_bar.say(
            "bad", tr("The draft could not be saved."), words, (tr("Try again"), self._try_again)
        )

    def _try_again(self) -> None:
        self.stale_bar.hide()
        self.keeper.flush()

    def _stale(self, words: str) -> None:
        self._going = False
        self._is_stale = True
        self.stale_bar.say(
            "warn", words, tr("Loading it again puts what you typed on the clipboard."),
            (tr("Load it again"), self.reload),
        )  # fmt: skip
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
        self._checked = checked
        self._reviewing = self._reviewing or self._review_wanted
        self._problems = self.sheet.problems(checked, self._draft)
        if self._reviewing:
            self._say_missing()
        self.sheet.show_checked(checked, self._problems, self._draft, reviewing=self._reviewing)
        if self._review_wanted and draft is self._draft:
            self._review_wanted = False
            self._reviewed()

    def _check_failed(self, words: str) -> None:
        self._review_wanted = False
        self.notify.emit("bad", words)

    def review(self) -> None:
        """Keep everything, check it, and go on to the confirmation or to the first problem."""
        if self._writable():
            self.keeper.flush()
            self._review_wanted = True
            self.checker.now()

    def _say_missing(self) -> None:
        count = len(self._problems)
        words = tr("{count} before this report can be filed.", count=things_missing(count)) if count else ""
        self.review_bar.say(words)

    def _reviewed(self) -> None:
        if self._problems:
            if self.sheet is not None:
                self.sheet.go_to(self._problems[0].path)
            return
        self._going = True
        self._go_on()

    def _go_on(self) -> None:
        """To the confirmation, once the draft is on the disk: it is read from there."""
        if self._going and not self.keeper.busy:
            self._going = False
            self.navigate.emit("confirm", {"number": self._number})

    # going ----------------------------------------------------------------------------

    def _jump(self, key: str) -> None:
        if self.sheet is not None:
            self.sheet.jump(key)

    def go_back(self) -> None:
        self.keeper.flush()
        self.navigate.emit("case", {"number": self._number})

    def discard(self) -> None:
        """Throw the draft away; it can be taken back as long as this page shows it."""
        if self._draft is not None and self._writable():
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
        self._put_state(state)
        self.commands_changed.emit()

    def _not_discarded(self, words: str) -> None:
        self.notify.emit("bad", words)
        if self.discarding.draft is None:
            self._reopen()

    def _reopen(self) -> None:
        if self._number is not None:
            self._open(self._number)
