"""The window's menus: acts on files and text, the pages, what the page in front offers, help."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from desk.gui.words import tr

if TYPE_CHECKING:
    from desk.gui.window import MainWindow

KEY_PALETTE = "Ctrl+K"
KEY_BLANK = "F9"
KEY_HELP = "F1"


class Menus(QObject):
    """Made once, for the window's life."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        bar = window.menuBar()
        self.file = bar.addMenu(tr("&File"))
        self.edit = bar.addMenu(tr("&Edit"))
        self.view = bar.addMenu(tr("&View"))
        self.case = bar.addMenu(tr("&Case"))
        self.help = bar.addMenu(tr("&Help"))
        self.import_action = self._action(self.file, tr("Import…"), "Ctrl+I", window.import_asked.emit)
        self.file.addSeparator()
        leave = self._action(self.file, tr("Quit"), "Ctrl+Q", window.close)
        leave.setMenuRole(QAction.MenuRole.QuitRole)
        for words, key, slot in (
            (tr("Undo"), QKeySequence.StandardKey.Undo, "undo"),
            (tr("Cut"), QKeySequence.StandardKey.Cut, "cut"),
            (tr("Copy"), QKeySequence.StandardKey.Copy, "copy"),
            (tr("Paste"), QKeySequence.StandardKey.Paste, "paste"),
            (tr("Select all"), QKeySequence.StandardKey.SelectAll, "selectAll"),
        ):
            self._edit_action(words, key, slot)
        for item in window.rail.items():
            self._action(self.view, item.title, item.key, partial(window.go, item.id))
        self.view.addSeparator()
        self._action(self.view, tr("Commands…"), KEY_PALETTE, window.open_palette)
        self._action(self.view, tr("Hide everything"), KEY_BLANK, window.toggle_cover)
        self._under: dict[str, QMenu] = {}
        self.case.aboutToShow.connect(self._fill_case_menu)
        helping = self._action(self.help, tr("Help on this page"), KEY_HELP, window.ask_help)
        helping.setMenuRole(QAction.MenuRole.NoRole)
        self.about_action = QAction(tr("About Tipline Desk"), window)
        self.about_action.setMenuRole(QAction.MenuRole.AboutRole)
        self.help.addAction(self.about_action)

    def _action(self, menu: QMenu, words: str, key: str, slot: Callable[[], object]) -> QAction:
        action = QAction(words, self._window)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _checked=False: slot())
        menu.addAction(action)
        return action

    def _edit_action(self, words: str, key: QKeySequence.StandardKey, slot: str) -> None:
        # The key is shown as text only: the field in focus handles it itself.
        shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        action = QAction(f"{words}\t{shown}", self._window)
        action.triggered.connect(lambda _checked=False: self._to_focus(slot))
        self.edit.addAction(action)

    def _to_focus(self, slot: str) -> None:
        act = getattr(self._window.focusWidget(), slot, None)
        if callable(act):
            act()

    def _fill_case_menu(self) -> None:
        self.case.clear()
        for old in self._under.values():
            old.deleteLater()
        self._under = {}
        page = self._window.current
        for command in page.commands() if page is not None else []:
            action = QAction(f"{command.title}\t{command.key}" if command.key else command.title, self.case)
            action.setEnabled(command.enabled())
            action.triggered.connect(lambda _checked=False, run=command.callback: run())
            self._menu_for(command.under).addAction(action)
        if self.case.isEmpty():
            none = QAction(tr("Nothing to do on this page"), self.case)
            none.setEnabled(False)
            self.case.addAction(none)

    def _menu_for(self, under: str) -> QMenu:
        """A menu over the whole screen is none: acts of one kind stand below one word."""
        if not under:
            return self.case
        if under not in self._under:
            self._under[under] = self.case.addMenu(under)
        return self._under[under]
