"""What ties accounts together across cases, as the store keeps it: every question is an indexed look-up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from desk.domain.account import PersonRole
from desk.domain.account_links import Link, LinkKind
from desk.domain.case import CaseState
from desk.domain.decision import DecisionKind


@dataclass(frozen=True, slots=True)
class AccountCase:
    """A case that names an account, and what became of it."""

    number: int
    platform_id: str
    summary: str
    role: PersonRole
    state: CaseState
    received_at: datetime
    decision: DecisionKind | None
    report_id: str | None
    """Of the report that was filed on it."""

    def __repr__(self) -> str:  # people stay out of tracebacks
        return f"AccountCase(number={self.number})"


@dataclass(frozen=True, slots=True)
class OwnLink:
    """A value that an account's cases name: in how many (counted up to 1,001), its use in the latest."""

    kind: LinkKind
    value: str
    cases: int
    port: int | None
    at: datetime | None

    def __repr__(self) -> str:  # people stay out of tracebacks
        return f"OwnLink({self.kind.value})"


@dataclass(frozen=True, slots=True)
class OtherUse:
    """The same value with another account (empty where its case names none), in its latest case."""

    account: str
    case_number: int
    port: int | None
    at: datetime | None

    def __repr__(self) -> str:  # people stay out of tracebacks
        return f"OtherUse(case_number={self.case_number})"


class Accounts(Protocol):
    def keep(self, case_number: int, account: str, links: Iterable[Link]) -> None:
        """Add a case's links to what is kept of it; values of earlier revisions stay, times are renewed."""
        ...

    def forget(self, case_number: int) -> None:
        """Drop a case's links."""
        ...

    def cases(self, account: str, *, before: int | None = None, limit: int = 50) -> tuple[AccountCase, ...]:
        """Cases about this account below number ``before``, the newest first."""
        ...

    def count(self, account: str, *, most: int) -> int:
        """How many cases are about this account; counted up to ``most``."""
        ...

    def mentions(self, account: str, *, limit: int = 50) -> tuple[AccountCase, ...]:
        """Cases that name it in another role, the newest first."""
        ...

    def links(self, account: str, *, limit: int = 200) -> tuple[OwnLink, ...]:
        """What its cases name, by kind, the most frequent first; a quarter of ``limit`` of each kind."""
        ...

    def others(self, kind: LinkKind, value: str, *, but: str, limit: int) -> tuple[OtherUse, ...]:
        """Other accounts with this value, each once, by account: at most ``limit``."""
        ...

    def sharing(self, kind: LinkKind, value: str, *, but: str, most: int) -> int:
        """How many other accounts have this value; counted up to ``most``."""
        ...

    def find(self, text: str, *, limit: int = 20) -> tuple[str, ...]:
        """Accounts whose id begins with this, and such that used this very email, phone, device or IP."""
        ...
