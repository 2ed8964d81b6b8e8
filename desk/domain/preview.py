"""What the rest of the desk may know about a picture, a film, a sound or a document.

Plain values that cross the port between services and the sandboxed previewer. `Blurred` and `Revealed` are
different types on purpose: a cache, a tile or a log that takes one cannot be handed the other by mistake.
Pixels never appear in a repr.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

MAX_BLURRED_EDGE = 1024
"""Longest edge of a blurred preview, in pixels."""

MAX_REVEALED_EDGE = 4096
"""Longest edge of a revealed picture, in pixels."""

BLUR_FLOOR = 0.06
"""Least standard deviation of the blur as a part of the tile's shorter edge; the policy may ask for more."""

BLUR_FLOOR_PIXELS = 8.0
"""Least standard deviation of the blur in pixels of the tile, however small the tile is."""


class MediaKind(StrEnum):
    """How a file is looked at; taken from its first bytes, not from its name."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    UNKNOWN = "unknown"


class NoPreviewReason(StrEnum):
    """Why a tile stays plain. The file can be reported all the same."""

    UNSUPPORTED = "unsupported"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MUCH = "too_much"
    BROKEN = "broken"
    PROTECTED = "protected"
    NO_PICTURE = "no_picture"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    GUARD = "guard"
    UNAVAILABLE = "unavailable"
    CLOSED = "closed"
    ERASED = "erased"
    LOST = "lost"
    NO_FILE = "no_file"


REASON_WORDS: dict[NoPreviewReason, str] = {
    NoPreviewReason.UNSUPPORTED: "This kind of file cannot be shown here.",
    NoPreviewReason.EMPTY: "The file is empty.",
    NoPreviewReason.TOO_LARGE: "The picture is too large to open safely.",
    NoPreviewReason.TOO_MUCH: "The file unfolds into more than can be opened safely.",
    NoPreviewReason.BROKEN: "The file is damaged and cannot be opened.",
    NoPreviewReason.PROTECTED: "The file is locked with a password.",
    NoPreviewReason.NO_PICTURE: "There is no picture in this file.",
    NoPreviewReason.TIMED_OUT: "Opening the file took too long and was stopped.",
    NoPreviewReason.CRASHED: "The decoder stopped while it read this file.",
    NoPreviewReason.GUARD: "The file made the decoder break its limits and was stopped.",
    NoPreviewReason.UNAVAILABLE: "The preview worker could not be started.",
    NoPreviewReason.CLOSED: "Closed, because you chose not to see material of this kind.",
    NoPreviewReason.ERASED: "The media of this case were destroyed.",
    NoPreviewReason.LOST: "This workspace's copy of the file is missing or damaged: "
    "bring it back from a backup, or leave the file out of the report.",
    NoPreviewReason.NO_FILE: "This is words or a link, not a file.",
}
"""One plain English sentence for each reason; a window may translate by the reason instead."""


@dataclass(frozen=True, slots=True)
class PreviewSource:
    """Where the bytes of one file come from.

    `chunks` gives the decrypted bytes from the start, in order, afresh at each call. `size` is their exact
    sum in bytes. `read(offset, length)` is optional random access: with it, a long film is shown without
    reading it whole. `declared` is what the case package called the content (image, video, audio, document),
    or None.
    """

    size: int
    chunks: Callable[[], Iterable[bytes]] = field(repr=False)
    read: Callable[[int, int], bytes] | None = field(default=None, repr=False)
    declared: str | None = None

    @classmethod
    def from_bytes(cls, data: bytes, declared: str | None = None) -> PreviewSource:
        """A source over bytes already in memory."""
        return cls(
            len(data), lambda: (data,), lambda offset, length: data[offset : offset + length], declared
        )


@dataclass(frozen=True, slots=True)
class Blurred:
    """A blurred picture: `height` rows of `width` pixels, `channels` bytes each (1 grey, 3 red-green-blue).

    `position` is the second of a film it was taken from, `damaged` says that only a part could be decoded.
    """

    width: int
    height: int
    channels: int
    pixels: bytes = field(repr=False)
    position: float | None = None
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Revealed:
    """An unblurred picture, made because a person asked for it. Shown, then dropped; never kept or written.

    Same layout as `Blurred`; `position` in seconds, or None for a still picture; `page` counts from 0.
    """

    width: int
    height: int
    channels: int
    pixels: bytes = field(repr=False)
    position: float | None = None
    page: int | None = None
    damaged: bool = False

    def __repr__(self) -> str:
        return "<Revealed, content withheld>"


@dataclass(frozen=True, slots=True)
class NoPreview:
    """Nothing to show, and why. `kind` is what the first bytes said, so that the tile can name it.

    Of content that is no file (NO_FILE) `format` is its kind: text, chat or url.
    """

    reason: NoPreviewReason
    kind: MediaKind = MediaKind.UNKNOWN
    format: str = ""

    @property
    def words(self) -> str:
        """One sentence for a tile."""
        return REASON_WORDS[self.reason]


@dataclass(frozen=True, slots=True)
class PictureHash:
    """A PDQ hash of a picture, or of one still of a film at second `position`; `quality` is 0 to 100."""

    value: bytes = field(repr=False)
    quality: int
    position: float | None = None


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What is known of a file without looking at it.

    `width`, `height` in pixels as shown (0 where there is no picture), `frames` of a moving picture, `pages`
    of a document, `duration` in seconds or None, `has_metadata` when there is text such as a camera's or a
    place.
    """

    kind: MediaKind
    format: str
    width: int = 0
    height: int = 0
    frames: int = 0
    pages: int = 0
    duration: float | None = None
    has_sound: bool = False
    has_metadata: bool = False


@dataclass(frozen=True, slots=True)
class MetadataEntry:
    """One line of a file's metadata: a `name` from a fixed list, a cleaned `value` of bounded length."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The text inside a file: place, device, times. Opening it is a viewing of its own (exifViewedByEsp)."""

    entries: tuple[MetadataEntry, ...]


SOUND_RATE = 48_000
"""Samples a second of sound that is played."""

SOUND_FRAME = 4
"""Bytes of one moment of it: two channels of signed 16 bit, little-endian."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A tenth of a second of sound at most, because a person asked for it. Played, then dropped; never kept.

    `position` is the second of the file that its first sample stands for.
    """

    pcm: bytes = field(repr=False)
    position: float


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a picture as shares of its width and height as shown, 0 to 1: left < right, top < bottom."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Waveform:
    """Loudness over time: one peak of 0 to 255 for each of `len(peaks)` equal parts of `duration` seconds."""

    peaks: bytes
    duration: float


@dataclass(frozen=True, slots=True)
class Guard:
    """One limit around the decoder: its short name, whether it is active, and a sentence about it."""

    name: str
    active: bool
    words: str


@dataclass(frozen=True, slots=True)
class GuardReport:
    """Which guards hold the preview worker on this computer, as it reported itself after locking."""

    platform: str
    guards: tuple[Guard, ...]
    formats: tuple[str, ...] = ()

    @property
    def confined(self) -> bool:
        """True when the worker can open neither a file nor a connection."""
        return any(guard.active for guard in self.guards if guard.name in ("syscalls", "sandbox"))
