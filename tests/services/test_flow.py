"""A flow is told what came of each step, also what it raised; both ways to carry it out do the same."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from desk.domain.errors import UserError
from desk.domain.filing import OutcomeKind, Reply
from desk.ports import UnitOfWork
from desk.services.flow import Flow, Work, Write, follow, readable
from tests.support.clocks import START
from tests.support.world import World


def put(name: str, value: Any) -> Write:
    def body(uow: UnitOfWork) -> str:
        uow.settings.set(name, value)
        return name

    return Write(body)


def got(world: World, name: str) -> Any:
    with world.store.read() as uow:
        return uow.settings.get(name)


def test_what_came_of_each_step_is_sent_back(world: World) -> None:
    def flow() -> Flow[list[Any]]:
        return [(yield put("one", 1)), (yield Work(lambda: 2)), (yield Work(lambda: 3, begin=lambda: None))]

    assert follow(world.store, flow()) == ["one", 2, 3]
    assert got(world, "one") == 1


def test_what_a_step_raises_is_raised_in_the_flow(world: World) -> None:
    raised: list[str] = []

    def fails(*_: Any) -> Any:
        raise UserError("It could not be done.")

    def flow() -> Flow[str]:
        for wanted in (Write(fails), Work(fails), Work(fails, begin=fails)):
            try:
                yield wanted
            except UserError as problem:
                raised.append(problem.message)
        yield put("after", True)
        yield Work(fails)
        raise AssertionError("it goes no further")

    with pytest.raises(UserError):
        follow(world.store, flow())
    assert raised == ["It could not be done."] * 3
    assert got(world, "after") is True


class Late:
    """Under way: it answers when something has come."""

    def __init__(self) -> None:
        self.here, self.there = socket.socketpair()
        self.until = 1e12
        self.looks = 0

    def fileno(self) -> int:
        return self.here.fileno()

    def look(self) -> Reply | None:
        self.looks += 1
        came = self.here.recv(1)
        if came == b"a":
            self.there.send(b"b")
            return None
        return Reply(OutcomeKind.ACCEPTED, START)

    def give_up(self) -> Reply:
        return Reply(OutcomeKind.UNKNOWN, START)

    def close(self) -> None:
        self.here.close()
        self.there.close()


def test_what_is_under_way_is_awaited_and_given_up_in_time(world: World) -> None:
    late = Late()

    def flow() -> Flow[Reply]:
        return (yield Work(lambda: None, begin=lambda: late))

    late.there.send(b"a")
    assert follow(world.store, flow()).kind is OutcomeKind.ACCEPTED
    assert late.looks == 2
    late.until = 0.0
    assert follow(world.store, flow()).kind is OutcomeKind.UNKNOWN
    late.close()


def test_an_answer_at_once_is_not_awaited(world: World) -> None:
    reply = Reply(OutcomeKind.TRY_AGAIN, START)

    def flow() -> Flow[Reply]:
        return (yield Work(lambda: None, begin=lambda: reply))

    assert follow(world.store, flow()) is reply


def test_readable_without_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    here, there = socket.socketpair()
    with here, there:
        for _ in range(2):
            assert readable([here.fileno()], 0) == []
            there.send(b"x")
            assert readable([here.fileno()], 5) == [here.fileno()]
            here.recv(1)
            monkeypatch.delattr("select.poll", raising=False)
