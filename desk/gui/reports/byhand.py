"""A report that was made elsewhere, as it stands on record, with its corrections."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from desk.gui import theme, words
from desk.gui.confirm.lines import Lines, breakable, value
from desk.gui.confirm.said import both_times
from desk.gui.reports.states import body_name, row_name
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import clear, hbox, label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.words import joined, tr
from desk.ports import ReportRow


class ElsewherePane(Scroll):
    """``open_case`` carries the case's number; ``see_records`` asks for the page of such records."""

    open_case = Signal(int)
    see_records = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._row: ReportRow | None = None
        self._title = value("", "page")
        self._badge = Badge(tr("Made elsewhere"), "muted", "external-link")
        self._about = label("", "body-muted", wrap=True)
        self.records = secondary(tr("Filed elsewhere"), "external-link")
        self.records.clicked.connect(self.see_records)
        self.case = secondary(tr("Open case"), "folder-open")
        self.case.clicked.connect(self._to_case)
        top = hbox(self._title, self._badge)
        top.setStretch(0, 1)
        self.body.addLayout(top)
        self.body.addWidget(self._about)
        acts = hbox(self.records, self.case)
        acts.addStretch(1)
        self.body.addLayout(acts)
        self._panel = Panel(tr("What is on record"))
        self._facts = QVBoxLayout()
        self._facts.setSpacing(theme.S3)
        self._panel.add(self._facts)
        self.add(self._panel)
        self.end()

    def show_row(self, row: ReportRow) -> None:
        record = row.elsewhere
        if record is None:
            return
        self._row = row
        stated = record.stated
        self._title.setText(breakable(row_name(row)))
        self._title.setAccessibleName(row_name(row))
        self._about.setText(joined([body_name(stated.body), tr("Case {id}", id=row.platform_id)]))
        clear(self._facts)
        facts = Lines(width=128)
        if stated.reference:
            facts.put(tr("Reference"), CopyLabel(stated.reference, tr("Reference")))
        facts.add(tr("Filed"), both_times(stated.filed_at))
        facts.add(tr("Filed by"), stated.filed_by)
        facts.add(tr("Content"), ", ".join(stated.content_ids))
        facts.add(tr("Account"), record.account_id or "")
        facts.add(tr("Recorded"), words.moment(record.recorded_at))
        facts.add(tr("Note"), stated.note)
        kept = record.preserve_until
        facts.add(tr("Kept until"), kept.isoformat() if kept else tr("no duty by this report"))
        for one in record.corrections:
            facts.add(tr("Corrected"), joined([words.moment(one.at), one.reason]))
        self._facts.addWidget(facts)

    def _to_case(self) -> None:
        if self._row is not None:
            self.open_case.emit(self._row.case_number)
