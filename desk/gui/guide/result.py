"""What the answers come to, and what can be done with it: shown as a proposal, taken on purpose only."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.decision import DecisionKind
from desk.domain.guidance import STEP_WORDS, Outcome, Result, Step
from desk.domain.incident import TYPE_HELP, IncidentType
from desk.gui import icons, theme
from desk.gui.guide.parts import LookAgain, heading
from desk.gui.widgets.buttons import Button, primary, secondary
from desk.gui.widgets.common import hairline, label
from desk.gui.widgets.fields import Field, TextField
from desk.gui.words import tr


def title(result: Result) -> str:
    """The result in one line."""
    if result.outcome is Outcome.REPORT:
        assert result.type is not None
        return tr(result.type.value)
    return {
        Outcome.MAY_REPORT: tr("You may report this"),
        Outcome.NOT_HERE: tr("Not a CyberTipline matter"),
        Outcome.UNSURE: tr("Nobody should decide this alone"),
    }[result.outcome]


def explained(result: Result) -> str:
    return {
        Outcome.REPORT: tr("By your answers this incident type fits. It is a proposal: read when to use it."),
        Outcome.MAY_REPORT: tr(
            "The law allows a report of what is planned or about to happen, and does not ask for one. "
            "Say in the circumstances what the signs are."
        ),
        Outcome.NOT_HERE: tr("What was found is no reason for a report on its own. Do this instead:"),
        Outcome.UNSURE: tr("A second pair of eyes costs minutes. Do this:"),
    }[result.outcome]


class ResultView(QWidget):
    """``taken``: use the type in the report. ``closed`` carries (kind, reason, look again at or None);
    ``escalated`` the note to the supervisors."""

    taken = Signal()
    closed = Signal(object, str, object)
    escalated = Signal(str)
    channels_wanted = Signal()

    def __init__(self, result: Result, now: datetime, *, mine: bool, why_not: str) -> None:
        super().__init__()
        self.result = result
        self._buttons: list[Button] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.S3)
        proposal = result.outcome in (Outcome.REPORT, Outcome.MAY_REPORT)
        self._column.addWidget(label(tr("Proposal") if proposal else tr("Result"), "muted"))
        self._column.addWidget(heading(title(result)))
        self._column.addWidget(label(explained(result), wrap=True))
        if result.steps:
            self._column.addWidget(self._steps(result.steps))
        if result.type is not None:
            self._about(result.type, named=result.outcome is Outcome.MAY_REPORT)
        self.reason = TextField()
        self.look: LookAgain | None = None
        if not mine:
            self._column.addWidget(hairline())
            self._column.addWidget(label(why_not, "muted", wrap=True))
        elif proposal:
            self._offer_type(result)
        else:
            self._offer_closing(result, now)

    def _steps(self, steps: tuple[Step, ...]) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        for number, step in enumerate(steps, 1):
            row = QHBoxLayout()
            row.setSpacing(theme.S2)
            urgent = step is Step.POLICE
            mark: QWidget = (
                icons.IconLabel("octagon-alert", 16, "bad") if urgent else label(f"{number}.", "muted")
            )
            mark.setFixedWidth(20)
            row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(tr(STEP_WORDS[step]), "label" if urgent else "body", wrap=True), 1)
            column.addLayout(row)
        return box

    def _about(self, value: IncidentType, *, named: bool) -> None:
        found = TYPE_HELP[value]
        self._column.addWidget(hairline())
        if named:
            self._column.addWidget(label(tr("Type: {type}", type=tr(value.value)), "label", wrap=True))
        for caption, said in (
            (tr("Use it for"), found.use),
            (tr("Not for"), found.not_for),
            (tr("Looks alike"), found.look_alike),
        ):
            part = QVBoxLayout()
            part.setSpacing(2)
            part.addWidget(label(caption, "muted"))
            part.addWidget(label(tr(said), wrap=True))
            self._column.addLayout(part)

    def _offer_type(self, result: Result) -> None:
        self._column.addWidget(hairline())
        if result.type is None:
            self._column.addWidget(
                label(tr("Open the report and choose the type that comes nearest."), "muted", wrap=True)
            )
        take = primary(tr("Use this type in the report") if result.type else tr("Open the report"))
        take.clicked.connect(self.taken)
        self._row(take)
        self._column.addWidget(
            label(
                tr("Nothing is sent by it. The report is yours to write and to confirm."), "muted", wrap=True
            )
        )

    def _offer_closing(self, result: Result, now: datetime) -> None:
        self._column.addWidget(hairline())
        unsure = result.outcome is Outcome.UNSURE
        if unsure:
            about = tr("The case leaves the queue and goes before the supervisors with it.")
            self._column.addWidget(Field(tr("What should they look at?"), self.reason, about))
            hand = primary(tr("Escalate to a supervisor"))
            hand.clicked.connect(self._escalate)
            self._row(hand)
            self._say_problems()
            return
        self.look = LookAgain(now)
        self._column.addWidget(
            Field(tr("Reason, for the record"), self.reason, tr("A sentence that others can follow."))
        )
        self._column.addWidget(
            Field(
                tr("Look again"),
                self.look,
                tr("The case comes back to the queue by itself on that day, with this reason."),
                optional=True,
            )
        )
        without = primary(tr("Close: violation, no report"))
        none = secondary(tr("Close: no violation"))
        without.clicked.connect(lambda: self._close(DecisionKind.VIOLATION_NO_REPORT))
        none.clicked.connect(lambda: self._close(DecisionKind.NO_VIOLATION))
        see = secondary(tr("Other channels"))
        see.clicked.connect(self.channels_wanted)
        self._row(without, none, see)
        self._say_problems()

    def _say_problems(self) -> None:
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        self._column.addWidget(self._problem)

    def _escalate(self) -> None:
        trouble = (
            "" if self.reason.value() else tr("A supervisor needs a note. Say what they should look at.")
        )
        self._problem.setText(trouble)
        self._problem.setVisible(bool(trouble))
        if trouble:
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.escalated.emit(self.reason.value())

    def _row(self, *buttons: Button) -> None:
        self._buttons += buttons
        row = QHBoxLayout()
        row.setSpacing(theme.S2)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        self._column.addLayout(row)

    def _close(self, kind: DecisionKind) -> None:
        when = None
        if self.look is not None:
            trouble = self.look.trouble()
            if kind is DecisionKind.VIOLATION_NO_REPORT and not self.reason.value():
                trouble = tr("A violation without a report needs a reason. Say why it is not reported.")
            self._problem.setText(trouble)
            self._problem.setVisible(bool(trouble))
            if trouble:
                return
            when = self.look.value()
        self.closed.emit(kind, self.reason.value(), when)

    def set_busy(self, busy: bool) -> None:
        """An act is under way: not twice."""
        for button in self._buttons:
            button.setEnabled(not busy)

    @property
    def first(self) -> QWidget | None:
        """Where the focus goes: a field before a button, so that Enter alone decides nothing."""
        if self.look is not None or self.result.outcome is Outcome.UNSURE:
            return self.reason if self._buttons else None
        return None
