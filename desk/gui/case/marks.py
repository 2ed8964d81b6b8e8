"""Marks on files: classification, annotations, inclusion, publicity. Kept in the draft, with undo.

Marks are functions on a file's choice, so that one that could not be kept
because another window changed the draft is made again on the newer draft.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from desk.domain.content import Classification, FileAnnotation
from desk.domain.draft import Draft, FileChoice
from desk.domain.errors import DeskError, StaleDraft
from desk.gui.session import Session
from desk.ports import SavedDraft
from desk.services.changes import Done, done
from desk.services.drafting import DraftView

Edit = Callable[[FileChoice], FileChoice]
MOST_UNDO = 100


@dataclass(frozen=True, slots=True)
class _Mark:
    ids: tuple[str, ...]
    edit: Edit
    undoable: bool = True


def _marked(draft: Draft, mark: _Mark) -> Draft:
    for choice in draft.files:
        if choice.content_id in mark.ids:
            after = mark.edit(choice)
            if after != choice:
                draft = draft.with_choice(after)
    return draft


class Marks(QObject):
    """The draft of the case at hand, as far as its files go.

    ``changed`` after every change; ``failed`` with a DeskError that a person has
    to know of. Works only while the operator holds the claim: ``begin`` says for which case.
    """

    changed = Signal()
    failed = Signal(object)
    settled = Signal()
    """Everything marked so far is kept."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._number: int | None = None
        self._round = 0
        self._draft: Draft | None = None
        self._version = 0
        self._opening = self._saving = False
        self._unsaved: list[_Mark] = []
        self._flying: list[_Mark] = []
        self._undo: list[tuple[FileChoice, ...]] = []

    # --- which draft -----------------------------------------------------

    def begin(self, number: int, *, open_now: bool) -> None:
        """Work on this case. The draft is made with the first mark, unless there is one to open."""
        if number != self._number:
            self.stop()
            self._number = number
        if open_now:
            self.reload()

    def stop(self) -> None:
        self._keep_the_rest()
        self._round += 1
        self._number, self._draft, self._version = None, None, 0
        self._opening = self._saving = False
        self._unsaved, self._flying, self._undo = [], [], []
        self.changed.emit()

    def _keep_the_rest(self) -> None:
        """The page goes on while a mark waits for the one before: it is made on what that one leaves."""
        number, marks = self._number, self._unsaved
        if number is None or not marks:
            return
        desk, operator = self._session.desk, self._session.operator

        def work() -> Done[None]:
            if desk.drafting.saved_at(number) is None:
                return done(None)  # the case was decided without a report
            view = desk.drafting.open(operator, number)
            holder = view.case.claim
            if holder is not None and holder.operator_id != operator.id:
                return done(None)
            draft = view.draft
            for mark in marks:
                draft = _marked(draft, mark)
            return done(None, *desk.drafting.save(operator, draft, view.saved.version).changes)

        self._session.act(work, None, self.failed.emit, owner=self)

    def reload(self) -> None:
        """Read the draft again, for it may have been changed in the report form."""
        if self._number is None or self._opening or self._saving:
            return
        self._opening = True
        desk, operator, number = self._session.desk, self._session.operator, self._number
        turn = self._round
        self._session.runner.run_write(
            lambda: desk.drafting.open(operator, number),
            lambda view: self._opened(turn, view),
            lambda error: self._not_opened(turn, error),
            owner=self,
        )

    def _opened(self, turn: int, view: DraftView) -> None:
        if turn != self._round:
            return
        self._opening = False
        before = self._draft
        self._draft, self._version = view.draft, view.saved.version
        if before is not None and before.files != self._draft.files and not self._unsaved:
            self._undo.clear()  # it was changed elsewhere: an undo would take back what others did
        self._unsaved = [self._take(mark) for mark in self._unsaved]
        self.changed.emit()
        self._save()
        if not self.pending:
            self.settled.emit()

    def _not_opened(self, turn: int, error: DeskError) -> None:
        if turn == self._round:
            self._opening = False
            self._unsaved.clear()
            self.changed.emit()
            self.failed.emit(error)

    # --- what it says ----------------------------------------------------

    @property
    def ready(self) -> bool:
        return self._number is not None

    @property
    def pending(self) -> bool:
        """Whether something is not yet kept."""
        return bool(self._unsaved or self._flying or self._opening or self._saving)

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    def choice(self, content_id: str) -> FileChoice | None:
        """What is marked on a file; None where nothing was yet."""
        if self._draft is None:
            return None
        try:
            return self._draft.choice(content_id)
        except KeyError:
            return None

    # --- marking ---------------------------------------------------------

    def mark(self, ids: Iterable[str], edit: Edit) -> None:
        """Change the choice of each of these files. One step for undo."""
        if self._number is None:
            return
        self._do(_Mark(tuple(ids), edit))

    def undo(self) -> tuple[str, ...]:
        """Take the last mark back; the ids of the files it was on."""
        if not self._undo:
            return ()
        before = {choice.content_id: choice for choice in self._undo.pop()}
        self._do(_Mark(tuple(before), lambda choice: before[choice.content_id], undoable=False))
        return tuple(before)

    def _do(self, mark: _Mark) -> None:
        if self._draft is None:
            # The first mark makes the draft; what was there before it is known only then.
            self._unsaved.append(mark)
            self.reload()
            return
        self._unsaved.append(self._take(mark))
        self.changed.emit()
        self._save()

    def _take(self, mark: _Mark) -> _Mark:
        """Apply a mark and remember what was before it. Made again later, it is no new step for undo."""
        before = self._apply(mark)
        if mark.undoable and before:
            self._undo = [*self._undo[-MOST_UNDO + 1 :], before]
        return replace(mark, undoable=False)

    def _apply(self, mark: _Mark) -> tuple[FileChoice, ...]:
        """Apply to the draft; the choices as they were, of those that changed."""
        if self._draft is None:
            return ()
        before, self._draft = self._draft, _marked(self._draft, mark)
        was = {choice.content_id: choice for choice in before.files}
        return tuple(
            was[choice.content_id] for choice in self._draft.files if choice != was[choice.content_id]
        )

    def _save(self) -> None:
        if self._saving or self._opening or self._draft is None or not self._unsaved:
            return  # made on the draft that is being read, a mark is on top of what that one has
        self._saving, self._flying, self._unsaved = True, self._unsaved, []
        desk, operator = self._session.desk, self._session.operator
        draft, version, turn = self._draft, self._version, self._round
        self._session.act(
            lambda: desk.drafting.save(operator, draft, version),
            lambda saved: self._saved(turn, saved),
            lambda error: self._not_saved(turn, error),
            owner=self,
        )

    def _saved(self, turn: int, saved: SavedDraft) -> None:
        self._session.saved.emit(saved.saved_at)
        if turn != self._round:
            return
        self._saving, self._flying = False, []
        self._version = saved.version
        self._save()
        if not self.pending:
            self.settled.emit()

    def _not_saved(self, turn: int, error: DeskError) -> None:
        if turn != self._round:
            if not isinstance(error, StaleDraft):
                self.failed.emit(error)
            return
        self._saving = False
        if isinstance(error, StaleDraft):
            # Changed elsewhere: read it again and make the same marks on it.
            self._unsaved, self._flying = [*self._flying, *self._unsaved], []
            self.reload()
            return
        self._unsaved, self._flying = [*self._flying, *self._unsaved], []
        self.failed.emit(error)


