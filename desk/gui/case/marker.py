"""The keys' and controls' wishes for the file in focus, turned into marks on its whole stack."""

from __future__ import annotations

from collections.abc import Callable

from desk.domain.content import Classification, Content, FileAnnotation
from desk.gui.case import marks as edits
from desk.gui.case.details import FileDetails
from desk.gui.case.marks import Marks
from desk.gui.case.stacks import Stack


class Marker:
    """``at_hand`` gives the stack and file that acts are about; None where nothing may be marked."""

    def __init__(
        self, marks: Marks, details: FileDetails, at_hand: Callable[[], tuple[Stack, Content] | None]
    ) -> None:
        self._marks, self._at_hand = marks, at_hand
        details.classified.connect(self.set_class)
        details.annotated.connect(self.set_annotations)
        details.included.connect(self.set_include)
        details.published.connect(self.set_public)
        details.accepted.connect(self.accept)

    def _mark(self, edit: edits.Edit) -> None:
        found = self._at_hand()
        if found is not None:
            self._marks.mark(found[0].ids, edit)

    def set_class(self, value: Classification | None) -> None:
        self._mark(edits.set_class(value))

    def set_annotations(self, values: frozenset[FileAnnotation]) -> None:
        self._mark(edits.set_annotations(values))

    def set_include(self, value: bool) -> None:
        self._mark(edits.set_include(value))

    def set_public(self, value: bool | None) -> None:
        self._mark(edits.set_public(value))

    def classify(self, value: Classification) -> None:
        """Set it, or take it back where it is set."""
        self._mark(edits.classify(value))

    def annotate(self, value: FileAnnotation) -> None:
        self._mark(edits.toggle_annotation(value))

    def toggle_include(self) -> None:
        self._mark(edits.toggle_include)

    def cycle_public(self) -> None:
        """Not known, yes, no, and round."""
        self._mark(edits.cycle_public)

    def accept(self) -> None:
        """Take over what the platform suggested for this file."""
        found = self._at_hand()
        if found is not None:
            suggested = found[1].suggested
            self._mark(edits.accept(suggested.classification, suggested.annotations))
