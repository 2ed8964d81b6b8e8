"""The line at the bottom: connection, outbox, last save, one's own time until rest, help."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.buttons import Button
from desk.gui.widgets.common import hbox, label
from desk.gui.words import clock, duration, plural, tr, utc


class StatusLine(QFrame):
    """Plain words, never an alarm. What is not known is not shown."""

    outbox_clicked = Signal()
    help_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusline")
        self.setFixedHeight(30)
        self._dot = icons.IconLabel("circle-dot", 14, "muted")
        self._connection = label("")
        self._outbox = Button("", "quiet")
        self._outbox.clicked.connect(self.outbox_clicked)
        self._saved = label("")
        self._rest_icon = icons.IconLabel("coffee", 14, "muted")
        self._rest = label("")
        self._help = Button(tr("Help"), "quiet", "circle-question-mark")
        self._help.setToolTip(tr("Help  (F1)"))
        self._help.clicked.connect(self.help_clicked)
        for text in (self._connection, self._saved, self._rest):
            text.setFont(theme.sans(theme.SMALL, tabular=True))
        row = hbox(self._dot, self._connection, gap=6)
        row.addSpacing(theme.S3)
        row.addWidget(self._outbox)
        row.addSpacing(theme.S2)
        row.addWidget(self._saved)
        row.addStretch(1)
        row.addWidget(self._rest_icon)
        row.addWidget(self._rest)
        row.addSpacing(theme.S3)
        row.addWidget(self._help)
        row.setContentsMargins(theme.S4, 0, theme.S3, 0)
        self.setLayout(row)
        self.set_connection(None)
        self.set_outbox(0)
        self.set_saved(None)
        self.set_rest(None)

    def set_connection(self, ok: bool | None, words: str = "") -> None:
        """True connected, False not, None not tried; ``words`` may say more."""
        if ok is None:
            self._dot.set("circle", "muted")
            self._connection.setText(words or tr("Not connected yet"))
        elif ok:
            self._dot.set("circle-check", "ok")
            self._connection.setText(words or tr("Connected"))
        else:
            self._dot.set("wifi-off", "warn")
            self._connection.setText(words or tr("No connection; work goes on, filings wait"))

    def set_outbox(self, waiting: int) -> None:
        words = (
            tr("Outbox empty") if waiting == 0 else plural(waiting, "{n} in the outbox", "{n} in the outbox")
        )
        self._outbox.setText(words)

    def set_saved(self, when: datetime | None) -> None:
        """When the draft was last kept."""
        self._show(self._saved, "" if when is None else tr("saved {time}", time=clock(when)))
        self._saved.setToolTip("" if when is None else utc(when))

    def set_rest(self, left: timedelta | None) -> None:
        """Time of viewing until the next rest; zero or less: it is time now; None: not counted."""
        if left is None:
            words = ""
        elif left <= timedelta(0):
            words = tr("time for a rest")
        else:
            words = tr("rest in {time}", time=duration(timedelta(minutes=-(-left.total_seconds() // 60))))
        self._show(self._rest, words)
        self._rest_icon.setVisible(bool(words))

    @staticmethod
    def _show(target: QLabel, words: str) -> None:
        target.setText(words)
        target.setVisible(bool(words))
