"""A confirmed violation: which rule asks for its report, and the report made of all that the case holds.

In a rule's own queue the case is drafted whole and goes straight to the one confirmation; anywhere else
the person is asked to write the report. Either way the incident type is the one that the confirmed policy
proposes, shown and taken on purpose, and nothing is sent without the confirmation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from desk.domain.case import Case, CaseState, Claim
from desk.domain.errors import UserError
from desk.domain.filing import FieldProblem
from desk.domain.incident import IncidentType
from desk.domain.policy import find, proposed_type, resolve
from desk.domain.roles import Operator, Permission, require
from desk.domain.rules import FOUND_BY_MACHINE, Rule, matching, prompting
from desk.ports import Clock, Store
from desk.services.auditing import note
from desk.services.changes import Change, Done, done
from desk.services.configuration import DeskSettings, settings_of
from desk.services.drafting import Drafting
from desk.services.queue import require_own


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A policy that can be confirmed as violated: what it proposes, and the rule that asks for a report."""

    path: str
    title: str
    proposes: IncidentType | None
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules say of a case. ``files_from_here``: a machine found it, and it lies in the rule's queue.

    ``named`` are the policies that the case names, ``others`` the rest of the tree.
    """

    rule: Rule | None
    files_from_here: bool
    named: tuple[PolicyLine, ...]
    others: tuple[PolicyLine, ...]

    def line(self, path: str) -> PolicyLine | None:
        return next((one for one in (*self.named, *self.others) if one.path == path), None)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A report made of the case. With problems it is not ready: the form shows them at their fields."""

    case_number: int
    problems: tuple[FieldProblem, ...]

    @property
    def ready(self) -> bool:
        return not self.problems


class Violations:
    def __init__(self, store: Store, drafting: Drafting, clock: Clock) -> None:
        self._store = store
        self._drafting = drafting
        self._clock = clock

    def standing(self, operator: Operator, number: int) -> Standing:
        """Raises NotAllowed, UserError where there is no such case."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return standing_of(settings_of(uow), uow.cases.get(number))

    def confirm(
        self, operator: Operator, claim: Claim, policy: str, kind: IncidentType | None
    ) -> Done[Prepared]:
        """Note which policy is violated and draft the report with everything the case holds.

        ``kind`` is the incident type that the person took with it; None leaves the choice to the form.
        Raises ClaimLost, StaleDraft, UserError for a policy that is not in the tree or a case that was
        decided, NotAllowed. Nothing is sent by it.
        """
        require(operator, Permission.DECIDE)
        require(operator, Permission.DRAFT)
        require_own(operator, claim)
        view = self._drafting.open(operator, claim.case_id)
        now = self._clock.now()
        with self._store.write() as uow:
            uow.cases.renew(claim, claim.until, now)
            case, settings = uow.cases.get(claim.case_id), settings_of(uow)
            if case.state in (CaseState.REPORTING, CaseState.REPORTED, CaseState.CLOSED):
                raise UserError("This case is decided already.", "See what became of it on its page.")
            path = resolve(settings.policies, policy)
            if find(settings.policies, path) is None and policy not in case.data.policies:
                raise UserError("This policy is not in the tree.", "Choose one of the list.")
            rule = prompting(settings.rules, (path,), settings.policies)
            draft = replace(view.draft, policy=path, incident_type=kind or view.draft.incident_type)
            saved = uow.drafts.save(draft, view.saved.version, now, operator.id)
            note(
                uow,
                "violation.confirmed",
                now,
                operator,
                case_number=case.number,
                revision=case.revision,
                policy=path,
                rule=rule.id if rule else None,
                incident_type=kind.value if kind else None,
                review_queue=standing_of(settings, case).files_from_here,
            )
        problems = self._drafting.check(saved.draft, view).problems
        return done(Prepared(case.number, problems), Change.DRAFT)


def standing_of(settings: DeskSettings, case: Case) -> Standing:
    """What these settings say of the case."""
    tree = settings.policies
    rule = matching(settings.rules, case.data.policies, tree)
    named = tuple(dict.fromkeys(resolve(tree, path) for path in case.data.policies))
    found = case.data.source.kind.value in FOUND_BY_MACHINE

    def line(path: str) -> PolicyLine:
        policy = find(tree, path)
        return PolicyLine(
            path,
            policy.title if policy else path,
            proposed_type(tree, path),
            prompting(settings.rules, (path,), tree),
        )

    return Standing(
        rule=rule,
        files_from_here=rule is not None and found and case.queue == rule.queue,
        named=tuple(line(path) for path in named),
        others=tuple(line(policy.path) for policy in tree if policy.path not in named),
    )
