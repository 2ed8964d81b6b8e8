"""What went by while the desk was closed or the computer slept: holds that ended, reports open too long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import QObject

from desk.domain.errors import DeskError
from desk.domain.filing import Filing, FilingState
from desk.gui.outbox.model import stopped
from desk.gui.outbox_thread import OutboxThread
from desk.gui.session import Session
from desk.gui.standstill import Standstill
from desk.gui.window import MainWindow
from desk.gui.words import plural

ASLEEP_AFTER = timedelta(minutes=2)


class Overdue(QObject):
    """Says it above the pages, once; nothing is sent at the start before it was said."""

    def __init__(
        self, session: Session, window: MainWindow, outbox: OutboxThread, standstill: Standstill
    ) -> None:
        super().__init__(session)
        self._session, self._window, self._outbox, self._standstill = session, window, outbox, standstill
        self._seen_at = session.desk.clock.now()

    def look_back(self) -> None:
        """Before anything is sent: say which holds ended while the desk was closed."""
        self._set_right(self._read)

    def _set_right(self, then: Callable[[], object]) -> None:
        """The clock was far ahead, and is right again: what was written meanwhile would stand still."""
        outbox = self._session.desk.outbox

        def told(right: tuple[Filing, ...]) -> None:
            if right:
                words = plural(
                    len(right),
                    "This computer's clock was far ahead. The times of {n} report are counted anew.",
                    "This computer's clock was far ahead. The times of {n} reports are counted anew.",
                )
                self._window.notices.show_notice("warn", words)
            then()

        self._session.act(outbox.set_right, told, self._not_looked_back, owner=self)

    def _read(self) -> None:
        desk, operator = self._session.desk, self._session.operator
        self._session.runner.run_read(
            lambda: tuple(
                row.filing
                for still in (stopped(desk.backup),)
                for row in desk.outbox.rows(operator)
                if row.filing.id not in still
            ),
            self._looked_back,
            self._not_looked_back,
            owner=self,
        )

    def _looked_back(self, filings: tuple[Filing, ...]) -> None:
        self._say(filings, self._seen_at)
        self._outbox.start()

    def _not_looked_back(self, problem: DeskError) -> None:
        self._window.show_problem(problem)
        self._outbox.start()

    def look_at_clock(self, waiting: tuple[Filing, ...]) -> None:
        """A timer that comes minutes late: the computer slept."""
        now = self._session.desk.clock.now()
        if now - self._seen_at > ASLEEP_AFTER:
            self._say(waiting, now)
            self._outbox.wake()
        elif self._seen_at - now > ASLEEP_AFTER:
            self._set_right(self._outbox.wake)
        self._seen_at = now

    def _say(self, filings: tuple[Filing, ...], now: datetime) -> None:
        """Holds that ended unseen, and open reports that the agency has deleted meanwhile."""
        still = self._standstill.filings
        open_now = [filing for filing in filings if not filing.state.ended and filing.id not in still]
        gone = [filing for filing in open_now if filing.expires_at is not None and filing.expires_at <= now]
        past = [
            filing
            for filing in open_now
            if filing.state is FilingState.HELD
            and not filing.awaiting
            and filing.retry_at is None
            and filing.hold_until is not None
            and filing.hold_until <= now
        ]
        if gone:
            words = plural(
                len(gone),
                "{n} report was open too long: NCMEC deleted it unread. The desk opens it afresh.",
                "{n} reports were open too long: NCMEC deleted them unread. The desk opens them afresh.",
            )
            self._window.notices.show_notice("warn", words)
        elif past:
            words = plural(
                len(past),
                "The hold of {n} report ended while the desk was closed or asleep. It is filed now.",
                "The holds of {n} reports ended while the desk was closed or asleep. They are filed now.",
            )
            self._window.notices.show_notice("info", words)
