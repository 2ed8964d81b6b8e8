"""The lines above the reports: a heading for each state with its count, and the filters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from desk.gui import theme
from desk.gui.outbox.states import type_short
from desk.gui.reports.states import state_words
from desk.gui.widgets.buttons import quiet
from desk.gui.widgets.common import hbox, set_role, vbox
from desk.gui.widgets.fields import TextField
from desk.gui.widgets.flow import FlowLayout
from desk.gui.widgets.menus import ChoiceMenu
from desk.gui.words import number, tr
from desk.ports import ReportFilter, ReportState
from desk.services.reports import ReportChoices

KEPT_FIELDS = ("state", "incident_type", "escalated", "below", "noted", "batched")
"""What is remembered between days: how one looks, nobody's name and nothing of a case."""
VIEWS = (None, *ReportState)


def remembered(wanted: ReportFilter) -> str:
    """The filter as text for the window's own settings."""
    return json.dumps({name: getattr(wanted, name) for name in KEPT_FIELDS})


def recalled(text: str | None) -> ReportFilter:
    """What ``remembered`` made; everything where it says anything else."""
    try:
        plain = json.loads(text or "{}")
        state = plain.pop("state", None)
        kept = {name: plain[name] for name in KEPT_FIELDS if name in plain}
        return ReportFilter(state=None if state is None else ReportState(state), **kept)
    except (ValueError, TypeError, AttributeError):
        return ReportFilter()


class DayField(TextField):
    """A day as 2026-05-04, or nothing. ``told`` carries the date or None, once it can be read."""

    told = Signal(object)

    def __init__(self, words: str) -> None:
        super().__init__(words, limit=10)
        self.setFixedWidth(116)
        self.setAccessibleName(words)
        self.setToolTip(tr("A day as 2026-05-04, in UTC"))
        self.changed.connect(self._read)

    def _read(self) -> None:
        words = self.value()
        try:
            day = date.fromisoformat(words) if words else None
        except ValueError:
            set_role(self, "problem", "bad" if len(words) >= 10 else "")
            self.setAccessibleDescription(tr("This is no day. Write it as 2026-05-04."))
            return
        set_role(self, "problem", "")
        self.setAccessibleDescription("")
        self.told.emit(day)

    def show_day(self, day: date | None) -> None:
        self.set_value(day.isoformat() if day else "")
        set_role(self, "problem", "")


class ReportFilters(QWidget):
    """``changed`` carries a ReportFilter."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._filter = ReportFilter()
        self.views: dict[ReportState | None, QToolButton] = {}
        views = FlowLayout(theme.S1)
        group = QButtonGroup(self)
        for view in VIEWS:
            button = QToolButton()
            button.setCheckable(True)
            button.setText(state_words(view))
            button.setProperty("kind", "view")
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(partial(self.set_view, view))
            group.addButton(button)
            views.addWidget(button)
            self.views[view] = button
        anything = (None, tr("Any"))
        self.type = ChoiceMenu(tr("Type"), [anything])
        self.by = ChoiceMenu(tr("Confirmed by"), [(None, tr("Anybody"))])
        self.since, self.until = DayField(tr("From day")), DayField(tr("To day"))
        self.escalated = ChoiceMenu(
            tr("Escalated"), [anything, (True, tr("Escalated")), (False, tr("Not escalated"))]
        )
        self.below = ChoiceMenu(
            tr("Completeness"), [anything, *((n, tr("below {n}", n)) for n in (80, 50, 30))]
        )
        self.noted = ChoiceMenu(tr("Notes"), [anything, (True, tr("With notes")), (False, tr("Without"))])
        self.batched = ChoiceMenu(
            tr("Batched"), [anything, (True, tr("Several cases")), (False, tr("One case"))]
        )
        self.clear = quiet(tr("Clear"))
        self.clear.setToolTip(tr("Show every report of this heading"))
        self.clear.clicked.connect(self._clear)
        for menu, field in (
            (self.type, "incident_type"),
            (self.by, "confirmed_by"),
            (self.escalated, "escalated"),
            (self.below, "below"),
            (self.noted, "noted"),
            (self.batched, "batched"),
        ):
            menu.chosen.connect(partial(self._set, field))
        self.since.told.connect(partial(self._set, "since"))
        self.until.told.connect(partial(self._set, "until"))
        self.export = quiet(tr("Export list") + "\u2002", "download")
        line = FlowLayout(theme.S1)
        for widget in (
            self.type,
            self.by,
            self.since,
            self.until,
            self.escalated,
            self.below,
            self.noted,
            self.batched,
            self.clear,
        ):
            line.addWidget(widget)
        lower = hbox(gap=theme.S2)
        lower.addLayout(line, 1)
        lower.addWidget(self.export, 0, Qt.AlignmentFlag.AlignTop)
        column = vbox(views, lower, gap=theme.S1)
        column.setContentsMargins(theme.S4, theme.S2, theme.S4, theme.S2)
        self.setLayout(column)
        self.show_filter(self._filter)

    @property
    def filter(self) -> ReportFilter:
        return self._filter

    def show_filter(self, wanted: ReportFilter) -> None:
        """Say what is filtered by, without telling."""
        self._filter = wanted
        self.views[wanted.state].setChecked(True)
        self.type.set_value(wanted.incident_type)
        self.by.set_value(wanted.confirmed_by)
        self.escalated.set_value(wanted.escalated)
        self.below.set_value(wanted.below)
        self.noted.set_value(wanted.noted)
        self.batched.set_value(wanted.batched)
        for field, day in ((self.since, wanted.since), (self.until, wanted.until)):
            if not field.hasFocus():
                field.show_day(day)
        self.clear.setVisible(replace(wanted, text="").narrows)

    def show_counts(self, counts: Mapping[ReportState, int]) -> None:
        for view, button in self.views.items():
            count = sum(counts.values()) if view is None else counts[view]
            button.setText(f"{state_words(view)}  {number(count)}")

    def set_choices(self, choices: ReportChoices) -> None:
        self.type.set_options([(None, tr("Any")), *((one, type_short(one)) for one in choices.types)])
        self.by.set_options([(None, tr("Anybody")), *choices.people])

    def set_view(self, view: ReportState | None, _checked: bool = False) -> None:
        self._tell(replace(self._filter, state=view))

    def set_text(self, words: str) -> None:
        self._tell(replace(self._filter, text=words))

    def _set(self, field: str, value: Any) -> None:
        self._tell(replace(self._filter, **{field: value}))

    def _clear(self) -> None:
        self.setFocus()
        self.since.clear()
        self.until.clear()
        self._tell(ReportFilter(state=self._filter.state, text=self._filter.text))

    def _tell(self, wanted: ReportFilter) -> None:
        self.show_filter(wanted)
        self.changed.emit(wanted)
