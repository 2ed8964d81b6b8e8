"""The queue: any number of cases in any order; headings, filters, search, and the next case of these."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desk.domain.case import CaseRow, Claim
from desk.domain.errors import DeskError
from desk.domain.roles import Permission
from desk.gui import theme
from desk.gui.queue.ask import Answer, AskDialog
from desk.gui.queue.empty import nothing_here
from desk.gui.queue.filters import FilterBar, recalled, remembered
from desk.gui.queue.model import QueueModel
from desk.gui.queue.saved import Saved
from desk.gui.queue.table import QueueTable
from desk.gui.session import Session
from desk.gui.widgets.buttons import link, primary
from desk.gui.widgets.common import Stack, hbox, label
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton
from desk.gui.window import WindowSettings
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
        self._news_place = QWidget()  # the header shows it; what is in it shows only where there is word
        self.news = link("", "message-square")
        self.news.clicked.connect(lambda: self.navigate.emit("news", {}))
        self._news_place.setLayout(hbox(self.news))
        self.news.hide()
        self._next.clicked.connect(self.next_case)
        self.model = QueueModel(session, self)
        self.table = QueueTable(session, self.model)
        self.table.opened.connect(self._open)
        self.table.sorted_by.connect(self.sort_by)
        self.table.menu_asked.connect(self._row_menu)
        self.table.columns_changed.connect(self._keep)
        self.filters = FilterBar()
        self.filters.changed.connect(self.set_filter)
        self.saved = Saved(session, self.filters, lambda: self.model.filter, self)
        self.saved.failed.connect(self._failed)
        self._kept: WindowSettings | None = None
        self._menu_of: QMenu | None = None
        self._views: dict[str, QToolButton] = {}
        self._layout = Stack(self)
        self._empty: dict[str, EmptyState] = {}
        self._build()
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._not_read)
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
            ("opinion", tr("Second opinion")),
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
        self._shown = label("", "muted")
        bar.addWidget(self._shown)
        bar.setContentsMargins(theme.S4, theme.S2, theme.S4, theme.S1)
        self._skeleton = LoadingSkeleton(12, 40)
        # Where the table's rows will be: below its head, beside its edge.
        self._skeleton.setContentsMargins(theme.S4, theme.ROW, theme.S4, 0)
        self._layout.addWidget(self._skeleton)
        self._layout.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.filters)
        holder = QWidget()
        holder.setLayout(self._layout)
        column.addWidget(holder, 1)

    # what the window asks -------------------------------------------------------

    def header_widgets(self) -> list[QWidget]:
        return [self._news_place, self._next]

    def set_news(self, said: str) -> None:
        """A quiet way to what became of one's own reports; gone where there is no word."""
        self.news.setText(said)
        self.news.setVisible(bool(said))

    def commands(self) -> list[Command]:
        found = [
            Command("queue.next", tr("Next case"), "Ctrl+Return", self.next_case),
            Command("queue.open", tr("Open the case in focus"), "Return", self._open_current),
        ]
        for view, button in self._views.items():
            words = tr("Show: {view}", view=str(button.property("words")))
            show = partial(self.set_view, view)
            found.append(Command(f"queue.{view}", words, "", show, under=tr("Show")))
        return found

    def enter(self, **_kwargs: object) -> None:
        self._recall()
        self._ask()
        self.saved.ask()
        self._ages.start()
        self.table.setFocus()

    def leave(self) -> bool:
        self._ages.stop()
        return True

    def refresh(self, changes: frozenset[str]) -> None:
        if {Change.QUEUE, Change.CASE} & set(changes):
            self._reload.start()

    def search(self, words: str) -> None:
        """The window tells when typing rests; the store is asked off this thread."""
        self.set_filter(replace(self.model.filter, text=words.strip()))

    # acts -----------------------------------------------------------------------

    def set_view(self, view: str, _checked: bool = False) -> None:
        """Show another part of the queue."""
        self._views[view].setChecked(True)
        self.set_filter(replace(self.model.filter, view=view))
        self._ask_counts()

    def set_filter(self, wanted: CaseFilter) -> None:
        """Show these cases."""
        wanted = replace(wanted, operator_id=None, text=wanted.text)
        self._show_filter(wanted)
        self._keep()
        box = getattr(getattr(self.window(), "header", None), "search", None)
        if box is not None and box.text().strip() != wanted.text:
            box.setText(wanted.text)  # a saved filter's own words

    def _show_filter(self, wanted: CaseFilter) -> None:
        self._views[wanted.view].setChecked(True)
        self.filters.show_filter(wanted)
        self.table.show_order(wanted.sort, descending=wanted.descending)
        self.model.set_filter(wanted)

    def sort_by(self, sort: str) -> None:
        """Another order; the same again turns it round."""
        now = self.model.filter
        turned = now.sort == sort and not now.descending
        self.set_filter(replace(now, sort=sort, descending=turned))

    # what is remembered ---------------------------------------------------------

    def _recall(self) -> None:
        """The view, filters and columns of the day before, where the window keeps them."""
        kept: WindowSettings | None = getattr(self.window(), "kept_settings", None)
        if kept is None or kept is self._kept:
            return
        self._kept = kept
        columns = kept.get("queue/hidden")
        if columns is not None:
            self.table.set_hidden({int(one) for one in columns.split(",") if one.isdigit()})
        wanted = recalled(kept.get(self._filter_key))
        if wanted.view in self._views:
            self._show_filter(replace(wanted, text=self.model.filter.text))

    @property
    def _filter_key(self) -> str:
        """Each person's own: a supervisor does not begin in the heading that somebody else left."""
        return f"queue/filter/{self._session.operator.id}"

    def _keep(self) -> None:
        if self._kept is not None:
            self._kept.set(self._filter_key, remembered(self.model.filter))
            hidden = ",".join(str(column) for column in sorted(self.table.hidden()))
            self._kept.set("queue/hidden", hidden)

    # a row's menu ---------------------------------------------------------------

    def _row_menu(self, row: CaseRow, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Open")).triggered.connect(partial(self._open, row.number))
        menu.addAction(tr("Copy the case's id")).triggered.connect(
            lambda: QApplication.clipboard().setText(row.platform_id)
        )
        if row.policy:
            words = tr("Show only {policy}", policy=row.policy)
            menu.addAction(words).triggered.connect(
                lambda: self.set_filter(replace(self.model.filter, policy=row.policy))
            )
        operator = self._session.operator
        if row.claimed_by and row.claimed_by != operator.name and operator.may(Permission.SUPERVISE_QUEUE):
            menu.addSeparator()
            menu.addAction(tr("Take over…")).triggered.connect(partial(self._ask_take_over, row))
        self._menu_of = menu
        menu.popup(where)

    def _ask_take_over(self, row: CaseRow, _checked: bool = False) -> None:
        dialog = AskDialog(
            tr("Take over case {number}", number=row.number),
            tr("{name} loses the claim. What they typed is kept in the draft.", name=row.claimed_by or ""),
            tr("Reason"),
            tr("Take over"),
            self,
        )
        dialog.answered.connect(partial(self._take_over, row.number))
        dialog.open()

    def _take_over(self, number_of: int, said: Answer) -> None:
        queue, operator = self._session.desk.queue, self._session.operator
        self._session.act(
            lambda: queue.take_over(operator, number_of, said.note), self._claimed, self._failed, owner=self
        )

    def next_case(self) -> None:
        """Claim the first case of what is shown that is free for this person, and open it."""
        queue, operator = self._session.desk.queue, self._session.operator
        wanted = self.model.filter
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

    def _open(self, case_number: int, _checked: bool = False) -> None:
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
        self._say_shown(total)
        if total:
            waited = self._layout.currentWidget() is not self.table
            self._layout.setCurrentWidget(self.table)
            if waited and self.isVisible() and QApplication.focusWidget() in (None, self, self.window()):
                # The table was not on the screen when the page came: keys would have gone nowhere.
                self.table.setFocus()
            if not self.table.currentIndex().isValid():
                self.table.select_again()
            self.table.viewport().update()
            return
        self._show_empty("search" if self.model.filter.narrows else self.model.filter.view)

    def _say_shown(self, total: int) -> None:
        """How many fit, where the heading's own count does not say it."""
        words = ""
        if self.model.filter.narrows and total:
            words = tr("{count} shown", count=number(total))
            if self.model.capped:
                words = tr("{count} or more; add a word to see others", count=number(total))
        self._shown.setText(words)

    def _failed(self, problem: DeskError) -> None:
        self.notify.emit("bad", problem.words())

    def _not_read(self, problem: DeskError) -> None:
        """Where rows are in view they stay there; else what is wrong stands in their place."""
        if self._layout.currentWidget() is self.table:
            self._failed(problem)
            return
        before = self._empty.pop("failed", None)
        state = EmptyState("circle-alert", problem.message, problem.remedy, tr("Try again"))
        state.acted.connect(self._ask)
        self._empty["failed"] = state
        self._layout.addWidget(state)
        self._layout.setCurrentWidget(state)
        if before is not None:
            self._layout.removeWidget(before)
            before.deleteLater()

    def _show_empty(self, which: str) -> None:
        if which not in self._empty:
            state = nothing_here(which)
            state.acted.connect(self._import)
            self._empty[which] = state
            self._layout.addWidget(state)
        self._layout.setCurrentWidget(self._empty[which])

    def _import(self) -> None:
        window = self.window()
        ask = getattr(window, "import_asked", None)
        if ask is not None:
            ask.emit()
