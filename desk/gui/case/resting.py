"""One's own rest, said on the page: a word when a pause would do good, a count while media are locked."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desk.domain.exposure import Rest, RestState
from desk.gui import icons, theme, words
from desk.gui.case.phrases import play_time
from desk.gui.widgets.buttons import IconButton
from desk.gui.widgets.common import label
from desk.gui.words import tr
from desk.ports import Clock


class RestNotice(QFrame):
    """Hidden while there is nothing to say. ``over`` when a break has run out."""

    over = Signal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._clock = clock
        self._until: datetime | None = None
        self._away: RestState | None = None
        self._state = RestState.CLEAR
        self._icon = icons.IconLabel("coffee", 16, "muted")
        self._words = label("", wrap=True)
        self._left = label("", "label")
        self._left.setFont(theme.sans(theme.SECTION, tabular=True))
        self._close = IconButton("x", tr("Put away"), side=24)
        self._close.clicked.connect(self.put_away)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.S3, theme.S1, theme.S1, theme.S1)
        self.setMinimumHeight(34)
        line.setSpacing(theme.S2)
        line.addWidget(self._icon)
        line.addWidget(self._left)
        line.addWidget(self._words, 1)
        line.addWidget(self._close)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._count)
        self.hide()

    @property
    def words(self) -> str:
        return self._words.text() if not self.isHidden() else ""

    @property
    def left(self) -> str:
        """The time until media open again, as it is shown."""
        return self._left.text()

    def say(self, rest: Rest | None) -> None:
        """Show what this rest asks for. A word once put away stays away until something else is to say."""
        state = rest.state if rest is not None else RestState.CLEAR
        if state is not self._state:
            self._state, self._away = state, None
        self._until = rest.locked_until if rest is not None and state is RestState.BREAK else None
        self._second.stop()
        if rest is None or state is RestState.CLEAR or self._away is state:
            self.hide()
            return
        looked = words.duration(timedelta(seconds=60 * max(1, round(rest.since_rest / 60))))
        if state is RestState.PROMPT:
            more = words.duration(timedelta(seconds=60 * max(1, round(rest.until_break / 60))))
            text = tr(
                "You have looked at media for {time}. A pause would do good; media lock after {more} more.",
                time=looked,
                more=more,
            )
        elif state is RestState.BREAK:
            text = tr("until media open again. They are locked for a break; text work goes on.")
        else:
            text = tr(
                "Today's limit for viewing media is reached. Text work goes on; "
                "a supervisor can lift the limit with a reason."
            )
        self._words.setText(text)
        self._close.setVisible(state is RestState.PROMPT)
        self._left.setVisible(state is RestState.BREAK)
        self.setAccessibleName(text)
        self.show()
        if self._until is not None:
            self._second.start()
            self._count()

    def put_away(self) -> None:
        """It was read; a break can't be put away."""
        self._away = self._state
        self.hide()

    def _count(self) -> None:
        if self._until is None:
            self._second.stop()
            return
        left = (self._until - self._clock.now()).total_seconds()
        self._left.setText(play_time(max(0, ceil(left))))
        if left <= 0:
            self._second.stop()
            self._until = None
            self.over.emit()
