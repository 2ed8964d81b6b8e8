"""What stays in view at the right: how complete the report is, what would help most, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.completeness import Completeness
from desk.gui import icons, theme
from desk.gui.report.words import things_missing
from desk.gui.widgets.buttons import link
from desk.gui.widgets.common import clear, focus_ring, hairline, label
from desk.gui.widgets.panels import Scroll
from desk.gui.widgets.progress import CompletenessMeter
from desk.gui.words import plural, tr

WIDTH, NARROW = 256, 208
MOST = 24


@dataclass(frozen=True)
class Tip:
    """One line that leads to a field."""

    path: str
    words: str
    aside: str = ""
    icon: str = ""
    role: str = "muted"


class TipRow(QWidget):
    """A line that takes one to its field by a click, Enter or Space."""

    chosen = Signal(str)

    def __init__(self, tip: Tip) -> None:
        super().__init__()
        self.tip = tip
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{tip.words} {tip.aside}".strip())
        self.setAccessibleDescription(tr("Goes to the field"))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S2, 5, theme.S2, 5)
        row.setSpacing(theme.S2)
        if tip.icon:
            row.addWidget(icons.IconLabel(tip.icon, 16, tip.role), 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(label(tip.words, wrap=True))
        if tip.aside:
            texts.addWidget(label(tip.aside, "muted", wrap=True))
        row.addLayout(texts, 1)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.tip.path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control:
            self.chosen.emit(self.tip.path)
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))
        painter.end()


class SidePanel(Scroll):
    """``wanted(path)``: a person wants to go to the field at this path of the draft."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(margin=0, gap=theme.S2)
        self.setFixedWidth(WIDTH)
        self.body.setContentsMargins(theme.S3, theme.S4, theme.S4, theme.S4)
        self.meter = CompletenessMeter()
        self._informational = label(
            tr(
                "As it stands, this report is likely to be marked informational. "
                "It can be filed all the same."
            ),
            "muted",
            wrap=True,
        )
        self._informational.hide()
        self._understood = link(tr("Understood"))
        self._understood.setAccessibleName(tr("Understood: do not say it again for this report"))
        self._understood.clicked.connect(self._quiet)
        self._understood.hide()
        self._told = self._silent = False
        self._help_title = label(tr("What would help most"), "label")
        self._help = QVBoxLayout()
        self._help.setSpacing(0)
        self._missing_title = label("", "label")
        self._missing = QVBoxLayout()
        self._missing.setSpacing(0)
        self._shown: tuple[list[Tip], list[Tip]] = ([], [])
        self._lines: dict[QVBoxLayout, list[TipRow]] = {}
        self.body.addWidget(label(tr("Completeness"), "section"))
        self.body.addWidget(self.meter)
        self.body.addWidget(self._informational)
        self.body.addWidget(self._understood, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(theme.S1)
        self.body.addWidget(self._help_title)
        self.body.addLayout(self._help)
        self.body.addSpacing(theme.S1)
        self.body.addWidget(hairline())
        self.body.addSpacing(theme.S1)
        self.body.addWidget(self._missing_title)
        self.body.addLayout(self._missing)
        self.end()

    def show_state(self, completeness: Completeness, helps: list[Tip], missing: list[Tip]) -> None:
        """``helps`` are what would help most, ``missing`` what keeps the report from being filed."""
        self.meter.set_score(completeness.score)
        self._say_informational(completeness.likely_informational)
        self._help_title.setVisible(bool(helps))
        self._missing_title.setText(things_missing(len(missing)) if missing else tr("Nothing is missing"))
        if (helps, missing) == self._shown:
            return
        self._shown = (helps, missing)
        self._fill(self._help, helps)
        self._fill(self._missing, missing[:MOST])
        more = len(missing) - MOST
        if more > 0:
            self._missing.addWidget(label(plural(more, "and {n} more", "and {n} more"), "muted"))

    def say_anew(self) -> None:
        """Another report is shown: what was said of the last one counts no more."""
        self._told = self._silent = False
        self._informational.hide()
        self._understood.hide()

    def _quiet(self) -> None:
        self._silent = True
        self._say_informational(False)

    def _say_informational(self, likely: bool) -> None:
        """Once for a report: it does not come and go while one types, and never stands in the way."""
        shown = likely and not self._silent
        if self._told and not likely:
            self._silent = True
        self._told = self._told or likely
        self._informational.setVisible(shown)
        self._understood.setVisible(shown)

    def _fill(self, column: QVBoxLayout, tips: Sequence[Tip]) -> None:
        # A line in focus must not lose it because another one was mended.
        held = next((row.tip.path for row in self._lines.get(column, []) if row.hasFocus()), None)
        clear(column)
        self._lines[column] = []
        for tip in tips:
            row = TipRow(tip)
            row.chosen.connect(self._chosen)
            column.addWidget(row)
            self._lines[column].append(row)
            if tip.path == held:
                row.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self, path: str) -> None:
        self.wanted.emit(path)

    def rows(self) -> list[TipRow]:
        """The lines, in order: what would help, then what is missing."""
        return [*self._lines.get(self._help, []), *self._lines.get(self._missing, [])]
