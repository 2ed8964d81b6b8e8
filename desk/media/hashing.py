"""SHA-256, MD5 and SHA-1 of a stream in one pass.

MD5 is what the CyberTipline answers after an upload; SHA-1 is in older hash lists. Neither guards anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hashes:
    """Lower-case hexadecimal digests of `size` bytes."""

    sha256: str
    md5: str
    sha1: str
    size: int


class Hasher:
    """Takes chunks as they pass by; `result` may be asked for at any time."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._size = 0

    def update(self, chunk: bytes) -> None:
        """Add the next bytes."""
        self._sha256.update(chunk)
        self._md5.update(chunk)
        self._sha1.update(chunk)
        self._size += len(chunk)

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass chunks on while hashing them, for a copy and its hashes in one reading."""
        for chunk in chunks:
            self.update(chunk)
            yield chunk

    def result(self) -> Hashes:
        """The digests of everything so far."""
        return Hashes(self._sha256.hexdigest(), self._md5.hexdigest(), self._sha1.hexdigest(), self._size)


def hash_chunks(chunks: Iterable[bytes]) -> Hashes:
    """All three digests of a stream."""
    hasher = Hasher()
    for chunk in chunks:
        hasher.update(chunk)
    return hasher.result()
