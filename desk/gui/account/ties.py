"""On the case page: other cases of the account, what was reported already, and where else its files are."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.hooks import HookState
from desk.gui import icons, theme
from desk.gui.account import words
from desk.gui.session import Session
from desk.gui.widgets.buttons import link
from desk.gui.widgets.common import clear, label
from desk.gui.words import joined, plural, tr
from desk.ports import HookCall
from desk.services.accounts import MOST_CASES
from desk.services.candidates import Spread
from desk.services.review import CaseView

NAMED = 5
LINK_EDGE = 5
"""Pixels between a link's edge and its words: with so much less before it they stand below each other."""
_Found = tuple[int, int, Spread, HookCall | None]


class CaseTies(QWidget):
    """``wanted(page, kwargs)``: a person wants to go there. Empty until its answers came."""

    wanted = Signal(str, dict)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._view: CaseView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.S1)
        self.setAccessibleName(tr("Ties to other cases"))

    def show_case(self, view: CaseView) -> None:
        if self._view is None or self._view.case.number != view.case.number:
            clear(self._column)
        self._view = view
        account = view.case.data.reported.id if view.case.data.reported else None
        desk, operator, number = self._session.desk, self._session.operator, view.case.number

        def work() -> _Found:
            others = desk.accounts.other_cases(operator, account) if account else 0
            return number, others, desk.drafting.spread(operator, number), desk.hooks.state(operator, number)

        # The platform's hook, where there is one, is asked before a report is written.
        self._session.act(lambda: desk.hooks.ask(operator, number), None, self._failed, owner=self)
        self._session.runner.run_read(work, self._came, self._failed, owner=self, key="ties")

    def _failed(self, _problem: DeskError) -> None:
        """The case can be worked on without it."""

    def _came(self, found: _Found) -> None:
        number, others, spread, asked = found
        view = self._view
        if view is None or view.case.number != number:
            return
        clear(self._column)
        data = view.case.data
        if data.reported is not None and data.reported.id:
            count = words.counted(others, MOST_CASES)
            some = plural(others, "{count} other case", "{count} other cases", count=count)
            said = some if others else tr("no other case")
            act = link(joined([tr("Reported account {id}", id=data.reported.id), said]).replace("&", "&&"))
            where = {"account": data.reported.id, "number": number}
            act.clicked.connect(partial(self.wanted.emit, "account", where))
            self._line("user", "muted", act)
        self._reported(view)
        if spread.same:
            self._line("layers", "muted", label(self._elsewhere(spread.same, spread.more), wrap=True))
        if spread.near:
            said = tr("Near files, not the same, in case {list}", list=_listed(spread.near))
            self._line("equal-approximately", "muted", label(said, wrap=True))
        if spread.batch:
            act = link(tr("File as one batched report…"))
            act.clicked.connect(partial(self.wanted.emit, "report", {"number": number, "batch": True}))
            self._line("users", "accent", act)
        if asked is not None:
            self._asked(asked)

    def _asked(self, call: HookCall) -> None:
        """How far the platform was asked what else it knows; it keeps nobody from reporting."""
        if call.state is HookState.DONE:
            said, state = tr("Asked the platform: {words}", words=call.words), "muted"
        elif call.state is HookState.WAITING and not call.words:
            said, state = tr("The platform is being asked what else it knows of these people."), "muted"
        elif call.state is HookState.DROPPED:
            return
        else:
            said = tr("The platform could not be asked: {words} The report need not wait.", words=call.words)
            state = "warn"
        self._line("server", state, label(said, "warn" if state == "warn" else "body", wrap=True))

    def _elsewhere(self, cases: tuple[int, ...], more: bool) -> str:
        said = plural(
            len(cases),
            "The same file is in {n} other case: {list}. From another account it is reportable",
            "The same file is in {n} other cases: {list}. From other accounts it is reportable",
            list=_listed(cases),
        )
        return joined([said, tr("and there are more") if more else ""])

    def _reported(self, view: CaseView) -> None:
        """Content that is reported already, here or in another case: by which filing and report."""
        filings = {filing.id: filing for filing in view.filings}
        by_filing: dict[int, int] = {}
        for filing_id in view.reported_in.values():
            by_filing[filing_id] = by_filing.get(filing_id, 0) + 1
        all_of_it = len(view.case.data.reported_content)
        for filing_id, count in sorted(by_filing.items()):
            filing = filings.get(filing_id)
            report = filing.report_id if filing is not None else None
            what = tr("report {id}", id=report) if report else tr("filing {n}", n=filing_id)
            said = tr(
                "{n} of {all} reported already in {what}; the same piece can't be reported twice",
                count,
                all=all_of_it,
                what=what,
            )
            self._line("history", "warn", label(said, "warn", wrap=True))

    def _line(self, icon: str, state: str, part: QWidget) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S2 if isinstance(part, QLabel) else theme.S2 - LINK_EDGE)
        text = isinstance(part, QLabel)
        place = Qt.AlignmentFlag.AlignTop if text else Qt.AlignmentFlag.AlignVCenter
        row.addWidget(icons.IconLabel(icon, 16, state), 0, place)
        row.addWidget(part, 1 if text else 0)
        if not text:
            row.addStretch(1)
        self._column.addWidget(line)


def _listed(cases: tuple[int, ...]) -> str:
    named = ", ".join(str(number) for number in cases[:NAMED])
    more = len(cases) - NAMED
    return tr("{list} and {n} more", more, list=named) if more > 0 else named
