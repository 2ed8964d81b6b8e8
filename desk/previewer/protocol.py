"""The child's half of the wire: fixed-size headers of bounded numbers, then raw bytes.

The host keeps its own copy (desk/media/wire.py), since neither side may import the other; a test
compares them. All integers are little-endian.
"""

from __future__ import annotations

import io
import struct
from enum import IntEnum
from typing import NamedTuple

VERSION = 1
REQUEST = struct.Struct("<4sIBBBBHHIqQ4H")
REPLY = struct.Struct("<4sIBBHIIIIqQ")
REQUEST_MAGIC = b"TDQ1"
REPLY_MAGIC = b"TDR1"

RANGED = 1
GREY = 2

MAX_PIXELS = 179_000_000
MAX_BLURRED_EDGE = 1024
MAX_REVEALED_EDGE = 4096
MAX_INLINE = 64 << 20
MAX_READ = 1 << 20
MAX_COUNT = 10_000
MAX_STILLS = 16
HASH_BYTES = 32
MIN_STEP_MS = 20
MAX_PEAKS = 2048
MAX_KEYS = 4096
SOUND_RATE = 48_000
MAX_SOUND = 19_200
MAX_ENTRIES = 48
MAX_VALUE = 400
MAX_DURATION_MS = 1000 * 3600 * 24 * 30


class Kind(IntEnum):
    """Which decoders a worker holds: one process never holds them all."""

    IMAGE = 1
    AV = 2
    PDF = 3
    HEIF = 4


class Ask(IntEnum):
    """What the host wants. HASH: perceptual hashes of up to `number` pictures.

    PLAY sends frames until the host has enough; its `strength` is the time between them in milliseconds.
    SOUND sends samples likewise; its `strength` is the speed in per cent.
    """

    BLUR = 1
    REVEAL = 2
    STILLS = 3
    PROBE = 4
    HASH = 5
    PEAKS = 6
    TEXT = 7
    PLAY = 8
    SOUND = 9
    KEYS = 10


class Answer(IntEnum):
    """What a reply's header introduces."""

    HELLO = 1
    READ = 2
    PIXELS = 3
    FACTS = 4
    PEAKS = 5
    TEXT = 6
    DONE = 7
    REFUSED = 8
    HASH = 9
    SOUND = 10
    KEYS = 11


class Refusal(IntEnum):
    """Why there is no answer."""

    UNSUPPORTED = 1
    TOO_LARGE = 2
    BROKEN = 3
    PROTECTED = 4
    NO_PICTURE = 5
    TOO_MUCH = 6


class Format(IntEnum):
    """What the host's look at the first bytes said; the child runs that one decoder and no other."""

    JPEG = 1
    PNG = 2
    GIF = 3
    WEBP = 4
    BMP = 5
    TIFF = 6
    HEIF = 7
    AVIF = 8
    MP4 = 20
    MATROSKA = 21
    AVI = 22
    MP3 = 30
    AAC = 31
    OGG = 32
    WAV = 33
    FLAC = 34
    PDF = 40


FACT_SOUND = 1
FACT_TEXT = 2
FACT_PICTURE = 4

PIXELS_DAMAGED = 1


class Guards:
    """Bits of the hello: the guards that are active after the lock."""

    RLIMITS = 1
    NO_NEW_PRIVS = 2
    LANDLOCK = 4
    SECCOMP = 8
    NOT_DUMPABLE = 16
    SEATBELT = 32
    LOW_INTEGRITY = 64


class Request(NamedTuple):
    """One request as it came in; the host is trusted, its numbers are clamped all the same."""

    magic: bytes
    job: int
    ask: int
    format: int
    flags: int
    reserved: int
    edge: int
    strength: int
    number: int
    position_ms: int
    size: int
    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0
    """The part of a REVEAL in 65535ths of the whole; all 0 for the whole."""


