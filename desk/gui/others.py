"""What others wrote is shown without being asked for: new cases, claims, reports, settings."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desk.domain.errors import DeskError
from desk.gui.session import Session
from desk.services.others import Heard


class Others(QObject):
    """Looks when it is told to; what this window wrote itself is known already, and not told twice."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._size: int | None = None
        self._wrote = False
        session.changed.connect(self._changed)

    @property
    def known(self) -> int | None:
        """Entries of the log that are shown already."""
        return self._size

    def _changed(self, _changes: object) -> None:
        self._wrote = True

    def look(self) -> None:
        others, operator = self._session.desk.others, self._session.operator
        since, own = self._size, not self._wrote
        self._wrote = False
        self._session.runner.run_read(
            lambda: others.look(since, operator, own=own),
            self._heard,
            self._not_heard,
            owner=self,
            key="look",
        )

    def _heard(self, heard: Heard) -> None:
        self._size = heard.size
        if heard.changes:
            wrote = self._wrote
            self._session.tell(heard.changes)
            self._wrote = wrote

    def _not_heard(self, _problem: DeskError) -> None:
        """The status line says that the workspace does not answer."""
