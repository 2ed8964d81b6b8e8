"""Loads blurred previews: a few at a time, the tiles in view first. They live as long as their tiles."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desk.domain.errors import DeskError, WorkspaceProblem
from desk.domain.preview import BLUR_FLOOR, Blurred, NoPreview, NoPreviewReason
from desk.gui.case import phrases
from desk.gui.case.tile import CaseTile
from desk.gui.pictures import image_of
from desk.gui.session import Session

AT_ONCE = 2


class PreviewLoader(QObject):
    """Asks for the preview of each tile once. ``found(content_id)`` after each answer."""

    found = Signal(str)

    def __init__(self, session: Session, grid: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._grid = session, grid
        self._waiting: dict[str, CaseTile] = {}
        self._flying: dict[str, CaseTile] = {}
        self._number, self._round = 0, 0
        self.strength = BLUR_FLOOR
        self.plain: dict[str, NoPreview] = {}
        """By content id, why there is no preview."""

    def start(self, number: int) -> None:
        """Begin with a case; what was under way for others is dropped."""
        self.stop()
        self._number = number

    def add(self, tiles: list[CaseTile]) -> None:
        """Tiles of the case that wait for their preview."""
        self._waiting.update({tile.id: tile for tile in tiles})
        self._go_on()

    def stop(self) -> None:
        self._round += 1
        self._waiting, self._flying, self.plain = {}, {}, {}

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._flying)

    def _go_on(self) -> None:
        while self._waiting and len(self._flying) < AT_ONCE:
            # By place: what Qt works out for each of hundreds of siblings takes it longer than the preview.
            view = self._grid.visibleRegion().boundingRect()
            seen = (key for key, tile in self._waiting.items() if view.intersects(tile.geometry()))
            key = next(seen, None) or next(iter(self._waiting))
            tile = self._waiting.pop(key)
            self._flying[key] = tile
            edge = max(64, round(max(tile.width(), tile.sizeHint().width()) * tile.devicePixelRatioF()))
            review, operator, number = self._session.desk.review, self._session.operator, self._number
            ask = partial(review.preview, operator, number, key, edge=edge, strength=self.strength)
            self._session.runner.run_read(
                ask,
                partial(self._arrived, self._round, key),
                partial(self._failed, self._round, key),
                owner=self,
            )

    def _arrived(self, turn: int, key: str, answer: Blurred | NoPreview) -> None:
        if turn != self._round:
            return
        tile = self._flying.pop(key)
        if isinstance(answer, NoPreview):
            self.plain[key] = answer
            tile.set_no_preview(phrases.why_plain(answer.reason))
        else:
            tile.set_blurred(image_of(answer))
        self.found.emit(key)
        self._go_on()

    def _failed(self, turn: int, key: str, error: DeskError) -> None:
        # Whatever went wrong, the tile says so; without its bytes the file can't be reported either.
        lost = isinstance(error, WorkspaceProblem)
        self._arrived(turn, key, NoPreview(NoPreviewReason.LOST if lost else NoPreviewReason.UNAVAILABLE))