class Refused(Exception):
    """Ends a job with a refusal the host can put into words."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal


class Picture(NamedTuple):
    """Raw pixels on their way out: 1 or 3 bytes for each, rows without padding."""

    width: int
    height: int
    channels: int
    pixels: bytes
    position_ms: int = -1
    damaged: bool = False


class Hashed(NamedTuple):
    """A perceptual hash on its way out: HASH_BYTES, with its quality of 0 to 100."""

    value: bytes
    quality: int
    position_ms: int = -1


class Sound(NamedTuple):
    """Samples on their way out: signed 16 bit, two channels, SOUND_RATE a second."""

    pcm: bytes
    position_ms: int


class Keys(NamedTuple):
    """The positions of a film's keyframes in milliseconds, in order."""

    positions: list[int]


class Facts(NamedTuple):
    """Numbers on their way out; `total` counts frames or pages."""

    width: int = 0
    height: int = 0
    total: int = 0
    duration_ms: int = -1
    flags: int = 0


class Channel:
    """The two pipes. Every object is made before the lock, since making one looks at the descriptor."""

    def __init__(self, inward: io.FileIO, outward: io.FileIO) -> None:
        self._in = inward
        self._out = outward
        self.job = 0

    def read_into(self, target: memoryview) -> bool:
        """Fill `target`; False when the host went away."""
        done = 0
        while done < len(target):
            count = self._in.readinto(target[done:])
            if not count:
                return False
            done += count
        return True

    def request(self) -> Request | None:
        """The next request, or None when the host closed the pipe."""
        buffer = bytearray(REQUEST.size)
        if not self.read_into(memoryview(buffer)):
            return None
        request = Request(*REQUEST.unpack(buffer))
        if request.magic != REQUEST_MAGIC:
            return None
        self.job = request.job
        return request

    def send(
        self,
        answer: Answer,
        code: int = 0,
        *,
        channels: int = 0,
        width: int = 0,
        height: int = 0,
        index: int = 0,
        count: int = 0,
        position: int = -1,
        payload: bytes = b"",
        length: int | None = None,
    ) -> None:
        """Write one header and its payload. `length` stands alone in a READ, which has no payload."""
        size = len(payload) if length is None else length
        header = REPLY.pack(
            REPLY_MAGIC, self.job, answer, code, channels, width, height, index, count, position, size
        )
        self._write(header + payload if len(payload) < 65536 else header)
        if len(payload) >= 65536:
            self._write(payload)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._out.write(view) or 0 :]


class ArrivingFile(io.RawIOBase):
    """A file that is decoded while it still comes in through the pipe, whole and in order."""

    def __init__(self, channel: Channel, size: int) -> None:
        super().__init__()
        self._channel = channel
        self._bytes = bytearray(size)
        self._have = 0
        self._at = 0

    def arrive(self, until: int) -> bool:
        """Take in at least the first `until` bytes; False when the host went away."""
        until = min(until, len(self._bytes))
        if until > self._have:
            # Somewhat more at once, so that small reads do not become small turns.
            until = min(len(self._bytes), max(until, self._have + (1 << 16)))
            with memoryview(self._bytes) as view:
                if not self._channel.read_into(view[self._have : until]):
                    return False
            self._have = until
        return True

    def whole(self) -> bytes:
        """All of it."""
        self._need(len(self._bytes))
        return bytes(self._bytes)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._bytes)}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, len(self._bytes) - self._at)
        length = left if size is None or size < 0 else min(size, left)
        self._need(self._at + length)
        with memoryview(self._bytes) as view:
            data = bytes(view[self._at : self._at + length])
        self._at += length
        return data

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(target).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _need(self, until: int) -> None:
        if not self.arrive(until):
            raise EOFError("the host went away")


class RangedFile(io.RawIOBase):
    """A file whose bytes are asked of the host piece by piece, so that a long film is never held whole."""

    def __init__(self, channel: Channel, size: int) -> None:
        super().__init__()
        self._channel = channel
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(target).cast("B")
        length = min(len(view), MAX_READ, max(0, self._size - self._at))
        if length:
            self._channel.send(Answer.READ, position=self._at, length=length)
            if not self._channel.read_into(view[:length]):
                raise EOFError("the host went away")
            self._at += length
        return length
