"""One report as a file: what happened at the left, everything on record about it at the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.filing import FilingState
from desk.gui import icons, theme
from desk.gui.confirm.lines import Lines, breakable, value
from desk.gui.confirm.said import both_times
from desk.gui.confirm.xmlview import readable
from desk.gui.outbox.states import error_words, next_words, word
from desk.gui.reports import sections, timeline
from desk.gui.reports import story as stories
from desk.gui.reports.bytesview import BytesView
from desk.gui.reports.notes import NotesPanel
from desk.gui.reports.story import Document
from desk.gui.widgets.buttons import IconButton, link, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import clear, hbox, label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.fields import Choice
from desk.gui.widgets.flow import FlowLayout
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.widgets.progress import TimeLine
from desk.gui.words import joined, tr
from desk.services.outbox import FilingStory
from desk.services.whole_story import WholeStory

TIME_LINE_LEAST, TIME_LINE_WIDTH = 240, 332


class DocumentsPanel(Panel):
    """One of several documents, chosen by its title."""

    def __init__(self, title: str, name: str, empty: str) -> None:
        super().__init__(title)
        self._documents: list[Document] = []
        self._name = name
        self._choice_holder = QVBoxLayout()
        self._choice: Choice | None = None
        self.view = BytesView(name)
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
    """``open_case`` and ``see_outbox`` carry the case's number and the filing's id, ``save_bytes`` a
    document's exact bytes and a name for it."""

    open_case = Signal(int)
    see_outbox = Signal(int)
    save_receipt = Signal()
    save_bytes = Signal(bytes, str)

    def __init__(self) -> None:
        super().__init__()
        self._whole: WholeStory | None = None
        self._title = value("", "page")
        self._badge = Badge("")
        self._about = label("", "body-muted", wrap=True)
        self._said = label("", wrap=True)
        self.case = secondary(tr("Open case"), "folder-open")
        self.case.clicked.connect(self._to_case)
        self.outbox = secondary(tr("In the outbox"), "send")
        self.outbox.clicked.connect(self._to_outbox)
        self.bundle = secondary(tr("Evidence bundle…"), "archive")
        self.export = secondary(tr("Save as") + "\u2002", "download")
        self.export.setToolTip(tr("The whole story as PDF or JSON. It is put on record."))
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
        self.files = sections.ListPanel(tr("Files, ours against the service's"), tr("No file was sent."))
        self.claims = sections.ListPanel(tr("Said to be viewed"), tr("The report says nothing of viewing."))
        self.viewings = sections.ListPanel(tr("Viewings"), tr("Nobody looked at a file of this case."))
        self._confirmed = Panel(tr("What was confirmed"))
        self._confirmed_facts = QVBoxLayout()
        self._preserved = Panel(tr("Preservation"))
        self._preserved_facts = QVBoxLayout()
        self.notes = NotesPanel()
        self.notes.open_form.clicked.connect(self._show_form)
        self.notes.look_at.connect(self.show_part)
        self.jumps: dict[str, QWidget] = {}
        self._build()

    def _build(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(theme.S4, theme.S4, theme.S4, 0)
        head.setSpacing(theme.S1)
        top = hbox(self._title, self._badge)
        top.setStretch(0, 1)
        head.addLayout(top)
        head.addWidget(self._about)
        head.addWidget(self._said)
        acts = FlowLayout(theme.S2)
        for button in (self.export, self.bundle, self.outbox, self.case):
            acts.addWidget(button)
        head.addSpacing(theme.S1)
        head.addLayout(acts)
        past = Panel(tr("What happened"), acts=(self.copy_story,))
        past.add(self.time_line)
        past.body.addStretch(1)
        left = Scroll()
        left.body.setContentsMargins(theme.S4, theme.S3, theme.S2, theme.S4)
        left.add(past)
        left.end()
        self.sent.body.insertLayout(1, self._sent_facts)
        self.received.body.insertLayout(1, self._receipt_facts)
        row = hbox(self.save)
        row.addStretch(1)
        self.received.add(row)
        self._confirmed.add(self._confirmed_facts)
        self._preserved.add(self._preserved_facts)
        for documents, name in ((self.sent, "sent"), (self.received, "received")):
            documents.view.save_asked.connect(partial(self._save_bytes, name))
        self._right = Scroll()
        self._right.body.setContentsMargins(theme.S2, theme.S3, theme.S4, theme.S4)
        jump = FlowLayout(theme.S3)
        for words, panel in (
            (tr("Sent"), self.sent),
            (tr("Received"), self.received),
            (tr("Files"), self.files),
            (tr("Viewings"), self.claims),
            (tr("Confirmed"), self._confirmed),
            (tr("Preservation"), self._preserved),
            (tr("Notes"), self.notes),
        ):
            button = link(words)
            button.setAccessibleName(tr("Go to: {part}", part=words))
            button.clicked.connect(partial(self.show_part, panel))
            jump.addWidget(button)
            self.jumps[words] = panel
        self._right.add(
            self.sent,
            self.received,
            self.files,
            self.claims,
            self.viewings,
            self._confirmed,
            self._preserved,
            self.notes,
        )
        self._right.end()
        self._left = left
        right = QVBoxLayout()
        right.setSpacing(0)
        jumps = QVBoxLayout()
        jumps.setContentsMargins(theme.S2 + theme.S1, theme.S3, theme.S4, 0)
        jumps.addLayout(jump)
        right.addLayout(jumps)
        right.addWidget(self._right, 1)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(left)
        below.addLayout(right, 1)
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
    def whole(self) -> WholeStory | None:
        return self._whole

    @property
    def story(self) -> FilingStory | None:
        return self._whole.story if self._whole is not None else None

    def show_part(self, panel: QWidget, _checked: bool = False) -> None:
        """Bring a part to the top."""
        inner = self._right.widget()
        if inner is not None:
            self._right.verticalScrollBar().setValue(panel.mapTo(inner, QPoint(0, 0)).y() - theme.S3)

    def show_story(
        self,
        whole: WholeStory,
        sent: list[Document],
        received: list[Document],
        now: datetime,
        *,
        may_note: bool = False,
    ) -> None:
        """``sent`` and ``received`` are stories.sent and stories.received, made off the GUI thread."""
        if whole == self._whole:
            return
        story, before = whole.story, self._whole
        other = before is None or before.story.row.filing.id != story.row.filing.id
        self._whole = whole
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
                for entry in timeline.entries(whole)
            ]
        )
        if other or before is None or before.story != story:
            # What a person reads in a document stays where it is while only something else changed.
            self._show_sent(story, sent)
            self._show_received(story, received)
        makers: list[Callable[[], QWidget]] = [partial(sections.file_widget, one) for one in whole.files]
        makers += [partial(sections.unknown_widget, one) for one in whole.unknown_ids]
        self.files.show_all(makers)
        self.claims.show_all([partial(sections.claim_widget, one) for one in whole.claims])
        self.viewings.show_all([partial(sections.viewing_widget, one) for one in whole.viewings])
        clear(self._confirmed_facts)
        facts = Lines(stories.shown_at_confirmation(story), width=112)
        facts.add(tr("Left out"), "\n".join(whole.withheld))
        self._confirmed_facts.addWidget(facts)
        clear(self._preserved_facts)
        self._preserved_facts.addWidget(sections.preservation_facts(whole, now.date()))
        if other:
            self.notes.kept()
        self.notes.show_notes(
            whole.notes, may_add=may_note and filing.state is FilingState.FILED, today=now.date()
        )
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

    def _save_bytes(self, name: str, body: bytes) -> None:
        if self._whole is not None:
            self.save_bytes.emit(body, f"{name}-{self._whole.story.row.filing.id}.xml")

    def _show_form(self) -> None:
        """The form has its height a turn later."""
        QTimer.singleShot(0, self, lambda: self.show_part(self.notes.fields["source"]))

    def _copy(self) -> None:
        if self._whole is not None:
            QGuiApplication.clipboard().setText(stories.as_text(self._whole.story))
            icons.set_icon(self.copy_story, "check", "ok")
            self.copy_story.setToolTip(tr("Copied"))

    def _to_case(self) -> None:
        if self._whole is not None:
            self.open_case.emit(self._whole.story.row.filing.case_number)

    def _to_outbox(self) -> None:
        if self._whole is not None:
            self.see_outbox.emit(self._whole.story.row.filing.id)
