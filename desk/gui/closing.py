"""The one question asked at closing: reports that are held, and what becomes of them."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from desk.domain.filing import Filing, FilingState
from desk.gui import theme
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.window import MainWindow
from desk.gui.words import moment, plural, tr


class Choice(enum.Enum):
    STAY = "stay"
    LATER = "later"
    FILE_NOW = "file_now"


def on_their_way(filings: Sequence[Filing]) -> list[Filing]:
    """The filings that would stand still if the window closed now."""
    return [filing for filing in filings if not filing.state.ended]


def can_be_filed_now(filing: Filing) -> bool:
    """Only its hold keeps it: nobody else's agreement is awaited, and no other try."""
    return filing.state is FilingState.HELD and not filing.awaiting and filing.retry_at is None


def earliest_end(filings: Sequence[Filing]) -> datetime | None:
    """When NCMEC deletes the first of the open reports."""
    ends = [filing.expires_at for filing in filings if filing.expires_at is not None]
    return min(ends, default=None)


class ClosingDialog(QDialog):
    """Says what waits and until when; Escape stays."""

    def __init__(self, filings: Sequence[Filing], parent: QWidget, *, may_file: bool = True) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Reports are on their way"))
        self.choice = Choice.STAY
        held = [one for one in filings if may_file and can_be_filed_now(one)]
        self.setMinimumWidth(480)
        head = label(
            plural(len(filings), "{n} report is not filed yet", "{n} reports are not filed yet"), "section"
        )
        end = earliest_end(filings)
        lines = [
            tr("Nothing is sent while the desk is closed. It goes on by itself when you open it again."),
            tr(
                "NCMEC keeps an open report until {time}; after that the desk opens it afresh.",
                time=moment(end),
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


class Closing(QObject):
    """Keeps the window open while the question is asked, and closes it on the answer.

    The question does not stop the desk: beside it the outbox goes on, holds end, and the idle lock still
    covers the screen. `waiting` gives what would stand still; `file_now` ends a filing's hold.
    """

    def __init__(
        self, window: MainWindow, waiting: Callable[[], Sequence[Filing]], file_now: Callable[[int], None]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._waiting = waiting
        self._file_now = file_now
        self._dialog: ClosingDialog | None = None
        self._leaving = False

    def may_close(self) -> bool:
        """Ask only when something would stand still; False while the answer is awaited."""
        if self._leaving or not (waiting := on_their_way(self._waiting())):
            return True
        if self._dialog is None:
            # Behind a lock anybody may close the window; nobody may file.
            self._dialog = ClosingDialog(waiting, self._window, may_file=not self._window.shut)
            self._dialog.finished.connect(self._answered)
            self._dialog.open()
        self._dialog.raise_()
        return False

    def withdraw(self) -> None:
        """Nobody is there to answer any more: the window stays."""
        if self._dialog is not None:
            self._dialog.reject()

    def _answered(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is None:
            return
        choice = dialog.choice
        dialog.deleteLater()
        if choice is Choice.FILE_NOW:
            for filing in on_their_way(self._waiting()):
                if can_be_filed_now(filing):
                    self._file_now(filing.id)
        elif choice is Choice.LATER:
            self._leaving = True
            try:
                self._window.close()  # a page may still refuse, with words of its own
            finally:
                self._leaving = False
