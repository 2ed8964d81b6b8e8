"""The policy tree as a widget: shown from a value, moved by mouse and keys; it never changes by itself."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from desk.domain.policy import Policy, Tree, proposed_type
from desk.domain.rules import Rule, covered
from desk.gui import theme
from desk.gui.words import tr

PATH = Qt.ItemDataRole.UserRole
_ON = QAbstractItemView.DropIndicatorPosition


class PolicyTree(QTreeWidget):
    """``chosen`` carries a path; ``move_asked`` (path, parent or '', sibling to stand before or '')."""

    chosen = Signal(str)
    move_asked = Signal(str, str, str)
    remove_asked = Signal()
    edit_asked = Signal()
    add_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._tree: Tree = ()
        self.setHeaderLabels([tr("Policy"), tr("Proposes the incident type"), tr("Reported by")])
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setUniformRowHeights(True)
        self.setAccessibleName(tr("Policies"))
        self.setAccessibleDescription(
            tr("F2 edits, Insert adds, Delete removes. Alt and an arrow moves a policy: up, down, in, out.")
        )
        self.setIndentation(theme.S4 + theme.S1)
        self.setMinimumHeight(300)
        header = self.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.currentItemChanged.connect(self._current)

    def sizeHint(self) -> QSize:
        return QSize(600, 360)

    def path(self) -> str:
        item = self.currentItem()
        return str(item.data(0, PATH)) if item is not None else ""

    def show_tree(self, tree: Tree, rules: tuple[Rule, ...], path: str) -> None:
        """Show the tree with ``path`` in focus; branches that were folded stay so."""
        folded = {str(item.data(0, PATH)) for item in self._items() if not item.isExpanded()}
        self._tree = tree
        self.blockSignals(True)
        self.clear()
        items: dict[str, QTreeWidgetItem] = {}
        for policy in sorted(tree, key=lambda one: one.path.count("/")):
            item = _item(policy, tree, rules)
            parent = items.get(policy.parent or "")
            if parent is None:
                self.addTopLevelItem(item)
            else:
                parent.addChild(item)
            items[policy.path] = item
        for known, item in items.items():
            item.setExpanded(known not in folded)
        if path in items:
            self.setCurrentItem(items[path])
        self.blockSignals(False)
        self.chosen.emit(self.path())

    def _items(self) -> list[QTreeWidgetItem]:
        found, rest = [], [self.topLevelItem(n) for n in range(self.topLevelItemCount())]
        while rest:
            item = rest.pop()
            if item is not None:
                found.append(item)
                rest += [item.child(n) for n in range(item.childCount())]
        return [item for item in found if item.childCount()]

    def _current(self, *_items: object) -> None:
        self.chosen.emit(self.path())

    # moving -----------------------------------------------------------------------

    def _siblings(self, path: str) -> list[str]:
        known = {policy.path for policy in self._tree}

        def above(policy: Policy) -> str:
            return policy.parent if policy.parent in known and policy.parent else ""

        own = next((above(policy) for policy in self._tree if policy.path == path), "")
        return [policy.path for policy in self._tree if above(policy) == own]

    def move_by_key(self, key: int) -> None:
        """Alt and an arrow: up or down among its siblings, in below the one above, out beside its parent."""
        path = self.path()
        if not path:
            return
        row = self._siblings(path)
        at = row.index(path)
        parent = path.rpartition("/")[0]
        if key == Qt.Key.Key_Up and at > 0:
            self.move_asked.emit(path, parent, row[at - 1])
        elif key == Qt.Key.Key_Down and at + 1 < len(row):
            self.move_asked.emit(path, parent, row[at + 2] if at + 2 < len(row) else "")
        elif key == Qt.Key.Key_Right and at > 0:
            self.move_asked.emit(path, row[at - 1], "")
        elif key == Qt.Key.Key_Left and parent:
            beside = self._siblings(parent)
            after = beside.index(parent) + 1
            before = beside[after] if after < len(beside) else ""
            self.move_asked.emit(path, parent.rpartition("/")[0], before)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.move_by_key(key)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_asked.emit()
        elif key in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit_asked.emit()
        elif key == Qt.Key.Key_Insert:
            self.add_asked.emit()
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was wanted; the tree is shown anew when it is done."""
        path, target = self.path(), self.itemAt(event.position().toPoint())
        place = self.dropIndicatorPosition()
        # Ignored as a move: Qt would take the row away itself.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.drop_on(path, str(target.data(0, PATH)) if target is not None else "", place)

    def drop_on(self, path: str, target: str, place: QAbstractItemView.DropIndicatorPosition) -> None:
        """A policy let fall on another one, above it or below it; or on the ground: to the top's end."""
        if not path or path == target:
            return
        if not target or place == _ON.OnViewport:
            self.move_asked.emit(path, "", "")
        elif place == _ON.OnItem:
            self.move_asked.emit(path, target, "")
        else:
            beside = self._siblings(target)
            at = beside.index(target) + (1 if place == _ON.BelowItem else 0)
            before = next((one for one in beside[at:] if one != path), "")
            self.move_asked.emit(path, target.rpartition("/")[0], before)


def _item(policy: Policy, tree: Tree, rules: tuple[Rule, ...]) -> QTreeWidgetItem:
    kind = proposed_type(tree, policy.path)
    if policy.incident_type is not None:
        proposes = policy.incident_type.value
    else:
        proposes = tr("{type} (as above)", type=kind.value) if kind is not None else "–"
    names = ", ".join(rule.name for rule in rules if covered(rule, tree, policy.path)) or "–"
    item = QTreeWidgetItem([policy.title, proposes, names])
    item.setData(0, PATH, policy.path)
    item.setToolTip(0, policy.path)
    item.setToolTip(1, proposes)
    item.setToolTip(2, names)
    return item
