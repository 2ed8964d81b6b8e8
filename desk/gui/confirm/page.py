"""The confirmation: everything that will be sent, and the one act that sends it.

The summary that is shown is the very value that is confirmed; whatever changes
meanwhile takes the tick back and has to be read again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.case import Claim
from desk.domain.errors import AlreadyReported, ClaimLost, DeskError, NotReady, StaleDraft
from desk.domain.filing import Filing
from desk.gui import theme
from desk.gui.case.parts import Said
from desk.gui.confirm import said
from desk.gui.confirm.barred import Barred, bar_of
from desk.gui.confirm.report import ReportInWords
from desk.gui.confirm.side import Side, hold_words
from desk.gui.confirm.xmlview import readable
from desk.gui.outbox.states import approval_words
from desk.gui.session import Session
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.common import Stack, clear, hbox, label
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import ConfirmBar, EmptyState, LoadingSkeleton, Panel, Scroll
from desk.gui.words import tr
from desk.services.changes import Change
from desk.services.confirmation import Summary

LOOK_AGAIN_MS = 1_000
CLOCK_MS = 15_000
PROBLEMS_WIDTH = 720
WATCHED = {Change.CASE, Change.DRAFT, Change.OUTBOX, Change.SETTINGS, Change.VIEWING}


class ConfirmPage(Page):
    icon: ClassVar[str] = "send"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Check and file")
        self.back = ("report", tr("Report"))
        self._session = session
        self._number: int | None = None
        self._summary: Summary | None = None
        self._front, self._changed, self._filing, self._complete = False, False, False, False
        self.said = Said()
        self.report = ReportInWords(session)
        self.report.complete.connect(self._all_there)
        self.side = Side()
        self.side.see_filing.connect(self._see_filing)
        self.bar = ConfirmBar(tr("I have checked this report."), tr("File"), tr("Back to the report"))
        self.bar.confirmed.connect(self._confirm)
        self.bar.went_back.connect(self.go_back)
        self._problems = Scroll(margin=theme.S6)
        self._layout = Stack(self)
        self._build()
        self._look = QTimer(self, singleShot=True, interval=LOOK_AGAIN_MS)
        self._look.timeout.connect(self._look_again)
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._clock.timeout.connect(self._tick)
        session.claim_changed.connect(self._claim_changed)
        for key, slot in (("Escape", self.go_back), ("Ctrl+Return", self.file), ("Ctrl+Enter", self.file)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(slot)

    def _build(self) -> None:
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, theme.S4, 0)
        middle.setSpacing(0)
        middle.addWidget(self.report, 1)
        right = QVBoxLayout()
        right.setContentsMargins(0, theme.S4, 0, theme.S4)
        right.addWidget(self.side)
        middle.addLayout(right)
        self._whole = QWidget()
        column = QVBoxLayout(self._whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        above = QVBoxLayout()
        above.setContentsMargins(theme.S4, theme.S3, theme.S4, 0)
        above.addWidget(self.said)
        column.addLayout(above)
        column.addLayout(middle, 1)
        column.addWidget(self.bar)
        self._none = EmptyState(
            "send",
            tr("No report to confirm"),
            tr("Write the report first; it is checked here."),
        )
        self._loading = QWidget()
        waiting = QVBoxLayout(self._loading)
        waiting.setContentsMargins(theme.S6, theme.S6, theme.S6, theme.S6)
        waiting.addWidget(LoadingSkeleton(10, 40))
        waiting.addStretch(1)
        for part in (self._none, self._loading, self._problems, self._whole):
            self._layout.addWidget(part)
        holder = QVBoxLayout(self)
        holder.setContentsMargins(0, 0, 0, 0)
        holder.addLayout(self._layout)

    # what the window asks -------------------------------------------------------

    def commands(self) -> list[Command]:
        return [
            Command("confirm.file", self.bar.act.text(), "Ctrl+Return", self.file, self._may_file),
            Command(
                "confirm.tick", tr("I have checked this report"), "", self._tick_box, self.bar.tick.isEnabled
            ),
            Command("confirm.back", tr("Back to the report"), "Esc", self.go_back),
            Command("confirm.xml", tr("Show the documents as they are sent"), "", self._open_xml),
        ]

    def enter(self, **kwargs: object) -> None:
        number = kwargs.get("number", self._number)
        self._front = True
        self._clock.start()
        if not isinstance(number, int):
            self._layout.setCurrentWidget(self._none)
            return
        self._number = number
        self._read()

    def leave(self) -> bool:
        self._front = False
        self._clock.stop()
        self._look.stop()
        return True

    def refresh(self, changes: frozenset[str]) -> None:
        if self._front and self._summary is not None and not self._filing and WATCHED & set(changes):
            self._look.start()

    # reading ----------------------------------------------------------------------

    def _read(self) -> None:
        """Ask for the summary and show it anew; the tick starts again."""
        number = self._number
        if number is None:
            return
        self._summary, self._changed, self._filing, self._complete = None, False, False, False
        self.bar.reset()
        self.bar.set_ready(False)
        self.said.unsay()
        self.set_title(tr("Check and file · case {number}", number=number))
        self._layout.setCurrentWidget(self._loading)
        confirmation, operator = self._session.desk.confirmation, self._session.operator

        def read() -> tuple[Summary, tuple[str, ...]]:
            found = confirmation.summary(operator, number)
            documents = [found.composed.report_xml, *(file.details_xml for file in found.composed.files[:20])]
            return found, tuple(readable(document) for document in documents)

        self._session.runner.run_read(read, self._show, self._failed, owner=self, key="summary")

    def _show(self, found: tuple[Summary, tuple[str, ...]]) -> None:
        summary, readables = found
        self._summary = summary
        self.bar.set_words(said.act(summary.endpoint))
        self.side.show_summary(summary, self._session.desk.clock.now())
        self._layout.setCurrentWidget(self._whole)
        self.report.show_summary(summary, readables)
        self._ready()
        self.commands_changed.emit()
        if self._front:
            self.report.setFocus(Qt.FocusReason.OtherFocusReason)

    def _all_there(self) -> None:
        self._complete = True
        self._ready()

    def _failed(self, problem: DeskError) -> None:
        clear(self._problems.body)
        title = tr("This report can't be filed yet")
        panel = Panel(title)
        panel.setMaximumWidth(PROBLEMS_WIDTH)
        panel.add(label(problem.words(), wrap=True))
        if isinstance(problem, NotReady):
            for _path, _code, text in problem.problems:
                panel.add(label(f"•  {text}", wrap=True))
        back = secondary(tr("Back to the report"), "arrow-left")
        back.clicked.connect(self.go_back)
        again = secondary(tr("Read again"), "refresh-cw")
        again.clicked.connect(self._read)
        acts = hbox(back, again)
        acts.addStretch(1)
        panel.add(acts)
        self._problems.add(panel)
        self._problems.end()
        self._layout.setCurrentWidget(self._problems)
        if self._front:
            back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look_again(self) -> None:
        """Something was written somewhere: is what is shown still what would be sent?"""
        if not self._front or self._summary is None or self._filing or self._changed:
            return
        shown, number = self._summary, self._summary.case.number
        confirmation, operator = self._session.desk.confirmation, self._session.operator
        self._session.runner.run_read(
            lambda: confirmation.summary(operator, number),
            partial(self._compare, shown),
            partial(self._gone, shown),
            owner=self,
            key="look",
        )

    def _compare(self, shown: Summary, now: Summary) -> None:
        # Compared with what was shown when it was asked: what was read anew meanwhile is newer than both.
        if self._summary is shown and not self._filing and _gist(now) != _gist(shown):
            self._has_changed(tr("The report or its case was changed since it was shown."))

    def _gone(self, shown: Summary, _problem: DeskError) -> None:
        if self._summary is shown and not self._filing:
            self._has_changed(tr("The report was changed since it was shown."))

    def _has_changed(self, text: str) -> None:
        self._changed = True
        self.bar.reset()
        self.said.say("warn", text, ((tr("Read again"), self._read),), stays=True)
        self._ready()

    # may it be filed? ---------------------------------------------------------------

    def _claim(self) -> Claim | None:
        claim, summary = self._session.claim, self._summary
        return (
            claim
            if claim is not None and summary is not None and claim.case_id == summary.case.number
            else None
        )

    def _ready(self) -> None:
        """Whether the act is possible, and in words why not."""
        summary = self._summary
        if summary is None or self._filing or not self._complete:
            self.bar.set_ready(False, tr("Being filed…") if self._filing else "")
            return
        if self._changed:
            self.bar.set_ready(False, tr("Read the report again first."))
            return
        barred = bar_of(summary, self._session.operator, claimed=self._claim() is not None)
        if barred is None:
            self.said.unsay()
            self.bar.set_ready(True)
            return
        self.bar.set_ready(False, barred.short)
        self.said.say("warn", barred.words, ((barred.act, partial(self._lift, barred)),), stays=True)

    def _lift(self, barred: Barred) -> None:
        """Go where what bars the filing can be seen or mended."""
        if barred.to is None:
            self.claim()
        else:
            self.navigate.emit(*barred.to)

    def _claim_changed(self, _claim: object) -> None:
        if self._summary is not None and not self._filing and not self._changed:
            self._ready()

    def _may_file(self) -> bool:
        return self.bar.act.isEnabled()

    # acts ---------------------------------------------------------------------------

    def claim(self) -> None:
        """Claim the case that is shown."""
        summary = self._summary
        if summary is None:
            return
        queue, operator, number = self._session.desk.queue, self._session.operator, summary.case.number
        self._session.act(lambda: queue.claim(operator, number), self._claimed, self._not_claimed)

    def _claimed(self, claim: Claim) -> None:
        self._session.set_claim(claim)
        if self._front:
            self.report.setFocus(Qt.FocusReason.OtherFocusReason)

    def _not_claimed(self, problem: DeskError) -> None:
        self.said.say("bad", problem.words(), ((tr("Claim"), self.claim),), stays=True)

    def file(self) -> None:
        """As if the button were pressed; nothing without the tick."""
        if self.bar.act.isEnabled():
            self.bar.act.click()

    def _confirm(self) -> None:
        summary, claim = self._summary, self._claim()
        if summary is None or claim is None or self._filing or not self.bar.tick.isChecked():
            self._ready()
            return
        self._filing = True
        self._ready()
        confirmation, operator = self._session.desk.confirmation, self._session.operator
        self._session.act(
            lambda: confirmation.confirm(operator, claim, summary, checked=True),
            partial(self._confirmed, summary),
            partial(self._refused, summary),
            owner=self,
        )

    def _confirmed(self, summary: Summary, filing: Filing) -> None:
        claim = self._session.claim
        if claim is not None and claim.case_id == filing.case_number:
            self._session.set_claim(None)
        held = hold_words(summary, self._session.desk.clock.now())
        when = approval_words(filing) if filing.awaiting else held
        self.notify.emit("ok", tr("The report is confirmed and on its way. {when}", when=when))
        if self._summary is not summary:
            return  # another report is shown by now; it is left alone
        self._summary, self._filing, self._number = None, False, None
        self.bar.reset()
        self.set_title(tr("Check and file"))
        self._layout.setCurrentWidget(self._none)
        if self._front:
            self.navigate.emit("outbox", {"filing_id": filing.id})

    def _refused(self, summary: Summary, problem: DeskError) -> None:
        if self._summary is not summary:
            self.notify.emit("bad", problem.words())
            return
        self._filing = False
        self.bar.reset()
        if isinstance(problem, AlreadyReported) and problem.filing_ids:
            first = problem.filing_ids[0]
            self._blocked(problem, tr("See filing {id}", id=first), partial(self._see_filing, first))
        elif isinstance(problem, AlreadyReported):
            self._blocked(problem, tr("See the outbox"), partial(self.navigate.emit, "outbox", {}))
        elif isinstance(problem, StaleDraft | NotReady):
            self._blocked(problem, tr("Read again"), self._read)
        elif isinstance(problem, ClaimLost):
            self._session.set_claim(None)
            self._ready()
        else:
            self._ready()
            self.said.say("bad", problem.words())

    def _blocked(self, problem: DeskError, words_: str, callback: Callable[[], object]) -> None:
        self._changed = True
        self._ready()
        self.said.say("bad", problem.words(), ((words_, callback),), stays=True)

    def go_back(self) -> None:
        """To the report form; nothing is lost."""
        if self._filing:
            return
        if self._number is None:
            self.navigate.emit("queue", {})
            return
        self.navigate.emit("report", {"number": self._number})

    def _see_filing(self, filing_id: int) -> None:
        self.navigate.emit("reports", {"filing_id": filing_id})

    def _tick_box(self) -> None:
        self.bar.tick.setChecked(not self.bar.tick.isChecked())

    def _open_xml(self) -> None:
        if self.report.xml is not None:
            self.report.xml.set_open(True)
            self.report.ensureWidgetVisible(self.report.xml)

    def _tick(self) -> None:
        self.side.tick(self._session.desk.clock.now())


def _gist(summary: Summary) -> tuple[object, ...]:
    """What must stay the same between reading and filing."""
    return (
        summary.version,
        summary.case.revision,
        summary.case.state,
        summary.endpoint.url,
        summary.report_sha256,
        tuple(file.details_xml for file in summary.composed.files),
        tuple(sorted(summary.already.items())),
        tuple(sorted(summary.by_hand.items())),
        summary.proposed,
    )
