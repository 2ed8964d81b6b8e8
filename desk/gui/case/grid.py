"""The grid for many files: all tiles of one size, placed by counting, so that hundreds cost no stall."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desk.gui.widgets.flow import FlowLayout
from desk.gui.widgets.tile import BlurTile
from desk.gui.widgets.tilegrid import TileGrid

ZOOM_KEYS = {
    Qt.Key.Key_Plus: "in",
    Qt.Key.Key_Equal: "in",
    Qt.Key.Key_Minus: "out",
    Qt.Key.Key_0: "fit",
    Qt.Key.Key_1: "one",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}


class EvenFlow(FlowLayout):
    """A flow of items of one size: what a FlowLayout measures item by item is counted here."""

    def __init__(self, side: int, gap: int) -> None:
        super().__init__(gap)
        self._side, self._step = side, side + gap
        self._placed: tuple[QRect, int] | None = None
        self._expected = 0

    def _lines(self, width: int) -> tuple[int, int]:
        """(items in a line, lines) at this width, with room for those that are still to come."""
        each = max(1, (width + self._step - self._side) // self._step)
        return each, -(-max(self.count(), self._expected) // each)

    def heightForWidth(self, width: int) -> int:
        _, lines = self._lines(width)
        return max(0, lines * self._step - (self._step - self._side))

    def minimumSize(self) -> QSize:
        return QSize(self._side, self._side) if self.count() else QSize(0, 0)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def per_line(self) -> int:
        return self._lines(self.geometry().width())[0]

    def setGeometry(self, rect: QRect) -> None:
        before = self._placed
        super(FlowLayout, self).setGeometry(rect)
        each, _ = self._lines(rect.width())
        self._placed = (QRect(rect), self.count())
        start = 0
        if before is not None and before[0].topLeft() == rect.topLeft():
            # In lines of the same length, those stand where they stood.
            start = min(before[1], self.count()) if self._lines(before[0].width())[0] == each else 0
        for index in range(start, self.count()):
            item = self.itemAt(index)
            widget = item.widget() if item is not None else None
            if widget is not None:
                line, place = divmod(index, each)
                x, y = rect.x() + place * self._step, rect.y() + line * self._step
                # The widget itself: a layout item does not place a widget that is not shown yet.
                widget.setGeometry(x, y, self._side, self._side)

    def set_side(self, side: int) -> None:
        """Items of another size from now on."""
        self._step += side - self._side
        self._side = side
        self.begin()

    def place(self) -> None:
        """Put what was added where it will stand, before it is shown and painted anywhere else."""
        self.setGeometry(self.geometry())

    def begin(self) -> None:
        """Forget where items stood: others come."""
        self._placed = None

    def expect(self, count: int) -> None:
        """So many items will be there: the height is theirs from the start, and nothing moves later."""
        self._expected = count
        self.invalidate()


class CaseGrid(TileGrid):
    """A TileGrid to which tiles can be added later: a large case is built in steps.

    ``play_wanted``: H is held down; letting it go blanks the tile as letting go of Space does.
    """

    play_wanted = Signal()
    zoom_key = Signal(str)
    dragged = Signal(float, float)
    zooming = False
    """A closer look: while a tile is asked for, ``zoom_key`` names what its keys want."""

    def __init__(self, side: int, gap: int = 8) -> None:
        super().__init__()
        QWidget().setLayout(self._flow)  # the layout that came with it goes with this one
        self._even = EvenFlow(side, gap)
        self._flow = self._even
        self.setLayout(self._even)

    def set_tiles(self, tiles: list[BlurTile]) -> None:
        self._even.begin()
        super().set_tiles(tiles)
        self._even.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(watched, BlurTile)
            and isinstance(event, QKeyEvent)
            and self._zoom_name(watched, event)
        ):
            event.accept()  # a held 1 is the size of 1:1, not the first annotation
            return True
        return super().eventFilter(watched, event)

    def _zoom_name(self, tile: BlurTile, event: QKeyEvent) -> str:
        if not self.zooming or not tile.asking:
            return ""
        if event.key() == Qt.Key.Key_R:
            return "turn" if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else ""
        return ZOOM_KEYS.get(Qt.Key(event.key()), "")

    def _pressed(self, tile: BlurTile, event: QKeyEvent) -> bool:
        name = self._zoom_name(tile, event)
        if name or (self.zooming and tile.asking and event.key() == Qt.Key.Key_Shift):
            if name:
                self.zoom_key.emit(name)
            return True
        if event.key() == Qt.Key.Key_H and not event.modifiers():
            if not self._held_on(event) and not event.isAutoRepeat():
                tile.blank()
                self.play_wanted.emit()
            return True
        return super()._pressed(tile, event)

    def _released(self, tile: BlurTile, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_H:
            self._key_let_go(tile, event)
            return True
        return super()._released(tile, event)

    def set_side(self, side: int) -> None:
        """Tiles of another size; give them anew."""
        self._even.set_side(side)

    def expect(self, count: int) -> None:
        """So many tiles will be there, counting those that are."""
        self._even.expect(count)

    def extend(self, tiles: list[BlurTile]) -> None:
        """Add tiles after those that are there."""
        for tile in tiles:
            tile.asked.connect(self.reveal_requested)
            tile.blanked.connect(self.reveal_released)
            tile.chosen.connect(self.set_current)
            tile.installEventFilter(self)
            tile.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._tiles[tile.id] = tile
            self._even.addWidget(tile)
        self._even.place()
        self._name()
