"""The audit log's Merkle tree, as RFC 6962 section 2.1 has it.

Leaf SHA-256(0x00 ‖ entry), node SHA-256(0x01 ‖ left ‖ right). The log's head
keeps the roots of its perfect subtrees (the frontier), so that appending costs
O(log n) whatever the size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The head of a log: its size and the roots of its perfect subtrees, largest first."""

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """The head after one more leaf hash."""
        roots = [*self.roots, leaf]
        size = self.size
        while size & 1:
            right = roots.pop()
            roots[-1] = node_hash(roots[-1], right)
            size >>= 1
        return Frontier(self.size + 1, tuple(roots))

    def root(self) -> bytes:
        """The Merkle tree hash of all entries."""
        if not self.roots:
            return EMPTY_ROOT
        digest = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            digest = node_hash(left, digest)
        return digest

    def to_bytes(self) -> bytes:
        return b"".join(self.roots)

    @staticmethod
    def from_bytes(size: int, raw: bytes) -> Frontier:
        """Raises ValueError where the number of roots does not fit the size."""
        if size < 0 or len(raw) != 32 * size.bit_count():
            raise ValueError("the log's head does not fit its size")
        return Frontier(size, tuple(raw[i : i + 32] for i in range(0, len(raw), 32)))


def frontier_of(leaves: Iterable[bytes]) -> Frontier:
    """The head of a log with these leaf hashes."""
    head = Frontier()
    for leaf in leaves:
        head = head.append(leaf)
    return head
