"""Viewing: recorded displays of unblurred content, and the claims that follow from them.

``fileViewedByEsp`` decides what police may open without a warrant (United States
v. Wilson, 9th Cir. 2021), so it must be the truth about that very file. It is
never a default, never raised by hand; a blurred tile, a hash match or a
look-alike is not viewing.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from desk.domain.content import ContentKind


class ViewingKind(enum.StrEnum):
    REVEAL = "reveal"  # an image or a page, unblurred
    PLAY = "play"  # a stretch of a video or audio
    SCROLL = "scroll"  # a stretch of a document, text or chat
    METADATA = "metadata"  # the metadata panel


@dataclass(frozen=True, slots=True)
class Viewing:
    """One recorded display. ``start`` and ``end`` are shares of the whole in 0..1.

    For an image the whole is shown or not: ``start`` 0 and ``end`` 1 mean the
    whole picture. ``seconds`` is how long unblurred content was on the screen.
    """

    case_number: int
    content_id: str
    sha256: str
    operator_id: int
    kind: ViewingKind
    at: datetime
    seconds: float
    start: float = 0.0
    end: float = 1.0
    speed: float = 1.0


MAX_SPEED = 2.0
"""Faster playing does not count as viewing."""

GAP = 0.005
"""Gaps up to this share of the whole are closed: players report positions in steps."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """What may be claimed about a file. ``share`` is the part of it that was shown, 0..1."""

    viewed: bool
    share: float
    metadata: bool
    seconds: float

    @property
    def exif(self) -> bool:
        """exifViewedByEsp: the metadata was opened and the file itself was viewed."""
        return self.viewed and self.metadata


def covered(stretches: Iterable[tuple[float, float]]) -> float:
    """The share of the whole that the stretches cover together, gaps up to GAP closed. In 0..1."""
    total = 0.0
    begin: float | None = None
    end = 0.0
    last = 0.0
    for start, stop in sorted((max(0.0, a), min(1.0, b)) for a, b in stretches):
        if stop <= start:
            continue
        if begin is None or start > end + GAP:
            if begin is not None:
                total += end - begin
            begin = start if start > last + GAP else last
            end = stop
        end = max(end, stop)
        last = end
    if begin is not None:
        total += (1.0 if end >= 1.0 - GAP else end) - begin
    return min(1.0, total)


def viewed(kind: ContentKind, sha256: str, viewings: Iterable[Viewing]) -> Viewed:
    """What the recorded viewings of exactly these bytes allow to be claimed.

    An image: shown whole and unblurred at least once. Video, audio: played to
    the end, gaps closed, at up to twice the speed. Document, text, chat: scrolled
    through to its end.
    """
    stretches: list[tuple[float, float]] = []
    metadata = False
    seconds = 0.0
    whole = False
    wanted = _wanted(kind)
    for viewing in viewings:
        if viewing.sha256 != sha256:
            continue
        seconds += viewing.seconds
        if viewing.kind is ViewingKind.METADATA:
            metadata = True
        elif viewing.kind is wanted and viewing.speed <= MAX_SPEED:
            stretches.append((viewing.start, viewing.end))
            if viewing.start <= 0.0 and viewing.end >= 1.0 and viewing.seconds > 0:
                whole = True
    if kind is ContentKind.IMAGE:
        return Viewed(whole, 1.0 if whole else 0.0, metadata, seconds)
    share = covered(stretches)
    return Viewed(share >= 1.0, share, metadata, seconds)


def _wanted(kind: ContentKind) -> ViewingKind:
    if kind is ContentKind.IMAGE:
        return ViewingKind.REVEAL
    if kind in (ContentKind.VIDEO, ContentKind.AUDIO):
        return ViewingKind.PLAY
    return ViewingKind.SCROLL
