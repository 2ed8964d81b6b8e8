"""Identical files of one case stand in one stack. Labels go to all of them, viewing to one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk.domain.content import Content


@dataclass(frozen=True, slots=True)
class Stack:
    """One tile. ``at`` is the copy at hand: what a look is recorded for."""

    ids: tuple[str, ...]
    at: int = 0

    @property
    def id(self) -> str:
        return self.ids[0]

    @property
    def current(self) -> str:
        return self.ids[self.at]


def stacks_of(content: Sequence[Content]) -> list[Stack]:
    """Files only, in the case's order; the same bytes together."""
    groups: dict[str, list[str]] = {}
    for piece in content:
        if piece.kind.has_file:
            groups.setdefault(piece.sha256 or f"id:{piece.id}", []).append(piece.id)
    return [Stack(tuple(ids)) for ids in groups.values()]
