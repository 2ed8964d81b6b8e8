"""What the computer gives: clock, keyring, vault, previews."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from desk.domain.preview import (
    BLUR_FLOOR,
    Blurred,
    Cut,
    GuardReport,
    Heard,
    MediaFacts,
    Metadata,
    NoPreview,
    PictureHash,
    PreviewSource,
    Revealed,
    Waveform,
)

T_co = TypeVar("T_co", Revealed, Heard, covariant=True)


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC."""
        ...


class SecretStore(Protocol):
    """The OS keyring, or memory in practice. Raises NoKeyring, KeyringLocked."""

    def get(self, name: str) -> bytes | None: ...

    def set(self, name: str, value: bytes) -> None: ...

    def delete(self, name: str) -> None:
        """Remove it; a missing entry is no error."""
        ...


@dataclass(frozen=True, slots=True)
class CaseKey:
    """A case's data key: in the clear for use now, wrapped by the workspace's key for keeping."""

    wrapped: bytes
    plain: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """Where a file's bytes lie and what is known of them. ``size`` in bytes, digests hexadecimal."""

    blob: str
    wrapped_key: bytes = field(repr=False)
    size: int
    sha256: str
    md5: str
    sha1: str


class Vault(Protocol):
    """Encrypted media: authenticated encryption in chunks, streaming both ways."""

    def new_key(self) -> CaseKey: ...

    def open_key(self, wrapped: bytes) -> CaseKey:
        """Raises WorkspaceProblem where it was not wrapped by this workspace's key."""
        ...

    def write(self, key: CaseKey, chunks: Iterable[bytes]) -> str:
        """Store the chunks and return the blob's name. Nothing is left where ``chunks`` raises."""
        ...

    def read(self, wrapped_key: bytes, blob: str) -> Iterator[bytes]:
        """The bytes in chunks. Raises WorkspaceProblem where they are missing, cut short or altered."""
        ...

    def read_range(self, wrapped_key: bytes, blob: str, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset`` on, fewer at the end: a film is looked into, not read whole."""
        ...

    def size(self, blob: str) -> int:
        """Bytes, by the file's length alone. Raises WorkspaceProblem where it is missing or no blob."""
        ...

    def discard(self, blob: str) -> None: ...

    def sweep(self, keep: Callable[[str], bool]) -> int:
        """Remove blobs that ``keep`` does not want and half-written ones; return how many."""
        ...


class Reel(Protocol[T_co]):
    """Frames or sound on their way out of the sandbox. Taken by one thread; ``stop`` may come from any."""

    @property
    def ended(self) -> bool:
        """Whether the file came to its end, rather than the worker or the person's wish."""
        ...

    def __iter__(self) -> Iterator[T_co]: ...

    def __next__(self) -> T_co: ...

    def stop(self) -> None:
        """End it now, also where the worker is in the middle of a frame."""
        ...


class Speaker(Protocol):
    """A sound device in use. It asks for bytes on a thread of its own, until it is closed."""

    def close(self) -> None: ...


class Previewer(Protocol):
    """The sandboxed decoder. Synchronous, usable from several threads; never raises for a bad file."""

    def preview(
        self, source: PreviewSource, *, edge: int, strength: float = BLUR_FLOOR
    ) -> Blurred | NoPreview:
        """``strength`` is the blur's deviation as a part of the shorter edge; never less than the floor."""
        ...

    def reveal(
        self,
        source: PreviewSource,
        *,
        edge: int,
        position: float | None = None,
        page: int | None = None,
        cut: Cut | None = None,
    ) -> Revealed | NoPreview:
        """``cut``: that part alone, no longer than ``edge``; without it the whole."""
        ...

    def play(
        self, source: PreviewSource, *, edge: int, start: float = 0.0, rate: float = 12.5
    ) -> AbstractContextManager[Reel[Revealed]]:
        """A film's frames from second ``start`` on, at most ``rate`` for a second of it; no sound."""
        ...

    def listen(
        self, source: PreviewSource, *, start: float = 0.0, speed: float = 1.0
    ) -> AbstractContextManager[Reel[Heard]]:
        """The sound of a film or a sound file from second ``start`` on, at 0.5 to 2 times its speed."""
        ...

    def speaker(self, pull: Callable[[int], bytes]) -> Speaker | None:
        """A sound device that asks ``pull`` for so many bytes at a time; None where there is none."""
        ...

    def waveform(self, source: PreviewSource, *, buckets: int = 512) -> Waveform | NoPreview: ...

    def keyframes(self, source: PreviewSource) -> tuple[float, ...] | NoPreview:
        """Seconds at which a film's keyframes lie, at most 4096 of them."""
        ...

    def stills(
        self, source: PreviewSource, *, edge: int, count: int = 9
    ) -> tuple[Blurred, ...] | NoPreview: ...

    def probe(self, source: PreviewSource) -> MediaFacts | NoPreview: ...

    def metadata(self, source: PreviewSource) -> Metadata | NoPreview: ...

    def hashes(self, source: PreviewSource, *, count: int = 9) -> tuple[PictureHash, ...] | NoPreview:
        """PDQ of a picture, or of up to ``count`` stills of a film."""
        ...

    def guards(self) -> GuardReport: ...

    def close(self) -> None: ...
