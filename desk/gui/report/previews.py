"""Blurred previews and lengths for the cards in view; a few at a time, each once."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from desk.domain.errors import DeskError
from desk.domain.preview import Blurred, MediaFacts, NoPreview
from desk.gui.case.phrases import why_plain
from desk.gui.pictures import image_of
from desk.gui.report.filecard import TILE, FileCard
from desk.gui.session import Session
from desk.gui.words import tr

AT_ONCE = 2


class Previews(QObject):
    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._number = 0
        self._round = 0
        self._asked: set[int] = set()
        self._waiting: list[FileCard] = []
        self._flying = 0

    def start(self, number: int) -> None:
        """Begin with a case; answers for another one are dropped."""
        self._round += 1
        self._number = number
        self._asked.clear()
        self._waiting.clear()
        self._flying = 0

    def drop(self) -> None:
        """The cards are gone; others come."""
        self.start(self._number)

    def want(self, cards: list[FileCard]) -> None:
        """These cards are in view."""
        for card in cards:
            if card.content.kind.has_file and id(card) not in self._asked:
                self._asked.add(id(card))
                self._waiting.append(card)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._flying < AT_ONCE:
            card = self._waiting.pop(0)
            self._flying += 1
            review, operator, number = self._session.desk.review, self._session.operator, self._number
            key, edge = card.content.id, round(TILE * card.devicePixelRatioF())
            ask = partial(review.preview, operator, number, key, edge=edge)
            self._session.runner.run_read(
                ask,
                partial(self._arrived, self._round, card),
                partial(self._failed, self._round, card),
                owner=self,
            )
            if card.wants_length:
                self._session.runner.run_read(
                    partial(review.facts, operator, number, key),
                    partial(self._measured, self._round, card),
                    self._not_measured,
                    owner=self,
                )

    def _arrived(self, turn: int, card: FileCard, answer: Blurred | NoPreview) -> None:
        if turn != self._round:
            return
        self._flying -= 1
        if isinstance(answer, NoPreview):
            card.tile.set_no_preview(why_plain(answer.reason))
            card.tile.setToolTip(tr(answer.words))
        else:
            card.set_preview(image_of(answer))
        self._go_on()

    def _failed(self, turn: int, card: FileCard, _problem: DeskError) -> None:
        # Whatever went wrong, the file can be reported all the same.
        if turn == self._round:
            self._flying -= 1
            card.tile.set_no_preview(tr("No preview"))
            self._go_on()

    def _measured(self, turn: int, card: FileCard, answer: MediaFacts | NoPreview) -> None:
        if turn == self._round and isinstance(answer, MediaFacts):
            card.set_length(answer.duration)

    def _not_measured(self, _problem: DeskError) -> None:
        """The share is said without the length then."""
