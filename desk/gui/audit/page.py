"""The audit log: every act, the newest first; its head, its verification and its export."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desk.domain.errors import DeskError
from desk.gui import theme
from desk.gui.audit.filters import FilterLine
from desk.gui.audit.model import ACT_COLUMNS, ENTRY, AuditModel, facts
from desk.gui.audit.signed import SignedPane
from desk.gui.runner import Job, Task
from desk.gui.session import Session
from desk.gui.widgets.buttons import primary, quiet, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import Stack, hbox, label
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton, SplitView
from desk.gui.widgets.progress import ThinBar
from desk.gui.words import moment, plural, tr
from desk.services.auditing import LogFilter, ReadEntry, Verdict, Verified
from desk.services.changes import Change


class LogTable(QTableView):
    """Rows to read and copy; Enter does nothing, for nothing here can be changed."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.currentIndex().data(ENTRY)
        if event.key() == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if isinstance(entry, ReadEntry):
                cells = (str(entry.index), entry.at.isoformat(), entry.operator, entry.act, facts(entry))
                QGuiApplication.clipboard().setText("\t".join(cells))
            return
        super().keyPressEvent(event)


class AuditPage(Page):
    icon: ClassVar[str] = "shield-check"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Audit")
        self._session = session
        self._verify = primary(tr("Verify the log"), key="Ctrl+Shift+V")
        self._verify.clicked.connect(lambda: self.verify())
        self._export = secondary(tr("Export…"), "download")
        self._export.clicked.connect(self.export)
        self.model = AuditModel(session, self)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._failed)
        self.table = self._make_table()
        self._size = label("", "body-muted")
        self._verdict = Badge(tr("Not verified yet in this window"), "muted")
        self._said = label("", "body-muted", wrap=True)
        self._cancel = quiet(tr("Cancel"))
        self._cancel.clicked.connect(self._stop)
        self._bar = ThinBar(tr("Verifying the log"))
        kept = self._bar.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(kept)
        self._task: Task | None = None
        head = hbox(self._size, self._verdict, self._cancel, self._said, gap=theme.S3)
        head.setStretch(3, 1)
        self.filters = FilterLine(session.desk.clock.now)
        self.filters.changed.connect(self._filter)
        self.signed = SignedPane(session)
        self.signed.notify.connect(self.notify)
        self.signed.signed.connect(self.model.reload)
        self._show_running(False)
        head.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S3)
        self._stack = Stack(self)
        self._stack.addWidget(LoadingSkeleton(12, 32))
        self._stack.addWidget(self.table)
        self._empty = EmptyState(
            "shield-check", tr("No entry yet"), tr("Every act on this desk is written here.")
        )
        self._stack.addWidget(self._empty)
        self._nothing = EmptyState(
            "shield-check", tr("No entry fits"), tr("Nothing in the log is like that."), tr("Show all")
        )
        self._nothing.acted.connect(self.filters.reset)
        self._stack.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self.filters)
        holder = QWidget()
        holder.setLayout(self._stack)
        self._split = SplitView(holder, self.signed, shares=(8, 3))
        self._split.setStretchFactor(1, 0)
        column.addWidget(self._split, 1)

    def _make_table(self) -> LogTable:
        table = LogTable()
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setProperty("fills", True)
        table.setObjectName("log")
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setAccessibleName(tr("Audit log"))
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(theme.ROW)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in ACT_COLUMNS:
            table.setColumnWidth(column, width)
        header.setStretchLastSection(True)
        return table

    def header_widgets(self) -> list[QWidget]:
        return [self._export, self._verify]

    def commands(self) -> list[Command]:
        return [
            Command("audit.verify", tr("Verify the log"), "Ctrl+Shift+V", self.verify),
            Command("audit.export", tr("Export the log…"), "", self.export),
            Command("audit.older", tr("Verify against older checkpoints…"), "", self.verify_older),
            Command("audit.sign", tr("Sign a checkpoint now"), "", self.signed.sign.click),
        ]

    def enter(self, **_kwargs: object) -> None:
        self.model.reload()
        self.signed.reload()
        auditing, operator = self._session.desk.auditing, self._session.operator
        self._session.runner.run_read(
            lambda: (auditing.people(operator), auditing.last_verified(operator)),
            self._told,
            self._failed,
            owner=self,
            key="told",
        )
        self.table.setFocus()

    def _told(self, answer: tuple[tuple[tuple[int, str], ...], Verified | None]) -> None:
        people, last = answer
        self.filters.set_people(people)
        if last is not None and self._task is None:
            self._show_verdict(last.verdict, last.at)

    def refresh(self, changes: frozenset[str]) -> None:
        if self.isVisible() and Change.AUDIT in changes:
            self.model.reload()
            self.signed.reload()

    def _filter(self, wanted: LogFilter | None) -> None:
        self.model.set_filter(wanted)

    # acts -----------------------------------------------------------------------

    def verify(self, older: Path | None = None) -> None:
        """Recompute the whole log, beside all other work."""
        if self._task is not None:
            return
        auditing, operator = self._session.desk.auditing, self._session.operator
        self._said.setText("")
        self._verdict.set(tr("Verifying…"), "muted")
        self._show_running(True)

        def work(job: Job) -> Verdict:
            return auditing.verify(
                operator, older=older, progress=job.progress, cancelled=lambda: job.cancelled
            )

        self._task = self._session.runner.run_long(
            work, self._verified, self._not_verified, on_progress=self._progress, owner=self
        )

    def verify_older(self) -> None:
        """Besides, that the log goes on from checkpoints that were kept elsewhere."""
        name, _ = QFileDialog.getOpenFileName(self, tr("Checkpoints kept elsewhere"))
        if name:
            self.verify(Path(name))

    def _progress(self, done: int, total: int, _words: str) -> None:
        self._bar.set_progress(done, total)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _show_running(self, running: bool) -> None:
        self._verify.setEnabled(not running)
        self._cancel.setVisible(running)
        self._bar.setVisible(running)
        self._bar.set_progress(0, 0)

    def _verified(self, verdict: Verdict) -> None:
        self._task = None
        self._show_running(False)
        self._show_verdict(verdict, self._session.desk.clock.now())

    def _show_verdict(self, verdict: Verdict, at: datetime) -> None:
        when = tr("on {when}", when=moment(at))
        if verdict.ok:
            self._verdict.set(tr("Whole"), "ok", "circle-check")
            words = plural(
                verdict.size,
                "{n} entry fits the log's head and what was signed",
                "All {n} entries fit the log's head and what was signed",
            )
            self._said.setText(f"{words}, {when}.")
        else:
            self._verdict.set(tr("Not whole"), "bad", "octagon-alert")
            self._said.setText(f"{verdict.words} ({when})")
        self._said.setAccessibleName(self._said.text())

    def _not_verified(self, problem: DeskError) -> None:
        self._task = None
        self._show_running(False)
        self._verdict.set(tr("Not verified"), "warn", "triangle-alert")
        self._said.setText(problem.words())

    def export(self) -> None:
        """Write every entry's exact bytes to a new file."""
        name, _ = QFileDialog.getSaveFileName(self, tr("Export the log"), "audit-log.jsonl")
        if not name:
            return
        auditing, operator = self._session.desk.auditing, self._session.operator

        def work(_job: Job) -> int:
            return auditing.export(operator, Path(name))

        self._session.runner.run_long(work, self._exported, self._failed, owner=self)

    def _exported(self, count: int) -> None:
        self.notify.emit("ok", plural(count, "{n} entry written.", "{n} entries written."))
        self.model.reload()

    # answers --------------------------------------------------------------------

    def _loaded(self, size: int) -> None:
        if self.model.filtered:
            self._size.setText(plural(size, "{n} found", "{n} found"))
        else:
            self._size.setText(plural(size, "{n} entry", "{n} entries"))
        empty = self._nothing if self.model.filtered else self._empty
        self._stack.setCurrentWidget(self.table if size else empty)
        if size and not self.table.currentIndex().isValid():
            self.table.selectRow(0)

    def _failed(self, problem: DeskError) -> None:
        self.notify.emit("bad", problem.words())
