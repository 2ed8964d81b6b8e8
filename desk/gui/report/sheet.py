"""The page's body: outline, the six sections in one scroll, and the panel at the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desk.domain.draft import Draft
from desk.domain.filing import FieldProblem
from desk.gui import theme
from desk.gui.report import outline, side
from desk.gui.report.batch import BatchPanel
from desk.gui.report.circumstances import CircumstancesSection
from desk.gui.report.completeness import CompletenessSection, help_path
from desk.gui.report.files import FilesSection
from desk.gui.report.form import FieldWords, FormField, Spot
from desk.gui.report.incident import IncidentSection
from desk.gui.report.outline import Outline, section_words
from desk.gui.report.pane import FormPane
from desk.gui.report.paths import SECTIONS, parse, section_of
from desk.gui.report.people import PeopleSection
from desk.gui.report.side import SidePanel, Tip
from desk.gui.report.urgency import UrgencySection
from desk.gui.session import Session
from desk.gui.widgets.common import hairline
from desk.gui.words import joined, tr
from desk.services.drafting import Checked, DraftView

VIEW_AFTER_MS = 60
NARROW_BELOW = 1120
NOT_IN_BATCH = ("people", "urgency")
UNREAD = "@"
"""Paths that begin so mean a field by its number: what stands in it can't be read, so no draft has it."""


