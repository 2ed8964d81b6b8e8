"""The second opinion at the foot of the case: asked for, given, and set beside the first one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desk.domain.decision import DecisionKind
from desk.domain.incident import TYPE_HELP, IncidentType
from desk.domain.second_review import ReviewState
from desk.gui import icons, theme
from desk.gui.outbox.states import type_short
from desk.gui.second_review import words as said
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.choices import Segmented
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.widgets.fields import Choice, TextField
from desk.gui.words import joined, tr
from desk.services.second_review import ReviewLine


class ReviewBar(QFrame):
    """``given`` carries (DecisionKind, IncidentType or None, reason); nothing is chosen at first."""

    given = Signal(object, object, str)
    claim_asked = Signal()
    release_asked = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("confirmbar")
        self._icon = icons.IconLabel("users", 16, "accent")
        self._title = label(tr("Second review"), "label")
        self._about = label("", "muted", wrap=True)
        self.claim = secondary(tr("Claim this case to look"), key="C")
        self.release = secondary(tr("Release"))
        self.claim.clicked.connect(self.claim_asked)
        self.release.clicked.connect(self.release_asked)
        top = hbox(self._icon, self._title, self._about, self.release, self.claim)
        top.setStretch(2, 1)
        self.answer = Segmented(
            [
                (DecisionKind.NO_VIOLATION, tr("No violation")),
                (DecisionKind.VIOLATION_NO_REPORT, tr("Violation, no report")),
                (DecisionKind.REPORT, tr("Report")),
            ],
            clearable=False,
        )
        self.answer.setAccessibleName(tr("Your decision"))
        self.answer.changed.connect(self._answered)
        self.type = Choice([(one, type_short(one.value)) for one in IncidentType], tr("Incident type…"))
        self.type.setAccessibleName(tr("The incident type you would report"))
        self.type.setMinimumWidth(320)
        self.type.changed.connect(self._typed)
        self._help = label("", "muted", wrap=True)
        self.reason = TextField(tr("Your reason; needed where you decide otherwise"), limit=2000)
        self.reason.setAccessibleName(tr("Your reason"))
        self.reason.returnPressed.connect(self.give)
        self.go = primary(tr("Give your decision"))
        self.go.clicked.connect(self.give)
        self._problem = label("", "bad", wrap=True)
        choose = hbox(label(tr("Your decision"), "label"), self.answer, self.type, gap=theme.S3)
        choose.addStretch(1)
        last = hbox(self.reason, self.go)
        last.setStretch(0, 1)
        self._ask = QWidget()
        self._ask.setLayout(vbox(choose, self._help, last, self._problem, gap=theme.S2))
        self._result = label("", wrap=True, select=True)
        self._reason = label("", "muted", wrap=True, select=True)
        self.back = primary(tr("Back to second review"))
        self.back.clicked.connect(self.left)
        told = vbox(self._result, self._reason, gap=theme.S1)
        result = hbox(gap=theme.S3)
        result.addLayout(told, 1)
        result.addWidget(self.back, 0, Qt.AlignmentFlag.AlignVCenter)
        self._done = QWidget()
        self._done.setLayout(result)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S3)
        column.setSpacing(theme.S2)
        column.addLayout(top)
        column.addWidget(self._ask)
        column.addWidget(self._done)
        self.begin()
        self.hide()

    def begin(self) -> None:
        """Nothing chosen, nothing written."""
        self.answer.set_value(None)
        self.type.set_value(None)
        self.reason.set_value("")
        self._done.hide()
        self._ask.show()
        self._answered()

    def show_waiting(self, line: ReviewLine, about: str, *, claimed: bool, can_claim: bool) -> None:
        """Ask for the opinion. What was chosen and written stays."""
        self._icon.set("users", "accent")
        hidden = tr("What was decided is shown after yours.") if line.withheld else ""
        shown = "" if line.withheld else tr("First decision: {first}.", first=said.first(line))
        self._about.setText(" ".join(part for part in (about, hidden, shown) if part))
        self.claim.setVisible(can_claim)
        self.release.setVisible(claimed)
        self._done.hide()
        self._ask.show()

    def show_result(self, line: ReviewLine) -> None:
        """Both opinions, side by side now."""
        words, colour, icon = said.state(line.review)
        self._icon.set(icon, colour)
        self._about.setText(joined([words, tr("rule “{name}”", name=line.review.rule)]))
        self._result.setText(said.outcome(line, own=True))
        reason = line.review.reason
        self._reason.setText(tr("Your reason: {words}", words=reason) if reason else "")
        self._reason.setVisible(bool(reason))
        self.back.setText(tr("Back to second review"))
        for part in (self._ask, self.claim, self.release):
            part.hide()
        self._done.show()
        assert line.review.state is not ReviewState.PENDING
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def result(self) -> str:
        """What is said of the two opinions; empty before."""
        return "" if self._done.isHidden() else self._result.text()

    def about(self) -> str:
        return self._about.text()

    def problem(self) -> str:
        return self._problem.text()

    def choose(self, kind: DecisionKind) -> None:
        """By its key."""
        if self._ask.isVisibleTo(self):
            self.answer.set_value(kind)
            self._answered()
            (self.type if kind is DecisionKind.REPORT else self.reason).setFocus(
                Qt.FocusReason.ShortcutFocusReason
            )

    def _answered(self) -> None:
        self.type.setVisible(self.answer.value() is DecisionKind.REPORT)
        self._typed()

    def _typed(self) -> None:
        chosen = self.type.value()
        asked = self.answer.value() is DecisionKind.REPORT and chosen is not None
        self._help.setText(TYPE_HELP[chosen].use if asked else "")
        self._help.setVisible(asked)
        self.say("")
        self.go.setEnabled(self.answer.value() is not None)

    def say(self, problem: str) -> None:
        """What stands against it, in words, under the field."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self.reason.setAccessibleDescription(problem)

    def give(self) -> None:
        kind = self.answer.value()
        if kind is None or not self.go.isEnabled():
            return
        if kind is DecisionKind.REPORT and self.type.value() is None:
            self.say(tr("Choose the incident type you would report."))
            self.type.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.say("")
        self.set_busy(True)
        chosen = self.type.value() if kind is DecisionKind.REPORT else None
        self.given.emit(kind, chosen, self.reason.value())

    def set_busy(self, busy: bool) -> None:
        """An opinion is being written: not twice."""
        for part in (self.go, self.answer, self.type, self.claim, self.release):
            part.setEnabled(not busy)
        if not busy:
            self.go.setEnabled(self.answer.value() is not None)
