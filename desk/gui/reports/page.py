"""Reports: everything that was filed, found by filters and words, each with its whole story."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.roles import Permission
from desk.gui import theme
from desk.gui.case.parts import Said
from desk.gui.confirm.xmlview import readable
from desk.gui.reports import story as stories
from desk.gui.reports.bundle import BundleAct
from desk.gui.reports.byhand import ElsewherePane
from desk.gui.reports.exporting import Exporting
from desk.gui.reports.filters import ReportFilters, recalled, remembered
from desk.gui.reports.list import ReportList
from desk.gui.reports.model import ReportsModel
from desk.gui.reports.notes import NewNote
from desk.gui.reports.pane import StoryPane
from desk.gui.reports.story import Document
from desk.gui.session import Session
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.common import Stack
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton, SplitView
from desk.gui.words import tr
from desk.ports import ReportFilter
from desk.services.changes import Change
from desk.services.reports import ExportForm
from desk.services.whole_story import WholeStory

RELOAD_AFTER_MS = 200
SMALL_PAGE, SMALL_LIST, WIDE_LIST = 1000, 224, 300
READABLE = 12
"""Documents set for reading ahead, off the GUI thread; the others when they are chosen."""


class ReportsPage(Page):
    icon: ClassVar[str] = "file-text"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Reports")
        self.search_words = tr("Search report, case, account or Request-ID")
        self._session = session
        self._front = False
        self._asked = 0
        self._small = False
        self._narrowed = False
        self._kept: object = None
        self.said = Said()
        self.elsewhere = secondary(tr("Filed elsewhere"))
        self.elsewhere.clicked.connect(self.to_elsewhere)
        self.model = ReportsModel(session, self)
        self.list = ReportList(self.model)
        self.filters = ReportFilters()
        self.pane = StoryPane()
        self.by_hand = ElsewherePane()
        self.exporting = Exporting(session, self)
        self._none = EmptyState(
            "file-text",
            tr("No report is filed yet"),
            tr("Each report stands here with its story, from its confirmation on."),
        )
        self._nothing = EmptyState("search", tr("Nothing found"), "", tr("Show all reports"))
        self._choose = EmptyState("file-text", tr("No report chosen"), tr("Choose one at the left."))
        self._layout = Stack(self)
        self._lists = Stack(self)
        self._panes = Stack(self)
        self._build()
        self._reload = QTimer(self, singleShot=True, interval=RELOAD_AFTER_MS)
        self._reload.timeout.connect(self._again)
        self.model.loaded.connect(self._loaded)
        self.model.counted.connect(self.filters.show_counts)
        self.model.failed.connect(self._failed)
        self.filters.changed.connect(self._filtered)
        self._nothing.acted.connect(self.show_all)
        self.list.chosen.connect(self._chosen)
        self.pane.open_case.connect(self._to_case)
        self.pane.see_outbox.connect(self._to_outbox)
        self.pane.save_receipt.connect(self.save_receipt)
        self.pane.save_bytes.connect(
            lambda body, name: self.exporting.ask_bytes(tr("Save the document"), name, body)
        )
        self.pane.notes.noted.connect(self._note)
        self.by_hand.open_case.connect(self._to_case)
        self.by_hand.see_records.connect(self.to_elsewhere)
        self.bundle = BundleAct(session, self.pane.bundle, self)
        self.bundle.notify.connect(self.notify)
        self.exporting.notify.connect(self.notify)
        self.exporting.fill_list_menu(self.filters.export, lambda: self.model.filter)
        self.exporting.fill_story_menu(self.pane.export, lambda: self.pane.whole)

    def _build(self) -> None:
        waiting = QWidget()
        wait = QVBoxLayout(waiting)
        wait.setContentsMargins(theme.S6, theme.S4, theme.S6, theme.S4)
        wait.addWidget(LoadingSkeleton(9, 60))
        wait.addStretch(1)
        found = QWidget()
        self._lists.addWidget(self.list)
        self._lists.addWidget(self._nothing)
        at_left = QVBoxLayout(found)
        at_left.setContentsMargins(theme.S4, theme.S2, 0, theme.S4)
        at_left.addLayout(self._lists)
        found.setMinimumWidth(220)
        story = QWidget()
        column = QVBoxLayout(story)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        notice = QVBoxLayout()
        notice.setContentsMargins(theme.S4, theme.S3, theme.S4, 0)
        notice.addWidget(self.said)
        column.addLayout(notice)
        self._panes.addWidget(self._choose)
        self._panes.addWidget(self.pane)
        self._panes.addWidget(self.by_hand)
        column.addLayout(self._panes, 1)
        self.split = SplitView(found, story, shares=(3, 9))
        self.split.setStretchFactor(0, 0)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.filters)
        rows.addWidget(self.exporting.line)
        rows.addWidget(self.split, 1)
        self._main = whole
        for part in (waiting, self._none, whole):
            self._layout.addWidget(part)
        holder = QVBoxLayout(self)
        holder.setContentsMargins(0, 0, 0, 0)
        holder.addLayout(self._layout)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        small = self.width() < SMALL_PAGE
        if small != self._small:
            # In a small window the story needs the room more than the list.
            self._small = small
            wide = SMALL_LIST if small else WIDE_LIST
            self.split.setSizes([wide, max(1, self.width() - wide)])

    # what the window asks -------------------------------------------------------

    def header_widgets(self) -> list[QWidget]:
        return [self.elsewhere]

    def to_elsewhere(self) -> None:
        """What was filed with other bodies, or by hand."""
        self.navigate.emit("channels", {"back": "reports"})

    def commands(self) -> list[Command]:
        found = [
            Command("reports.case", tr("Open the case of this report"), "", self._case_of, self._has_story),
            Command("reports.save", tr("Save the receipt…"), "", self.save_receipt, self._has_receipt),
            Command(
                "reports.copy", tr("Copy what happened"), "", self.pane.copy_story.click, self._has_story
            ),
            Command("reports.pdf", tr("Save the whole story as PDF…"), "", self._story_pdf, self._has_story),
            Command(
                "reports.json", tr("Save the whole story as JSON…"), "", self._story_json, self._has_story
            ),
        ]
        for words, panel in self.pane.jumps.items():
            found.append(
                Command(
                    f"reports.part.{words}",
                    tr("This report: {part}", part=words),
                    "",
                    lambda panel=panel: self.pane.show_part(panel),  # type: ignore[misc]
                    self._has_story,
                )
            )
        return found

    def enter(self, **kwargs: object) -> None:
        self._front = True
        self._asked = 0
        self._recall()
        reports, operator = self._session.desk.reports, self._session.operator
        self._session.runner.run_read(
            lambda: reports.choices(operator), self.filters.set_choices, owner=self.filters, key="choices"
        )
        wanted = kwargs.get("filing_id")
        if isinstance(wanted, int):
            # Coming from elsewhere for one report: an old filter must not hide it.
            self._asked = wanted
            self._ask_story(wanted)
            self.filters.show_filter(ReportFilter())
            self.model.set_filter(ReportFilter())
            return
        found = kwargs.get("find")
        if isinstance(found, str):
            # By its number alone, wherever it was made; said in the search field, where it can be cleared.
            self.filters.show_filter(ReportFilter(text=found))
            self.model.set_filter(ReportFilter(text=found))
            box = getattr(getattr(self.window(), "header", None), "search", None)
            if box is not None:
                box.setText(found)
            return
        everything = replace(self.model.filter, text="")
        self.filters.show_filter(everything)
        self.model.set_filter(everything)

    def leave(self) -> bool:
        self._front = False
        self._keep()
        return True

    def refresh(self, changes: frozenset[str]) -> None:
        if self._front and {Change.REPORTS, Change.OUTBOX} & set(changes) and not self._reload.isActive():
            self._reload.start()

    def search(self, words: str) -> None:
        if words.strip() != self.model.filter.text:
            self.filters.set_text(words.strip())

    # what is remembered -----------------------------------------------------------

    def _recall(self) -> None:
        """The filters of the day before, where the window keeps them."""
        kept = getattr(self.window(), "kept_settings", None)
        if kept is None or kept is self._kept:
            return
        self._kept = kept
        self.model._filter = recalled(kept.get("reports/filter"))

    def _keep(self) -> None:
        if self._kept is not None:
            self._kept.set("reports/filter", remembered(self.model.filter))  # type: ignore[attr-defined]

    # reading ----------------------------------------------------------------------

    def show_all(self) -> None:
        self.filters.show_filter(ReportFilter())
        self._filtered(ReportFilter())

    def _filtered(self, wanted: ReportFilter) -> None:
        self._narrowed = True
        self.model.set_filter(wanted)
        self._keep()

    def _again(self) -> None:
        self.model.reload()
        whole = self.pane.whole
        if whole is not None and self._panes.currentWidget() is self.pane:
            self._ask_story(whole.story.row.filing.id)

    def _loaded(self, count: int) -> None:
        plain = self.model.filter == ReportFilter()
        if not count and plain and not self._asked and self.pane.story is None:
            self._layout.setCurrentWidget(self._none)
            return
        self._layout.setCurrentWidget(self._main)
        self._lists.setCurrentWidget(self.list if count else self._nothing)
        shown = self.pane.story if self._panes.currentWidget() is self.pane else None
        wanted = self._asked or (shown.row.filing.id if shown is not None else 0)
        place = self.model.place(wanted) if wanted else self.model.index(0, 0)
        narrowed, self._narrowed = self._narrowed, False
        if narrowed and not self._asked and not place.isValid():
            # What is shown is not among what was asked for.
            wanted = 0
            if not count:
                self._panes.setCurrentWidget(self._choose)
        if place.isValid():
            self.list.setCurrentIndex(place)
        elif not wanted and count:
            self.list.setCurrentIndex(self.model.index(0, 0))
        if self._front and self.list.isVisible() and not self._busy_elsewhere():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _busy_elsewhere(self) -> bool:
        """Whether somebody types, or chooses, in the search, the filters or the report itself."""
        focus: QWidget | None = self.window().focusWidget()
        if focus is None or focus is self:
            return False
        return not self.isAncestorOf(focus) or self.filters.isAncestorOf(focus) or self._panes_hold(focus)

    def _panes_hold(self, focus: QWidget) -> bool:
        return self.pane.isAncestorOf(focus) or self.by_hand.isAncestorOf(focus)

    def _failed(self, problem: DeskError) -> None:
        self._layout.setCurrentWidget(self._main)
        self.said.say("bad", problem.words(), ((tr("Read again"), self.model.reload),), stays=True)

    def _chosen(self) -> None:
        row = self.list.current()
        if row is None:
            return
        if row.filing is None:
            self.by_hand.show_row(row)
            self._panes.setCurrentWidget(self.by_hand)
            return
        story = self.pane.story
        if story is None or story.row.filing.id != row.filing.id:
            self._ask_story(row.filing.id)
        else:
            self._panes.setCurrentWidget(self.pane)

    def _ask_story(self, filing_id: int) -> None:
        reports, operator = self._session.desk.reports, self._session.operator

        def read() -> tuple[WholeStory, list[Document], list[Document]]:
            found = reports.whole(operator, filing_id)
            return (
                found,
                stories.made_readable(stories.sent(found.story), READABLE, readable),
                stories.made_readable(stories.received(found.story), READABLE, readable),
            )

        self._session.runner.run_read(read, self._show, self._no_story, owner=self, key="story")

    def _show(self, answer: tuple[WholeStory, list[Document], list[Document]]) -> None:
        found, sent, received = answer
        chosen = self.list.current()
        if not self._asked and chosen is not None and chosen.filing is None:
            return  # another row has the focus by now
        self._asked = 0
        self.said.unsay()
        self._layout.setCurrentWidget(self._main)
        self._panes.setCurrentWidget(self.pane)
        may_note = self._session.operator.may(Permission.OUTCOMES)
        self.pane.show_story(found, sent, received, self._session.desk.clock.now(), may_note=may_note)
        self.bundle.show_for(found.story)
        place = self.model.place(found.story.row.filing.id)
        if place.isValid():
            self.list.setCurrentIndex(place)
        else:
            self.list.clearSelection()
        self.commands_changed.emit()

    def _no_story(self, problem: DeskError) -> None:
        self._layout.setCurrentWidget(self._main)
        self.said.say("bad", problem.words())

    # acts ---------------------------------------------------------------------------

    def _has_story(self) -> bool:
        return self.pane.story is not None

    def _has_receipt(self) -> bool:
        return self.pane.story is not None and self.pane.story.receipt is not None

    def _case_of(self) -> None:
        if self.pane.story is not None:
            self._to_case(self.pane.story.row.filing.case_number)

    def _to_case(self, number: int) -> None:
        self.navigate.emit("case", {"number": number})

    def _to_outbox(self, filing_id: int) -> None:
        self.navigate.emit("outbox", {"filing_id": filing_id})

    def _story_pdf(self) -> None:
        if self.pane.whole is not None:
            self.exporting.ask_story(ExportForm.PDF, self.pane.whole)

    def _story_json(self) -> None:
        if self.pane.whole is not None:
            self.exporting.ask_story(ExportForm.JSON, self.pane.whole)

    def save_receipt(self) -> None:
        """Ask where to, then write the receipt's exact bytes there."""
        story = self.pane.story
        if story is not None and story.receipt is not None:
            receipt = story.receipt
            self.exporting.ask_bytes(tr("Save the receipt"), f"receipt-{receipt.report_id}.xml", receipt.body)

    def _note(self, new: NewNote) -> None:
        story = self.pane.story
        if story is None:
            return
        outcomes, operator, filing = self._session.desk.outcomes, self._session.operator, story.row.filing.id
        self.pane.notes.add_note.setEnabled(False)
        self._session.act(
            lambda: outcomes.add(operator, filing, new.source, new.kind, new.words, new.reference, new.day),
            self._noted,
            self._not_noted,
        )

    def _noted(self, _outcome: object) -> None:
        self.pane.notes.add_note.setEnabled(True)
        self.pane.notes.kept()
        self.notify.emit("ok", tr("Noted. The one who filed the report will read it."))

    def _not_noted(self, problem: DeskError) -> None:
        self.pane.notes.add_note.setEnabled(True)
        self.notify.emit("bad", problem.words())
