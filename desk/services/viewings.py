"""What the recorded viewings of a case say of its content: what may be claimed, and what was played.

``fileViewedByEsp`` rests on this alone (18 U.S.C. 2258A reports; see desk.domain.viewing).
"""

from __future__ import annotations

from desk.domain.case import Case
from desk.domain.content import Content
from desk.domain.viewing import MAX_SPEED, Viewed, Viewing, ViewingKind, viewed
from desk.ports import UnitOfWork


def digest_of(content: Content) -> str:
    """What a viewing of this content names: the bytes' SHA-256, or the text's."""
    return content.sha256 or content.text_digest() or ""


def viewed_map(uow: UnitOfWork, case: Case) -> dict[str, Viewed]:
    """By content id, what the recorded viewings allow to be claimed."""
    by_content: dict[str, list[Viewing]] = {}
    for viewing in uow.viewings.for_case(case.number):
        by_content.setdefault(viewing.content_id, []).append(viewing)
    return {
        content.id: viewed(content.kind, digest_of(content), by_content.get(content.id, ()))
        for content in case.data.content
    }


def played_map(uow: UnitOfWork, number: int) -> dict[str, tuple[tuple[float, float], ...]]:
    """By content id, what was played at a speed that counts, in order, overlaps joined."""
    found: dict[str, list[tuple[float, float]]] = {}
    for viewing in uow.viewings.for_case(number):
        if viewing.kind is ViewingKind.PLAY and viewing.speed <= MAX_SPEED and viewing.start < viewing.end:
            found.setdefault(viewing.content_id, []).append((viewing.start, viewing.end))
    return {key: joined(stretches) for key, stretches in found.items()}


def joined(stretches: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The same stretches in order, those that overlap or touch made one."""
    made: list[tuple[float, float]] = []
    for start, end in sorted(stretches):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], end))
        else:
            made.append((start, end))
    return tuple(made)
