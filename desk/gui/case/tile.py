"""The case page's tile: it blurs as all tiles do, and says what was marked and what is known."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent

from desk.gui import theme
from desk.gui.widgets.tile import BlurTile, TileState
from desk.gui.words import plural, tr


class CaseTile(BlurTile):
    """``set_line`` gives a short line (size, short hash) for a tile without a picture.

    ``dragged``: the mouse moved by so many px while it was held to look.
    """

    dragged = Signal(float, float)

    def __init__(self, id_: str, kind: str, number: int, side: int) -> None:
        super().__init__(id_, kind, number, side)
        self._line, self._mark, self._out, self._current, self._near = "", "", False, False, 0
        self._dragged_from: QPointF | None = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.asking:
            at = event.globalPosition()
            if self._dragged_from is not None:
                self.dragged.emit(at.x() - self._dragged_from.x(), at.y() - self._dragged_from.y())
            self._dragged_from = at
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        super().mouseReleaseEvent(event)

    def set_line(self, words: str) -> None:
        self._line = words
        self.update()

    def set_marks(self, mark: str, *, left_out: bool) -> None:
        """The classification in two letters, and whether the file stays out of the report."""
        if (mark, left_out) != (self._mark, self._out):
            self._mark, self._out = mark, left_out
            self.update()

    def set_near(self, count: int) -> None:
        """How many near pictures there are: they look alike, which is less than being the same."""
        if count != self._near:
            self._near = count
            self._name()

    def _name(self) -> None:
        super()._name()
        near = getattr(self, "_near", 0)  # the name is made before this part of the tile is
        if near:
            said = plural(near, "{n} near match, not identical", "{n} near matches, not identical")
            self.setAccessibleName(f"{self.accessibleName()}, {said}")

    def set_current(self, current: bool) -> None:
        """The tile that keys work on keeps a thin frame while the focus is elsewhere."""
        if current != self._current:
            self._current = current
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if self._out:
            veil = QColor(theme.colour("surface"))
            veil.setAlpha(170)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(veil)
            painter.drawRoundedRect(rect.adjusted(3, 3, -3, -3), theme.RADIUS - 1, theme.RADIUS - 1)
        if self.state is TileState.NO_PREVIEW and self._line:
            painter.setFont(theme.mono(11))
            painter.setPen(theme.colour("muted"))
            line = QRectF(rect.x() + 8, rect.y() + 30, rect.width() - 16, 16)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), self._line)
        if self._out:
            self._plate(painter, rect.right() - 6, rect.top() + 6, "", "ban", from_right=True)
        elif self._mark:
            self._plate(painter, rect.right() - 6, rect.top() + 6, self._mark, "", from_right=True)
        if self._near and rect.height() >= 72:
            self._plate(
                painter,
                rect.left() + 6,
                rect.top() + (30 if self._kind != "image" else 6),
                tr("near"),
                "equal-approximately",
            )
        if self._current and not self.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        painter.end()
