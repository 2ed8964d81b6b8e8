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
    SCROLL = "scroll"  # a stretch of a document
    READ = "read"  # a stretch of a text or chat: words, not media, and no exposure to count
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

GAPS = 0.01
"""The most that closed gaps may come to together."""


ROUNDING = 1e-9
"""What is lost where a moment is written as a share of the whole."""


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
    """The share of the whole that the stretches cover together, in 0..1, whatever their order.

    Gaps up to GAP are closed as long as all of them together stay within GAPS:
    skipping along a film in small steps is not playing it. More stretches never
    lower the share. A stretch that is no number covers nothing.
    """
    gaps = []
    reach = 0.0
    for start, stop in sorted((a, b) for a, b in stretches if a < b):
        if stop <= reach:
            continue
        if start >= 1.0:
            break
        if start > reach:
            gaps.append(start - reach)
        reach = stop
    if reach < 1.0:
        gaps.append(1.0 - reach)
    missed = sum(gap for gap in gaps if gap > GAP)
    small = sum(gap for gap in gaps if gap <= GAP)
    if small > GAPS:
        missed += small - GAPS
    return max(0.0, 1.0 - missed)


def unbroken(stretches: Iterable[tuple[float, float]]) -> float:
    """The share that the stretches cover together, no gap closed but what rounding leaves, in 0..1."""
    missed, reach = 0.0, 0.0
    for start, stop in sorted((a, b) for a, b in stretches if a < b):
        if start > reach + ROUNDING:
            missed += min(start, 1.0) - min(reach, 1.0)
        reach = max(reach, stop)
    missed += max(0.0, 1.0 - reach)
    return 1.0 if missed <= ROUNDING else max(0.0, min(1.0 - missed, 1.0 - 2 * ROUNDING))


def viewed(
    kind: ContentKind, sha256: str, viewings: Iterable[Viewing], content_id: str | None = None
) -> Viewed:
    """What the recorded viewings of exactly these bytes allow to be claimed.

    ``content_id`` says which of several identical files is meant: viewing one is
    not viewing the other (domain rule on byte-identical files). Without it the
    caller has chosen the viewings already.

    An image: shown whole and unblurred at least once; one that moves: every picture
    of it played, with no gap closed, for one may show what no other does. Video,
    audio: played to the end, gaps closed, at up to twice the speed. Document, text,
    chat: scrolled through to its end.
    """
    stretches: list[tuple[float, float]] = []
    pictures: list[tuple[float, float]] = []
    metadata = False
    seconds = 0.0
    whole = False
    wanted = _wanted(kind)
    for viewing in viewings:
        if viewing.sha256 != sha256 or content_id not in (None, viewing.content_id):
            continue
        seconds += viewing.seconds
        if viewing.kind is ViewingKind.METADATA:
            metadata = True
            continue
        if not (0.0 < viewing.speed <= MAX_SPEED and viewing.seconds > 0.0):
            continue
        if viewing.kind is ViewingKind.PLAY:
            pictures.append((viewing.start, viewing.end))
        if viewing.kind is wanted:
            stretches.append((viewing.start, viewing.end))
            whole = whole or (viewing.start <= 0.0 and viewing.end >= 1.0)
    if kind is ContentKind.IMAGE:
        share = 1.0 if whole else unbroken(pictures)
        return Viewed(share >= 1.0, share, metadata, seconds)
    share = covered(stretches)
    return Viewed(share >= 1.0, share, metadata, seconds)


def _wanted(kind: ContentKind) -> ViewingKind:
    if kind is ContentKind.IMAGE:
        return ViewingKind.REVEAL
    if kind in (ContentKind.VIDEO, ContentKind.AUDIO):
        return ViewingKind.PLAY
    return ViewingKind.SCROLL if kind is ContentKind.DOCUMENT else ViewingKind.READ
