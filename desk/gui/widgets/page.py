"""What a page of the window is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """One act that the command palette, menus and keys can reach.

    ``key`` is a QKeySequence text ('Ctrl+N', 'R', '' for none). It is shown;
    whoever offers the command decides whether it is also bound.
    """

    id: str
    title: str
    key: str = ""
    callback: Callable[[], object] = field(default=_always, repr=False)
    enabled: Callable[[], bool] = field(default=_always, repr=False)
    under: str = ""
    """The submenu it stands in; the palette, which is searched, knows none."""


class Page(QWidget):
    """One page. Subclasses set ``title`` and ``icon`` and override what they need.

    The window calls ``enter`` when the page comes to the front, ``leave``
    before it goes (False keeps it there), ``refresh`` with the kinds of
    things that changed. Nothing here may block: ask services through the runner.
    """

    title: str = ""
    icon: ClassVar[str] = "file"
    # The page and words of the way back, shown as '‹ Queue' before the title.
    back: tuple[str, str] | None = None
    # A text here opens the header's search slot, shown as its placeholder.
    search_words: str = ""

    navigate = Signal(str, dict)
    notify = Signal(str, str)
    title_changed = Signal()
    commands_changed = Signal()

    def commands(self) -> list[Command]:
        """What this page offers while it is in front."""
        return []

    def enter(self, **kwargs: object) -> None:
        """The page comes to the front, with what it was asked to show."""

    def leave(self) -> bool:
        """Whether the page may go. Save here; never ask in a box."""
        return True

    def keep(self) -> None:
        """The desk is being locked: save what is not saved yet. The page stays as it is."""

    def refresh(self, changes: frozenset[str]) -> None:
        """Something was written: query again what is shown of it."""

    def search(self, words: str) -> None:
        """The header's search text changed and rested for a moment."""

    def to_results(self) -> None:
        """From the search on to what was found: the keys go to the first list or table in view."""
        for view in self.findChildren(QAbstractItemView):
            if view.isVisible() and view.focusPolicy() != Qt.FocusPolicy.NoFocus:
                view.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def header_widgets(self) -> list[QWidget]:
        """Acts of this page for the header's right side. The page keeps them; asked once."""
        return []

    def set_title(self, title: str) -> None:
        """Change the title shown in the header."""
        self.title = title
        self.title_changed.emit()
