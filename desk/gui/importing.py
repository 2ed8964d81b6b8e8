"""Import: by menu or by dropping files onto the window, with progress, cancel and every refusal named."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QPlainTextEdit

from desk.domain.errors import DeskError, IntakeRefused
from desk.domain.roles import Permission
from desk.gui import theme
from desk.gui.runner import Job, Task
from desk.gui.session import Session
from desk.gui.widgets.buttons import primary, quiet, secondary
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.widgets.progress import ThinBar
from desk.gui.window import MainWindow
from desk.gui.words import plural, tr
from desk.services.changes import Done
from desk.services.intake import IntakeResult


class ImportDialog(QDialog):
    """Not modal: the queue can be worked on while it runs."""

    def __init__(self, parent: MainWindow) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import cases"))
        self.setModal(False)
        self.setMinimumWidth(560)
        self._head = label(tr("Importing…"), "section")
        self._words = label("", "body-muted", wrap=True)
        self._bar = ThinBar(tr("Import"))
        self._list = QPlainTextEdit()
        self._list.setReadOnly(True)
        self._list.setFont(theme.mono())
        self._list.setAccessibleName(tr("Refused packages"))
        self._list.setMinimumHeight(220)
        self._list.hide()
        self._refused = ""  # whole paths, one refusal a line
        self.stop = secondary(tr("Cancel"))
        self.copy = quiet(tr("Copy the list"), "copy")
        self.copy.clicked.connect(self._copy)
        self.copy.hide()
        self.done_button = primary(tr("Close"))
        self.done_button.clicked.connect(self.close)
        self.done_button.hide()
        row = hbox(self.copy)
        row.addStretch(1)
        row.addWidget(self.stop)
        row.addWidget(self.done_button)
        column = vbox(self._head, self._words, self._bar, self._list, gap=theme.S3, margin=theme.S4)
        column.addLayout(row)
        self.setLayout(column)
        QShortcut(QKeySequence("Escape"), self).activated.connect(self._escape)

    def progress(self, taken: int, refused: int, file: str) -> None:
        parts = [plural(taken, "{n} case taken in", "{n} cases taken in")]
        if refused:
            parts.append(plural(refused, "{n} refused", "{n} refused"))
        self._words.setText(" · ".join(parts) + (f"\n{Path(file).name}" if file else ""))

    def finish(self, result: IntakeResult) -> None:
        self._head.setText(tr("Import cancelled") if result.cancelled else tr("Import finished"))
        self._words.setText(_summary(result))
        self._end()
        if result.refused:
            self._refused = "\n".join(refused.message for refused in result.refused)
            self._list.setPlainText("\n\n".join(_entries(result.refused)))
            self._list.show()
            self.copy.show()
        self.adjustSize()

    def fail(self, problem: DeskError) -> None:
        self._head.setText(tr("The import stopped"))
        self._words.setText(problem.words())
        self._end()

    def _end(self) -> None:
        self._bar.hide()
        self.stop.hide()
        self.done_button.show()
        self.done_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._refused)

    def _escape(self) -> None:
        if self.stop.isVisible():
            self.stop.click()
        else:
            self.close()


def _summary(result: IntakeResult) -> str:
    lines = [plural(len(result.taken), "{n} case taken in.", "{n} cases taken in.")]
    if result.revised:
        lines.append(
            plural(len(result.revised), "{n} case has something new.", "{n} cases have something new.")
        )
    if result.unchanged:
        lines.append(plural(len(result.unchanged), "{n} was here already.", "{n} were here already."))
    if result.cancelled:
        lines.append(
            tr("What was taken in stays. Import the same packages again to go on: none comes in twice.")
        )
    if result.refused:
        lines.append(
            plural(
                len(result.refused),
                "{n} package was refused; nothing of it is kept. Mend it and import it again:",
                "{n} packages were refused; nothing of them is kept. Mend them and import them again:",
            )
        )
    return "\n".join(lines)


def _entries(refused: tuple[IntakeRefused, ...]) -> list[str]:
    """Each refusal in two lines, where and why; of the paths only what tells them apart."""
    files = [Path(one.file) for one in refused if one.file]
    shared = Path(os.path.commonpath([file.parent for file in files])) if _comparable(files) else Path()
    entries = []
    for one in refused:
        file = Path(one.file)
        where = [str(file.relative_to(shared) if file.is_relative_to(shared) else file)] if one.file else []
        if file.name == "case.json" and file.parent == shared:
            where = [str(Path(file.parent.name, file.name))]
        if one.line is not None:
            where.append(tr("line {number}", number=one.line))
        if one.key:
            where.append(tr("key {key}", key=one.key))
        entries.append(" · ".join(where) + ("\n    " if where else "") + one.reason)
    return entries


def _comparable(files: list[Path]) -> bool:
    """Whether these have one folder above them all: not on two drives, not some relative and some not."""
    return len({(file.anchor, file.is_absolute()) for file in files}) == 1


class Importing(QObject):
    """Asks for packages and takes them in beside all other work."""

    finished = Signal()

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._task: Task | None = None
        self.dialog: ImportDialog | None = None

    def ask(self) -> None:
        """Let a person choose packages; folders can be dropped onto the window as well."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window, tr("Import cases"), "", tr("Case packages (*.json *.jsonl *.zip)")
        )
        if names:
            self.take_in([Path(name) for name in names])

    def ask_folder(self) -> None:
        """Let a person choose a folder: one package, or a folder of packages."""
        name = QFileDialog.getExistingDirectory(self._window, tr("Import a folder of cases"))
        if name:
            self.take_in([Path(name)])

    def take_in(self, paths: list[Path]) -> None:
        """Take them in; refused here already where the role does not allow it."""
        if not self._session.operator.may(Permission.IMPORT):
            self._window.notices.show_notice("warn", tr("Your role does not allow importing."))
            return
        if self._task is not None:
            self._window.notices.show_notice("info", tr("An import is running. Wait for it, or cancel it."))
            return
        dialog = ImportDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.destroyed.connect(self._gone)
        self.dialog = dialog
        intake, operator = self._session.desk.intake, self._session.operator

        def work(job: Job) -> Done[IntakeResult]:
            return intake.take_in(
                paths,
                operator,
                progress=lambda taken, refused, file: job.progress(taken, refused, file),
                cancelled=lambda: job.cancelled,
            )

        self._task = self._session.runner.run_long(
            work, self._finished, self._failed, on_progress=dialog.progress, owner=self
        )
        dialog.stop.clicked.connect(self._task.cancel)
        dialog.show()

    def _gone(self) -> None:
        self.dialog = None

    def _finished(self, done: Done[IntakeResult]) -> None:
        self._task = None
        self._session.tell(done.changes)
        self.finished.emit()
        if self.dialog is not None:
            self.dialog.finish(done.value)
        else:
            self._window.notices.show_notice("info", done.value.words())

    def _failed(self, problem: DeskError) -> None:
        self._task = None
        if self.dialog is not None:
            self.dialog.fail(problem)
        else:
            self._window.show_problem(problem)
