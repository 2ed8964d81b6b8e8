"""What an act changed. Screens that show it ask again; nobody pushes values into them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class Change(enum.StrEnum):
    QUEUE = "queue"
    CASE = "case"
    DRAFT = "draft"
    VIEWING = "viewing"
    OUTBOX = "outbox"
    REPORTS = "reports"
    AUDIT = "audit"
    SETTINGS = "settings"
    HOOKS = "hooks"
    PEOPLE = "people"
    APPROVALS = "approvals"


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The result of an act, and what it changed."""

    value: T
    changes: frozenset[Change]


def done(value: T, *changes: Change) -> Done[T]:
    return Done(value, frozenset((*changes, Change.AUDIT)))
