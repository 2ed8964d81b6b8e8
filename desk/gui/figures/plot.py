"""A chart: thin lines with their names at their ends, gaps where there is no value.

pyqtgraph is imported when the first chart is made, not when the window starts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desk.domain.figures import Chart, Step
from desk.gui import theme
from desk.gui.figures import words
from desk.gui.palette import Tokens
from desk.gui.words import tr

HEIGHT = 208
LABELS = 236
TICKS = 8
LINES: tuple[tuple[str, Qt.PenStyle], ...] = (
    ("accent", Qt.PenStyle.SolidLine),
    ("text", Qt.PenStyle.SolidLine),
    ("muted", Qt.PenStyle.DashLine),
)
"""Colour and kind of line, in turn: told apart without colours too."""


def load() -> Any:
    """The plotting library; fit for a reading thread, so that nobody waits for its files."""
    import pyqtgraph

    return pyqtgraph


class EndLabels(QWidget):
    """The lines' names with their last values, each at the height where its line ends."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(LABELS)
        self._labels: list[tuple[float, str, str]] = []
        self._tokens: Tokens | None = None

    def set_labels(self, labels: list[tuple[float, str, str]], tokens: Tokens | None = None) -> None:
        """(y, role, words) each."""
        self._labels, self._tokens = labels, tokens
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = self._tokens or theme.tokens()
        font = theme.sans(theme.SMALL, tabular=True)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        high = metrics.height() + 4
        labels = sorted(self._labels)
        places = apart([y for y, _, _ in labels], high, self.height() - high / 2)
        for place, (_, role, text) in zip(places, labels, strict=True):
            painter.setPen(QColor(getattr(tokens, role)))
            rect = QRectF(theme.S2, place - high / 2, self.width() - theme.S2, high)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


def apart(places: Sequence[float], least: float, end: float) -> list[float]:
    """Sorted places moved so that neighbours are ``least`` apart and none is beyond ``end``."""
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + least) if found else max(place, least / 2))
    for n in range(len(found) - 1, -1, -1):
        found[n] = min(found[n], end - least * (len(found) - 1 - n))
    return found


class ChartPlot(QWidget):
    """Shows one Chart. Takes no mouse and no focus: its table is what is read closely."""

    def __init__(self) -> None:
        super().__init__()
        pg = load()
        self._pg = pg
        self._chart: Chart | None = None
        self._tokens: Tokens | None = None
        self.plot = pg.PlotWidget(background=None)
        self.plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        item = self.plot.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setStyle(tickLength=0, tickFont=theme.sans(theme.SMALL, tabular=True))
        item.getAxis("left").setWidth(48)
        item.getAxis("bottom").setStyle(hideOverlappingLabels=False)
        item.layout.setContentsMargins(0, 10, 0, 0)  # room for half of the highest figure
        self._item = item
        item.getViewBox().sigResized.connect(self._resized)
        self._ends = EndLabels()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.plot, 1)
        row.addWidget(self._ends)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(720, HEIGHT)

    def show_chart(self, chart: Chart, step: Step) -> None:
        self._chart, self._step = chart, step
        self.setAccessibleName(
            tr("Chart: {title}. The same figures stand in its table.", title=words.title(chart.key))
        )
        self.recolour()

    def recolour(self, tokens: Tokens | None = None) -> None:
        """Draw it in the colours of the theme now, or in others, for paper."""
        chart = self._chart
        if chart is None:
            return
        self._tokens = tokens
        colours = tokens or theme.tokens()
        item, pg = self._item, self._pg
        item.clear()
        self.plot.setBackground(QColor(colours.surface))
        low, high = bounds(chart)
        item.setXRange(-0.5, max(0.5, len(chart.starts) - 0.5), padding=0)
        item.setYRange(low, high, padding=0)
        marks = steps(low, high, whole=chart.key in ("volume", "trouble"))
        bottom, left = item.getAxis("bottom"), item.getAxis("left")
        left.setTicks([[(mark, f"{mark:g}") for mark in marks]])
        every = max(1, math.ceil(len(chart.starts) / TICKS))
        step = words.step_of(chart, self._step)
        bottom.setTicks(
            [[(at, words.tick(chart.starts[at], step)) for at in range(0, len(chart.starts), every)]]
        )
        for axis in (bottom, left):
            axis.setTextPen(QColor(colours.muted))
            axis.setPen(QPen(QColor(colours.line), 1))
        for mark in marks:
            item.addItem(pg.InfiniteLine(mark, angle=0, pen=_pen(colours.line, 1.0)))
        for n, one in enumerate(chart.series):
            role, kind = LINES[n % len(LINES)]
            colour = getattr(colours, role)
            values = [math.nan if value is None else float(value) for value in one.values]
            lone = [at for at in range(len(values)) if _lone(values, at)]
            item.plot(
                list(range(len(values))),
                values,
                pen=_pen(colour, 1.5, kind),
                connect="finite",
                antialias=True,
            )
            if lone:
                item.plot(
                    lone, [values[at] for at in lone], pen=None, symbol="o", symbolSize=5,
                    symbolPen=_pen(colour, 1.0), symbolBrush=QColor(colour),
                )  # fmt: skip
        self._place_labels()

    def _place_labels(self) -> None:
        chart = self._chart
        if chart is None:
            return
        self._item.getViewBox().updateMatrix()
        labels = []
        for n, one in enumerate(chart.series):
            at = next((at for at in reversed(range(len(one.values))) if one.values[at] is not None), None)
            if at is not None:
                point = self._item.getViewBox().mapViewToScene(QPointF(at, float(one.values[at] or 0)))
                text = f"{words.value(one, at)}  {words.series(one)}"
                labels.append((float(point.y()), LINES[n % len(LINES)][0], text))
        self._ends.set_labels(labels, self._tokens)

    def _resized(self, *_box: object) -> None:
        self._place_labels()


def _pen(colour: str, width: float, kind: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(QColor(colour), width, kind)
    pen.setCosmetic(True)
    return pen


def _lone(values: Sequence[float], at: int) -> bool:
    """Whether a value has no neighbour that a line could go to."""
    before = at > 0 and not math.isnan(values[at - 1])
    after = at + 1 < len(values) and not math.isnan(values[at + 1])
    return not math.isnan(values[at]) and not before and not after


def bounds(chart: Chart) -> tuple[float, float]:
    """From 0, or below where a value is, up to a round figure; a kappa ends at 1."""
    values = [value for one in chart.series for value in one.values if value is not None]
    top = max(values, default=1.0)
    if chart.key == "agreement":
        return (-1.0 if min(values, default=0.0) < 0 else 0.0), 1.0
    if chart.key == "completeness":
        return 0.0, 100.0
    if top <= 0:
        return 0.0, 1.0
    size = 10 ** math.floor(math.log10(top))
    return 0.0, next(float(size * many) for many in (1, 1.2, 1.6, 2, 4, 5, 8, 10) if top <= size * many)


def steps(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Where the scale has its lines; no half cases where ``whole``."""
    parts = 2 if high - low in (1.0, 2.0) else 4
    if whole and high == 1.0:
        parts = 1
    if high in (5.0, 10.0, 50.0, 500.0):
        parts = 5
    return [low + (high - low) * n / parts for n in range(parts + 1)]
