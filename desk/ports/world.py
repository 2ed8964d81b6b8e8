"""What the computer gives: clock, keyring, vault, previews."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desk.domain.preview import (
    Blurred,
    GuardReport,
    MediaFacts,
    Metadata,
    NoPreview,
    PreviewSource,
    Revealed,
)


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

    def discard(self, blob: str) -> None: ...

    def sweep(self, keep: Callable[[str], bool]) -> int:
        """Remove blobs that ``keep`` does not want and half-written ones; return how many."""
        ...


class Previewer(Protocol):
    """The sandboxed decoder. Synchronous, usable from several threads; never raises for a bad file."""

    def preview(self, source: PreviewSource, *, edge: int) -> Blurred | NoPreview: ...

    def reveal(
        self, source: PreviewSource, *, edge: int, position: float | None = None, page: int | None = None
    ) -> Revealed | NoPreview: ...

    def stills(
        self, source: PreviewSource, *, edge: int, count: int = 9
    ) -> tuple[Blurred, ...] | NoPreview: ...

    def probe(self, source: PreviewSource) -> MediaFacts | NoPreview: ...

    def metadata(self, source: PreviewSource) -> Metadata | NoPreview: ...

    def guards(self) -> GuardReport: ...

    def close(self) -> None: ...
