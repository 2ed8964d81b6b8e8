"""What plays: parts from a worker, checked and turned into frames or sound, until somebody stops."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Generic, TypeVar

from desk.domain.preview import Heard, PreviewSource, Revealed

from . import wire
from .crew import Crew, Stop
from .sniff import sniff
from .sources import Opened
from .wire import Answer, Ask, Part, Request, Worker

T = TypeVar("T", Revealed, Heard)


class Reel(Generic[T]):
    """Frames or sound in order. Taken by one thread; `stop` may come from any, the rest may not.

    A file that cannot be played gives nothing: `probe` and `reveal` say why. `ended` tells the file's own
    end from a worker that died and from a person who let go: only the first may count to the end.
    """

    def __init__(
        self,
        crew: Crew,
        source: PreviewSource,
        request: Request,
        made: Callable[[Part, Request], T],
        seconds: float,
    ) -> None:
        """Reads the file's first bytes. Raises whatever the source raises."""
        self.ended = False
        self._stop = Stop()
        self._made: Callable[[Part, Request], T] = made
        self._request = request
        self._opened = Opened(source) if source.size > 0 else None
        self._parts: Generator[Part, None, None] | None = None
        if self._opened is None:
            return
        sniffed = sniff(self._opened.head)
        worker = sniffed.worker
        # An animation plays out of the worker that decodes its pictures; sound comes out of films only.
        plays = worker is Worker.AV or (request.ask is Ask.PLAY and worker in (Worker.IMAGE, Worker.HEIF))
        if sniffed.format is not None and worker is not None and plays:
            self._request = request._replace(format=sniffed.format)
            self._parts = crew.play(
                self._opened, worker, self._request, source.size, self._stop, seconds=seconds
            )

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        part = next(self._parts, None) if self._parts is not None and not self._stop.asked else None
        if part is None or self._stop.asked:
            raise StopIteration
        if part.untrusted.answer == Answer.DONE:
            self.ended = True
            raise StopIteration
        return self._made(part, self._request)

    def stop(self) -> None:
        """End it now; the thread that waits for the next frame gets its StopIteration."""
        self._stop.now()

    def close(self) -> None:
        """Give the worker and the source back. By the thread that takes."""
        if self._parts is not None:
            self._parts.close()
        if self._opened is not None:
            self._opened.close()


def frame(part: Part, request: Request) -> Revealed:
    """A frame of a film."""
    one = wire.pixels(part.untrusted, part.untrusted_payload, request)
    return Revealed(one.width, one.height, one.channels, one.data, one.position)


def sound(part: Part, _request: Request) -> Heard:
    """A tenth of a second of sound."""
    one = wire.samples(part.untrusted, part.untrusted_payload)
    return Heard(one.data, one.position)
