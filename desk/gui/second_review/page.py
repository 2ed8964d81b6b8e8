"""Second review: what waits for another person, what became of it, the rules, and the agreement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.roles import Permission
from desk.gui import theme
from desk.gui.case.states import Failed
from desk.gui.second_review.agreement import AgreementPanel
from desk.gui.second_review.list import ReviewList, ReviewModel
from desk.gui.second_review.pane import ReviewPane
from desk.gui.second_review.rules import RulesPanel
from desk.gui.session import Session
from desk.gui.widgets.choices import Segmented
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton, SplitView
from desk.gui.words import tr
from desk.services.changes import Change
from desk.services.second_review import Agreement, ReviewLine

WAITING, REVIEWED, RULES, AGREEMENT = "waiting", "reviewed", "rules", "agreement"
LIST_WIDTH = 360
SHOWN = frozenset({Change.REPORTS, Change.OUTBOX, Change.QUEUE, Change.SETTINGS})
Lines = tuple[ReviewLine, ...]
Ends = Mapping[int, datetime | None]


def parts() -> list[tuple[str, str]]:
    return [
        (WAITING, tr("Waiting")),
        (REVIEWED, tr("Reviewed")),
        (RULES, tr("Sampling rules")),
        (AGREEMENT, tr("Agreement")),
    ]


class SecondReviewPage(Page):
    icon: ClassVar[str] = "users"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Second review")
        self._session = session
        self._found: tuple[Lines, Lines, Ends] = ((), (), {})
        self.which = Segmented(parts(), clearable=False)
        self.which.setAccessibleName(tr("What is shown"))
        self.which.set_value(WAITING)
        self.which.changed.connect(self._turn)
        self.model = ReviewModel(session.desk.clock, self)
        self.list = ReviewList(self.model)
        self.pane = ReviewPane()
        self.list.chosen.connect(self._chosen)
        self.list.opened.connect(self.pane.open)
        self.pane.review_asked.connect(self._review)
        self.pane.case_asked.connect(lambda number: self.navigate.emit("case", {"number": number}))
        self.rules = RulesPanel(session)
        self.agreement = AgreementPanel()
        self.failed = Failed()
        self.failed.again.connect(self._ask)
        self.failed.left.connect(lambda: self.navigate.emit("queue", {}))
        self.rules.failed.connect(self._failed)
        self._build()
        self._commands = [
            Command("second_review.open", tr("Open the case"), "Enter", self.pane.open, self._some),
            *(
                Command(f"second_review.{part}", title, f"Alt+{n}", partial(self.turn, part))
                for n, (part, title) in enumerate(parts(), 1)
            ),
            Command("second_review.undo", tr("Undo the last change of the rules"), "Ctrl+Z", self.rules.undo,
                    lambda: self.which.value() == RULES and self.rules.can_undo and not self.rules.editing),
        ]  # fmt: skip
        for command in self._commands[1:]:
            shortcut = QShortcut(QKeySequence(command.key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(partial(_run, command))

    def _build(self) -> None:
        self._nothing = EmptyState(
            "users",
            tr("Nothing waits for a second opinion"),
            tr("The sampling rules draw which decisions another person looks at again."),
            tr("To the sampling rules"),
        )
        self._nothing.acted.connect(partial(self.turn, RULES))
        self._none_reviewed = EmptyState("history", tr("Nothing was looked at again yet"))
        self._loading = LoadingSkeleton(8, 56)
        self._panes = QStackedWidget()
        left = QWidget()
        beside = QVBoxLayout(left)
        beside.setContentsMargins(theme.S4, 0, theme.S1, theme.S4)
        beside.addWidget(self.list)
        split = SplitView(left, self.pane, shares=(3, 7))
        split.setSizes([LIST_WIDTH, 900])
        left.setMinimumWidth(256)
        self._split = split
        for part in (
            self._loading, self._nothing, self._none_reviewed, split, self.rules, self.agreement, self.failed
        ):  # fmt: skip
            self._panes.addWidget(part)
        top = QWidget()
        row = QVBoxLayout(top)
        row.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S2)
        row.addWidget(self.which, 0, Qt.AlignmentFlag.AlignLeft)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(top)
        whole.addWidget(self._panes, 1)

    # what the window asks -----------------------------------------------------------

    def commands(self) -> list[Command]:
        return list(self._commands)

    def enter(self, **kwargs: object) -> None:
        """``show``: waiting, reviewed, rules or agreement."""
        wanted = kwargs.get("show")
        if wanted in (WAITING, REVIEWED, RULES, AGREEMENT):
            self.which.set_value(wanted)
        if not self._lists():
            self._show()
        self._ask()
        (self.list if self._lists() else self.which).setFocus()

    def refresh(self, changes: frozenset[str]) -> None:
        if self.isVisible() and SHOWN & changes:
            self._ask()

    def turn(self, to: str) -> None:
        """Another part of the page."""
        self.which.set_value(to)
        self._turn()

    def _turn(self) -> None:
        self._show()
        self._ask()

    def _ask(self) -> None:
        desk, operator = self._session.desk, self._session.operator
        run = self._session.runner.run_read
        if self.which.value() == RULES:
            if not self.rules.editing:
                self.rules.ask()
            return
        if self.which.value() == AGREEMENT:
            run(
                lambda: desk.second_review.agreement(operator), self._agreed, self._failed, owner=self,
                key="agreement",
            )  # fmt: skip
            return

        def read() -> tuple[Lines, Lines, Ends]:
            service = desk.second_review
            ends = {row.filing.id: row.filing.expires_at for row in desk.outbox.rows(operator)}
            return service.pending(operator), service.reviewed(operator), ends

        run(read, self._came, self._failed, owner=self, key="lines")

    def _came(self, found: tuple[Lines, Lines, Ends]) -> None:
        self._found = found
        if self._panes.currentWidget() in (self._loading, self.failed) or self._lists():
            self._show()

    def _agreed(self, found: Agreement) -> None:
        self.agreement.show_agreement(found)
        self._show()

    def _lists(self) -> bool:
        return self.which.value() in (WAITING, REVIEWED)

    def _show(self) -> None:
        which = self.which.value()
        if which == RULES:
            self._panes.setCurrentWidget(self.rules)
        elif which == AGREEMENT:
            self._panes.setCurrentWidget(self.agreement)
        else:
            before = self.list.current()
            pending, reviewed, _ = self._found
            self.model.set(pending if which == WAITING else reviewed)
            self.list.choose(before.review.id if before is not None else None)
            empty = self._nothing if which == WAITING else self._none_reviewed
            self._panes.setCurrentWidget(self._split if self.model.rows else empty)
        self.commands_changed.emit()

    def _chosen(self, line: ReviewLine | None) -> None:
        if line is not None:
            self.pane.show_line(line, self._found[2].get(line.review.filing_id or 0))
        self.commands_changed.emit()

    def _some(self) -> bool:
        return self._lists() and self.list.current() is not None

    def _review(self, line: ReviewLine) -> None:
        self.navigate.emit("case", {"number": line.review.case_number, "review": line.review.id})

    def _failed(self, problem: DeskError) -> None:
        self.failed.say(tr("The second reviews can't be shown"), problem.words())
        self._panes.setCurrentWidget(self.failed)
        self.failed.retry.setFocus()


def waiting_reviews(session: Session) -> int:
    """How many decisions this person could look at again now; for a reading thread."""
    if not session.operator.may(Permission.SECOND_REVIEW):
        return 0
    return sum(1 for line in session.desk.second_review.pending(session.operator) if line.may_review)


def _run(command: Command) -> None:
    if command.enabled():
        command.callback()
