"""Hold to reveal: one picture, shown large while a person holds the key, gone the moment they let go.

The tile (desk.gui.widgets.tile) decides whether somebody is asking; this part
fetches, paints and measures. A picture that arrives after the key was let go is
dropped unpainted (law 1). What was on the screen is told with its seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desk.domain.case import Claim
from desk.domain.content import ContentKind
from desk.domain.errors import DeskError
from desk.domain.preview import MAX_REVEALED_EDGE, MediaFacts, NoPreview, Revealed
from desk.domain.viewing import ViewingKind
from desk.gui import theme
from desk.gui.runner import Task
from desk.gui.session import Session
from desk.gui.widgets.tile import MAX_SECONDS, BlurTile
from desk.gui.words import tr

STRETCH = 0.01
"""The share of a film that one still stands for when its display is recorded."""


def to_image(picture: Revealed) -> QImage:
    """The pixels as an image that owns its memory; null where sizes do not agree."""
    width, height, channels = picture.width, picture.height, picture.channels
    if channels not in (1, 3) or width * height * channels != len(picture.pixels):
        return QImage()
    form = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    return QImage(picture.pixels, width, height, width * channels, form).copy()


class LookSheet(QWidget):
    """Lies over its parent while something is revealed, and only then. Takes no focus and no mouse."""

    gone = Signal()
    """It had to blank itself: hidden, disabled, or another window came to the front."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Content, shown while Space is held"))
        self._image: QImage | None = None
        self._caption = ""
        self._clock = QElapsedTimer()
        self._whole = False
        parent.installEventFilter(self)
        self.hide()

    @property
    def showing(self) -> bool:
        return self._image is not None

    @property
    def painted(self) -> bool:
        return self._clock.isValid()

    def put(self, image: QImage, caption: str) -> None:
        self._image, self._caption, self._whole = image, caption, False
        self._clock.invalidate()
        self._place()
        self.show()
        self.raise_()
        self.repaint()

    def put_next(self, image: QImage) -> None:
        """Another frame in the place of the one before, which is let go; the display goes on."""
        if self._image is None:
            image.fill(0)
            return
        self._image.fill(0)
        self._image = image
        self.update()

    def drop(self) -> tuple[float, bool]:
        """Blank at once. The seconds it was on the screen, and whether all of it was."""
        if self._image is None:
            return 0.0, False
        seconds = self._clock.nsecsElapsed() / 1e9 if self._clock.isValid() else 0.0
        # Overwritten, not only let go: freed memory keeps what was in it.
        self._image.fill(0)
        self._image = None
        self._clock.invalidate()
        parent = self.parentWidget()
        self.repaint()
        self.hide()
        if parent is not None and parent.isVisible():
            # Not update(): the pixels must be off the screen before anything else happens.
            parent.repaint()
        return seconds, self._whole and seconds > 0

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._image is not None:
            self.gone.emit()

    def event(self, event: QEvent) -> bool:
        if self._image is not None and event.type() in (
            QEvent.Type.WindowDeactivate,
            QEvent.Type.ApplicationDeactivate,
            QEvent.Type.WindowBlocked,
            QEvent.Type.EnabledChange,
        ):
            self.gone.emit()
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        image = self._image
        if image is not None:
            room = QRectF(self.rect()).adjusted(theme.S3, theme.S3, -theme.S3, -theme.S3 - 28)
            size = image.size().toSizeF() / self.devicePixelRatioF()
            if size.width() > room.width() or size.height() > room.height():
                size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRectF(0, 0, size.width(), size.height())
            target.moveCenter(room.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, image)
            painter.setFont(theme.sans(theme.SMALL))
            painter.setPen(theme.colour("muted"))
            line = QRectF(theme.S3, self.height() - 32, self.width() - 2 * theme.S3, 24)
            words = painter.fontMetrics().elidedText(
                self._caption, Qt.TextElideMode.ElideMiddle, int(line.width())
            )
            painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), words)
            if not self._clock.isValid():
                self._clock.start()
                self._whole = self.visibleRegion().boundingRect().contains(target.toAlignedRect())
        painter.end()


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: a content, and for a film its second, for a document or animation its page."""

    content_id: str
    kind: ContentKind
    name: str
    facts: MediaFacts | None = None
    position: float | None = None
    page: int | None = None


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
        self._tile, self._target = tile, target
        room = self._sheet.parentWidget() or self._sheet
        edge = max(room.width(), room.height())
        edge = min(MAX_REVEALED_EDGE, round(edge * self._sheet.devicePixelRatioF()))
        review, operator = self._session.desk.review, self._session.operator

        def fetch() -> tuple[MediaFacts | NoPreview | None, Revealed | NoPreview]:
            # Whether it is one picture or many decides what the look counts for.
            facts = target.facts or review.facts(operator, claim.case_id, target.content_id)
            picture = review.reveal(
                operator, claim, target.content_id, edge=edge, position=target.position, page=target.page
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
        self._sheet.put(image, f"{target.name} · {words}")
        self.said.emit("")

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
