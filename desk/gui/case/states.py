"""What the case page shows instead of a case: none open, loading, failing, just decided."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.case.parts import row
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.common import label
from desk.gui.widgets.panels import LoadingSkeleton, Panel
from desk.gui.words import tr


class CaseSkeleton(QWidget):
    """The layout before the data: two columns of still bars."""

    def __init__(self) -> None:
        super().__init__()
        left, right = Panel(), Panel()
        for panel, rows in ((left, 9), (right, 7)):
            panel.add(LoadingSkeleton(rows))
            panel.body.addStretch(1)
        box = row(gap=theme.S3, margin=theme.S4)
        box.addWidget(left, 2)
        box.addWidget(right, 3)
        self.setLayout(box)
        self.setAccessibleName(tr("Loading the case"))


class Middle(QWidget):
    """An icon, a line, words and acts in the middle of the page."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icons.IconLabel(icon, 28, "muted")
        self._title = label("", "section")
        self._words = label("", "body-muted", wrap=True)
        self._words.setFixedWidth(420)
        centre = Qt.AlignmentFlag.AlignHCenter
        self._words.setAlignment(centre)
        self.acts = row(gap=theme.S2)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S6, theme.S8, theme.S6, theme.S8)
        column.setSpacing(theme.S2)
        column.addStretch(2)
        column.addWidget(self._icon, 0, centre)
        column.addSpacing(theme.S1)
        column.addWidget(self._title, 0, centre)
        column.addWidget(self._words, 0, centre)
        column.addSpacing(theme.S2)
        line = row(None, gap=theme.S2)
        line.addLayout(self.acts)
        line.addStretch(1)
        column.addLayout(line)
        column.addStretch(3)

    def say(self, title: str, words: str = "") -> None:
        self._title.setText(title)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        # A label of fixed width in the middle of a column is given one line's height otherwise.
        self._words.setMinimumHeight(self._words.heightForWidth(self._words.width()))
        self.setAccessibleName(f"{title} {words}".strip())

    def title(self) -> str:
        return self._title.text()

    def words(self) -> str:
        return self._words.text()


class NoCase(Middle):
    """The rail was pressed and no case is open."""

    next_asked = Signal()

    def __init__(self) -> None:
        super().__init__("inbox")
        self.say(
            tr("No case open"),
            tr("Take the next case: the most urgent first, then the oldest. Or choose one in the queue."),
        )
        self.next = primary(tr("Next case"), key="Enter")
        self.next.clicked.connect(self.next_asked)
        self.acts.addWidget(self.next)


class Failed(Middle):
    """The case can't be shown: why, and the ways on."""

    again = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__("circle-alert")
        self.retry = secondary(tr("Try again"))
        self.retry.clicked.connect(self.again)
        back = secondary(tr("Back to the queue"))
        back.clicked.connect(self.left)
        self.acts.addWidget(self.retry)
        self.acts.addWidget(back)


class Decided(Middle):
    """A decision was made: undo it, go back to the queue, or take the next case. Enter goes back."""

    undone = Signal()
    left = Signal()
    next_asked = Signal()

    def __init__(self) -> None:
        super().__init__("circle-check")
        self.undo = secondary(tr("Undo"), key="Ctrl+Z")
        self.undo.clicked.connect(self.undone)
        self.back = primary(tr("Back to the queue"), key="Enter")
        self.back.clicked.connect(self.left)
        self.next = secondary(tr("Next case"))
        self.next.clicked.connect(self.next_asked)
        for button in (self.undo, self.next, self.back):
            self.acts.addWidget(button)

    def set_busy(self, busy: bool) -> None:
        for button in (self.undo, self.next, self.back):
            button.setEnabled(not busy)
