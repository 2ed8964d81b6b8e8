"""The files of the report and its other content; cards are made as one scrolls down to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.draft import Draft, FileChoice
from desk.gui import theme
from desk.gui.report.filecard import FileCard
from desk.gui.report.form import FormField, Spot
from desk.gui.report.paths import Token
from desk.gui.report.previews import Previews
from desk.gui.report.words import classification_help
from desk.gui.session import Session
from desk.gui.widgets.buttons import link
from desk.gui.widgets.common import label
from desk.gui.widgets.panels import Panel
from desk.gui.words import number, plural, tr
from desk.services.drafting import DraftView

AT_FIRST = 20
AT_A_TIME = 20


class FilesSection(Panel):
    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Files"))
        self._previews = Previews(session, self)
        self._cards: dict[str, FileCard] = {}
        self._changes: dict[str, FileChoice] = {}
        self._draft: Draft | None = None
        self._view: DraftView | None = None
        self._reported: dict[str, int] = {}
        self._number: tuple[int, int] | None = None
        self._none = label(tr("This case came without content."), "muted")
        self._help = label(
            tr(
                "Classification: {words}. Whether a file was viewed follows from what was shown on the "
                "screen; it can be lowered here, never raised.",
                words=classification_help(),
            ),
            "muted",
            wrap=True,
        )
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.S2)
        self.more = link("", "chevron-down")
        self.more.clicked.connect(self.show_more)
        self.add(self._none, self._help, self._holder)
        self.body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    # loading --------------------------------------------------------------------------

    def load(self, draft: Draft, view: DraftView) -> None:
        self._draft, self._view = draft, view
        self._changes.clear()
        key = (draft.case_number, draft.revision)
        if key != self._number:
            self._number = key
            self._reported = {}
            self._clear()
            self._previews.start(draft.case_number)
            self._make(AT_FIRST)
        for content_id, card in self._cards.items():
            self._fill(content_id, card)
        count = len(draft.files)
        self.set_title(tr("Files"), plural(count, "{n} piece of content", "{n} pieces of content"))
        self._none.setVisible(count == 0)
        self._help.setVisible(count > 0)

    def _clear(self) -> None:
        for card in self._cards.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards.clear()

    def _make(self, count: int) -> None:
        """Make the next ``count`` cards."""
        draft, view = self._draft, self._view
        if draft is None or view is None:
            return
        pieces = {content.id: content for content in view.case.data.content}
        todo = [choice.content_id for choice in draft.files if choice.content_id in pieces]
        start = len(self._cards)
        for index, content_id in enumerate(todo[start : start + count], start + 1):
            card = FileCard(pieces[content_id], index)
            card.changed.connect(partial(self._edited, content_id))
            self._cards[content_id] = card
            self._fill(content_id, card)
            self._column.addWidget(card)
        left = len(todo) - len(self._cards)
        self.more.setVisible(left > 0)
        self.more.setText(
            tr("Show {next} more of {left}", next=number(min(AT_A_TIME, left)), left=number(left))
        )

    def _fill(self, content_id: str, card: FileCard) -> None:
        draft, view = self._draft, self._view
        if draft is None or view is None:
            return
        choice = self._changes.get(content_id) or draft.choice(content_id)
        card.load(choice, view.viewed.get(content_id), self._reported.get(content_id))

    def set_reported(self, reported: dict[str, int]) -> None:
        """By content id, the filing that has it already."""
        self._reported = reported
        for content_id, card in self._cards.items():
            card.set_reported(reported.get(content_id))

    def show_more(self) -> None:
        had = self.more.hasFocus()
        before = len(self._cards)
        self._make(AT_A_TIME)
        if had and len(self._cards) > before:
            list(self._cards.values())[before].include.setFocus(Qt.FocusReason.TabFocusReason)

    def load_visible(self, view: QWidget) -> None:
        """Ask for the previews of the cards that are in ``view``; make more where its end is near."""
        if not self.isVisible():
            return
        if self.more.isVisible() and not self.more.visibleRegion().isEmpty() and not self.more.hasFocus():
            self._make(AT_A_TIME)
        height = view.height()
        seen = []
        for card in self._cards.values():
            top = card.mapTo(view, card.rect().topLeft()).y()
            if -card.height() - height < top < 2 * height:
                seen.append(card)
        self._previews.want(seen)

    # values ---------------------------------------------------------------------------

    def _edited(self, content_id: str, choice: FileChoice) -> None:
        self._changes[content_id] = choice
        self.changed.emit()

    def apply(self, draft: Draft) -> Draft:
        for choice in self._changes.values():
            draft = draft.with_choice(choice)
        self._changes.clear()
        self._draft = draft
        return draft

    # places ---------------------------------------------------------------------------

    def cards(self) -> list[FileCard]:
        return list(self._cards.values())

    def fields(self) -> Iterator[FormField]:
        for card in self._cards.values():
            yield from card.fields()

    def locate(self, tokens: Sequence[Token], *, reveal: bool = False) -> Spot | None:
        content_id = tokens[0][1] if tokens else None
        if content_id is None or self._draft is None:
            first = next(iter(self._cards.values()), None)
            return Spot(None, first.include) if first is not None else Spot(None, self)
        if reveal:
            known = {choice.content_id for choice in self._draft.files}
            while content_id in known and content_id not in self._cards and self.more.isVisibleTo(self):
                self._make(AT_A_TIME)
        card = self._cards.get(content_id)
        if card is None:
            return None
        return card.locate(tokens[1:], reveal=reveal)
