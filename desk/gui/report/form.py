"""A form over a frozen record: fields in a grid, each with its label, its help and its problems.

A form gives back exactly what it was given, but for the fields that a person
changed: what is not shown, and what nobody touched, is kept to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from desk.gui import theme
from desk.gui.report.editors import LongText, PartsRow, Rows
from desk.gui.report.paths import Token
from desk.gui.widgets.fields import Field, MultiLine, TextField
from desk.gui.widgets.panels import Disclosure
from desk.ports import FieldInfo

COLUMNS = 12
FieldWords = Callable[[str], FieldInfo | None]
"""Label and help of the field at a draft path, where the protocol's table has one."""


@dataclass(frozen=True)
class Line:
    """One field of a form: the record's attribute, our own words, its editor, its width of 12."""

    name: str
    label: str
    make: Callable[[], QWidget]
    help: str = ""
    span: int = 6
    plain: bool = False
    """Whether the label says enough."""
    own: bool = False
    """Whether our own label stands: the field makes more than one element of the report."""


@dataclass(frozen=True)
class Spot:
    """Where a problem is shown, and where the focus goes to mend it."""

    field: FormField | None
    focus: QWidget
    prefix: str = ""


class Located(Protocol):
    """What knows the places inside it."""

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None: ...
    def fields(self) -> Iterator[FormField]: ...


class FormField(Field):
    """A field that remembers whether a person was in it, and shows several problems at once."""

    def __init__(self, words: str, editor: QWidget, help_text: str = "") -> None:
        super().__init__(words, editor)
        if help_text:
            # Not by the constructor: there the help is shown while it still is a window of its own.
            self.set_help(help_text)
        self.words = words
        self.touched = False
        self._found: list[str] = []

    def add_problem(self, words: str) -> None:
        if words not in self._found:
            self._found.append(words)

    def local_problem(self) -> str:
        """What can't be read as it is typed; the draft does not hold it."""
        editor = self.editor
        if isinstance(editor, Rows):
            return next((said for row in editor.editors() if (said := _problem_of(row))), "")
        return _problem_of(editor)

    def show_problems(self, *, reviewing: bool) -> None:
        """Say what was added since the last time, if the person was here or asked for a review."""
        local = self.local_problem()
        found = [local] if local else []
        if self.touched or reviewing:
            found += self._found
        self._found = []
        words = "\n".join(found)
        if words != self.problem():
            self.set_problem(words)


def _problem_of(editor: QWidget) -> str:
    own = getattr(editor, "problem", None)
    return str(own()) if callable(own) else ""


