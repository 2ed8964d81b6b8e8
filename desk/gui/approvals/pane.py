"""One request: who asks for what and why, as it is and as it would be, and the two answers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desk.domain.approval import ApprovalState
from desk.gui import theme, words
from desk.gui.approvals.words import Described, describe, kind_words, state_words
from desk.gui.widgets.buttons import danger, link, primary, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import clear, hairline, hbox, label
from desk.gui.widgets.fields import Field, TextField
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.words import tr
from desk.services.approvals import Request

WIDEST = 860


class RequestPane(QWidget):
    """``agreed`` and ``declined`` carry (id, note), ``withdrawn`` the id, ``case_asked`` a case's number."""

    agreed = Signal(int, str)
    declined = Signal(int, str)
    withdrawn = Signal(int)
    case_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._request: Request | None = None
        self._final = False
        self._title = label("", "section", wrap=True)
        self._state = Badge("", "muted")
        self._facts = QVBoxLayout()
        self._facts.setSpacing(theme.S2)
        self._changes = QGridLayout()
        self._changes.setHorizontalSpacing(theme.S4)
        self._changes.setVerticalSpacing(theme.S2)
        for column, stretch in enumerate((4, 5, 5)):
            self._changes.setColumnStretch(column, stretch)
        self.case = link(tr("Open the case"), "folder-open")
        self.case.clicked.connect(self._open_case)
        self._what = Panel(tr("What would be done"))
        self._said = label("", wrap=True)
        self._what.add(self._said, self._changes)
        self.note = TextField(tr("A sentence for the record"), limit=500)
        needed = tr("Declining needs one; agreeing may have one.")
        self._note_field = Field(tr("Your note"), self.note, needed)
        self.tick = CheckBox(tr("I have read it. It can't be taken back."))
        self.tick.changed.connect(self._enable)
        self.agree = primary(tr("Agree"), key="Alt+A")
        self.decline = danger(tr("Decline"), key="Alt+D")
        self.withdraw = secondary(tr("Withdraw"), "undo-2", key="Alt+W")
        self.agree.clicked.connect(self.do_agree)
        self.decline.clicked.connect(self.do_decline)
        self.withdraw.clicked.connect(self.do_withdraw)
        self._why_not = label("", "body-muted", wrap=True)
        self._answer = Panel(tr("Your answer"))
        acts = hbox(self.agree, self.decline, self.withdraw)
        acts.addStretch(1)
        self._answer.add(self._why_not, self._note_field, self.tick, acts)
        head = Panel()
        top = hbox(self._title, self._state, gap=theme.S3)
        top.setStretch(0, 1)
        head.add(top, self._facts)
        below = hbox(self.case)
        below.addStretch(1)
        head.add(below)
        scroll = Scroll()
        for panel in (head, self._what, self._answer):
            panel.setMaximumWidth(WIDEST)
            scroll.add(panel)
        scroll.end()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    @property
    def request(self) -> Request | None:
        return self._request

    def show_request(self, request: Request) -> None:
        """Show a request; what was typed stays where it is the same one."""
        before, self._request = self._request, request
        approval = request.approval
        if before is None or before.approval.id != approval.id:
            self.note.set_value("")
            self.tick.set_value(False)
        self._note_field.set_problem("")
        self._title.setText(tr(approval.title))
        said, colour, icon = state_words(approval.state)
        self._state.set(said, colour, icon)
        clear(self._facts)
        self._fact(tr("Kind"), kind_words(approval.kind))
        who = tr("you") if request.own else request.asked_by
        self._fact(tr("Asked by"), tr("{who}, {when}", who=who, when=words.moment(approval.asked_at)))
        self._fact(tr("Reason"), approval.reason)
        if approval.decided_at is not None:
            by = request.decided_by or tr("the desk")
            told = tr("{who}, {when}", who=by, when=words.moment(approval.decided_at))
            self._fact(said, told)
            if approval.note:
                self._fact(tr("Note"), approval.note)
        self.case.setVisible(approval.case_number is not None)
        if approval.case_number is not None:
            self.case.setText(tr("Open case {number}", number=approval.case_number))
        self._show_change(describe(approval))
        self._show_answer(request)

    def _fact(self, what: str, said: str) -> None:
        name = label(what, "muted")
        name.setFixedWidth(96)
        text = label(said, wrap=True, select=True)
        row = hbox(name, text, gap=theme.S3)
        row.setStretch(1, 1)
        holder = QWidget()
        holder.setLayout(row)
        holder.setAccessibleName(f"{what}: {said}")
        self._facts.addWidget(holder)

    def _show_change(self, described: Described) -> None:
        self._final = described.final
        self._said.setText(described.said)
        clear(self._changes)
        if not described.lines:
            return
        for column, head in enumerate(("", tr("As it is"), tr("As it would be"))):
            self._changes.addWidget(label(head, "muted"), 0, column)
        for n, line in enumerate(described.lines):
            self._changes.addWidget(hairline(), 2 * n + 1, 0, 1, 3)
            cells = (line.what, line.before or "–", line.after or "–")
            for column, text in enumerate(cells):
                role = "body-muted" if column == 0 else "body"
                shown = label(text, role, wrap=True, select=column > 0)
                self._changes.addWidget(shown, 2 * n + 2, column)

    def _show_answer(self, request: Request) -> None:
        pending = request.approval.state is ApprovalState.PENDING
        self._answer.setVisible(pending)
        if not pending:
            return
        may = request.may_agree
        for widget in (self.agree, self.decline, self._note_field):
            widget.setVisible(may)
        self.tick.setVisible(may and self._final)
        self.withdraw.setVisible(request.own)
        self._why_not.setVisible(not may)
        if request.own:
            self._why_not.setText(tr("You asked for this. Another person with the right to it answers."))
        elif not may:
            self._why_not.setText(tr("Your roles do not let you answer this."))
        self._enable()

    def _enable(self) -> None:
        self.agree.setEnabled(not self._final or self.tick.value())

    def set_busy(self, busy: bool) -> None:
        """An answer is under way: not twice."""
        for button in (self.agree, self.decline, self.withdraw):
            button.setEnabled(not busy)
        if not busy:
            self._enable()

    # answers --------------------------------------------------------------------

    def do_agree(self) -> None:
        if self._request is not None and self.agree.isVisibleTo(self) and self.agree.isEnabled():
            self.agreed.emit(self._request.approval.id, self.note.value())

    def do_decline(self) -> None:
        if self._request is None or not self.decline.isVisibleTo(self) or not self.decline.isEnabled():
            return
        if not self.note.value():
            self._note_field.set_problem(tr("Declining needs a reason, for the one who asked."))
            self.note.setFocus()
            return
        self.declined.emit(self._request.approval.id, self.note.value())

    def do_withdraw(self) -> None:
        if self._request is not None and self.withdraw.isVisibleTo(self) and self.withdraw.isEnabled():
            self.withdrawn.emit(self._request.approval.id)

    def _open_case(self) -> None:
        if self._request is not None and self._request.approval.case_number is not None:
            self.case_asked.emit(self._request.approval.case_number)
