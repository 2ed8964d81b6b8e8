"""The policies of a rule: a tree with check boxes. Choosing one covers all below it, shown as covered."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from desk.domain.policy import Tree, covers, resolve
from desk.gui import icons, theme
from desk.gui.words import plural, tr

PATH = Qt.ItemDataRole.UserRole


class _Boxes(QStyledItemDelegate):
    """Boxes as everywhere else at the desk: the style's own can't be seen on a dark ground."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        view = shown.widget
        place = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        rect = view.style().subElementRect(place, shown, view)
        selected = bool(shown.state & QStyle.StateFlag.State_Selected)
        live = bool(shown.state & QStyle.StateFlag.State_Enabled)
        on = shown.checkState == Qt.CheckState.Checked
        painter.save()
        painter.fillRect(rect.adjusted(-2, -2, 2, 2), theme.colour("selected" if selected else "surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(rect.center().x() - 7, rect.center().y() - 7, 15, 15)
        painter.setBrush(theme.colour("accent" if on and live else "line" if on else "surface"))
        painter.setPen(QPen(theme.colour("accent" if on and live else "edge" if live else "line"), 1))
        painter.drawRoundedRect(box, 4, 4)
        if on:
            icons.draw(painter, "check", "on_accent" if live else "muted", box.x() + 1, box.y() + 1, 13)
        painter.restore()


class CoveringTree(QTreeWidget):
    """``value()`` are the chosen paths; what lies below a chosen one is covered, later additions too."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._quiet = False
        self.setItemDelegate(_Boxes(self))
        self.setHeaderHidden(True)
        self.setColumnCount(1)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setUniformRowHeights(True)
        self.setIndentation(theme.S4 + theme.S1)
        self.setMinimumHeight(240)
        self.itemChanged.connect(self._ticked)

    def set_tree(self, tree: Tree, chosen: tuple[str, ...]) -> None:
        """Show the tree with these policies chosen, by whatever path they were known."""
        now = {resolve(tree, path) for path in chosen}
        self._quiet = True
        self.clear()
        items: dict[str, QTreeWidgetItem] = {}
        for policy in sorted(tree, key=lambda one: one.path.count("/")):
            item = QTreeWidgetItem([policy.title])
            item.setData(0, PATH, policy.path)
            item.setToolTip(0, policy.path)
            item.setCheckState(0, Qt.CheckState.Checked if policy.path in now else Qt.CheckState.Unchecked)
            parent = items.get(policy.parent or "")
            if parent is None:
                self.addTopLevelItem(item)
            else:
                parent.addChild(item)
            items[policy.path] = item
        self.expandAll()
        self._quiet = False
        self._show_covered()
        first = self.topLevelItem(0)
        if first is not None:
            self.setCurrentItem(first)

    def items(self) -> list[QTreeWidgetItem]:
        """All items, parents before what is below them."""
        found: list[QTreeWidgetItem] = []
        rest = [self.topLevelItem(n) for n in range(self.topLevelItemCount())]
        while rest:
            item = rest.pop(0)
            if item is not None:
                found.append(item)
                rest = [item.child(n) for n in range(item.childCount())] + rest
        return found

    def value(self) -> tuple[str, ...]:
        """The chosen policies; one below a chosen one is not said again."""
        chosen = [str(item.data(0, PATH)) for item in self.items() if _own_tick(item)]
        return tuple(
            path for path in chosen if not any(covers(other, path) for other in chosen if other != path)
        )

    def count_words(self) -> str:
        """How many policies are covered, those below included."""
        covered = sum(1 for item in self.items() if item.checkState(0) == Qt.CheckState.Checked)
        return plural(covered, "{n} policy is covered", "{n} policies are covered") if covered else ""

    def _ticked(self, item: QTreeWidgetItem) -> None:
        if self._quiet:
            return
        item.setData(0, PATH + 1, item.checkState(0) == Qt.CheckState.Checked)
        self._show_covered()
        self.changed.emit()

    def _show_covered(self) -> None:
        """What lies below a chosen policy is ticked and can't be unticked on its own."""
        self._quiet = True
        for item in self.items():
            if item.data(0, PATH + 1) is None:
                item.setData(0, PATH + 1, item.checkState(0) == Qt.CheckState.Checked)
            above = item.parent()
            under = above is not None and above.checkState(0) == Qt.CheckState.Checked
            ticked = under or _own_tick(item)
            item.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            item.setDisabled(under)
            title = str(item.text(0)).split("  ·  ", 1)[0]
            item.setText(0, f"{title}  ·  {tr('covered by the one above')}" if under else title)
        self._quiet = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and item is not None and not item.isDisabled():
            on = item.checkState(0) == Qt.CheckState.Checked
            item.setCheckState(0, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
            return
        super().keyPressEvent(event)


def _own_tick(item: QTreeWidgetItem) -> bool:
    """Whether the person ticked it, apart from what lies above."""
    return bool(item.data(0, PATH + 1))