class Sheet(QWidget):
    """``changed(section)``: a person changed something there. ``company_wanted``: see to it in Settings."""

    changed = Signal(str)
    company_wanted = Signal()

    def __init__(self, session: Session, field_words: FieldWords) -> None:
        super().__init__()
        self.outline = Outline()
        self.side = SidePanel()
        self.batch = BatchPanel(session)
        self.batch.changed.connect(partial(self.changed.emit, "batch"))
        self._batched = False
        self.refused: tuple[FieldProblem, ...] = ()
        """Where the service's refusal of the last filing stands, in the draft's terms."""
        self.incident = IncidentSection(field_words)
        self.files = FilesSection(session)
        self.people = PeopleSection(field_words)
        self.circumstances = CircumstancesSection(field_words)
        self.urgency = UrgencySection(field_words)
        self.completeness = CompletenessSection()
        parts: tuple[Any, ...] = (
            self.incident,
            self.files,
            self.people,
            self.circumstances,
            self.urgency,
            self.completeness,
        )
        self.sections: dict[str, Any] = dict(zip(SECTIONS, parts, strict=True))
        self.pane = FormPane(margin=theme.S4, gap=theme.S4)
        self.pane.body.setContentsMargins(theme.S1, theme.S4, theme.S2, theme.S4)
        self.pane.add(self.batch)
        for key, section in self.sections.items():
            section.changed.connect(partial(self.changed.emit, key))
            self.pane.add(section)
        self.pane.end()
        self._inner: QWidget = self.incident.parentWidget()  # type: ignore[assignment]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.outline)
        row.addWidget(self.pane, 1)
        row.addWidget(hairline(vertical=True))
        row.addWidget(self.side)
        self._unread: list[FormField] = []
        self._jumped = ""
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(VIEW_AFTER_MS)
        self._look.timeout.connect(self._looked)
        bar = self.pane.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._ranged)
        self.files.turned.connect(self._look.start)
        self.outline.jumped.connect(self.jump)
        self.side.wanted.connect(self.go_to)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW_BELOW
        self.outline.setFixedWidth(outline.NARROW if narrow else outline.WIDTH)
        self.side.setFixedWidth(side.NARROW if narrow else side.WIDTH)

    # loading --------------------------------------------------------------------------

    def load(self, draft: Draft, view: DraftView) -> None:
        self._batched = draft.batch is not None
        self.batch.load(draft, view)
        for key, section in self.sections.items():
            section.load(draft, view)
            # What a batched report can't hold is not shown; it is kept for the way back.
            section.setVisible(not (self._batched and key in NOT_IN_BATCH))
            self.outline.items[key].setVisible(not section.isHidden())
        self._look.start()

    def apply(self, key: str, draft: Draft) -> Draft:
        """The draft with what stands in one section."""
        made: Draft = (self.batch if key == "batch" else self.sections[key]).apply(draft)
        return made

    def set_writable(self, on: bool) -> None:
        """Without the claim everything can be read and nothing changed."""
        for section in self._parts():
            section.setEnabled(on)

    def rest(self) -> None:
        """Forget which fields a person was in: another draft is shown."""
        for section in self._parts():
            for field in section.fields():
                field.touched = False
                field.set_problem("")
        self._jumped = ""
        self.side.say_anew()
        self.pane.verticalScrollBar().setValue(0)

    def _parts(self) -> tuple[Any, ...]:
        return (self.batch, *self.sections.values())

    # problems -------------------------------------------------------------------------

    def problems(self, checked: Checked, draft: Draft) -> list[FieldProblem]:
        """All that keeps the report from being filed, in the order of the page."""
        found = [*(() if self._batched else self.urgency.problems(draft)), *checked.problems]
        self._unread = []
        for section in self.sections.values():
            if section.isHidden():
                continue
            for field in section.fields():
                words = field.local_problem()
                if words:
                    path = f"{UNREAD}{len(self._unread)}"
                    found.append(FieldProblem(path, "unread", words))
                    self._unread.append(field)
        return sorted(found, key=lambda problem: SECTIONS.index(self._section(problem.path)))

    def _section(self, path: str) -> str:
        if path.startswith(UNREAD):
            field = self._unread[int(path[1:])]
            for key, section in self.sections.items():
                if section.isAncestorOf(field):
                    return key
        return section_of(path)

    def show_checked(
        self, checked: Checked, problems: Sequence[FieldProblem], draft: Draft, *, reviewing: bool
    ) -> None:
        """Say the problems where they are; the outline and the right panel say them all."""
        counts = dict.fromkeys(SECTIONS, 0)
        missing = []
        for problem in problems:
            key = self._section(problem.path)
            counts[key] += 1
            place = [section_words(key)]
            spot = self._spot(problem.path)
            if spot is not None and spot.field is not None:
                place.append(f"{spot.field.words} {spot.prefix.rstrip(': ')}".strip())
                if not problem.path.startswith(UNREAD):
                    spot.field.add_problem(f"{spot.prefix}{problem.message}")
            missing.append(Tip(problem.path, problem.message, joined(place), "circle-alert", "bad"))
        for refusal in self.refused:
            spot = self._spot(refusal.path) if refusal.path else None
            if spot is not None and spot.field is not None:
                spot.field.add_problem(tr("The service said: {words}", words=refusal.message))
        for section in self._parts():
            for field in section.fields():
                field.show_problems(reviewing=reviewing)
        self.completeness.show_parts(checked.completeness)
        for key in SECTIONS:
            done = not counts[key] and self._filled(key, draft, checked)
            bad = bool(counts[key]) and reviewing
            self.outline.set_state(key, "done" if done else "bad" if bad else "open", counts[key])
        helps = [
            Tip(help_path(part, draft), part.help, "", "plus", "accent")
            for part in checked.completeness.would_help(2)
        ]
        helps += [
            Tip(
                spot.path,
                tr("The service refused this."),
                section_words(self._section(spot.path)),
                "octagon-alert",
                "warn",
            )
            for spot in self.refused
            if spot.path
        ]
        # What can't be sent as it is typed is shown, and keeps nothing from being filed.
        helps += [
            Tip(mark.path, mark.message, section_words(self._section(mark.path)), "triangle-alert", "warn")
            for mark in checked.replaced
        ]
        self.side.show_state(checked.completeness, helps, missing)

    def _filled(self, key: str, draft: Draft, checked: Checked) -> bool:
        batch = draft.batch.content_id if draft.batch is not None else None
        included = [c for c in draft.files if (c.include if batch is None else c.content_id == batch)]
        pieces = self.files.pieces
        if key == "incident":
            return draft.incident_type is not None
        if key == "files":
            files = [c for c in included if c.content_id in pieces and pieces[c.content_id].kind.has_file]
            return bool(included) and all(choice.public is not None for choice in files)
        if key == "people":
            return draft.reported is not None
        if key == "circumstances":
            return bool(draft.time_note) and bool(draft.platform or draft.contexts or batch)
        if key == "completeness":
            return checked.completeness.score >= 70
        return True

    # going to places ------------------------------------------------------------------

    def _spot(self, path: str, *, reveal: bool = False) -> Spot | None:
        if path.startswith(UNREAD):
            number = int(path[1:])
            if number < len(self._unread):
                return Spot(self._unread[number], self._unread[number].editor)
            return None
        if path.startswith("batch") or (self._batched and path.startswith("reported")):
            return self.batch.locate(parse(path), reveal=reveal)
        spot: Spot | None = self.sections[section_of(path)].locate(parse(path), reveal=reveal)
        return spot

    def go_to(self, path: str) -> None:
        """Put the focus into the field at this path; open what is folded on the way."""
        if path.startswith("company"):
            self.company_wanted.emit()
            return
        spot = self._spot(path, reveal=True)
        if spot is None:
            self.jump(self._section(path))
            return
        widget = spot.focus
        self.pane.fit()  # what was just opened has no place yet
        shown = spot.field if spot.field is not None else widget
        self.pane.ensureWidgetVisible(shown, 0, 48)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        self.outline.set_here(self._section(path))

    def jump(self, key: str) -> None:
        """Scroll a section to the top and put the focus into it."""
        section = self.sections[key]
        if section.isHidden():
            return
        self.pane.fit()
        self._jumped = key
        top = section.mapTo(self._inner, QPoint(0, 0)).y()
        self.pane.verticalScrollBar().setValue(max(0, top - theme.S4))
        spot = section.locate(())
        if spot is not None and section.isEnabled() and spot.focus is not section:
            spot.focus.setFocus(Qt.FocusReason.TabFocusReason)
            self.pane.verticalScrollBar().setValue(max(0, top - theme.S4))
        self._jumped = key
        self.outline.set_here(key)

    def _scrolled(self) -> None:
        self._look.start()

    def _ranged(self) -> None:
        self._look.start()

    def _looked(self) -> None:
        """The view rests: say where one is, and load what is in view."""
        viewport = self.pane.viewport()
        self.files.load_visible(viewport)
        bar = self.pane.verticalScrollBar()
        jumped, self._jumped = self._jumped, ""
        if jumped:
            self.outline.set_here(jumped)
            return
        here = SECTIONS[0]
        for key, section in self.sections.items():
            if not section.isHidden() and section.mapTo(viewport, QPoint(0, 0)).y() <= viewport.height() // 3:
                here = key
        if bar.value() == bar.maximum() and bar.maximum() > 0:
            here = SECTIONS[-1]
        self.outline.set_here(here)
