"""One piece of content in the report: what it is, whether it was viewed, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.content import Classification, Content, ContentKind, FileAnnotation, Relevance
from desk.domain.conversation import Selection, numbers_of
from desk.domain.draft import FileChoice
from desk.domain.viewing import Viewed
from desk.gui import theme
from desk.gui.conversation.dialog import MessagesDialog, selection_words
from desk.gui.report import words
from desk.gui.report.editors import GrowingText, Holding, OneLine, TriState
from desk.gui.report.form import FormField, Spot
from desk.gui.report.paths import Token
from desk.gui.widgets.buttons import link, secondary
from desk.gui.widgets.chips import Badge, TagChips
from desk.gui.widgets.choices import CheckBox, Segmented
from desk.gui.widgets.common import label
from desk.gui.widgets.flow import FlowLayout
from desk.gui.widgets.tile import BlurTile
from desk.gui.words import joined, number, size, tr

TILE = 96
SHOWN_CHARACTERS = 4_000


class ReportTile(BlurTile):
    """A blurred tile that only shows; to look at the content there is the case."""

    def __init__(self, content: Content, index: int) -> None:
        # Too small for a plate with its number, which stands beside it.
        super().__init__(content.id, content.kind.value, 0, TILE)
        self._index = index
        self.setFixedSize(TILE, TILE)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _name(self) -> None:
        super()._name()
        self.setAccessibleName(tr("Blurred preview of content {number}", number=getattr(self, "_index", 0)))
        self.setAccessibleDescription(tr("To look at it, go back to the case."))

    def ask(self) -> bool:
        """Never here: this page shows nothing unblurred."""
        return False


class FileCard(QFrame):
    """The choices for one content. ``changed`` carries the new FileChoice."""

    changed = Signal(object)

    def __init__(self, content: Content, index: int) -> None:
        super().__init__()
        self.setObjectName("card")
        self.content = content
        self._choice = FileChoice(content.id)
        self._viewed: Viewed | None = None
        self._length: float | None = None
        self._batched = False
        self._fields: dict[str, FormField] = {}
        self._name = (
            content.name
            or content.url
            or tr("{kind} {number}", kind=words.kind_name(content.kind), number=number(index))
        )
        self.setAccessibleName(self._name)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S3, theme.S3, theme.S3, theme.S3)
        row.setSpacing(theme.S3)
        self.tile = ReportTile(content, index)
        row.addWidget(self.tile, 0, Qt.AlignmentFlag.AlignTop)
        if not content.kind.has_file:
            self.tile.set_no_preview(tr("no picture"))
        column = QVBoxLayout()
        column.setSpacing(theme.S2)
        row.addLayout(column, 1)
        column.addLayout(self._head(index))
        column.addWidget(self._marks())
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(theme.S2)
        column.addWidget(self._body)
        self._build(body)
        self.setFocusProxy(self.include)

    # building -----------------------------------------------------------------------

    def _head(self, index: int) -> QHBoxLayout:
        name = OneLine(self._name, "label")
        facts = joined(
            [
                words.kind_name(self.content.kind),
                size(self.content.size) if self.content.size is not None else "",
                words.messages(len(self.content.messages)) if self.content.kind is ContentKind.CHAT else "",
            ]
        )
        self.include = CheckBox(tr("Include"))
        self.include.setAccessibleName(tr("Include {name}", name=self._name))
        self.include.changed.connect(self._edited)
        top = QHBoxLayout()
        top.setSpacing(theme.S2)
        top.addWidget(label(number(index), "muted"))
        top.addWidget(name, 1)
        top.addWidget(label(facts, "muted"))
        top.addWidget(self.include)
        return top

    @property
    def _claims(self) -> bool:
        """Whether the report says if it was viewed: of a file, and of a conversation's transcript."""
        return self.content.kind.has_file or self.content.kind is ContentKind.CHAT

    def _marks(self) -> QWidget:
        holder = QWidget()
        self._viewed_badge = Badge("")
        self._reported = Badge("", "warn", "history")
        self._reported.hide()
        line = self._mark_line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.S2)
        if self._claims:
            line.addWidget(self._viewed_badge)
            self.lowered = CheckBox(tr("Do not claim that it was viewed"))
            self.lowered.changed.connect(self._edited)
            line.addWidget(self.lowered)
        else:
            self.lowered = CheckBox("")
        line.addWidget(self._reported)
        line.addStretch(1)
        return holder

    def _build(self, body: QVBoxLayout) -> None:
        self.relevance = Segmented(
            [(Relevance.REPORTED, tr("Reported")), (Relevance.SUPPLEMENTAL, tr("Supplemental"))],
            clearable=False,
        )
        self.classification = Segmented(
            [(value, value.value) for value in Classification],
            names=[words.classification_words(value) for value in Classification],
        )
        self.public = TriState()
        self.annotations = TagChips(words.file_annotations())
        self.note = GrowingText(rows=1)
        holder = QWidget()
        # Beside one another where there is room, so that no window is too narrow.
        answers = FlowLayout(theme.S3)
        holder.setLayout(answers)
        policy = holder.sizePolicy()
        policy.setHeightForWidth(True)
        holder.setSizePolicy(policy)
        answers.addWidget(self._field("relevance", tr("Relevance"), self.relevance))
        if self.content.kind.has_file:
            field = self._field("classification", tr("Classification"), self.classification)
            field.setToolTip(words.classification_help())
            answers.addWidget(field)
            answers.addWidget(self._field("public", tr("Publicly available"), self.public))
        body.addWidget(holder)
        self._add_suggestion(body)
        if self.content.kind.has_file:
            body.addWidget(self._field("annotations", tr("Annotations"), self.annotations))
            self._add_note(body)
        else:
            self._add_text(body)

    def _field(self, name: str, caption: str, editor: QWidget) -> FormField:
        field = FormField(caption, editor)
        editor.setAccessibleName(tr("{field} of {name}", field=caption, name=self._name))
        editor.changed.connect(partial(self._touched, field))  # type: ignore[attr-defined]
        self._fields[name] = field
        return field

    def _add_note(self, body: QVBoxLayout) -> None:
        # Most files need none: the field comes when it is asked for.
        self._note_field = self._field("note", tr("Note on this file"), self.note)
        self._note_field.hide()
        self._note_button = link(tr("Add a note"), "plus")
        self._note_button.clicked.connect(self._open_note)
        self._mark_line.addWidget(self._note_button)
        body.addWidget(self._note_field)

    def _open_note(self) -> None:
        self._note_button.hide()
        self._note_field.show()
        self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_suggestion(self, body: QVBoxLayout) -> None:
        suggested = self.content.suggested
        named = [suggested.classification.value] if suggested.classification else []
        named += [words.annotation_words(a) for a in suggested.annotations]
        self.accept = secondary(tr("Accept"))
        self._suggestion = QWidget()
        line = QHBoxLayout(self._suggestion)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.S2)
        line.addWidget(label(tr("Suggested by the platform: {list}", list=", ".join(named)), "muted"))
        self.accept.setAccessibleName(tr("Accept the suggestion for {name}", name=self._name))
        self.accept.clicked.connect(self.accept_suggestion)
        line.addWidget(self.accept)
        line.addStretch(1)
        if named:
            body.addWidget(self._suggestion)

    def _add_text(self, body: QVBoxLayout) -> None:
        if self.content.kind is ContentKind.CHAT:
            self._add_messages(body)
            return
        where = label(tr("It is sent as a part of the circumstances below."), "muted", wrap=True)
        body.addWidget(where)
        if self.content.kind is ContentKind.URL:
            return
        self._show_text = link(tr("Show the text"), "chevron-right")
        self._show_text.clicked.connect(partial(self._open_text, body))
        body.addWidget(self._show_text, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_messages(self, body: QVBoxLayout) -> None:
        """How much of the conversation is reported, and the way to choose."""
        told = tr("It stands in the circumstances, and goes along as a file: a transcript made from it.")
        body.addWidget(label(told, "muted", wrap=True))
        self._how_much = label("", "body", wrap=True)
        self.choose = secondary(tr("Choose messages…"))
        self.choose.setAccessibleName(tr("Choose the messages of {name}", name=self._name))
        self.choose.clicked.connect(self.choose_messages)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S3)
        row.addWidget(self._how_much, 1)
        row.addWidget(self.choose)
        body.addWidget(self._field("messages", tr("Messages"), Holding(line, self.choose)))

    def choose_messages(self) -> None:
        dialog = MessagesDialog(self.content, self._choice.messages, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._chose)
        dialog.open()

    def _chose(self, selection: Selection | None) -> None:
        self._choice = replace(self._choice, messages=selection)
        self._fields["messages"].touched = True
        self._edited()

    def _say_messages(self) -> None:
        total = len(self.content.messages)
        kept = len(numbers_of(self._choice.messages, total))
        self._how_much.setText(selection_words(kept, total))

    def _open_text(self, body: QVBoxLayout) -> None:
        self._show_text.hide()
        text = self.content.text or ""
        if len(text) > SHOWN_CHARACTERS:
            text = text[:SHOWN_CHARACTERS] + "…"
        body.addWidget(label(text, wrap=True, select=True))

    # what is shown ------------------------------------------------------------------

    def load(self, choice: FileChoice, viewed: Viewed | None, reported_in: int | None) -> None:
        self._choice, self._viewed = choice, viewed
        self.include.set_value(choice.include)
        self.relevance.set_value(choice.relevance)
        self.classification.set_value(choice.classification)
        self.public.set_value(choice.public)
        self.annotations.set_value({a.value for a in choice.annotations})
        self.lowered.set_value(choice.lowered)
        self.note.set_value(choice.note or "")
        if choice.note and self.content.kind.has_file:
            self._note_button.hide()
            self._note_field.show()
        self.set_reported(reported_in)
        self._show_state()

    def set_reported(self, filing: int | None) -> None:
        if filing is not None:
            self._reported.set(
                tr("reported already, filing {number}", number=number(filing)), "warn", "history"
            )
        self._reported.setVisible(filing is not None)

    def set_preview(self, image: QImage) -> None:
        self.tile.set_blurred(image)

    def set_length(self, seconds: float | None) -> None:
        """The length of a film or sound, once it is known."""
        self._length = seconds
        self._show_state()

    @property
    def wants_length(self) -> bool:
        partly = self._viewed is not None and 0 < self._viewed.share < 1
        return self.content.kind in (ContentKind.VIDEO, ContentKind.AUDIO) and partly

    def _show_state(self) -> None:
        choice = self._choice
        viewed = self._viewed is not None and self._viewed.viewed
        said, state = words.viewed_words(self.content, self._viewed, choice.lowered, self._length)
        self._viewed_badge.set(said, state, "eye" if state == "ok" else "eye-off")
        self.lowered.setVisible(self._claims and viewed)
        self.lowered.setEnabled(viewed)
        if self.content.kind is ContentKind.CHAT:
            self._say_messages()
        self._body.setVisible(choice.include or self._batched)
        self._suggestion.setVisible(self._open_suggestion() and not self._batched)

    def set_batched(self, on: bool) -> None:
        """In a batched report only what its one file may say is shown; the marks come with the batch."""
        if on is self._batched:
            return
        self._batched = on
        for part in (self.include, self._fields["relevance"], self._fields.get("annotations")):
            if part is not None:
                part.setVisible(not on)
        if self.content.kind.has_file:
            noted = bool(self._choice.note)
            self._note_button.setVisible(not on and not noted)
            self._note_field.setVisible(not on and noted)
        self._show_state()

    def _open_suggestion(self) -> bool:
        """Whether something suggested is not yet accepted."""
        suggested, choice = self.content.suggested, self._choice
        other = suggested.classification is not None and suggested.classification != choice.classification
        return other or not set(suggested.annotations) <= choice.annotations

    # what a person does -------------------------------------------------------------

    def accept_suggestion(self) -> None:
        """Take over what the platform suggested: a person said so."""
        suggested = self.content.suggested
        if suggested.classification is not None:
            self.classification.set_value(suggested.classification)
        if suggested.annotations:
            self.annotations.set_value(self.annotations.value() | {a.value for a in suggested.annotations})
        self.include.setFocus(Qt.FocusReason.OtherFocusReason)
        self._edited()

    def _touched(self, field: FormField) -> None:
        field.touched = True
        self._edited()

    def _edited(self) -> None:
        note = self.note.value() or None
        kept = self._choice.note
        self._choice = replace(
            self._choice,
            include=self.include.value(),
            relevance=self.relevance.value() or self._choice.relevance,
            classification=self.classification.value(),
            annotations=frozenset(FileAnnotation(value) for value in self.annotations.value()),
            public=self.public.value(),
            lowered=self.lowered.value(),
            note=kept if note == (kept or "").strip() else note,
        )
        self._show_state()
        self.changed.emit(self._choice)

    @property
    def choice(self) -> FileChoice:
        return self._choice

    # places -------------------------------------------------------------------------

    def fields(self) -> Iterator[FormField]:
        yield from self._fields.values()

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:
        field = self._fields.get(tokens[0][0]) if tokens else None
        if field is None:
            found = self._fields["relevance"]
            return Spot(found, self.include)
        if reveal and tokens[0][0] == "note" and self.content.kind.has_file:
            self._open_note()
        return Spot(field, field.editor)
