"""One second review beside the list: what is asked for, or how the two opinions stand to each other."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.second_review import ReviewState
from desk.gui import theme
from desk.gui.case.parts import Facts
from desk.gui.second_review import words
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.chips import Badge
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.panels import Panel, Scroll
from desk.gui.words import tr
from desk.services.second_review import ReviewLine

WIDEST = 760


class ReviewPane(QWidget):
    """``review_asked`` carries the line to look at again, ``case_asked`` a case's number."""

    review_asked = Signal(object)
    case_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._line: ReviewLine | None = None
        self._title = label("", "section")
        self._state = Badge("", "muted")
        self._facts = Facts()
        self._said = label("", wrap=True)
        self.look = primary(tr("Open the case"), "folder-open", key="Enter")
        self.case = secondary(tr("Open the case"), "folder-open", key="Enter")
        self.look.clicked.connect(self.open)
        self.case.clicked.connect(self.open)
        panel = Panel()
        panel.setMaximumWidth(WIDEST)
        top = hbox(self._title, self._state, gap=theme.S3)
        top.addStretch(1)
        acts = hbox(self.look, self.case)
        acts.addStretch(1)
        panel.add(top, self._facts, self._said, acts)
        scroll = Scroll()
        scroll.add(panel)
        scroll.end()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def show_line(self, line: ReviewLine, until: datetime | None) -> None:
        """``until``: when the report that waits for it is deleted at the service."""
        self._line = line
        review = line.review
        pending = review.state is ReviewState.PENDING
        self._title.setText(tr("Case {number}", number=review.case_number))
        said, colour, icon = words.state(review)
        self._state.set(said, colour, icon)
        facts = self._facts
        facts.clear()
        facts.add(tr("Rule"), review.rule)
        facts.time(tr("Decided"), review.made_at)
        facts.add(tr("First"), words.first(line))
        if not pending:
            facts.add(tr("Second"), words.second(line))
            facts.time(tr("Looked at"), review.reviewed_at)
            facts.add(tr("Reason"), review.reason)
        if pending and line.may_review:
            self._said.setText(words.consequence(review.required, until))
        elif pending:
            self._said.setText(tr("You made the first decision yourself. Another person looks at it again."))
        else:
            self._said.setText("")
        self._said.setVisible(bool(self._said.text()))
        self.look.setVisible(line.may_review)
        self.case.setVisible(not line.may_review)

    def open(self) -> None:
        """To the case: to look at it again, or as it is."""
        if self._line is None:
            return
        if self._line.may_review:
            self.review_asked.emit(self._line)
        else:
            self.case_asked.emit(self._line.review.case_number)
