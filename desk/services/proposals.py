"""What the policy and the guide propose for a report; and whether a person chose another type.

A proposal is never preselected and never decides: the type is the person's. Where it differs, the
confirmation says so, for a slip of the hand would be filed as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from desk.domain.case import Case
from desk.domain.draft import Draft
from desk.domain.guidance import Outcome, Result, at, read
from desk.domain.incident import IncidentType
from desk.domain.policy import proposed_type
from desk.ports import UnitOfWork
from desk.services.configuration import DeskSettings


@dataclass(frozen=True, slots=True)
class Proposed:
    """``policy``: the one that proposes; None for the answers in the guide. ``type`` None: no report."""

    type: IncidentType | None
    policy: str | None


def of_policy(
    settings: DeskSettings, case: Case, violated: str | None
) -> tuple[IncidentType | None, str | None]:
    """What the confirmed policy proposes; where none was confirmed yet, the first that the case names."""
    for policy in (violated,) if violated else case.data.policies:
        found = proposed_type(settings.policies, policy)
        if found is not None:
            return found, policy
    return None, None


def differing(uow: UnitOfWork, settings: DeskSettings, case: Case, draft: Draft) -> tuple[Proposed, ...]:
    """What was proposed and is not what the draft says."""
    kind, policy = of_policy(settings, case, draft.policy)
    found = [Proposed(kind, policy)] if kind is not None else []
    found += _of_guide(uow, case.number)
    return tuple(one for one in found if one.type is not draft.incident_type)


def _of_guide(uow: UnitOfWork, number: int) -> list[Proposed]:
    """Where the last walk through the guide ended."""
    walks = [walk for walk in uow.elsewhere.walks(number) if walk.path]
    if not walks:
        return []
    try:
        result = at(read(max(walks, key=lambda walk: walk.at).path))
    except ValueError:  # of an older table of questions
        return []
    if not isinstance(result, Result):
        return []
    if result.type is None and result.outcome is not Outcome.NOT_HERE:
        return []
    return [Proposed(result.type, None)]
