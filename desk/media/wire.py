"""The host's half of the wire to a preview worker, and the checks of all that comes back.

The worker keeps its own copy (desk/previewer/protocol.py), since neither side may import the other; a test
compares them. A header is a fixed set of bounded numbers; after it come raw pixels, peaks or short texts,
whose length the numbers must explain exactly. Until then everything is named untrusted_*.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

from desk.domain.preview import (
    MAX_BLURRED_EDGE,
    MAX_REVEALED_EDGE,
    MetadataEntry,
    NoPreviewReason,
    PictureHash,
)

from .blur import is_blurred

VERSION = 1
REQUEST = struct.Struct("<4sIBBBBHHIqQ4H")
REPLY = struct.Struct("<4sIBBHIIIIqQ")
REQUEST_MAGIC = b"TDQ1"
REPLY_MAGIC = b"TDR1"

RANGED = 1
GREY = 2

MAX_PIXELS = 179_000_000
MAX_SIDE = 10_000_000
MAX_INLINE = 64 << 20
MAX_READ = 1 << 20
MAX_COUNT = 10_000
MAX_STILLS = 16
HASH_BYTES = 32
MAX_QUALITY = 100
MIN_STEP_MS = 20
MAX_PEAKS = 2048
MAX_KEYS = 4096
SOUND_RATE = 48_000
MAX_SOUND = 19_200
MAX_ENTRIES = 48
MAX_VALUE = 400
MAX_DURATION_MS = 1000 * 3600 * 24 * 30

FACT_SOUND = 1
FACT_TEXT = 2
FACT_PICTURE = 4
PIXELS_DAMAGED = 1

GUARD_RLIMITS = 1
GUARD_NO_NEW_PRIVS = 2
GUARD_LANDLOCK = 4
GUARD_SECCOMP = 8
GUARD_NOT_DUMPABLE = 16
GUARD_SEATBELT = 32
GUARD_LOW_INTEGRITY = 64

METADATA_NAMES = (
    "make",
    "model",
    "lens",
    "serial number",
    "owner",
    "software",
    "taken",
    "digitised",
    "changed",
    "time offset",
    "place",
    "altitude",
    "place time",
    "title",
    "description",
    "comment",
    "artist",
    "copyright",
    "created",
    "creator",
    "producer",
    "subject",
    "keywords",
    "album",
    "date",
    "encoder",
)


class Worker(IntEnum):
    """Which decoders a worker holds."""

    IMAGE = 1
    AV = 2
    PDF = 3
    HEIF = 4


class Ask(IntEnum):
    """What is asked of a worker."""

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
    """A worker's own reasons."""

    UNSUPPORTED = 1
    TOO_LARGE = 2
    BROKEN = 3
    PROTECTED = 4
    NO_PICTURE = 5
    TOO_MUCH = 6


REASONS = {refusal: NoPreviewReason[refusal.name] for refusal in Refusal}


class Format(IntEnum):
    """The one decoder that may run."""

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


class Breach(Exception):
    """A worker sent what it must not send. It is killed; nothing of its answer is used."""


class Header(NamedTuple):
    """A reply's numbers, as yet unchecked."""

    magic: bytes
    job: int
    answer: int
    code: int
    channels: int
    width: int
    height: int
    ordinal: int
    total: int
    position: int
    length: int


class Request(NamedTuple):
    """One question. `strength` is per mille of the shorter edge, `number` a page, a frame, a count."""

    ask: Ask
    format: Format
    edge: int = 1
    strength: int = 0
    number: int = 0
    position_ms: int = -1
    grey: bool = True
    part: tuple[int, int, int, int] = (0, 0, 0, 0)

    def pack(self, job: int, size: int, *, ranged: bool) -> bytes:
        """The header that goes to the worker."""
        flags = (RANGED if ranged else 0) | (GREY if self.grey else 0)
        return REQUEST.pack(
            REQUEST_MAGIC, job, self.ask, self.format, flags, 0, self.edge, self.strength, self.number,
            self.position_ms, size, *self.part,
        )  # fmt: skip


