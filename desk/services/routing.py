"""Cases that wait, put into the queues that the rules as they are now name for them.

A rule that changes moves nothing by itself: an administrator sees how many cases would move, and moves them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from desk.domain.errors import Cancelled
from desk.domain.roles import Operator, Permission, require
from desk.domain.rules import matching
from desk.ports import Clock, Store, Waiting
from desk.services.auditing import note
from desk.services.changes import Change, Done, done
from desk.services.configuration import DEFAULT_QUEUE, DeskSettings, settings_of

BATCH = 500
"""Waiting cases that are looked at in one transaction."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Waiting cases that the rules would put elsewhere: (from queue, to queue, how many)."""

    moves: tuple[tuple[str, str, int], ...] = ()

    @property
    def total(self) -> int:
        return sum(count for _, _, count in self.moves)


class Routing:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def moves(self, by: Operator, *, cancelled: Callable[[], bool] | None = None) -> Moves:
        """How many waiting cases the rules as they are now would put into another queue."""
        require(by, Permission.SETTINGS)
        stop = cancelled or (lambda: False)
        counted: Counter[tuple[str, str]] = Counter()
        after, now = 0, self._clock.now()
        while True:
            with self._store.read() as uow:
                settings = settings_of(uow)
                found = uow.routing.waiting(after, BATCH, now)
            for case in found:
                queue = place(settings, case)
                if queue != case.queue:
                    counted[(case.queue, queue)] += 1
            if len(found) < BATCH:
                return Moves(tuple((*pair, count) for pair, count in sorted(counted.items())))
            after = found[-1].number
            _check_cancelled(stop)

    def apply(
        self,
        by: Operator,
        *,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Done[int]:
        """Put waiting cases where the rules send them; how many moved. What somebody holds stays.

        Each batch is a transaction of its own, with its entry in the log: cancelling keeps what was moved.
        """
        require(by, Permission.SETTINGS)
        stop, tell = cancelled or (lambda: False), progress or (lambda _moved: None)
        after = moved = 0
        while True:
            now = self._clock.now()
            with self._store.write() as uow:
                settings = settings_of(uow)
                found = uow.routing.waiting(after, BATCH, now)
                targets: dict[str, list[int]] = {}
                for case in found:
                    queue = place(settings, case)
                    if queue != case.queue:
                        targets.setdefault(queue, []).append(case.number)
                some = sum(uow.routing.move(numbers, queue, now) for queue, numbers in targets.items())
                if some:
                    note(uow, "cases.rerouted", now, by, cases=some, queues=len(targets))
            moved += some
            tell(moved)
            if len(found) < BATCH:
                return done(moved, Change.QUEUE, Change.CASE)
            after = found[-1].number
            _check_cancelled(stop)


def place(settings: DeskSettings, case: Waiting) -> str:
    """The queue in which a case that a machine found waits, by the rules as they are."""
    rule = matching(settings.rules, case.policies, settings.policies)
    return rule.queue if rule is not None else case.own_queue or DEFAULT_QUEUE


def _check_cancelled(stop: Callable[[], bool]) -> None:
    if stop():
        raise Cancelled("Stopped.", "What was done so far is kept.")
