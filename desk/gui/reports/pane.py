"""The story of one filing: what happened at the left, what was sent and received at the right."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.filing import FilingState
from desk.gui import icons, theme, words
from desk.gui.confirm.lines import Lines, breakable, value
from desk.gui.confirm.said import both_times
from desk.gui.confirm.xmlview import DocumentView, readable
from desk.gui.outbox.states import error_words, next_words, word
from desk.gui.reports import story as stories
from desk.gui.reports.story import Document
from desk.gui.widgets.buttons import IconButton, link, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import clear, hairline, hbox, label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.fields import Choice
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.widgets.progress import TimeLine
from desk.gui.words import joined, tr
from desk.services.outbox import FilingStory

FILES_SHOWN = 24
TIME_LINE_LEAST, TIME_LINE_WIDTH = 240, 332


class DocumentsPanel(Panel):
    """One of several documents, chosen by its title."""

    def __init__(self, title: str, name: str, empty: str) -> None:
        super().__init__(title)
        self._documents: list[Document] = []
        self._name = name
        self._choice_holder = QVBoxLayout()
        self._choice: Choice | None = None
        self.view = DocumentView(name, height=240)
        self._empty = label(empty, "body-muted", wrap=True)
        self.add(self._choice_holder, self._empty, self.view)

    def set_documents(self, documents: list[Document]) -> None:
        self._documents = documents
        clear(self._choice_holder)
        self._choice = None
        self.view.setVisible(bool(documents))
        self._empty.setVisible(not documents)
        if len(documents) > 1:
            self._choice = Choice([(at, one.title) for at, one in enumerate(documents)])
            self._choice.setAccessibleName(tr("Which document of: {name}", name=self._name))
            self._choice.set_value(0)
            self._choice.changed.connect(self._chosen)
            self._choice_holder.addWidget(self._choice)
        if documents:
            self._show(documents[0])

    def _chosen(self) -> None:
        at = self._choice.value() if self._choice is not None else 0
        if isinstance(at, int):
            self._show(self._documents[at])

    def _show(self, document: Document) -> None:
        self.view.set_document(document.body, document.shown or readable(document.body))


class StoryPane(QWidget):
    """``open_case`` and ``see_outbox`` carry the case's number and the filing's id."""

    open_case = Signal(int)
    see_outbox = Signal(int)
    save_receipt = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._story: FilingStory | None = None
        self._title = value("", "page")
        self._badge = Badge("")
        self._about = label("", "body-muted", wrap=True)
        self._said = label("", wrap=True)
        self.case = secondary(tr("Open case"), "folder-open")
        self.case.clicked.connect(self._to_case)
        self.outbox = secondary(tr("In the outbox"), "send")
        self.outbox.clicked.connect(self._to_outbox)
        self.bundle = secondary(tr("Evidence bundle…"), "archive")
        self.copy_story = IconButton("copy", tr("Copy what happened as text, with every Request-ID"))
        self.copy_story.clicked.connect(self._copy)
        self.time_line = TimeLine()
        self.sent = DocumentsPanel(tr("What was sent"), tr("what was sent"), "")
        self.received = DocumentsPanel(
            tr("What was received"), tr("what was received"), tr("No answer is on record yet.")
        )
        self.save = secondary(tr("Save receipt…"), "download")
        self.save.clicked.connect(self.save_receipt)
        self._receipt_facts = QVBoxLayout()
        self._sent_facts = QVBoxLayout()
        self._files = Panel(tr("Files"))
        self._confirmed = Panel(tr("What was confirmed"))
        self._confirmed_facts = QVBoxLayout()
        self._build()

    def _build(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(theme.S4, theme.S4, theme.S4, 0)
        head.setSpacing(theme.S1)
        top = hbox(self._title, self._badge)
        top.setStretch(0, 1)
        acts = hbox(self.bundle, self.outbox, self.case)
        top.addLayout(acts)
        head.addLayout(top)
        head.addWidget(self._about)
        head.addWidget(self._said)
        past = Panel(tr("What happened"), acts=(self.copy_story,))
        past.add(self.time_line)
        past.body.addStretch(1)
        left = Scroll()
        left.body.setContentsMargins(theme.S4, theme.S4, theme.S2, theme.S4)
        left.add(past)
        left.end()
        self.sent.body.insertLayout(1, self._sent_facts)
        self.received.body.insertLayout(1, self._receipt_facts)
        row = hbox(self.save)
        row.addStretch(1)
        self.received.add(row)
        self._confirmed.add(self._confirmed_facts)
        self._right = Scroll()
        self._right.body.setContentsMargins(theme.S2, theme.S4, theme.S4, theme.S4)
        self._right.add(self.sent, self.received, self._files, self._confirmed)
        self._right.end()
        self._left = left
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(left)
        below.addWidget(self._right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(below, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        share = round(self.width() * 0.36)
        self._left.setFixedWidth(max(TIME_LINE_LEAST, min(TIME_LINE_WIDTH, share)))
        super().resizeEvent(event)

    @property
    def story(self) -> FilingStory | None:
        return self._story

    def show_story(
        self, story: FilingStory, sent: list[Document], received: list[Document], now: datetime
    ) -> None:
        """``sent`` and ``received`` are stories.sent and stories.received, made off the GUI thread."""
        if story == self._story:
            return
        other = self._story is None or self._story.row.filing.id != story.row.filing.id
        self._story = story
        row, filing = story.row, story.row.filing
        name = tr("Report {id}", id=filing.report_id) if filing.report_id else tr("Filing {id}", id=filing.id)
        self._title.setText(breakable(name))
        self._title.setAccessibleName(name)
        text, role, icon = word(filing)
        self._badge.set(text, role, icon)
        self._about.setText(joined([tr("Case {id}", id=row.platform_id), row.incident_type, row.endpoint]))
        kept = stories.preserved(story, now)
        self._said.setText(
            "\n".join(
                part for part in (error_words(filing), next_words(filing, now, counted=False), kept) if part
            )
        )
        self.outbox.setVisible(filing.state is not FilingState.FILED)
        self.time_line.set_entries(
            [
                replace(entry, title=breakable(entry.title), detail=breakable(entry.detail))
                for entry in stories.entries(story)
            ]
        )
        self._show_sent(story, sent)
        self._show_received(story, received)
        self._show_files(story, FILES_SHOWN)
        clear(self._confirmed_facts)
        self._confirmed_facts.addWidget(Lines(stories.shown_at_confirmation(story), width=112))
        if other:
            icons.set_icon(self.copy_story, "copy", "muted")
            self.copy_story.setToolTip(self.copy_story.accessibleName())
            self._left.verticalScrollBar().setValue(0)
            self._right.verticalScrollBar().setValue(0)

    def _show_sent(self, story: FilingStory, documents: list[Document]) -> None:
        clear(self._sent_facts)
        facts = Lines(width=112)
        facts.put(tr("SHA-256"), CopyLabel(story.confirmed.report_sha256, tr("SHA-256 of the report")))
        facts.add(tr("Escalated"), tr("yes, as urgent") if story.confirmed.escalated else "")
        facts.add(tr("Also about"), stories.also_about(story))
        self._sent_facts.addWidget(facts)
        self.sent.set_documents(documents)

    def _show_received(self, story: FilingStory, documents: list[Document]) -> None:
        clear(self._receipt_facts)
        receipt = story.receipt
        self.save.setVisible(receipt is not None)
        if receipt is not None:
            facts = Lines(width=112)
            facts.add(tr("Filed"), both_times(receipt.at))
            facts.put(tr("Report ID"), CopyLabel(receipt.report_id, tr("Report ID")))
            if receipt.request_id:
                facts.put(tr("Request-ID"), CopyLabel(receipt.request_id, tr("Request-ID")))
            facts.put(tr("SHA-256"), CopyLabel(receipt.sha256, tr("SHA-256 of the receipt")))
            self._receipt_facts.addWidget(facts)
        self.received.set_documents(documents)

    def _show_files(self, story: FilingStory, most: int) -> None:
        files = story.row.filing.files
        clear(self._files.body)
        self._files.setVisible(bool(files))
        self._files.add(label(tr("Files"), "section"))
        for at, file in enumerate(files[:most]):
            if at:
                self._files.add(hairline())
            self._files.add(value(joined([file.name, words.size(file.size)]), "label"))
            facts = Lines(width=112)
            if file.file_id:
                facts.put(tr("File ID"), CopyLabel(file.file_id, tr("File ID")))
            else:
                facts.add(tr("File ID"), tr("none yet"))
            facts.put(tr("MD5"), CopyLabel(file.md5, tr("MD5")))
            facts.put(tr("SHA-256"), CopyLabel(file.sha256, tr("SHA-256")))
            self._files.add(facts)
        if len(files) > most:
            more = link(tr("Show all {n} files", len(files)))
            more.clicked.connect(self._all_files)
            self._files.add(more)

    def _all_files(self) -> None:
        if self._story is not None:
            self._show_files(self._story, len(self._story.row.filing.files))

    def _copy(self) -> None:
        if self._story is not None:
            QGuiApplication.clipboard().setText(stories.as_text(self._story))
            icons.set_icon(self.copy_story, "check", "ok")
            self.copy_story.setToolTip(tr("Copied"))

    def _to_case(self) -> None:
        if self._story is not None:
            self.open_case.emit(self._story.row.filing.case_number)

    def _to_outbox(self) -> None:
        if self._story is not None:
            self.see_outbox.emit(self._story.row.filing.id)
