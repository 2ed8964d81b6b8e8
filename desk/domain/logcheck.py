"""Checking a whole log row by row: leaf, chain, copies, tree; and what the first wrong entry is.

Written for speed, since a log has a million entries: one pass, nothing decoded but by one pattern.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from desk.domain.merkle import EMPTY_ROOT, Frontier

RawRow: TypeAlias = Sequence[Any]
"""(position, entry, leaf, link, case number, filing id), as the database gives them."""

_CANONICAL = re.compile(
    rb'\{"act":"[^"]*","at":"[^"]*","case":(null|\d+),"facts":\{.*\},'
    rb'"filing":(null|\d+),"operator":(?:null|\d+),"v":(\d+)\}',
    re.DOTALL,
)
_NONE = b"null"
OWN = b'{"act":"audit.'
FIRST_LINKED = 2
"""From this version of entries on, every row has a link of the chain."""


class LogCheck:
    """Takes the rows in order. ``wrong`` is the first index that does not fit, ``why`` says it in words.

    ``sizes`` are the log's sizes whose roots are wanted; they are in ``roots`` afterwards. ``own``
    collects the log's entries about itself: keys and checkpoints.
    """

    def __init__(self, sizes: Iterable[int] = ()) -> None:
        self.size = 0
        self.wrong: int | None = None
        self.why = ""
        self.roots: dict[int, bytes] = {0: EMPTY_ROOT}
        self.own: list[tuple[int, bytes]] = []
        self.link: bytes | None = None
        self._wanted = sorted(set(sizes) - {0}, reverse=True)
        self._stack: list[bytes] = []

    def root(self) -> bytes:
        return Frontier(self.size, tuple(self._stack)).root()

    def take(self, rows: Iterable[RawRow]) -> bool:
        """Check further rows; False once one is wrong."""
        if self.wrong is not None:
            return False
        sha = hashlib.sha256
        canonical = _CANONICAL.fullmatch
        stack, size, link = self._stack, self.size, self.link
        next_size = self._wanted[-1] if self._wanted else 0
        for position, entry, leaf, kept, case_number, filing_id in rows:
            if position != size:
                return self._fails(size, _gap(position, size))
            if type(entry) is not bytes:
                return self._fails(size, "its bytes were changed")
            if sha(b"\x00" + entry).digest() != leaf:
                return self._fails(size, "its bytes or its hash were changed")
            found = canonical(entry)
            if found is None:
                return self._fails(size, "it is not in its canonical form")
            case, filing, version = found.groups()
            if (_NONE if case_number is None else str(case_number).encode()) != case or (
                _NONE if filing_id is None else str(filing_id).encode()
            ) != filing:
                return self._fails(size, "its copy for searching was changed")
            if kept is not None:
                if link is None:
                    link = Frontier(size, tuple(stack)).root()  # older entries have none: begun from the tree
                link = sha(b"\x02" + link + leaf).digest()
                if link != kept:
                    return self._fails(size, "it was changed, put elsewhere or put in")
            elif link is not None or int(version) >= FIRST_LINKED:
                return self._fails(size, "its link to the one before is missing")
            node, shifted = leaf, size
            while shifted & 1:
                node = sha(b"\x01" + stack.pop() + node).digest()
                shifted >>= 1
            stack.append(node)
            size += 1
            if size == next_size:
                self.size = size
                self.roots[size] = self.root()
                self._wanted.pop()
                next_size = self._wanted[-1] if self._wanted else 0
            if entry.startswith(OWN):
                self.own.append((size - 1, entry))
        self.size, self.link = size, link
        return True

    def end(self, size: int, root: bytes, link: bytes | None) -> bool:
        """Compare with the log's head."""
        if self.wrong is not None:
            return False
        if self.size < size:
            return self._fails(self.size, "it is missing: the log ends before its head says")
        if self.size > size:
            return self._fails(size, "it is behind the log's head")
        if self.root() != root or self.link != link:
            self.why = "The log's head was changed: the entries do not give it."
            return False
        return True

    def _fails(self, index: int, why: str) -> bool:
        self.size = index
        self.wrong, self.why = index, f"Entry {index} does not fit: {why}."
        return False


def _gap(position: Any, size: int) -> str:
    if isinstance(position, int) and position > size:
        return "it is missing"
    return "another row was put in"


def first_between(
    roots: Callable[[int], bytes], known: Sequence[tuple[int, bytes]]
) -> tuple[int, int] | None:
    """Where a log that fits itself departs from roots known of it: (from, before) entry indexes, or None.

    ``known`` are (size, root) in any order; between the last that fits and the first that does not
    lies the first entry that is not what it was.
    """
    fits = 0
    for size, root in sorted(known):
        if roots(size) == root:
            fits = size
        else:
            return fits, size
    return None
