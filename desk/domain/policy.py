"""The platform's policy tree and the incident type each policy proposes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desk.domain.incident import IncidentType


@dataclass(frozen=True, slots=True)
class Policy:
    """A node of the tree. ``path`` is its full slug path (``child-safety/csam``)."""

    path: str
    title: str
    incident_type: IncidentType | None = None

    @property
    def parent(self) -> str | None:
        head, _, _ = self.path.rpartition("/")
        return head or None


def covers(chosen: str, path: str) -> bool:
    """Whether choosing ``chosen`` covers ``path``: itself and everything below it, now and later."""
    return path == chosen or path.startswith(chosen + "/")


def proposed_type(policies: Iterable[Policy], confirmed: str) -> IncidentType | None:
    """The incident type that the confirmed policy proposes: its own, else its nearest ancestor's.

    A proposal only: a person picks the type.
    """
    best: Policy | None = None
    for policy in policies:
        if policy.incident_type is None or not covers(policy.path, confirmed):
            continue
        if best is None or len(policy.path) > len(best.path):
            best = policy
    return best.incident_type if best else None
