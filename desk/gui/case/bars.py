"""The page's two bars: whose case it is (in the header), and the decisions (always in view at the bottom)."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desk.domain.decision import DecisionKind
from desk.gui import theme, words
from desk.gui.case.parts import key_cap, row
from desk.gui.case.violation import ViolationAsk
from desk.gui.widgets.buttons import Button, IconButton, primary, secondary
from desk.gui.widgets.common import label
from desk.gui.words import tr
from desk.services.violations import Standing


def snooze_times(now: datetime) -> list[tuple[str, datetime]]:
    """1 h, 4 h, tomorrow at 09:00 in the reader's zone, 3 days; as (words, UTC time)."""
    here = words.local(now)
    morning = (here + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    # Made anew from the naive time: the offset may be another one tomorrow.
    morning = morning.replace(tzinfo=None).astimezone()
    return [
        (tr("1 hour"), now + timedelta(hours=1)),
        (tr("4 hours"), now + timedelta(hours=4)),
        (tr("Tomorrow, 09:00"), morning.astimezone(now.tzinfo)),
        (tr("3 days"), now + timedelta(days=3)),
    ]


class ClaimBar(QWidget):
    """Whose case it is. ``snoozed`` carries how long to put it away, by the words of the menu."""

    released = Signal()
    snoozed = Signal(int)
    asked = Signal(str)
    """One of the acts of ``offer``."""
    take_over_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words = label("", "muted")
        self._release = secondary(tr("Release"))
        self._release.clicked.connect(self.released)
        self._snooze = secondary(tr("Snooze") + "\u2002")  # room before the arrow
        menu = QMenu(self._snooze)
        for n, text in enumerate((tr("1 hour"), tr("4 hours"), tr("Tomorrow, 09:00"), tr("3 days"))):
            action = QAction(text, menu)
            action.triggered.connect(lambda _checked=False, n=n: self.snoozed.emit(n))
            menu.addAction(action)
        self._snooze.setMenu(menu)
        self._snooze.setAccessibleName(tr("Snooze: put the case away for a time"))
        self._more = secondary(tr("More") + "\u2002")
        self._more.setMenu(QMenu(self._more))
        self._more.setAccessibleName(tr("More to do with this case"))
        self._take = secondary(tr("Take over…"))
        self._take.clicked.connect(self.take_over_asked)
        self._take.hide()
        self.setLayout(row(self._words, self._take, self._release, self._snooze, self._more, gap=theme.S2))
        self._words.setContentsMargins(0, 0, theme.S1, 0)
        self.say("", mine=False)

    def words(self) -> str:
        return self._words.text()

    def say(self, text: str, *, mine: bool, tip: str = "") -> None:
        self._words.setText(text)
        self._words.setToolTip(tip)
        self._words.setVisible(bool(text))
        self._release.setVisible(mine)
        self._snooze.setVisible(mine)
        self._more.setVisible(mine)

    def offer(self, acts: list[tuple[str, str]], *, take_over: bool = False) -> None:
        """What else the holder can do, as (act, words); whether a supervisor can take the case over."""
        menu = self._more.menu()
        menu.clear()
        for act, text in acts:
            menu.addAction(text).triggered.connect(lambda _checked=False, act=act: self.asked.emit(act))
        self._take.setVisible(take_over)

    def can_take_over(self) -> bool:
        return self._take.isVisible() and self._take.isEnabled()

    def set_busy(self, busy: bool) -> None:
        self._release.setEnabled(not busy)
        self._snooze.setEnabled(not busy)
        self._more.setEnabled(not busy)
        self._take.setEnabled(not busy)

    def open_snooze(self) -> None:
        if self._snooze.isVisible() and self._snooze.isEnabled():
            self._snooze.showMenu()


class DecisionBar(QFrame):
    """No violation, violation, second opinion, report; or the claim that comes before them.

    ``decided`` carries (DecisionKind, reason or None, policy or None).
    """

    decided = Signal(object, object, object)
    report_asked = Signal()
    claim_asked = Signal()
    reopen_asked = Signal()
    asking_ended = Signal()
    guide_asked = Signal()
    channels_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("confirmbar")
        self._asking = False
        self._busy = False
        self.none = secondary(tr("No violation"), key="N")
        self.without = secondary(tr("Violation…"), key="V")
        self.opinion = secondary(tr("Second opinion…"), key="S")
        self.report = primary(tr("Report…"), key="R")
        self.claim = primary(tr("Claim this case"), key="C")
        self.reopen = secondary(tr("Open again"))
        self._why = label("", "muted", wrap=True)
        self.none.clicked.connect(self.no_violation)
        self.without.clicked.connect(self.ask_violation)
        self.opinion.clicked.connect(self.ask_opinion)
        self.report.clicked.connect(self.report_asked)
        self.claim.clicked.connect(self.claim_asked)
        self.reopen.clicked.connect(self.reopen_asked)
        self._acts: list[tuple[Button, QWidget]] = []
        self._bar = QWidget()
        bar = row(gap=theme.S2)
        self._bar.setLayout(bar)
        for button, key in ((self.none, "N"), (self.without, "V"), (self.opinion, "S")):
            self._put(bar, button, key)
        bar.addWidget(self._why, 1)
        bar.addStretch(0)
        self.guide = IconButton("circle-question-mark", tr("Is this reportable? (G)"), side=32)
        self.channels = IconButton("life-buoy", tr("Other channels, filed elsewhere, packet (O)"), side=32)
        self.guide.clicked.connect(self.guide_asked)
        self.channels.clicked.connect(self.channels_asked)
        bar.addWidget(self.guide)
        bar.addWidget(self.channels)
        bar.addWidget(self.reopen)
        bar.addWidget(self.claim)
        self._put(bar, self.report, "R")

        self.violation = ViolationAsk()
        self.violation.left.connect(self.cancel)
        self.violation.closed.connect(self._closed)

        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S3)
        column.setSpacing(theme.S3)
        column.addWidget(self.violation)
        column.addWidget(self._bar)
        self.set_state("closed", "")

    def _put(self, bar: QHBoxLayout, button: Button, key: str) -> None:
        cap = key_cap(key)
        bar.addWidget(button)
        bar.addWidget(cap, 0, Qt.AlignmentFlag.AlignVCenter)
        bar.addSpacing(theme.S1)
        self._acts.append((button, cap))

    # --- what can be decided ---------------------------------------------

    def set_state(self, state: str, why: str) -> None:
        """``state``: mine (decide), free (claim first), reopen, closed (nothing). ``why`` says why not."""
        mine = state == "mine"
        for button, cap in self._acts:
            button.setVisible(mine)
            cap.setVisible(mine)
        self.claim.setVisible(state == "free")
        self.reopen.setVisible(state == "reopen")
        self._why.setText(why)
        if not mine:
            self.cancel()
        self._enable()

    def set_busy(self, busy: bool) -> None:
        """An act is under way: not twice."""
        self._busy = busy
        self._enable()

    def _enable(self) -> None:
        for button in (self.none, self.without, self.opinion, self.report, self.claim, self.reopen):
            button.setEnabled(not self._busy)
        self.violation.set_busy(self._busy)

    def set_standing(self, standing: Standing) -> None:
        """What the rules say of the case: in a rule's queue a violation is confirmed and filed in one go."""
        self.violation.set_standing(standing)
        straight = standing.files_from_here
        self.report.setText(tr("Confirm violation and file…") if straight else tr("Report…"))

    def set_asked(self, asked: bool) -> None:
        """Whether this person was asked for the second opinion: then it is given, not asked of a third."""
        self.opinion.setText(tr("Give second opinion…") if asked else tr("Second opinion…"))

    @property
    def can_decide(self) -> bool:
        return self.none.isVisibleTo(self._bar) and not self._busy

    # --- deciding --------------------------------------------------------

    def no_violation(self) -> None:
        if self.can_decide:
            self.cancel()
            self.decided.emit(DecisionKind.NO_VIOLATION, None, None)

    def ask_violation(self) -> None:
        """Which policy is violated; what follows from it is said there."""
        if self.can_decide:
            self.cancel()
            self._asking = True  # one question at a time, and one primary act
            self._bar.hide()
            self.violation.begin()

    def _closed(self, policy: str | None, reason: str) -> None:
        if not self._busy:
            self.decided.emit(DecisionKind.VIOLATION_NO_REPORT, reason, policy)

    def ask_opinion(self) -> None:
        """What the other person should look at is asked for in a dialog of its own."""
        if self.can_decide:
            self.cancel()
            self.decided.emit(DecisionKind.ESCALATE, None, None)

    @property
    def asking(self) -> bool:
        return self._asking

    def cancel(self) -> None:
        if self._asking:
            self._asking = False
            self.violation.hide()
            self._bar.show()
            self.asking_ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._asking:
            self.cancel()
            return
        super().keyPressEvent(event)
