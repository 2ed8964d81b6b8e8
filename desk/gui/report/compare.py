"""Two near files side by side, blurred until a key is held: are they the same picture?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desk.domain.case import Claim
from desk.domain.content import Content
from desk.domain.errors import DeskError
from desk.domain.likeness import Agreement
from desk.domain.preview import Blurred, NoPreview
from desk.gui import theme
from desk.gui.case.look import Looker, Shown, Target
from desk.gui.case.phrases import file_name, why_plain
from desk.gui.case.recorder import Recorder
from desk.gui.case.sheet import LookSheet
from desk.gui.pictures import image_of
from desk.gui.report.words import share_words
from desk.gui.session import Session
from desk.gui.widgets.buttons import primary, secondary
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.widgets.tile import BlurTile
from desk.gui.widgets.tilegrid import TileGrid
from desk.gui.words import joined, tr
from desk.services.candidates import NearFile
from desk.services.changes import Done

SIDE = 272
OWN, NEAR = "own", "near"


@dataclass(frozen=True, slots=True)
class _Piece:
    """One of the two: where it is, and the claim by which it may be looked at."""

    number: int
    content: Content
    claim: Claim
    share: float | None
    lent: bool
    """Claimed for this look only: given back after it."""


class CompareDialog(QDialog):
    """``agreed`` carries the Agreement. Closing says nothing: the file stays out of the batch.

    The other case is claimed while the dialog is open; nobody looks at a case that somebody else works on.
    """

    agreed = Signal(object)

    def __init__(
        self, session: Session, claim: Claim, content: Content, near: NearFile, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Are these the same picture?"))
        self._session, self._near = session, near
        self._own = _Piece(claim.case_id, content, claim, near.own_share, lent=False)
        self._pieces: dict[str, _Piece] = {OWN: self._own}
        self._looking = ""
        self.tiles = {
            OWN: BlurTile(OWN, content.kind.value, 1, SIDE),
            NEAR: BlurTile(NEAR, near.kind, 2, SIDE),
        }
        self.grid = TileGrid()
        self.grid.set_tiles(list(self.tiles.values()))
        self.grid.setFixedWidth(2 * SIDE + 8)
        self.captions = {key: label("", "muted", wrap=True) for key in self.tiles}
        captions = hbox(*self.captions.values(), gap=theme.S2)
        for caption in self.captions.values():
            caption.setFixedWidth(SIDE)
        head = label(
            tr(
                "The hashes of these two files differ in {n} of 256 bits. That makes them candidates and no "
                "more: near pictures can show different things. Hold Space on each of them to look.",
                near.distance,
            ),
            "body-muted",
            wrap=True,
        )
        self.said = label("", "muted", wrap=True)
        self.same = primary(tr("The same picture"))
        self.differ = secondary(tr("Not the same"))
        self.same.clicked.connect(self._agree)
        self.differ.clicked.connect(self.reject)
        acts = hbox(self.differ, gap=theme.S2)
        acts.addStretch(1)
        acts.addWidget(self.same)
        column: QVBoxLayout = vbox(head, self.grid, gap=theme.S3, margin=theme.S4)
        column.addLayout(captions)
        column.addWidget(self.said)
        column.addLayout(acts)
        self.setLayout(column)
        self.setFixedWidth(2 * SIDE + 8 + 2 * theme.S4)
        self.sheet = LookSheet(self)
        self.looker = Looker(session, self.sheet, self)
        self.looker.said.connect(self._say)
        self.looker.shown.connect(self._shown)
        self.looker.refused.connect(self._refused)
        self._recorder = Recorder(session, self)
        self.grid.reveal_requested.connect(self._look)
        self.grid.reveal_released.connect(lambda _id, _seconds: self.looker.end())
        self._show()
        self._fetch(OWN)
        self._claim()
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    # the two ------------------------------------------------------------------------------

    def _claim(self) -> None:
        """The other case, for as long as this is open; one's own claim on it is kept afterwards."""
        desk, operator, near = self._session.desk, self._session.operator, self._near
        number = near.cases[0].case_number

        def work() -> tuple[Claim, bool, Content]:
            before = desk.review.open(operator, number).case
            mine = before.claim is not None and before.claim.operator_id == operator.id
            held = mine and before.claim is not None and before.claim.until > desk.clock.now()
            claim = desk.queue.claim(operator, number).value
            return claim, not held, before.data.piece(near.content_id)

        self._session.runner.run_write(work, self._claimed, self._refused, owner=self)

    def _claimed(self, found: tuple[Claim, bool, Content]) -> None:
        claim, lent, content = found
        self._pieces[NEAR] = _Piece(claim.case_id, content, claim, self._near.near_share, lent)
        if not self.isVisible() and self.result() != 0:
            self._give_back()
            return
        self._fetch(NEAR)
        self._show()

    def _fetch(self, key: str) -> None:
        piece, tile = self._pieces[key], self.tiles[key]
        review, operator = self._session.desk.review, self._session.operator
        edge = round(SIDE * self.devicePixelRatioF())

        def came(found: Blurred | NoPreview) -> None:
            if isinstance(found, Blurred):
                tile.set_blurred(image_of(found))
            else:
                tile.set_no_preview(why_plain(found.reason))

        self._session.runner.run_read(
            partial(review.preview, operator, piece.number, piece.content.id, edge=edge),
            came,
            lambda _error: tile.set_no_preview(),
            owner=self,
        )

    def _show(self) -> None:
        for key, caption in self.captions.items():
            piece = self._pieces.get(key)
            if piece is None:
                caption.setText(tr("Opening…"))
                continue
            where = tr("case {number}", number=piece.number)
            account = self._near.cases[0].account if key == NEAR else tr("this case")
            many = len(self._near.cases)
            more = tr("and {n} more", many - 1) if key == NEAR and many > 1 else ""
            caption.setText(joined([where, joined([account, more]), share_words(piece.share)]))
            self.tiles[key].set_viewed(piece.share is not None)
        ready = len(self._pieces) == 2 and all(p.share is not None for p in self._pieces.values())
        self.same.setEnabled(ready)
        self.same.setToolTip("" if ready else tr("Look at both first."))

    # looking --------------------------------------------------------------------------------

    def _look(self, key: str) -> None:
        piece = self._pieces.get(key)
        if piece is None:
            self.tiles[key].blank()
            return
        self._looking = key
        content = piece.content
        self.looker.begin(self.tiles[key], Target(content.id, content.kind, file_name(content)), piece.claim)

    def _shown(self, shown: Shown) -> None:
        """Record it; what may be claimed of it is read back from the record."""
        key = self._looking
        piece = self._pieces[key]
        self._recorder.display(piece.number, shown)
        desk, operator = self._session.desk, self._session.operator

        def came(share: float | None) -> None:
            now = self._pieces[key]
            self._pieces[key] = _Piece(now.number, now.content, now.claim, share, now.lent)
            self._show()

        # After the record, which went to the writing thread before.
        self._session.runner.run_write(
            lambda: desk.likeness.viewed(operator, piece.number, piece.content.id),
            came,
            self._refused,
            owner=self,
        )

    def _say(self, words: str) -> None:
        self.said.setText(words)

    def _refused(self, problem: DeskError) -> None:
        self.said.setText(problem.words())

    # the word -------------------------------------------------------------------------------

    def _agree(self) -> None:
        other = self._pieces[NEAR]
        desk, operator, own = self._session.desk, self._session.operator, self._own

        def act() -> Done[Agreement]:
            return desk.likeness.agree(operator, own.number, own.content.id, other.number, other.content.id)

        self.same.setEnabled(False)
        self._session.act(act, self._agreed, self._refused, owner=self)

    def _agreed(self, agreement: Agreement) -> None:
        self.agreed.emit(agreement)
        self.accept()

    def done(self, result: int) -> None:
        self.looker.blank()
        self._give_back()
        super().done(result)

    def _give_back(self) -> None:
        other = self._pieces.get(NEAR)
        if other is not None and other.lent:
            self._pieces[NEAR] = _Piece(other.number, other.content, other.claim, other.share, lent=False)
            desk, operator = self._session.desk, self._session.operator
            self._session.act(lambda: desk.queue.release(operator, other.claim), None, lambda _error: None)
