"""What the pages share: the services, the operator, the claim at hand, and word of what changed.

Pages write through :meth:`Session.act`: the act runs on the one writing thread,
and what it changed is told to every page, which asks again where it shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from desk.domain.case import Claim
from desk.domain.errors import ClaimLost, DeskError
from desk.domain.roles import Operator
from desk.gui.runner import Runner, Task
from desk.services.changes import Change, Done
from desk.services.desk import Desk

T = TypeVar("T")
RENEW_EVERY_MS = 5 * 60 * 1000
IDLE_MS = 20 * 60 * 1000
"""Without a key or the mouse for so long the claim is renewed no more, and ends with its lease."""
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


class Session(QObject):
    """One operator at work. ``changed`` carries a frozenset of Change values."""

    changed = Signal(object)
    claim_changed = Signal(object)
    claim_lost = Signal(object)
    saved = Signal(object)
    """A draft was kept; carries the time (UTC)."""

    def __init__(self, desk: Desk, runner: Runner, operator: Operator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.runner = runner
        self.operator = operator
        self._claim: Claim | None = None
        self._renewing = QTimer(self)
        self._renewing.setInterval(RENEW_EVERY_MS)
        self._renewing.timeout.connect(self._renew)
        self._untouched = QElapsedTimer()
        self._untouched.start()

    @property
    def claim(self) -> Claim | None:
        """The claim on the case this person works on now."""
        return self._claim

    def set_claim(self, claim: Claim | None) -> None:
        self._claim = claim
        if claim is None:
            self._renewing.stop()
        else:
            self._renewing.start()
            self._untouched.restart()
            window = QGuiApplication.focusWindow()
            if window is not None:
                window.installEventFilter(self)  # again is no second time
        self.claim_changed.emit(claim)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Somebody is at the window: the claim stays theirs."""
        if event.type() in TOUCHES:
            self._untouched.restart()
        return super().eventFilter(watched, event)

    @property
    def idle(self) -> bool:
        """Nobody touched the window for so long that the claim may go."""
        return self._untouched.elapsed() > IDLE_MS

    def act(
        self,
        fn: Callable[[], Done[T]],
        on_done: Callable[[T], object] | None = None,
        on_error: Callable[[DeskError], object] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Task:
        """Run an act on the writing thread; ``on_done`` gets its value, then pages hear what changed."""
        if owner is None:
            holder = getattr(on_done, "__self__", None) or getattr(on_error, "__self__", None)
            owner = holder if isinstance(holder, QObject) else self

        def finished(result: Done[T]) -> None:
            if on_done is not None:
                on_done(result.value)
            self.tell(result.changes)

        return self.runner.run_write(fn, finished, on_error, owner=owner)

    def tell(self, changes: frozenset[Change]) -> None:
        """Tell every page what was written (also from the outbox's thread, by its signal)."""
        self.changed.emit(changes)

    def pause(self) -> None:
        """Nobody is at the desk: the claim is not renewed, and ends by itself where nobody comes back."""
        self._renewing.stop()

    def resume(self) -> None:
        """Somebody is: renew it at once, or learn that it went to another."""
        if self._claim is not None:
            self._renewing.start()
            self._renew()

    def _renew(self) -> None:
        claim = self._claim
        if claim is not None and not self.idle:
            self.runner.run_write(
                lambda: self.desk.queue.renew(self.operator, claim), self._renewed, self._not_renewed
            )

    def _renewed(self, claim: Claim) -> None:
        if self._claim is not None and self._claim.case_id == claim.case_id:
            self._claim = claim
            self.claim_changed.emit(claim)

    def _not_renewed(self, error: DeskError) -> None:
        if isinstance(error, ClaimLost):
            lost = self._claim
            self.set_claim(None)
            self.claim_lost.emit(lost)
