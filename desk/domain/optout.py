"""Opting out: material that one person does not want to see, by their own choice, without giving a reason.

Violent material, more than amount, went with post-traumatic symptoms among moderators in published research;
material of infants is what people most often ask to be spared. The choice is the person's own.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from desk.domain.case import CaseData
from desk.domain.content import Content, FileAnnotation


class Theme(enum.StrEnum):
    """What a person can opt out of."""

    VIOLENCE = "violence"
    INFANT = "infant"


MARKS: dict[Theme, frozenset[FileAnnotation]] = {
    Theme.VIOLENCE: frozenset({FileAnnotation.VIOLENCE_GORE, FileAnnotation.PHYSICAL_HARM}),
    Theme.INFANT: frozenset({FileAnnotation.INFANT}),
}
"""The suggested annotations by which a theme is known: nobody looks in order to find out."""


def marks_of(themes: Iterable[Theme]) -> frozenset[FileAnnotation]:
    """The annotations that material of these themes carries."""
    return frozenset[FileAnnotation]().union(*(MARKS[theme] for theme in themes))


def themes_of(content: Content) -> frozenset[Theme]:
    """The themes that the platform's own suggestions name for this content."""
    found = frozenset(content.suggested.annotations)
    return frozenset(theme for theme, marks in MARKS.items() if marks & found)


def closed_in(data: CaseData, themes: Iterable[Theme]) -> dict[str, frozenset[Theme]]:
    """By content id, which of ``themes`` keep a file of this case closed; open ones are left out."""
    wanted = frozenset(themes)
    found = {piece.id: themes_of(piece) & wanted for piece in data.content if wanted and piece.kind.has_file}
    return {key: themes for key, themes in found.items() if themes}
