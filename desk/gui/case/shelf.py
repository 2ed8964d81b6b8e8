"""The tiles of one case: built in slices, so that hundreds stall nothing, each with its preview."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from desk.domain.content import Content
from desk.gui import words
from desk.gui.case.grid import CaseGrid
from desk.gui.case.marks import Marks
from desk.gui.case.previews import PreviewLoader
from desk.gui.case.stacks import Stack, stacks_of
from desk.gui.case.tile import CaseTile
from desk.gui.session import Session
from desk.services.review import CaseView

SLICE_MS = 4
"""How long tiles are built before the loop gets its turn again; at least one is."""


class Shelf(QObject):
    """``grid`` shows the tiles, ``loader`` brings their previews, ``stacks`` says what each stands for."""

    def __init__(self, session: Session, marks: Marks, grid: CaseGrid, parent: QObject) -> None:
        super().__init__(parent)
        self.grid, self.loader = grid, PreviewLoader(session, grid, self)
        self.stacks: dict[str, Stack] = {}
        self._marks = marks
        self._view: CaseView | None = None
        self._contents: dict[str, Content] = {}
        self._unbuilt: list[Stack] = []
        self._near: dict[str, int] = {}
        self._side = 0
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.timeout.connect(self._build_more)

    def build(self, view: CaseView, side: int) -> list[Stack]:
        """Begin anew with this case; the first tiles are there at once. All its stacks."""
        stacks = stacks_of(view.case.data.content)
        self.stacks = {stack.id: stack for stack in stacks}
        self._view, self._side = view, side
        self._contents = {piece.id: piece for piece in view.case.data.content}
        self._near = {}
        self.loader.start(view.case.number)
        self.grid.set_tiles([])
        self.grid.expect(len(stacks))
        self._unbuilt = list(stacks)
        self._build_more()
        return stacks

    def _build_more(self) -> None:
        """Some tiles more; the rest when the loop comes round."""
        view = self._view
        if view is None or not self._unbuilt:
            return
        clock = QElapsedTimer()
        clock.start()
        first, tiles = not self.grid.ids(), list[CaseTile]()
        start = len(self.grid.ids())
        while self._unbuilt and (not tiles or clock.elapsed() < SLICE_MS):
            stack = self._unbuilt.pop(0)
            tiles.append(self._made(stack, start + len(tiles) + 1, view))
        if first:
            self.grid.set_tiles(list(tiles))
        else:
            self.grid.extend(list(tiles))
        self.loader.add(tiles)
        if self._unbuilt:
            self._more.start(0)

    def _made(self, stack: Stack, number: int, view: CaseView) -> CaseTile:
        piece = self._contents[stack.id]
        tile = CaseTile(stack.id, piece.kind.value, number, self._side)
        tile.set_same(len(stack.ids))
        size = words.size(piece.size) if piece.size is not None else ""
        tile.set_line(words.joined([size, (piece.sha256 or "")[:8]]))
        tile.set_near(self._near.get(stack.id, 0))
        tile.dragged.connect(self.grid.dragged)
        self._show_viewed(stack, tile, view)
        self._show_mark(stack.id, tile)
        return tile

    def forget(self) -> None:
        """Nothing of the case stays, not even blurred."""
        self._more.stop()
        self.loader.stop()
        self._unbuilt, self._contents, self.stacks, self._view = [], {}, {}, None
        self._near = {}
        self.grid.set_tiles([])

    def tiles(self) -> list[tuple[Stack, CaseTile]]:
        """Those that are there already."""
        found = ((self.stacks[key], self.grid.tile(key)) for key in self.grid.ids())
        return [(stack, tile) for stack, tile in found if isinstance(tile, CaseTile)]

    def set_view(self, view: CaseView) -> None:
        """The same case, read anew."""
        self._view = view
        for stack, tile in self.tiles():
            self._show_viewed(stack, tile, view)

    def show_marks(self) -> None:
        for stack, tile in self.tiles():
            self._show_mark(stack.id, tile)

    def set_near(self, near: dict[str, int]) -> None:
        """By content id, how many near pictures there are; those that have none are left out."""
        self._near = {stack.id: max(near.get(key, 0) for key in stack.ids) for stack in self.stacks.values()}
        for stack, tile in self.tiles():
            tile.set_near(self._near[stack.id])

    def set_current(self, key: str) -> None:
        for stack, tile in self.tiles():
            tile.set_current(stack.id == key)

    @staticmethod
    def _show_viewed(stack: Stack, tile: CaseTile, view: CaseView) -> None:
        seen = [view.viewed.get(key) for key in stack.ids]
        tile.set_viewed(all(one is not None and one.viewed for one in seen))

    def _show_mark(self, key: str, tile: CaseTile) -> None:
        choice = self._marks.choice(key)
        mark = choice.classification.value if choice and choice.classification else ""
        tile.set_marks(mark, left_out=choice is not None and not choice.include)
