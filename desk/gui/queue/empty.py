"""What the queue's page says where it has no rows."""

from __future__ import annotations

from desk.gui.widgets.panels import EmptyState
from desk.gui.words import tr


def nothing_here(which: str) -> EmptyState:
    """``which``: the heading, or ``search`` where filters or words leave nothing over."""
    title, words, action = _EMPTY.get(which, _nothing)()
    return EmptyState("inbox", title, words, action)


def _no_cases() -> tuple[str, str, str]:
    return (
        tr("No cases are waiting"),
        tr("Drop case packages onto this window, or import them. New cases appear here by themselves."),
        tr("Import cases…"),
    )


def _no_hits() -> tuple[str, str, str]:
    return (
        tr("Nothing found"),
        tr("No case here fits the filters and the words sought. Clear them, or look under another heading."),
        "",
    )


def _nothing() -> tuple[str, str, str]:
    return tr("Nothing here"), tr("No case is under this heading now."), ""


_EMPTY = {"all": _no_cases, "search": _no_hits}
