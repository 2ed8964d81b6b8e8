"""Near files in the offer of a batched report: what a person said of each, or a way to look and say it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.report.words import agreement_words
from desk.gui.widgets.buttons import link
from desk.gui.widgets.common import clear, label
from desk.gui.words import joined, plural, tr
from desk.services.candidates import NearFile

MOST = 12
"""Lines shown; the nearest come first."""


class NearFiles(QWidget):
    """``compare(NearFile)``: look at both. ``take_back(Agreement)``: it is not said any more."""

    compare = Signal(object)
    take_back = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.S1)

    def show_near(self, found: Sequence[NearFile], *, may: bool) -> None:
        clear(self._column)
        self.acts = []
        self.setVisible(bool(found))
        if not found:
            return
        self._column.addWidget(label(tr("Near, but not the same file"), "label"))
        for near in found[:MOST]:
            self._column.addWidget(self._row(near, may=may))
        more = len(found) - MOST
        if more > 0:
            self._column.addWidget(label(plural(more, "and {n} file more", "and {n} files more"), "muted"))

    def _row(self, near: NearFile, *, may: bool) -> QWidget:
        accounts = dict.fromkeys(case.account for case in near.cases)
        named = ", ".join(list(accounts)[:3])
        more = len(accounts) - 3
        if more > 0:
            named = tr("{names} and {n} more", more, names=named)
        facts = joined(
            [
                tr("{n} of 256 bits differ", near.distance),
                tr("posted by {list}", list=named),
            ]
        )
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S2)
        said = near.agreement
        icon = icons.IconLabel("circle-check", 16, "ok") if said else icons.IconLabel("layers", 16, "muted")
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop if said else Qt.AlignmentFlag.AlignVCenter)
        words = facts if said is None else f"{facts}\n{agreement_words(said)}"
        row.addWidget(label(words, "body", wrap=True), 1)
        act = link(tr("Compare…")) if said is None else link(tr("Take this back"))
        if said is None:
            act.setAccessibleName(tr("Compare with the file of case {n}", n=near.cases[0].case_number))
            act.clicked.connect(partial(self.compare.emit, near))
        else:
            act.clicked.connect(partial(self.take_back.emit, said))
        act.setEnabled(may)
        self.acts.append(act)
        row.addWidget(act, 0, Qt.AlignmentFlag.AlignTop)
        return line
