"""Saved filters of the queue: what a person looks for again, under a name. Supervisors share theirs."""

from __future__ import annotations

from dataclasses import replace

from desk.domain.errors import UserError
from desk.domain.roles import Operator, Permission, require
from desk.ports import CaseFilter, Clock, SavedFilter, Store, UnitOfWork
from desk.services.auditing import note
from desk.services.changes import Change, Done, done
from desk.services.queue import need_words


class SavedFilters:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def all(self, operator: Operator) -> tuple[SavedFilter, ...]:
        """One's own and the shared ones, by name."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return uow.queue.filters(operator.id)

    def save(
        self, operator: Operator, name: str, wanted: CaseFilter, *, shared: bool = False
    ) -> Done[SavedFilter]:
        """Keep a filter under a name; one's own of that name is replaced. Supervisors share theirs."""
        require(operator, Permission.SEE_QUEUE)
        if shared:
            require(operator, Permission.SUPERVISE_QUEUE)
        need_words(name, "The filter needs a name.", "Name it after what it shows.")
        with self._store.write() as uow:
            saved = uow.queue.save_filter(
                name.strip()[:80], operator.id, replace(wanted, operator_id=None), shared=shared
            )
            note(uow, "filter.saved", self._clock.now(), operator, filter=saved.id, shared=shared)
        return done(saved, Change.QUEUE)

    def rename(self, operator: Operator, filter_id: int, name: str) -> Done[SavedFilter]:
        """Give one's own another name; a supervisor shared ones too. Raises NotAllowed, UserError.

        A name that another filter of the same person has is refused: it would be lost.
        """
        require(operator, Permission.SEE_QUEUE)
        need_words(name, "The filter needs a name.", "Name it after what it shows.")
        wanted = name.strip()[:80]
        with self._store.write() as uow:
            saved = self._own(uow, operator, filter_id)
            taken = (one for one in uow.queue.filters(saved.owner) if one.owner == saved.owner)
            if any(one.name == wanted and one.id != filter_id for one in taken):
                raise UserError("There is a filter of that name already.", "Choose another name.")
            renamed = uow.queue.rename_filter(filter_id, wanted)
            note(uow, "filter.renamed", self._clock.now(), operator, filter=filter_id)
        return done(renamed, Change.QUEUE)

    def remove(self, operator: Operator, filter_id: int) -> Done[None]:
        """One's own; a supervisor removes shared ones too. Raises NotAllowed, UserError."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.write() as uow:
            self._own(uow, operator, filter_id)
            uow.queue.remove_filter(filter_id)
            note(uow, "filter.removed", self._clock.now(), operator, filter=filter_id)
        return done(None, Change.QUEUE)

    @staticmethod
    def may_change(operator: Operator, saved: SavedFilter) -> bool:
        """One's own; the shared ones by a supervisor."""
        return saved.owner == operator.id or (saved.shared and operator.may(Permission.SUPERVISE_QUEUE))

    def _own(self, uow: UnitOfWork, operator: Operator, filter_id: int) -> SavedFilter:
        saved = uow.queue.filter(filter_id)
        if not self.may_change(operator, saved):
            if not saved.shared:
                raise UserError("There is no such filter any more.")
            require(operator, Permission.SUPERVISE_QUEUE)
        return saved
