"""Looking and playing on the case page: which hold becomes what, where a film stands, how it ends."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desk.domain.case import Claim
from desk.domain.content import Content, ContentKind
from desk.domain.preview import MediaFacts
from desk.gui.case import phrases
from desk.gui.case.details import FileDetails
from desk.gui.case.grid import CaseGrid
from desk.gui.case.insight import Insight
from desk.gui.case.look import Looker, Target
from desk.gui.case.player import Player
from desk.gui.case.sheet import LookSheet
from desk.gui.session import Session

PLAYED = (ContentKind.VIDEO, ContentKind.AUDIO)


def moves(content: Content, facts: MediaFacts | None) -> bool:
    """Whether it is an animation: a picture of several frames, shown as a film is."""
    return (
        content.kind is ContentKind.IMAGE and facts is not None and facts.frames > 1 and bool(facts.duration)
    )


def is_film(content: Content, facts: MediaFacts | None) -> bool:
    """Whether it has moving pictures that can be played."""
    return content.kind is ContentKind.VIDEO or moves(content, facts)


class Looking(QObject):
    """``shown`` carries a Shown after each display, ``said`` words for the hint line, ``refused`` an error.

    ``at_hand`` gives the file that a hold is about and the claim it rests on, or None where nothing may be
    looked at now. ``home`` is what a look lies over.
    """

    shown = Signal(object)
    said = Signal(str)
    refused = Signal(object)
    zoom_changed = Signal()

    def __init__(
        self,
        session: Session,
        home: QWidget,
        grid: CaseGrid,
        details: FileDetails,
        insight: Insight,
        at_hand: Callable[[], tuple[Content, Claim] | None],
    ) -> None:
        super().__init__(home)
        self._home, self._grid, self._details, self._insight = home, grid, details, insight
        self._at_hand = at_hand
        self._play_next = False
        self._stands: dict[str, float] = {}
        self.stage = home
        """What a full-resolution view lies over; the page gives a larger one."""
        self.sheet = LookSheet(home)
        self.looker = Looker(session, self.sheet, self)
        self.player = Player(session, self.sheet, self)
        for part in (self.looker, self.player):
            part.said.connect(self.said)
            part.shown.connect(self.shown)
            part.refused.connect(self.refused)
        self.player.moved.connect(details.player.set_at)
        self.player.stopped.connect(self._play_stopped)
        grid.reveal_requested.connect(self._asked)
        grid.reveal_released.connect(self._released)
        grid.play_wanted.connect(self.play)
        grid.zoom_key.connect(self.looker.zoom_act)
        grid.dragged.connect(self.looker.zoom_drag)
        details.place.moved.connect(self._place_moved)
        details.player.held.connect(self._play_held)
        details.player.let_go.connect(self._play_let_go)
        details.player.sought.connect(self._sought)
        details.player.changed.connect(self.blank)

    def set_hold(self, seconds: float) -> None:
        """The most for one hold, by policy."""
        self.looker.hold_seconds = self.player.hold_seconds = min(10.0, max(0.5, seconds))

    def blank(self) -> None:
        """Everything blurred and silent, now."""
        self.looker.blank()
        self.player.blank()
        self._grid.blank_all()

    def turn_away(self) -> None:
        """Another file is at hand: nothing of the one before stays."""
        self.looker.blank()
        self.player.blank()

    def forget(self) -> None:
        self._stands = {}

    def stands(self, key: str) -> float | None:
        """The second at which the next hold goes on; None where it was never moved."""
        return self._stands.get(key)

    # --- a hold begins and ends -----------------------------------------------

    def _asked(self, tile_id: str) -> None:
        wants_play = self._play_next
        tile, found = self._grid.tile(tile_id), self._at_hand()
        if found is None:
            tile.blank()
            return
        content, claim = found
        facts = self._insight.facts_of(content.id)
        film, place = is_film(content, facts), self._details.place
        target = Target(
            content.id,
            # An animation is looked at, stepped through and played as a film is.
            ContentKind.VIDEO if film else content.kind,
            phrases.file_name(content),
            facts,
            place.position if film else None,
            place.page,
            every=moves(content, facts),
        )
        bar = self._details.player
        if content.kind is ContentKind.AUDIO or (wants_play and film):
            if facts is None:
                tile.blank()  # what share of it was played could not be said
                return
            start = self._stands.get(content.id, 0.0)
            sound = bar.with_sound and facts.has_sound
            self.player.begin(tile, target, claim, start=start, speed=bar.speed, sound=sound)
        elif wants_play:
            tile.blank()
        else:
            self.looker.begin(tile, target, claim)

    def _released(self, _id: str, _seconds: float) -> None:
        self.looker.end()
        self.player.end()
        self._details.player.play.setDown(False)

    def play(self) -> None:
        """A person holds key or button to play: the tile asks, so that all that ends a look ends it."""
        if not self._grid.current:
            return
        self._play_next = True
        try:
            self._grid.tile(self._grid.current).ask()
        finally:
            self._play_next = False

    def toggle_zoom(self) -> None:
        """Full resolution on purpose: the next holds can be zoomed, moved and turned."""
        self.blank()
        on = not self.looker.zooming
        self.looker.set_zooming(on)
        self._grid.zooming = on
        self.sheet.cover(self.stage if on else self._home)
        self.zoom_changed.emit()

    def _play_held(self) -> None:
        # The tile gets the focus, and with it the release of a key that is held on the button.
        self._grid.setFocus(Qt.FocusReason.OtherFocusReason)
        self.play()

    def _play_let_go(self) -> None:
        if self.player.playing:
            self.player.blank()

    # --- where a film stands -----------------------------------------------------

    def _place_moved(self) -> None:
        self.blank()
        position = self._details.place.position
        if position is not None:
            self._stand(position)

    def _sought(self, second: float) -> None:
        self.blank()
        self._details.place.seek(second)
        self._stand(second)

    def _stand(self, second: float) -> None:
        found = self._grid.current
        key = self._details.content_id if found else ""
        if key:
            self._stands[key] = second
            self._details.player.set_at(second)

    def _play_stopped(self, key: str, second: float) -> None:
        """The next hold goes on from the last moment that was shown: nothing falls between two holds."""
        facts = self._insight.facts_of(key)
        if facts is not None and facts.duration and second >= facts.duration:
            second = 0.0
        self._stands[key] = second
        if self._details.content_id == key:
            self._details.player.set_at(second)
            self._details.place.seek(second)
