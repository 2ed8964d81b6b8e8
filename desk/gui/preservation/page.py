"""Preservation: what is kept of each filed report and until when, and the orders and acts on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.preservation import Basis, Order, Preservation
from desk.gui import theme
from desk.gui.case.parts import Said
from desk.gui.preservation.certificate import CertificateAct
from desk.gui.preservation.dialogs import (
    ActDialog,
    Asked,
    DestroyDialog,
    ExtendDialog,
    HoldDialog,
    ReleaseDialog,
)
from desk.gui.preservation.model import PreservationModel, Wanted
from desk.gui.preservation.months import MonthStrip
from desk.gui.preservation.pane import KeptPane
from desk.gui.preservation.table import KeptTable
from desk.gui.preservation.words import month_words
from desk.gui.session import Session
from desk.gui.widgets.buttons import quiet
from desk.gui.widgets.common import Stack, hbox, label
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton, SplitView
from desk.gui.words import number, tr
from desk.ports import PreservationCounts
from desk.services.changes import Change, Done
from desk.services.preservation import Calendar, Kept

RELOAD_AFTER_MS = 200


class PreservationPage(Page):
    icon: ClassVar[str] = "archive"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Preservation")
        self.search_words = tr("Search report and case ids")
        self._session = session
        self._front = False
        self._chosen_case = self._sought = 0
        self.dialog: ActDialog | None = None
        self.certificate = CertificateAct(session, self)
        self.certificate.notify.connect(self.notify)
        self.said = Said()
        self.views: dict[str, QToolButton] = {}
        self.months = MonthStrip()
        self.months.chosen.connect(self.show_month)
        self.model = PreservationModel(session, self)
        self.table = KeptTable(self.model)
        self.pane = KeptPane(session.operator, session.desk.place)
        self._month = quiet("", "x")
        self._month.clicked.connect(lambda: self.show_month(""))
        self._lists, self._panes = Stack(self), Stack(self)
        self._build()
        self._reload = QTimer(self, singleShot=True, interval=RELOAD_AFTER_MS)
        self._reload.timeout.connect(self._ask)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._failed)
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self._open_case)
        self.pane.act.connect(self.begin)
        self.pane.release.connect(self.ask_release)
        self.pane.case_asked.connect(lambda case: self.navigate.emit("case", {"number": case}))
        self.pane.approval_asked.connect(lambda one: self.navigate.emit("approvals", {"approval": one}))
        self.pane.report_asked.connect(lambda one: self.navigate.emit("reports", {"filing_id": one}))
        self._commands = self._make_commands()
        for command in self._commands:
            if command.key and command.key != "Return":
                shortcut = QShortcut(QKeySequence(command.key), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(partial(_run, command))

    def _build(self) -> None:
        bar = hbox(gap=theme.S1)
        bar.setContentsMargins(theme.S4, theme.S2, theme.S4, theme.S1)
        group = QButtonGroup(self)
        for view, words in _views():
            button = QToolButton()
            button.setCheckable(True)
            button.setText(words)
            button.setProperty("kind", "view")
            button.setProperty("words", words)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(partial(self.show_view, view))
            group.addButton(button)
            bar.addWidget(button)
            self.views[view] = button
        self.views["all"].setChecked(True)
        bar.addStretch(1)
        self._shown = label("", "muted")
        bar.addWidget(self._shown)
        bar.addWidget(self._month)
        strip = QVBoxLayout()
        strip.setContentsMargins(theme.S4, 0, theme.S4, theme.S2)
        strip.addWidget(self.months)
        self._none = EmptyState(
            "archive",
            tr("Nothing is preserved yet"),
            tr("From the receipt of a report its content is kept for a year; it stands here as long."),
        )
        self._nothing = EmptyState("search", tr("Nothing here"), tr("No report fits what is chosen above."))
        waiting = QWidget()
        wait = QVBoxLayout(waiting)
        wait.setContentsMargins(theme.S4, theme.S2, theme.S4, 0)
        wait.addWidget(LoadingSkeleton(10))
        wait.addStretch(1)
        for part in (waiting, self.table, self._nothing):
            self._lists.addWidget(part)
        left = QWidget()
        left.setMinimumWidth(360)
        left.setLayout(self._lists)
        choose = EmptyState("archive", tr("No report chosen"), tr("Choose one at the left."))
        self._panes.addWidget(choose)
        self._panes.addWidget(self.pane)
        right = QWidget()
        right.setMinimumWidth(340)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._panes)
        split = SplitView(left, right, shares=(7, 5))
        found = QWidget()
        inner = QVBoxLayout(found)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addLayout(bar)
        inner.addLayout(strip)
        notice = QVBoxLayout()
        notice.setContentsMargins(theme.S4, 0, theme.S4, 0)
        notice.addWidget(self.said)
        inner.addLayout(notice)
        inner.addWidget(split, 1)
        self._found = found
        self._layout = Stack(self)
        self._layout.addWidget(found)
        self._layout.addWidget(self._none)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(self._layout)
        self._month.hide()

    # what the window asks -------------------------------------------------------------

    def _make_commands(self) -> list[Command]:
        acts = (
            ("extend", tr("Extend…"), "E"),
            ("hold", tr("Legal hold…"), "L"),
            ("destroy", tr("Ask for destruction…"), "D"),
            ("certificate", tr("Certificate…"), "C"),
        )
        made = [
            Command(f"preservation.{what}", words, key, partial(self.begin, what), partial(self._may, what))
            for what, words, key in acts
        ]
        made.append(
            Command("preservation.case", tr("Open its case"), "Return", self._open_case, self._has_case)
        )
        return made

    def commands(self) -> list[Command]:
        shown = [
            Command(f"preservation.{view}", tr("Show: {view}", view=words), "", partial(self.show_view, view))
            for view, words in _views()
        ]
        return [*self._commands, *shown]

    def enter(self, **kwargs: object) -> None:
        """``case``: the number of the case to show."""
        self._front = True
        wanted = kwargs.get("case")
        if isinstance(wanted, int):
            self._chosen_case = self._sought = wanted
        self._ask()
        self.table.setFocus()

    def leave(self) -> bool:
        self._front = False
        return True

    def refresh(self, changes: frozenset[str]) -> None:
        if self._front and {Change.REPORTS, Change.APPROVALS} & set(changes) and not self._reload.isActive():
            self._reload.start()

    def search(self, words: str) -> None:
        self._sought = 0
        self.model.show_wanted(replace(self.model.wanted, text=words.strip()))

    def show_view(self, view: str, _checked: bool = False) -> None:
        """Show those that stand so; a month that was chosen is taken back."""
        self._show_wanted(replace(self.model.wanted, view=view, month=""))

    def show_month(self, month: str) -> None:
        """Show what ends in this month; all that is kept without one."""
        self._show_wanted(replace(self.model.wanted, view="all", month=month))

    def _show_wanted(self, wanted: Wanted) -> None:
        self._sought = 0
        self.views[wanted.view].setChecked(True)
        self.months.set_chosen(wanted.month)
        self._month.setVisible(bool(wanted.month))
        if wanted.month:
            words = month_words(wanted.month)
            self._month.setText(words)
            self._month.setAccessibleName(tr("Ends in {month}, take back", month=words))
        self.model.show_wanted(wanted)

    # reading --------------------------------------------------------------------------

    def _ask(self) -> None:
        service, operator = self._session.desk.preservation, self._session.operator
        self.model.reload()
        self._session.runner.run_read(
            lambda: service.calendar(operator), self._show_calendar, self._failed, owner=self, key="calendar"
        )
        if self._chosen_case:
            self._ask_kept(self._chosen_case)

    def _show_calendar(self, calendar: Calendar) -> None:
        counts = calendar.counts
        self.months.show_months(calendar.today, dict(calendar.months))
        self.months.set_chosen(self.model.wanted.month)
        for view, button in self.views.items():
            words, count = str(button.property("words")), _count(counts, view)
            button.setText(f"{words}  {number(count)}")
            button.setAccessibleName(f"{words}, {number(count)}")
        everything = counts.kept + counts.held + counts.over + counts.destroyed
        self._layout.setCurrentWidget(self._found if everything or self.said.words else self._none)

    def _loaded(self, count: int) -> None:
        if self.said.words:
            self.said.unsay()
        waited = self._lists.currentWidget() is not self.table
        self._lists.setCurrentWidget(self.table if count else self._nothing)
        more = self.model.canFetchMore(self.model.index(-1, -1))
        shown = tr("{n} or more", count) if more else tr("{n} shown", count)
        self._shown.setText(shown if self.model.wanted.text and count else "")
        place = self.model.place(self._sought or self._chosen_case)
        if not place.isValid() and count and not self._sought:
            place = self.model.index(0, 0)
        if place.isValid() and self.table.selectionModel().selectedRows()[:1] != [place]:
            self.table.selectRow(place.row())
        elif not place.isValid():
            self.table.clearSelection()
        if waited and count and self._front and self.window().focusWidget() in (None, self):
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _failed(self, problem: DeskError) -> None:
        self._layout.setCurrentWidget(self._found)
        self.said.say("bad", problem.words(), ((tr("Read again"), self._ask),), stays=True)

    def _chosen(self, item: Preservation | None) -> None:
        if item is not None and self._chosen_case != item.case_number:
            self._sought = 0
            self._ask_kept(item.case_number)
        elif item is not None and self.pane.kept is None:
            self._ask_kept(item.case_number)

    def _ask_kept(self, case_number: int) -> None:
        self._chosen_case = case_number
        service, operator = self._session.desk.preservation, self._session.operator
        self._session.runner.run_read(
            lambda: (service.today(), service.kept(operator, case_number)),
            self._show_kept,
            self._failed,
            owner=self,
            key="kept",
        )

    def _show_kept(self, answer: tuple[date, Kept]) -> None:
        today, kept = answer
        self.pane.show_kept(kept, today)
        self._panes.setCurrentWidget(self.pane)
        self.commands_changed.emit()

    # acts -----------------------------------------------------------------------------

    def _has_case(self) -> bool:
        return self.pane.kept is not None

    def _may(self, what: str) -> bool:
        return not self.pane.why_not(what)

    def _open_case(self) -> None:
        item = self.table.current()
        if item is not None:
            self.navigate.emit("case", {"number": item.case_number})

    def begin(self, what: str) -> None:
        """Ask what extend, hold, destroy or certificate needs."""
        kept = self.pane.kept
        if kept is None or kept.case_number != self._chosen_case or not self._may(what):
            return  # another case is chosen by now, and what is kept of it is still being read
        if what == "certificate" and kept.destruction is not None:
            self.certificate.show_for(kept.destruction)
            return
        service, operator, case = self._session.desk.preservation, self._session.operator, kept.case_number
        if what == "extend":
            self._ask_with(
                ExtendDialog(kept, self),
                lambda said: service.extend(
                    operator, case, said.until or date.min, said.reference, said.note
                ),
                tr("The media are kept longer."),
            )
        elif what == "hold":
            self._ask_with(
                HoldDialog(kept, self),
                lambda said: service.hold(operator, case, said.reference, said.note),
                tr("The legal hold stands."),
            )
        elif what == "destroy":
            self._ask_with(
                DestroyDialog(kept, self),
                lambda said: service.ask_destruction(
                    operator, case, said.basis or Basis.DUTY_OVER, said.note, said.reference
                ),
                tr("Asked. Nothing is destroyed before a second person agrees under Approvals."),
            )

    def ask_release(self, order: Order) -> None:
        service, operator = self._session.desk.preservation, self._session.operator
        self._ask_with(
            ReleaseDialog(order.reference, self),
            lambda said: service.ask_release(operator, order.id, said.note),
            tr("Asked. The hold stands until a second person agrees under Approvals."),
        )

    def _ask_with(self, dialog: ActDialog, act: Callable[[Asked], Done[Any]], told: str) -> None:
        def go(said: Asked) -> None:
            def done(_value: object) -> None:
                dialog.close_done()
                self.notify.emit("ok", told)

            self._session.act(lambda: act(said), done, dialog.refuse, owner=dialog)

        dialog.asked.connect(go)
        self.dialog = dialog
        dialog.open()


def _views() -> list[tuple[str, str]]:
    return [
        ("all", tr("All kept")),
        ("kept", tr("Within the duty")),
        ("soon", tr("Ends in 30 days")),
        ("held", tr("Legal hold")),
        ("over", tr("Duty over")),
        ("destroyed", tr("Destroyed")),
    ]


def _count(counts: PreservationCounts, view: str) -> int:
    if view == "all":
        return counts.kept + counts.held + counts.over
    return int(getattr(counts, view))


def _run(command: Command) -> None:
    if command.enabled():
        command.callback()
