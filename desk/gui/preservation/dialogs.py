"""The questions of the Preservation page. A dialog stays until its act is done: nothing typed is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QSizePolicy, QWidget

from desk.domain.errors import DeskError
from desk.domain.preservation import Basis
from desk.gui import theme
from desk.gui.case.parts import Said
from desk.gui.preservation.words import basis_words
from desk.gui.widgets.buttons import Button, primary, secondary
from desk.gui.widgets.choices import OptionCards
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.widgets.fields import Field, MultiLine, TextField
from desk.gui.words import tr
from desk.services.preservation import Kept

WIDTH = 480


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What was typed. Fields that a dialog does not ask for stay empty."""

    reference: str = ""
    note: str = ""
    until: date | None = None
    basis: Basis | None = None


class ActDialog(QDialog):
    """``asked`` carries an Asked. The page answers with ``close_done`` or ``refuse``."""

    asked = Signal(object)

    def __init__(self, title: str, words: str, act: Button, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.said = Said()
        self.act = act
        self.act.clicked.connect(self.go)
        self.back = secondary(tr("Cancel"))
        self.back.clicked.connect(self.reject)
        acts = hbox(gap=theme.S2)
        acts.addStretch(1)
        acts.addWidget(self.back)
        acts.addWidget(act)
        self._fields = vbox(gap=theme.S3)
        column = vbox(
            label(title, "section"), label(words, "body-muted", wrap=True), gap=theme.S3, margin=theme.S4
        )
        column.addLayout(self._fields)
        column.addStretch(1)
        column.addWidget(self.said)
        column.addLayout(acts)
        self.setLayout(column)
        self.setFixedWidth(WIDTH)

    def _add(self, *widgets: QWidget) -> None:
        for widget in widgets:
            policy = widget.sizePolicy()
            policy.setVerticalPolicy(QSizePolicy.Policy.Maximum)
            widget.setSizePolicy(policy)
            self._fields.addWidget(widget)

    def answer(self) -> Asked | None:
        """What was typed, or None where something is missing: the field says what."""
        raise NotImplementedError

    def go(self) -> None:
        said = self.answer() if self.act.isEnabled() else None
        if said is not None:
            self.said.unsay()
            self.act.setEnabled(False)
            self.asked.emit(said)

    def refuse(self, problem: DeskError) -> None:
        """The act was refused: say why, and let it be mended here."""
        self.act.setEnabled(True)
        self.said.say("bad", problem.words(), stays=True)
        self.fit()

    def fit(self) -> None:
        """As high as its words need at its width."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(WIDTH, layout.totalHeightForWidth(WIDTH))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    def close_done(self, *_value: object) -> None:
        self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.go()
            return
        super().keyPressEvent(event)


class ExtendDialog(ActDialog):
    def __init__(self, kept: Kept, parent: QWidget) -> None:
        ends = [report.until for report in kept.reports]
        until = max(ends, default=None)
        super().__init__(
            tr("Keep it longer"),
            tr(
                "The media of case {id} are kept until the day you name. An extension is not taken back: "
                "it ends by its own date.",
                id=kept.platform_id,
            ),
            primary(tr("Extend")),
            parent,
        )
        self.until = TextField(tr("2028-05-31"), mono=True, limit=10)
        now = tr("Kept until {day} now.", day=until.isoformat()) if until else ""
        self._until = Field(
            tr("Last day to keep it"), self.until, tr("Year-month-day, in UTC. {now}", now=now)
        )
        self.reference = TextField(limit=200)
        self._reference = Field(
            tr("Reference"), self.reference, tr("The letter, warrant or request it rests on.")
        )
        self.remark = TextField(limit=500)
        self._add(self._until, self._reference, Field(tr("Remark"), self.remark, optional=True))
        self.until.setFocus()

    def answer(self) -> Asked | None:
        self._until.set_problem("")
        self._reference.set_problem("")
        try:
            until = date.fromisoformat(self.until.value())
        except ValueError:
            self._until.set_problem(tr("Write the day as 2028-05-31."))
            self.until.setFocus()
            return None
        if not self.reference.value():
            self._reference.set_problem(tr("Name the letter, warrant or request."))
            self.reference.setFocus()
            return None
        return Asked(self.reference.value(), self.remark.value(), until)


class HoldDialog(ActDialog):
    def __init__(self, kept: Kept, parent: QWidget) -> None:
        super().__init__(
            tr("Legal hold"),
            tr(
                "Nothing of case {id} is destroyed while a hold stands, whatever the date and whoever asks. "
                "One person puts it; two people release it.",
                id=kept.platform_id,
            ),
            primary(tr("Put the hold")),
            parent,
        )
        self.reference = TextField(limit=200)
        self._reference = Field(
            tr("Reference"), self.reference, tr("The order, warrant or letter it rests on.")
        )
        self.remark = TextField(limit=500)
        self._add(self._reference, Field(tr("Remark"), self.remark, optional=True))
        self.reference.setFocus()

    def answer(self) -> Asked | None:
        self._reference.set_problem("")
        if not self.reference.value():
            self._reference.set_problem(tr("Name the order, warrant or letter."))
            self.reference.setFocus()
            return None
        return Asked(self.reference.value(), self.remark.value())


class ReleaseDialog(ActDialog):
    def __init__(self, reference: str, parent: QWidget) -> None:
        super().__init__(
            tr("Ask to release the hold"),
            tr(
                "The hold “{reference}” stands until a second person agrees under Approvals. From then on "
                "only dates and other orders keep the media.",
                reference=reference,
            ),
            primary(tr("Ask a second person")),
            parent,
        )
        self.reason = MultiLine(rows=3)
        self._reason = Field(tr("Why it may end"), self.reason, tr("For the second person, and on record."))
        self._add(self._reason)
        self.reason.setFocus()

    def answer(self) -> Asked | None:
        if not self.reason.value():
            self._reason.set_problem(tr("Say why: the second person reads it."))
            self.reason.setFocus()
            return None
        return Asked(note=self.reason.value())


class DestroyDialog(ActDialog):
    """Asks for destruction; nothing is destroyed before a second person agreed."""

    def __init__(self, kept: Kept, parent: QWidget) -> None:
        files = sum(1 for file in kept.files if file.there)
        super().__init__(
            tr("Ask for destruction"),
            tr(
                "If a second person agrees, nobody can read the {files} files of case {id} from then on: "
                "their key is deleted and the files are removed. This can't be undone. The reports, their "
                "receipts, the hashes in them and the log stay. Backups made before keep the key until they "
                "expire.",
                files=files,
                id=kept.platform_id,
            ),
            Button(tr("Ask a second person"), "danger"),
            parent,
        )
        self._kept = kept
        self.basis = OptionCards(
            [
                (
                    Basis.DUTY_OVER,
                    basis_words(Basis.DUTY_OVER),
                    kept.forbidden or tr("No duty, extension or hold asks to keep them any longer."),
                ),
                (
                    Basis.LAW_ENFORCEMENT,
                    basis_words(Basis.LAW_ENFORCEMENT),
                    kept.forbidden_by_request
                    or tr("It ends the duty and extensions, never a legal hold. It needs a reference."),
                ),
            ]
        )
        self.basis.setAccessibleName(tr("On what basis"))
        self.basis.changed.connect(self._basis_changed)
        self._basis_problem = label("", "bad", wrap=True)
        self._basis_problem.hide()
        self.reference = TextField(limit=200)
        self._reference = Field(tr("Reference of the written request"), self.reference)
        self._reference.hide()
        self.reason = MultiLine(rows=3)
        self._reason = Field(tr("Reason"), self.reason, tr("For the second person, and for the certificate."))
        self._add(self.basis, self._basis_problem, self._reference, self._reason)
        self.basis.setFocus()

    def _basis_changed(self) -> None:
        self._say_basis("")
        self._reference.setVisible(self.basis.value() is Basis.LAW_ENFORCEMENT)
        self.fit()

    def _say_basis(self, words: str) -> None:
        self._basis_problem.setText(words)
        self._basis_problem.setVisible(bool(words))

    def answer(self) -> Asked | None:
        basis = self.basis.value()
        self._reference.set_problem("")
        self._reason.set_problem("")
        if basis is None:
            self._say_basis(tr("Choose on what basis."))
            self.basis.setFocus()
            return None
        asks = basis is Basis.LAW_ENFORCEMENT
        why_not = self._kept.forbidden_by_request if asks else self._kept.forbidden
        if why_not:
            self._say_basis(tr("This basis does not permit it now."))
            return None
        if asks and not self.reference.value():
            self._reference.set_problem(tr("Name the agency's written request."))
            self.reference.setFocus()
            return None
        if not self.reason.value():
            self._reason.set_problem(tr("Say why: the second person reads it."))
            self.reason.setFocus()
            return None
        return Asked(self.reference.value() if asks else "", self.reason.value(), basis=basis)
