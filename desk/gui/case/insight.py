"""What the sandbox tells of one file: its measures, a film's blurred stills, and its metadata on purpose."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, SignalInstance

from desk.domain.errors import DeskError
from desk.domain.preview import MediaFacts, Metadata, NoPreview
from desk.gui.session import Session
from desk.services.changes import Change

STILL_EDGE = 128
PEAKS = 400


class Insight(QObject):
    """Answers come by content id, for the case that was begun last only.

    ``stills`` carries a tuple of Blurred, ``keys`` a tuple of seconds, ``peaks`` bytes;
    ``metadata`` a Metadata, a NoPreview or the words of a refusal.
    """

    facts_found = Signal(str)
    stills = Signal(str, object)
    keys = Signal(str, object)
    peaks = Signal(str, object)
    metadata = Signal(str, object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._number = 0
        self._facts: dict[str, MediaFacts | NoPreview] = {}

    def begin(self, number: int) -> None:
        self._number, self._facts = number, {}

    def facts_of(self, key: str) -> MediaFacts | None:
        found = self._facts.get(key)
        return found if isinstance(found, MediaFacts) else None

    def ask_facts(self, key: str) -> None:
        """Once for each file."""
        if key in self._facts:
            return
        ask = partial(self._session.desk.review.facts, self._session.operator, self._number, key)
        self._session.runner.run_read(ask, partial(self._facts_came, self._number, key), _no, owner=self)

    def _facts_came(self, number: int, key: str, found: MediaFacts | NoPreview) -> None:
        if number == self._number:
            self._facts[key] = found
            self.facts_found.emit(key)

    def ask_stills(self, key: str) -> None:
        number = self._number
        ask = partial(self._session.desk.review.stills, self._session.operator, number, key, edge=STILL_EDGE)

        def came(found: object) -> None:
            if number == self._number and not isinstance(found, NoPreview):
                self.stills.emit(key, found)

        self._session.runner.run_read(ask, came, _no, owner=self, key="stills")

    def ask_keys(self, key: str) -> None:
        """Where a film's keyframes lie."""
        review = self._session.desk.review
        ask = partial(review.keyframes, self._session.operator, self._number, key)
        self._ask(ask, self.keys, key)

    def ask_peaks(self, key: str) -> None:
        """How loud a sound is over its length."""
        review = self._session.desk.review

        def ask() -> bytes | NoPreview:
            found = review.waveform(self._session.operator, number, key, buckets=PEAKS)
            return found if isinstance(found, NoPreview) else found.peaks

        number = self._number
        self._ask(ask, self.peaks, key)

    def _ask(self, ask: Callable[[], object], told: SignalInstance, key: str) -> None:
        number = self._number

        def came(found: object) -> None:
            if number == self._number and not isinstance(found, NoPreview):
                told.emit(key, found)

        self._session.runner.run_read(ask, came, _no, owner=self, key="of a film")

    def ask_metadata(self, key: str) -> None:
        """Recorded by the service: exifViewedByEsp rests on it."""
        number = self._number
        ask = partial(self._session.desk.review.metadata, self._session.operator, number, key)

        def came(found: Metadata | NoPreview) -> None:
            if number == self._number:
                self.metadata.emit(key, found)
            self._session.tell(frozenset({Change.VIEWING, Change.CASE, Change.AUDIT}))

        def failed(error: DeskError) -> None:
            if number == self._number:
                self.metadata.emit(key, error.words())

        self._session.runner.run_read(ask, came, failed, owner=self, key="metadata")


def _no(_error: DeskError) -> None:
    """A file of which nothing can be learnt keeps its tile and can be reported."""
