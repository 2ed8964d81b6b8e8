"""A closer look at one picture: how large, which part, which way up. Numbers only; nothing is shown here."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

from desk.domain.preview import MAX_REVEALED_EDGE, Cut

STEP = 1.4
PAN = 0.2
"""The part of the room that one arrow moves."""
MOST = 8.0
MARGIN = 0.15
"""How much more than what is seen is fetched, so that a small step needs no waiting."""


@dataclass(slots=True)
class Zoom:
    """``size`` in the picture's own pixels as it is shown unturned, ``room`` in the screen's.

    ``scale`` is screen pixels for one of the picture's; None as large as fits.
    """

    size: QSizeF
    room: QSizeF
    scale: float | None = None
    turns: int = 0
    middle: QPointF | None = None

    def _turned(self) -> QSizeF:
        return self.size.transposed() if self.turns % 2 else self.size

    @property
    def fitting(self) -> float:
        """The scale at which all of it is seen; never enlarged."""
        turned = self._turned()
        if turned.isEmpty() or self.room.isEmpty():
            return 1.0
        return min(1.0, self.room.width() / turned.width(), self.room.height() / turned.height())

    @property
    def now(self) -> float:
        return self.fitting if self.scale is None else self.scale

    @property
    def whole(self) -> bool:
        """Whether all of it is seen."""
        return self.now <= self.fitting * 1.0001

    def act(self, name: str) -> None:
        """in, out, fit, one (to one), turn, left, right, up, down. Raises KeyError."""
        if name in ("in", "out"):
            self._scale_to(self.now * (STEP if name == "in" else 1 / STEP))
        elif name == "fit":
            self.scale = self.middle = None
        elif name == "one":
            self._scale_to(1.0)
        elif name == "turn":
            self.turns = (self.turns + 1) % 4
            self._scale_to(self.now if self.scale is not None else self.fitting)
        else:
            x, y = {"left": (1, 0), "right": (-1, 0), "up": (0, 1), "down": (0, -1)}[name]
            self.drag(x * PAN * self.room.width(), y * PAN * self.room.height())

    def _scale_to(self, scale: float) -> None:
        wanted = min(max(scale, self.fitting), MOST)
        self.scale = None if wanted <= self.fitting * 1.0001 else wanted
        self._keep()

    def drag(self, x: float, y: float) -> None:
        """Move the picture under the eye, in the screen's pixels."""
        back = QTransform().rotate(-90 * self.turns).map(QPointF(x, y)) / self.now
        self.middle = self.centre - back
        self._keep()

    @property
    def centre(self) -> QPointF:
        """The picture's point in the middle of the room, in its own pixels."""
        return self.middle or QPointF(self.size.width() / 2, self.size.height() / 2)

    def _half(self) -> QSizeF:
        half = self.room / (2 * self.now)
        return half.transposed() if self.turns % 2 else half

    def _keep(self) -> None:
        """No further than the picture's own edges."""
        half, centre = self._half(), self.centre

        def kept(at: float, room: float, length: float) -> float:
            return length / 2 if 2 * room >= length else min(max(at, room), length - room)

        self.middle = QPointF(
            kept(centre.x(), half.width(), self.size.width()),
            kept(centre.y(), half.height(), self.size.height()),
        )

    def seen(self, margin: float = 0.0) -> QRectF:
        """The part in the room, in the picture's own pixels, and somewhat more."""
        half = self._half() * (1 + 2 * margin)
        corner = self.centre - QPointF(half.width(), half.height())
        everything = QRectF(QPointF(0, 0), self.size)
        return QRectF(corner, half * 2).intersected(everything)

    def asked(self) -> tuple[Cut | None, QRectF, int]:
        """What to fetch: the part (None for the whole), the same in pixels, and its longest edge."""
        place = QRectF(QPointF(0, 0), self.size) if self.whole else self.seen(MARGIN)
        edge = max(1, round(max(place.width(), place.height()) * min(1.0, self.now)))
        edge = min(edge, MAX_REVEALED_EDGE)
        if self.whole:
            return None, place, edge
        wide, high = self.size.width(), self.size.height()
        cut = Cut(place.left() / wide, place.top() / high, place.right() / wide, place.bottom() / high)
        return cut, place, edge

    def transform(self, middle: QPointF, ratio: float) -> QTransform:
        """From the picture's pixels to a widget whose middle this is; ``ratio`` of the screen."""
        made = QTransform().translate(middle.x(), middle.y()).rotate(90 * self.turns)
        made.scale(self.now / ratio, self.now / ratio)
        return made.translate(-self.centre.x(), -self.centre.y())
