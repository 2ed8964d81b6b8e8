"""What was filed elsewhere: one record after the other, with its corrections."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desk.domain.channels import channel
from desk.gui import theme, words
from desk.gui.case.parts import Facts, row
from desk.gui.widgets.buttons import link
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.words import plural, tr
from desk.services.channels import ElsewhereRow


class RecordCard(QFrame):
    """``corrected`` and ``opened`` carry the record's id and its case's number."""

    corrected = Signal(int)
    opened = Signal(int)

    def __init__(self, shown: ElsewhereRow, *, may_correct: bool, with_case: bool) -> None:
        super().__init__()
        self.filing = filing = shown.filing
        stated = filing.stated
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S3, theme.S2, theme.S3, theme.S2)
        column.setSpacing(theme.S1)
        name = channel(stated.body).name
        head = label(
            tr("{body}, by hand on the web form", body=name) if filing.by_hand else tr(name),
            "label",
            wrap=True,
        )
        top = row(head, gap=theme.S2)
        top.setStretch(0, 1)
        if filing.withdrawn:
            top.addWidget(Badge(tr("withdrawn"), "warn", "undo-2"))
        elif may_correct:
            mend = link(tr("Correct…"))
            mend.setAccessibleName(tr("Correct the record of {body}", body=name))
            mend.clicked.connect(lambda: self.corrected.emit(filing.id))
            top.addWidget(mend)
        column.addLayout(top)
        facts = Facts()
        if stated.reference:
            facts.put(tr("Reference"), CopyLabel(stated.reference, tr("Reference")))
        facts.time(tr("Filed"), stated.filed_at, stated.filed_by)
        facts.time(tr("Recorded"), filing.recorded_at, shown.recorded_by)
        count = plural(len(stated.content_ids), "{n} piece of content", "{n} pieces of content")
        facts.add(tr("Reported"), count)
        if filing.preserve_until is not None:
            facts.add(tr("Preserve until"), filing.preserve_until.isoformat())
        facts.add(tr("Note"), stated.note)
        for correction, who in zip(filing.corrections, shown.corrected_by, strict=True):
            act = tr("Withdrawn") if correction.withdrawn else tr("Corrected")
            facts.time(act, correction.at, who)
            facts.add("", correction.reason)
        column.addWidget(facts)
        if with_case:
            to = link(tr("Case {id}", id=shown.platform_id))
            to.clicked.connect(lambda: self.opened.emit(filing.case_number))
            column.addLayout(row(to, None))
        self.setAccessibleName(tr("Report filed with {body}", body=name))


class RecordList(QWidget):
    """The records of one case, or of all."""

    corrected = Signal(int)
    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.S2)
        self.cards: list[RecordCard] = []

    def show_rows(
        self, rows: Sequence[ElsewhereRow], *, may_correct: bool, with_case: bool, total: int = 0
    ) -> None:
        clear(self._column)
        self.cards = []
        for shown in rows:
            card = RecordCard(shown, may_correct=may_correct, with_case=with_case)
            card.corrected.connect(self.corrected)
            card.opened.connect(self.opened)
            self.cards.append(card)
            self._column.addWidget(card)
        if not rows:
            none = (
                tr("No report is recorded as filed elsewhere.")
                if with_case
                else tr("Nothing of this case is recorded as filed elsewhere.")
            )
            self._column.addWidget(label(none, "body-muted", wrap=True))
        elif total > len(rows):
            more = words.number(total - len(rows))
            self._column.addWidget(label(tr("and {n} older ones", n=more), "muted"))
        self._column.addStretch(1)
