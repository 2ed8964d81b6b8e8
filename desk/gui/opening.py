"""The page on which the workspace opens: what is waited for, what is asked, what stands in the way."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.errors import DeskError, PassphraseNeeded
from desk.gui.signin.forms import PassphraseForm
from desk.gui.signin.scene import Scene
from desk.gui.widgets.page import Page
from desk.gui.widgets.panels import EmptyState
from desk.gui.words import tr


class OpeningPage(Page):
    """What is shown while the workspace opens, and when it can't be opened.

    ``again`` carries the passphrase that was given, or an empty text; ``given_up``: nobody wants to wait
    any longer for what ``wait`` said.
    """

    icon = "folder-open"
    again = Signal(str)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = tr("Opening")
        self._layout = QVBoxLayout(self)
        self._held: QWidget | None = None
        self.form: PassphraseForm | None = None
        self.say(tr("Opening the workspace…"))

    def _put(self, held: QWidget) -> None:
        if self._held is not None:
            self._layout.removeWidget(self._held)
            self._held.hide()
            self._held.deleteLater()
        self._held, self.form = held, None
        self._layout.addWidget(held)

    def say(self, words: str) -> None:
        if self.form is None:  # which says itself that it is busy
            self._put(EmptyState("folder-open", words))

    def wait(self, title: str, words: str) -> None:
        state = EmptyState("key-round", title, words, tr("Stop waiting"))
        state.acted.connect(self.given_up)
        self._put(state)
        state.focus_act()

    def fail(self, problem: DeskError) -> None:
        if isinstance(problem, PassphraseNeeded):
            self._ask_passphrase(problem)
            return
        self.set_title(tr("The workspace can't be opened"))
        state = EmptyState("triangle-alert", problem.message, problem.remedy, tr("Try again"))
        state.acted.connect(self._again)
        self._put(state)
        state.focus_act()

    def _again(self) -> None:
        self.set_title(tr("Opening"))
        self.say(tr("Opening the workspace…"))
        self.again.emit("")

    def _ask_passphrase(self, problem: PassphraseNeeded) -> None:
        if self.form is not None:
            self.form.refused(problem.words())
            return
        form = PassphraseForm()
        form.given.connect(self.again)
        self._put(Scene(form))
        self.form = form
        form.focus_first()
