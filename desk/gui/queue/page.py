"""The queue: any number of cases, urgent first, then oldest; filters, search, and the next case."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QButtonGroup, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from desk.domain.case import Claim
from desk.domain.errors import DeskError
from desk.gui import theme
from desk.gui.queue.model import QueueModel
from desk.gui.queue.table import QueueTable
from desk.gui.session import Session
from desk.gui.widgets.buttons import primary
from desk.gui.widgets.common import hbox
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton
from desk.gui.words import number, tr
from desk.ports import CaseFilter, QueueCounts
from desk.services.changes import Change

RELOAD_AFTER_MS = 250
AGES_EVERY_MS = 60_000


class QueuePage(Page):
    icon: ClassVar[str] = "inbox"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Queue")
        self.search_words = tr("Search people, URLs, ids, summaries")
        self._session = session
        self._next = primary(tr("Next case"), key="Ctrl+Return")
        self._next.clicked.connect(self.next_case)
        self.model = QueueModel(session, self)
        self.table = QueueTable(session, self.model)
        self.table.opened.connect(self._open)
        self._views: dict[str, QToolButton] = {}
        self._layout = QStackedLayout()
        self._empty: dict[str, EmptyState] = {}
        self._build()
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._failed)
        self._reload = QTimer(self, singleShot=True, interval=RELOAD_AFTER_MS)
        self._reload.timeout.connect(self._ask)
        self._ages = QTimer(self, interval=AGES_EVERY_MS)
        self._ages.timeout.connect(self.table.viewport().update)
        shortcut = QShortcut(QKeySequence("Ctrl+Return"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.next_case)

    def _build(self) -> None:
        bar = hbox(gap=theme.S1)
        group = QButtonGroup(self)
        for view, words in (
            ("all", tr("All open")),
            ("mine", tr("Mine")),
            ("urgent", tr("Urgent")),
            ("ai", tr("AI-detected")),
            ("snoozed", tr("Snoozed")),
            ("escalated", tr("Escalated")),
            ("closed", tr("Done")),
        ):
            button = QToolButton()
            button.setCheckable(True)
            button.setText(words)
            button.setProperty("kind", "view")
            button.setProperty("words", words)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(partial(self.set_view, view))
            group.addButton(button)
            bar.addWidget(button)
            self._views[view] = button
        self._views["all"].setChecked(True)
        bar.addStretch(1)
        bar.setContentsMargins(theme.S4, theme.S2, theme.S4, theme.S2)
        self._skeleton = LoadingSkeleton(12, 40)
        self._layout.addWidget(self._skeleton)
        self._layout.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        holder = QWidget()
        holder.setLayout(self._layout)
        column.addWidget(holder, 1)

    # what the window asks -------------------------------------------------------

    def header_widgets(self) -> list[QWidget]:
        return [self._next]

    def commands(self) -> list[Command]:
        found = [
            Command("queue.next", tr("Next case"), "Ctrl+Return", self.next_case),
            Command("queue.open", tr("Open the case in focus"), "Return", self._open_current),
        ]
        for view, button in self._views.items():
            words = tr("Show: {view}", view=str(button.property("words")))
            found.append(Command(f"queue.{view}", words, "", partial(self.set_view, view)))
        return found

    def enter(self, **_kwargs: object) -> None:
        self._ask()
        self._ages.start()
        self.table.setFocus()

    def leave(self) -> bool:
        self._ages.stop()
        return True

    def refresh(self, changes: frozenset[str]) -> None:
        if {Change.QUEUE, Change.CASE} & set(changes):
            self._reload.start()

    def search(self, words: str) -> None:
        self.model.set_filter(replace(self.model.filter, text=words.strip()))

    # acts -----------------------------------------------------------------------

    def set_view(self, view: str, _checked: bool = False) -> None:
        """Show another part of the queue."""
        self._views[view].setChecked(True)
        operator = self._session.operator.id if view == "mine" else None
        self.model.set_filter(replace(self.model.filter, view=view, operator_id=operator))
        self._ask_counts()

    def next_case(self) -> None:
        """Claim the most urgent, then oldest case that nobody holds, and open it."""
        queue, operator = self._session.desk.queue, self._session.operator
        wanted = self.model.filter
        if wanted.view in ("closed", "mine", "snoozed"):
            wanted = CaseFilter()
        self._next.setEnabled(False)
        self._session.act(lambda: queue.next_case(operator, wanted), self._claimed, self._not_claimed)

    def _claimed(self, claim: Claim | None) -> None:
        self._next.setEnabled(True)
        if claim is None:
            self.notify.emit("info", tr("No case is waiting here that nobody works on."))
            return
        self._session.set_claim(claim)
        self.navigate.emit("case", {"number": claim.case_id})

    def _not_claimed(self, problem: DeskError) -> None:
        self._next.setEnabled(True)
        self.notify.emit("bad", problem.words())

    def _open(self, case_number: int) -> None:
        self.navigate.emit("case", {"number": case_number})

    def _open_current(self) -> None:
        row = self.table.current_case()
        if row is not None:
            self._open(row.number)

    # answers --------------------------------------------------------------------

    def _ask(self) -> None:
        self.model.reload()
        self._ask_counts()

    def _ask_counts(self) -> None:
        queue, operator = self._session.desk.queue, self._session.operator
        self._session.runner.run_read(lambda: queue.counts(operator), self._counted, owner=self, key="counts")

    def _counted(self, counts: QueueCounts) -> None:
        for view, button in self._views.items():
            words = str(button.property("words"))
            count = getattr(counts, view, None)
            button.setText(words if count is None else f"{words}  {number(count)}")
            button.setAccessibleName(words if count is None else f"{words}, {number(count)}")

    def _loaded(self, total: int) -> None:
        if total:
            waited = self._layout.currentWidget() is not self.table
            self._layout.setCurrentWidget(self.table)
            if waited and self.isVisible() and QApplication.focusWidget() is None:
                # The table was not on the screen when the page came: keys would have gone nowhere.
                self.table.setFocus()
            if not self.table.currentIndex().isValid():
                self.table.select_again()
            return
        self._show_empty("search" if self.model.filter.text else self.model.filter.view)

    def _failed(self, problem: DeskError) -> None:
        self.notify.emit("bad", problem.words())

    def _show_empty(self, which: str) -> None:
        if which not in self._empty:
            title, words, action = _EMPTY.get(which, _EMPTY["other"])()
            state = EmptyState("inbox", title, words, action)
            state.acted.connect(self._import)
            self._empty[which] = state
            self._layout.addWidget(state)
        self._layout.setCurrentWidget(self._empty[which])

    def _import(self) -> None:
        window = self.window()
        ask = getattr(window, "import_asked", None)
        if ask is not None:
            ask.emit()


def _no_cases() -> tuple[str, str, str]:
    return (
        tr("No cases are waiting"),
        tr("Drop case packages onto this window, or import them. New cases appear here by themselves."),
        tr("Import cases…"),
    )


def _no_hits() -> tuple[str, str, str]:
    return (
        tr("Nothing found"),
        tr("No case here fits the search. Clear it, or look under another heading."),
        "",
    )


def _nothing() -> tuple[str, str, str]:
    return tr("Nothing here"), tr("No case is under this heading now."), ""


_EMPTY = {"all": _no_cases, "search": _no_hits, "other": _nothing}
