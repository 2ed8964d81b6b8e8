"""Whether anybody touches the desk: keys, the pointer, the wheel, in any of its windows."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QWindow
from PySide6.QtWidgets import QWidget

from desk.domain.signin import SignInPolicy
from desk.ports import Clock

LOOK_EVERY_MS = 5_000
KNOWN_EVERY = 12
"""Looks after which the store is asked who this is now: a person may have been disabled elsewhere."""

EXACT = QKeySequence.SequenceMatch.ExactMatch
TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)


class IdleWatch(QObject):
    """``untouched`` when nobody did for ``minutes``; ``known_due`` every minute while somebody does."""

    untouched = Signal()
    known_due = Signal()
    key_pressed = Signal()
    """The window's own key, pressed in another window of the desk."""

    def __init__(self, window: QWidget, clock: Clock, key: str) -> None:
        super().__init__(window)
        self._window, self._clock, self._key = window, clock, QKeySequence(key)
        self.minutes = SignInPolicy().idle_minutes
        self._touched = clock.now()
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self._watch)
        self._watch(window.windowHandle())

    def start(self) -> None:
        """Somebody is here from now on."""
        self.touch()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def touch(self) -> None:
        self._touched = self._clock.now()

    def look(self) -> None:
        """How long ago it was touched; the timer asks."""
        now = self._clock.now()
        if now < self._touched:
            self._touched = now  # the clock went back
        if now - self._touched >= timedelta(minutes=self.minutes):
            self.untouched.emit()
            return
        self._looks += 1
        if self._looks % KNOWN_EVERY == 0:
            self.known_due.emit()

    def _watch(self, window: QWindow | None) -> None:
        """Input comes to windows first: looking at theirs costs nothing at every other event."""
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in TOUCHES:
            return False
        self.touch()
        if not isinstance(event, QKeyEvent) or watched is self._window.windowHandle():
            return False
        # A dialog keeps the window's shortcuts to itself; this key has to work everywhere.
        if QKeySequence(event.keyCombination()).matches(self._key) != EXACT:
            return False
        self.key_pressed.emit()
        return True
