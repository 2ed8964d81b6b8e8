"""The pool of preview workers: the desk's only way to look into a media file."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from desk.domain.preview import (
    BLUR_FLOOR,
    MAX_BLURRED_EDGE,
    MAX_REVEALED_EDGE,
    Blurred,
    Cut,
    GuardReport,
    Heard,
    MediaFacts,
    MediaKind,
    Metadata,
    NoPreview,
    NoPreviewReason,
    PictureHash,
    PreviewSource,
    Revealed,
    Waveform,
)

from . import guards, wire
from .crew import Crew
from .reel import Reel, frame, sound
from .sniff import Sniffed, plain_png, sniff
from .sources import Opened
from .speaker import Speaker
from .turns import Hurry
from .wire import Ask, Digest, Request, Worker

DEFAULT_SECONDS = 20.0

LONG_FACTOR = 3
"""Sound is read whole for its peaks: that may take this many times the limit."""


class _Answered(NamedTuple):
    sniffed: Sniffed
    digest: Digest

    def none(self, reason: NoPreviewReason) -> NoPreview:
        """A worker that answered without what was asked for."""
        return NoPreview(reason, self.sniffed.kind, self.sniffed.name)


class PreviewPool:
    """Blurred previews, revealed pictures and facts, made in sandboxed processes. Safe for several threads.

    Calls block until there is an answer: never call them on the GUI thread. Every file ends in a result or a
    `NoPreview` with its reason, within `seconds`. What the source itself raises passes through unchanged, and
    a source that does not keep to its size raises ValueError.
    """

    def __init__(self, workers: int = 2, *, seconds: float = DEFAULT_SECONDS) -> None:
        """`workers` files are looked at at once, one more for a reveal and one for hashes, which nobody waits
        for; `seconds` of wall time for each.

        No process is started before the first call, or `warm`.
        """
        self._seconds = seconds
        self._crew = Crew(workers)

    def __enter__(self) -> PreviewPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def preview(
        self, source: PreviewSource, *, edge: int, strength: float = BLUR_FLOOR, grey: bool = True
    ) -> Blurred | NoPreview:
        """A blurred picture that fits `edge` x `edge` pixels; of a film one keyframe, of a document page one.

        `strength` is the blur's deviation as a part of the shorter edge and never less than the floor.
        """
        answered = self._ask(source, _blurred_request(Ask.BLUR, edge, strength, grey=grey))
        if isinstance(answered, NoPreview):
            return answered
        tiles = _tiles(answered)
        return tiles[0] if tiles else answered.none(NoPreviewReason.NO_PICTURE)

    def stills(
        self,
        source: PreviewSource,
        *,
        edge: int,
        count: int = 9,
        strength: float = BLUR_FLOOR,
        grey: bool = True,
    ) -> tuple[Blurred, ...] | NoPreview:
        """Up to `count` (at most 16) blurred pictures spread over a film, an animation or a document."""
        count = max(1, min(count, wire.MAX_STILLS))
        answered = self._ask(source, _blurred_request(Ask.STILLS, edge, strength, grey=grey, number=count))
        if isinstance(answered, NoPreview):
            return answered
        return _tiles(answered) or answered.none(NoPreviewReason.NO_PICTURE)

    def reveal(
        self,
        source: PreviewSource,
        *,
        edge: int,
        position: float | None = None,
        page: int | None = None,
        cut: Cut | None = None,
    ) -> Revealed | NoPreview:
        """The unblurred picture, because a person asked: only now do such pixels exist in this process.

        `position` is the second of a film, `page` the page of a document or frame of an animation, from 0;
        `cut` a part of the picture, which then comes with as many of its own pixels as fit `edge`.
        """
        request = Request(
            Ask.REVEAL,
            wire.Format.JPEG,
            edge=max(1, min(edge, MAX_REVEALED_EDGE)),
            number=max(0, min(page or 0, wire.MAX_COUNT)),
            position_ms=-1 if position is None else _milliseconds(position),
            grey=False,
            part=(0, 0, 0, 0) if cut is None else _part(cut),
        )
        answered = self._ask(source, request, hurry=Hurry.HELD)
        if isinstance(answered, NoPreview):
            return answered
        if not answered.digest.pictures:
            return answered.none(NoPreviewReason.NO_PICTURE)
        shown = answered.digest.pictures[0]
        return Revealed(
            shown.width, shown.height, shown.channels, shown.data, shown.position, page, shown.damaged
        )

    @contextlib.contextmanager
    def play(
        self, source: PreviewSource, *, edge: int, start: float = 0.0, rate: float = 12.5
    ) -> Iterator[Reel[Revealed]]:
        """Unblurred frames of a film from second `start` on, at most `rate` a second of its time; no sound.

            with pool.play(source, edge=1080) as frames:
                for frame in frames: ...

        The worker decodes no further than a few frames ahead of the one who takes them; leaving the block
        ends it. A file that cannot be played gives no frame: `probe` and `reveal` say why. Each frame's
        `position` is what the viewing's record counts.
        """
        request = Request(
            Ask.PLAY,
            wire.Format.MP4,
            edge=max(1, min(edge, MAX_REVEALED_EDGE)),
            strength=round(1000 / max(1.0, min(rate, 50.0))),
            number=wire.MAX_COUNT - 1,
            position_ms=_milliseconds(start),
            grey=False,
        )
        reel = Reel(self._crew, source, request, frame, self._seconds)
        try:
            yield reel
        finally:
            reel.close()

    @contextlib.contextmanager
    def listen(
        self, source: PreviewSource, *, start: float = 0.0, speed: float = 1.0
    ) -> Iterator[Reel[Heard]]:
        """Sound from second `start` on, at 0.5 to 2 times its speed and its own pitch; else as `play`."""
        request = Request(
            Ask.SOUND,
            wire.Format.MP4,
            strength=round(100 * max(0.5, min(speed, 2.0))),
            position_ms=_milliseconds(start),
        )
        reel = Reel(self._crew, source, request, sound, self._seconds)
        try:
            yield reel
        finally:
            reel.close()

    def speaker(self, pull: Callable[[int], bytes]) -> Speaker | None:
        """A sound device that plays what `pull(bytes)` gives, asked on its own thread; None without one."""
        return Speaker.begin(pull)

    def keyframes(self, source: PreviewSource) -> tuple[float, ...] | NoPreview:
        """Where a film's keyframes lie, in seconds; at most 4096 of them."""
        answered = self._ask(source, Request(Ask.KEYS, wire.Format.JPEG), only=Worker.AV)
        if isinstance(answered, NoPreview):
            return answered
        found = answered.digest.keys
        return answered.none(NoPreviewReason.BROKEN) if found is None else found

    def probe(self, source: PreviewSource) -> MediaFacts | NoPreview:
        """What kind of file it is, its size, length, pages and frames."""
        answered = self._ask(source, Request(Ask.PROBE, wire.Format.JPEG))
        if isinstance(answered, NoPreview):
            return answered
        facts = answered.digest.facts
        if facts is None:
            return answered.none(NoPreviewReason.BROKEN)
        return _facts(answered.sniffed, facts)

    def metadata(self, source: PreviewSource) -> Metadata | NoPreview:
        """The text inside the file. Showing it is a viewing to be recorded (exifViewedByEsp)."""
        answered = self._ask(source, Request(Ask.TEXT, wire.Format.JPEG))
        if isinstance(answered, NoPreview):
            return answered
        entries = answered.digest.entries
        return answered.none(NoPreviewReason.BROKEN) if entries is None else Metadata(entries)

    def hashes(self, source: PreviewSource, *, count: int = 9) -> tuple[PictureHash, ...] | NoPreview:
        """PDQ of a picture; of a film or an animation up to `count` (16), spread over it. No pixels come."""
        number = max(1, min(count, wire.MAX_STILLS))
        request = Request(Ask.HASH, wire.Format.JPEG, number=number)
        answered = self._ask(source, request, hurry=Hurry.NOBODY)
        if isinstance(answered, NoPreview):
            return answered
        return answered.digest.hashes or answered.none(NoPreviewReason.NO_PICTURE)

    def waveform(self, source: PreviewSource, *, buckets: int = 512) -> Waveform | NoPreview:
        """How loud the sound is over its length, in at most `buckets` (2048) parts."""
        buckets = max(1, min(buckets, wire.MAX_PEAKS))
        request = Request(Ask.PEAKS, wire.Format.WAV, number=buckets)
        answered = self._ask(source, request, only=Worker.AV)
        if isinstance(answered, NoPreview):
            return answered
        peaks, duration = answered.digest.peaks, answered.digest.duration
        if peaks is None or duration is None:
            return answered.none(NoPreviewReason.BROKEN)
        return Waveform(peaks, duration)

    def guards(self) -> GuardReport:
        """Which guards hold, as locked workers report; what one kind of them lacks counts as lacking."""
        reports = [guards.Report(kind, self._crew.hello(kind)) for kind in Worker]
        return guards.report(sys.platform, reports)

    def warm(self) -> None:
        """Start the workers for pictures ahead of the first tile. Does not wait for them."""
        self._crew.warm(Worker.IMAGE)

    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes now running; for tests and for the doctor."""
        return self._crew.pids()

    def close(self) -> None:
        """End every worker. Calls in flight and later ones answer UNAVAILABLE. May be called twice."""
        self._crew.close()

    def _ask(
        self,
        source: PreviewSource,
        request: Request,
        *,
        hurry: Hurry = Hurry.AWAITED,
        only: Worker | None = None,
    ) -> _Answered | NoPreview:
        if source.size <= 0:
            return NoPreview(NoPreviewReason.EMPTY)
        opened = Opened(source)
        try:
            sniffed = sniff(opened.head)
            kind = sniffed.worker
            if kind is None or sniffed.format is None or only not in (None, kind):
                return NoPreview(NoPreviewReason.UNSUPPORTED, sniffed.kind, sniffed.name)
            request = request._replace(format=sniffed.format)
            seconds = self._seconds * (LONG_FACTOR if request.ask is Ask.PEAKS else 1)
            outcome = self._run(opened, kind, request, source.size, seconds, hurry=hurry)
        finally:
            opened.close()
        if isinstance(outcome, NoPreviewReason):
            return NoPreview(outcome, sniffed.kind, sniffed.name)
        return _Answered(sniffed, outcome)

    def _run(
        self, opened: Opened, kind: Worker, request: Request, size: int, seconds: float, *, hurry: Hurry
    ) -> Digest | NoPreviewReason:
        if request.ask is Ask.BLUR and size <= wire.MAX_INLINE and plain_png(opened.head):
            quick = self._crew.run(opened, Worker.AV, request, size, seconds=seconds, hurry=hurry)
            # What the quick way does not like may still be shown by the usual one.
            if not isinstance(quick, NoPreviewReason) or quick is NoPreviewReason.TIMED_OUT:
                return quick
        return self._crew.run(opened, kind, request, size, seconds=seconds, hurry=hurry)


def _blurred_request(ask: Ask, edge: int, strength: float, *, grey: bool, number: int = 0) -> Request:
    return Request(
        ask,
        wire.Format.JPEG,
        edge=max(1, min(edge, MAX_BLURRED_EDGE)),
        strength=round(min(max(strength, BLUR_FLOOR), 1.0) * 1000),
        number=number,
        grey=grey,
    )


def _milliseconds(position: float) -> int:
    """A finite, bounded number, whatever a slider gave."""
    return round(max(0.0, min(position if position == position else 0.0, wire.MAX_DURATION_MS / 1000)) * 1000)


def _part(cut: Cut) -> tuple[int, int, int, int]:
    """A part in 65535ths, at least one of them wide and high, whatever a drag gave."""
    left, top, right, bottom = (
        round(max(0.0, min(edge if edge == edge else 0.0, 1.0)) * 65535)
        for edge in (cut.left, cut.top, cut.right, cut.bottom)
    )
    left, top = min(left, 65534), min(top, 65534)
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _tiles(answered: _Answered) -> tuple[Blurred, ...]:
    return tuple(
        Blurred(one.width, one.height, one.channels, one.data, one.position, one.damaged)
        for one in answered.digest.pictures
    )


def _facts(sniffed: Sniffed, facts: wire.Header) -> MediaFacts:
    document = sniffed.kind is MediaKind.DOCUMENT
    has_picture = bool(facts.code & wire.FACT_PICTURE)
    kind = sniffed.kind
    if kind is MediaKind.VIDEO and not has_picture and facts.code & wire.FACT_SOUND:
        kind = MediaKind.AUDIO  # an .mp4 or .webm that holds sound alone
    elif kind is MediaKind.AUDIO and has_picture:
        kind = MediaKind.VIDEO  # an .ogg that holds a film
    return MediaFacts(
        kind,
        sniffed.name,
        width=facts.width if has_picture else 0,
        height=facts.height if has_picture else 0,
        frames=0 if document else facts.total,
        pages=facts.total if document else 0,
        duration=None if facts.position < 0 else facts.position / 1000,
        has_sound=bool(facts.code & wire.FACT_SOUND),
        has_metadata=bool(facts.code & wire.FACT_TEXT),
    )
