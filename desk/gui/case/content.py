"""The right column: the case's files as blurred tiles, identical ones stacked, and the file in focus."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from desk.domain.case import Claim
from desk.domain.content import Content, ContentKind
from desk.domain.preview import Metadata, NoPreview
from desk.domain.viewing import Viewed
from desk.gui import theme, words
from desk.gui.case import phrases
from desk.gui.case.appearance import Appearance
from desk.gui.case.details import FileDetails, legend
from desk.gui.case.grid import CaseGrid
from desk.gui.case.hint import Hint
from desk.gui.case.insight import Insight
from desk.gui.case.lengthwise import Lengthwise
from desk.gui.case.look import Shown
from desk.gui.case.looking import PLAYED, Looking, is_film, moves
from desk.gui.case.marker import Marker
from desk.gui.case.marks import Marks
from desk.gui.case.near import NearFinder
from desk.gui.case.parts import row
from desk.gui.case.recorder import Recorder
from desk.gui.case.shelf import Shelf
from desk.gui.case.stacks import Stack
from desk.gui.session import Session
from desk.gui.widgets.buttons import IconButton
from desk.gui.widgets.common import hairline, label
from desk.gui.widgets.panels import EmptyState, KeyLegend, Panel, Scroll, SplitView
from desk.gui.words import tr
from desk.services.review import CaseView


class ContentPanel(Panel):
    """``refused`` carries a DeskError a person has to know of (such as a lost claim)."""

    refused = Signal(object)
    care_asked = Signal()

    def __init__(self, session: Session, marks: Marks, recorder: Recorder) -> None:
        super().__init__()
        self._session, self.marks, self._recorder = session, marks, recorder
        self._view: CaseView | None = None
        self._can_mark = self._can_look = False
        self._how = ""
        self._lock = self._passing = ""
        self.appearance = Appearance(self)
        self.appearance.changed.connect(self._appearance_changed)
        self.grid = CaseGrid(self.appearance.side)
        self.details = FileDetails()
        self.shelf = Shelf(session, marks, self.grid, self)
        self.loader = self.shelf.loader
        self.near = NearFinder(session, self)
        self.near.found.connect(self._near_found)
        self.insight = Insight(session, self)
        self._title = label("", "section")
        self.hint = Hint()
        self._legend = KeyLegend(legend())
        self._legend.setFixedHeight(20)
        self._none = EmptyState("file", tr("No files"), tr("This case holds text and facts only."))
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(theme.S4, theme.S4, theme.S4, theme.S2)
        column.setSpacing(6)
        first = row(self._title, gap=6)
        first.addSpacing(theme.S3)
        first.addStretch(1)
        first.addWidget(self.hint.icon)
        first.addWidget(self.hint.words, 0)
        self.appear = IconButton("settings", tr("Size of the tiles, blur, rest"), side=24)
        menu = QMenu(self.appear)
        self.appearance.fill(menu)
        menu.addSeparator()
        menu.addAction(tr("Rest, and what you look at…"), self.care_asked.emit)
        self.appear.setMenu(menu)
        first.addWidget(self.appear)
        column.addLayout(first)
        column.addWidget(self._legend)
        tiles = Scroll(margin=0, gap=0)
        tiles.body.setContentsMargins(theme.S4, theme.S2, theme.S4, theme.S2)
        tiles.add(self.grid)
        tiles.end()
        self._tiles_scroll = tiles
        lower = Scroll(margin=0)
        lower.body.setContentsMargins(theme.S4, theme.S2, theme.S4, theme.S3)
        lower.add(self.details)
        self._details_scroll = lower
        self.split = SplitView(tiles, lower, shares=(5, 6), vertical=True)
        self.split.setStretchFactor(0, 0)  # lines that come above take their room below, not from a tile
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.add(top, hairline(), self._none, self.split)
        self.setAccessibleName(tr("Content"))

        self.looking = Looking(session, self, self.grid, self.details, self.insight, self._to_look_at)
        self.looking.said.connect(self._passing_words)
        self.looking.shown.connect(self._record)
        self.looking.refused.connect(self.refused)
        self.looking.zoom_changed.connect(self._say_hint)
        self.lengthwise = Lengthwise(self.details, self.insight, self.looking, lambda: self.content)
        self.sheet, self.looker, self.player = self.looking.sheet, self.looking.looker, self.looking.player
        self.grid.current_changed.connect(self._current_changed)
        self.loader.found.connect(self._preview_found)
        self.insight.facts_found.connect(self._facts_found)
        self.insight.metadata.connect(self._metadata_found)
        marks.changed.connect(self._show_marks)
        details = self.details
        self.marker = Marker(marks, details, self._at_hand)
        details.stepped.connect(self.step_copy)
        details.metadata_asked.connect(self._metadata)

    # --- what is shown ---------------------------------------------------

    def show_case(self, view: CaseView) -> None:
        """Build the grid for a case, or only bring it up to date where its content is the same."""
        same = (
            self._view is not None
            and self._view.case.number == view.case.number
            and self._view.case.revision == view.case.revision
            and (self._view.closed, self._view.erased) == (view.closed, view.erased)
        )
        self._view = view
        if not same:
            self._build(view)
            # New tiles are built with what is known of them.
        else:
            self.shelf.set_view(view)
        self.near.ask(view.case.number)
        self._show_details()
        self._show_marks()

    def _build(self, view: CaseView) -> None:
        self.blank()
        self.insight.begin(view.case.number)
        stacks = self.shelf.build(view, self.appearance.side)
        files = sum(len(stack.ids) for stack in stacks)
        identical = sum(len(stack.ids) for stack in stacks if len(stack.ids) > 1)
        count = phrases.content_title(files, identical) if files else ""
        self._title.setText(words.joined([tr("Content"), count]))
        self.split.setVisible(bool(stacks))
        self._none.setVisible(not stacks)
        plays = any(view.case.data.piece(stack.id).kind in PLAYED for stack in stacks)
        self._legend.set_pairs(legend(plays=plays))
        self._legend.setVisible(bool(stacks))
        self._tiles_scroll.verticalScrollBar().setValue(0)
        self._share_room(len(stacks))
        self._say_hint()

    def _appearance_changed(self) -> None:
        """The tiles anew, in another size or with more blur; the file in focus stays the one."""
        view, current = self._view, self.grid.current
        self.loader.strength = self.appearance.strength
        self.grid.set_side(self.appearance.side)
        if view is None:
            return
        self._build(view)
        if current in self.grid.ids():
            self.grid.set_current(current)
        # The tile that had the focus is gone; the menu would give it back to nobody.
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _share_room(self, tiles: int) -> None:
        """One row of tiles needs less room than many; the file's own lines get the rest."""
        side = self.appearance.side
        lines = 1 if tiles * (side + theme.S2) <= self.width() - 2 * theme.S4 else 2
        wanted = side + 2 * theme.S2 + 2 if lines == 1 else round(1.6 * side)
        self.split.setSizes([wanted, max(160, self.split.height() - wanted)])

    def forget(self) -> None:
        """Let the case go: nothing of it stays, not even blurred."""
        self.blank()
        self.shelf.forget()
        self._view = None
        self.near.ask(0)
        self.insight.begin(0)
        self.details.close_metadata()
        self._details_scroll.verticalScrollBar().setValue(0)
        self.details.place.clear()
        self.details.player.forget()
        self.looking.forget()

    def set_state(
        self, *, can_mark: bool, can_look: bool, lock: str, hold_seconds: float, how: str = ""
    ) -> None:
        """Whether files can be looked at and marked, and what stands against it."""
        self._can_mark, self._can_look, self._lock = can_mark, can_look, lock
        self._how = how
        self.looking.set_hold(hold_seconds)
        if not can_look or lock:
            self.blank()
        self._say_hint()
        self._show_marks()

    def _passing_words(self, text: str) -> None:
        self._passing = text
        self._say_hint()

    def _say_hint(self) -> None:
        content = self.content
        film = content is not None and is_film(content, self.insight.facts_of(content.id))
        self.hint.say(
            passing=self._passing,
            lock=self._lock,
            kind=content.kind if content is not None else None,
            film=film,
            files=self.has_files,
            can_look=self._can_look,
            how=self._how,
            zooming=self.looker.zooming,
        )

    # --- the file in focus -------------------------------------------------

    @property
    def has_files(self) -> bool:
        return bool(self.shelf.stacks)

    @property
    def stack(self) -> Stack | None:
        return self.shelf.stacks.get(self.grid.current)

    @property
    def content(self) -> Content | None:
        """The file that keys and details are about."""
        stack = self.stack
        return self._view.case.data.piece(stack.current) if stack and self._view else None

    def _current_changed(self, _id: str) -> None:
        self.looking.turn_away()
        self.shelf.set_current(self.grid.current)
        current = self.grid.tile(self.grid.current)
        self._tiles_scroll.ensureWidgetVisible(current, 8, 8)
        self._turn_to()

    def _turn_to(self) -> None:
        """Another file: its facts and stills are asked for, its metadata stays shut."""
        self.details.close_metadata()
        self._details_scroll.verticalScrollBar().setValue(0)
        self.details.place.clear()
        self.details.player.forget()
        content, view = self.content, self._view
        if content is None or view is None:
            return
        self._say_hint()
        self._show_details()
        self._show_marks()
        self.details.show_about(content)
        self.lengthwise.show(content)
        self.insight.ask_facts(content.id)
        if content.kind is ContentKind.VIDEO:
            self.insight.ask_stills(content.id)
            self.insight.ask_keys(content.id)
        elif content.kind is ContentKind.AUDIO:
            self.insight.ask_peaks(content.id)

    def _is_at_hand(self, key: str) -> bool:
        content = self.content
        return content is not None and content.id == key

    def _facts_found(self, key: str) -> None:
        content = self.content
        if content is not None and content.id == key:
            self._show_details()
            self.lengthwise.show(content)
            if moves(content, self.insight.facts_of(key)):
                self.insight.ask_stills(key)
                self._say_hint()

    def _preview_found(self, key: str) -> None:
        if key == self.grid.current:
            self._show_details()

    def _show_details(self) -> None:
        content, stack, view = self.content, self.stack, self._view
        if content is None or stack is None or view is None:
            return
        seen: Viewed | None = view.viewed.get(content.id)
        facts = self.insight.facts_of(content.id)
        self.details.show_file(content, copy=stack.at, copies=len(stack.ids), seen=seen, facts=facts)
        self.details.show_notes(content, view.elsewhere.get(content.id, ()), view.reported_in.get(content.id))
        self.lengthwise.show_played(content, view.played)
        self.details.near.show_near(self.near.near.get(content.id, ()), view.case.number)
        closed = view.closed.get(content.id)
        self.details.show_plain(self.loader.plain.get(stack.id), content, view.erased, closed)

    def _near_found(self) -> None:
        self.shelf.set_near(self.near.counts())
        self._show_details()

    def step_copy(self, by: int) -> None:
        """Another of the identical files: each has to be looked at for itself."""
        stack = self.stack
        if stack is None or len(stack.ids) < 2:
            return
        at = max(0, min(len(stack.ids) - 1, stack.at + by))
        if at != stack.at:
            self.blank()
            self.shelf.stacks[stack.id] = replace(stack, at=at)
            self._turn_to()

    # --- looking -----------------------------------------------------------

    def blank(self) -> None:
        """Everything blurred and silent, now."""
        self.looking.blank()

    def _to_look_at(self) -> tuple[Content, Claim] | None:
        """The file that a hold is about, while it may be looked at."""
        claim, content, view = self._session.claim, self.content, self._view
        if claim is None or content is None or view is None or claim.case_id != view.case.number:
            return None
        return (content, claim) if self._can_look and not self._lock else None

    def _record(self, shown: Shown) -> None:
        if self._view is not None:
            self._recorder.display(self._view.case.number, shown)

    def _metadata(self, wanted: bool) -> None:
        content, view = self.content, self._view
        if not wanted or content is None or view is None:
            return
        if not self._can_look:
            self.details.show_metadata(tr("Opened by whoever works on the case."))
            return
        self.details.show_metadata(tr("Opening…"))
        self.insight.ask_metadata(content.id)

    def _metadata_found(self, key: str, found: Metadata | NoPreview | str) -> None:
        if self._is_at_hand(key) and self.details.metadata.is_open():
            self.details.show_metadata(found)
            # It stands last, often below the edge: what was asked for is brought into sight.
            QTimer.singleShot(0, self, self._to_metadata)

    def _to_metadata(self) -> None:
        # The lines that just came have their place only when the layouts were told of them.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self._details_scroll.ensureWidgetVisible(self.details.metadata, 0, theme.S3)

    # --- marking -------------------------------------------------------------

    def _at_hand(self) -> tuple[Stack, Content] | None:
        stack, content = self.stack, self.content
        return (stack, content) if stack is not None and content is not None and self._can_mark else None

    def undo(self) -> None:
        touched = self.marks.undo()
        for key, stack in self.shelf.stacks.items():
            if touched and touched[0] in stack.ids and key in self.grid.ids():
                self.grid.set_current(key)

    def toggle_metadata(self) -> None:
        if self.stack is not None:
            self.details.metadata.set_open(not self.details.metadata.is_open())

    def _show_marks(self) -> None:
        content, view = self.content, self._view
        if view is None:
            return
        self.shelf.show_marks()
        if content is not None:
            self.details.show_marks(content, self.marks.choice(content.id), can_mark=self._can_mark)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Hide, QEvent.Type.WindowDeactivate):
            self.blank()
        return super().event(event)
