"""The last part of the page: the score line by line, and where each of its parts is mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desk.domain.completeness import Completeness, Part
from desk.domain.draft import Draft
from desk.gui import icons, theme
from desk.gui.report.form import FormField, Spot
from desk.gui.report.paths import Token
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.panels import Panel
from desk.gui.words import tr
from desk.services.drafting import DraftView


def help_path(part: Part, draft: Draft) -> str:
    """The field that would earn more of this part."""
    included = [choice for choice in draft.files if choice.include]
    reported = draft.reported
    if part.key == "account":
        if reported is None or not reported.id:
            return "reported.id"
        return "reported.screen_name" if reported.emails or reported.phones else "reported.emails"
    if part.key == "truth":
        unsaid = next((choice for choice in included if choice.public is None), None)
        return f"files[{unsaid.content_id}].public" if unsaid else "files"
    if part.key == "labels":
        bare = next((c for c in included if c.classification is None and not c.annotations), None)
        return f"files[{bare.content_id}].classification" if bare else "files"
    return {
        "ip": "reported.ip_events",
        "victim": "victims",
        "location": "reported.location.country",
        "time": "time_note",
    }.get(part.key, "files")


class CompletenessSection(Panel):
    """Every part with what it earns. Nothing is filled in here."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Completeness"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._shown: tuple[Part, ...] = ()
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.S3)
        self._grid.setVerticalSpacing(theme.S2)
        self._grid.setColumnStretch(1, 1)
        self.add(
            label(
                tr("What a report needs to be acted on. It says nothing about how urgent it is."),
                "muted",
                wrap=True,
            ),
            self._holder,
        )

    def show_parts(self, completeness: Completeness) -> None:
        if completeness.parts == self._shown:
            return
        self._shown = completeness.parts
        clear(self._grid)
        for row, part in enumerate(completeness.parts):
            full = part.earned >= part.weight
            icon = icons.IconLabel("circle-check" if full else "circle", 16, "ok" if full else "muted")
            words = part.title if full or not part.help else f"{part.title}. {part.help}"
            self._grid.addWidget(icon, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(label(tr(words), "body" if full else "body-muted", wrap=True), row, 1)
            score = label(tr("{earned} of {weight}", earned=part.earned, weight=part.weight), "muted")
            score.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(score, row, 2, Qt.AlignmentFlag.AlignTop)

    def load(self, draft: Draft, view: DraftView) -> None:
        """Shown by ``show_parts`` once it is counted."""

    def apply(self, draft: Draft) -> Draft:
        return draft

    def fields(self) -> Iterator[FormField]:
        return iter(())

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:  # noqa: ARG002
        return Spot(None, self)
