"""Playing behind a hold: frames and sound out of the sandbox while somebody asks, nothing a moment longer.

Frames are painted when they are due and dropped when the next one comes; sound goes out only where it was
chosen. What was played is told in stretches, a few seconds each, so that an end of any kind, a crash of this
program among them, loses little and claims nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from desk.domain.case import Claim
from desk.domain.content import ContentKind
from desk.domain.errors import DeskError
from desk.domain.preview import MAX_REVEALED_EDGE, Revealed
from desk.domain.viewing import ViewingKind
from desk.gui.case.feed import Feed, SoundFeed
from desk.gui.case.look import Shown, Target
from desk.gui.case.phrases import play_time
from desk.gui.case.played import Played
from desk.gui.case.sheet import LookSheet, to_image
from desk.gui.runner import Task
from desk.gui.session import Session
from desk.gui.widgets.tile import MAX_SECONDS, BlurTile
from desk.gui.words import joined, tr

TICK_MS = 15
RATE = 25.0
"""Frames for a second of looking, at any speed."""
MAX_EDGE = 1280
SLICE = 3.0
"""Seconds after which what was played goes on record, though the hold goes on."""
STALL = 0.4
"""Seconds of the film by which the picture may lag before the sound waits for it."""


@dataclass(slots=True)
class _Hold:
    """One hold that plays."""

    tile: BlurTile
    target: Target
    claim: Claim
    start: float
    speed: float
    frames: Feed[Revealed] | None
    sound: SoundFeed | None
    played: Played
    tasks: list[Task]
    at: datetime | None = None
    begun: bool = False
    behind: float = 0.0
    told: float = 0.0
    shown: float | None = None


class Player(QObject):
    """One hold at a time. ``shown`` carries a Shown for each stretch; ``moved`` the second that is on now;
    ``stopped`` where the next hold goes on; ``said`` words for the hint line; ``refused`` a DeskError."""

    shown = Signal(object)
    moved = Signal(float)
    stopped = Signal(str, float)
    said = Signal(str)
    refused = Signal(object)

    def __init__(self, session: Session, sheet: LookSheet, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._sheet = session, sheet
        self._hold: _Hold | None = None
        self._clock = QElapsedTimer()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.setTimerType(Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._ticked)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self.blank)
        self.hold_seconds = MAX_SECONDS
        sheet.gone.connect(self.blank)

    @property
    def playing(self) -> bool:
        """Whether somebody holds, anything to be seen or heard yet or not."""
        return self._hold is not None

    def begin(
        self, tile: BlurTile, target: Target, claim: Claim, *, start: float, speed: float, sound: bool
    ) -> None:
        """Play from second ``start`` on. Pictures for a film; sound where it is chosen."""
        self.end()
        review, operator = self._session.desk.review, self._session.operator
        pictures = target.kind is ContentKind.VIDEO
        length = target.facts.duration if target.facts is not None else None
        hold = _Hold(
            tile,
            target,
            claim,
            start,
            speed,
            Feed() if pictures else None,
            SoundFeed(speed) if sound else None,
            Played(length, every=target.every),
            [],
        )
        self._hold = hold
        room = self._sheet.parentWidget() or self._sheet
        edge = round(max(room.width(), room.height()) * self._sheet.devicePixelRatioF())
        edge = min(edge, MAX_EDGE, MAX_REVEALED_EDGE)
        run = partial(self._session.runner.run_read, on_error=partial(self._failed, hold), owner=self)
        key = target.content_id
        if hold.frames is not None:
            rate = RATE / speed
            play = partial(review.play, operator, claim, key, edge=edge, start=start, rate=rate)
            hold.tasks.append(run(partial(hold.frames.fill, play)))
        if hold.sound is not None:
            listen = partial(review.listen, operator, claim, key, start=start, speed=speed)
            hold.tasks.append(run(partial(hold.sound.sound, listen, review.speaker)))
        self.said.emit(tr("Opening…"))
        self._tick.start()

    # --- while it is held -----------------------------------------------------

    def _ticked(self) -> None:
        hold = self._hold
        if hold is None:
            self._tick.stop()
            return
        if not hold.tile.asking or not hold.tile.isActiveWindow() or not self._sheet.isEnabled():
            self.blank()
            return
        if not hold.begun and not self._begin_now(hold):
            return
        if self._hold is not hold:
            return
        now = self._clock.nsecsElapsed() / 1e9
        second = hold.start + (now - hold.behind) * hold.speed
        if hold.frames is not None:
            second = self._paint(hold, hold.frames, second, now)
        over = self._sound_on(hold, second)
        if self._hold is not hold:
            return
        place = play_time(second)
        if hold.played.length is not None:
            place = tr(
                "{time} of {length}",
                time=play_time(min(second, hold.played.length)),
                length=play_time(hold.played.length),
            )
        self._sheet.say(joined([hold.target.name, place, tr("let go to stop")]))
        self.moved.emit(second if hold.played.length is None else min(second, hold.played.length))
        if now - hold.told >= SLICE:
            self._tell(hold, now)
        if over:
            self.blank()

    def _begin_now(self, hold: _Hold) -> bool:
        """Whether all that is to play is there; then the clock starts."""
        frames, sound = hold.frames, hold.sound
        if frames is not None and not frames.ready:
            if frames.finished:
                self.said.emit(tr("This film can't be played. It can still be reported."))
                self._end(hold)
            return False
        if sound is not None and not (sound.ready or sound.finished):
            return False
        if frames is None and sound is not None and sound.dry and not sound.silent:
            self.said.emit(tr("This sound can't be played. It can still be reported."))
            self._end(hold)
            return False
        hold.begun = True
        hold.at = self._session.desk.clock.now()
        self._clock.start()
        self._limit.start(round(min(self.hold_seconds, MAX_SECONDS) * 1000))
        if sound is not None:
            sound.going = True
        if sound is not None and sound.silent:
            quiet = tr("No sound device: what is not heard does not count.")
            self.said.emit(quiet if frames is None else tr("No sound device."))
        else:
            self.said.emit("")
        return True

    def _paint(self, hold: _Hold, frames: Feed[Revealed], second: float, now: float) -> float:
        """Put the newest frame that is due on the screen. The second that the film is at."""
        newest: Revealed | None = None
        # Of an animation no picture is left out: the next one waits until this one was on the screen.
        every = hold.target.every
        if every and hold.shown is not None and not self._sheet.current_painted:
            return self._wait_at(hold, second, now)
        while (one := frames.take(second if hold.shown is not None else None)) is not None:
            newest = one
            if hold.shown is None or every:
                break
        if newest is not None and newest.position is not None:
            image = to_image(newest)
            if not image.isNull():
                if hold.shown is None:
                    # The film begins at its first frame, wherever the search for it ended.
                    hold.start, hold.behind, second = newest.position, now, newest.position
                    self._sheet.put(image, hold.target.name)
                else:
                    self._sheet.put_next(image)
                    if every:
                        second = self._wait_at(hold, newest.position, now)
                hold.shown = newest.position
                hold.played.at(newest.position)
        last = hold.shown if hold.shown is not None else second
        if not frames.finished and not frames.ready and second > last + STALL:
            # The decoder lags: the film waits, and the sound with it.
            hold.behind = now - (last + STALL - hold.start) / hold.speed
            second = last + STALL
        if hold.sound is not None:
            hold.sound.going = frames.finished or frames.ready or second < last + STALL
        return second

    @staticmethod
    def _wait_at(hold: _Hold, second: float, now: float) -> float:
        """The film's clock stands at this second now."""
        hold.behind = now - (second - hold.start) / hold.speed
        return second

    def _sound_on(self, hold: _Hold, second: float) -> bool:
        """Count what was heard of a sound; whether all is over."""
        frames, sound, played = hold.frames, hold.sound, hold.played
        if frames is not None:
            if not frames.dry:
                return False
            if not frames.ended:
                return True
            if hold.target.every and not self._sheet.current_painted:
                return False
            heard = sound.heard if sound is not None else None
            if heard is not None and sound is not None and not sound.played_out:
                played.at(heard[1])  # pictures ended, the sound goes on
                return False
            last = played.last or 0.0
            if played.near_end and played.length is not None and second < played.length:
                return False
            if not played.near_end and second < last + 0.5:
                return False
            played.to_end()
            return True
        if sound is None:
            return True
        if sound.silent:
            return played.length is None or second >= played.length
        heard = sound.heard
        if heard is not None:
            played.at(heard[0])
            played.at(heard[1])
        if sound.played_out:
            played.to_end()
            return True
        return sound.dry and not sound.ended

    # --- its end ----------------------------------------------------------------

    def _failed(self, hold: _Hold, error: DeskError) -> None:
        if self._hold is hold:
            self.blank()
            self.refused.emit(error)

    def blank(self) -> None:
        """Silence and blur now, whatever is going on."""
        hold = self._hold
        self.end()
        if hold is not None:
            hold.tile.blank()

    def _end(self, hold: _Hold) -> None:
        """Over, with words that stay while the key is still held."""
        for feed in (hold.frames, hold.sound):
            if feed is not None:
                feed.stop()
        self._tick.stop()

    def end(self) -> None:
        """The tile is blurred again: drop what is on its way, tell what was played."""
        self._limit.stop()
        self._tick.stop()
        hold, self._hold = self._hold, None
        if hold is None:
            return
        heard = hold.sound.heard if hold.sound is not None and hold.frames is None else None
        for feed in (hold.frames, hold.sound):
            if feed is not None:
                feed.stop()
        self._sheet.drop()
        for task in hold.tasks:
            task.drop()
        self.said.emit("")
        if not hold.begun:
            return
        if heard is not None:
            hold.played.at(heard[0])
            hold.played.at(heard[1])
        self._tell(hold, self._clock.nsecsElapsed() / 1e9)
        if hold.played.last is not None:
            self.stopped.emit(hold.target.content_id, hold.played.last)

    def _tell(self, hold: _Hold, now: float) -> None:
        """What was played since the last telling goes on record."""
        seconds, at = now - hold.told, hold.at
        stretch = hold.played.take()
        if stretch is None or at is None or seconds <= 0:
            return
        begun = at + timedelta(seconds=hold.told)
        hold.told = now
        self.shown.emit(Shown(hold.target.content_id, begun, seconds, ViewingKind.PLAY, *stretch, hold.speed))
