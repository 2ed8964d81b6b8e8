"""The incident's type, proposed and never preselected, and what else describes the whole report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desk.domain.draft import Draft
from desk.domain.incident import TYPE_HELP, IncidentType, ReportAnnotation
from desk.gui import theme
from desk.gui.report import words
from desk.gui.report.form import FieldWords, FormField, Spot
from desk.gui.report.paths import Token
from desk.gui.widgets.buttons import link, secondary
from desk.gui.widgets.chips import TagChips
from desk.gui.widgets.common import focus_ring, label, set_role
from desk.gui.widgets.panels import Panel
from desk.gui.words import tr
from desk.services.drafting import DraftView


class TypeRow(QFrame):
    """One type: a dot, its name, and whether the policy proposes it."""

    chosen = Signal(object)
    looked_at = Signal(object)

    def __init__(self, value: IncidentType) -> None:
        super().__init__()
        self.value = value
        self._on = False
        self.setObjectName("card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._hint = label("", "muted", wrap=True)
        self._hint.hide()
        column = QVBoxLayout(self)
        # The room at the left is for the dot that paintEvent draws.
        column.setContentsMargins(34, 7, theme.S2, 7)
        column.setSpacing(1)
        column.addWidget(label(tr(value.value), "label", wrap=True))
        column.addWidget(self._hint)
        self._name("")

    def _name(self, hint: str) -> None:
        state = tr("chosen") if self._on else tr("not chosen")
        self.setAccessibleName(", ".join(part for part in (tr(self.value.value), state, hint) if part))
        help_ = TYPE_HELP[self.value]
        self.setAccessibleDescription(
            tr("Use it for: {use} Not for: {other}", use=help_.use, other=help_.not_for)
        )

    def is_chosen(self) -> bool:
        return self._on

    def set_chosen(self, on: bool) -> None:
        self._on = on
        set_role(self, "chosen", "true" if on else "false")
        self._name(self._hint.text())
        self.update()

    def set_hint(self, hint: str) -> None:
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._name(hint)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.looked_at.emit(self.value)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.looked_at.emit(self.value)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control:
            if not event.isAutoRepeat():
                self.chosen.emit(self.value)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(18.5, 16.5)
        painter.setPen(QPen(theme.colour("accent" if self._on else "edge"), 1.5))
        painter.setBrush(theme.colour("surface"))
        painter.drawEllipse(centre, 7, 7)
        if self._on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(centre, 4, 4)
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))
        painter.end()


class TypeHelp(QWidget):
    """When to use the type in focus, when not, and what looks alike."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.S1, 0, 0)
        column.setSpacing(theme.S1)
        self._title = label("", "label", wrap=True)
        column.addWidget(self._title)
        self._parts: list[tuple[QLabel, QLabel]] = []
        for caption in (tr("Use it for"), tr("Not for"), tr("Looks alike")):
            head, text = label(caption, "muted"), label("", wrap=True)
            head.setContentsMargins(0, theme.S1, 0, 0)
            column.addWidget(head)
            column.addWidget(text)
            self._parts.append((head, text))
        column.addStretch(1)
        self.show_type(None)

    def show_type(self, value: IncidentType | None) -> None:
        for part in self._parts:
            for shown in part:
                shown.setVisible(value is not None)
        if value is None:
            self._title.setText(tr("Choose what fits best; nothing is chosen for you."))
            return
        found = TYPE_HELP[value]
        self._title.setText(tr(value.value))
        for (_, text), said in zip(self._parts, (found.use, found.not_for, found.look_alike), strict=True):
            text.setText(tr(said))


