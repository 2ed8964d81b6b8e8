"""Blurred tiles of a report's files: to know them again, never to look at. They do not reveal."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt

from desk.domain.errors import DeskError
from desk.domain.preview import Blurred, NoPreview
from desk.gui.case import phrases
from desk.gui.pictures import image_of
from desk.gui.session import Session
from desk.gui.widgets.tile import BlurTile

SIDE = 96
AT_ONCE = 2


class StillTile(BlurTile):
    """A tile without a way to look: no key, no mouse."""

    def __init__(self, id_: str, kind: str, number: int) -> None:
        super().__init__(id_, kind, number, SIDE)
        # Never squeezed, not even for a moment while a page is laid out: without height it can't be painted.
        self.setFixedSize(SIDE, SIDE)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _name(self) -> None:
        super()._name()
        self.setAccessibleDescription("")

    def _may_show(self) -> bool:
        return False


class StillLoader(QObject):
    """Fetches the blurred previews, a few at a time, those on the screen first."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._number, self._turn, self._flying = 0, 0, 0
        self._waiting: dict[str, StillTile] = {}

    def start(self, number: int) -> None:
        """Begin with another case; answers for the one before are dropped."""
        self._turn += 1
        self._number, self._flying, self._waiting = number, 0, {}

    def add(self, tile: StillTile) -> None:
        self._waiting[tile.id] = tile
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._flying < AT_ONCE:
            seen = (key for key, tile in self._waiting.items() if not tile.visibleRegion().isEmpty())
            key = next(seen, None) or next(iter(self._waiting))
            tile = self._waiting.pop(key)
            self._flying += 1
            review, operator = self._session.desk.review, self._session.operator
            edge = round(SIDE * tile.devicePixelRatioF())
            self._session.runner.run_read(
                partial(review.preview, operator, self._number, key, edge=edge),
                partial(self._arrived, self._turn, tile),
                partial(self._failed, self._turn, tile),
                owner=self,
            )

    def _arrived(self, turn: int, tile: StillTile, found: Blurred | NoPreview) -> None:
        if turn != self._turn:
            return
        self._flying -= 1
        if isinstance(found, Blurred):
            tile.set_blurred(image_of(found))
        else:
            tile.set_no_preview(phrases.why_plain(found.reason))
        self._go_on()

    def _failed(self, turn: int, tile: StillTile, _error: DeskError) -> None:
        if turn == self._turn:
            self._flying -= 1
            tile.set_no_preview()
            self._go_on()
