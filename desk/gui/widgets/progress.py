"""How far something is: thin bars, the five steps of a filing, completeness, a time line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.common import clear, label
from desk.gui.words import moment_exact, tr, utc


class ThinBar(QProgressBar):
    """A bar of 4 px. ``set_progress(done, total)``; a total of 0 empties it (nothing runs to and fro)."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.setTextVisible(False)
        self.setFixedHeight(4)
        self.setAccessibleName(words or tr("Progress"))
        self.set_progress(0, 0)

    def set_progress(self, done: int, total: int) -> None:
        # Thousandths: a total in bytes can be wider than an int of Qt.
        self.setRange(0, 1000)
        self.setValue(min(1000, done * 1000 // total) if total > 0 else 0)


class CompletenessMeter(QWidget):
    """0 to 100 as a thin bar, the number and a word. The word carries the meaning, colour only follows."""

    def __init__(self, *, wide: bool = True) -> None:
        super().__init__()
        self._score = 0
        self._wide = wide
        self.setSizePolicy(
            QSizePolicy.Policy.Expanding if wide else QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed
        )
        self.set_score(0)

    @staticmethod
    def word(score: int) -> tuple[str, str]:
        """The word for a score, and its state's colour."""
        if score >= 70:
            return tr("Good"), "ok"
        if score >= 40:
            return tr("Fair"), "warn"
        return tr("Thin"), "muted"

    def score(self) -> int:
        return self._score

    def set_score(self, score: int) -> None:
        """Raises ValueError outside 0 to 100."""
        if not 0 <= score <= 100:
            raise ValueError("A completeness is 0 to 100")
        self._score = score
        word, _ = self.word(score)
        self.setAccessibleName(tr("Completeness {score} of 100, {word}", score=score, word=word))
        self.setToolTip(self.accessibleName())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 30) if self._wide else QSize(64, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        word, role = self.word(self._score)
        fill = theme.colour("edge" if role == "muted" else role)
        if self._wide:
            painter.setFont(theme.sans(theme.BODY, QFont.Weight.DemiBold, tabular=True))
            painter.setPen(theme.colour("text"))
            number = str(self._score)
            line = QRectF(0, 0, self.width(), 20)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), number)
            left = painter.fontMetrics().horizontalAdvance(number)
            painter.setFont(theme.sans(theme.SMALL))
            painter.setPen(theme.colour("muted"))
            painter.drawText(
                line.adjusted(left + 5, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), tr("of 100")
            )
            painter.setFont(theme.sans(theme.SMALL, QFont.Weight.Medium))
            painter.setPen(theme.colour(role))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), word)
            bar = QRectF(0, 24, self.width(), 4)
        else:
            painter.setFont(theme.sans(theme.SMALL, tabular=True))
            painter.setPen(theme.colour("text"))
            align = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
            painter.drawText(QRectF(0, 0, 22, self.height()), align, str(self._score))
            bar = QRectF(28, self.height() / 2 - 2, self.width() - 28, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("line"))
        painter.drawRoundedRect(bar, 2, 2)
        bar.setWidth(bar.width() * self._score / 100)
        painter.setBrush(fill)
        if self._score:
            painter.drawRoundedRect(bar, 2, 2)


