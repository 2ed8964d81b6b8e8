"""'Is this reportable?': one question at a time, back and anew, to a proposal. It decides nothing itself."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.case import Claim
from desk.domain.decision import Decision, DecisionKind
from desk.domain.errors import DeskError
from desk.domain.guidance import Path, Question, Result, asked, at
from desk.domain.incident import IncidentType
from desk.gui import theme, words
from desk.gui.case.parts import Said
from desk.gui.guide.parts import KEYS, AnswerButton, Danger, Trail, heading
from desk.gui.guide.result import ResultView, title
from desk.gui.session import Session
from desk.gui.widgets.buttons import quiet
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.words import tr

MEASURE = 720
"""The widest column, in px: questions are read, not scanned."""


class GuidePage(Page):
    icon: ClassVar[str] = "list-checks"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Is this reportable?")
        self._session = session
        self._number: int | None = None
        self.path: Path = ()
        self.result: ResultView | None = None
        self.answers: list[AnswerButton] = []
        self.danger = Danger()
        self.danger.channels_wanted.connect(self.to_channels)
        self.said = Said()
        self.trail = Trail()
        self.trail.wanted.connect(self._back_to)
        self._holder = QWidget()
        self._body = QVBoxLayout(self._holder)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(theme.S2)
        self.before = quiet(tr("One question back"), "arrow-left", key="Backspace")
        self.anew = quiet(tr("Start anew"), "undo-2", key="Ctrl+Backspace")
        self.before.clicked.connect(self.step_back)
        self.anew.clicked.connect(self.start_anew)
        self._build()
        for key, act in (("Ctrl+Backspace", self.start_anew), ("Esc", self.leave_guide)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        session.claim_changed.connect(self._claim_changed)

    def _build(self) -> None:
        panel = Panel()
        acts = QHBoxLayout()
        acts.setSpacing(theme.S2)
        acts.addWidget(self.before)
        acts.addWidget(self.anew)
        acts.addStretch(1)
        panel.add(self._holder, acts, self.trail)
        column = QWidget()
        column.setMaximumWidth(MEASURE)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.S3)
        for part in (self.danger, self.said, panel):
            inside.addWidget(part)
        inside.addWidget(
            label(
                tr("The guide follows what the CyberTipline takes. It is no legal advice, and you decide."),
                "muted",
                wrap=True,
            )
        )
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(column, 100)
        row.addStretch(1)
        self._scroll = Scroll()
        self._scroll.add(line)
        self._scroll.end()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)

    # what the window asks -------------------------------------------------------------

    def enter(self, **kwargs: object) -> None:
        """``number``: the case that it is about; ``back``: case or report. Without a case nothing is kept."""
        number = kwargs.get("number")
        wanted = number if isinstance(number, int) else None
        if kwargs or self._number is None:
            if wanted != self._number or wanted is None:
                self.path = ()
            self._number = wanted
        back = kwargs.get("back")
        if back == "report":
            self.back = ("report", tr("Report"))
        else:
            self.back = ("case", tr("Case")) if self._number is not None else ("queue", tr("Queue"))
        told = tr("Is this reportable? Case {number}", number=self._number)
        self.set_title(told if self._number is not None else tr("Is this reportable?"))
        self.said.unsay()
        self._show()

    def commands(self) -> list[Command]:
        return [
            Command(
                "guide.back", tr("One question back"), "Backspace", self.step_back, lambda: bool(self.path)
            ),
            Command(
                "guide.anew", tr("Start anew"), "Ctrl+Backspace", self.start_anew, lambda: bool(self.path)
            ),
            Command("guide.leave", tr("Leave the guide"), "Esc", self.leave_guide),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and not event.modifiers():
            self.step_back()
            return
        text = event.text().lower()
        if text and text in KEYS and not event.isAutoRepeat():
            place = KEYS.index(text)
            if place < len(self.answers):
                self.answers[place].click()
                return
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None and self.answers:
            focus = next((n for n, one in enumerate(self.answers) if one.hasFocus()), None)
            # From no answer, Down goes to the first and Up to the last.
            place = (-1 if step > 0 else 0) if focus is None else focus
            self.answers[(place + step) % len(self.answers)].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    # walking --------------------------------------------------------------------------

    def answer(self, code: str) -> None:
        self.path = (*self.path, code)
        self._show()

    def step_back(self) -> None:
        if self.path:
            self._back_to(len(self.path) - 1)

    def start_anew(self) -> None:
        self._back_to(0)

    def _back_to(self, keep: int) -> None:
        self.path = self.path[:keep]
        self._show()

    def leave_guide(self) -> None:
        page = self.back[0] if self.back is not None else "queue"
        self.navigate.emit(page, {"number": self._number} if page != "queue" else {})

    def to_channels(self) -> None:
        self.navigate.emit("channels", {"number": self._number} if self._number is not None else {})

    @property
    def mine(self) -> bool:
        claim = self._session.claim
        return claim is not None and claim.case_id == self._number

    def _claim_changed(self, _claim: Claim | None) -> None:
        if self.isVisible() and self.result is not None:
            self._show()

    def _show(self) -> None:
        here = at(self.path)
        clear(self._body)
        self.result, self.answers = None, []
        self.trail.show_answers(asked(self.path))
        for button in (self.before, self.anew):
            button.setVisible(bool(self.path))
        if isinstance(here, Question):
            self._show_question(here)
        else:
            self._show_result(here)
        self._scroll.verticalScrollBar().setValue(0)
        self.commands_changed.emit()

    def _show_question(self, question: Question) -> None:
        self._body.addWidget(heading(tr(question.words)))
        self._body.addWidget(label(tr(question.help), "muted", wrap=True))
        self._body.addSpacing(theme.S1)
        for key, answer in zip(KEYS, question.answers, strict=False):
            button = AnswerButton(answer, key)
            button.clicked.connect(partial(self._clicked, answer.code))
            self.answers.append(button)
            self._body.addWidget(button)
        # No answer is in focus: Enter alone must not give one.
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._holder.setAccessibleName(tr(question.words))

    def _clicked(self, code: str, _checked: bool = False) -> None:
        self.answer(code)

    def _show_result(self, result: Result) -> None:
        why = (
            tr("Claim the case to act on this.")
            if self._number is not None
            else tr("Open a case and claim it to act on such a result.")
        )
        view = ResultView(result, self._session.desk.clock.now(), mine=self.mine, why_not=why)
        view.taken.connect(self._take)
        view.closed.connect(self._close)
        view.escalated.connect(self._escalate)
        view.channels_wanted.connect(self.to_channels)
        self.result = view
        self._body.addWidget(view)
        self._holder.setAccessibleName(title(result))
        (view.first or self).setFocus(Qt.FocusReason.OtherFocusReason)

    # acting ---------------------------------------------------------------------------

    def _take(self) -> None:
        claim, view = self._session.claim, self.result
        if claim is None or view is None or not self.mine:
            return
        if view.result.type is None:
            self.navigate.emit("report", {"number": self._number})
            return
        view.set_busy(True)
        guide, operator, path = self._session.desk.guide, self._session.operator, self.path
        self._session.act(lambda: guide.take(operator, claim, path), self._taken, self._refused, owner=self)

    def _taken(self, value: IncidentType) -> None:
        view = self.result
        marks = view.result.annotations if view is not None else frozenset()
        self.path = ()
        self.navigate.emit("report", {"number": self._number, "guided": (value, marks)})

    def _close(self, kind: DecisionKind, reason: str, when: datetime | None) -> None:
        claim, view = self._session.claim, self.result
        if claim is None or view is None or not self.mine:
            return
        view.set_busy(True)
        review, operator, path = self._session.desk.review, self._session.operator, self.path
        self._session.act(
            lambda: review.decide(
                operator, claim, kind, reason=reason or None, look_again_at=when, path=path
            ),
            partial(self._closed, when),
            self._refused,
            owner=self,
        )

    def _escalate(self, said: str) -> None:
        claim, view = self._session.claim, self.result
        if claim is None or view is None or not self.mine:
            return
        view.set_busy(True)
        guide, operator, path = self._session.desk.guide, self._session.operator, self.path
        told = tr("Case {number} is before the supervisors.", number=claim.case_id)
        self._session.act(
            lambda: guide.escalate(operator, claim, path, said),
            lambda _none: self._left(told),
            self._refused,
            owner=self,
        )

    def _closed(self, when: datetime | None, decision: Decision) -> None:
        if when is None:
            told = tr("Case {number} is closed.", number=decision.case_number)
        else:
            day = words.moment(when)
            told = tr(
                "Case {number} is closed and comes back on {day}.", number=decision.case_number, day=day
            )
        self._left(told)

    def _left(self, told: str) -> None:
        self.path, self._number = (), None
        self.notify.emit("ok", told)
        self.navigate.emit("queue", {})
        self._session.set_claim(None)

    def _refused(self, problem: DeskError) -> None:
        if self.result is not None:
            self.result.set_busy(False)
        self.said.say("bad", problem.words())
