"""Settings: what of a change protects less than before, and the reason that a second person reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from desk.gui import theme
from desk.gui.approvals.words import figure, figure_name
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.common import clear, hbox, label
from desk.gui.widgets.fields import Field, TextField
from desk.gui.widgets.panels import Panel
from desk.gui.words import tr
from desk.services.configuration import Weakening


class WeakerPanel(Panel):
    """``asked`` carries the reason."""

    asked = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__(tr("A second person has to agree"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.S1)
        self.reason = TextField(limit=500)
        self._field = Field(tr("Why"), self.reason, tr("For the supervisor who answers, and for the record."))
        self.go = primary(tr("Save, and ask for the rest"))
        back = secondary(tr("Go on editing"))
        self.go.clicked.connect(self._go)
        self.reason.returnPressed.connect(self._go)
        back.clicked.connect(self.left)
        acts = hbox(self.go, back)
        acts.addStretch(1)
        said = tr("This would protect less than before. It stays as it is until a supervisor agrees:")
        self.add(label(said, wrap=True), self._lines, self._field, acts)
        self.hide()

    def begin(self, weak: Weakening, titles: Mapping[str, str]) -> None:
        """Say what is weaker and ask why."""
        figures = [
            tr(
                "{what}: {before} → {after}",
                what=figure_name(one.name),
                before=figure(one.name, one.before),
                after=figure(one.name, one.after),
            )
            for one in weak.figures
        ]
        uncovered = [
            tr("{policy}: violations would no longer ask for a report", policy=titles.get(path) or path)
            for path in weak.uncovered
        ]
        self.ask(figures + uncovered)

    def ask(self, lines: Sequence[str], go: str = "") -> None:
        """As ``begin``, with the words for each thing that is weaker; ``go``: other words for the act."""
        if go:
            self.go.setText(go)
        clear(self._lines)
        for words in lines:
            self._lines.addWidget(label(words, wrap=True))
        self._field.set_problem("")
        self.show()
        self.reason.setFocus()

    def _go(self) -> None:
        if not self.reason.value():
            self._field.set_problem(tr("Say why: a supervisor reads it before they agree."))
            self.reason.setFocus()
            return
        reason = self.reason.value()
        self.reason.set_value("")
        self.asked.emit(reason)
