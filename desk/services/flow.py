"""Work written as one after the other and carried out side by side: it yields what is to be done, and is sent
what came of it.

So one thread can hold many filings: what several of them write at the same moment shares a commit, and while
the service answers one, the others go on.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from desk.domain.filing import Reply
from desk.ports import Begun, Store, UnitOfWork

R = TypeVar("R")


class Write(NamedTuple):
    """What is done in a unit of work. The flow goes on when that is on the disk.

    The body is run again, alone, where another's that shared the transaction failed: it changes nothing but
    what it is given. ``takes``: it looks for something to do, and gives None where there is nothing.
    """

    body: Callable[[UnitOfWork], Any]
    takes: bool = False


class Work(NamedTuple):
    """What may take long, so that it is given to a thread; ``quick``: it surely does not.

    ``begin`` begins it without waiting, where that can be done: it gives what is under way, or at once what
    came of it; None where it can't.
    """

    body: Callable[[], Any]
    quick: bool = False
    begin: Callable[[], Begun | Reply | None] | None = None


Flow = Generator[Write | Work, Any, R]


class Ended(NamedTuple):
    """What came of a step: a value, or what it raised."""

    value: Any = None
    error: BaseException | None = None


def follow(store: Store, flow: Flow[R]) -> R:
    """Carry out all of it on this thread. Raises what it raises."""
    last = Ended()
    while True:
        try:
            wanted = flow.send(last.value) if last.error is None else flow.throw(last.error)
        except StopIteration as end:
            result: R = end.value
            return result
        last = _carried_out(store, wanted)


def _carried_out(store: Store, wanted: Write | Work) -> Ended:
    if isinstance(wanted, Write):
        return done(partial(_written, store, wanted))
    begun = begin(wanted)
    if begun is None:
        return done(wanted.body)
    return begun if isinstance(begun, Ended) else done(partial(_awaited, begun))


def _written(store: Store, wanted: Write) -> Any:
    with store.write() as unit:
        return wanted.body(unit)


def _awaited(begun: Begun) -> Reply:
    while True:
        ready = readable([begun.fileno()], begun.until - time.monotonic())
        if not ready and time.monotonic() < begun.until:
            continue
        reply = begun.look() if ready else begun.give_up()
        if reply is not None:
            return reply


def done(body: Callable[[], Any]) -> Ended:
    """What came of it, or what it raised."""
    try:
        return Ended(body())
    except BaseException as problem:
        return Ended(error=problem)


def begin(work: Work) -> Begun | Ended | None:
    """What is under way now, or what came of it already; None where it can only be done as a whole."""
    if work.begin is None:
        return None
    try:
        begun = work.begin()
    except BaseException as problem:
        return Ended(error=problem)
    return Ended(begun) if isinstance(begun, Reply) else begun


def readable(numbers: Iterable[int], seconds: float) -> list[int]:
    """Which of these open sockets can be read, or were hung up, after so many seconds, at most a minute."""
    seconds = min(max(0.0, seconds), 60.0)
    if not hasattr(select, "poll"):  # Windows; there it takes sockets of any number
        return select.select(list(numbers), [], [], seconds)[0]
    poll = select.poll()
    for number in numbers:
        poll.register(number, select.POLLIN)
    return [number for number, _ in poll.poll(seconds * 1000)]