class TypeList(QWidget):
    """The eight types. Up and Down move, Space chooses; the help follows focus and pointer."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows = [TypeRow(value) for value in IncidentType]
        self._help = TypeHelp()
        left = QVBoxLayout()
        left.setSpacing(theme.S1)
        for row in self.rows:
            row.chosen.connect(self._choose)
            row.looked_at.connect(self._help.show_type)
            left.addWidget(row)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.S4)
        box.addLayout(left, 11)
        box.addWidget(self._help, 10)
        self._help.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setFocusProxy(self.rows[0])

    def value(self) -> IncidentType | None:
        return next((row.value for row in self.rows if row.is_chosen()), None)

    def set_value(self, value: IncidentType | None) -> None:
        for row in self.rows:
            row.set_chosen(row.value is value)
        if value is not None:
            self._help.show_type(value)
            self.setFocusProxy(self.rows[list(IncidentType).index(value)])

    def set_proposal(self, value: IncidentType | None, policy: str) -> None:
        for row in self.rows:
            row.set_hint(tr("proposed by policy {policy}", policy=policy) if row.value is value else "")
        if self.value() is None:
            self._help.show_type(value)
            # The keys begin there, or the first row would put its own words in the place of the proposal's.
            first = 0 if value is None else list(IncidentType).index(value)
            self.setFocusProxy(self.rows[first])

    def _choose(self, value: IncidentType) -> None:
        if self.value() is not value:
            self.set_value(value)
            self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        focus = next((n for n, row in enumerate(self.rows) if row.hasFocus()), None)
        if step is None or focus is None:
            super().keyPressEvent(event)
            return
        self.rows[(focus + step) % len(self.rows)].setFocus(Qt.FocusReason.TabFocusReason)


class IncidentSection(Panel):
    """``guide_wanted``: a person is not sure and asks for the questions."""

    changed = Signal()
    guide_wanted = Signal()

    def __init__(self, field_words: FieldWords) -> None:
        super().__init__(tr("Incident"))
        self._said = label("", wrap=True)
        self.use = secondary(tr("Use the proposal"), key="Alt+P")
        self.use.clicked.connect(self.use_proposal)
        self.guide = link(tr("Not sure? Is this reportable…"), "circle-question-mark")
        self.guide.setToolTip(tr("A few questions lead to a proposal  (Alt+G)"))
        self.guide.clicked.connect(self.guide_wanted)
        self._proposal_row = QWidget()
        row = QHBoxLayout(self._proposal_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._said, 1)
        row.addWidget(self.use, 0, Qt.AlignmentFlag.AlignTop)
        self.types = TypeList()
        info = field_words("incident_type")
        self.type_field = FormField(info.label if info else tr("Incident type"), self.types)
        self.annotations = TagChips(words.report_annotations())
        self.annotation_field = FormField(
            tr("Annotations of the whole report"),
            self.annotations,
            tr("Mark what applies. They help to sort the report where it arrives."),
        )
        for field, editor in ((self.type_field, self.types), (self.annotation_field, self.annotations)):
            editor.changed.connect(partial(self._edited, field))
        asking = QHBoxLayout()
        asking.addWidget(self.guide)
        asking.addStretch(1)
        self.add(self._proposal_row, self.type_field, asking, self.annotation_field)
        self._proposal: IncidentType | None = None

    def _edited(self, field: FormField) -> None:
        field.touched = True
        self._show_use()
        self.changed.emit()

    def load(self, draft: Draft, view: DraftView) -> None:
        self._proposal = view.proposal
        policy = view.proposal_policy or ""
        self._proposal_row.setVisible(self._proposal is not None)
        if self._proposal is not None:
            self._said.setText(
                tr("The policy {policy} proposes: {type}", policy=policy, type=self._proposal.value)
            )
        self.types.set_value(draft.incident_type)
        self.types.set_proposal(self._proposal, policy)
        self.annotations.set_value({a.value for a in draft.annotations})
        self._show_use()

    def _show_use(self) -> None:
        self.use.setEnabled(self.can_use())

    def can_use(self) -> bool:
        return self._proposal is not None and self.types.value() is not self._proposal

    def use_proposal(self) -> None:
        """Take the policy's proposal, because a person said so."""
        if self.can_use():
            self.types.set_value(self._proposal)
            self._edited(self.type_field)

    def take(self, value: IncidentType, annotations: Iterable[ReportAnnotation] = ()) -> None:
        """What a person took from the guide, on purpose: shown as chosen, with the marks that go with it."""
        self.types.set_value(value)
        self.annotations.set_value({*self.annotations.value(), *(mark.value for mark in annotations)})
        self._edited(self.type_field)

    def apply(self, draft: Draft) -> Draft:
        return replace(
            draft,
            incident_type=self.types.value(),
            annotations=frozenset(ReportAnnotation(value) for value in self.annotations.value()),
        )

    def fields(self) -> Iterator[FormField]:
        yield from (self.type_field, self.annotation_field)

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:  # noqa: ARG002
        if tokens and tokens[0][0] == "annotations":
            return Spot(self.annotation_field, self.annotations)
        return Spot(self.type_field, self.types)
