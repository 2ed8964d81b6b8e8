"""Escalation: for a child in danger now. It takes a written reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from desk.domain.draft import Draft
from desk.domain.filing import FieldProblem
from desk.gui import icons, theme
from desk.gui.report.editors import GrowingText
from desk.gui.report.form import FieldWords, FormField, Spot
from desk.gui.report.paths import Token
from desk.gui.widgets.choices import CheckBox
from desk.gui.widgets.common import label
from desk.gui.widgets.panels import Panel
from desk.gui.words import tr
from desk.services.drafting import DraftView


class UrgencySection(Panel):
    changed = Signal()

    def __init__(self, field_words: FieldWords) -> None:
        super().__init__(tr("Urgency"))
        self._before: str | None = None
        self._touched = False
        self.add(
            label(
                tr(
                    "Escalate for abuse that goes on, an imminent meeting, a live stream, a child in crisis, "
                    "or an offender with access to a child. An escalated report skips the hold: no second "
                    "approval keeps it back."
                ),
                "body-muted",
                wrap=True,
            )
        )
        self.on = CheckBox(tr("Escalate this report to high priority"))
        self.on.changed.connect(self._switched)
        self.reason = GrowingText(tr("What is happening, to whom, and how you know"), rows=3)
        self.reason.changed.connect(self._edited)
        info = field_words("escalate")
        self.field = FormField(tr("Reason"), self.reason, info.help if info else "")
        self._call = label(
            tr(
                "If a child is in danger now, call the emergency services of the place as well. "
                "A report does not replace the call."
            ),
            wrap=True,
        )
        call = QHBoxLayout()
        call.setSpacing(theme.S2)
        self._call_icon = icons.IconLabel("triangle-alert", 16, "warn")
        call.addWidget(self._call_icon, 0, Qt.AlignmentFlag.AlignTop)
        call.addWidget(self._call, 1)
        self.add(self.on, self.field, call)
        self._show()

    def _show(self) -> None:
        on = self.on.value()
        for part in (self.field, self._call, self._call_icon):
            part.setVisible(on)

    def _switched(self) -> None:
        self._show()
        if self.on.value():
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
        self._touched = True
        self.changed.emit()

    def _edited(self) -> None:
        self.field.touched = self._touched = True
        self.changed.emit()

    def load(self, draft: Draft, view: DraftView) -> None:  # noqa: ARG002
        self._before, self._touched = draft.escalate, False
        self.on.set_value(draft.escalate is not None)
        self.reason.set_value(draft.escalate or "")
        self._show()

    def apply(self, draft: Draft) -> Draft:
        if not self._touched:
            return draft
        return replace(draft, escalate=self.reason.value() if self.on.value() else None)

    def problems(self, draft: Draft) -> tuple[FieldProblem, ...]:
        """Switched on without a reason: the draft alone would count as not escalated."""
        if draft.escalate is None or draft.escalated:
            return ()
        return (FieldProblem("escalate", "required", tr("Write why this report is urgent.")),)

    def fields(self) -> Iterator[FormField]:
        yield self.field

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:  # noqa: ARG002
        if self.on.value() and tokens:
            return Spot(self.field, self.reason)
        return Spot(self.field, self.on)
