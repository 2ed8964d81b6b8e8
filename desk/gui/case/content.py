"""The right column: the case's files as blurred tiles, identical ones stacked, and the file in focus."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from desk.domain.content import Content, ContentKind
from desk.domain.preview import Blurred, Metadata, NoPreview
from desk.domain.viewing import Viewed
from desk.gui import icons, theme, words
from desk.gui.case import phrases
from desk.gui.case.appearance import Appearance
from desk.gui.case.details import FileDetails, legend
from desk.gui.case.grid import CaseGrid
from desk.gui.case.insight import Insight
from desk.gui.case.look import Looker, Shown, Target
from desk.gui.case.marker import Marker
from desk.gui.case.marks import Marks
from desk.gui.case.parts import row
from desk.gui.case.player import Player
from desk.gui.case.previews import PreviewLoader
from desk.gui.case.recorder import Recorder
from desk.gui.case.sheet import LookSheet
from desk.gui.case.stacks import Stack, stacks_of
from desk.gui.case.tile import CaseTile
from desk.gui.pictures import image_of
from desk.gui.session import Session
from desk.gui.widgets.buttons import IconButton
from desk.gui.widgets.common import hairline, label, set_role
from desk.gui.widgets.panels import EmptyState, KeyLegend, Panel, Scroll, SplitView
from desk.gui.words import tr
from desk.services.review import CaseView

PLAYED = (ContentKind.VIDEO, ContentKind.AUDIO)
AT_ONCE = 8
"""Tiles built in one go."""


class ContentPanel(Panel):
    """``refused`` carries a DeskError a person has to know of (such as a lost claim)."""

    refused = Signal(object)

    def __init__(self, session: Session, marks: Marks, recorder: Recorder) -> None:
        super().__init__()
        self._session, self.marks, self._recorder = session, marks, recorder
        self._view: CaseView | None = None
        self._stacks: dict[str, Stack] = {}
        self._unbuilt: list[Stack] = []
        self._can_mark, self._lock, self._passing = False, "", ""
        self.appearance = Appearance(self)
        self.appearance.changed.connect(self._appearance_changed)
        self.grid = CaseGrid(self.appearance.side)
        self.details = FileDetails()
        self.loader = PreviewLoader(session, self)
        self.insight = Insight(session, self)
        self._title = label("", "section")
        self._hint = label("", "muted")
        self._hint_icon = icons.IconLabel("eye-off", 14, "muted")
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
        first.addWidget(self._hint_icon)
        first.addWidget(self._hint, 0)
        self.appear = IconButton("settings", tr("Size of the tiles, and blur"), side=24)
        menu = QMenu(self.appear)
        self.appearance.fill(menu)
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
        self.split = SplitView(tiles, lower, shares=(5, 6), vertical=True)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.add(top, hairline(), self._none, self.split)
        self.setAccessibleName(tr("Content"))

        self.sheet = LookSheet(self)
        self.looker = Looker(session, self.sheet, self)
        self.looker.said.connect(self._passing_words)
        self.looker.shown.connect(self._record)
        self.looker.refused.connect(self.refused)
        self.player = Player(session, self.sheet, self)
        self.player.said.connect(self._passing_words)
        self.player.shown.connect(self._record)
        self.player.refused.connect(self.refused)
        self.player.moved.connect(self._played_to)
        self.player.stopped.connect(self._play_stopped)
        self._play_next, self._stands = False, dict[str, float]()
        self.grid.reveal_requested.connect(self._asked)
        self.grid.reveal_released.connect(self._released)
        self.grid.play_wanted.connect(self.play)
        self.grid.zoom_key.connect(self.looker.zoom_act)
        self.stage: QWidget = self
        """What a full-resolution view lies over; the page gives a larger one."""
        self.grid.current_changed.connect(self._current_changed)
        self.loader.found.connect(self._preview_found)
        self.insight.facts_found.connect(self._facts_found)
        self.insight.stills.connect(self._stills_found)
        self.insight.metadata.connect(self._metadata_found)
        self.insight.keys.connect(self._keys_found)
        self.insight.peaks.connect(self._peaks_found)
        marks.changed.connect(self._show_marks)
        details = self.details
        self.marker = Marker(marks, details, self._at_hand)
        details.stepped.connect(self.step_copy)
        details.metadata_asked.connect(self._metadata)
        details.place.moved.connect(self._place_moved)
        details.player.held.connect(self._play_held)
        details.player.let_go.connect(self._play_let_go)
        details.player.sought.connect(self._sought)
        details.player.changed.connect(self.blank)

    # --- what is shown ---------------------------------------------------

    def show_case(self, view: CaseView) -> None:
        """Build the grid for a case, or only bring it up to date where its content is the same."""
        same = (
            self._view is not None
            and self._view.case.number == view.case.number
            and self._view.case.revision == view.case.revision
        )
        self._view = view
        if not same:
            self._build(view)
            # New tiles are built with what is known of them.
        else:
            for stack, tile in self._shown_tiles():
                self._show_viewed(stack, tile, view)
        self._show_details()
        self._show_marks()

    def _build(self, view: CaseView) -> None:
        self.blank()
        self.insight.begin(view.case.number)
        stacks = stacks_of(view.case.data.content)
        self._stacks = {stack.id: stack for stack in stacks}
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
        self.loader.start(view.case.number)
        self._unbuilt = stacks
        self.grid.set_tiles([])
        self._share_room(len(stacks))
        self._say_hint()
        self._build_more()

    def _build_more(self) -> None:
        """Some tiles more; the rest when the loop comes round, so that hundreds do not stall it."""
        view, some = self._view, self._unbuilt[:AT_ONCE]
        if view is None or not some:
            return
        first, self._unbuilt = not self.grid.ids(), self._unbuilt[AT_ONCE:]
        tiles: list[CaseTile] = []
        for number, stack in enumerate(some, len(self.grid.ids()) + 1):
            piece = view.case.data.piece(stack.id)
            tile = CaseTile(stack.id, piece.kind.value, number, self.appearance.side)
            tile.set_same(len(stack.ids))
            size = words.size(piece.size) if piece.size is not None else ""
            tile.set_line(words.joined([size, (piece.sha256 or "")[:8]]))
            self._show_viewed(stack, tile, view)
            self._show_mark(stack.id, tile)
            tile.dragged.connect(self.looker.zoom_drag)
            tiles.append(tile)
        if first:
            self.grid.set_tiles(list(tiles))
        else:
            self.grid.extend(list(tiles))
        self.loader.add(tiles)
        if self._unbuilt:
            QTimer.singleShot(0, self, self._build_more)

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

    @staticmethod
    def _show_viewed(stack: Stack, tile: CaseTile, view: CaseView) -> None:
        seen = [view.viewed.get(key) for key in stack.ids]
        tile.set_viewed(all(one is not None and one.viewed for one in seen))

    def _show_mark(self, key: str, tile: CaseTile) -> None:
        choice = self.marks.choice(key)
        mark = choice.classification.value if choice and choice.classification else ""
        tile.set_marks(mark, left_out=choice is not None and not choice.include)

    def _shown_tiles(self) -> list[tuple[Stack, CaseTile]]:
        found = ((self._stacks[key], self.grid.tile(key)) for key in self.grid.ids())
        return [(stack, tile) for stack, tile in found if isinstance(tile, CaseTile)]

    def _share_room(self, tiles: int) -> None:
        """One row of tiles needs less room than many; the file's own lines get the rest."""
        side = self.appearance.side
        lines = 1 if tiles * (side + theme.S2) <= self.width() - 2 * theme.S4 else 2
        wanted = side + 2 * theme.S2 + 2 if lines == 1 else round(1.6 * side)
        self.split.setSizes([wanted, max(160, self.split.height() - wanted)])

    def forget(self) -> None:
        """Let the case go: nothing of it stays, not even blurred."""
        self.blank()
        self.loader.stop()
        self._unbuilt = []
        self.grid.set_tiles([])
        self._stacks, self._view = {}, None
        self.insight.begin(0)
        self.details.close_metadata()
        self.details.place.clear()
        self.details.player.forget()
        self._stands = {}

    def set_state(self, *, can_mark: bool, lock: str, hold_seconds: float) -> None:
        """Whether files can be looked at and marked, and what stands against it."""
        self._can_mark, self._lock = can_mark, lock
        self.looker.hold_seconds = self.player.hold_seconds = min(10.0, max(0.5, hold_seconds))
        if not can_mark or lock:
            self.blank()
        self._say_hint()
        self._show_marks()

    def _passing_words(self, text: str) -> None:
        self._passing = text
        self._say_hint()

    def _say_hint(self) -> None:
        role, icon = "muted", "eye-off"
        kind = self.content.kind if self.content is not None else None
        if self._passing:
            text, icon = self._passing, "eye"
        elif not self._stacks:
            text = ""
        elif self._lock:
            text, role, icon = self._lock, "warn", "coffee"
        elif not self._can_mark:
            text = tr("Blurred. Claim this case to look.")
        elif self.looker.zooming:
            text, icon = (
                tr("Full resolution: hold Space, then + − 0 1, arrows, Shift+R. Z ends it."),
                "search",
            )
        elif kind is ContentKind.AUDIO:
            text = tr("Hold H to listen.")
        elif kind is ContentKind.VIDEO:
            text = tr("Blurred. Hold Space to look, H to play.")
        else:
            text = tr("Blurred. Hold Space to look, or press and hold the tile.")
        self._hint.setText(text)
        set_role(self._hint, "role", role)
        self._hint_icon.set(icon, role)
        self._hint_icon.setVisible(bool(text))

    # --- the file in focus -------------------------------------------------

    @property
    def has_files(self) -> bool:
        return bool(self._stacks)

    @property
    def stack(self) -> Stack | None:
        return self._stacks.get(self.grid.current)

    @property
    def content(self) -> Content | None:
        """The file that keys and details are about."""
        stack = self.stack
        return self._view.case.data.piece(stack.current) if stack and self._view else None

    def _current_changed(self, _id: str) -> None:
        self.looker.blank()
        self.player.blank()
        for stack, tile in self._shown_tiles():
            tile.set_current(stack.id == self.grid.current)
        current = self.grid.tile(self.grid.current)
        self._tiles_scroll.ensureWidgetVisible(current, 8, 8)
        self._turn_to()

    def _turn_to(self) -> None:
        """Another file: its facts and stills are asked for, its metadata stays shut."""
        self.details.close_metadata()
        self.details.place.clear()
        self.details.player.forget()
        content, view = self.content, self._view
        if content is None or view is None:
            return
        self._say_hint()
        self._show_details()
        self._show_marks()
        self.details.show_about(content)
        self._place_for(content)
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
            self._place_for(content)

    def _place_for(self, content: Content) -> None:
        facts = self.insight.facts_of(content.id)
        if facts is None:
            return
        if content.kind in PLAYED:
            film = content.kind is ContentKind.VIDEO
            if facts.duration and (facts.has_sound or film):
                self.details.player.show_for(facts.duration, film=film, sound=facts.has_sound)
                self.details.player.set_at(self._stands.get(content.id, 0.0))
                self._show_played(content)
            return
        if content.kind is ContentKind.DOCUMENT and facts.pages > 1:
            self.details.place.set_pages(facts.pages, tr("page {n} of {total}"))
        elif content.kind is ContentKind.IMAGE and facts.frames > 1:
            note = tr("Moving picture: stills only in this version, so it does not count as viewed.")
            self.details.place.set_pages(facts.frames, tr("frame {n} of {total}"), note)

    def _stills_found(self, key: str, found: tuple[Blurred, ...]) -> None:
        if self._is_at_hand(key):
            note = tr("A still does not count as viewing the film.")
            images, seconds = [image_of(one) for one in found], [one.position or 0.0 for one in found]
            self.details.place.set_film(images, seconds, note)
            if key in self._stands:
                self.details.place.seek(self._stands[key])

    def _keys_found(self, key: str, found: tuple[float, ...]) -> None:
        if self._is_at_hand(key):
            self.details.place.set_keys(found)

    def _peaks_found(self, key: str, found: bytes) -> None:
        if self._is_at_hand(key):
            self.details.player.track.set_peaks(found)

    def _show_played(self, content: Content) -> None:
        if self._view is not None:
            self.details.player.track.set_played(self._view.played.get(content.id, ()))

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
        self._show_played(content)
        self.details.show_plain(self.loader.plain.get(stack.id), content)

    def step_copy(self, by: int) -> None:
        """Another of the identical files: each has to be looked at for itself."""
        stack = self.stack
        if stack is None or len(stack.ids) < 2:
            return
        at = max(0, min(len(stack.ids) - 1, stack.at + by))
        if at != stack.at:
            self.blank()
            self._stacks[stack.id] = replace(stack, at=at)
            self._turn_to()

    # --- looking -----------------------------------------------------------

    def blank(self) -> None:
        """Everything blurred and silent, now."""
        self.looker.blank()
        self.player.blank()
        self.grid.blank_all()

    def _released(self, _id: str, _seconds: float) -> None:
        self.looker.end()
        self.player.end()
        self.details.player.play.setDown(False)

    def play(self) -> None:
        """A person holds key or button to play: the tile asks, so that all that ends a look ends it."""
        if not self._stacks:
            return
        self._play_next = True
        try:
            self.grid.tile(self.grid.current).ask()
        finally:
            self._play_next = False

    def toggle_zoom(self) -> None:
        """Full resolution on purpose: the next holds can be zoomed, moved and turned."""
        self.blank()
        on = not self.looker.zooming
        self.looker.set_zooming(on)
        self.grid.zooming = on
        self.sheet.cover(self.stage if on else self)
        self._say_hint()

    def _play_held(self) -> None:
        # The tile gets the focus, and with it the release of a key that is held on the button.
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        self.play()

    def _play_let_go(self) -> None:
        if self.player.playing:
            self.player.blank()

    def _place_moved(self) -> None:
        self.blank()
        position = self.details.place.position
        if position is not None:
            self._stand(position)

    def _sought(self, second: float) -> None:
        self.blank()
        self.details.place.seek(second)
        self._stand(second)

    def _stand(self, second: float) -> None:
        content = self.content
        if content is not None and content.kind in PLAYED:
            self._stands[content.id] = second
            self.details.player.set_at(second)

    def _played_to(self, second: float) -> None:
        self.details.player.set_at(second)

    def _play_stopped(self, key: str, second: float) -> None:
        """The next hold goes on from the last moment that was shown: nothing falls between two holds."""
        facts = self.insight.facts_of(key)
        if facts is not None and facts.duration and second >= facts.duration:
            second = 0.0
        self._stands[key] = second
        if self._is_at_hand(key):
            self.details.player.set_at(second)
            self.details.place.seek(second)

    def _asked(self, tile_id: str) -> None:
        wants_play = self._play_next
        tile = self.grid.tile(tile_id)
        claim, content, view = self._session.claim, self.content, self._view
        mine = claim is not None and view is not None and claim.case_id == view.case.number
        if not mine or not self._can_mark or self._lock or content is None or claim is None:
            tile.blank()
            return
        place = self.details.place
        target = Target(
            content.id,
            content.kind,
            phrases.file_name(content),
            self.insight.facts_of(content.id),
            place.position if content.kind is ContentKind.VIDEO else None,
            place.page,
        )
        bar = self.details.player
        if content.kind is ContentKind.AUDIO or (wants_play and content.kind is ContentKind.VIDEO):
            if target.facts is None:
                tile.blank()  # what share of it was played could not be said
                return
            start = self._stands.get(content.id, 0.0)
            self.player.begin(tile, target, claim, start=start, speed=bar.speed, sound=bar.with_sound)
        elif wants_play:
            tile.blank()
        else:
            self.looker.begin(tile, target, claim)

    def _record(self, shown: Shown) -> None:
        if self._view is not None:
            self._recorder.display(self._view.case.number, shown)

    def _metadata(self, wanted: bool) -> None:
        content, view = self.content, self._view
        if not wanted or content is None or view is None:
            return
        if not self._can_mark:
            self.details.show_metadata(tr("Claim this case to open the metadata."))
            return
        self.details.show_metadata(tr("Opening…"))
        self.insight.ask_metadata(content.id)

    def _metadata_found(self, key: str, found: Metadata | NoPreview | str) -> None:
        if self._is_at_hand(key) and self.details.metadata.is_open():
            self.details.show_metadata(found)

    # --- marking -------------------------------------------------------------

    def _at_hand(self) -> tuple[Stack, Content] | None:
        stack, content = self.stack, self.content
        return (stack, content) if stack is not None and content is not None and self._can_mark else None

    def undo(self) -> None:
        touched = self.marks.undo()
        for key, stack in self._stacks.items():
            if touched and touched[0] in stack.ids and key in self.grid.ids():
                self.grid.set_current(key)

    def toggle_metadata(self) -> None:
        if self.stack is not None:
            self.details.metadata.set_open(not self.details.metadata.is_open())

    def _show_marks(self) -> None:
        content, view = self.content, self._view
        if view is None:
            return
        for stack, tile in self._shown_tiles():
            self._show_mark(stack.id, tile)
        if content is not None:
            self.details.show_marks(content, self.marks.choice(content.id), can_mark=self._can_mark)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Hide, QEvent.Type.WindowDeactivate):
            self.blank()
        return super().event(event)
