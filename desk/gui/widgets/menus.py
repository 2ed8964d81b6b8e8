"""A button with a menu of one field's values, for the lines of filters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from desk.gui.widgets.buttons import Button
from desk.gui.widgets.common import set_role


class ChoiceMenu(Button):
    """One of several values of one field; the first is 'any'. ``chosen`` carries a person's choice."""

    chosen = Signal(object)

    def __init__(self, name: str, options: Sequence[tuple[Any, str]]) -> None:
        super().__init__(name, "quiet")
        self._name = name
        self._value: Any = options[0][0]
        self._menu = QMenu(self)
        self._group = QActionGroup(self._menu)
        self.setMenu(self._menu)
        self.set_options(options)

    def set_options(self, options: Sequence[tuple[Any, str]]) -> None:
        """(value, words) each. What is chosen stays, also where it is not offered any more."""
        self._options = list(options)
        self._show()

    def set_value(self, value: Any) -> None:
        self._value = value
        self._show()

    def _show(self) -> None:
        options = self._options
        if all(value != self._value for value, _ in options):
            options = [*options, (self._value, str(self._value))]
        self._menu.clear()
        for value, words in options:
            action = QAction(words, self._menu)
            action.setCheckable(True)
            action.setChecked(value == self._value)
            action.triggered.connect(partial(self._choose, value))
            self._group.addAction(action)
            self._menu.addAction(action)
        plain = self._value == options[0][0]
        words = next(words for known, words in options if known == self._value)
        self.setText(f"{self._name}\u2002" if plain else f"{self._name}: {words}")
        self.setAccessibleName(f"{self._name}: {words}")
        set_role(self, "kind", "quiet" if plain else "secondary")

    def _choose(self, value: Any, _checked: bool = False) -> None:
        self.set_value(value)
        self.chosen.emit(value)
