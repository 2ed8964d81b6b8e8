"""The audit log: every act, the newest first; its head, its verification and its export."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desk.domain.errors import DeskError
from desk.gui import theme
from desk.gui.audit.model import ACT_COLUMNS, ENTRY, AuditModel, facts
from desk.gui.runner import Job
from desk.gui.session import Session
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.page import Command, Page
from desk.gui.widgets.panels import EmptyState, LoadingSkeleton
from desk.gui.words import plural, tr
from desk.services.auditing import ReadEntry, Verdict
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
        self._verify.clicked.connect(self.verify)
        self._export = secondary(tr("Export…"), "download")
        self._export.clicked.connect(self.export)
        self.model = AuditModel(session, self)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._failed)
        self.table = self._make_table()
        self._size = label("", "body-muted")
        self._verdict = Badge(tr("Not verified yet in this window"), "muted")
        self._said = label("", "body-muted")
        head = hbox(self._size, self._verdict, self._said, gap=theme.S3)
        head.addStretch(1)
        head.setContentsMargins(theme.S4, theme.S3, theme.S4, theme.S3)
        self._stack = QStackedLayout()
        self._stack.addWidget(LoadingSkeleton(12, 32))
        self._stack.addWidget(self.table)
        self._empty = EmptyState(
            "shield-check", tr("No entry yet"), tr("Every act on this desk is written here.")
        )
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        holder = QWidget()
        holder.setLayout(self._stack)
        column.addWidget(holder, 1)

    def _make_table(self) -> LogTable:
        table = LogTable()
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setProperty("fills", True)
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
        ]

    def enter(self, **_kwargs: object) -> None:
        self.model.reload()
        self.table.setFocus()

    def refresh(self, changes: frozenset[str]) -> None:
        if self.isVisible() and Change.AUDIT in changes:
            self.model.reload()

    # acts -----------------------------------------------------------------------

    def verify(self) -> None:
        """Recompute every leaf and the root, beside all other work."""
        auditing, operator = self._session.desk.auditing, self._session.operator
        self._verify.setEnabled(False)
        self._verdict.set(tr("Verifying…"), "muted")
        self._session.runner.run_long(
            lambda _job: auditing.verify(operator), self._verified, self._not_verified, owner=self
        )

    def _verified(self, verdict: Verdict) -> None:
        self._verify.setEnabled(True)
        if verdict.ok:
            self._verdict.set(tr("Whole"), "ok", "circle-check")
            words = plural(
                verdict.size, "{n} entry fits the log's head.", "All {n} entries fit the log's head."
            )
            self._said.setText(words)
        else:
            self._verdict.set(tr("Not whole"), "bad", "octagon-alert")
            self._said.setText(
                verdict.words
                if verdict.first_wrong is None
                else tr(
                    "Entry {n} does not fit: it was changed, removed or put elsewhere.", verdict.first_wrong
                )
            )

    def _not_verified(self, problem: DeskError) -> None:
        self._verify.setEnabled(True)
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
        self._size.setText(plural(size, "{n} entry", "{n} entries"))
        self._stack.setCurrentWidget(self.table if size else self._empty)
        if size and not self.table.currentIndex().isValid():
            self.table.selectRow(0)

    def _failed(self, problem: DeskError) -> None:
        self.notify.emit("bad", problem.words())
