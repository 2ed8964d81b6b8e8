"""Between the sandbox and the eye: a few frames ahead, filled on one thread, taken on another, dropped."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Condition
from typing import Generic, TypeVar

from desk.domain.preview import SOUND_FRAME, SOUND_RATE, Heard, Revealed
from desk.ports import Reel, Speaker

T = TypeVar("T", Revealed, Heard)
AHEAD = 4
LATENCY = 0.1
"""Seconds that samples handed to the device may wait before they are heard."""


class Feed(Generic[T]):
    """``fill`` runs on its own thread until the file ends or ``stop``; the rest is for the one who takes."""

    def __init__(self) -> None:
        self._some: deque[T] = deque()
        self._turn = Condition()
        self._reel: Reel[T] | None = None
        self.stopped = self.finished = self.ended = False
        """``finished``: no more comes; ``ended``: because the file came to its end."""

    def fill(self, opened: Callable[[], AbstractContextManager[Reel[T] | None]]) -> None:
        """Take from the reel until there is no more. Raises what opening it raises."""
        try:
            if self.stopped:
                return
            with opened() as reel:
                if reel is None:
                    return
                with self._turn:
                    self._reel = reel
                    if self.stopped:
                        return
                for one in reel:
                    if not self._put(one):
                        return
                self.ended = reel.ended
        finally:
            with self._turn:
                self.finished, self._reel = True, None
                self._turn.notify_all()

    def _put(self, one: T) -> bool:
        with self._turn:
            while len(self._some) >= AHEAD and not self.stopped:
                self._turn.wait()
            if not self.stopped:
                self._some.append(one)
            return not self.stopped

    def stop(self) -> None:
        """Let everything go, now. Any thread."""
        with self._turn:
            self.stopped = True
            self._some.clear()
            reel = self._reel
            self._turn.notify_all()
        if reel is not None:
            reel.stop()

    @property
    def ready(self) -> bool:
        with self._turn:
            return bool(self._some)

    @property
    def dry(self) -> bool:
        """Nothing is there and nothing more comes."""
        with self._turn:
            return self.finished and not self._some

    def take(self, until: float | None = None) -> T | None:
        """The next one whose position is not after ``until``; None where there is none yet."""
        with self._turn:
            if not self._some:
                return None
            if until is not None and (self._some[0].position or 0.0) > until:
                return None
            one = self._some.popleft()
            self._turn.notify_all()
            return one


class SoundFeed(Feed[Heard]):
    """Sound on its way to the device, and which second of the file is in the air."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed
        self._rest, self._at = b"", 0.0
        self._first: float | None = None
        self.going = False
        """Nothing goes out before this is set, and while it is not."""
        self.silent = False
        """There is no device."""

    def sound(
        self,
        opened: Callable[[], AbstractContextManager[Reel[Heard] | None]],
        speaker: Callable[[Callable[[int], bytes]], Speaker | None],
    ) -> None:
        """``fill`` with the device open as long as it plays."""
        if self.stopped:
            self.finished = True
            return
        device = speaker(self.pull)
        self.silent = device is None
        try:
            if device is not None:
                self.fill(opened)
                with self._turn:
                    while not self.stopped:
                        self._turn.wait()
        finally:
            self.finished = True
            if device is not None:
                device.close()

    def pull(self, wanted: int) -> bytes:
        """Bytes for the device, on its thread; silence from the moment of letting go."""
        found = b""
        while len(found) < wanted and self.going and not self.stopped:
            if not self._rest:
                one = self.take()
                if one is None:
                    break
                self._rest, self._at = one.pcm, one.position
                if self._first is None:
                    self._first = one.position
            part = self._rest[: wanted - len(found)]
            self._rest = self._rest[len(part) :]
            self._at += len(part) / SOUND_FRAME / SOUND_RATE * self._speed
            found += part
        return b"" if self.stopped else found

    @property
    def heard(self) -> tuple[float, float] | None:
        """The first and the last second that came out of the device; None before."""
        if self._first is None:
            return None
        last = self._at - LATENCY * self._speed
        return (self._first, last) if last > self._first else None

    @property
    def played_out(self) -> bool:
        """The file's end was reached and handed to the device."""
        return self.ended and self.dry and not self._rest
