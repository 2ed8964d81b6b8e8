"""Approvals: what waits for a second person, answered here, and what became of earlier requests."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.approval import Approval, ApprovalState
from desk.domain.errors import DeskError
from desk.domain.roles import Permission
from desk.gui import theme
from desk.gui.approvals.list import RequestList, RequestModel
from desk.gui.approvals.pane import RequestPane
from desk.gui.case.parts import Said
from desk.gui.session import Session
from desk.gui.widgets.choices import Segmented
from desk.gui.widgets.common import Stack
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton, SplitView
from desk.gui.words import tr
from desk.services.approvals import Request
from desk.services.changes import Change, Done

WAITING, DECIDED = "waiting", "decided"
LIST_WIDTH = 320


class ApprovalsPage(Page):
    icon: ClassVar[str] = "list-checks"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Approvals")
        self._session = session
        self._wanted: int | None = None
        self._found: tuple[tuple[Request, ...], tuple[Request, ...]] = ((), ())
        self.which = Segmented([(WAITING, tr("Waiting")), (DECIDED, tr("Decided"))], clearable=False)
        self.which.setAccessibleName(tr("Which requests are shown"))
        self.which.set_value(WAITING)
        self.which.changed.connect(self._show_list)
        self.said = Said()
        self.model = RequestModel(self)
        self.list = RequestList(self.model)
        self.list.chosen.connect(self._chosen)
        self.pane = RequestPane()
        self.pane.agreed.connect(self._agree)
        self.pane.declined.connect(self._decline)
        self.pane.withdrawn.connect(self._withdraw)
        self.pane.case_asked.connect(lambda number: self.navigate.emit("case", {"number": number}))
        self._build()
        self._commands = [
            Command("approvals.agree", tr("Agree"), "Alt+A", self.pane.do_agree, self._can_answer),
            Command("approvals.decline", tr("Decline"), "Alt+D", self.pane.do_decline, self._can_answer),
            Command("approvals.withdraw", tr("Withdraw"), "Alt+W", self.pane.do_withdraw, self._is_own),
        ]
        for command in self._commands:
            shortcut = QShortcut(QKeySequence(command.key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(partial(_run, command))

    def _build(self) -> None:
        self._nothing = EmptyState(
            "list-checks",
            tr("Nothing waits for a second person"),
            tr("Changes of reporting rules, weaker policies and what can't be undone are asked for here."),
        )
        self._none_decided = EmptyState("history", tr("Nothing was decided yet"))
        self._loading = LoadingSkeleton(8, 56)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(theme.S3, theme.S3, theme.S1, theme.S3)
        column.setSpacing(theme.S3)
        column.addWidget(self.which, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.list, 1)
        left.setMinimumWidth(240)
        self._panes = Stack(self)
        for part in (self._loading, self._nothing, self._none_decided, self.pane):
            self._panes.addWidget(part)
        right = QWidget()
        above = QVBoxLayout(right)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        bar = QVBoxLayout()
        bar.setContentsMargins(theme.S4, theme.S3, theme.S4, 0)
        bar.addWidget(self.said)
        above.addLayout(bar)
        above.addLayout(self._panes, 1)
        split = SplitView(left, right, shares=(3, 8))
        split.setSizes([LIST_WIDTH, 900])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)

    # what the window asks -----------------------------------------------------------

    def commands(self) -> list[Command]:
        return list(self._commands)

    def enter(self, **kwargs: object) -> None:
        """``approval``: the request to show."""
        wanted = kwargs.get("approval")
        self._wanted = wanted if isinstance(wanted, int) else None
        self.said.unsay()
        self._ask()
        self.list.setFocus()

    def refresh(self, changes: frozenset[str]) -> None:
        if self.isVisible() and Change.APPROVALS in changes:
            self._ask()

    def _ask(self) -> None:
        approvals, operator = self._session.desk.approvals, self._session.operator
        self._session.runner.run_read(
            lambda: (approvals.pending(operator), approvals.recent(operator)),
            self._show,
            self._failed,
            owner=self,
            key="approvals",
        )

    def _show(self, found: tuple[tuple[Request, ...], tuple[Request, ...]]) -> None:
        pending, recent = found
        decided = tuple(one for one in recent if one.approval.state is not ApprovalState.PENDING)
        self._found = (pending, decided)
        if self._wanted is not None and any(one.approval.id == self._wanted for one in decided):
            self.which.set_value(DECIDED)
        self._show_list()

    def _show_list(self) -> None:
        shown = self.list.current()
        wanted = self._wanted or (shown.approval.id if shown is not None else None)
        self._wanted = None
        self.model.set(self._found[0 if self.which.value() == WAITING else 1])
        self.list.choose(wanted)

    def _chosen(self, request: Request | None) -> None:
        if request is not None:
            self.pane.show_request(request)
            self._panes.setCurrentWidget(self.pane)
        else:
            empty = self._nothing if self.which.value() == WAITING else self._none_decided
            self._panes.setCurrentWidget(empty)
        self.commands_changed.emit()

    def _can_answer(self) -> bool:
        request = self.list.current()
        return request is not None and request.may_agree

    def _is_own(self) -> bool:
        request = self.list.current()
        return request is not None and request.own and request.approval.state is ApprovalState.PENDING

    # answers ------------------------------------------------------------------------

    def _agree(self, approval_id: int, note: str) -> None:
        service, operator = self._session.desk.approvals, self._session.operator
        self._act(lambda: service.agree(operator, approval_id, note), tr("Agreed, and done."))

    def _decline(self, approval_id: int, note: str) -> None:
        service, operator = self._session.desk.approvals, self._session.operator
        self._act(lambda: service.decline(operator, approval_id, note), tr("Declined."))

    def _withdraw(self, approval_id: int) -> None:
        service, operator = self._session.desk.approvals, self._session.operator
        self._act(lambda: service.withdraw(operator, approval_id), tr("Withdrawn."))

    def _act(self, fn: Callable[[], Done[Approval]], said: str) -> None:
        self.pane.set_busy(True)
        self.said.unsay()
        self._session.act(fn, partial(self._done, said), self._refused, owner=self)

    def _done(self, said: str, _approval: Approval) -> None:
        self.pane.set_busy(False)
        self.notify.emit("ok", said)
        self.list.setFocus()

    def _refused(self, problem: DeskError) -> None:
        self.pane.set_busy(False)
        self.said.say("bad", problem.words())
        self._ask()

    def _failed(self, problem: DeskError) -> None:
        self.notify.emit("bad", problem.words())


def waiting_for(session: Session) -> int:
    """How many requests this person could answer now; for a reading thread."""
    if not session.operator.may(Permission.SEE_APPROVALS):
        return 0
    return sum(1 for one in session.desk.approvals.pending(session.operator) if one.may_agree)


def _run(command: Command) -> None:
    if command.enabled():
        command.callback()