class Pixels(NamedTuple):
    """A checked picture."""

    width: int
    height: int
    channels: int
    data: bytes
    position: float | None
    damaged: bool


class Samples(NamedTuple):
    """Checked samples: signed 16 bit little-endian, two channels, SOUND_RATE a second."""

    data: bytes
    position: float


class Part(NamedTuple):
    """One reply whose numbers explain its bytes; the content is still untrusted."""

    untrusted: Header
    untrusted_payload: bytes


class Digest(NamedTuple):
    """An answer after every check."""

    pictures: tuple[Pixels, ...] = ()
    facts: Header | None = None
    peaks: bytes | None = None
    duration: float | None = None
    entries: tuple[MetadataEntry, ...] | None = None
    hashes: tuple[PictureHash, ...] = ()
    keys: tuple[float, ...] | None = None


def header(untrusted_bytes: bytes, job: int) -> Header:
    """Unpack a reply's header. Raises Breach unless it belongs to `job` and names a known answer."""
    untrusted = Header(*REPLY.unpack(untrusted_bytes))
    if untrusted.magic != REPLY_MAGIC or untrusted.job != job or untrusted.answer not in set(Answer):
        raise Breach("header")
    return untrusted


def payload_length(untrusted: Header, request: Request) -> int:
    """How many bytes follow this header, if its numbers explain them. Raises Breach otherwise."""
    answer = Answer(untrusted.answer)
    if answer is Answer.PIXELS:
        revealed = request.ask in (Ask.REVEAL, Ask.PLAY)
        edge = min(request.edge, MAX_REVEALED_EDGE if revealed else MAX_BLURRED_EDGE)
        limit = {Ask.STILLS: min(request.number, MAX_STILLS), Ask.PLAY: MAX_COUNT}.get(request.ask, 1)
        sound = (
            request.ask in (Ask.BLUR, Ask.REVEAL, Ask.STILLS, Ask.PLAY)
            and 1 <= untrusted.width <= edge
            and 1 <= untrusted.height <= edge
            and (
                untrusted.channels in (1, 3) if revealed else untrusted.channels == (1 if request.grey else 3)
            )
            and untrusted.length == untrusted.width * untrusted.height * untrusted.channels
            and 0 <= untrusted.ordinal < untrusted.total <= max(1, limit)
            and -1 <= untrusted.position <= MAX_DURATION_MS
        )
    elif answer is Answer.PEAKS:
        sound = (
            request.ask is Ask.PEAKS
            and 1 <= untrusted.length <= min(request.number, MAX_PEAKS)
            and 0 < untrusted.position <= MAX_DURATION_MS + 1000
        )
    elif answer is Answer.HASH:
        sound = (
            request.ask is Ask.HASH
            and untrusted.length == HASH_BYTES
            and untrusted.code <= MAX_QUALITY
            and 0 <= untrusted.ordinal < untrusted.total <= max(1, min(request.number, MAX_STILLS))
            and -1 <= untrusted.position <= MAX_DURATION_MS
        )
    elif answer is Answer.SOUND:
        sound = (
            request.ask is Ask.SOUND
            and 4 <= untrusted.length <= MAX_SOUND
            and untrusted.length % 4 == 0
            and 0 <= untrusted.position <= MAX_DURATION_MS
        )
    elif answer is Answer.KEYS:
        sound = request.ask is Ask.KEYS and untrusted.length <= 4 * MAX_KEYS and untrusted.length % 4 == 0
    elif answer is Answer.TEXT:
        sound = request.ask is Ask.TEXT and untrusted.length <= MAX_ENTRIES * (MAX_VALUE * 4 + 3)
    elif answer is Answer.FACTS:
        sound = (
            request.ask is Ask.PROBE
            and untrusted.length == 0
            and untrusted.width <= MAX_SIDE
            and untrusted.height <= MAX_SIDE
            and untrusted.total <= MAX_COUNT
            and -1 <= untrusted.position <= MAX_DURATION_MS
        )
    else:
        sound = untrusted.length == 0
    if not sound:
        raise Breach(answer.name)
    return untrusted.length


