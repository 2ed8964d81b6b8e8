"""The button for a report's evidence bundle: ask a second person, wait for them, then make it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desk.domain.errors import DeskError
from desk.domain.filing import FilingState
from desk.domain.roles import Permission
from desk.gui import words
from desk.gui.queue.ask import Answer, AskDialog
from desk.gui.session import Session
from desk.gui.widgets.buttons import Button
from desk.gui.words import tr
from desk.services.changes import Done
from desk.services.evidence import Bundle, Standing
from desk.services.outbox import FilingStory


class BundleAct(QObject):
    """Drives one button. ``notify`` carries a kind and words."""

    notify = Signal(str, str)

    def __init__(self, session: Session, button: Button, page: QWidget) -> None:
        super().__init__(page)
        self._session = session
        self._button = button
        self._page = page
        self._filing = 0
        self._report = ""
        self._standing = Standing()
        self._dialog: QWidget | None = None
        button.clicked.connect(self.act)
        button.setVisible(False)

    def show_for(self, story: FilingStory) -> None:
        """Whether there is anything to ask for is read anew: the second person may have agreed meanwhile."""
        filing = story.row.filing
        may = self._session.operator.may(Permission.EVIDENCE)
        if filing.state is not FilingState.FILED or not may:
            self._filing = 0
            self._button.setVisible(False)
            return
        self._filing, self._report = filing.id, filing.report_id or ""
        self.reload()

    def reload(self) -> None:
        evidence, operator, filing = self._session.desk.evidence, self._session.operator, self._filing
        if filing:
            self._session.runner.run_read(
                lambda: (filing, evidence.standing(operator, filing)),
                self._told,
                self._failed,
                owner=self,
                key="standing",
            )

    def _told(self, answer: tuple[int, Standing]) -> None:
        filing, standing = answer
        if filing != self._filing:
            return
        self._standing = standing
        own = standing.agreed is not None and standing.agreed.asked_by == self._session.operator.id
        if own:
            self._button.setText(tr("Make the bundle…"))
            self._button.setToolTip(tr("A second person agreed: name the file, and it is made once."))
        elif standing.waiting is not None:
            self._button.setText(tr("Bundle asked for"))
            self._button.setToolTip(tr("It waits for a second person, under Approvals."))
        else:
            self._button.setText(tr("Evidence bundle…"))
            self._button.setToolTip(tr("Everything on record of this report, for a court; no media."))
        self._button.setEnabled(own or standing.waiting is None)
        self._button.setVisible(True)

    def act(self) -> None:
        """Ask for it, or make what was agreed to."""
        agreed = self._standing.agreed
        if agreed is not None and agreed.asked_by == self._session.operator.id:
            self._ask_place()
        elif self._filing:
            self._ask_reason()

    def _ask_reason(self) -> None:
        dialog = AskDialog(
            tr("Evidence bundle"),
            tr(
                "A zip with the report, the receipt, every call and the log's entries about it, which "
                "anybody can check without this program. It holds no media. A second person has to agree."
            ),
            tr("Why it is needed"),
            tr("Ask a second person"),
            self._page,
        )
        dialog.answered.connect(self.ask)
        self._dialog = dialog
        dialog.open()

    def ask(self, answer: Answer) -> None:
        evidence, operator, filing = self._session.desk.evidence, self._session.operator, self._filing
        self._session.act(lambda: evidence.ask(operator, filing, answer.note), self._asked, self._failed)

    def _asked(self, _done: object) -> None:
        self.notify.emit("ok", tr("Asked. A second person agrees under Approvals."))
        self.reload()

    def _ask_place(self) -> None:
        dialog = QFileDialog(self._page, tr("Make the evidence bundle"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("Zip files (*.zip)")])
        dialog.setDefaultSuffix("zip")
        dialog.selectFile(f"evidence-{self._report}.zip")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.make(Path(path)))
        self._dialog = dialog
        dialog.open()

    def make(self, file: Path) -> None:
        agreed = self._standing.agreed
        if agreed is None:
            return
        evidence, operator, approval = self._session.desk.evidence, self._session.operator, agreed.id
        self._button.setEnabled(False)
        self._session.runner.run_long(
            lambda _job: evidence.make(operator, approval, file), self._made, self._failed, owner=self
        )

    def _made(self, done: Done[Bundle]) -> None:
        made = done.value
        told = tr(
            "{name}: {size}, SHA-256 {sha256}",
            name=made.file.name,
            size=words.size(made.size),
            sha256=made.sha256,
        )
        self.notify.emit("ok", told)
        self._session.tell(done.changes)
        self.reload()

    def _failed(self, problem: DeskError) -> None:
        self._button.setEnabled(True)
        self.notify.emit("bad", problem.words())
