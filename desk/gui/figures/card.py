"""One chart with its table and what can be done with them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from desk.domain.figures import Chart, Step
from desk.gui import theme
from desk.gui.figures import words
from desk.gui.figures.plot import HEIGHT, LABELS, ChartPlot
from desk.gui.figures.table import FigureTable
from desk.gui.palette import LIGHT, Tokens
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.common import label, vbox
from desk.gui.widgets.panels import Panel
from desk.gui.words import tr

CHART, TABLE, EMPTY = 0, 1, 2
PICTURE = 1040
"""Width of a saved picture, in px at scale 1."""


class ChartCard(Panel):
    """``wanted`` carries (what, key): csv, png or pdf of this chart."""

    wanted = Signal(str, str)
    copied = Signal(str)

    def __init__(self, chart: Chart, step: Step) -> None:
        self.turner = secondary(tr("Table"))
        self.turner.setCheckable(True)
        self.copy_button = secondary(tr("Copy"), "copy")
        self.save = secondary(tr("Save…"), "download")
        name = words.title(chart.key)
        super().__init__(name, acts=[self.turner, self.copy_button, self.save])
        self.key = chart.key
        menu = QMenu(self.save)
        for what, text in (
            ("csv", tr("Table as CSV…")),
            ("png", tr("Chart as picture (PNG)…")),
            ("pdf", tr("Chart and table as PDF…")),
        ):
            menu.addAction(text).triggered.connect(partial(self._want, what))
        self.save.setMenu(menu)
        self.turner.setAccessibleName(tr("Table of: {title}", title=name))
        self.copy_button.setAccessibleName(tr("Copy the table of: {title}", title=name))
        self.save.setAccessibleName(tr("Save: {title}", title=name))
        self._plot: ChartPlot | None = None
        self.table = FigureTable(tr("Table: {title}", title=name), wide=-1, first=180)
        self._nothing = label(words.nothing(chart.key), "body-muted", wrap=True)
        self._stack = QStackedWidget()
        for part in (QWidget(self), self.table, self._nothing):
            self._stack.addWidget(part)
        self.turner.toggled.connect(self.turn)
        self.copy_button.clicked.connect(self.copy)
        self.body.setSpacing(theme.S2)
        self.add(label(words.about(chart.key), "muted", wrap=True), self._stack)
        self.show_chart(chart, step)

    @property
    def plot(self) -> ChartPlot:
        """Made when there is something to draw: it is what takes longest."""
        if self._plot is None:
            self._plot = ChartPlot()
            room = self._stack.widget(CHART)
            assert room is not None
            room.setLayout(vbox(self._plot))
            room.setMaximumHeight(HEIGHT)
        return self._plot

    def recolour(self) -> None:
        """In the colours of the theme now."""
        if self._plot is not None:
            self._plot.recolour()

    def show_chart(self, chart: Chart, step: Step) -> None:
        self.chart, self.step = chart, step
        empty = chart.empty
        if not empty:
            self.plot.show_chart(chart, step)
            self.table.set_table(*words.table(chart, step))
        for button in (self.turner, self.copy_button, self.save):
            button.setVisible(not empty)
        self.turn(self.turner.isChecked())

    def turn(self, to_table: bool) -> None:
        """The table in place of the chart, or the chart again."""
        self.turner.setText(tr("Chart") if to_table else tr("Table"))
        at = EMPTY if self.chart.empty else TABLE if to_table else CHART
        self._stack.setCurrentIndex(at)
        high = {CHART: HEIGHT, TABLE: self.table.maximumHeight(), EMPTY: self._nothing.sizeHint().height()}[
            at
        ]
        self._stack.setFixedHeight(high)

    @property
    def shows_table(self) -> bool:
        return self._stack.currentIndex() == TABLE

    def nothing(self) -> str:
        """Why there is nothing to see; empty where there is."""
        return self._nothing.text() if self._stack.currentIndex() == EMPTY else ""

    def copy(self) -> None:
        self.table.copy()
        self.copied.emit(words.title(self.key))

    def _want(self, what: str, *_checked: object) -> None:
        self.wanted.emit(what, self.key)

    def picture(self, tokens: Tokens = LIGHT) -> QImage:
        """The chart at twice the size of the screen's, ink on white."""
        made = ChartPlot()
        made.resize(PICTURE, HEIGHT)
        made.show_chart(self.chart, self.step)
        made.recolour(tokens)
        made.ensurePolished()
        pixmap = QPixmap(PICTURE * 2, HEIGHT * 2)
        pixmap.setDevicePixelRatio(2)
        pixmap.fill(QColor(tokens.surface))
        layout = made.layout()
        assert layout is not None
        layout.activate()
        made.plot.resize(PICTURE - LABELS, HEIGHT)
        made.recolour(tokens)
        painter = QPainter(pixmap)
        made.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        painter.end()
        made.deleteLater()
        return pixmap.toImage()
