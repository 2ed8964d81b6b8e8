"""The accounts of a batched report, a tick each; any number of them, a page of lines at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desk.domain.draft import BatchMember
from desk.gui import icons, theme
from desk.gui.widgets.buttons import link
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.panels import Scroll
from desk.gui.words import joined, moment, plural, tr
from desk.services.candidates import Candidate

ROWS_SHOWN = 8
ROW = 28
LONGEST = 24
PAGE = 50
"""Lines at a time: a thousand of them would make every change of the form slow."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One account, what there is to know of its case, and what keeps it from going along, with its remedy."""

    member: BatchMember
    facts: str
    problem: str = ""
    fixed: bool = False


class MemberRow(QWidget):
    """One account: a tick, what there is to know of its case, and its problem below."""

    changed = Signal()

    def __init__(self, entry: Entry, *, ticked: bool) -> None:
        super().__init__()
        member, facts = entry.member, entry.facts
        self.member = member
        name = member.account if len(member.account) <= LONGEST else f"{member.account[:LONGEST]}…"
        self.tick = CheckBox(name.replace("&", "&&"))
        self.tick.setToolTip(member.account if name != member.account else "")
        self.tick.setAccessibleName(joined([member.account, facts, entry.problem]))
        self.tick.set_value(ticked)
        self.tick.setEnabled(not entry.fixed)
        row = QHBoxLayout()
        row.setSpacing(theme.S3)
        row.addWidget(self.tick)
        row.addWidget(label(facts, "muted", wrap=True), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        self._problem = QWidget()
        line = QHBoxLayout(self._problem)
        line.setContentsMargins(26, 0, 0, theme.S1)
        line.setSpacing(6)
        line.addWidget(icons.IconLabel("circle-alert", 16, "bad"), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(entry.problem, "bad", wrap=True), 1)
        column.addWidget(self._problem)
        self._wrong = bool(entry.problem)
        self._show_problem()
        self.tick.changed.connect(self._changed)

    def _changed(self) -> None:
        self._show_problem()
        self.changed.emit()

    def _show_problem(self) -> None:
        """Only what is ticked keeps the report from being filed."""
        self._problem.setVisible(self._wrong and bool(self.tick.value()))


class MemberList(QWidget):
    """Ticks are kept for all accounts, shown or not."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[MemberRow] = []
        self._entries: tuple[Entry, ...] = ()
        self._ticked: set[int] = set()
        self._first = 0
        self._scroll = Scroll(margin=0, gap=0)
        self._scroll.body.addStretch(1)
        self.all = link(tr("Tick all that may go along"))
        self.none = link(tr("Untick all"))
        self.before = link(tr("Accounts before"), "chevron-left")
        self.after = link(tr("Further accounts"), "chevron-right")
        self._shown = label("", "muted")
        self.all.clicked.connect(partial(self._tick, True))
        self.none.clicked.connect(partial(self._tick, False))
        self.before.clicked.connect(partial(self._turn, -PAGE))
        self.after.clicked.connect(partial(self._turn, PAGE))
        self._bar = QWidget()
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(theme.S3)
        bar.addWidget(self.all)
        bar.addWidget(self.none)
        bar.addStretch(1)
        bar.addWidget(self.before)
        bar.addWidget(self._shown)
        bar.addWidget(self.after)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        column.addWidget(self._scroll)
        column.addWidget(self._bar)

    def show_members(self, entries: Sequence[Entry], ticked: set[int]) -> None:
        """``ticked``: case numbers."""
        self._entries, self._ticked = tuple(entries), set(ticked)
        self._first = min(self._first, max(0, len(entries) - 1) // PAGE * PAGE)
        self._show()

    def _show(self) -> None:
        held = next((row.member for row in self.rows if row.tick.hasFocus()), None)
        clear(self._scroll.body)
        page = self._entries[self._first : self._first + PAGE]
        self.rows = [
            MemberRow(entry, ticked=entry.fixed or entry.member.case_number in self._ticked) for entry in page
        ]
        for row in self.rows:
            row.changed.connect(partial(self._row_changed, row))
            self._scroll.body.addWidget(row)
        self._scroll.body.addStretch(1)
        width = max((row.tick.sizeHint().width() for row in self.rows), default=0)
        for row in self.rows:
            row.tick.setFixedWidth(width)
        count = len(self._entries)
        self._bar.setVisible(count > ROWS_SHOWN)
        for part in (self.before, self._shown, self.after):
            part.setVisible(count > PAGE)
        self.before.setEnabled(self._first > 0)
        self.after.setEnabled(self._first + PAGE < count)
        self._shown.setText(
            tr("{start} to {end} of {all}", start=self._first + 1, end=self._first + len(page), all=count)
        )
        self._fit()
        found = next((row for row in self.rows if row.member == held), None)
        if found is not None:
            found.tick.setFocus(Qt.FocusReason.OtherFocusReason)
        first = next((row.tick for row in self.rows if row.tick.isEnabled()), None)
        if first is not None:
            self.setFocusProxy(first)

    def _row_changed(self, row: MemberRow) -> None:
        number = row.member.case_number
        if row.tick.value():
            self._ticked.add(number)
        else:
            self._ticked.discard(number)
        self._fit()
        self.changed.emit()

    def _tick(self, on: bool) -> None:
        wanted = (
            {e.member.case_number for e in self._entries if not e.problem and not e.fixed} if on else set()
        )
        if wanted != self._ticked:
            self._ticked = wanted
            self._show()
            self.changed.emit()

    def _turn(self, by: int) -> None:
        self._first = max(0, self._first + by)
        self._show()

    def row(self, number: int) -> MemberRow | None:
        """The line of this case, turning to its page; None where there is none."""
        at = next((i for i, entry in enumerate(self._entries) if entry.member.case_number == number), None)
        if at is None:
            return None
        if not self._first <= at < self._first + PAGE:
            self._first = at // PAGE * PAGE
            self._show()
        return self.rows[at - self._first]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its lines, but for more than fit: those scroll."""
        many = len(self.rows) > ROWS_SHOWN
        off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self._scroll.setVerticalScrollBarPolicy(on if many else off)
        needed = self._scroll.body.heightForWidth(self._scroll.viewport().width()) + 4
        most = ROWS_SHOWN * ROW + 4 if many else needed
        height = max(ROW, min(needed, most))
        if height != self._scroll.maximumHeight():
            self._scroll.setFixedHeight(height)

    def count(self) -> int:
        return len(self._entries)

    def known(self) -> tuple[set[int], set[int]]:
        """The case numbers that are ticked, and all."""
        return set(self._ticked), {entry.member.case_number for entry in self._entries}

    def value(self) -> tuple[BatchMember, ...]:
        """The accounts that are ticked, but for the case's own."""
        return tuple(
            entry.member
            for entry in self._entries
            if not entry.fixed and entry.member.case_number in self._ticked
        )


def facts_of(number: int, case: Candidate | None, distances: Mapping[str, int]) -> str:
    """What there is to know of a case in a batch; of one that is no candidate its number alone."""
    where = tr("case {number}", number=number)
    if case is None:
        return where
    return joined(
        [
            where,
            moment(case.occurred_at),
            tr("near file, {n} bits differ", distances.get(case.near, 0)) if case.near else "",
            tr("urgent: its escalation would be left out") if case.urgent else "",
            tr("{name} is working on it", name=case.holder) if case.holder else "",
            plural(case.rest, "{n} further piece to report", "{n} further pieces to report")
            if case.rest
            else "",
        ]
    )


def bullet(text: str, *, grave: bool = False) -> QWidget:
    """A line of what is left out."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(theme.S1, 0, 0, 0)
    row.setSpacing(theme.S2)
    icon = icons.IconLabel("triangle-alert", 16, "warn") if grave else icons.IconLabel("minus", 16, "muted")
    row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    said: QLabel = label(text, wrap=True)
    row.addWidget(said, 1)
    return line
