"""The right side of the confirmation, always in view: to whom, as whom, until when it can be taken back."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desk.gui import icons, theme, words
from desk.gui.confirm import said
from desk.gui.confirm.lines import value
from desk.gui.widgets.buttons import link
from desk.gui.widgets.common import clear, hairline, hbox, label, vbox
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.widgets.progress import CompletenessMeter
from desk.gui.words import plural, tr
from desk.services.confirmation import Summary

WIDTH = 344


class Side(Scroll):
    """``see_filing`` carries the id of the filing that already reports this content."""

    see_filing = Signal(int)

    def __init__(self) -> None:
        super().__init__(margin=0, gap=0)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Where this report goes"))
        self._summary: Summary | None = None
        self._until = value("", "label")
        self._panel = Panel()
        self._panel.body.setSpacing(10)
        self.add(self._panel)
        self.end()

    def show_summary(self, summary: Summary, now: datetime) -> None:
        self._summary = summary
        clear(self._panel.body)
        self.verticalScrollBar().setValue(0)
        self._to(summary)
        self._panel.add(hairline())
        self._hold(summary, now)
        self._panel.add(hairline())
        self._before(summary)
        self._panel.add(hairline())
        self._completeness(summary)
        self._viewed(summary)
        self._panel.add(hairline())
        self._panel.add(
            self._group(
                tr("SHA-256 of the report"),
                CopyLabel(summary.report_sha256, tr("SHA-256 of the report"), flush=True),
            )
        )

    def tick(self, now: datetime) -> None:
        """The time until which it can be taken back moves on while nobody files."""
        if self._summary is not None:
            self._until.setText(hold_words(self._summary, now))

    def _group(self, title: str, *parts: QWidget) -> QWidget:
        box = QWidget()
        box.setLayout(vbox(label(title, "muted"), *parts, gap=2))
        return box

    def _to(self, summary: Summary) -> None:
        company = summary.company
        self._panel.add(
            self._group(
                tr("To"),
                value(said.endpoint(summary.endpoint), "label"),
                value(summary.endpoint.url, mono=True),
            )
        )
        people = [said.contact(one) for one in (company.reporting, company.contact) if one is not None]
        names = [
            value(company.name or tr("No company name is set"), "label"),
            *(value(person, "body-muted") for person in people if person),
        ]
        self._panel.add(self._group(tr("As"), *names))
        self._panel.add(self._group(tr("Signed in as"), value(summary.operator.name, "label")))

    def _hold(self, summary: Summary, now: datetime) -> None:
        self._until = value(hold_words(summary, now), "label")
        box = QWidget()
        box.setLayout(
            vbox(
                hbox(icons.IconLabel("hourglass", 16, "muted"), label(tr("Taking it back"), "muted"), gap=6),
                self._until,
                value(tr("After that it cannot be withdrawn by anyone.")),
                gap=theme.S1,
            )
        )
        self._panel.add(box)

    def _before(self, summary: Summary) -> None:
        parts: list[QWidget] = []
        for filing_id in sorted(set(summary.already.values())):
            see = link(tr("See it"))
            see.setAccessibleName(tr("See filing {id}", id=filing_id))
            see.clicked.connect(lambda _checked=False, which=filing_id: self.see_filing.emit(which))
            said_so = value(tr("This content is already reported in filing {id}.", id=filing_id), "bad")
            row = QWidget()
            line = hbox(said_so, see)
            line.setStretch(0, 1)
            row.setLayout(line)
            parts.append(row)
        if summary.by_hand:
            parts.append(value(tr("Some of this content was filed with NCMEC by hand already."), "bad"))
        if not summary.already and not summary.by_hand:
            parts.append(value(tr("None of this content is reported yet.")))
        prior = summary.prior_reports
        if not summary.draft.reported or not summary.draft.reported.id:
            parts.append(value(tr("The person has no account id: earlier reports can't be looked up.")))
        elif not prior:
            parts.append(value(tr("No earlier report of this person from this desk.")))
        else:
            count = plural(
                len(prior), "{n} earlier report of this person:", "{n} earlier reports of this person:"
            )
            parts.append(value(count))
            for report_id, at in sorted(prior, key=lambda item: item[1], reverse=True)[:8]:
                parts.append(value(f"{report_id} · {words.moment(at)}", "body-muted"))
            if len(prior) > 8:
                parts.append(label(tr("and {n} more", len(prior) - 8), "muted"))
        self._panel.add(self._group(tr("Reported before"), *parts))

    def _completeness(self, summary: Summary) -> None:
        meter = CompletenessMeter()
        meter.set_score(summary.completeness.score)
        warnings = (value(warning, "warn") for warning in summary.warnings)
        self._panel.add(self._group(tr("Completeness"), meter, *warnings))

    def _viewed(self, summary: Summary) -> None:
        if not summary.files:
            return
        count = len(summary.files)
        seen = sum(1 for line in summary.files if line.claimed_viewed)
        said_so = plural(
            count,
            "{seen} of {n} file viewed whole; the report says so.",
            "{seen} of {n} files viewed whole; the report says so of each.",
            seen=seen,
        )
        self._panel.add(self._group(tr("Viewing"), value(said_so, "label")))


def hold_words(summary: Summary, now: datetime) -> str:
    """Until when it can be taken back, to the minute; about, because the upload takes its time."""
    if not summary.hold:
        return (
            tr("An urgent report is not held: it is filed as soon as the last upload is done.")
            if (summary.draft.escalated)
            else tr("There is no hold: it is filed as soon as the last upload is done.")
        )
    return tr(
        "Can be taken back until about {time}: {hold} after the last upload.",
        time=words.clock(now + summary.hold),
        hold=words.duration(summary.hold),
    )
