"""A file that has a length: where one stands in it, by second, page or picture, and what of it was played."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from desk.domain.content import Content, ContentKind
from desk.domain.preview import Blurred
from desk.gui.case.details import FileDetails
from desk.gui.case.insight import Insight
from desk.gui.case.looking import PLAYED, Looking, is_film
from desk.gui.pictures import image_of
from desk.gui.words import tr


class Lengthwise(QObject):
    """Serves the player and the strip of the details. ``in_focus``: the file that they are about."""

    def __init__(
        self, details: FileDetails, insight: Insight, looking: Looking, in_focus: Callable[[], Content | None]
    ) -> None:
        super().__init__(details)
        self._details, self._insight, self._looking, self._in_focus = details, insight, looking, in_focus
        self._played: Mapping[str, tuple[tuple[float, float], ...]] = {}
        insight.stills.connect(self._stills_found)
        insight.keys.connect(self._keys_found)
        insight.peaks.connect(self._peaks_found)

    def show(self, content: Content) -> None:
        """A track for what plays, pages for what has them; nothing before its facts are known."""
        facts = self._insight.facts_of(content.id)
        if facts is None:
            return
        film = is_film(content, facts)
        if film or content.kind in PLAYED:
            if facts.duration and (facts.has_sound or film):
                self._details.player.show_for(facts.duration, film=film, sound=facts.has_sound)
                self._details.player.set_at(self._looking.stands(content.id) or 0.0)
                self.show_played(content, self._played)
            return
        if content.kind is ContentKind.DOCUMENT and facts.pages > 1:
            self._details.place.set_pages(facts.pages, tr("page {n} of {total}"))
        elif content.kind is ContentKind.IMAGE and facts.frames > 1:
            note = tr("Too many pictures to play: seen one by one, it does not count as viewed.")
            self._details.place.set_pages(facts.frames, tr("frame {n} of {total}"), note)

    def show_played(self, content: Content, played: Mapping[str, tuple[tuple[float, float], ...]]) -> None:
        """``played``: by content id, the stretches as shares of the length."""
        self._played = played
        self._details.player.track.set_played(played.get(content.id, ()))

    def _is_in_focus(self, key: str) -> bool:
        content = self._in_focus()
        return content is not None and content.id == key

    def _stills_found(self, key: str, found: tuple[Blurred, ...]) -> None:
        content = self._in_focus()
        if content is None or content.id != key:
            return
        note = tr("A still does not count as viewing the film.")
        if content.kind is ContentKind.IMAGE:
            note = tr("It moves: it counts as viewed when every picture of it was shown.")
        images, seconds = [image_of(one) for one in found], [one.position or 0.0 for one in found]
        self._details.place.set_film(images, seconds, note)
        stands = self._looking.stands(key)
        if stands is not None:
            self._details.place.seek(stands)

    def _keys_found(self, key: str, found: tuple[float, ...]) -> None:
        if self._is_in_focus(key):
            self._details.place.set_keys(found)

    def _peaks_found(self, key: str, found: bytes) -> None:
        if self._is_in_focus(key):
            self._details.player.track.set_peaks(found)
