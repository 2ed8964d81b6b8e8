"""How a person wants the blurred tiles: their size, and more blur than the floor. Never less."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from desk.domain.preview import BLUR_FLOOR
from desk.gui.words import tr

SIDES = {"small": 112, "medium": 144, "large": 200}
STRENGTHS = {"usual": BLUR_FLOOR, "stronger": 2 * BLUR_FLOOR, "strongest": 4 * BLUR_FLOOR}
KNOWN: dict[str, frozenset[str]] = {"tiles": frozenset(SIDES), "blur": frozenset(STRENGTHS)}
USUAL = {"tiles": "medium", "blur": "usual"}


class Kept(Protocol):
    """Where the window keeps its own settings."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, value: str) -> None: ...


class Appearance(QObject):
    """``changed`` when a person chose something else. ``menu`` shows the choices."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._values = dict(USUAL)
        self._kept: Kept | None = None
        self._actions: dict[tuple[str, str], QAction] = {}

    @property
    def side(self) -> int:
        """A tile's edge in px."""
        return SIDES[self._values["tiles"]]

    @property
    def strength(self) -> float:
        """The blur's deviation as a part of the shorter edge."""
        return STRENGTHS[self._values["blur"]]

    def keep_in(self, kept: Kept | None) -> None:
        """Read what was chosen before, and keep there what is chosen from now on."""
        if kept is None or kept is self._kept:
            return
        self._kept = kept
        for name, known in KNOWN.items():
            value = kept.get(f"case/{name}")
            if value in known:
                self._choose(name, str(value))

    def choose(self, name: str, value: str) -> None:
        """``tiles``: small, medium, large. ``blur``: usual, stronger, strongest. Raises KeyError."""
        if value not in KNOWN[name]:
            raise KeyError(value)
        if self._kept is not None:
            self._kept.set(f"case/{name}", value)
        self._choose(name, value)

    def _choose(self, name: str, value: str) -> None:
        if (name, value) in self._actions:
            self._actions[name, value].setChecked(True)
        if self._values[name] != value:
            self._values[name] = value
            self.changed.emit()

    def fill(self, menu: QMenu) -> None:
        """The choices as a menu, the present ones ticked."""
        for name, choices in (
            (
                "tiles",
                (
                    ("small", tr("Small tiles")),
                    ("medium", tr("Medium tiles")),
                    ("large", tr("Large tiles")),
                ),
            ),
            (
                "blur",
                (
                    ("usual", tr("Blur as set by policy")),
                    ("stronger", tr("Stronger blur")),
                    ("strongest", tr("Strongest blur")),
                ),
            ),
        ):
            if name == "blur":
                menu.addSeparator()
            group = QActionGroup(menu)
            for value, words in choices:
                action = QAction(words, menu)
                action.setCheckable(True)
                action.setChecked(self._values[name] == value)
                action.triggered.connect(lambda _on=False, n=name, v=value: self.choose(n, v))
                group.addAction(action)
                menu.addAction(action)
                self._actions[name, value] = action
