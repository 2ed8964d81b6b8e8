"""The one question asked at closing: reports that are held, and what becomes of them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from PySide6.QtWidgets import QDialog, QWidget

from desk.domain.filing import Filing, FilingState
from desk.gui import theme
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.words import clock, plural, tr


class Choice(enum.Enum):
    STAY = "stay"
    LATER = "later"
    FILE_NOW = "file_now"


def on_their_way(filings: Sequence[Filing]) -> list[Filing]:
    """The filings that would stand still if the window closed now."""
    return [filing for filing in filings if not filing.state.ended]


def earliest_end(filings: Sequence[Filing]) -> datetime | None:
    """When NCMEC deletes the first of the open reports."""
    ends = [filing.expires_at for filing in filings if filing.expires_at is not None]
    return min(ends, default=None)


class ClosingDialog(QDialog):
    """Says what waits and until when; Escape stays."""

    def __init__(self, filings: Sequence[Filing], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Reports are on their way"))
        self.choice = Choice.STAY
        held = [one for one in filings if one.state is FilingState.HELD and not one.awaiting]
        self.setMinimumWidth(480)
        head = label(
            plural(len(filings), "{n} report is not filed yet", "{n} reports are not filed yet"), "section"
        )
        end = earliest_end(filings)
        lines = [
            tr("Nothing is sent while the desk is closed. It goes on by itself when you open it again."),
            tr(
                "NCMEC keeps an open report until {time}; after that the desk opens it afresh.",
                time=clock(end),
            )
            if end is not None
            else "",
        ]
        words = label(" ".join(line for line in lines if line), "body-muted", wrap=True)
        self.stay = primary(tr("Stay"))
        self.stay.clicked.connect(self.reject)
        later = secondary(tr("Close, send later"))
        later.clicked.connect(self._later)
        row = hbox(later)
        if held:
            now = secondary(plural(len(held), "File the held one now", "File the {n} held ones now"))
            now.clicked.connect(self._now)
            row.addWidget(now)
        row.addStretch(1)
        row.addWidget(self.stay)
        column = vbox(head, words, gap=theme.S3, margin=theme.S4)
        column.addLayout(row)
        self.setLayout(column)
        self.stay.setFocus()

    def _later(self) -> None:
        self.choice = Choice.LATER
        self.accept()

    def _now(self) -> None:
        self.choice = Choice.FILE_NOW
        self.accept()
