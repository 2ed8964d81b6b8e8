"""The grid of a case's content: arrows move, holding Space looks, letting go blurs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QWidget

from desk.gui.widgets.common import clear
from desk.gui.widgets.flow import FlowLayout
from desk.gui.widgets.tile import BlurTile
from desk.gui.words import plural, tr

_ARROWS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End}

REPEAT_MS = 15
"""How long the second half of an auto-repeat may take to follow the first."""


class TileGrid(QWidget):
    """Tiles in lines. One of them is current; Tab comes to it and leaves the grid again.

    ``reveal_requested(id)``: Space (or the mouse) is held on a tile. Fetch the
    content and give it to ``tile(id).show_revealed``; it is dropped if the
    person let go meanwhile. ``reveal_released(id, seconds)``: blurred again,
    after so many seconds of display. It comes once for each request.
    """

    reveal_requested = Signal(str)
    reveal_released = Signal(str, float)
    current_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._tiles: dict[str, BlurTile] = {}
        self._current = ""
        self._let_go = 0, 0
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(REPEAT_MS)
        self._settling.timeout.connect(self.blank_all)
        self._flow = FlowLayout(8)
        self.setLayout(self._flow)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._name()

    def set_tiles(self, tiles: list[BlurTile]) -> None:
        """Replace all tiles. Those before are blanked and let go."""
        self.blank_all()
        clear(self._flow)
        self._tiles = {}
        self._current = ""
        for tile in tiles:
            tile.asked.connect(self.reveal_requested)
            tile.blanked.connect(self.reveal_released)
            tile.chosen.connect(self.set_current)
            tile.installEventFilter(self)
            self._tiles[tile.id] = tile
            self._flow.addWidget(tile)
            tile.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if tiles:
            self.set_current(tiles[0].id)
        self._name()

    def tile(self, id_: str) -> BlurTile:
        """Raises KeyError."""
        return self._tiles[id_]

    def ids(self) -> list[str]:
        return list(self._tiles)

    @property
    def current(self) -> str:
        """The id of the tile that keys work on; '' when there is none."""
        return self._current

    def set_current(self, id_: str) -> None:
        """Make a tile the current one, without moving the focus. Raises KeyError."""
        tile = self._tiles[id_]
        if id_ == self._current:
            return
        before = self._tiles.get(self._current)
        if before is not None:
            before.blank()
            before.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        tile.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(tile)
        self._current = id_
        self.current_changed.emit(id_)

    def step(self, step: int) -> None:
        """To the tile ``step`` further, staying within the grid; the focus goes along."""
        self._go(self.ids().index(self._current) + step if self._current else 0)

    def blank_all(self) -> None:
        for tile in self._tiles.values():
            tile.blank()

    def _go(self, index: int) -> None:
        ids = self.ids()
        if not ids:
            return
        self.set_current(ids[max(0, min(len(ids) - 1, index))])
        self._tiles[self._current].setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, BlurTile) and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                return self._pressed(watched, event)
            if event.type() == QEvent.Type.KeyRelease:
                return self._released(watched, event)
        if (
            isinstance(watched, BlurTile)
            and event.type() == QEvent.Type.FocusIn
            and watched.id in self._tiles
        ):
            self.set_current(watched.id)
        return super().eventFilter(watched, event)

    def _pressed(self, tile: BlurTile, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Space:
            if self._held_on(event):
                return True
            # The repeats of a held key are not new wishes; nor do they prolong the old one.
            if not event.isAutoRepeat() and not event.modifiers():
                tile.ask()
            return True
        if event.key() in _ARROWS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._arrow(Qt.Key(event.key()))
            return True
        if tile.asking and not event.isAutoRepeat():
            # Any other key ends the look first: an act must not run over open content.
            tile.blank()
        return False

    def _released(self, tile: BlurTile, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Space:
            return False
        self._key_let_go(tile, event)
        return True

    def _held_on(self, event: QKeyEvent) -> bool:
        """Whether this press of a key that looks is but the second half of an auto-repeat."""
        if not self._settling.isActive():
            return False
        self._settling.stop()
        if (event.key(), event.timestamp()) == self._let_go:
            # X let the key go and pressed it at one moment: it was never let go. Where the look is over
            # meanwhile, by its limit or the film's end, a key still down is no new wish.
            return True
        self.blank_all()
        return False

    def _key_let_go(self, tile: BlurTile, event: QKeyEvent) -> None:
        """A key that looks came up: blur, unless X only says so between two halves of an auto-repeat."""
        if event.isAutoRepeat():
            return
        if event.timestamp() and QGuiApplication.platformName() == "xcb":
            # X sends a held key as letting go and pressing again, and Qt sees the pair only when both
            # are there already: one moment is waited for the second half, far less than an eye sees.
            self._let_go = event.key(), event.timestamp()
            self._settling.start()
        else:
            tile.blank()

    def _arrow(self, key: Qt.Key) -> None:
        ids = self.ids()
        at, line = ids.index(self._current), self._flow.per_line()
        target = {
            Qt.Key.Key_Left: at - 1,
            Qt.Key.Key_Right: at + 1,
            Qt.Key.Key_Up: at - line if at >= line else at,
            Qt.Key.Key_Down: at + line if at + line < len(ids) else at,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(ids) - 1,
        }[key]
        self._go(target)

    def _name(self) -> None:
        count = plural(len(self._tiles), "{n} file", "{n} files")
        self.setAccessibleName(tr("Content, {count}", count=count))
