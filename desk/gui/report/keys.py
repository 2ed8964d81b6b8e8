"""The keys of the report form: one table for shortcuts, menu and palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from desk.gui.report.claiming import KEY_CLAIM
from desk.gui.report.outline import section_words
from desk.gui.report.paths import SECTIONS
from desk.gui.widgets.page import Command
from desk.gui.words import tr

if TYPE_CHECKING:
    from desk.gui.report.page import ReportPage


def bind_keys(page: ReportPage) -> None:
    """The keys that work anywhere on the form."""
    keys = [
        ("Ctrl+Return", page.review),
        ("Ctrl+Enter", page.review),
        ("Esc", page.go_back),
        ("Ctrl+Z", page.undo),
        ("Ctrl+Shift+Z", page.redo),
        ("Ctrl+Y", page.redo),
        ("Alt+P", page.use_proposal),
        ("Alt+G", page.to_guide),
        (KEY_CLAIM, page.claim_bar.ask),
    ]
    keys += [(f"Alt+{n}", partial(page.jump, key)) for n, key in enumerate(SECTIONS, 1)]
    for key, act in keys:
        shortcut = QShortcut(QKeySequence(key), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)


def report_commands(page: ReportPage) -> list[Command]:
    """Every act of the form with its key."""
    writable, history, bar = page.writable, page.history, page.claim_bar
    found = [
        Command("report.review", tr("Review and confirm…"), "Ctrl+Return", page.review, writable),
        Command("report.claim", tr("Claim the case"), KEY_CLAIM, bar.ask, lambda: not bar.isHidden()),
        Command("report.proposal", tr("Use the proposed type"), "Alt+P", page.use_proposal, writable),
        Command("report.guide", tr("Is this reportable?"), "Alt+G", page.to_guide),
        Command("report.undo", tr("Undo"), "Ctrl+Z", page.undo, lambda: history.can_undo),
        Command("report.redo", tr("Redo"), "Ctrl+Shift+Z", page.redo, lambda: history.can_redo),
    ]
    for n, key in enumerate(SECTIONS, 1):
        words = tr("Go to: {section}", section=section_words(key))
        found.append(Command(f"report.{key}", words, tr("Alt+{n}", n=n), partial(page.jump, key)))
    found.append(Command("report.back", tr("Back to the case"), "Esc", page.go_back))
    found.append(Command("report.discard", tr("Discard report…"), "", page.discard, writable))
    return found
