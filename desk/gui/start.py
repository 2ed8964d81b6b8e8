"""The window's life: paint first, open the workspace meanwhile, end without losing anything.

The composition root gives :func:`run_window` a function that opens a workspace.
It runs off the GUI thread while the frame is on the screen already.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desk.domain.company import EndpointKind
from desk.domain.roles import Operator
from desk.gui.banner import Endpoint as Band
from desk.gui.opening import OpeningPage
from desk.gui.pauses import Collector
from desk.gui.runner import Job, Runner
from desk.gui.theme import Scheme, Theme
from desk.gui.window import MainWindow, WindowSettings
from desk.gui.words import tr
from desk.services.desk import Desk

if TYPE_CHECKING:
    from desk.gui.outbox_thread import OutboxThread


@dataclass(frozen=True)
class Opened:
    """An open workspace, who works in it (None: they sign in first), and how to close it."""

    desk: Desk
    operator: Operator | None
    endpoint: EndpointKind
    address: str
    close: Callable[[], None]


BANDS = {
    EndpointKind.PRACTICE: Band.PRACTICE,
    EndpointKind.TEST: Band.TEST,
    EndpointKind.PRODUCTION: Band.PRODUCTION,
    EndpointKind.CUSTOM: Band.OTHER,
}


class Say:
    """What the one who opens a workspace tells, from any thread, and is told: a passphrase that was given."""

    def __init__(self, job: Job, life: Life, passphrase: str = "") -> None:
        self._job, self._life = job, life
        self.passphrase = passphrase

    def __call__(self, words: str) -> None:
        self._job.progress(0, 0, words)

    def waits(self, title: str, words: str) -> None:
        """It stands still for something that the person at the window can see to, or give up."""
        self._life.waits.emit(title, words)


class Life(QObject):
    """Opens, shows and ends one window. Lives on the GUI thread.

    ``give_up`` ends what ``prepare`` said that it waits for; called on the GUI thread.
    """

    waits = Signal(str, str)

    def __init__(
        self,
        prepare: Callable[[Say], Opened],
        band: EndpointKind,
        settings: WindowSettings,
        scheme: Scheme,
        give_up: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._prepare = prepare
        self._settings = settings
        app = QApplication.instance()
        if not isinstance(app, QApplication):  # pragma: no cover - run_window makes it
            raise TypeError("a QApplication is needed first")
        self.theme = Theme(app, scheme)
        self.runner = Runner(self)
        self.window = MainWindow(settings)
        self.window.set_visible_pages(set())
        self.window.banner.set_endpoint(BANDS[band])
        self._opening = OpeningPage()
        self.window.add_page("opening", self._opening)
        self.window.go("opening")
        self._opening.again.connect(self._again)
        self._give_up = give_up or (lambda: None)
        self._opening.given_up.connect(self._give_up)
        self.waits.connect(self._waits)
        self.opened: Opened | None = None
        self.workplace: object | None = None
        self.keeper: object | None = None
        self._outbox: OutboxThread | None = None
        self.runner.problem.connect(self.window.show_problem)
        self.runner.bug.connect(self.window.show_bug)

    def begin(self) -> None:
        """Open the workspace off the GUI thread; call once the window is on the screen."""

        self._again("")

    def _again(self, passphrase: str) -> None:
        def work(job: Job) -> Opened:
            return self._prepare(Say(job, self, passphrase))

        self.runner.run_long(work, self._ready, self._opening.fail, on_progress=self._progress, owner=self)

    def _progress(self, _done: int, _total: int, words: str) -> None:
        self._opening.say(words)

    def _waits(self, title: str, words: str) -> None:
        if self.opened is None:
            self._opening.wait(title, words)
        else:
            self.window.notices.show_notice("info", f"{title} {words}")

    def _ready(self, opened: Opened) -> None:
        # Imported only now: the frame is painted before the pages are loaded.
        from desk.gui.signin.keeper import SignInKeeper

        self.opened = opened
        self.window.banner.set_endpoint(BANDS[opened.endpoint], opened.address)
        self.keeper = keeper = SignInKeeper(self.window, self.runner, opened.desk)
        keeper.entered.connect(self._enter)
        keeper.left.connect(self._leave)
        if opened.operator is not None:
            self._enter(opened.operator)
        else:
            keeper.ask()

    def _enter(self, operator: Operator) -> None:
        """This person's pages; the outbox that runs already goes on."""
        from desk.gui.signin.keeper import SignInKeeper
        from desk.gui.workplace import Workplace

        assert self.opened is not None
        assert isinstance(self.keeper, SignInKeeper)
        self.workplace = work = Workplace(
            self.window, self.runner, self.theme, self.opened.desk, operator, self._settings, self._outbox
        )
        self._outbox = work.outbox
        work.add_commands(self.keeper.commands())
        self.keeper.attend(work.session)

    def _leave(self) -> None:
        from desk.gui.workplace import Workplace

        if isinstance(self.workplace, Workplace):
            self.workplace.end()
        self.workplace = None

    def end(self) -> bool:
        """Finish every write, stop the outbox between two calls, close the workspace.

        False where some work stands still: then the process must not wait for it.
        """
        from desk.gui.workplace import Workplace

        if isinstance(self.workplace, Workplace):
            self.workplace.stop()
        elif self._outbox is not None:
            self._outbox.stop()
        if self.opened is None:
            self._give_up()
        ended = self.runner.drain()
        # The pages go before what they stand on: none of their timers fires into a closed runner.
        self.window.hide()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(self.window, QEvent.Type.DeferredDelete.value)
        if self.opened is not None:
            self.opened.close()
            self.opened = None
        return ended


def run_window(
    prepare: Callable[[Say], Opened],
    *,
    band: EndpointKind,
    settings: WindowSettings,
    scheme: str = "system",
    dropped: list[Path] | None = None,
    give_up: Callable[[], None] | None = None,
) -> int:
    """Show the window and run it to its end; returns the exit code."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    QApplication.setApplicationName("tipline-desk")
    QApplication.setApplicationDisplayName(tr("Tipline Desk"))
    QApplication.setDesktopFileName("tipline-desk")
    life = Life(prepare, band, settings, Scheme(scheme), give_up)
    collector = Collector(life)
    life.window.show()
    QTimer.singleShot(0, life.begin)
    if dropped:
        life.window.dropped.emit(dropped)
    code = app.exec()
    ended = life.end()
    collector.end()
    if not ended:
        # Before the interpreter takes its modules down: that would wait for the threads that stand still.
        atexit.register(os._exit, int(code))
    return int(code)
