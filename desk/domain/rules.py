"""Reporting rules: which policies lead to which queue, agency and contact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desk.domain.policy import covers


@dataclass(frozen=True, slots=True)
class Contact:
    """The person at the platform whom the agency may ask about a report."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Contact(…)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A reporting rule. Pausing it (``enabled`` False) touches nothing already sent."""

    id: int
    name: str
    policies: tuple[str, ...]
    queue: str
    contact: Contact
    agency: str = "ncmec"
    enabled: bool = True


def matching(rules: Iterable[Rule], policies: Iterable[str]) -> Rule | None:
    """The first enabled rule that covers one of the case's policies, else None."""
    wanted = tuple(policies)
    for rule in rules:
        if rule.enabled and any(covers(chosen, path) for chosen in rule.policies for path in wanted):
            return rule
    return None
