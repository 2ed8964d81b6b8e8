"""Fields of a form: label above, help under it, a problem said in words where it is.

Editors share a small shape: ``value()``, ``set_value(v)`` and the signal
``changed``, which comes from a person's edits only, never from ``set_value``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desk.gui import icons, theme
from desk.gui.widgets.common import label, set_role
from desk.gui.words import tr


class TextField(QLineEdit):
    """One line. ``mono`` for ids and hashes."""

    changed = Signal()

    def __init__(self, placeholder: str = "", *, mono: bool = False, limit: int = 0) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        if mono:
            self.setProperty("mono", True)
        if limit:
            self.setMaxLength(limit)
        self.textEdited.connect(self.changed)

    def value(self) -> str:
        """The text without blanks around it."""
        return self.text().strip()

    def set_value(self, value: str) -> None:
        if value != self.text():
            self.setText(value)
            self.setCursorPosition(0)


class MultiLine(QPlainTextEdit):
    """Several lines, ``rows`` high; Tab goes on to the next field."""

    changed = Signal()

    def __init__(self, placeholder: str = "", *, rows: int = 4, mono: bool = False) -> None:
        super().__init__()
        self._quiet = False
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        if mono:
            self.setProperty("mono", True)
        self.setMinimumHeight(rows * 19 + 14)
        self.textChanged.connect(self._changed)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def _changed(self) -> None:
        if not self._quiet:
            self.changed.emit()

    def value(self) -> str:
        return self.toPlainText().strip()

    def set_value(self, value: str) -> None:
        if value == self.toPlainText():
            return
        self._quiet = True
        self.setPlainText(value)
        self._quiet = False


class Choice(QComboBox):
    """One of several. Nothing is chosen until a person does, unless ``set_value`` says so."""

    changed = Signal()

    def __init__(self, options: Sequence[tuple[Any, str]] = (), placeholder: str = "") -> None:
        super().__init__()
        self.setPlaceholderText(placeholder or tr("Choose…"))
        self.set_options(options)
        self.activated.connect(self.changed)

    def set_options(self, options: Sequence[tuple[Any, str]]) -> None:
        """(value, words) each. What was chosen stays chosen if it is still there."""
        before = self.value()
        self.clear()
        self._values = [value for value, _ in options]
        self.addItems([words for _, words in options])
        self.setCurrentIndex(-1)
        if before is not None:
            self.set_value(before)

    def value(self) -> Any:
        """The chosen value, or None."""
        index = self.currentIndex()
        return self._values[index] if 0 <= index < len(getattr(self, "_values", [])) else None

    def set_value(self, value: Any) -> None:
        """Choose a value; one that is not offered leaves nothing chosen."""
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling past a form must never change an answer.
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        icons.draw(painter, "chevron-down", "muted", self.width() - 24, (self.height() - 16) / 2)
        painter.end()


class Field(QWidget):
    """Label, editor, help and problem of one answer.

    The label is the editor's accessible name; help and problem are its
    description, so that a screen reader says what the eye reads.
    """

    def __init__(
        self, words: str, editor: QWidget, help_text: str = "", *, optional: bool = False, aside: str = ""
    ) -> None:
        super().__init__()
        self.editor = editor
        self._help = help_text
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(theme.S2)
        caption = label(words, "label")
        caption.setBuddy(editor)
        top.addWidget(caption)
        if optional:
            top.addWidget(label(tr("optional"), "muted"))
        top.addStretch(1)
        if aside:
            top.addWidget(label(aside, "muted"))
        self._help_label = label(help_text, "muted", wrap=True)
        self._icon = icons.IconLabel("circle-alert", 14, "bad")
        self._problem = label("", "bad", wrap=True)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(0, 0, 0, 0)
        bottom.setSpacing(6)
        bottom.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        bottom.addWidget(self._problem, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        column.addLayout(top)
        column.addWidget(editor)
        column.addLayout(bottom)
        column.addWidget(self._help_label)
        # Only now: a label without a parent would show as a window of its own and take the focus.
        self._help_label.setVisible(bool(help_text))
        caption.setVisible(bool(words))
        if not isinstance(editor, QPlainTextEdit):
            # Beside a taller field the label stays level with its neighbour's.
            column.addStretch(1)
        self.setFocusProxy(editor)
        editor.setAccessibleName(words)
        self.set_problem("")

    def problem(self) -> str:
        return self._problem.text()

    def set_problem(self, words: str, kind: str = "bad") -> None:
        """Say what is wrong ('bad') or would be better ('warn'); empty text takes it back."""
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
        self._icon.setVisible(bool(words))
        self._icon.set("circle-alert" if kind == "bad" else "triangle-alert", kind)
        set_role(self._problem, "role", kind)
        set_role(self.editor, "problem", kind if words else "")
        self.editor.setAccessibleDescription(" ".join(part for part in (words, self._help) if part))

    def mended(self) -> None:
        """The answer changed: what was said of the one before is taken back."""
        if self.problem():
            self.set_problem("")

    def set_help(self, words: str) -> None:
        self._help = words
        self._help_label.setText(words)
        self._help_label.setVisible(bool(words))
        self.editor.setAccessibleDescription(" ".join(part for part in (self.problem(), words) if part))
