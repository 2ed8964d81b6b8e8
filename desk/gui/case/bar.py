"""The player's bar: what was played, where one stands, how fast, with sound or not. It plays while held."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desk.gui import theme
from desk.gui.case.parts import key_cap, row
from desk.gui.case.phrases import play_time
from desk.gui.widgets.buttons import Button
from desk.gui.widgets.choices import Segmented
from desk.gui.widgets.common import focus_ring, label
from desk.gui.words import tr

STEP = 5.0
"""Seconds that an arrow moves the position."""
EDGE = 8
"""Px at each end, so that the knob is whole where the file begins and ends."""
SPEEDS = (1.0, 1.5, 2.0)


class Track(QWidget):
    """The length from left to right; what was played in the accent's colour. Arrows and clicks seek."""

    sought = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._length = self._at = 0.0
        self._played: tuple[tuple[float, float], ...] = ()
        self._peaks = b""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._shape()

    def sizeHint(self) -> QSize:
        return QSize(240, self.height())

    def set_length(self, seconds: float) -> None:
        self._length = seconds
        self._name()

    def set_at(self, second: float) -> None:
        if second != self._at:
            self._at = second
            self._name()

    def set_played(self, stretches: tuple[tuple[float, float], ...]) -> None:
        self._played = stretches
        self._name()

    def set_peaks(self, peaks: bytes) -> None:
        """A sound's loudness; none for a film."""
        self._peaks = peaks
        self._shape()

    def _shape(self) -> None:
        self.setFixedHeight(52 if self._peaks else 20)
        self.update()

    def _name(self) -> None:
        share = round(100 * sum(end - start for start, end in self._played))
        self.setAccessibleName(
            tr(
                "Position {time} of {length}, {share} % played. Arrows move it.",
                time=play_time(self._at),
                length=play_time(self._length),
                share=min(100, share),
            )
        )
        self.update()

    def _go(self, second: float) -> None:
        self.sought.emit(min(max(0.0, second), self._length))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        room = self._room()
        self._go((event.position().x() - room.x()) / max(1.0, room.width()) * self._length)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        goals = {
            Qt.Key.Key_Left: self._at - STEP,
            Qt.Key.Key_Right: self._at + STEP,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: self._length,
        }
        goal = goals.get(Qt.Key(event.key()))
        if goal is None:
            super().keyPressEvent(event)
        else:
            self._go(goal)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self._room()
        middle = room.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        if self._peaks:
            self._paint_peaks(painter, room)
        else:
            painter.setBrush(theme.colour("line"))
            painter.drawRoundedRect(QRectF(room.x(), middle - 2, room.width(), 4), 2, 2)
            painter.setBrush(theme.colour("accent"))
            for start, end in self._played:
                wide = max(1.0, (end - start) * room.width())
                painter.drawRoundedRect(QRectF(room.x() + start * room.width(), middle - 2, wide, 4), 2, 2)
        if self._length > 0:
            x = room.x() + min(1.0, self._at / self._length) * room.width()
            painter.setBrush(theme.colour("text"))
            if self._peaks:
                painter.drawRoundedRect(QRectF(x - 1, room.y(), 2, room.height()), 1, 1)
            else:
                painter.drawEllipse(QPointF(x, middle), 6, 6)
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))
        painter.end()

    def _room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(EDGE, 3, -EDGE, -3)

    def _paint_peaks(self, painter: QPainter, room: QRectF) -> None:
        bars = max(1, int(room.width() // 3))
        count, highest = len(self._peaks), max(1, max(self._peaks))
        for n in range(bars):
            some = self._peaks[n * count // bars : max(n * count // bars + 1, (n + 1) * count // bars)]
            share = (n + 0.5) / bars
            heard = any(start <= share <= end for start, end in self._played)
            painter.setBrush(theme.colour("accent" if heard else "muted"))
            high = max(2.0, max(some, default=0) / highest * room.height())
            painter.drawRoundedRect(QRectF(room.x() + n * 3, room.center().y() - high / 2, 2, high), 1, 1)


class HoldButton(Button):
    """Acts from press to release. The focus leaves it meanwhile, which would release any other button."""

    held = Signal()
    let_go = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setDown(True)
            self.held.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.setDown(False)
        self.let_go.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.held.emit()
            return
        super(Button, self).keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        down = self.isDown()
        super().focusOutEvent(event)
        self.setDown(down)


class PlayerBar(QWidget):
    """``held`` while its button is pressed; ``sought`` another second; ``changed`` speed or sound."""

    held = Signal()
    let_go = Signal()
    sought = Signal(float)
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.track = Track()
        self.track.sought.connect(self._sought)
        self.play = HoldButton(tr("Hold to play"), icon="play")
        self.play.setToolTip(tr("Plays while it is held; or hold H"))
        self.play.setAccessibleDescription(tr("Plays while it is held down, and stops when you let go."))
        self.play.held.connect(self.held)
        self.play.let_go.connect(self.let_go)
        self.sound = Button(tr("Sound off"), "quiet", icon="volume-x")
        self.sound.setCheckable(True)
        self.sound.toggled.connect(self._sound_said)
        self.speeds = Segmented(
            [(speed, f"{speed:g}×") for speed in SPEEDS],
            names=[tr("Speed {speed} times", speed=f"{speed:g}") for speed in SPEEDS],
            clearable=False,
        )
        self.speeds.setAccessibleName(tr("Speed"))
        self.speeds.set_value(1.0)
        self.speeds.changed.connect(self.changed)
        self._time = label("", "muted")
        self._time.setFont(theme.sans(theme.SMALL, tabular=True))
        self._length = self._at = 0.0
        self._film = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        column.addWidget(self.track)
        first = row(self.play, key_cap("H"), gap=theme.S2)
        first.addSpacing(theme.S2)
        first.addWidget(self._time)
        first.addStretch(1)
        first.addWidget(self.speeds)
        first.addWidget(key_cap("E"))
        first.addWidget(self.sound)
        self._sound_key = key_cap("U")
        first.addWidget(self._sound_key)
        column.addLayout(first)
        self.hide()

    def show_for(self, length: float, *, film: bool, sound: bool) -> None:
        """A film or a sound of so many seconds. A sound is heard when it plays; a film is mute at first."""
        self._length, self._film = length, film
        self.track.set_length(length)
        self.sound.setVisible(film and sound)
        self._sound_key.setVisible(film and sound)
        self.set_at(self._at)
        self.setVisible(True)

    def forget(self) -> None:
        """Another file: from its beginning, and mute."""
        self._at = 0.0
        self.sound.setChecked(False)
        self.track.set_peaks(b"")
        self.track.set_played(())
        self.hide()

    @property
    def speed(self) -> float:
        return float(self.speeds.value() or 1.0)

    @property
    def with_sound(self) -> bool:
        return self.sound.isChecked() or not self._film

    def faster(self) -> None:
        """The next speed, and round again."""
        self.speeds.set_value(SPEEDS[(SPEEDS.index(self.speed) + 1) % len(SPEEDS)])
        self.changed.emit()

    def toggle_sound(self) -> None:
        if self.sound.isVisibleTo(self):
            self.sound.toggle()

    @property
    def at(self) -> float:
        return self._at

    def set_at(self, second: float) -> None:
        """Where it stands, in seconds."""
        self._at = min(second, self._length) if self._length else second
        self.track.set_at(self._at)
        self._time.setText(tr("{time} of {length}", time=play_time(self._at), length=play_time(self._length)))

    def _sought(self, second: float) -> None:
        self.set_at(second)
        self.sought.emit(second)

    def _sound_said(self, on: bool) -> None:
        self.sound.setText(tr("Sound on") if on else tr("Sound off"))
        self.sound.set_icon("volume-2" if on else "volume-x")
        self.changed.emit()
