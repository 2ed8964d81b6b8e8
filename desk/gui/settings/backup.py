"""Settings, for administrators: the last backup, the passphrase that opens it, and making one now."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from desk.domain.errors import Cancelled, DeskError
from desk.domain.roles import Permission
from desk.gui import theme
from desk.gui.case.parts import Said
from desk.gui.runner import Job, Task
from desk.gui.session import Session
from desk.gui.widgets.buttons import primary, quiet, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import hairline, hbox, label, vbox
from desk.gui.widgets.fields import Field, TextField
from desk.gui.widgets.panels import Panel
from desk.gui.widgets.progress import ThinBar
from desk.gui.words import joined, moment, number, plural, size, tr
from desk.ports.backup import BackupMade
from desk.services.backup import KEEP, BackupState
from desk.services.changes import Done

LEAST = 12
"""Characters of a passphrase, as the service asks for."""


def state_words(state: BackupState) -> tuple[str, str, str]:
    """(words, colour, icon) of how recent the last backup is."""
    if not state.possible:
        return tr("Not by the desk"), "muted", "circle"
    if state.at is None:
        return tr("None yet"), "warn", "triangle-alert"
    if not state.recent:
        return tr("Older than a week"), "warn", "triangle-alert"
    return tr("Recent"), "ok", "circle-check"


class BackupPanel(Panel):
    """``notify`` carries a kind and words. Each act has its own button: a passphrase waits for nothing."""

    notify = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Backup"))
        self._session = session
        self._state: BackupState | None = None
        self._task: Task | None = None
        self._badge = Badge("", "muted")
        self._last = label("", "body-muted", wrap=True)
        self.said = Said()
        self.passphrase, self.again = _secret(), _secret()
        least = tr("At least {n} characters. Keep it elsewhere: nobody can find it out again.", LEAST)
        self._passphrase_field = Field(tr("Passphrase for backups"), self.passphrase, least)
        self._again_field = Field(tr("The same again"), self.again)
        self.set = secondary(tr("Set the passphrase"), "key-round")
        self.set.clicked.connect(self._set)
        self.folder = TextField(mono=True)
        kept = tr("For this workspace's backups alone, best on another disk. The last {n} are kept.", KEEP)
        self._folder_field = Field(tr("Folder"), self.folder, kept)
        self.choose = secondary(tr("Choose…"), "folder-open")
        self.choose.clicked.connect(self._choose)
        self.make = primary(tr("Back up now"))
        self.make.clicked.connect(self.take)
        self.cancel = quiet(tr("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        self._bar = ThinBar(tr("Backing up"))
        self._how_far = label("", "muted")
        self._able = QWidget()
        self._dialog: QFileDialog | None = None
        self._fill()
        self.folder.changed.connect(self._enable)
        self._show_running(False)
        if not session.operator.may(Permission.BACKUP):
            self.hide()

    def _fill(self) -> None:
        words = hbox(self._passphrase_field, self._again_field, gap=theme.S4)
        words.setStretch(0, 1)
        words.setStretch(1, 1)
        setting = hbox(self.set)
        setting.addStretch(1)
        beside = vbox(label(" ", "label"), self.choose, gap=theme.S1)  # level with the field under its label
        beside.addStretch(1)
        place = hbox(self._folder_field, beside, gap=theme.S2)
        place.setStretch(0, 1)
        acts = hbox(self.make, self.cancel, self._how_far)
        acts.addStretch(1)
        more = label(
            tr(
                "To restore, on this computer or another: desk restore FOLDER --workspace NEW-FOLDER. Not in "
                "a backup: the agency's credentials and the key that signs checkpoints, which are in this "
                "computer's keyring alone."
            ),
            "body-muted",
            wrap=True,
            select=True,
        )
        self._able.setLayout(
            vbox(words, setting, hairline(), place, acts, self._bar, hairline(), more, gap=theme.S3)
        )
        status = hbox(self._badge, gap=theme.S2)
        status.addWidget(self._last, 1)
        self.add(status, self.said, self._able)

    # shown ----------------------------------------------------------------------------

    def ask(self) -> None:
        """Read how it stands, where this person may see it."""
        if not self._session.operator.may(Permission.BACKUP):
            return
        backup = self._session.desk.backup
        self._session.runner.run_read(backup.state, self.show_state, self._failed, owner=self, key="backup")

    def show_state(self, state: BackupState) -> None:
        """What is half-typed stays."""
        first, self._state = self._state is None, state
        self._badge.set(*state_words(state))
        self._last.setText(self._words(state))
        self._able.setVisible(state.possible)
        self.set.setText(tr("Replace the passphrase") if state.passphrase else tr("Set the passphrase"))
        self.passphrase.setPlaceholderText(tr("one is set; type to replace it") if state.passphrase else "")
        if first and not self.folder.value():
            self.folder.set_value(state.place)
        self._enable()

    @staticmethod
    def _words(state: BackupState) -> str:
        if not state.possible:
            return state.why_not
        if state.at is None:
            return tr("If this computer were lost now, every case and receipt would be lost with it.")
        files = plural(state.files, "{n} file", "{n} files")
        return joined([tr("Last backup {when}", when=moment(state.at)), files, state.place])

    def _enable(self) -> None:
        state, running = self._state, self._task is not None
        ready = state is not None and state.possible and state.passphrase
        self.make.setEnabled(ready and bool(self.folder.value()) and not running)
        why = "" if ready else tr("Set a passphrase first: without it nothing could be restored elsewhere.")
        self.make.setToolTip(why)
        self.make.setAccessibleDescription(why)
        for widget in (self.set, self.choose, self.folder):
            widget.setEnabled(not running)

    # the passphrase -------------------------------------------------------------------

    def _set(self) -> None:
        first, second = self.passphrase.text(), self.again.text()
        self._passphrase_field.set_problem("")
        self._again_field.set_problem("")
        if len(first) < LEAST:
            words = tr("It has {n} characters; {least} are needed.", len(first), least=LEAST)
            self._passphrase_field.set_problem(words)
            self.passphrase.setFocus()
            return
        if first != second:
            self._again_field.set_problem(tr("The two differ."))
            self.again.setFocus()
            return
        self.passphrase.clear()
        self.again.clear()
        backup, operator = self._session.desk.backup, self._session.operator
        self.set.setEnabled(False)
        self._session.act(
            lambda: backup.set_passphrase(operator, first), self._is_set, self._refused, owner=self
        )

    def _is_set(self, _nothing: None) -> None:
        self.notify.emit("ok", tr("The passphrase is set. It counts from the next backup on."))
        self.ask()

    def _refused(self, problem: DeskError) -> None:
        self._passphrase_field.set_problem(problem.words())
        self._enable()

    # making one -----------------------------------------------------------------------

    def _choose(self) -> None:
        dialog = QFileDialog(self.window(), tr("A folder for backups"), self.folder.value())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._chosen)
        self._dialog = dialog
        dialog.open()

    def _chosen(self, path: str) -> None:
        self.folder.set_value(path)
        self._folder_field.set_problem("")
        self._enable()

    def take(self) -> None:
        """Make one now, beside all other work."""
        folder = Path(self.folder.value())
        self._folder_field.set_problem("")
        self.said.unsay()
        if not folder.is_absolute():
            self._folder_field.set_problem(tr("Give the whole path of the folder."))
            self.folder.setFocus()
            return
        backup, operator = self._session.desk.backup, self._session.operator

        def work(job: Job) -> Done[BackupMade]:
            return backup.take(operator, folder, progress=job.progress, cancelled=lambda: job.cancelled)

        self._show_running(True)
        self._task = self._session.runner.run_long(
            work, self._made, self._not_made, on_progress=self._progressed, owner=self
        )
        self._enable()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self.cancel.setEnabled(False)

    def _progressed(self, done: int, total: int, _words: str) -> None:
        self._bar.set_progress(done, total)
        self._how_far.setText(tr("{done} of {total} files", done=number(done), total=number(total)))

    def _show_running(self, running: bool) -> None:
        self._bar.setVisible(running)
        self._bar.set_progress(0, 0)
        self.cancel.setVisible(running)
        self.cancel.setEnabled(running)
        self._how_far.setText(tr("Copying the database…") if running else "")

    def _ended(self) -> None:
        self._task = None
        self._show_running(False)
        self._enable()

    def _made(self, done: Done[BackupMade]) -> None:
        self._ended()
        made = done.value
        files = plural(made.files, "{n} file", "{n} files")
        words = tr(
            "Backup made: {files}, {copied} of them new, {size} copied.",
            files=files,
            copied=made.copied,
            size=size(made.size),
        )
        if made.missing:
            gone = plural(
                len(made.missing),
                "{n} file was not in the vault any more.",
                "{n} files were not in the vault any more.",
            )
            self.said.say("warn", f"{words} {gone}")
        else:
            self.said.say("ok", words)
        self._session.tell(done.changes)
        self.ask()

    def _not_made(self, problem: DeskError) -> None:
        self._ended()
        kind = "info" if isinstance(problem, Cancelled) else "bad"
        self.said.say(kind, problem.words())

    def _failed(self, problem: DeskError) -> None:
        self.notify.emit("bad", problem.words())


def _secret() -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    # Neither undo nor the input method may keep what was typed.
    field.setInputMethodHints(
        Qt.InputMethodHint.ImhHiddenText
        | Qt.InputMethodHint.ImhSensitiveData
        | Qt.InputMethodHint.ImhNoPredictiveText
    )
    return field