class StepTrack(QWidget):
    """Steps of a filing in a line: done, under way, to come. ``state`` says how the present one stands.

    ``state``: accent (under way), ok (all done), warn (waits for a person), bad (refused),
    muted (taken back).
    """

    def __init__(self, steps: Sequence[str], *, words_below: bool = True) -> None:
        super().__init__()
        self._steps = list(steps)
        self._at, self._state, self._detail = 0, "accent", ""
        self._below = words_below
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(84 * len(self._steps) if words_below else 16 * len(self._steps))
        self.set_step(0)

    def set_step(self, at: int, state: str = "accent", detail: str = "") -> None:
        """``at`` counts from 0; the number of steps means all are done. ``detail`` replaces its word."""
        self._at, self._state, self._detail = at, state, detail
        if at >= len(self._steps):
            said = tr("All {count} steps done", count=len(self._steps))
        else:
            said = tr(
                "Step {at} of {count}: {word}",
                at=at + 1,
                count=len(self._steps),
                word=detail or self._steps[at],
            )
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(96 * len(self._steps), 38) if self._below else QSize(16 * len(self._steps), 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        count = len(self._steps)
        column = self.width() / count
        y = 9.0 if self._below else self.height() / 2
        ended = self._at >= count
        for n in range(count):
            x = column * n + (8 if self._below else column / 2)
            done = n < self._at
            if n + 1 < count:
                role = ("ok" if ended else "accent") if n + 1 <= self._at else "line"
                if self._state == "muted":
                    role = "line"
                after = column * (n + 1) + (8 if self._below else column / 2)
                painter.setPen(QPen(theme.colour(role), 1.5))
                painter.drawLine(QPointF(x + 12, y), QPointF(after - 12, y))
            self._dot(painter, QPointF(x, y), done, n == self._at, ended)
            if self._below:
                now = n == self._at
                weight = QFont.Weight.Medium if now else QFont.Weight.Normal
                painter.setFont(theme.sans(theme.SMALL, weight, tabular=True))
                state = "text" if self._state == "accent" else self._state
                painter.setPen(theme.colour(state if now else "muted"))
                words = self._detail if now and self._detail else self._steps[n]
                shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(column - 8))
                painter.drawText(QRectF(column * n, 20, column - 4, 18), 0, shown)

    def _dot(self, painter: QPainter, centre: QPointF, done: bool, now: bool, ended: bool) -> None:
        if done:
            role = "muted" if self._state == "muted" else "ok" if ended else "accent"
            icons.draw(painter, "circle-check", role, centre.x() - 8, centre.y() - 8, 16)
            return
        if now:
            marks = {"bad": "circle-alert", "warn": "clock", "muted": "undo-2"}
            name = marks.get(self._state, "circle-dot")
            icons.draw(painter, name, self._state, centre.x() - 8, centre.y() - 8, 16)
            return
        painter.setPen(QPen(theme.colour("edge"), 1.25))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, 5, 5)


@dataclass(frozen=True)
class TimeLineEntry:
    """What happened when. ``state`` and ``icon`` mark it; ``detail`` is a second, muted line."""

    when: datetime
    title: str
    detail: str = ""
    state: str = "muted"
    icon: str = ""


class _Mark(QWidget):
    def __init__(self, entry: TimeLineEntry, first: bool, last: bool) -> None:
        super().__init__()
        self._entry, self._first, self._last = entry, first, last
        self.setFixedWidth(20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("line"), 1))
        if not self._first:
            painter.drawLine(QPointF(10, 0), QPointF(10, 2))
        if not self._last:
            painter.drawLine(QPointF(10, 20), QPointF(10, self.height()))
        if self._entry.icon:
            icons.draw(painter, self._entry.icon, self._entry.state, 2, 2, 16)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("edge" if self._entry.state == "muted" else self._entry.state))
        painter.drawEllipse(QPointF(10, 10), 4, 4)


class TimeLine(QWidget):
    """Events downwards, oldest first, each with its time and zone (UTC as its tooltip)."""

    def __init__(self, entries: Sequence[TimeLineEntry] = ()) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.set_entries(entries)

    def set_entries(self, entries: Sequence[TimeLineEntry]) -> None:
        clear(self._column)
        for n, entry in enumerate(entries):
            row = QWidget()
            box = QHBoxLayout(row)
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(theme.S2)
            box.addWidget(_Mark(entry, n == 0, n == len(entries) - 1))
            texts = QVBoxLayout()
            texts.setContentsMargins(0, 2, 0, theme.S3)
            texts.setSpacing(1)
            texts.addWidget(label(entry.title, "label", wrap=True))
            if entry.detail:
                texts.addWidget(label(entry.detail, "muted", wrap=True))
            when = label(moment_exact(entry.when), "muted")
            when.setToolTip(utc(entry.when))
            texts.addWidget(when)
            box.addLayout(texts, 1)
            self._column.addWidget(row)
