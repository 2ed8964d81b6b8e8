"""Near pictures: alike by their perceptual hash, and never said to be the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.errors import DeskError
from desk.gui import icons, theme
from desk.gui.case.parts import row
from desk.gui.session import Session
from desk.gui.widgets.common import clear, label
from desk.gui.words import joined, plural, tr
from desk.services.hashing import Near

ICON = "equal-approximately"
MOST = 4
"""Near files listed by name; how many more there are is said."""


class NearFinder(QObject):
    """Asks off the GUI thread what is near in a case. ``found`` when another answer came."""

    found = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._number = 0
        self.near: Mapping[str, tuple[Near, ...]] = {}

    def ask(self, number: int) -> None:
        """Of this case; what was known of another is forgotten at once."""
        if number != self._number:
            self._number, self.near = number, {}
        if not number:
            return
        ask = partial(self._session.desk.hashing.near, self._session.operator, number)
        self._session.runner.run_read(ask, partial(self._came, number), _no, owner=self, key="near")

    def _came(self, number: int, near: Mapping[str, tuple[Near, ...]]) -> None:
        if number == self._number and near != self.near:
            self.near = near
            self.found.emit()

    def counts(self) -> dict[str, int]:
        """By content id, how many near files there are."""
        return {key: len(found) for key, found in self.near.items()}


def _no(_error: DeskError) -> None:
    """What can't be compared now is shown without near files."""


class NearList(QWidget):
    """The near files of the one in focus, nearest first; hidden where there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, theme.S1)
        self._column.setSpacing(2)
        self.hide()

    def show_near(self, near: Sequence[Near], here: int) -> None:
        """``here`` is the number of the case that is shown."""
        clear(self._column)
        self.setVisible(bool(near))
        if not near:
            return
        title = plural(len(near), "{n} near match, not identical", "{n} near matches, not identical")
        self.setAccessibleName(title)
        head = QWidget()
        head.setLayout(row(icons.IconLabel(ICON, 14, "text"), label(title, "label"), None, gap=theme.S1))
        head.setToolTip(
            tr(
                "Alike by a picture hash (PDQ): at most 31 of 256 bits differ. It can be another picture: "
                "look for yourself. Looking at one is not viewing the other."
            )
        )
        self._column.addWidget(head)
        ordered = sorted(near, key=lambda one: (one.distance, one.occurrence.case_number))
        for one in ordered[:MOST]:
            words = label(near_words(one, here), "muted", select=True)
            words.setFont(theme.sans(theme.SMALL, tabular=True))
            line = QWidget()
            line.setLayout(row(words, None))
            line.setContentsMargins(14 + theme.S1, 0, 0, 0)
            self._column.addWidget(line)
        if len(ordered) > MOST:
            more = label(tr("and {n} more", n=len(ordered) - MOST), "muted")
            more.setContentsMargins(14 + theme.S1, 0, 0, 0)
            self._column.addWidget(more)


def near_words(one: Near, here: int) -> str:
    """'near, 12 of 256 bits differ · case 8, file c2'."""
    far = plural(one.distance, "near, {n} of 256 bits differs", "near, {n} of 256 bits differ")
    if not one.distance:
        far = tr("near, the hash is alike, the bytes are not")
    found = one.occurrence
    if found.case_number == here:
        where = tr("in this case, file {id}", id=found.content_id)
    else:
        where = tr("case {n}, file {id}", n=found.case_number, id=found.content_id)
    report = tr("report {id}", id=found.report_id) if found.report_id else ""
    return joined([far, where, report])
