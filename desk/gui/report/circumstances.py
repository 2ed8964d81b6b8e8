"""When and where it happened, law enforcement, and what else there is to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desk.domain.draft import Draft
from desk.domain.incident import Context, ContextKind
from desk.gui import theme
from desk.gui.report.editors import GrowingText
from desk.gui.report.form import FieldWords, FormField, Spot
from desk.gui.report.paths import Token
from desk.gui.report.records import context_form, law_form
from desk.gui.report.words import context_words
from desk.gui.widgets.buttons import IconButton, secondary
from desk.gui.widgets.common import label
from desk.gui.widgets.fields import TextField
from desk.gui.widgets.moments import DateTimeField
from desk.gui.widgets.panels import Disclosure, Panel
from desk.gui.words import tr
from desk.services.drafting import DraftView


class ContextPanel(QFrame):
    """One place where it happened."""

    changed = Signal()
    removed = Signal()

    def __init__(self, kind: ContextKind, field_words: FieldWords) -> None:
        super().__init__()
        self.setObjectName("card")
        self.kind = kind
        self.form = context_form(field_words, "contexts[0]", kind)
        self.form.changed.connect(self.changed)
        title = context_words(kind)
        remove = IconButton("trash-2", tr("Remove {thing}", thing=title))
        remove.clicked.connect(self.removed)
        top = QHBoxLayout()
        top.addWidget(label(title, "label"), 1)
        top.addWidget(remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S3, theme.S1, theme.S2, theme.S3)
        self._words_of = label("", "muted", wrap=True)
        self._words_of.hide()
        column.addLayout(top)
        column.addWidget(self._words_of)
        column.addWidget(self.form)
        self.setAccessibleName(title)
        self.setFocusProxy(self.form)

    def set_value(self, context: Context) -> None:
        self.form.set_value(context)
        names = ", ".join(context.words_of)
        said = tr(
            "The words of {names} are put in here when it is sent, as they are chosen above.", names=names
        )
        self._words_of.setText(said)
        self._words_of.setVisible(bool(names))

    def value(self) -> Context:
        made: Context = self.form.record()
        return made


class ContextList(QWidget):
    """Where it happened; any number of the eight kinds."""

    changed = Signal()

    def __init__(self, field_words: FieldWords) -> None:
        super().__init__()
        self._words = field_words
        self._panels: list[ContextPanel] = []
        self._none = label(
            tr("Nothing yet. A URL, a chat, a game: whatever leads an investigator to the place."),
            "muted",
            wrap=True,
        )
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.S2)
        self.add_button = secondary(tr("Add where it happened"))
        menu = QMenu(self.add_button)
        for kind in ContextKind:
            action = QAction(context_words(kind), menu)
            action.triggered.connect(partial(self.add, kind))
            menu.addAction(action)
        self.add_button.setMenu(menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S2)
        column.addWidget(label(tr("Where it happened"), "label"))
        column.addWidget(self._none)
        column.addLayout(self._column)
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.add_button)

    def add(self, kind: ContextKind, _checked: bool = False) -> None:
        panel = self._insert(Context(kind))
        panel.form.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _insert(self, context: Context) -> ContextPanel:
        panel = ContextPanel(context.kind, self._words)
        panel.set_value(context)
        panel.changed.connect(self.changed)
        panel.removed.connect(self._removed)
        self._panels.append(panel)
        self._column.addWidget(panel)
        self._none.hide()
        return panel

    def _removed(self) -> None:
        panel = self.sender()
        if isinstance(panel, ContextPanel):
            self._drop(self._panels.index(panel))
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit()

    def _drop(self, index: int) -> None:
        panel = self._panels.pop(index)
        self._column.removeWidget(panel)
        panel.hide()
        panel.deleteLater()
        self._none.setVisible(not self._panels)

    def value(self) -> tuple[Context, ...]:
        return tuple(panel.value() for panel in self._panels)

    def set_value(self, contexts: Sequence[Context]) -> None:
        if [panel.kind for panel in self._panels] != [context.kind for context in contexts]:
            while self._panels:
                self._drop(0)
            for context in contexts:
                self._insert(context)
        else:
            for panel, context in zip(self._panels, contexts, strict=True):
                panel.set_value(context)
        self._none.setVisible(not self._panels)

    def fields(self) -> Iterator[FormField]:
        for panel in self._panels:
            yield from panel.form.fields()

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:
        key = tokens[0][1] if tokens else None
        if key is None or not key.isdigit() or int(key) >= len(self._panels):
            return Spot(None, self.add_button)
        panel = self._panels[int(key)]
        return panel.form.locate(tokens[1:], reveal=reveal) or panel.form.locate((), reveal=reveal)


class CircumstancesSection(Panel):
    changed = Signal()

    def __init__(self, field_words: FieldWords) -> None:
        super().__init__(tr("Circumstances"))
        self._words = field_words
        self._fields: dict[str, FormField] = {}
        self._touched: set[str] = set()
        self._occurred: datetime | None = None
        self.occurred = DateTimeField()
        self.time_note = TextField(tr("For example: the time of the upload, from the server's log"))
        self.platform = TextField()
        self.contexts = ContextList(field_words)
        self.law = law_form(field_words)
        self.law.changed.connect(partial(self._edited, "law_enforcement"))
        self._law_fold = Disclosure(tr("Law enforcement"), self.law)
        self._law_fold.toggled.connect(self._law_toggled)
        self.additional = GrowingText(rows=4)
        top = QHBoxLayout()
        top.setSpacing(theme.S3)
        top.addWidget(self._field("occurred_at", tr("When it happened"), self.occurred), 5)
        top.addWidget(self._field("platform", tr("Platform"), self.platform), 3)
        self.add(
            top,
            self._field(
                "time_note",
                tr("What this time is"),
                self.time_note,
                tr("Upload, message, last sign-in: without it a time is easily misread."),
            ),
            self.contexts,
            self._law_fold,
            self._field(
                "additional_info",
                tr("Anything else an investigator should know"),
                self.additional,
                tr("How it was found, what was said, what was done about the account."),
            ),
        )
        self.contexts.changed.connect(partial(self._edited, "contexts"))

    def _field(self, name: str, caption: str, editor: QWidget, help_text: str = "") -> FormField:
        info = self._words(name)
        field = FormField(info.label if info else caption, editor, help_text or (info.help if info else ""))
        editor.changed.connect(partial(self._edited, name))  # type: ignore[attr-defined]
        self._fields[name] = field
        return field

    def _edited(self, name: str) -> None:
        self._touched.add(name)
        if name in self._fields:
            self._fields[name].touched = True
        self.changed.emit()

    def _law_toggled(self, on: bool) -> None:
        if on:
            self.law.setFocus(Qt.FocusReason.OtherFocusReason)

    def load(self, draft: Draft, view: DraftView) -> None:  # noqa: ARG002
        self._touched.clear()
        self.occurred.set_value(draft.occurred_at)
        self.time_note.set_value(draft.time_note or "")
        self.platform.set_value(draft.platform or "")
        self.contexts.set_value(draft.contexts)
        self.law.set_value(draft.law_enforcement)
        if draft.law_enforcement is not None and not self._law_fold.is_open():
            self._law_fold.blockSignals(True)
            self._law_fold.set_open(True)
            self._law_fold.blockSignals(False)
        for part in (self.contexts, self._law_fold, self._fields["additional_info"]):
            part.setVisible(draft.batch is None)  # a batched report can't hold them
        self.additional.set_value(draft.additional_info or "")

    def apply(self, draft: Draft) -> Draft:
        """The draft with what was changed here; what nobody touched stays as it was."""
        touched = self._touched
        if "occurred_at" in touched:
            # The time must be there: while it can't be read, the last one that could is kept.
            draft = replace(draft, occurred_at=self.occurred.value() or draft.occurred_at)
        if "time_note" in touched:
            draft = replace(draft, time_note=self.time_note.value() or None)
        if "platform" in touched:
            draft = replace(draft, platform=self.platform.value() or None)
        if "contexts" in touched:
            draft = replace(draft, contexts=self.contexts.value())
        if "law_enforcement" in touched:
            draft = replace(draft, law_enforcement=self.law.value())
        if "additional_info" in touched:
            draft = replace(draft, additional_info=self.additional.value() or None)
        return draft

    def fields(self) -> Iterator[FormField]:
        yield from self._fields.values()
        yield from self.contexts.fields()
        yield from self.law.fields()

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:
        name = tokens[0][0] if tokens else "occurred_at"
        if name == "contexts":
            return self.contexts.locate(tokens, reveal=reveal)
        if name == "law_enforcement":
            if reveal:
                self._law_fold.set_open(True)
            return self.law.locate(tokens[1:], reveal=reveal)
        field = self._fields.get(name, self._fields["additional_info"])
        return Spot(field, field.editor)
