"""From the form to the confirmation: everything kept and checked, and on only where nothing is missing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from desk.domain.filing import FieldProblem
from desk.gui.report.bars import ReviewBar
from desk.gui.report.checker import Checker
from desk.gui.report.keeper import Keeper
from desk.gui.report.words import things_missing
from desk.gui.words import tr


class Reviewing(QObject):
    """``passed`` once a draft without problems is on the disk; ``stopped(path)`` at the first problem."""

    passed = Signal()
    stopped = Signal(str)

    def __init__(self, keeper: Keeper, checker: Checker, bar: ReviewBar, parent: QObject) -> None:
        super().__init__(parent)
        self._keeper, self._checker, self._bar = keeper, checker, bar
        self.on = False
        """Whether what is missing is said on the form: from the first time that somebody asked."""
        self._wanted = self._going = False
        keeper.settled.connect(self._go_on)

    def begin(self) -> None:
        """Keep everything and check it; the answer decides where it goes."""
        self._keeper.flush()
        self._wanted = True
        self._checker.now()

    @property
    def asked(self) -> bool:
        """Whether somebody waits for the answer."""
        return self._wanted or self._going

    def read(self, another: bool) -> None:
        """The draft is read anew: what was asked of the one before is over."""
        self.on = self.on and not another
        self._wanted = self._going = False

    def leave(self) -> None:
        """An answer that comes later takes nobody back."""
        self._wanted = self._going = False

    def give_up(self) -> None:
        """It could not be checked."""
        self._wanted = False

    def halt(self) -> None:
        """It could not be kept: there is nothing to go on with."""
        self._going = False

    def look(self, problems: Sequence[FieldProblem]) -> None:
        """What was found; said beside the act while reviewing."""
        self.on = self.on or self._wanted
        if self.on:
            count = len(problems)
            words = tr("{count} before this report can be filed.", count=things_missing(count))
            self._bar.say(words if count else "")

    def settle(self, problems: Sequence[FieldProblem]) -> None:
        """What was found is about the newest draft: to the first problem, or on."""
        if not self._wanted:
            return
        self._wanted = False
        if problems:
            self.stopped.emit(problems[0].path)
            return
        self._going = True
        self._go_on()

    def _go_on(self) -> None:
        """To the confirmation, once the draft is on the disk: it is read from there."""
        if self._going and not self._keeper.busy:
            self._going = False
            self.passed.emit()
