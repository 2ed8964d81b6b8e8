"""Reporting rules: which policies lead to which queue, agency and contact.

What a rule does: cases that a machine found go to its review queue; a violation that a person confirms
under one of its policies is filed from that queue, and asks for a report from any other; its contact
stands in those reports.

Pausing takes effect at once, for an administrator must be able to stop a rule that sends cases astray.
But a missed report is the danger of it: until a supervisor has agreed to the pause (``stopping``) a
confirmed violation still asks for its report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desk.domain.policy import Policy, covers, find, resolve

if TYPE_CHECKING:
    from desk.domain.case import SourceKind

AGENCIES: Mapping[str, str] = {"ncmec": "NCMEC CyberTipline"}
"""The agencies that a rule can name, by id: there from the start, nothing to add."""

MOST_TEXT = 120
FOUND_BY_MACHINE = frozenset({"ai_detection", "hash_match"})
"""Sources (by value) whose cases nobody has looked at before they come to the desk."""

_EMAIL = re.compile(r"[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\s@.,;<>()]{2,}")


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
    """A reporting rule. Pausing it (``enabled`` False) touches nothing already sent.

    ``stopping``: paused by one person only so far; it still asks for reports.
    """

    id: int
    name: str
    policies: tuple[str, ...]
    queue: str
    contact: Contact
    agency: str = "ncmec"
    enabled: bool = True
    stopping: bool = False

    @property
    def prompts(self) -> bool:
        """Whether a confirmed violation asks for a report."""
        return self.enabled or self.stopping


def matching(rules: Iterable[Rule], policies: Iterable[str], tree: Iterable[Policy] = ()) -> Rule | None:
    """The first enabled rule that covers one of the case's policies, else None."""
    return _first((rule for rule in rules if rule.enabled), policies, tree)


def prompting(rules: Iterable[Rule], policies: Iterable[str], tree: Iterable[Policy] = ()) -> Rule | None:
    """The rule that asks for a report when one of these policies is confirmed as violated, else None."""
    every = tuple(rules)
    wanted, known = tuple(policies), tuple(tree)
    return matching(every, wanted, known) or _first((rule for rule in every if rule.stopping), wanted, known)


def review_queue(
    rules: Iterable[Rule], tree: Iterable[Policy], source: SourceKind, policies: Iterable[str]
) -> str | None:
    """The queue that a rule sends a case to; None where none does, or where a person found it."""
    if source.value not in FOUND_BY_MACHINE:
        return None
    rule = matching(rules, policies, tree)
    return rule.queue if rule is not None else None


def covered(rule: Rule, tree: Iterable[Policy], path: str) -> bool:
    """Whether the rule covers the policy: by name, or by one above it."""
    return _first((rule,), (path,), tree) is not None


def lost(before: Iterable[Policy], after: Iterable[Policy], rules: Iterable[Rule]) -> tuple[str, ...]:
    """Policies (as ``before`` calls them) whose violations would not ask for a report any more."""
    old, new, every = tuple(before), tuple(after), tuple(rules)
    return tuple(
        policy.path
        for policy in old
        if prompting(every, (policy.path,), old) is not None and prompting(every, (policy.path,), new) is None
    )


def rule_problems(rule: Rule, others: Iterable[Rule], tree: Iterable[Policy]) -> dict[str, str]:
    """What is wrong with a rule, in words by field: name, agency, policies, queue, and the contact's."""
    known = tuple(tree)
    found: dict[str, str] = {}
    if not rule.name.strip():
        found["name"] = "A rule has no name. Name it, so that people know it again."
    elif len(rule.name) > MOST_TEXT:
        found["name"] = f"A name has at most {MOST_TEXT} characters."
    elif any(one.id != rule.id and one.name.casefold() == rule.name.strip().casefold() for one in others):
        found["name"] = "Another rule has this name. Give this one a name of its own."
    if rule.agency.casefold() not in AGENCIES:
        found["agency"] = "This agency is not known to the desk. Choose one of the list."
    if not rule.policies:
        found["policies"] = "The rule names no policy. Choose at least one."
    elif gone := [path for path in rule.policies if known and find(known, path) is None]:
        found["policies"] = f"This policy is not in the tree: {gone[0]}. Choose another one."
    if not rule.queue.strip():
        found["queue"] = "Choose the queue in which its cases are looked at, or name a new one."
    elif len(rule.queue) > MOST_TEXT:
        found["queue"] = f"A queue's name has at most {MOST_TEXT} characters."
    return found | contact_problems(rule.contact)


def contact_problems(contact: Contact) -> dict[str, str]:
    """What is wrong with a reporting contact, in words by field."""
    found: dict[str, str] = {}
    if not contact.first_name.strip():
        found["first_name"] = "The contact needs a first name."
    if not contact.last_name.strip():
        found["last_name"] = "The contact needs a last name."
    if not contact.email.strip():
        found["email"] = "The contact needs an email address: the agency writes to it."
    elif not _EMAIL.fullmatch(contact.email.strip()):
        found["email"] = "This is not an email address. It has one @ and a domain, such as name@example.com."
    return found


def _first(rules: Iterable[Rule], policies: Iterable[str], tree: Iterable[Policy]) -> Rule | None:
    known = tuple(tree)
    wanted = [resolve(known, path) for path in policies]
    for rule in rules:
        chosen = [resolve(known, path) for path in rule.policies]
        if any(covers(one, path) for one in chosen for path in wanted):
            return rule
    return None
