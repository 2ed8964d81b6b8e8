"""Opting out: material that one person does not want to see, by their own choice, without giving a reason.

Violent material, more than amount, went with post-traumatic symptoms among moderators in published research;
material of infants is what people most often ask to be spared. The choice is the person's own.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from desk.domain.case import CaseData
from desk.domain.content import Content, FileAnnotation
from desk.domain.draft import Draft
from desk.domain.incident import ReportAnnotation


class Theme(enum.StrEnum):
    """What a person can opt out of."""

    VIOLENCE = "violence"
    INFANT = "infant"


MARKS: dict[Theme, frozenset[FileAnnotation]] = {
    Theme.VIOLENCE: frozenset({FileAnnotation.VIOLENCE_GORE, FileAnnotation.PHYSICAL_HARM}),
    Theme.INFANT: frozenset({FileAnnotation.INFANT}),
}
"""The annotations by which a theme is known: the platform suggested them, or a person who looked at the
file set them. Nobody looks in order to find out."""

OF_REPORT: dict[ReportAnnotation, Theme] = {ReportAnnotation.SADISTIC: Theme.VIOLENCE}
"""What is said of a whole report, and so of every file of its case. No incident type names a theme: the
eight of them say what was done, not what is to be seen."""


def marks_of(themes: Iterable[Theme]) -> frozenset[FileAnnotation]:
    """The annotations that material of these themes carries."""
    return frozenset[FileAnnotation]().union(*(MARKS[theme] for theme in themes))


def told_in(draft: Draft | None) -> frozenset[FileAnnotation]:
    """The annotations of any theme that people set in a draft."""
    if draft is None:
        return frozenset()
    return frozenset(mark for choice in draft.files for mark in choice.annotations) & marks_of(Theme)


def themes_of(content: Content, draft: Draft | None = None) -> frozenset[Theme]:
    """The themes of this content, by the platform's suggestions and by what people said in the draft."""
    found = set(content.suggested.annotations)
    of_report: set[Theme] = set()
    if draft is not None:
        found.update(*(one.annotations for one in draft.files if one.content_id == content.id))
        of_report = {theme for mark, theme in OF_REPORT.items() if mark in draft.annotations}
    return frozenset(theme for theme, marks in MARKS.items() if marks & found) | of_report


def closed_in(
    data: CaseData, themes: Iterable[Theme], draft: Draft | None = None
) -> dict[str, frozenset[Theme]]:
    """By content id, which of ``themes`` keep a file of this case closed; open ones are left out."""
    wanted = frozenset(themes)
    found = {
        piece.id: themes_of(piece, draft) & wanted for piece in data.content if wanted and piece.kind.has_file
    }
    return {key: themes for key, themes in found.items() if themes}
