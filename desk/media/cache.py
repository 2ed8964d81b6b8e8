"""Blurred tiles in memory, bounded by bytes. What was revealed can never enter: its type is refused."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

from desk.domain.preview import Blurred

DEFAULT_BYTES = 64 << 20
_OVERHEAD = 200


class BlurredCache:
    """The least recently used tiles go first. Safe for several threads; never written to disk."""

    def __init__(self, max_bytes: int = DEFAULT_BYTES) -> None:
        self._max = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[Hashable, Blurred] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes_held(self) -> int:
        """Bytes of pixels held, with an allowance for each entry."""
        return self._bytes

    def get(self, key: Hashable) -> Blurred | None:
        """The tile of `key` (a SHA-256 with edge and strength, say), or None."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def put(self, key: Hashable, tile: Blurred) -> None:
        """Keep a tile; one larger than the whole cache is let go. TypeError for anything not blurred."""
        if type(tile) is not Blurred:
            raise TypeError("only blurred previews may be kept")
        cost = len(tile.pixels) + _OVERHEAD
        with self._lock:
            self._drop(key)
            if cost > self._max:
                return
            self._entries[key] = tile
            self._bytes += cost
            while self._bytes > self._max:
                self._drop(next(iter(self._entries)))

    def discard(self, key: Hashable) -> None:
        """Forget one tile, after its case's key was destroyed for instance."""
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        """Forget all tiles."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> None:
        old = self._entries.pop(key, None)
        if old is not None:
            self._bytes -= len(old.pixels) + _OVERHEAD
