"""The line of filters above the log: kind, person, case, filing, time, words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from desk.gui import theme
from desk.gui.widgets.buttons import quiet
from desk.gui.widgets.common import hbox
from desk.gui.widgets.fields import Choice, TextField
from desk.gui.words import tr
from desk.services.auditing import LogFilter

PAUSE_MS = 250
"""So long after the last key the log is looked through."""


def kinds() -> list[tuple[str, str]]:
    """Beginnings of acts' names, in words."""
    return [
        ("", tr("All acts")),
        ("case.", tr("Cases")),
        ("content.", tr("Viewings")),
        ("draft.", tr("Drafts")),
        ("filing.", tr("Filings")),
        ("media.", tr("Media")),
        ("evidence.", tr("Evidence")),
        ("preservation.", tr("Preservation")),
        ("approval.", tr("Approvals")),
        ("signin.", tr("Sign-in")),
        ("access.", tr("Access")),
        ("people.", tr("People")),
        ("settings.", tr("Settings")),
        ("credentials.", tr("Credentials")),
        ("audit.", tr("The log itself")),
    ]


class FilterLine(QWidget):
    """``changed`` carries a LogFilter, or None where everything is shown."""

    changed = Signal(object)

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self.kind = Choice(kinds())
        self.person = Choice([(None, tr("Everybody"))])
        self.time = Choice(
            [(None, tr("Any time")), (1, tr("Last day")), (7, tr("Last 7 days")), (30, tr("Last 30 days"))]
        )
        self.case = TextField(tr("Case"), limit=12)
        self.filing = TextField(tr("Filing"), limit=12)
        self.text = TextField(tr("Search the entries"), limit=80)
        self.clear = quiet(tr("Clear"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        named = (
            (self.kind, tr("Kind of act")),
            (self.person, tr("Who")),
            (self.time, tr("When")),
            (self.case, tr("Case number")),
            (self.filing, tr("Filing number")),
            (self.text, tr("Search the entries")),
        )
        for widget, words in named:
            widget.setAccessibleName(words)
            widget.changed.connect(self._pause.start)
        self.kind.set_value("")
        self.person.set_value(None)
        self.time.set_value(None)
        for field in (self.case, self.filing):
            field.setFixedWidth(84)
        self.clear.clicked.connect(self.reset)
        self.clear.setVisible(False)
        row = hbox(self.kind, self.person, self.time, self.case, self.filing, self.text, gap=theme.S2)
        row.setStretch(5, 1)
        row.addWidget(self.clear)
        row.setContentsMargins(theme.S4, 0, theme.S4, theme.S3)
        self.setLayout(row)

    def set_people(self, people: Sequence[tuple[int, str]]) -> None:
        """(id, name) each; what is chosen stays."""
        chosen = self.person.value()
        self.person.set_options([(None, tr("Everybody")), *people, (0, tr("The desk itself"))])
        self.person.set_value(chosen)

    def value(self) -> LogFilter | None:
        days = self.time.value()
        found = LogFilter(
            act=self.kind.value() or "",
            person=self.person.value(),
            case_number=_number(self.case.value()),
            filing_id=_number(self.filing.value()),
            text=self.text.value().strip(),
            since=self._now() - timedelta(days=days) if days else None,
        )
        return None if found == LogFilter() else found

    def reset(self) -> None:
        self.kind.set_value("")
        self.person.set_value(None)
        self.time.set_value(None)
        for field in (self.case, self.filing, self.text):
            field.set_value("")
        self._tell()

    def _tell(self) -> None:
        self._pause.stop()
        wanted = self.value()
        self.clear.setVisible(wanted is not None)
        self.changed.emit(wanted)


def _number(words: str) -> int | None:
    """A number that can't be one finds nothing rather than everything."""
    words = words.strip()
    if not words:
        return None
    return int(words) if words.isascii() and words.isdecimal() else -1
