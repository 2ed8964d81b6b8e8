"""Reports as files: the list as CSV or JSON with its progress, one story as JSON or PDF."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desk.domain.errors import Cancelled, DeskError
from desk.domain.roles import Permission
from desk.gui import paper, theme
from desk.gui.reports import document
from desk.gui.reports.saving import save
from desk.gui.runner import Job, Task
from desk.gui.session import Session
from desk.gui.widgets.buttons import Button, quiet
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.progress import ThinBar
from desk.gui.words import number, plural, tr
from desk.ports import ReportFilter
from desk.services.changes import Done
from desk.services.reports import Exported, ExportForm
from desk.services.whole_story import WholeStory

NAMES = {
    ExportForm.CSV: lambda: tr("CSV tables (*.csv)"),
    ExportForm.JSON: lambda: tr("JSON documents (*.json)"),
    ExportForm.PDF: lambda: tr("PDF documents (*.pdf)"),
}


class RunningLine(QWidget):
    """How far a file is, with a way to stop it. Hidden while nothing is written."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = ThinBar(tr("Writing the file"))
        self.said = label("", "muted")
        self.cancel = quiet(tr("Cancel"))
        line = hbox(self.said, self.bar, self.cancel, gap=theme.S3)
        line.setStretch(1, 1)
        line.setContentsMargins(theme.S4, 0, theme.S4, theme.S2)
        self.setLayout(line)
        self.hide()

    def show_progress(self, done: int, total: int, _words: str = "") -> None:
        self.bar.set_progress(done, total)
        self.said.setText(tr("{done} of {all} reports written", done=number(done), all=number(total)))


class Exporting(QObject):
    """Asks where to, writes off the GUI thread, says what was written. ``notify``: a kind and words."""

    notify = Signal(str, str)

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._page = session, page
        self._dialog: QFileDialog | None = None
        self._task: Task | None = None
        self.line = RunningLine()
        self.line.cancel.clicked.connect(self.stop)

    # the list -------------------------------------------------------------------

    def fill_list_menu(self, button: Button, wanted: Callable[[], ReportFilter]) -> None:
        """CSV and JSON behind a button, for those who may."""
        menu = QMenu(button)
        for form, words in ((ExportForm.CSV, tr("As CSV…")), (ExportForm.JSON, tr("As JSON…"))):
            menu.addAction(words).triggered.connect(
                lambda _checked=False, form=form: self.ask_list(form, wanted())
            )
        button.setMenu(menu)
        button.setToolTip(tr("Every report that fits the filters. It is put on record."))
        button.setVisible(self._session.operator.may(Permission.EXPORT_REPORTS))

    def ask_list(self, form: ExportForm, wanted: ReportFilter) -> None:
        self._ask(form, f"reports.{form.value}", lambda path: self.write_list(form, wanted, path))

    def write_list(self, form: ExportForm, wanted: ReportFilter, path: Path) -> None:
        if self._task is not None and not self._task.done:
            return
        reports, operator = self._session.desk.reports, self._session.operator

        def work(job: Job) -> Done[Exported]:
            return reports.export_list(
                operator, wanted, form, path, progress=job.progress, cancelled=lambda: job.cancelled
            )

        self.line.show_progress(0, 0)
        self.line.said.setText(tr("Reading the reports"))
        self.line.show()
        self._task = self._session.runner.run_long(
            work, self._listed, self._failed, on_progress=self.line.show_progress, owner=self
        )

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _listed(self, done: Done[Exported]) -> None:
        self.line.hide()
        count = plural(done.value.reports, "{n} report", "{n} reports")
        self.notify.emit("ok", tr("{count} saved as {name}.", count=count, name=done.value.file.name))
        self._session.tell(done.changes)

    # one report -----------------------------------------------------------------

    def fill_story_menu(self, button: Button, whole: Callable[[], WholeStory | None]) -> None:
        menu = QMenu(button)
        for form, words in (
            (ExportForm.PDF, tr("The whole story as PDF…")),
            (ExportForm.JSON, tr("The whole story as JSON…")),
        ):
            menu.addAction(words).triggered.connect(
                lambda _checked=False, form=form: self._ask_shown(form, whole())
            )
        button.setMenu(menu)

    def _ask_shown(self, form: ExportForm, whole: WholeStory | None) -> None:
        if whole is not None:
            self.ask_story(form, whole)

    def ask_story(self, form: ExportForm, whole: WholeStory) -> None:
        filing = whole.story.row.filing
        name = f"report-{filing.report_id or f'filing-{filing.id}'}.{form.value}"
        self._ask(form, name, lambda path: self.write_story(form, whole, path))

    def write_story(self, form: ExportForm, whole: WholeStory, path: Path) -> None:
        reports, operator = self._session.desk.reports, self._session.operator
        filing_id, now = whole.story.row.filing.id, self._session.desk.clock.now

        def work(_job: Job) -> Done[Exported]:
            if form is ExportForm.JSON:
                return reports.export_story(operator, filing_id, path)
            fresh = reports.whole(operator, filing_id)
            printed = paper.render(document.paper(fresh, made_at=now(), by=operator.name))
            return reports.save_document(operator, filing_id, printed.pdf, path)

        self._session.runner.run_long(work, self._written, self._failed, owner=self)

    def _written(self, done: Done[Exported]) -> None:
        self.notify.emit("ok", tr("Saved as {name}. It stands in the log.", name=done.value.file.name))
        self._session.tell(done.changes)

    # bytes ----------------------------------------------------------------------

    def ask_bytes(self, title: str, name: str, body: bytes) -> None:
        """Save a document's exact bytes."""
        dialog = self._make(title, name, [tr("XML documents (*.xml)"), tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.write_bytes(Path(path), body))
        dialog.open()

    def write_bytes(self, path: Path, body: bytes) -> None:
        self._session.runner.run_long(lambda _job: save(path, body), self._saved, self._failed, owner=self)

    def _saved(self, path: Path) -> None:
        self.notify.emit("ok", tr("Saved as {name}, byte for byte.", name=path.name))

    # within ---------------------------------------------------------------------

    @property
    def dialog(self) -> QFileDialog | None:
        return self._dialog

    def _ask(self, form: ExportForm, name: str, then: Callable[[Path], None]) -> None:
        dialog = self._make(tr("Save as"), name, [NAMES[form]()])
        dialog.setDefaultSuffix(form.value)
        dialog.fileSelected.connect(partial(self._chosen, then))
        dialog.open()

    @staticmethod
    def _chosen(then: Callable[[Path], None], path: str) -> None:
        then(Path(path))

    def _make(self, title: str, name: str, filters: list[str]) -> QFileDialog:
        dialog = QFileDialog(self._page, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(filters)
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog = dialog
        return dialog

    def _failed(self, problem: DeskError) -> None:
        self.line.hide()
        if isinstance(problem, Cancelled):
            self.notify.emit("info", tr("Stopped. No file was left."))
        else:
            self.notify.emit("bad", problem.words())
