"""The line of filters above the queue: each a menu that says what is chosen, and the saved ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from desk.domain.case import SourceKind
from desk.gui import theme
from desk.gui.queue.model import source_words
from desk.gui.widgets.buttons import quiet
from desk.gui.widgets.common import hbox
from desk.gui.widgets.menus import ChoiceMenu
from desk.gui.words import tr
from desk.ports import SORTS, CaseFilter, QueueChoices, SavedFilter

KEPT_FIELDS = (
    "view",
    "sort",
    "descending",
    "source",
    "known",
    "least_complete",
    "most_complete",
    "kept_days",
)
"""What is remembered between days: how one looks, nothing of a case."""


def sort_words(sort: str) -> str:
    return {
        "urgency": tr("Urgent first, then as they came in"),
        "age": tr("Age, the oldest first"),
        "source": tr("Source"),
        "completeness": tr("Completeness, the least first"),
        "known": tr("Known matches first"),
        "kept": tr("Platform's copy, the first to go at the top"),
    }[sort]


def remembered(wanted: CaseFilter) -> str:
    """The filter as text for the window's own settings."""
    return json.dumps({name: getattr(wanted, name) for name in KEPT_FIELDS})


def recalled(text: str | None) -> CaseFilter:
    """What ``remembered`` made; the plain queue where it says anything else."""
    try:
        plain = json.loads(text or "{}")
        if plain.get("source") is not None:
            plain["source"] = SourceKind(plain["source"])
        found = CaseFilter(**{name: plain[name] for name in KEPT_FIELDS if name in plain})
    except (ValueError, TypeError, AttributeError):
        return CaseFilter()
    return found if found.sort in SORTS else CaseFilter()


class FilterBar(QWidget):
    """``changed`` carries a CaseFilter, ``renaming_asked`` and ``removal_asked`` a SavedFilter."""

    changed = Signal(object)
    save_asked = Signal()
    renaming_asked = Signal(object)
    removal_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._filter = CaseFilter()
        anything = tr("Any")
        self.source = ChoiceMenu(
            tr("Source"), [(None, anything), *((kind, source_words(kind)) for kind in SourceKind)]
        )
        self.policy = ChoiceMenu(tr("Policy"), [(None, anything)])
        self.queue = ChoiceMenu(tr("Queue"), [(None, anything)])
        self.known = ChoiceMenu(
            tr("Known match"), [(None, anything), (True, tr("Known")), (False, tr("Not known"))]
        )
        self.complete = ChoiceMenu(
            tr("Completeness"),
            [
                ((0, 100), anything),
                ((80, 100), tr("80 or more")),
                ((50, 79), tr("50 to 79")),
                ((0, 49), tr("below 50")),
            ],
        )
        self.kept = ChoiceMenu(
            tr("Platform's copy"),
            [
                (None, anything),
                (0, tr("may be gone")),
                (7, tr("7 days left or fewer")),
                (30, tr("30 days left or fewer")),
                (60, tr("60 days left or fewer")),
            ],
        )
        self.kept.setToolTip(
            tr("How long the platform is taken to keep its own copy: what its package says, else 90 days.")
        )
        self.sort = ChoiceMenu(tr("Sort"), [(name, sort_words(name)) for name in SORTS])
        self.saved = quiet(tr("Filters") + "\u2002")
        self.saved.setAccessibleName(tr("Saved filters"))
        self._saved_menu = QMenu(self.saved)
        self.saved.setMenu(self._saved_menu)
        self.clear = quiet(tr("Clear"))
        self.clear.setToolTip(tr("Show every case of this heading"))
        self.clear.clicked.connect(self._clear)
        for menu, field in (
            (self.source, "source"),
            (self.policy, "policy"),
            (self.queue, "queue"),
            (self.known, "known"),
            (self.kept, "kept_days"),
        ):
            menu.chosen.connect(partial(self._set, field))
        self.complete.chosen.connect(self._set_complete)
        self.sort.chosen.connect(lambda sort: self._tell(replace(self._filter, sort=sort, descending=False)))
        line = hbox(gap=theme.S1)
        line.setContentsMargins(theme.S4, 0, theme.S4, theme.S2)
        for widget in (
            self.source,
            self.policy,
            self.queue,
            self.known,
            self.complete,
            self.kept,
            self.clear,
        ):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.sort)
        line.addWidget(self.saved)
        self.setLayout(line)
        self.set_saved(())
        self.show_filter(self._filter)

    def show_filter(self, wanted: CaseFilter) -> None:
        """Say what is filtered by, without telling."""
        self._filter = wanted
        self.source.set_value(wanted.source)
        self.policy.set_value(wanted.policy)
        self.queue.set_value(wanted.queue)
        self.known.set_value(wanted.known)
        self.complete.set_value((wanted.least_complete, wanted.most_complete))
        self.kept.set_value(wanted.kept_days)
        self.sort.set_value(wanted.sort)
        self.clear.setVisible(wanted.narrows)

    def set_choices(self, choices: QueueChoices) -> None:
        """What there are cases of."""
        anything = (None, tr("Any"))
        above = {name.rsplit("/", n)[0] for name in choices.policies for n in range(name.count("/") + 1)}
        self.policy.set_options([anything, *((name, name) for name in sorted(above))])
        self.queue.set_options([anything, *((name, name) for name in choices.queues)])

    def set_saved(self, saved: Sequence[SavedFilter], own: Sequence[SavedFilter] = ()) -> None:
        """``own``: those of them that this person may rename and remove."""
        menu = self._saved_menu
        menu.clear()
        for one in saved:
            words = tr("{name}  (shared)", name=one.name) if one.shared else one.name
            action = menu.addAction(words)
            action.triggered.connect(partial(self._use, one))
        if saved:
            menu.addSeparator()
        menu.addAction(tr("Save this filter…")).triggered.connect(self._save)
        for title, act in ((tr("Rename"), self._rename), (tr("Remove"), self._remove)) if own else ():
            named = menu.addMenu(title)
            for one in own:
                named.addAction(one.name).triggered.connect(partial(act, one))

    def _use(self, saved: SavedFilter, _checked: bool = False) -> None:
        self._tell(saved.filter)

    def _save(self, _checked: bool = False) -> None:
        self.save_asked.emit()

    def _rename(self, saved: SavedFilter, _checked: bool = False) -> None:
        self.renaming_asked.emit(saved)

    def _remove(self, saved: SavedFilter, _checked: bool = False) -> None:
        self.removal_asked.emit(saved)

    def _set(self, field: str, value: Any) -> None:
        self._tell(replace(self._filter, **{field: value}))

    def _set_complete(self, bounds: tuple[int, int]) -> None:
        self._tell(replace(self._filter, least_complete=bounds[0], most_complete=bounds[1]))

    def _clear(self) -> None:
        view, sort = self._filter.view, self._filter.sort
        self._tell(CaseFilter(view, sort=sort, descending=self._filter.descending))

    def _tell(self, wanted: CaseFilter) -> None:
        self.show_filter(wanted)
        self.changed.emit(wanted)
