"""Reports: what was filed, found by id or words, each with its whole story."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QStackedLayout, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.gui import theme
from desk.gui.case.parts import Said
from desk.gui.confirm.xmlview import readable
from desk.gui.reports import story as stories
from desk.gui.reports.bundle import BundleAct
from desk.gui.reports.list import ReportList
from desk.gui.reports.model import FiledModel
from desk.gui.reports.pane import StoryPane
from desk.gui.reports.saving import save
from desk.gui.reports.story import Document
from desk.gui.session import Session
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton, SplitView
from desk.gui.words import tr
from desk.services.changes import Change
from desk.services.outbox import FilingStory

RELOAD_AFTER_MS = 200
SMALL_PAGE, SMALL_LIST, WIDE_LIST = 1000, 224, 300
READABLE = 12
"""Documents set for reading ahead, off the GUI thread; the others when they are chosen."""


class ReportsPage(Page):
    icon: ClassVar[str] = "file-text"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Reports")
        self.search_words = tr("Search report and case ids, people")
        self._session = session
        self._front = False
        self._asked = 0
        self._small = False
        self._dialog: QFileDialog | None = None
        self.said = Said()
        self.elsewhere = secondary(tr("Filed elsewhere"))
        self.elsewhere.clicked.connect(self.to_elsewhere)
        self.model = FiledModel(session, self)
        self.list = ReportList(self.model)
        self.pane = StoryPane()
        self._none = EmptyState(
            "file-text", tr("No report is filed yet"), tr("Each filed report stands here with its story.")
        )
        self._nothing = EmptyState("search", tr("Nothing found"), tr("No filed report fits these words."))
        self._choose = EmptyState("file-text", tr("No report chosen"), tr("Choose one at the left."))
        self._layout = QStackedLayout()
        self._lists = QStackedLayout()
        self._panes = QStackedLayout()
        self._build()
        self._reload = QTimer(self, singleShot=True, interval=RELOAD_AFTER_MS)
        self._reload.timeout.connect(self._again)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._failed)
        self.list.chosen.connect(self._chosen)
        self.pane.open_case.connect(self._to_case)
        self.pane.see_outbox.connect(self._to_outbox)
        self.pane.save_receipt.connect(self.save_receipt)
        self.bundle = BundleAct(session, self.pane.bundle, self)
        self.bundle.notify.connect(self.notify)

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
        at_left.setContentsMargins(theme.S4, theme.S4, 0, theme.S4)
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
        column.addLayout(self._panes, 1)
        self.split = SplitView(found, story, shares=(3, 9))
        self.split.setStretchFactor(0, 0)
        for part in (waiting, self._none, self.split):
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
        return [
            Command("reports.case", tr("Open the case of this report"), "", self._case_of, self._has_story),
            Command("reports.save", tr("Save the receipt…"), "", self.save_receipt, self._has_receipt),
            Command(
                "reports.copy", tr("Copy what happened"), "", self.pane.copy_story.click, self._has_story
            ),
        ]

    def enter(self, **kwargs: object) -> None:
        self._front = True
        self._asked = 0
        wanted = kwargs.get("filing_id")
        if isinstance(wanted, int):
            self._asked = wanted
            if self.model.text:
                # Coming from elsewhere for one report: an old search must not hide it.
                self.model.search("")
                self._ask_story(wanted)
                return
            self._ask_story(wanted)
        elif self.model.text:
            self.model.search("")
            return
        self.model.reload()

    def leave(self) -> bool:
        self._front = False
        return True

    def refresh(self, changes: frozenset[str]) -> None:
        if self._front and {Change.REPORTS, Change.OUTBOX} & set(changes) and not self._reload.isActive():
            self._reload.start()

    def search(self, words: str) -> None:
        self.model.search(words.strip())

    # reading ----------------------------------------------------------------------

    def _again(self) -> None:
        self.model.reload()
        story = self.pane.story
        if story is not None and not story.row.filing.state.ended:
            self._ask_story(story.row.filing.id)

    def _loaded(self, count: int) -> None:
        if not count and not self.model.text and not self._asked and self.pane.story is None:
            self._layout.setCurrentWidget(self._none)
            return
        self._layout.setCurrentWidget(self.split)
        self._lists.setCurrentWidget(self.list if count else self._nothing)
        shown = self.pane.story
        wanted = self._asked or (shown.row.filing.id if shown is not None else 0)
        place = self.model.place(wanted) if wanted else self.model.index(0, 0)
        if place.isValid():
            self.list.setCurrentIndex(place)
        elif not wanted and count:
            self.list.setCurrentIndex(self.model.index(0, 0))
        if self._front and self.list.isVisible() and not self._searching():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _searching(self) -> bool:
        focus: QWidget | None = self.window().focusWidget()
        return focus is not None and not self.isAncestorOf(focus)

    def _failed(self, problem: DeskError) -> None:
        self._layout.setCurrentWidget(self.split)
        self.said.say("bad", problem.words(), ((tr("Read again"), self.model.reload),), stays=True)

    def _chosen(self, filing_id: int) -> None:
        story = self.pane.story
        if story is None or story.row.filing.id != filing_id:
            self._ask_story(filing_id)

    def _ask_story(self, filing_id: int) -> None:
        outbox, operator = self._session.desk.outbox, self._session.operator

        def read() -> tuple[FilingStory, list[Document], list[Document]]:
            found = outbox.story(operator, filing_id)
            return (
                found,
                stories.made_readable(stories.sent(found), READABLE, readable),
                stories.made_readable(stories.received(found), READABLE, readable),
            )

        self._session.runner.run_read(read, self._show, self._no_story, owner=self, key="story")

    def _show(self, answer: tuple[FilingStory, list[Document], list[Document]]) -> None:
        found, sent, received = answer
        self._asked = 0
        self.said.unsay()
        self._layout.setCurrentWidget(self.split)
        self._panes.setCurrentWidget(self.pane)
        self.pane.show_story(found, sent, received, self._session.desk.clock.now())
        self.bundle.show_for(found)
        place = self.model.place(found.row.filing.id)
        if place.isValid():
            self.list.setCurrentIndex(place)
        else:
            self.list.clearSelection()
        self.commands_changed.emit()

    def _no_story(self, problem: DeskError) -> None:
        self._layout.setCurrentWidget(self.split)
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

    def save_receipt(self) -> None:
        """Ask where to, then write the receipt's exact bytes there."""
        story = self.pane.story
        if story is None or story.receipt is None:
            return
        receipt = story.receipt
        dialog = QFileDialog(self, tr("Save the receipt"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("XML documents (*.xml)"), tr("All files (*)")])
        dialog.setDefaultSuffix("xml")
        dialog.selectFile(f"receipt-{receipt.report_id}.xml")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._save_to(Path(path), receipt.body))
        self._dialog = dialog
        dialog.open()

    def _save_to(self, path: Path, body: bytes) -> None:
        self._session.runner.run_long(lambda _job: save(path, body), self._saved, self._not_saved)

    def _saved(self, path: Path) -> None:
        self.notify.emit("ok", tr("The receipt is saved as {name}.", name=path.name))

    def _not_saved(self, problem: DeskError) -> None:
        self.said.say("bad", problem.words())
