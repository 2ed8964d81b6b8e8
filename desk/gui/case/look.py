"""Hold to reveal: one picture, shown large while a person holds the key, gone the moment they let go.

The tile (desk.gui.widgets.tile) decides whether somebody is asking; this part
fetches, paints and measures. A picture that arrives after the key was let go is
dropped unpainted (law 1). What was on the screen is told with its seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, QRectF, QSizeF, QTimer, Signal

from desk.domain.case import Claim
from desk.domain.content import ContentKind
from desk.domain.errors import DeskError
from desk.domain.preview import MAX_REVEALED_EDGE, MediaFacts, NoPreview, Revealed
from desk.domain.viewing import ViewingKind
from desk.gui.case.sheet import LookSheet, to_image
from desk.gui.case.zoom import Zoom
from desk.gui.runner import Task
from desk.gui.session import Session
from desk.gui.widgets.tile import MAX_SECONDS, BlurTile
from desk.gui.words import tr

SHARPEN_MS = 60
"""The pause after a step of a closer look before its part is fetched."""

PAGE_SCALE = 3
"""A page has no pixels of its own: 1:1 is 216 of them to the inch."""

STRETCH = 0.01
"""The share of a film that one still stands for when its display is recorded."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: a content, and for a film its second, for a document or animation its page."""

    content_id: str
    kind: ContentKind
    name: str
    facts: MediaFacts | None = None
    position: float | None = None
    page: int | None = None
    every: bool = False
    """Each of its frames has to be painted, as in an animation: one may show what no other does."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A display that ended. ``start`` and ``end`` are shares of the whole, as a viewing has them."""

    content_id: str
    at: datetime
    seconds: float
    kind: ViewingKind
    start: float
    end: float
    speed: float = 1.0


def stretch(target: Target, whole: bool) -> tuple[ViewingKind, float, float]:
    """What a display of this target may count for (the viewing rules of desk.domain.viewing).

    A still picture shown whole counts as the whole; a frame of an animation or
    of a film never does; a page of a document counts for its share of the pages.
    """
    facts = target.facts
    if target.kind is ContentKind.DOCUMENT:
        pages = max(1, facts.pages) if facts is not None else 0
        page = target.page or 0
        if whole and 0 <= page < pages:
            return ViewingKind.SCROLL, page / pages, (page + 1) / pages
        return ViewingKind.REVEAL, 0.0, 0.0
    if target.kind is ContentKind.IMAGE:
        if whole and facts is not None and facts.frames <= 1:
            return ViewingKind.REVEAL, 0.0, 1.0
        return ViewingKind.REVEAL, 0.0, 0.0
    length = facts.duration if facts is not None else None
    if length and target.position is not None:
        start = min(max(target.position / length, 0.0), 1.0 - STRETCH)
        return ViewingKind.REVEAL, start, start + STRETCH
    return ViewingKind.REVEAL, 0.0, 0.0


