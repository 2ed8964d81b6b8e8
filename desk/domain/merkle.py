"""The audit log's Merkle tree, as RFC 6962 section 2.1 has it, and its proofs.

Leaf SHA-256(0x00 ‖ entry), node SHA-256(0x01 ‖ left ‖ right). The log's head
keeps the roots of its perfect subtrees (the frontier), so that appending costs
O(log n) whatever the size. Proofs are made as RFC 6962 sections 2.1.1 and 2.1.2
define them and checked by the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def link_hash(before: bytes, leaf: bytes) -> bytes:
    """The chain beside the tree: SHA-256(0x02 ‖ the link before ‖ leaf). It covers the order of all rows up
    to its own, so that the first one that does not fit can be named; outsiders need only the tree."""
    return hashlib.sha256(b"\x02" + before + leaf).digest()


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


class Tree:
    """A whole log's tree for making proofs: every perfect subtree's root, 64 bytes for each entry."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        sha = hashlib.sha256
        level = list(leaves)
        self._levels = [level]
        while len(level) > 1:
            level = [sha(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
            self._levels.append(level)

    @property
    def size(self) -> int:
        return len(self._levels[0])

    def root(self, size: int | None = None) -> bytes:
        """The root of the first ``size`` entries, of all without it. Raises ValueError beyond the log."""
        return self._hash(0, self._within(self.size if size is None else size))

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """The audit path of an entry, from the leaf up. Raises ValueError where there is no such entry."""
        end = self._within(self.size if size is None else size)
        if not 0 <= index < end:
            raise ValueError("the log has no such entry")
        path: list[bytes] = []
        start = 0
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency(self, first: int, second: int | None = None) -> tuple[bytes, ...]:
        """That the log of ``second`` entries begins with that of ``first``. Raises ValueError."""
        end = self._within(self.size if second is None else second)
        if not 0 < first <= end:
            raise ValueError("there is no proof between these sizes")
        path: list[bytes] = []
        start, whole = 0, True
        while first < end:
            middle = start + _split(end - start)
            if first <= middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._hash(start, end))
        return tuple(reversed(path))

    def _within(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError("the log is shorter than that")
        return size

    def _hash(self, start: int, end: int) -> bytes:
        """The root of the entries from ``start`` to before ``end``, which RFC 6962's splits lead to."""
        count = end - start
        if count == 0:
            return EMPTY_ROOT
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + _split(count)
        return node_hash(self._hash(start, middle), self._hash(middle, end))


def _split(count: int) -> int:
    """The largest power of two below ``count``, which is two or more."""
    return 1 << ((count - 1).bit_length() - 1)


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves the leaf at ``index`` in the log of ``size`` entries (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, digest = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            digest = node_hash(sibling, digest)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and digest == root


def consistent(first: int, second: int, path: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Whether the path proves that the log of ``new`` begins with that of ``old`` (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and old == new
    rest = list(path)
    if first & (first - 1) == 0:
        rest.insert(0, old)
    if not rest:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    left = right = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            left, right = node_hash(sibling, left), node_hash(sibling, right)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            right = node_hash(right, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and left == old and right == new
