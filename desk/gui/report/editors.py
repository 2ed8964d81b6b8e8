"""Editors that only the report form needs. The shape is that of all editors: value, set_value, changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desk.gui import theme
from desk.gui.report.paths import Token
from desk.gui.widgets.buttons import link
from desk.gui.widgets.choices import Segmented
from desk.gui.widgets.common import label
from desk.gui.widgets.fields import Choice, MultiLine, TextField
from desk.gui.widgets.rows import RepeatingRows
from desk.gui.words import plural, seen, size, tr

MOST_LINES = 14
LONG_FROM = 4_000
"""Characters from which a text is shown as its size first."""


class GrowingText(MultiLine):
    """Several lines that grow with what is written, up to ``MOST_LINES``."""

    def __init__(self, placeholder: str = "", *, rows: int = 2) -> None:
        super().__init__(placeholder, rows=rows)
        self._rows = rows
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._grow()

    def _grow(self) -> None:
        # For a plain text document the size's height counts lines as they are broken on the screen.
        lines = round(self.document().size().height())
        wanted = max(self._rows, min(MOST_LINES, lines))
        height = wanted * self.fontMetrics().lineSpacing() + 20
        if height != self.maximumHeight():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()


class LongText(QWidget):
    """A text that may be a conversation of ten thousand lines: its size first, the text when asked for."""

    changed = Signal()

    def __init__(self, placeholder: str = "") -> None:
        super().__init__()
        self._kept = ""
        self._placeholder = placeholder
        self._text: GrowingText | None = None
        self._name = ""
        self._said = label("", "muted")
        self._open = link(tr("Show and edit"), "chevron-right")
        self._open.clicked.connect(self.open)
        self._row = QWidget()
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S2)
        row.addWidget(self._said)
        row.addWidget(self._open)
        row.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._row)
        self.setFocusProxy(self._open)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._name = name
        self._open.setAccessibleName(tr("{field}: show and edit", field=name))
        if self._text is not None:
            self._text.setAccessibleName(name)

    def open(self) -> None:
        """Show the text itself."""
        if self._text is None:
            self._text = GrowingText(self._placeholder, rows=2)
            self._text.setAccessibleName(self._name)
            self._text.set_value(self._kept)
            self._text.changed.connect(self.changed)
            self._column.addWidget(self._text)
            self._row.hide()
            self.setFocusProxy(self._text)
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)

    def value(self) -> str:
        return self._kept if self._text is None else self._text.value()

    def set_value(self, value: str | None) -> None:
        self._kept = value or ""
        if self._text is not None:
            self._text.set_value(self._kept)
            return
        if len(self._kept) < LONG_FROM:
            had = self.window().focusWidget() if self.window() is not None else None
            self.open()
            if had is not None:
                had.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        lines = self._kept.count("\n") + 1
        self._said.setText(
            tr(
                "{lines}, {size}",
                lines=plural(lines, "{n} line", "{n} lines"),
                size=size(len(self._kept.encode())),
            )
        )


class Holding(QWidget):
    """Something that stands where an editor stands, and is changed by other means."""

    changed = Signal()

    def __init__(self, held: QWidget, focus: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(held)
        self.setFocusProxy(focus)


class TriState(Segmented):
    """Yes, no, or not known: then nothing is said."""

    def __init__(self, *, unknown: str = "") -> None:
        super().__init__(
            [(True, tr("Yes")), (False, tr("No")), ("unknown", unknown or tr("Not known"))], clearable=False
        )
        self.set_value(None)

    def value(self) -> bool | None:
        found = super().value()
        return found if isinstance(found, bool) else None

    def set_value(self, value: bool | None) -> None:
        super().set_value("unknown" if value is None else value)


class Checked(TextField):
    """One line that is read as something else. What can't be read stays, with words why."""

    def problem(self) -> str:
        """Why the text can't be read; empty when it can."""
        return ""


class WholeNumber(Checked):
    """A whole number of 0 or more; ``value_or_none`` is None while empty or not readable."""

    def value(self) -> Any:
        text = super().value()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None

    def set_value(self, value: Any) -> None:
        super().set_value("" if value is None else str(value))

    def problem(self) -> str:
        return tr("Write a whole number.") if self.text().strip() and self.value() is None else ""


class Day(Checked):
    """A date as 2012-04-30."""

    def __init__(self) -> None:
        super().__init__(tr("2012-04-30"))

    def value(self) -> Any:
        try:
            return date.fromisoformat(super().value()) if len(super().value()) == 10 else None
        except ValueError:
            return None

    def set_value(self, value: Any) -> None:
        super().set_value("" if value is None else str(value))

    def problem(self) -> str:
        return tr("Write it as 2012-04-30.") if self.text().strip() and self.value() is None else ""