class Looker(QObject):
    """One look at a time. ``shown`` carries a Shown after each display; ``said`` words for the hint line;
    ``refused`` a DeskError such as a lost claim."""

    shown = Signal(object)
    said = Signal(str)
    refused = Signal(object)

    def __init__(self, session: Session, sheet: LookSheet, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._sheet = session, sheet
        self._tile: BlurTile | None = None
        self._target: Target | None = None
        self._task: Task | None = None
        self._number = 0
        self._at: datetime | None = None
        self._damaged = False
        self._claim: Claim | None = None
        self.zooming = False
        """Whether a look is a closer one: full resolution, parts, turned."""
        self._zooms: dict[tuple[str, float | None, int | None], Zoom] = {}
        self._sharpen = QTimer(self)
        self._sharpen.setSingleShot(True)
        self._sharpen.setInterval(SHARPEN_MS)
        self._sharpen.timeout.connect(self._ask_part)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self.blank)
        self.hold_seconds = MAX_SECONDS
        sheet.gone.connect(self.blank)

    @property
    def looking(self) -> bool:
        """Whether somebody asks now, shown yet or not."""
        return self._tile is not None

    def begin(self, tile: BlurTile, target: Target, claim: Claim) -> None:
        """Fetch what the tile asks for."""
        self.end()
        self._number += 1
        self._tile, self._target, self._claim = tile, target, claim
        zoom = self._zoom_for(target)
        room = self._sheet.parentWidget() or self._sheet
        edge = max(room.width(), room.height())
        edge = min(MAX_REVEALED_EDGE, round(edge * self._sheet.devicePixelRatioF()))
        cut = None
        if zoom is not None:
            cut, _, edge = zoom.asked()
        review, operator = self._session.desk.review, self._session.operator

        def fetch() -> tuple[MediaFacts | NoPreview | None, Revealed | NoPreview]:
            # Whether it is one picture or many decides what the look counts for.
            facts = target.facts or review.facts(operator, claim.case_id, target.content_id)
            picture = review.reveal(
                operator,
                claim,
                target.content_id,
                edge=edge,
                position=target.position,
                page=target.page,
                cut=cut,
            )
            return facts, picture

        self.said.emit(tr("Opening…"))
        number = self._number
        self._task = self._session.runner.run_read(
            fetch,
            lambda found: self._arrived(number, *found),
            partial(self._failed, number),
            owner=self,
            key="look",
        )

    def _arrived(
        self, number: int, facts: MediaFacts | NoPreview | None, picture: Revealed | NoPreview
    ) -> None:
        tile, target = self._tile, self._target
        if number != self._number or tile is None or target is None or not tile.asking:
            return
        if isinstance(picture, NoPreview):
            self.said.emit(tr("{why} It can still be reported.", why=picture.words))
            return
        image = to_image(picture)
        if image.isNull() or not self._sheet.isEnabled() or not tile.isActiveWindow():
            self.blank()
            return
        if isinstance(facts, MediaFacts):
            self._target = replace(target, facts=facts)
        if picture.position is not None:
            self._target = replace(self._target or target, position=picture.position)
        image.setDevicePixelRatio(1.0)
        self._damaged = picture.damaged
        self._at = self._session.desk.clock.now()
        self._limit.start(round(min(self.hold_seconds, MAX_SECONDS) * 1000))
        words = tr("let go to blur")
        if picture.damaged:
            words = tr("only a part of it could be opened · let go to blur")
        zoom = self._zoom_for(target)
        if (
            zoom is not None
            and zoom.whole
            and (image.width() > image.height()) != (zoom.size.width() > zoom.size.height())
        ):
            zoom.size = zoom.size.transposed()  # a film that its file says to turn
        self._sheet.put(image, f"{target.name} · {words}", zoom)
        self.said.emit("")

    # --- a closer look ------------------------------------------------------

    def _zoom_for(self, target: Target) -> Zoom | None:
        """How this picture is looked at closely; as it was left, for as long as the mode lasts."""
        facts = target.facts
        if not self.zooming or facts is None or not facts.width or not facts.height:
            return None
        key = (target.content_id, target.position, target.page)
        room = self._sheet.room().size() * self._sheet.devicePixelRatioF()
        zoom = self._zooms.get(key)
        if zoom is None:
            scale = PAGE_SCALE if target.kind is ContentKind.DOCUMENT else 1
            zoom = self._zooms[key] = Zoom(QSizeF(facts.width, facts.height) * scale, room)
        zoom.room = room
        return zoom

    def set_zooming(self, on: bool) -> None:
        self.blank()
        self.zooming = on
        self._zooms = {}

    def zoom_act(self, name: str) -> None:
        """A step of the closer look while it is held: see Zoom.act."""
        zoom = self._zoom_now()
        if zoom is not None:
            zoom.act(name)
            self._zoomed()

    def zoom_drag(self, x: float, y: float) -> None:
        """The picture is moved with the mouse, in px."""
        zoom = self._zoom_now()
        if zoom is not None:
            ratio = self._sheet.devicePixelRatioF()
            zoom.drag(x * ratio, y * ratio)
            self._zoomed()

    def _zoom_now(self) -> Zoom | None:
        return self._sheet.zoom

    def _zoomed(self) -> None:
        self._sheet.update()
        self._sharpen.start()

    def _ask_part(self) -> None:
        """The part that is seen now, in its own pixels."""
        target, claim, zoom = self._target, self._claim, self._zoom_now()
        if target is None or claim is None or zoom is None:
            return
        cut, place, edge = zoom.asked()
        fetch = partial(
            self._session.desk.review.reveal,
            self._session.operator,
            claim,
            target.content_id,
            edge=edge,
            position=target.position,
            page=target.page,
            cut=cut,
        )
        number = self._number
        self._task = self._session.runner.run_read(
            fetch,
            partial(self._part_came, number, place),
            partial(self._failed, number),
            owner=self,
            key="look",
        )

    def _part_came(self, number: int, place: QRectF, picture: Revealed | NoPreview) -> None:
        tile = self._tile
        if number != self._number or tile is None or not tile.asking or isinstance(picture, NoPreview):
            return
        image = to_image(picture)
        if not image.isNull() and self._sheet.showing:
            self._sheet.put_part(image, place)

    def _failed(self, number: int, error: DeskError) -> None:
        if number == self._number and self._tile is not None:
            self.blank()
            self.refused.emit(error)

    def blank(self) -> None:
        """Blur now, whatever is going on."""
        tile = self._tile
        self.end()
        if tile is not None:
            tile.blank()

    def end(self) -> None:
        """The tile is blurred again: blank the sheet, drop what is on its way, tell what was shown."""
        self._limit.stop()
        self._sharpen.stop()
        seconds, whole = self._sheet.drop()
        target, at, task = self._target, self._at, self._task
        self._tile = self._target = self._at = self._task = None
        if task is not None:
            task.drop()
        if target is None:
            return
        self.said.emit("")
        if seconds > 0 and at is not None:
            kind, start, end = stretch(target, whole and not self._damaged)
            self.shown.emit(Shown(target.content_id, at, seconds, kind, start, end))
