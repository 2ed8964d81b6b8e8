"""Settings: the policy tree, edited as a whole and kept with the other settings by Save."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desk.domain.errors import DeskError, UserError
from desk.domain.incident import IncidentType
from desk.domain.policy import Tree, added, below, find, moved, proposed_type, removed, renamed, retyped
from desk.domain.rules import Rule
from desk.gui import theme
from desk.gui.session import Session
from desk.gui.settings.tree import PolicyTree
from desk.gui.widgets.buttons import danger, quiet, secondary
from desk.gui.widgets.common import hbox, label
from desk.gui.widgets.fields import Choice, Field, TextField
from desk.gui.widgets.panels import Panel
from desk.gui.words import plural, tr
from desk.services.rules import Usage, named_by

INHERIT = ""


class PoliciesPanel(Panel):
    """A tree of policies; each proposes an incident type, its own or its nearest parent's."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        self.undo_button = quiet(tr("Undo"), "undo-2", key="Ctrl+Z")
        super().__init__(tr("Policies"), acts=(self.undo_button,))
        self._session = session
        self._tree: Tree = ()
        self._kept: Tree = ()
        self._rules: tuple[Rule, ...] = ()
        self._history: list[tuple[Tree, str]] = []
        self._leaving = ""
        self.tree = PolicyTree()
        self.add_below = secondary(tr("Add below"), "plus", key="Insert")
        self.add_top = secondary(tr("Add at the top"), "plus")
        self.remove = danger(tr("Remove…"), "trash-2", key="Delete")
        self.title_field = TextField(limit=120)
        self.kind = Choice([(INHERIT, ""), *((kind.value, kind.value) for kind in IncidentType)])
        self._title_box = Field(tr("Title"), self.title_field)
        self._kind_box = Field(tr("Proposes the incident type"), self.kind)
        self._path = label("", "muted", select=True)
        self._problem = label("", "bad", wrap=True)
        self._ask_words = label("", wrap=True)
        self._sure = danger(tr("Remove"), "trash-2")
        self._keep = secondary(tr("Keep it"))
        self._fill()
        self._connect()
        self._choose("")

    def _fill(self) -> None:
        self.add(
            label(
                tr(
                    "Cases name policies by their path. Drag a policy to move it: cases and rules that know "
                    "it by its former path follow. A rule covers a policy with all below it."
                ),
                "muted",
                wrap=True,
            )
        )
        self.add(self.tree)
        acts = hbox(self.add_below, self.add_top, self.remove)
        acts.addStretch(1)
        acts.addWidget(self._path)
        self.add(acts)
        self._ask = QWidget()
        asked = hbox(self._ask_words, self._keep, self._sure, gap=theme.S3)
        asked.setStretch(0, 1)
        self._ask.setLayout(asked)
        self._ask.hide()
        self.add(self._ask, self._problem)
        self._problem.hide()
        row = hbox(self._title_box, self._kind_box, gap=theme.S4)
        row.setStretch(0, 2)
        row.setStretch(1, 3)
        self.add(row)

    def _connect(self) -> None:
        self.tree.chosen.connect(self._choose)
        self.tree.move_asked.connect(self._move)
        self.tree.remove_asked.connect(self.ask_removal)
        self.tree.edit_asked.connect(self._edit)
        self.tree.add_asked.connect(self._add_below)
        self.add_below.clicked.connect(self._add_below)
        self.add_top.clicked.connect(self._add_top)
        self.remove.clicked.connect(self.ask_removal)
        self._keep.clicked.connect(self._stop_asking)
        self._sure.clicked.connect(self._remove)
        self.title_field.editingFinished.connect(self._rename)
        self.kind.changed.connect(self._retype)
        self.undo_button.clicked.connect(self.undo)
        shortcut = QShortcut(QKeySequence.StandardKey.Undo, self.tree)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self.undo)

    # value ------------------------------------------------------------------------

    def value(self) -> Tree:
        return self._tree

    def set_value(self, tree: Tree, rules: tuple[Rule, ...] = ()) -> None:
        """Show a tree that is kept, with the rules that cover it; there is nothing to undo then."""
        self._tree, self._kept, self._rules = tree, tree, rules
        self._history.clear()
        self._show(self.tree.path())

    def _show(self, path: str) -> None:
        self._stop_asking()
        self._say("")
        self.tree.show_tree(self._tree, self._rules, path)
        self.undo_button.setVisible(bool(self._history))

    def _choose(self, path: str) -> None:
        policy = find(self._tree, path) if path else None
        for widget in (self.add_below, self.remove, self._title_box, self._kind_box):
            widget.setEnabled(policy is not None)
        self._path.setText(tr("Path: {path}", path=path) if policy else "")
        self.title_field.set_value(policy.title if policy else "")
        above = proposed_type(self._tree, policy.parent) if policy and policy.parent else None
        inherit = tr("As above: {type}", type=above.value) if above else tr("None of its own")
        self.kind.setItemText(0, inherit)
        kind = policy.incident_type if policy else None
        self.kind.set_value(kind.value if kind else INHERIT)
        if path != self._leaving:
            self._stop_asking()

    # edits ------------------------------------------------------------------------

    def _do(self, edit: Callable[[], tuple[Tree, str]]) -> None:
        """Make an edit that can be undone; what can't be is said."""
        before = (self._tree, self.tree.path())
        try:
            tree, path = edit()
        except UserError as problem:
            self._say(problem.words())
            return
        if tree == self._tree:
            return
        self._history.append(before)
        self._tree = tree
        self._show(path)
        self.changed.emit()

    def undo(self) -> None:
        """Take the last edit of the tree back."""
        if self._history:
            self._tree, path = self._history.pop()
            self._show(path)
            self.changed.emit()

    def _add_below(self) -> None:
        self._add(self.tree.path() or None)

    def _add_top(self) -> None:
        self._add(None)

    def _add(self, parent: str | None) -> None:
        self._do(lambda: added(self._tree, parent, tr("New policy")))
        self._edit()
        self.title_field.selectAll()

    def _edit(self) -> None:
        if self.tree.path():
            self.title_field.setFocus()
            self.title_field.selectAll()

    def finish(self) -> None:
        """Take what is typed at this moment: saving by a key leaves the focus in its field."""
        self._rename()

    def _rename(self) -> None:
        """A new title; a policy that nobody knows yet, for it was never saved, gets its path by it."""
        path, title = self.tree.path(), self.title_field.value()
        policy = find(self._tree, path) if path else None
        if policy is None or policy.title == title:
            return
        fresh = find(self._kept, path) is None and len(below(self._tree, path)) == 1

        def edit() -> tuple[Tree, str]:
            if not fresh:
                return renamed(self._tree, path, title), path
            tree, now = added(removed(self._tree, path), policy.parent, title)
            return retyped(tree, now, policy.incident_type), now

        self._do(edit)

    def _retype(self) -> None:
        path, chosen = self.tree.path(), self.kind.value()
        if path:
            self._do(lambda: (retyped(self._tree, path, IncidentType(chosen) if chosen else None), path))

    def _move(self, path: str, parent: str, before: str) -> None:
        self._do(lambda: moved(self._tree, path, parent or None, before or None))

    # removing -----------------------------------------------------------------------

    def ask_removal(self) -> None:
        """Say who uses the policy before it goes; one that a rule names can't."""
        path = self.tree.path()
        if not path:
            return
        names = named_by(self._rules, self._tree, path)
        if names:
            said = tr(
                "The rule “{name}” names this policy or one below it. Change or remove the rule first.",
                name=names[0],
            )
            self._say(said)
            return
        rules, operator = self._session.desk.rules, self._session.operator
        self._leaving = path
        self._session.runner.run_read(
            lambda: rules.usage(operator, path), self._usage, self._failed, owner=self, key="usage"
        )

    def _usage(self, usage: Usage) -> None:
        path = self._leaving
        policy = find(self._tree, path) if path else None
        if policy is None or self.tree.path() != path:
            return
        more = len(below(self._tree, path)) - 1
        said = tr("Remove “{title}”?", title=policy.title)
        if more:
            said += " " + plural(more, "{n} policy below it goes too.", "{n} policies below it go too.")
        if usage.cases:
            said += " " + plural(
                usage.cases,
                "{n} open case names it; that case keeps its path and falls to the policy above.",
                "{n} open cases name it; they keep their paths and fall to the policy above.",
            )
        else:
            said += " " + tr("No open case names it.")
        self._ask_words.setText(said)
        self._say("")
        self._ask.show()
        self._keep.setFocus()

    def _stop_asking(self) -> None:
        self._leaving = ""
        if self._ask.isVisible():
            self.tree.setFocus()
        self._ask.hide()

    def _remove(self) -> None:
        path = self._leaving
        parent = path.rpartition("/")[0]
        self._do(lambda: (removed(self._tree, path), parent))
        self.tree.setFocus()

    def _failed(self, problem: DeskError) -> None:
        self._say(problem.words())

    def _say(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
