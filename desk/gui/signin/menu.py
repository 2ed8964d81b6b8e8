"""What stands under a person's name in the header, besides locking."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desk.domain.roles import Operator
from desk.gui.words import tr


def own_entries(
    header: QWidget,
    own: Callable[[], object],
    change_places: Callable[[], object],
    sign_out: Callable[[], object],
) -> list[QAction]:
    """One's own access, somebody else, going."""
    return [
        _entry(header, tr("Password and second step…"), own),
        _line(header),
        _entry(header, tr("Sign in as somebody else…"), change_places),
        _entry(header, tr("Sign out"), sign_out),
    ]


def practice_entries(
    header: QWidget, people: Iterable[Operator], now: Operator, become: Callable[[Operator], object]
) -> list[QAction]:
    """Practice: its other people, whose work can be tried."""
    entries = [_line(header)]
    for person in people:
        roles = ", ".join(sorted(person.roles))
        words = tr("Work as {name} ({roles})", name=person.name, roles=roles)
        entry = _entry(header, words, partial(become, person))
        entry.setCheckable(True)
        entry.setChecked(person.id == now.id)
        entry.setEnabled(person.id != now.id and person.active)
        entries.append(entry)
    return entries


def _entry(header: QWidget, words: str, slot: Callable[[], object]) -> QAction:
    made = QAction(words, header)
    made.triggered.connect(lambda _checked=False: slot())
    return made


def _line(header: QWidget) -> QAction:
    line = QAction(header)
    line.setSeparator(True)
    return line