def classify(value: Classification) -> Edit:
    """Set it, or take it back where it is set already."""
    return lambda choice: replace(choice, classification=None if choice.classification is value else value)


def set_class(value: Classification | None) -> Edit:
    return lambda choice: replace(choice, classification=value)


def toggle_annotation(value: FileAnnotation) -> Edit:
    return lambda choice: replace(choice, annotations=choice.annotations ^ {value})


def set_annotations(values: frozenset[FileAnnotation]) -> Edit:
    return lambda choice: replace(choice, annotations=values)


def accept(classification: Classification | None, annotations: Iterable[FileAnnotation]) -> Edit:
    """Take over what was suggested, on top of what is marked."""
    added = frozenset(annotations)
    return lambda choice: replace(
        choice,
        classification=classification or choice.classification,
        annotations=choice.annotations | added,
    )


def set_include(value: bool) -> Edit:
    return lambda choice: replace(choice, include=value)


def set_public(value: bool | None) -> Edit:
    return lambda choice: replace(choice, public=value)


def toggle_include(choice: FileChoice) -> FileChoice:
    return replace(choice, include=not choice.include)


def cycle_public(choice: FileChoice) -> FileChoice:
    """Not known, yes, no, and round."""
    return replace(choice, public={None: True, True: False, False: None}[choice.public])
