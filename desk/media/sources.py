"""Ways to hand a file's bytes to a worker: whole, or piece by piece as it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from desk.domain.preview import PreviewSource

from .sniff import HEAD_BYTES
from .wire import MAX_INLINE, Worker

RANGED_FROM = 4 << 20
"""Films and documents from this size on are read piece by piece where the source can jump."""


class Supply(NamedTuple):
    """Exactly one of the two is set; `close` is called when the job is over."""

    chunks: Iterable[bytes] | None
    read: Callable[[int, int], bytes] | None
    close: Callable[[], None]


class Opened:
    """A source whose first bytes were looked at, and which is still read only once."""

    def __init__(self, source: PreviewSource) -> None:
        """Reads the head. Raises whatever the source raises."""
        self._source = source
        self._rest: Iterator[bytes] = iter(())
        if source.read is not None:
            self.head = source.read(0, min(HEAD_BYTES, source.size))
            self._first = b""
            return
        self._rest = iter(source.chunks())
        first = b""
        while len(first) < min(HEAD_BYTES, source.size):
            chunk = next(self._rest, None)
            if chunk is None:
                break
            first = first + chunk if first else chunk
        self._first = first
        self.head = first[:HEAD_BYTES]

    def supply(self, worker: Worker, *, whole: bool = False) -> Supply:
        """The bytes for one job; may be called again for another try. `whole`: all will be read, in order."""
        source = self._source
        jumps = worker in (Worker.AV, Worker.PDF) and not whole
        if source.read is not None and (source.size > MAX_INLINE or (source.size > RANGED_FROM and jumps)):
            return Supply(None, source.read, _nothing)
        if source.size > MAX_INLINE:
            stepper = _Restarting(source)
            return Supply(None, stepper.read, stepper.close)
        return Supply(self._whole(), None, self.close)

    def _whole(self) -> Iterator[bytes]:
        if not self._first:
            self._rest = iter(self._source.chunks())
        first, self._first = self._first, b""
        if first:
            yield first
        yield from self._rest

    def close(self) -> None:
        """Let a generator behind the chunks end now rather than some day."""
        _close(self._rest)


class _Restarting:
    """Random access over chunks that come in order only: forward by reading on, back by starting again.

    Bounded in memory by one chunk and one piece; bounded in time by the job's limit.
    """

    def __init__(self, source: PreviewSource) -> None:
        self._source = source
        self._chunks: Iterator[bytes] = iter(source.chunks())
        self._at = 0
        self._chunk = b""

    def read(self, offset: int, length: int) -> bytes:
        """`length` bytes from `offset`, fewer at the end of the source."""
        if offset < self._at:
            self.close()
            self._chunks, self._at, self._chunk = iter(self._source.chunks()), 0, b""
        parts: list[bytes] = []
        missing = length
        while missing:
            end = self._at + len(self._chunk)
            if offset < end:
                part = self._chunk[offset - self._at : offset - self._at + missing]
                parts.append(part)
                offset += len(part)
                missing -= len(part)
                continue
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._at, self._chunk = end, chunk
        return b"".join(parts)

    def close(self) -> None:
        """End the present pass."""
        _close(self._chunks)


def _close(chunks: Iterator[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


def _nothing() -> None:
    return
