"""Signing in: what is kept of it, and the hash of passwords."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from desk.domain.signin import Access, Attempts


class SignIns(Protocol):
    """What operators sign in with, the attempts of names, and why somebody was reset."""

    def access(self, operator_id: int) -> Access:
        """What nothing was set for is active and has no way to sign in."""
        ...

    def all(self) -> tuple[Access, ...]: ...

    def put(self, access: Access) -> None: ...

    def use_step(self, operator_id: int, step: int) -> bool:
        """Mark a code's step as used; False where it, or a later one, was used already."""
        ...

    def set_recovery(self, operator_id: int, digests: frozenset[str]) -> None:
        """Replace all recovery codes."""
        ...

    def use_recovery(self, operator_id: int, digest: str) -> bool:
        """Use one up; False where it is none of them."""
        ...

    def recovery_left(self, operator_id: int) -> int: ...

    def attempts(self, name_digest: str) -> Attempts: ...

    def set_attempts(self, name_digest: str, attempts: Attempts) -> None:
        """Keep them; those without a failure leave no row."""
        ...

    def forget_attempts(self, before: datetime) -> None:
        """Remove those whose last one was before this time."""
        ...

    def note(self, operator_id: int, act: str, at: datetime, by_id: int | None, reason: str) -> int:
        """Keep why something was done to an operator; returns its number, which the audit log names."""
        ...


class Passwords(Protocol):
    """A slow, salted hash of passwords."""

    def hash(self, password: str) -> str: ...

    def verify(self, password: str, kept: str | None) -> bool:
        """Takes the same time where nothing is kept: False then."""
        ...

    def outdated(self, kept: str) -> bool:
        """Whether it was made with other costs than those of today."""
        ...
