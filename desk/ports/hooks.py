"""Hooks on the platform's side: the calls as the store keeps them, and the one who makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desk.domain.hooks import HookKind, HookState


@dataclass(frozen=True, slots=True)
class HookCall:
    """One call, waiting or at an end. No body is kept: it is made anew from the case when it is sent."""

    id: int
    kind: HookKind
    case_number: int
    filing_id: int | None
    state: HookState
    asked_at: datetime
    next_at: datetime | None
    tries: int
    words: str
    """What went wrong last, or what came of it."""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HookReply:
    """What came back. ``status`` None: no answer; then ``words`` say why."""

    status: int | None
    body: bytes = field(default=b"", repr=False)
    words: str = ""


class HookClient(Protocol):
    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HookReply:
        """One call, without redirects, within bounded time and size. Raises nothing for what the net does."""
        ...


class HookCalls(Protocol):
    def ask(
        self, kind: HookKind, case_number: int, key: str, at: datetime, *, filing_id: int | None = None
    ) -> bool:
        """Keep a call; False where there is one with this key: each is made once."""
        ...

    def untold(self, since: datetime, *, limit: int = 100) -> tuple[tuple[int, int], ...]:
        """(filing, case) of reports filed since then that the platform was not told of yet."""
        ...

    def known(self, kind: HookKind, key: str) -> bool:
        """Whether a call with this key was ever asked for."""
        ...

    def due(self, now: datetime) -> bool:
        """Whether ``take`` would find one."""
        ...

    def take(self, now: datetime, until: datetime) -> HookCall | None:
        """Lease the call that is due longest and that nobody makes; None where none is."""
        ...

    def settle(
        self, call_id: int, state: HookState, words: str, at: datetime, *, next_at: datetime | None = None
    ) -> None:
        """Keep how a try ended; the lease is over."""
        ...

    def again(self, call_id: int, at: datetime) -> HookCall:
        """A person wants it tried now. Raises UserError where there is no such call, or it is done."""
        ...

    def of_case(self, case_number: int, kind: HookKind) -> HookCall | None:
        """The latest call about this case."""
        ...

    def troubled(self, *, limit: int = 50) -> tuple[HookCall, ...]:
        """Calls that were tried and did not come through, given up or not, the newest first."""
        ...

    def waiting(self) -> int: ...
