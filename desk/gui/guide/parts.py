"""Parts of the guide: answers, the way so far, the line about danger, a date to look again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desk.domain.guidance import Answer, Question
from desk.gui import icons, theme
from desk.gui.widgets.buttons import link
from desk.gui.widgets.choices import Segmented
from desk.gui.widgets.common import clear, focus_ring, hairline, label
from desk.gui.widgets.fields import TextField
from desk.gui.words import tr

KEYS = "123456789abcdefghijklm"
MORNING = 9
"""The hour of the day, in the reader's zone, at which a case comes back."""


class AnswerButton(QAbstractButton):
    """One answer over the whole width, with the key that gives it. Enter and Space give it too."""

    def __init__(self, answer: Answer, key: str) -> None:
        super().__init__()
        self.answer = answer
        self._key = key.upper()
        self.setText(tr(answer.words))
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(tr("Key {key}", key=self._key))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 72, 36)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.colour("edge" if self.underMouse() else "line"), 1))
        painter.setBrush(theme.colour("hover" if self.underMouse() or self.isDown() else "surface"))
        painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        centre = int(Qt.AlignmentFlag.AlignCenter)
        cap = QRectF(theme.S3, (self.height() - 20) / 2, 22, 20)
        painter.setBrush(theme.colour("ground"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setFont(theme.sans(theme.SMALL, tabular=True))
        painter.setPen(theme.colour("muted"))
        painter.drawText(cap, centre, self._key)
        painter.setFont(theme.sans())
        painter.setPen(theme.colour("text"))
        room = rect.adjusted(theme.S3 + 34, 0, -theme.S3, 0)
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))
        painter.end()


class Danger(QFrame):
    """Always in view in the guide and the directory: who comes first."""

    channels_wanted = Signal()

    def __init__(self, *, acts: bool = True) -> None:
        super().__init__()
        self.setObjectName("notice")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S3, theme.S2, theme.S2, theme.S2)
        row.setSpacing(theme.S2)
        words = tr("Immediate danger to a child: local police first, always.")
        row.addWidget(icons.IconLabel("octagon-alert", 16, "bad"))
        row.addWidget(label(words, "label", wrap=True), 1)
        if acts:
            see = link(tr("Other channels"))
            see.clicked.connect(self.channels_wanted)
            row.addWidget(see)
        self.setAccessibleName(words)


class Trail(QWidget):
    """The answers so far; each leads back to its question. ``wanted`` carries how many answers to keep."""

    wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    def show_answers(self, asked: tuple[tuple[Question, Answer], ...]) -> None:
        clear(self._column)
        self._column.addWidget(hairline())
        title = label(tr("Your answers"), "muted")
        title.setContentsMargins(0, theme.S2, 0, theme.S1)
        self._column.addWidget(title)
        for number, (question, answer) in enumerate(asked):
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(theme.S2)
            said = label(tr(question.words), "muted", wrap=True)
            given = link(tr(answer.words))
            given.setToolTip(tr("Answer this again"))
            given.setAccessibleName(
                tr("{question} {answer}. Answer this again", question=question.words, answer=answer.words)
            )
            given.clicked.connect(lambda _checked=False, keep=number: self.wanted.emit(keep))
            row.addWidget(said, 1)
            row.addWidget(given, 0, Qt.AlignmentFlag.AlignTop)
            self._column.addWidget(line)
        self.setVisible(bool(asked))


class LookAgain(QWidget):
    """A day on which the case comes back by itself. None is chosen until a person chooses."""

    changed = Signal()
    SPANS = (30, 90, 180)

    def __init__(self, now: datetime, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._zone = zone
        self._today = now.astimezone(zone).date()
        self.spans = Segmented([(days, tr("{n} days", days)) for days in self.SPANS])
        self.spans.setAccessibleName(tr("Look again in"))
        self.day = TextField(tr("2026-12-31"))
        self.day.setFixedWidth(120)
        self.day.setAccessibleName(tr("Look again on the day"))
        self.problem = label("", "bad", wrap=True)
        self.problem.hide()
        row = QHBoxLayout()
        row.setSpacing(theme.S2)
        row.addWidget(self.spans)
        row.addWidget(label(tr("or on"), "muted"))
        row.addWidget(self.day)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        column.addLayout(row)
        column.addWidget(self.problem)
        self.spans.changed.connect(self._span)
        self.day.changed.connect(self._typed)

    def _span(self) -> None:
        days = self.spans.value()
        self.day.set_value((self._today + timedelta(days=days)).isoformat() if days else "")
        self._say()

    def _typed(self) -> None:
        self.spans.set_value(None)
        self._say()

    def _say(self) -> None:
        self.problem.setText(self.trouble())
        self.problem.setVisible(bool(self.trouble()))
        self.changed.emit()

    def trouble(self) -> str:
        """Why the day can't be taken; empty where it can, or none is given."""
        text = self.day.value()
        if not text:
            return ""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return tr("Write the day as year, month and day: 2026-12-31.")
        return "" if day > self._today else tr("Choose a day that is still to come.")

    def value(self) -> datetime | None:
        """That day's morning in the reader's zone, as UTC; None where no day is given, or none that fits."""
        if not self.day.value() or self.trouble():
            return None
        day = date.fromisoformat(self.day.value())
        here = datetime(day.year, day.month, day.day, MORNING)  # noqa: DTZ001 — the zone comes next
        aware = here.replace(tzinfo=self._zone) if self._zone is not None else here.astimezone()
        return aware.astimezone(UTC)


def heading(words: str) -> QWidget:
    """A question or a result: larger than anything around it."""
    made = label(words, "page", wrap=True)
    made.setFont(theme.sans(theme.PAGE_TITLE, QFont.Weight.DemiBold))
    return made
