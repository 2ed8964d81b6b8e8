"""Settings, for administrators: how often checkpoints are signed, and the file elsewhere that gets copies."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog

from desk.domain.errors import DeskError
from desk.domain.roles import Permission
from desk.gui import theme
from desk.gui.session import Session
from desk.gui.settings.weaker import WeakerPanel
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.fields import Field, TextField
from desk.gui.widgets.numbers import NumberField
from desk.gui.widgets.panels import Panel
from desk.gui.words import tr
from desk.services.checkpoint_policy import LEAST_MINUTES, MOST_MINUTES, CheckpointPolicy, weakened
from desk.services.configuration import Weakening


class SigningPanel(Panel):
    """Saved by itself: it is no setting of reports. ``notify`` carries a kind and words."""

    notify = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Checkpoints of the audit log"))
        self._session = session
        self._before = CheckpointPolicy()
        self.every = NumberField(LEAST_MINUTES, MOST_MINUTES, tr(" min"), width=160)
        self.copies = TextField(mono=True)
        self.choose = secondary(tr("Choose…"), "folder-open")
        self.choose.clicked.connect(self._choose)
        self.save = secondary(tr("Save"))
        self.save.setEnabled(False)
        self.save.clicked.connect(self._save)
        self.add(
            Field(
                tr("Signed at least every"),
                self.every,
                tr("While people work. After each receipt one is signed in any case."),
            )
        )
        where = Field(
            tr("Copies to a file elsewhere"),
            self.copies,
            tr("Best where nobody at this desk can change it: it finds a log that was cut short."),
            optional=True,
        )
        row = hbox(where, gap=theme.S2)
        row.setStretch(0, 1)
        for button in (self.choose, self.save):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._trouble = label("", "warn", wrap=True)
        self._trouble.hide()
        self.weaker = WeakerPanel()
        self.weaker.asked.connect(self._keep)
        self.weaker.left.connect(self.weaker.hide)
        self.add(row, self._trouble, self.weaker)
        self.every.valueChanged.connect(self._touched)
        self.copies.changed.connect(self._touched)
        self._enable(False)

    def _enable(self, known: bool) -> None:
        """What is typed before the policy is known would be saved over it."""
        for field in (self.every, self.copies, self.choose):
            field.setEnabled(known)

    def ask(self) -> None:
        """Read how it stands, where this person may set it."""
        checkpoints, by = self._session.desk.checkpoints, self._session.operator
        if not by.may(Permission.SETTINGS):
            return

        def work() -> tuple[CheckpointPolicy, str]:
            return checkpoints.policy(by), checkpoints.trouble()

        self._session.runner.run_read(work, self._show, self._failed, owner=self, key="signing")

    def _show(self, found: tuple[CheckpointPolicy, str]) -> None:
        policy, trouble = found
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        if not self.save.isEnabled():  # else it is being edited
            self.set_policy(policy)

    def set_policy(self, policy: CheckpointPolicy) -> None:
        self._enable(True)
        self._before = policy
        self.every.set_quietly(policy.every_minutes)
        self.copies.set_value(policy.copies)
        self.save.setEnabled(False)

    def value(self) -> CheckpointPolicy:
        return CheckpointPolicy(self.every.value(), self.copies.value().strip())

    def _touched(self) -> None:
        self.save.setEnabled(self.value() != self._before)

    def _choose(self) -> None:
        """Not modal over the program: the outbox goes on beneath it."""
        start = self.copies.value().strip() or str(Path.home() / "checkpoints.txt")
        dialog = QFileDialog(self, tr("A file for copies of checkpoints"), start)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # What is there already is appended to, never replaced: nothing has to be asked.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, name: str) -> None:
        self.copies.set_value(name)
        self._touched()

    def _save(self) -> None:
        weak = weakened(self._before, self.value())
        if weak:
            self.weaker.begin(Weakening(weak), {})
            return
        self._keep("")

    def _keep(self, reason: str) -> None:
        wanted, service, by = self.value(), self._session.desk.checkpoints, self._session.operator
        self.save.setEnabled(False)
        kept = partial(self._saved, wanted)
        self._session.act(lambda: service.set_policy(by, wanted, reason), kept, self._failed, owner=self)

    def _saved(self, wanted: CheckpointPolicy, policy: CheckpointPolicy) -> None:
        self.weaker.hide()
        if self.save.isEnabled():  # edited again meanwhile: that stays
            self._before = policy
            self._touched()
        else:
            self.set_policy(policy)
        if policy == wanted:
            self.notify.emit("ok", tr("Saved."))
        else:
            said = tr("What protects less waits: a supervisor finds it under Approvals.")
            self.notify.emit("info", said)
        self.ask()

    def _failed(self, problem: DeskError) -> None:
        self._touched()
        self.notify.emit("bad", problem.words())
