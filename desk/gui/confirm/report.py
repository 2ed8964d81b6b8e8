"""The left side of the confirmation: the report in plain words, section by section, file by file."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.account import Account
from desk.domain.batch import ESCALATION
from desk.gui import icons, theme, words
from desk.gui.case import phrases
from desk.gui.confirm import said
from desk.gui.confirm.lines import Lines, text_box, value
from desk.gui.confirm.tiles import StillLoader, StillTile
from desk.gui.confirm.xmlview import DocumentView, readable
from desk.gui.session import Session
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.common import clear, hairline, hbox, label
from desk.gui.widgets.panels import Disclosure, Panel, Scroll
from desk.gui.words import joined, plural, tr
from desk.services.confirmation import FileLine, Summary
from desk.services.proposals import Proposed

PAGE = 24
"""File cards at a time: a report of many hundreds would make every change of layout slow."""
ACCOUNTS = 60
"""Accounts of a batched report with a line of their own each."""
AT_ONCE = 6
"""Cards built in one go; the others follow between events, so that the window never stands still."""


class ReportInWords(Scroll):
    """``complete`` comes when the report, and of many files the page in view, is there to be read."""

    complete = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(gap=theme.S4)
        self.setAccessibleName(tr("The report in words"))
        # The focus begins here: arrows and Page Down read on, and Space can't tick what nobody has read.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._loader = StillLoader(session, self)
        self._building = QTimer(self, interval=0)
        self._building.timeout.connect(self._build_some)
        self._left: Iterator[tuple[int, FileLine]] = iter(())
        self._first = 0
        self._summary: Summary | None = None
        self._readables: tuple[str, ...] = ()
        self.xml: Disclosure | None = None
        self.cards: list[QWidget] = []

    def show_summary(self, summary: Summary, readables: tuple[str, ...]) -> None:
        """``readables`` are the report and each file's details, set for reading, in their order."""
        self._building.stop()
        clear(self.body)
        self._summary, self._readables, self.cards, self.xml = summary, readables, [], None
        draft = summary.draft
        self._loader.start(summary.case.number)
        incident = Lines(said.incident(draft))
        incident.add(tr("Proposed"), proposed_words(summary.proposed))
        self._section(tr("Incident"), incident)
        for context in draft.contexts:
            self._section(
                tr("Where it happened: {kind}", kind=phrases.context(context.kind)),
                Lines(said.context(context)),
            )
        if draft.batch is not None:
            self._batch(summary)
        else:
            self._people(tr("Reported person or user"), (draft.reported,) if draft.reported else ())
        self._people(tr("Recipient"), draft.recipients)
        self._people(tr("Victim"), draft.victims)
        if draft.reported is None:
            self._section(
                tr("Reported person or user"), label(tr("None. The report names no suspect."), "warn")
            )
        if draft.law_enforcement is not None:
            self._section(tr("Law enforcement"), Lines(said.law_enforcement(draft.law_enforcement)))
        if draft.additional_info:
            self._section(
                tr("Additional information"), text_box(draft.additional_info, tr("Additional information"))
            )
        self._section(tr("Who reports"), Lines(said.reporter(summary.company)))
        self.add(self._files_panel(summary))
        if summary.narrowed:
            self._section(tr("Messages that are left out"), Lines(said.narrowed(summary)))
        self._documents(summary)
        self.end()
        self.show_files(0)
        self.verticalScrollBar().setValue(0)

    def _section(self, title: str, *parts: QWidget) -> None:
        panel = Panel(title)
        panel.add(*parts)
        self.add(panel)

    def _batch(self, summary: Summary) -> None:
        """All accounts of a batched report, and what it does not say of them."""
        facts = said.batch(summary)
        count = plural(len(facts), "{n} account is reported", "{n} accounts are reported")
        panel = Panel(tr("Reported accounts"), aside=count)
        panel.add(
            value(
                tr(
                    "A batched report: one file that many accounts passed on. Of each account its id is sent "
                    "and nothing else. When it is filed, every case named here is reported."
                )
            ),
            self._accounts(facts),
        )
        said_of = said.same_pictures(summary)
        if said_of:
            panel.add(label(tr("Not the same file, but said to be the same picture"), "label"))
            panel.add(*(value(line) for line in said_of))
        self.add(panel)
        left = Panel(tr("Left out of a batched report"))
        left.body.setSpacing(theme.S1)
        for line in summary.not_said:
            left.add(value(tr(line), "warn" if line == ESCALATION else "body"))
        if summary.besides:
            besides = "; ".join(tr(line) for line in summary.besides)
            left.add(value(tr("Of the other cases as well: {list}", list=besides)))
        again = said.opens_again(summary)
        if again:
            left.add(value(again, "warn"))
        self.add(left)

    @staticmethod
    def _accounts(facts: said.Facts) -> QWidget:
        """All of them, however many: a thousand lines as widgets would stand still, a text does not."""
        if len(facts) <= ACCOUNTS:
            return Lines(facts)
        lines = (joined([account, cases]) for cases, account in facts)
        return text_box("\n".join(lines), tr("Reported accounts"))

    def _people(self, title: str, people: tuple[Account, ...]) -> None:
        for at, person in enumerate(people, 1):
            numbered = (
                title if len(people) == 1 else tr("{role} {at} of {all}", role=title, at=at, all=len(people))
            )
            facts = said.account(person)
            part = Lines(facts) if facts else label(tr("Nothing is known of this person."), "muted")
            self._section(numbered, part)

    # files, a page of cards at a time ---------------------------------------------

    def show_files(self, first: int) -> None:
        """The page of cards that begins with this file, counted from 0."""
        summary = self._summary
        if summary is None:
            return
        self._first, self.cards = first, []
        clear(self._cards)
        self._loader.start(summary.case.number)
        page = summary.files[first : first + PAGE]
        self._left = iter(enumerate(page, first + 1))
        count = len(summary.files)
        self._shown.setText(
            tr("{start} to {end} of {all}", start=first + 1, end=first + len(page), all=count)
        )
        self._before.setEnabled(first > 0)
        self._after.setEnabled(first + PAGE < count)
        self._pager.setVisible(count > PAGE)
        self._build_some()

    def _turn(self, by: int) -> None:
        self.show_files(max(0, self._first + by))
        self.ensureWidgetVisible(self._pager)

    def _files_panel(self, summary: Summary) -> Panel:
        count = len(summary.files)
        panel = Panel(tr("Files"), aside=plural(count, "{n} file is sent", "{n} files are sent"))
        if not summary.files:
            panel.add(label(tr("No file is sent with this report."), "warn"))
        out = said.left_out(summary.left_out)
        if out:
            panel.add(value(out, "warn"))
        self._before = secondary(tr("Files before"), "chevron-left")
        self._after = secondary(tr("Further files"), "chevron-right")
        self._before.clicked.connect(lambda: self._turn(-PAGE))
        self._after.clicked.connect(lambda: self._turn(PAGE))
        self._shown = label("", "body-muted")
        row = hbox(self._before, self._after, self._shown)
        row.addStretch(1)
        self._pager = QWidget()
        self._pager.setLayout(row)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(theme.S3)
        panel.add(self._pager, self._cards)
        return panel

    def _build_some(self) -> None:
        for _ in range(AT_ONCE):
            found = next(self._left, None)
            if found is None:
                self._building.stop()
                self.complete.emit()
                return
            if self.cards:
                self._cards.addWidget(hairline())
            self._cards.addWidget(self._card(*found))
        self._building.start()

    def _card(self, number: int, line: FileLine) -> QWidget:
        content = line.content
        card = QWidget()
        row = QHBoxLayout(card)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S4)
        tile = StillTile(content.id, content.kind.value, number)
        tile.set_viewed(line.viewed.viewed)
        row.addWidget(tile, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(theme.S1)
        column.addWidget(value(line.name or phrases.file_name(content), "label"))
        size = words.size(content.size) if content.size is not None else ""
        column.addWidget(label(joined([size, content.media_type or content.kind.value]), "muted"))
        text, state, icon = said.viewed(line)
        seen = QHBoxLayout()
        seen.setSpacing(6)
        seen.addWidget(icons.IconLabel(icon, 16, state), 0, Qt.AlignmentFlag.AlignTop)
        seen.addWidget(value(text, state), 1)
        column.addLayout(seen)
        column.addSpacing(theme.S1)
        column.addWidget(Lines(said.file(line), width=104))
        row.addLayout(column, 1)
        card.setAccessibleName(
            tr("File {number}: {name}. {viewed}", number=number, name=line.name, viewed=text)
        )
        self.cards.append(card)
        if line.transcript is None:
            self._loader.add(tile)
        else:
            tile.set_no_preview(tr("no picture"))
        return card

    def _documents(self, summary: Summary) -> None:
        """The exact bytes, behind a disclosure; filled when it is opened."""
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, theme.S2, 0, 0)
        column.setSpacing(theme.S4)
        made: list[tuple[DocumentView, bytes]] = []
        report = DocumentView(
            tr("the report"),
            note=tr("Sent exactly as stored. “Readable” only adds line breaks on the screen."),
        )
        column.addWidget(label(tr("Report"), "label"))
        column.addWidget(report)
        made.append((report, summary.composed.report_xml))
        if summary.composed.files:
            column.addWidget(
                label(
                    tr("File details. The report's and the file's id are left open: NCMEC gives them out."),
                    "muted",
                    wrap=True,
                )
            )
        for file in summary.composed.files[:20]:
            view = DocumentView(tr("details of {name}", name=file.name), height=180)
            column.addWidget(value(file.name, "label"))
            column.addWidget(view)
            made.append((view, file.details_xml))
        more = len(summary.composed.files) - 20
        if more > 0:
            column.addWidget(label(plural(more, "and {n} file more", "and {n} files more"), "muted"))
        transcripts: list[tuple[DocumentView, bytes]] = []
        for made_file in summary.transcripts[:20]:
            view = DocumentView(
                tr("the transcript {name}", name=made_file.name),
                note=tr("The file itself, exactly as it is sent."),
                height=220,
            )
            column.addWidget(value(made_file.name, "label"))
            column.addWidget(view)
            transcripts.append((view, made_file.data))
        disclosure = Disclosure(tr("The documents as they are sent (XML)"), box)
        readables = self._readables

        def fill(on: bool) -> None:
            if on and not report.document():
                for at, (view, document) in enumerate(made):
                    view.set_document(document, readables[at] if at < len(readables) else readable(document))
                for view, data in transcripts:
                    view.set_document(data, data.decode())

        disclosure.toggled.connect(fill)
        self.xml = disclosure
        self.add(disclosure)


def proposed_words(proposed: tuple[Proposed, ...]) -> str:
    """Another type than the report's, and by what; empty where nothing differs."""
    lines = []
    for one in proposed:
        if one.type is None:
            lines.append(tr("The answers in the guide led to no report."))
            continue
        by = tr("The answers in the guide led to another type")
        if one.policy is not None:
            by = tr("The policy {policy} proposes another type", policy=one.policy)
        lines.append(f"{by}: {one.type.value}.")
    return "\n".join(lines)