class Rows(RepeatingRows):
    """Repeating rows that can say which of them a problem means."""

    def __init__(self, make_row: Callable[[], QWidget], words: str, *, most: int = 200) -> None:
        super().__init__(make_row, words, most=most)

    def spot(self, key: str | None, rest: Sequence[Token]) -> QWidget | None:
        """The widget for row ``key`` as the draft counts (rows that are empty don't)."""
        if key is None or not key.isdigit():
            return None
        full = [editor for editor in self.editors() if editor.value()]  # type: ignore[attr-defined]
        if int(key) >= len(full):
            return None
        row = full[int(key)]
        spot = getattr(row, "spot", None)  # a row of parts, or a form
        inner: QWidget | None = spot(rest) if spot is not None else None
        return inner or row


@dataclass(frozen=True, eq=False)
class Further:
    """A part that stands on a line of its own below the others, and only while ``wanted`` says so."""

    name: str
    words: str
    editor: QWidget
    wanted: Callable[[], bool]


class PartsRow(QWidget):
    """A compact row of several parts that make one record. Names the parts by the record's fields.

    What the record has beside them is kept. ``empty`` is the record with nothing in it.
    """

    changed = Signal()

    def __init__(
        self,
        empty: Any,
        parts: Sequence[tuple[str, QWidget, int]],
        *,
        lines: int = 1,
        further: Further | None = None,
    ) -> None:
        super().__init__()
        self._empty = empty
        self._kept: Any = None
        self._parts: dict[str, Any] = {}
        self._dirty = False
        column = QVBoxLayout(self)
        # Rows of two lines need air between them to be seen as one each.
        column.setContentsMargins(0, 0, 0, theme.S2 if lines > 1 else 0)
        column.setSpacing(theme.S1)
        per = -(-len(parts) // lines)
        for start in range(0, len(parts), per):
            row = QHBoxLayout()
            row.setSpacing(theme.S1)
            for name, editor, stretch in parts[start : start + per]:
                self._take(name, editor)
                if not editor.accessibleName():
                    placeholder = getattr(editor, "placeholderText", str)()
                    editor.setAccessibleName(placeholder)
                row.addWidget(editor, stretch)
            column.addLayout(row)
        self._further = further
        if further is not None:
            self._below = QWidget()
            self._take(further.name, further.editor)
            below = QHBoxLayout(self._below)
            below.setContentsMargins(theme.S3, 0, 0, theme.S1)
            below.setSpacing(theme.S2)
            below.addWidget(label(further.words, "muted"))
            below.addWidget(further.editor, 3)
            below.addStretch(1)
            column.addWidget(self._below)
            self._show_further()
        self.setFocusProxy(parts[0][1])

    def _take(self, name: str, editor: QWidget) -> None:
        self._parts[name] = editor
        editor.changed.connect(self._changed)  # type: ignore[attr-defined]

    def _show_further(self) -> None:
        if self._further is not None:
            self._below.setVisible(self._further.wanted())

    def _changed(self) -> None:
        self._dirty = True
        self._show_further()
        self.changed.emit()

    def value(self) -> Any:
        """The record, or None where all parts are empty."""
        if not self._dirty:
            return self._kept
        read = {name: editor.value() for name, editor in self._parts.items()}
        if all(value in (None, "") for value in read.values()):
            return None
        base = self._empty if self._kept is None else self._kept
        given = {
            name: getattr(self._empty, name) if value in (None, "") else value for name, value in read.items()
        }
        return replace(base, **given)

    def set_value(self, value: Any) -> None:
        self._kept, self._dirty = value, False
        for name, editor in self._parts.items():
            found = getattr(value, name, None)
            editor.set_value("" if found is None and isinstance(editor, TextField) else found)
        self._show_further()

    def spot(self, rest: Sequence[Token]) -> QWidget | None:
        return self._parts.get(rest[0][0]) if rest else None

    def problem(self) -> str:
        """The first part that can't be read, in words."""
        for editor in self._parts.values():
            said = getattr(editor, "problem", str)()
            if said:
                return str(said)
        return ""


def choice(options: Sequence[tuple[Any, str]], name: str) -> Choice:
    """A choice whose first option says that nothing is given."""
    made = Choice(options)
    made.set_value(None)
    made.setAccessibleName(name)
    return made


def verified() -> Choice:
    return choice(
        [(None, tr("Verified?")), (True, tr("Verified")), (False, tr("Not verified"))], tr("Verified")
    )


class OneLine(QLabel):
    """A text that is cut with an ellipsis where there is no room; the whole of it as its tooltip."""

    def __init__(self, words: str = "", role: str = "body") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        # A long name must not widen the page.
        self.setMinimumWidth(40)
        self._whole = ""
        self.say(words)

    def say(self, words: str) -> None:
        words = seen(words)
        self._whole = words
        self.setToolTip(words)
        self.setAccessibleName(words)
        self._cut()

    def whole(self) -> str:
        return self._whole

    def _cut(self) -> None:
        line = " ".join(self._whole.split())
        shown = self.fontMetrics().elidedText(line, Qt.TextElideMode.ElideMiddle, max(40, self.width()))
        if shown != self.text():
            self.setText(shown)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._whole[:200]) + 2
        return QSize(width, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()
