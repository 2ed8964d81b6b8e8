"""The files of the report and its other content; many come in pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk.domain.content import Content
from desk.domain.draft import Draft, FileChoice
from desk.gui import theme
from desk.gui.report.filecard import FileCard
from desk.gui.report.form import FormField, Spot
from desk.gui.report.paths import Token
from desk.gui.report.previews import Previews
from desk.gui.report.words import classification_help
from desk.gui.session import Session
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.common import label
from desk.gui.widgets.panels import Panel
from desk.gui.words import number, plural, tr
from desk.services.drafting import DraftView

ALL_UP_TO = 16
"""So many are shown in one go; of more there are pages, so that no case is too large for the screen."""
PAGE = 12


class FilesSection(Panel):
    changed = Signal()
    turned = Signal()
    """Another page of cards is shown."""

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Files"))
        self._previews = Previews(session, self)
        self._cards: dict[str, FileCard] = {}
        self._changes: dict[str, FileChoice] = {}
        self._draft: Draft | None = None
        self._view: DraftView | None = None
        self._reported: dict[str, int] = {}
        self._number: tuple[int, int] | None = None
        self._start = 0
        self._ids: list[str] = []
        self._pieces: dict[str, Content] = {}
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
        self.earlier = secondary(tr("Earlier"), "chevron-left")
        self.later = secondary(tr("Later"), "chevron-right")
        self._where = label("", "muted")
        self._pages = QWidget()
        pages = QHBoxLayout(self._pages)
        pages.setContentsMargins(0, 0, 0, 0)
        pages.setSpacing(theme.S2)
        for part in (self.earlier, self._where, self.later):
            pages.addWidget(part)
        pages.addStretch(1)
        self.earlier.clicked.connect(partial(self._turn, -PAGE))
        self.later.clicked.connect(partial(self._turn, PAGE))
        self.add(self._none, self._help, self._holder, self._pages)

    # loading --------------------------------------------------------------------------

    def load(self, draft: Draft, view: DraftView) -> None:
        self._draft, self._view = draft, view
        self._changes.clear()
        key = (draft.case_number, draft.revision)
        if key != self._number:
            self._number = key
            self._reported = {}
            self._pieces = {content.id: content for content in view.case.data.content}
            self._ids = [choice.content_id for choice in draft.files if choice.content_id in self._pieces]
            self._previews.start(draft.case_number)
            self._show(0)
        for content_id, card in self._cards.items():
            self._fill(content_id, card)
        batch = draft.batch.content_id if draft.batch is not None else None
        if batch is not None:
            self.turn_to(batch)
        for content_id, card in self._cards.items():
            card.setVisible(batch in (None, content_id))
            card.set_batched(batch == content_id)
        self._pages.setVisible(batch is None and len(self._ids) > ALL_UP_TO)
        count = len(draft.files) if batch is None else 1
        self.set_title(tr("Files"), plural(count, "{n} piece of content", "{n} pieces of content"))
        self._none.setVisible(count == 0)
        self._help.setVisible(count > 0)

    def _show(self, start: int) -> None:
        """Show the page that begins with this index."""
        for card in self._cards.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards.clear()
        self._previews.drop()
        total = len(self._ids)
        count = total if total <= ALL_UP_TO else PAGE
        self._start = max(0, min(start, total - 1)) if total else 0
        for index, content_id in enumerate(self._ids[self._start : self._start + count], self._start + 1):
            card = FileCard(self._pieces[content_id], index)
            card.changed.connect(partial(self._edited, content_id))
            self._cards[content_id] = card
            self._fill(content_id, card)
            self._column.addWidget(card)
        end = self._start + len(self._cards)
        self._pages.setVisible(total > ALL_UP_TO)
        self._where.setText(
            tr(
                "{first} to {last} of {all}",
                first=number(self._start + 1),
                last=number(end),
                all=number(total),
            )
        )
        self.earlier.setEnabled(self._start > 0)
        self.later.setEnabled(end < total)

    def _turn(self, step: int, _checked: bool = False) -> None:
        """The page before or after, with the focus on its first card."""
        self._show(self._start + step)
        first = next(iter(self._cards.values()), None)
        if first is not None:
            first.include.setFocus(Qt.FocusReason.TabFocusReason)
        self.turned.emit()

    def turn_to(self, content_id: str) -> None:
        """Show the page that this content is on."""
        if content_id in self._ids and content_id not in self._cards:
            self._show(self._ids.index(content_id) // PAGE * PAGE)
            self.turned.emit()

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

    def load_visible(self, view: QWidget) -> None:
        """Ask for the previews of the cards that are in ``view``."""
        if not self.isVisible():
            return
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

    @property
    def pieces(self) -> Mapping[str, Content]:
        """All content of the case, by its id."""
        return self._pieces

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
            self.turn_to(content_id)
        card = self._cards.get(content_id)
        if card is None:
            return None
        return card.locate(tokens[1:], reveal=reveal)
