"""The outbox: every filing that is not at its end, and those that ended today."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.filing import Filing
from desk.gui import theme
from desk.gui.case.parts import Said
from desk.gui.outbox import states
from desk.gui.outbox.detail import Detail
from desk.gui.outbox.list import FilingList
from desk.gui.outbox.model import STEP, Listed, OutboxModel, read, stopped
from desk.gui.session import Session
from desk.gui.widgets.buttons import link
from desk.gui.widgets.common import Stack
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton
from desk.gui.words import plural, tr
from desk.ports import FilingRow
from desk.services.changes import Change
from desk.services.outbox import Progress

RELOAD_AFTER_MS = 120
SECOND_MS = 1_000
PROGRESS_MS = 250


class OutboxPage(Page):
    icon: ClassVar[str] = "send"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Outbox")
        self._session = session
        self._front, self._wanted, self._select = False, STEP, 0
        self.said = Said()
        self.model = OutboxModel(session, self)
        self.list = FilingList(session, self.model)
        self.detail = Detail()
        self._more = link(tr("Show more"))
        self._empty = EmptyState(
            "send",
            tr("Nothing is on its way"),
            tr("Confirmed reports wait here until the agency has them."),
            tr("To the queue"),
        )
        self._layout = Stack(self)
        self._build()
        self._reload = QTimer(self, singleShot=True, interval=RELOAD_AFTER_MS)
        self._reload.timeout.connect(self._ask)
        self._seconds = QTimer(self, interval=SECOND_MS)
        self._seconds.timeout.connect(self._second)
        self._polling = QTimer(self, interval=PROGRESS_MS)
        self._polling.timeout.connect(self._poll)
        self.list.chosen.connect(self._chosen)
        self.list.opened.connect(self._story)
        self.detail.act.connect(self._act)
        self.detail.go.connect(self._go)
        self._more.clicked.connect(self._show_more)
        self._empty.acted.connect(partial(self.navigate.emit, "queue", {}))
        for key, slot in (
            ("T", self.take_back),
            ("F", self.file_now),
            ("R", self.try_now),
            ("Escape", self._escape),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(slot)

    def _build(self) -> None:
        loading = LoadingSkeleton(8, 64)
        waiting = QWidget()
        wait = QVBoxLayout(waiting)
        wait.setContentsMargins(theme.S6, theme.S4, theme.S6, theme.S4)
        wait.addWidget(loading)
        wait.addStretch(1)
        left = QVBoxLayout()
        left.setContentsMargins(theme.S4, theme.S4, 0, theme.S4)
        left.setSpacing(theme.S2)
        left.addWidget(self.said)
        left.addWidget(self.list, 1)
        left.addWidget(self._more, 0, Qt.AlignmentFlag.AlignHCenter)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.detail)
        self._whole = whole
        for part in (waiting, self._empty, whole):
            self._layout.addWidget(part)
        holder = QVBoxLayout(self)
        holder.setContentsMargins(0, 0, 0, 0)
        holder.addLayout(self._layout)

    # what the window asks -------------------------------------------------------

    def commands(self) -> list[Command]:
        return [
            Command("outbox.take_back", tr("Take back"), "T", self.take_back, self._can("take_back")),
            Command("outbox.file_now", tr("File now"), "F", self.file_now, self._can("file_now")),
            Command("outbox.try_now", tr("Try now"), "R", self.try_now, self._can("try_now")),
            Command("outbox.story", tr("Story of the filing in focus"), "Return", self._story, self._has_row),
            Command("outbox.case", tr("Open its case"), "", partial(self._go, "case"), self._has_row),
        ]

    def enter(self, **kwargs: object) -> None:
        self._front = True
        wanted = kwargs.get("filing_id")
        if isinstance(wanted, int):
            self._select = wanted
        self._ask()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> bool:
        self._front = False
        self._seconds.stop()
        self._polling.stop()
        self.detail.unask(focus=False)
        self.said.unsay()
        return True

    def refresh(self, changes: frozenset[str]) -> None:
        if self._front and Change.OUTBOX in changes and not self._reload.isActive():
            self._reload.start()

    # reading ----------------------------------------------------------------------

    def _ask(self) -> None:
        outbox, operator, wanted = self._session.desk.outbox, self._session.operator, self._wanted
        clock, backup = self._session.desk.clock, self._session.desk.backup
        self._session.runner.run_read(
            lambda: replace(read(outbox, operator, wanted, clock.now()), stopped=stopped(backup)),
            self._show,
            self._failed,
            owner=self,
            key="rows",
        )

    def _failed(self, problem: DeskError) -> None:
        self._layout.setCurrentWidget(self._whole)
        self.said.say("bad", problem.words(), ((tr("Read again"), self._ask),), stays=True)

    def _show(self, found: Listed) -> None:
        current = self.list.current()
        at = self.list.verticalScrollBar().value()
        entries: list[FilingRow | str] = list(found.under_way)
        if found.ended:
            entries.append(tr("Finished"))
            entries.extend(found.ended)
        self.model.stopped = self.detail.stopped = found.stopped
        self.model.set_entries(entries)
        self._more.setVisible(found.more)
        self._more.setText(tr("Show more after the first {n}", len(found.under_way)))
        count = len(found.under_way)
        self.list.setAccessibleName(plural(count, "{n} filing on its way", "{n} filings on their way"))
        if not entries:
            self._layout.setCurrentWidget(self._empty)
            self._timers()
            return
        first = self._layout.currentWidget() is not self._whole
        self._layout.setCurrentWidget(self._whole)
        if first and self._front:
            # Before, the list was hidden and could not take the focus.
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        place = self.model.place(self._select) if self._select else self.model.place(-1)
        asked = place.isValid()
        if not asked and current is not None:
            place = self.model.place(current.filing.id)
        if not place.isValid():
            place = self.model.first()
        self._select = 0
        self.list.setCurrentIndex(place)
        if not asked:
            self.list.verticalScrollBar().setValue(at)
        self._chosen(self.list.current())
        self._timers()

    def _timers(self) -> None:
        """Seconds are counted only while something is counted down; progress only while something goes up."""
        now = self._session.desk.clock.now()
        rows = self.model.rows() if self._front else []
        _run(self._seconds, any(states.ticking(row.filing, now) for row in rows))
        _run(self._polling, any(row.filing.state in states.UPLOAD_STATES for row in rows))

    def _second(self) -> None:
        now = self._session.desk.clock.now()
        self.list.viewport().update()
        self.detail.tick(now)
        self._timers()

    def _poll(self) -> None:
        row = self.list.current()
        if row is None or row.filing.state not in states.UPLOAD_STATES:
            return
        outbox, which = self._session.desk.outbox, row.filing.id
        self._session.runner.run_read(
            lambda: outbox.progress(which), self._progressed, owner=self, key="progress"
        )

    def _progressed(self, now: Progress | None) -> None:
        row = self.detail.row
        if row is not None and (now is None or now.filing_id == row.filing.id):
            self.detail.progress(now)

    def _show_more(self) -> None:
        self._wanted += STEP
        self._ask()

    def _chosen(self, row: FilingRow | None) -> None:
        if row is not None:
            self.detail.show_row(row, self._session.desk.clock.now())
            self.commands_changed.emit()

    # acts ---------------------------------------------------------------------------

    def _has_row(self) -> bool:
        return self.list.current() is not None

    def _possible(self, what: str) -> bool:
        row = self.list.current()
        if row is None:
            return False
        now = self._session.desk.clock.now()
        if row.filing.id in self.model.stopped and what != "take_back":
            return False
        return {
            "take_back": states.can_take_back(row.filing),
            "file_now": states.can_file_now(row.filing, now),
            "try_now": states.can_try_now(row.filing, now),
        }[what]

    def _can(self, what: str) -> partial[bool]:
        return partial(self._possible, what)

    def take_back(self) -> None:
        """Ask, in place, whether to take back the filing in focus."""
        if self._possible("take_back") and not self.detail.asking:
            self.detail.ask()

    def file_now(self) -> None:
        row = self.list.current()
        if row is not None and self._possible("file_now"):
            self._act("file_now", row.filing.id)

    def try_now(self) -> None:
        row = self.list.current()
        if row is not None and self._possible("try_now"):
            self._act("try_now", row.filing.id)

    def _act(self, what: str, filing_id: int) -> None:
        outbox, operator = self._session.desk.outbox, self._session.operator
        wish = {"take_back": outbox.take_back, "file_now": outbox.file_now, "try_now": outbox.try_now}[what]
        self.detail.set_busy(filing_id, True)
        self.detail.tick(self._session.desk.clock.now())
        self._session.act(
            lambda: wish(operator, filing_id), self._acted, partial(self._refused, filing_id), owner=self
        )

    def _acted(self, filing: Filing) -> None:
        self.detail.set_busy(filing.id, False)
        self.detail.unask(focus=False)
        self.said.unsay()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ask()

    def _refused(self, filing_id: int, problem: DeskError) -> None:
        self.detail.set_busy(filing_id, False)
        self.detail.unask(focus=False)
        self.said.say("bad", problem.words())
        self._ask()

    def _go(self, page: str, row: object = None) -> None:
        found = row if isinstance(row, FilingRow) else self.list.current()
        if found is None:
            return
        if page == "reports":
            self.navigate.emit("reports", {"filing_id": found.filing.id})
        else:
            self.navigate.emit(page, {"number": found.filing.case_number})

    def _story(self) -> None:
        self._go("reports")

    def _escape(self) -> None:
        self.detail.unask()


def _run(timer: QTimer, on: bool) -> None:
    if on and not timer.isActive():
        timer.start()
    elif not on:
        timer.stop()
