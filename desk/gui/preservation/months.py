"""What ends when: a strip of the coming months with how many duties end in each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from desk.gui import theme
from desk.gui.preservation.words import month_name, month_words
from desk.gui.widgets.common import focus_ring
from desk.gui.words import number, plural, tr

SHOWN = 14
"""This month, the year after it, and the month in which today's reports end."""
HEIGHT, BAR = 58, 20


class MonthCell(QAbstractButton):
    """One month: how many end in it, as a number and a bar, and its name."""

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.month, self._count, self._most, self._first = "", 0, 0, False

    def set(self, month: str, count: int, most: int, first: bool) -> None:
        """``most``: of all months shown; ``first``: the year is said with it."""
        self.month, self._count, self._most, self._first = month, count, most, first
        said = plural(count, "{n} ends", "{n} end")
        self.setAccessibleName(tr("{month}: {count}", month=month_words(month), count=said))
        self.setToolTip(self.accessibleName())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(72, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if self.isChecked() or self.underMouse():
            painter.setPen(QPen(theme.colour("accent"), 1) if self.isChecked() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selected" if self.isChecked() else "hover"))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        inner = rect.adjusted(6, 4, -6, -4)
        small = theme.sans(theme.SMALL, QFont.Weight.Medium, tabular=True)
        painter.setFont(small)
        painter.setPen(theme.colour("text" if self._count else "muted"))
        top = QRectF(inner.x(), inner.y(), inner.width(), 16)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignCenter), number(self._count) if self._count else "–")
        painter.setPen(Qt.PenStyle.NoPen)
        wide = min(inner.width(), 44.0)
        track = QRectF(inner.center().x() - wide / 2, inner.y() + 22, wide, 4)
        painter.setBrush(theme.colour("skeleton"))
        painter.drawRoundedRect(track, 2, 2)
        if self._count and self._most:
            filled = QRectF(track)
            filled.setWidth(max(4.0, track.width() * self._count / self._most))
            painter.setBrush(theme.colour("accent" if self.isChecked() else "muted"))
            painter.drawRoundedRect(filled, 2, 2)
        year, month = self.month.split("-") if self.month else ("", "1")
        name = month_name(int(month))
        if self._first:
            name = tr("{month} ’{year}", month=name, year=year[2:])
        painter.setFont(theme.sans(theme.SMALL))
        painter.setPen(theme.colour("accent" if self.isChecked() else "muted"))
        below = QRectF(inner.x(), inner.bottom() - 18, inner.width(), 18)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), name)
        if self.hasFocus():
            focus_ring(painter, rect)
        painter.end()


class MonthStrip(QWidget):
    """``chosen`` carries a month such as 2027-11, or nothing where it was taken back.

    Arrows move, Enter or Space chooses; the chosen one again takes it back.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("What ends in which month"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.cells = [MonthCell() for _ in range(SHOWN)]
        for cell in self.cells:
            cell.clicked.connect(self._clicked)
            row.addWidget(cell, 1)
        self.setFocusProxy(self.cells[0])

    def show_months(self, today: date, counts: Mapping[str, int]) -> None:
        most = max((counts.get(month, 0) for month in following(today)), default=0)
        for at, (cell, month) in enumerate(zip(self.cells, following(today), strict=True)):
            cell.set(month, counts.get(month, 0), most, at == 0 or month.endswith("-01"))

    def set_chosen(self, month: str) -> None:
        """Mark a month without telling; empty for none."""
        for cell in self.cells:
            cell.setChecked(bool(month) and cell.month == month)

    def _clicked(self) -> None:
        cell = self.sender()
        if isinstance(cell, MonthCell):
            month = cell.month if cell.isChecked() else ""
            self.set_chosen(month)
            self.chosen.emit(month)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        at = next((n for n, cell in enumerate(self.cells) if cell.hasFocus()), None)
        if step is None or at is None:
            super().keyPressEvent(event)
            return
        target = self.cells[max(0, min(len(self.cells) - 1, at + step))]
        target.setFocus(Qt.FocusReason.TabFocusReason)


def following(today: date) -> list[str]:
    """This month and those after it, as many as are shown."""
    first = today.year * 12 + today.month - 1
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, first + SHOWN)]
