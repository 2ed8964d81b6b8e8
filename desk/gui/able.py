"""Whether this computer can file at all: where it has no keyring, the desk says so at its start."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desk.domain.errors import NoKeyring
from desk.gui.session import Session
from desk.gui.window import MainWindow
from desk.gui.words import tr


class Able(QObject):
    """The agency's credentials lie in a keyring alone; a workspace with a passphrase opens without one."""

    def __init__(self, session: Session, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._window = window

    def ask(self) -> None:
        desk = self._session.desk

        def work() -> str:
            endpoint = desk.configuration.endpoint()
            try:
                if endpoint is not None:
                    desk.credentials.state(endpoint)
            except NoKeyring as problem:
                return problem.words()
            return ""

        self._session.runner.run_read(work, self._say, owner=self, key="files")

    def _say(self, why: str) -> None:
        if why:
            words = tr("Reports can be drafted on this computer, but not filed. {why}", why=why)
            self._window.notices.show_notice("bad", words)
