"""The filter bar's choices and saved filters: read, kept under a name, removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desk.domain.roles import Permission
from desk.gui.queue.ask import Answer, AskDialog
from desk.gui.queue.filters import FilterBar
from desk.gui.session import Session
from desk.gui.words import tr
from desk.ports import CaseFilter, SavedFilter


class Saved(QObject):
    """Serves one filter bar. ``shown`` tells the filter that is kept; ``failed`` carries a DeskError."""

    failed = Signal(object)

    def __init__(
        self, session: Session, bar: FilterBar, shown: Callable[[], CaseFilter], page: QWidget
    ) -> None:
        super().__init__(page)
        self._session, self._bar, self._shown, self._page = session, bar, shown, page
        bar.save_asked.connect(self._save)
        bar.renaming_asked.connect(self._ask_name)
        bar.removal_asked.connect(self._remove)

    def ask(self) -> None:
        """Read what can be chosen, and the saved filters."""
        desk, operator = self._session.desk, self._session.operator
        run = self._session.runner.run_read
        run(lambda: desk.queue.choices(operator), self._bar.set_choices, owner=self, key="choices")
        run(lambda: desk.filters.all(operator), self._came, owner=self, key="saved")

    def _came(self, saved: Sequence[SavedFilter]) -> None:
        filters, operator = self._session.desk.filters, self._session.operator
        self._bar.set_saved(saved, [one for one in saved if filters.may_change(operator, one)])

    def _save(self) -> None:
        shares = self._session.operator.may(Permission.SUPERVISE_QUEUE)
        dialog = AskDialog(
            tr("Save this filter"),
            tr("It keeps the heading, the filters, the order and the words sought."),
            tr("Name"),
            tr("Save"),
            self._page,
            tick=tr("Everybody at this desk may use it") if shares else "",
            line=True,
            problem=tr("Name it after what it shows."),
        )
        dialog.answered.connect(self._named)
        dialog.open()

    def _named(self, said: Answer) -> None:
        filters, operator, wanted = self._session.desk.filters, self._session.operator, self._shown()
        self._session.act(
            lambda: filters.save(operator, said.note, wanted, shared=said.on),
            lambda _saved: self.ask(),
            self.failed.emit,
            owner=self,
        )

    def _ask_name(self, saved: SavedFilter) -> None:
        about = (
            tr("Everybody who uses it finds it by the new name.")
            if saved.shared
            else tr("It shows the same.")
        )
        problem = tr("Name it after what it shows.")
        title, act = tr("Rename this filter"), tr("Rename")
        dialog = AskDialog(
            title, about, tr("Name"), act, self._page, line=True, problem=problem, value=saved.name
        )
        dialog.answered.connect(partial(self._rename, saved))
        dialog.open()

    def _rename(self, saved: SavedFilter, said: Answer) -> None:
        filters, operator = self._session.desk.filters, self._session.operator
        self._session.act(
            lambda: filters.rename(operator, saved.id, said.note),
            lambda _renamed: self.ask(),
            self.failed.emit,
            owner=self,
        )

    def _remove(self, saved: SavedFilter) -> None:
        filters, operator = self._session.desk.filters, self._session.operator
        self._session.act(
            lambda: filters.remove(operator, saved.id),
            lambda _nothing: self.ask(),
            self.failed.emit,
            owner=self,
        )
