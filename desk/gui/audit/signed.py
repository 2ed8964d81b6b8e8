"""What is signed of the log: the newest checkpoints, the key, and what keeps them from being made."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QWidget

from desk.domain.audit import CheckpointRow
from desk.domain.errors import DeskError, UserError
from desk.gui import theme
from desk.gui.runner import Job
from desk.gui.session import Session
from desk.gui.widgets.buttons import IconButton, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.words import moment, plural, tr
from desk.services.checkpoints import CheckpointState

WIDTH = 300
SHOWN = 200


class SignedPane(QWidget):
    """``notify`` carries a kind and words; ``signed`` tells that the log has grown."""

    notify = Signal(str, str)
    signed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._rows: list[CheckpointRow] = []
        self.setMinimumWidth(220)
        self.standing = Badge("", "muted")
        self.trouble = label("", "body-muted", wrap=True)
        self.key = CopyLabel("", tr("Public key"))
        self.sign = secondary(tr("Sign now"), "fingerprint")
        self.sign.clicked.connect(self._sign)
        self.save = secondary(tr("Save all…"), "download")
        self.save.clicked.connect(self._ask_place)
        self.copy = IconButton("copy", tr("Copy the chosen checkpoint"))
        self.copy.clicked.connect(self.copy_chosen)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Signed checkpoints"))
        self.list.setProperty("fills", True)
        self.list.itemActivated.connect(lambda _item: self.copy_chosen())
        self.empty = label(
            tr("Nothing is signed yet. The first report's receipt is, and so are all acts every hour."),
            "body-muted",
            wrap=True,
        )
        self._key_words = label(tr("Public key"), "caption")
        head = hbox(label(tr("Checkpoints"), "section"), gap=theme.S2)
        head.addStretch(1)
        head.addWidget(self.copy)
        acts = hbox(self.sign, self.save, gap=theme.S2)
        acts.addStretch(1)
        column = vbox(margin=0, gap=theme.S3)
        column.setContentsMargins(theme.S3, theme.S1, theme.S4, theme.S4)
        column.addLayout(head)
        for part in (self.standing, self.trouble, self.empty, self.list, self._key_words, self.key):
            column.addWidget(part)
        column.setStretchFactor(self.list, 1)
        column.addStretch(0)
        column.addLayout(acts)
        self.setLayout(column)
        self._show_rows([])

    def reload(self) -> None:
        checkpoints, operator = self._session.desk.checkpoints, self._session.operator
        self._session.runner.run_read(
            lambda: (checkpoints.state(operator), checkpoints.newest(operator, SHOWN)),
            self._loaded,
            self._failed,
            owner=self,
            key="signed",
        )

    def _loaded(self, answer: tuple[CheckpointState, list[CheckpointRow]]) -> None:
        state, rows = answer
        if state.last is None:
            self.standing.set(tr("Nothing signed yet"), "muted")
        elif state.unsigned:
            words = plural(state.unsigned, "{n} newer entry", "{n} newer entries")
            self.standing.set(words, "muted", "clock")
        else:
            self.standing.set(tr("All is signed"), "ok", "circle-check")
        self.trouble.setText("\n".join(part for part in (state.trouble, state.copy_trouble) if part))
        self.trouble.setVisible(bool(self.trouble.text()))
        if self.trouble.text():
            self.standing.set(tr("Needs attention"), "warn", "triangle-alert")
        self.key.set_value(state.key)
        self._show_rows(rows)

    def _show_rows(self, rows: list[CheckpointRow]) -> None:
        self.trouble.setVisible(bool(self.trouble.text()))
        for part in (self.list, self.key, self._key_words, self.save, self.copy):
            part.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        if rows == self._rows:
            return
        self._rows = rows
        self.list.clear()
        for row in rows:
            entries = plural(row.size, "{n} entry", "{n} entries")
            item = QListWidgetItem(f"{row.number}   {moment(row.at)}   {entries}")
            item.setData(Qt.ItemDataRole.UserRole, row.note)
            item.setToolTip(row.note)
            self.list.addItem(item)
        if rows:
            self.list.setCurrentRow(0)

    def copy_chosen(self) -> None:
        """The signed note as it is, for whoever keeps or checks it."""
        item = self.list.currentItem()
        if item is not None:
            QGuiApplication.clipboard().setText(item.data(Qt.ItemDataRole.UserRole))
            self.notify.emit("ok", tr("The checkpoint is copied."))

    def _sign(self) -> None:
        checkpoints, operator = self._session.desk.checkpoints, self._session.operator
        self.sign.setEnabled(False)
        self._session.runner.run_long(
            lambda _job: checkpoints.sign(operator), self._is_signed, self._failed, owner=self
        )

    def _is_signed(self, _done: object) -> None:
        self.sign.setEnabled(True)
        self.notify.emit("ok", tr("Signed."))
        self.reload()
        self.signed.emit()

    def _ask_place(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the checkpoints"), "checkpoints.txt")
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        checkpoints, operator = self._session.desk.checkpoints, self._session.operator

        def work(_job: Job) -> int:
            rows = checkpoints.newest(operator, 1_000_000)
            try:
                path.write_text("".join(row.note for row in reversed(rows)), "utf-8")
            except OSError as error:
                words = tr("The file can't be written: {why}.", why=str(error.strerror))
                raise UserError(words, tr("Name another place.")) from None
            return len(rows)

        self._session.runner.run_long(work, self._saved, self._failed, owner=self)

    def _saved(self, count: int) -> None:
        self.notify.emit("ok", plural(count, "{n} checkpoint written.", "{n} checkpoints written."))

    def _failed(self, problem: DeskError) -> None:
        self.sign.setEnabled(True)
        self.notify.emit("bad", problem.words())