class RecordForm(QWidget):
    """The fields of one record. ``empty`` is the record with nothing in it; ``path`` its place in a draft."""

    changed = Signal()

    def __init__(
        self,
        empty: Any,
        lines: Sequence[Line],
        words: FieldWords,
        path: str,
        *,
        folded: Sequence[tuple[str, Sequence[Line]]] = (),
    ) -> None:
        """``folded``: groups of further fields by their heading, closed unless something stands in them."""
        super().__init__()
        self._empty, self._base = empty, empty
        self._dirty: set[str] = set()
        self._lines: dict[str, FormField] = {}
        self._folds: list[tuple[Disclosure, frozenset[str]]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        column.addLayout(self._grid(lines, words, path))
        self._first = next(iter(self._lines.values()), None)
        for title, group in folded:
            inside = QWidget()
            inside.setLayout(self._grid(group, words, path))
            fold = Disclosure(title, inside)
            self._folds.append((fold, frozenset(line.name for line in group)))
            column.addWidget(fold)
        if self._first is not None:
            self.setFocusProxy(self._first)

    def _grid(self, lines: Sequence[Line], words: FieldWords, path: str) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.S3)
        grid.setVerticalSpacing(theme.S3)
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
            # Without a least width the columns would follow the widest label.
            grid.setColumnMinimumWidth(column, 24)
        row = column = 0
        for line in lines:
            if column + line.span > COLUMNS:
                row, column = row + 1, 0
            field = self._field(line, words, path)
            grid.addWidget(field, row, column, 1, line.span, Qt.AlignmentFlag.AlignTop)
            column += line.span
        return grid

    def _field(self, line: Line, words: FieldWords, path: str) -> FormField:
        info = words(f"{path}.{line.name}" if path else line.name)
        editor = line.make()
        policy = editor.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        if isinstance(editor, TextField | MultiLine):
            editor.setSizePolicy(policy)
        said = "" if line.plain else line.help or (info.help if info else "")
        field = FormField(info.label if info and not line.own else line.label, editor, said)
        editor.changed.connect(partial(self._edited, line.name))  # type: ignore[attr-defined]
        self._lines[line.name] = field
        return field

    def _edited(self, name: str) -> None:
        self._dirty.add(name)
        self._lines[name].touched = True
        self.changed.emit()

    def field(self, name: str) -> FormField:
        """Raises KeyError."""
        return self._lines[name]

    def names(self) -> tuple[str, ...]:
        """The record's fields that stand in the form."""
        return tuple(self._lines)

    def fields(self) -> Iterator[FormField]:
        for field in self._lines.values():
            if isinstance(field.editor, RecordForm):
                yield from field.editor.fields()
            yield field

    # values ---------------------------------------------------------------------

    def value(self) -> Any:
        """The record with what was changed in it; None where it is empty."""
        made = self.record()
        return None if made == self._empty else made

    def record(self) -> Any:
        """As ``value``, but an empty record where there is nothing."""
        changes = {name: self._read(name) for name in self._dirty}
        return replace(self._base, **changes)

    def _read(self, name: str) -> Any:
        value = self._lines[name].editor.value()  # type: ignore[attr-defined]
        if isinstance(value, list):
            return tuple(value)
        if value == "" or value is None:
            # A field that must be there is empty text, all others are absent.
            before = getattr(self._empty, name)
            return before if isinstance(before, str | bool) else None
        return value

    def set_value(self, value: Any) -> None:
        self._base = self._empty if value is None else value
        self._dirty.clear()
        for name, field in self._lines.items():
            found = getattr(self._base, name)
            editor: Any = field.editor
            if isinstance(editor, Rows):
                editor.set_value(list(found))
            elif isinstance(editor, TextField | MultiLine | LongText):
                editor.set_value("" if found is None else found)
            else:
                editor.set_value(found)
        for fold, names in self._folds:
            if any(getattr(self._base, name) != getattr(self._empty, name) for name in names):
                fold.set_open(True)

    def spot(self, rest: Sequence[Token]) -> QWidget | None:
        """As a row of a list: the widget at this place in it."""
        found = self.locate(rest, reveal=True)
        return found.focus if found is not None else None

    def problem(self) -> str:
        """As a row of a list: the first field that can't be read, in words."""
        return next((said for field in self._lines.values() if (said := field.local_problem())), "")

    # places ---------------------------------------------------------------------

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:
        """The field at the first token, or the first field where there is none."""
        if not tokens:
            return Spot(self._first, self._first.editor) if self._first is not None else None
        name, key = tokens[0]
        field = self._lines.get(name)
        if field is None:
            return None
        editor = field.editor
        for fold, names in self._folds:
            if reveal and name in names:
                fold.set_open(True)
        if isinstance(editor, RecordForm) and len(tokens) > 1:
            return editor.locate(tokens[1:], reveal=reveal) or Spot(field, editor)
        if isinstance(editor, Rows):
            found = editor.spot(key, tokens[1:])
            prefix = f"{int(key) + 1}: " if key and key.isdigit() and len(editor.editors()) > 1 else ""
            return Spot(field, found or editor, prefix)
        if isinstance(editor, LongText) and reveal:
            editor.open()
        if isinstance(editor, PartsRow):
            return Spot(field, editor.spot(tokens[1:]) or editor)
        return Spot(field, editor)


def fields_around(widget: QWidget, page: QWidget) -> Iterator[FormField]:
    """The fields of ``page`` that a widget of it stands in, the innermost first."""
    above: QWidget | None = widget
    while above is not None and above is not page:
        if isinstance(above, FormField):
            yield above
        above = above.parentWidget()
