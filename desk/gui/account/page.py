"""One account across all cases: what became of them, its filed reports, and what it shares with others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from desk.domain.account import Account
from desk.domain.account_links import Weight
from desk.domain.errors import DeskError
from desk.gui import theme
from desk.gui.account import words
from desk.gui.case.parts import Facts, row
from desk.gui.session import Session
from desk.gui.widgets.buttons import Button, link, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import clear, hairline, label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import Disclosure, EmptyState, LoadingSkeleton, Panel, Scroll
from desk.gui.words import joined, moment, plural, tr, utc
from desk.ports import AccountCase
from desk.services.accounts import MOST_CASES, MOST_OTHERS, AccountView, Shared
from desk.services.changes import Change

WIDEST = 960
REPORTS = 50


class AccountPage(Page):
    icon: ClassVar[str] = "user"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Account")
        self.search_words = tr("Find an account: id, email, phone, device, IP address")
        self.back = ("queue", tr("Queue"))
        self._session = session
        self._account = ""
        self._turn = 0
        self._view: AccountView | None = None
        self._cases: list[AccountCase] = []
        self._layout = QStackedLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._skeleton = LoadingSkeleton(10, 40)
        self._scroll = Scroll(margin=theme.S6, gap=theme.S4)
        self._layout.addWidget(self._skeleton)
        self._layout.addWidget(self._scroll)
        self._state: EmptyState | None = None
        self._table = QGridLayout()
        self.more = secondary(tr("Further cases"), "chevron-down")
        self._say_empty()

    # what the window asks -------------------------------------------------------------

    def commands(self) -> list[Command]:
        return [Command("account.refresh", tr("Read this account again"), "", self._read, self._has_account)]

    def _has_account(self) -> bool:
        return bool(self._account)

    def enter(self, **kwargs: object) -> None:
        account, number = kwargs.get("account"), kwargs.get("number")
        if isinstance(number, int):
            self.back = ("case", tr("Case"))
        if isinstance(account, str):
            self._account = account
            self.set_title(tr("Account {id}", id=account))
        self._read()

    def refresh(self, changes: frozenset[str]) -> None:
        if self.isVisible() and {Change.QUEUE, Change.CASE, Change.REPORTS} & set(changes):
            self._read()

    def search(self, words: str) -> None:
        """The accounts that fit; one that fits alone is opened."""
        wanted = words.strip()
        if not wanted:
            self._read()
            return
        self._turn += 1
        accounts, operator = self._session.desk.accounts, self._session.operator
        self._session.runner.run_read(
            lambda: accounts.find(operator, wanted),
            partial(self._found, self._turn),
            self._failed,
            owner=self,
            key="account",
        )

    def _found(self, turn: int, found: tuple[str, ...]) -> None:
        if turn != self._turn:
            return
        if len(found) == 1:
            self.enter(account=found[0])
            return
        if not found:
            self._put(EmptyState("search", tr("Nothing found"), tr("No case is about such an account.")))
            return
        clear(self._scroll.body)
        panel = Panel(tr("Accounts found"))
        for account in found:
            panel.add(self._to_account(account))
        self._add(panel)
        self._end()

    # reading --------------------------------------------------------------------------

    def _read(self) -> None:
        if not self._account:
            self._say_empty()
            return
        self._turn += 1
        accounts, operator, account = self._session.desk.accounts, self._session.operator, self._account
        if self._view is None or self._view.account != account.strip():
            self._layout.setCurrentWidget(self._skeleton)
        self._session.runner.run_read(
            lambda: accounts.open(operator, account),
            partial(self._came, self._turn),
            self._failed,
            owner=self,
            key="account",
        )

    def _came(self, turn: int, view: AccountView) -> None:
        if turn == self._turn:
            self._view = view
            self._show(view)

    def _failed(self, problem: DeskError) -> None:
        self._put(EmptyState("circle-alert", problem.message, problem.remedy))

    def _say_empty(self) -> None:
        self._put(
            EmptyState(
                "user",
                tr("No account chosen"),
                tr(
                    "Open one from a case, or search for an id, an email, a phone, a device or an IP address."
                ),
            )
        )

    def _put(self, state: EmptyState) -> None:
        if self._state is not None:
            self._layout.removeWidget(self._state)
            self._state.deleteLater()
        self._state = state
        self._layout.addWidget(state)
        self._layout.setCurrentWidget(state)

    # showing --------------------------------------------------------------------------

    def _show(self, view: AccountView) -> None:
        at = self._scroll.verticalScrollBar().value()
        clear(self._scroll.body)
        self._cases = list(view.cases)
        self._add(self._head(view))
        if view.cases:
            self._add(self._case_panel(view))
        if view.reports:
            self._add(self._reports(view))
        self._add(self._shared(view))
        if view.mentions:
            panel = Panel(tr("Named in other cases"))
            grid = _grid()
            self._fill(grid, view.mentions, roles=True)
            panel.add(grid)
            self._add(panel)
        self._end()
        self._scroll.verticalScrollBar().setValue(at)

    def _add(self, panel: QWidget) -> None:
        panel.setMaximumWidth(WIDEST)
        self._scroll.add(panel)

    def _end(self) -> None:
        self._scroll.end()
        self._layout.setCurrentWidget(self._scroll)

    def _head(self, view: AccountView) -> QWidget:
        panel = Panel(tr("Reported account"))
        badges = QHBoxLayout()
        badges.setSpacing(theme.S1)
        total = words.counted(view.total, MOST_CASES)
        badges.addWidget(
            Badge(plural(view.total, "{count} case", "{count} cases", count=total), "text", "layers")
        )
        if view.reports:
            said = plural(len(view.reports), "{n} report filed", "{n} reports filed")
            badges.addWidget(Badge(said, "warn", "history"))
        badges.addStretch(1)
        facts = Facts()
        facts.put(tr("Id at the platform"), CopyLabel(view.account, tr("Account id")))
        known: Account | None = view.known
        if known is not None:
            facts.add(tr("Service"), known.service)
            facts.add(tr("Screen name"), known.screen_name)
            facts.add(tr("Display names"), ", ".join(known.display_names))
            facts.add(tr("Name"), " ".join(part for part in (known.first_name, known.last_name) if part))
        panel.add(badges, facts)
        if not view.cases:
            panel.add(label(tr("No case is about this account."), "body-muted", wrap=True))
        return panel

    def _case_panel(self, view: AccountView) -> QWidget:
        panel = Panel(tr("Cases"), aside=tr("the newest first"))
        self._table = _grid()
        panel.add(self._table)
        self.more = secondary(tr("Further cases"), "chevron-down")
        self.more.clicked.connect(self._more_cases)
        self._fill(self._table, view.cases)
        panel.add(row(self.more, None))
        self.more.setVisible(view.next_before is not None)
        return panel

    def _fill(self, grid: QGridLayout, cases: Sequence[AccountCase], *, roles: bool = False) -> None:
        for case in cases:
            line = grid.rowCount()
            opener = link(tr("Case {number}", number=case.number))
            opener.setAccessibleName(joined([tr("Case {number}", number=case.number), words.standing(case)]))
            opener.clicked.connect(partial(self.navigate.emit, "case", {"number": case.number}))
            when = label(moment(case.received_at), "muted")
            when.setToolTip(utc(case.received_at))
            stands = words.standing(case)
            said = joined([words.role(case.role), stands]) if roles else stands
            report = tr("report {id}", id=case.report_id) if case.report_id else ""
            summary = label(case.summary, "muted")
            summary.setToolTip(case.summary)
            summary.setMinimumWidth(40)
            parts = (opener, when, label(said), label(report, "muted", select=True), summary)
            for column, part in enumerate(parts):
                middle = Qt.AlignmentFlag.AlignVCenter
                place = middle | Qt.AlignmentFlag.AlignLeft if column < 4 else middle
                grid.addWidget(part, line, column, place)

    def _more_cases(self) -> None:
        if not self._cases:
            return
        accounts, operator, account = self._session.desk.accounts, self._session.operator, self._account
        before, turn = self._cases[-1].number, self._turn
        self.more.setEnabled(False)
        self._session.runner.run_read(
            lambda: accounts.more_cases(operator, account, before),
            partial(self._more_came, turn),
            self._failed,
            owner=self,
            key="further cases",
        )

    def _more_came(self, turn: int, cases: tuple[AccountCase, ...]) -> None:
        if turn != self._turn:
            return
        self._cases += cases
        self._fill(self._table, cases)
        self.more.setEnabled(True)
        self.more.setVisible(bool(cases))

    def _reports(self, view: AccountView) -> QWidget:
        panel = Panel(tr("Filed reports"), aside=tr("go along with a further report as earlier ones"))
        for report_id, at in view.reports[:REPORTS]:
            show = link(tr("Show it"))
            show.setAccessibleName(tr("Show report {id}", id=report_id))
            show.clicked.connect(partial(self.navigate.emit, "reports", {"find": report_id}))
            line = QWidget()
            filed = label(moment(at), "muted")
            filed.setToolTip(utc(at))
            number = CopyLabel(report_id, tr("Report id"), flush=True)
            line.setLayout(row(number, filed, show, None, gap=theme.S3))
            panel.add(line)
        more = len(view.reports) - REPORTS
        if more > 0:
            panel.add(label(tr("and {n} more", more), "muted"))
        return panel

    # what it shares -------------------------------------------------------------------

    def _shared(self, view: AccountView) -> QWidget:
        panel = Panel(tr("Shared with other accounts"))
        if not view.shared:
            panel.add(
                label(tr("No other account has an email, phone, device or address of it."), "body-muted")
            )
        told: set[Weight] = set()
        for at, shared in enumerate(view.shared):
            if at:
                panel.add(hairline())
            if shared.weight is not None and shared.weight not in told:
                told.add(shared.weight)
                note = words.weight(shared.weight)
                if note:
                    panel.add(label(note, "body-muted", wrap=True))
            panel.add(self._one_shared(shared))
        if view.alone:
            facts = Facts()
            for one in view.alone:
                facts.add(words.own(one), one.value, mono=True)
            panel.add(hairline())
            title = plural(
                len(view.alone), "{n} value that no other account has", "{n} values that no other account has"
            )
            panel.add(Disclosure(title, facts))
        return panel

    def _one_shared(self, shared: Shared) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        head = QHBoxLayout()
        head.setSpacing(theme.S3)
        value = CopyLabel(shared.link.value, words.kind(shared.link.kind), flush=True)
        head.addWidget(value)
        head.addWidget(label(words.own(shared.link), "muted"), 1)
        state = "muted" if shared.weight is Weight.NOTHING else "warn" if shared.weight is None else "text"
        count = words.counted(shared.count, MOST_OTHERS)
        said = plural(shared.count, "{count} other account", "{count} other accounts", count=count)
        head.addWidget(Badge(said, state, "users"))
        column.addLayout(head)
        for found in shared.others:
            line = QHBoxLayout()
            line.setContentsMargins(theme.S4, 0, 0, 0)
            line.setSpacing(theme.S3)
            name = self._to_account(found.account) if found.account else label(tr("no account id"), "muted")
            line.addWidget(name)
            line.addWidget(label(words.other(shared.link, found), "muted"), 1)
            column.addLayout(line)
        more = shared.count - len(shared.others)
        if more > 0:
            rest = label(
                tr("and {n} more", more) if shared.count <= MOST_OTHERS else tr("and many more"), "muted"
            )
            rest.setContentsMargins(theme.S4, 0, 0, 0)
            column.addWidget(rest)
        return box

    def _to_account(self, account: str) -> Button:
        opener = link(account.replace("&", "&&"))
        opener.setToolTip(tr("Open this account"))
        opener.clicked.connect(partial(self.enter, account=account))
        return opener


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.S4)
    grid.setVerticalSpacing(theme.S1)
    grid.setColumnStretch(4, 1)
    return grid
