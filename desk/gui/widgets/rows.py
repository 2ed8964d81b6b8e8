"""Compact rows for things of which there may be several: emails, IP addresses, people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desk.gui import theme
from desk.gui.widgets.buttons import Button, IconButton
from desk.gui.widgets.common import label
from desk.gui.words import tr


class RowEditor(Protocol):
    """What a row holds: any editor of this package, or a widget of the same shape."""

    changed: Any

    def value(self) -> Any: ...
    def set_value(self, value: Any) -> None: ...


class RepeatingRows(QWidget):
    """Rows with add and remove. Enter in a row adds one below; Ctrl+Backspace removes it.

    ``make_row`` makes an empty row; ``words`` name one thing ('email address').
    Empty rows (a value that is false) are left out of ``value()``.
    """

    changed = Signal()

    def __init__(
        self, make_row: Callable[[], QWidget], words: str, *, most: int = 50, empty_words: str = ""
    ) -> None:
        super().__init__()
        self._make, self._words, self._most = make_row, words, most
        self._rows: list[tuple[QWidget, QWidget]] = []
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._none = label(empty_words, "muted")
        self._add = Button(tr("Add {thing}", thing=words), "link", "plus")
        self._add.clicked.connect(self._add_by_hand)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._none)
        column.addLayout(self._column)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self._add)
        self._renumber()

    def editors(self) -> list[QWidget]:
        """The editors, in order; for setting problems on them."""
        return [editor for _, editor in self._rows]

    def value(self) -> list[Any]:
        values = [_as_row(editor).value() for editor in self.editors()]
        return [value for value in values if value]

    def set_value(self, values: list[Any]) -> None:
        # Rows that stay keep their focus and cursor.
        while len(self._rows) > len(values):
            self._drop(len(self._rows) - 1)
        while len(self._rows) < len(values):
            self._insert(len(self._rows))
        for editor, value in zip(self.editors(), values, strict=True):
            _as_row(editor).set_value(value)

    def add(self) -> QWidget | None:
        """A new empty row at the end with the focus in it; None when full."""
        return self._add_after(len(self._rows) - 1)

    def remove(self, index: int) -> None:
        """Take a row away; the focus goes to its neighbour."""
        self._drop(index)
        if self._rows:
            self._rows[min(index, len(self._rows) - 1)][1].setFocus()
        else:
            self._add.setFocus()
        self.changed.emit()

    def _add_by_hand(self) -> None:
        self.add()

    def _add_after(self, index: int) -> QWidget | None:
        if len(self._rows) >= self._most:
            return None
        editor = self._insert(index + 1)
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        return editor

    def _insert(self, index: int) -> QWidget:
        editor = self._make()
        _as_row(editor).changed.connect(self.changed)
        row = QWidget()
        row.setObjectName("rows-row")
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.S1)
        box.addWidget(editor, 1)
        remove = IconButton("x", tr("Remove {thing}", thing=self._words), side=theme.CONTROL)
        remove.clicked.connect(self._remove_clicked)
        # Level with the first line of a row that has several, and in its middle where it has one.
        box.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        for inner in (editor, *editor.findChildren(QWidget)):
            inner.installEventFilter(self)
        self._rows.insert(index, (row, editor))
        self._column.insertWidget(index, row)
        row.show()
        self._renumber()
        return editor

    def _drop(self, index: int) -> None:
        row, _ = self._rows.pop(index)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._renumber()

    def _remove_clicked(self) -> None:
        button = self.sender()
        for index, (row, _) in enumerate(self._rows):
            if isinstance(button, QWidget) and row.isAncestorOf(button):
                self.remove(index)
                return

    def _renumber(self) -> None:
        for n, (_, editor) in enumerate(self._rows, 1):
            editor.setAccessibleName(tr("{thing} {number}", thing=self._words, number=n))
        self._none.setVisible(not self._rows and bool(self._none.text()))
        self._add.setEnabled(len(self._rows) < self._most)
        before: QWidget | None = None
        for row, _ in self._rows:
            # The order of keys is the order on the page, also after rows were put between.
            if before is not None:
                QWidget.setTabOrder(before, row)
            before = row

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            index = next(
                (
                    n
                    for n, (_, editor) in enumerate(self._rows)
                    if watched is editor or (isinstance(watched, QWidget) and editor.isAncestorOf(watched))
                ),
                None,
            )
            if index is not None and self._row_key(index, watched, event):
                return True
        return super().eventFilter(watched, event)

    def _row_key(self, index: int, watched: QObject, event: QKeyEvent) -> bool:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and isinstance(watched, QLineEdit) and not event.isAutoRepeat():
            if _as_row(self._rows[index][1]).value():
                self._add_after(index)
            return True
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Backspace and control and not event.isAutoRepeat():
            # In a row with text the field's own 'delete a word' comes first.
            if isinstance(watched, QLineEdit) and watched.text():
                return False
            self.remove(index)
            return True
        return False


def _as_row(editor: QWidget) -> RowEditor:
    return editor  # type: ignore[return-value]
