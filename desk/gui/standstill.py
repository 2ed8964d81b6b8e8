"""After a restore: what stands still and why, said above every page until a supervisor lets it go on.

A backup knows nothing of what was filed after it was made. So nothing of it is sent before a person has
compared it with what NCMEC has.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.domain.roles import Permission
from desk.gui import icons, theme, words
from desk.gui.confirm.lines import value
from desk.gui.outbox import states
from desk.gui.preservation.dialogs import ActDialog, Asked
from desk.gui.session import Session
from desk.gui.widgets.buttons import link, primary
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.widgets.fields import Field, MultiLine
from desk.gui.widgets.panels import Scroll
from desk.gui.window import MainWindow
from desk.gui.words import joined, plural, tr
from desk.ports import FilingRow
from desk.services.backup import Restoring

MOST_HIGH, ROW_HIGH = 260, 54


class StandstillBar(QFrame):
    """A line above every page. ``asked`` comes with its act."""

    asked = Signal()

    def __init__(self, restoring: Restoring, *, may_resume: bool) -> None:
        super().__init__()
        self.setObjectName("notice")
        count = plural(
            len(restoring.filings),
            "{n} report stands still: it may have been filed since.",
            "{n} reports stand still: they may have been filed since.",
        )
        self.said = tr(
            "Restored from a backup of {when}. {count}", when=words.moment(restoring.backup_at), count=count
        )
        who = "" if may_resume else tr("A supervisor compares them with NCMEC and lets them go on.")
        self.setAccessibleName(f"{self.said} {who}".strip())
        text = label(f"{self.said} {who}".strip(), wrap=True)
        self.see = link(tr("Let them go on…") if may_resume else tr("See which"))
        self.see.clicked.connect(self.asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S4, theme.S1, theme.S3, theme.S1)
        row.setSpacing(theme.S2)
        row.addWidget(icons.IconLabel("pause", 16, "warn"))
        row.addWidget(text, 1)
        row.addWidget(self.see)


class StandstillDialog(ActDialog):
    """What stands still; a supervisor lets it go on, with a reason. ``opened`` carries a filing's id."""

    opened = Signal(int)

    def __init__(self, restoring: Restoring, rows: list[FilingRow], parent: QWidget, *, may: bool) -> None:
        super().__init__(
            tr("Reports that stand still"),
            tr(
                "This workspace was restored from a backup of {when}. What was confirmed before that, and "
                "filed after it, is known to NCMEC and not to this desk: to send it again would report it "
                "twice. Compare each of these with NCMEC first. Was one filed since? Take it back here, and "
                "record it as filed by hand under Other channels.",
                when=words.moment(restoring.backup_at),
            ),
            primary(tr("Let them go on")),
            parent,
        )
        listed = Scroll(margin=0, gap=theme.S2)
        for row in rows:
            listed.add(self._row(row))
        listed.end()
        listed.setFixedHeight(min(MOST_HIGH, ROW_HIGH * max(1, len(rows))))
        self.reason = MultiLine(rows=2)
        self._reason = Field(
            tr("How it was made sure"), self.reason, tr("With whom it was compared, and when. On record.")
        )
        self._add(listed, self._reason)
        if not may:
            self._reason.hide()
            self.act.hide()
            self.back.setText(tr("Close"))
            self._add(label(tr("A supervisor lets them go on."), "body-muted"))
        (self.reason if may else self.back).setFocus()

    def _row(self, row: FilingRow) -> QWidget:
        holder = QWidget()
        filing = row.filing
        see = link(tr("See it"))
        see.setAccessibleName(tr("See {id} in the outbox", id=row.platform_id))
        see.clicked.connect(partial(self.opened.emit, filing.id))
        report = tr("report {id}", id=filing.report_id) if filing.report_id else tr("not opened yet")
        by = tr("{name}, {time}", name=row.operator_name, time=words.moment(filing.confirmed_at))
        told = joined([states.word(filing)[0], report, by])
        line = hbox(vbox(value(row.platform_id, "label"), label(told, "muted", wrap=True), gap=1), see)
        line.setStretch(0, 1)
        holder.setLayout(line)
        return holder

    def answer(self) -> Asked | None:
        if not self.reason.value():
            self._reason.set_problem(tr("Say how it was made sure that none of them was filed."))
            self.reason.setFocus()
            return None
        return Asked(note=self.reason.value())


class Standstill(QObject):
    """Keeps the line above the pages as it is in the store."""

    def __init__(self, session: Session, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._window = session, window
        self._restoring: Restoring | None = None
        self.bar: StandstillBar | None = None
        self.dialog: StandstillDialog | None = None
        self.may_resume = session.operator.may(Permission.RESUME)

    @property
    def filings(self) -> frozenset[int]:
        """Filings that stand still, as last read."""
        return frozenset(self._restoring.filings) if self._restoring is not None else frozenset()

    def ask(self) -> None:
        backup = self._session.desk.backup
        self._session.runner.run_read(
            backup.restoring, self.show_restoring, self._window.show_problem, owner=self, key="restoring"
        )

    def show_restoring(self, restoring: Restoring | None) -> None:
        if restoring == self._restoring:
            return
        self._restoring = restoring
        self.bar = StandstillBar(restoring, may_resume=self.may_resume) if restoring is not None else None
        if self.bar is not None:
            self.bar.asked.connect(self.open)
        self._window.set_standing(self.bar)

    def open(self) -> None:
        """Read which they are, then ask."""
        outbox, operator, wanted = self._session.desk.outbox, self._session.operator, self.filings
        if not wanted:
            return

        def read() -> list[FilingRow]:
            found: list[FilingRow] = []
            offset = 0
            while page := outbox.rows(operator, offset=offset):
                found += [row for row in page if row.filing.id in wanted]
                offset += len(page)
            return found

        self._session.runner.run_read(
            read, self._listed, self._window.show_problem, owner=self, key="standing"
        )

    def _listed(self, rows: list[FilingRow]) -> None:
        if self._restoring is None:
            return
        dialog = StandstillDialog(self._restoring, rows, self._window, may=self.may_resume)
        dialog.opened.connect(self._see)
        dialog.asked.connect(self._resume)
        self.dialog = dialog
        dialog.open()

    def _see(self, filing_id: int) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self._window.go("outbox", filing_id=filing_id)

    def _resume(self, said: Asked) -> None:
        backup, operator = self._session.desk.backup, self._session.operator
        self._session.act(
            lambda: backup.resume(operator, said.note), self._resumed, self._refused, owner=self
        )

    def _resumed(self, count: int) -> None:
        if self.dialog is not None:
            self.dialog.close_done()
        self.show_restoring(None)
        told = plural(count, "{n} report goes on.", "{n} reports go on.")
        self._window.notices.show_notice("ok", told)

    def _refused(self, problem: DeskError) -> None:
        if self.dialog is not None:
            self.dialog.refuse(problem)