def digest(parts: list[Part], request: Request) -> Digest | NoPreviewReason:
    """What an answer holds, or why there is none. Raises Breach; then nothing of it may be used."""
    last = parts[-1].untrusted
    if last.answer == Answer.REFUSED:
        if last.code not in set(Refusal):
            raise Breach("refusal")
        return REASONS[Refusal(last.code)]
    found = Digest()
    for untrusted, untrusted_payload in parts:
        if untrusted.answer == Answer.PIXELS:
            if untrusted.ordinal != len(found.pictures):
                raise Breach("order")
            found = found._replace(pictures=(*found.pictures, pixels(untrusted, untrusted_payload, request)))
        elif untrusted.answer == Answer.HASH:
            if untrusted.ordinal != len(found.hashes):
                raise Breach("order")
            position = None if untrusted.position < 0 else untrusted.position / 1000
            found = found._replace(
                hashes=(*found.hashes, PictureHash(untrusted_payload, untrusted.code, position))
            )
        elif untrusted.answer == Answer.FACTS:
            found = found._replace(facts=untrusted)
        elif untrusted.answer == Answer.PEAKS:
            found = found._replace(peaks=untrusted_payload, duration=untrusted.position / 1000)
        elif untrusted.answer == Answer.TEXT:
            found = found._replace(entries=entries(untrusted_payload))
        elif untrusted.answer == Answer.KEYS:
            found = found._replace(keys=keys(untrusted_payload))
    return found


def pixels(untrusted: Header, untrusted_data: bytes, request: Request) -> Pixels:
    """A picture whose numbers were checked by `payload_length`. Raises Breach if a preview is not blurred."""
    if request.ask not in (Ask.REVEAL, Ask.PLAY) and not is_blurred(
        untrusted.width, untrusted.height, untrusted.channels, untrusted_data, request.strength
    ):
        raise Breach("not blurred")
    return Pixels(
        untrusted.width,
        untrusted.height,
        untrusted.channels,
        untrusted_data,
        None if untrusted.position < 0 else untrusted.position / 1000,
        bool(untrusted.code & PIXELS_DAMAGED),
    )


def samples(untrusted: Header, untrusted_data: bytes) -> Samples:
    """Sound whose numbers were checked by `payload_length`: any bytes are samples, loud ones at worst."""
    return Samples(untrusted_data, untrusted.position / 1000)


def keys(untrusted_payload: bytes) -> tuple[float, ...]:
    """Seconds of keyframes. Raises Breach where they are out of order or beyond any length."""
    count = len(untrusted_payload) // 4
    found = struct.unpack(f"<{count}I", untrusted_payload)
    if any(a >= b for a, b in pairwise(found)) or (found and found[-1] > MAX_DURATION_MS):
        raise Breach("keys")
    return tuple(position / 1000 for position in found)


def entries(untrusted_payload: bytes) -> tuple[MetadataEntry, ...]:
    """Texts from a file's metadata, cleaned again. Raises Breach where their lengths do not add up."""
    found: list[MetadataEntry] = []
    at = 0
    while at < len(untrusted_payload):
        if len(found) >= MAX_ENTRIES or at + 3 > len(untrusted_payload):
            raise Breach("text")
        number, length = struct.unpack_from("<BH", untrusted_payload, at)
        at += 3
        if number >= len(METADATA_NAMES) or length > MAX_VALUE * 4 or at + length > len(untrusted_payload):
            raise Breach("text")
        value = untrusted_payload[at : at + length].decode("utf-8", "replace")
        at += length
        # isprintable() is false for control characters and for those that turn the direction of writing.
        value = "".join(c if c.isprintable() else " " for c in value).strip()[:MAX_VALUE]
        if value:
            found.append(MetadataEntry(METADATA_NAMES[number], value))
    return tuple(found)
