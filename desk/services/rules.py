"""Reporting rules: every change of one is asked for and takes effect when a supervisor agrees.

Only pausing takes effect at once; but until a supervisor has agreed to the pause, confirmed violations
still ask for their report (desk.domain.rules says why). Nothing here touches what was confirmed or sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from desk.domain.approval import Approval, ApprovalKind, ApprovalState
from desk.domain.codec import from_plain, to_plain
from desk.domain.errors import NotReady, UserError
from desk.domain.policy import Policy, covers, find, resolve
from desk.domain.roles import Operator, Permission, require
from desk.domain.rules import Rule, rule_problems
from desk.ports import CaseFilter, Clock, Store, UnitOfWork
from desk.services.approvals import Approvals
from desk.services.auditing import note
from desk.services.changes import Change, Done, done
from desk.services.configuration import DEFAULT_QUEUE, DeskSettings, keep, settings_of

LAST_ID = "rules.last"
ASK_ANEW = "Decline it; where it is still wanted it is asked for anew, on the rules as they are now."


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as shown, with what waits for a second person about it. ``rule.id`` 0: it is not there yet."""

    rule: Rule
    waits: tuple[Approval, ...] = ()


@dataclass(frozen=True, slots=True)
class RulesView:
    """The rules, the policies they choose from, and the queues that are known."""

    lines: tuple[RuleLine, ...]
    policies: tuple[Policy, ...]
    queues: tuple[str, ...]
    second_person: bool
    """Whether anybody but the one who looks could agree to a change."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a policy, with all below it, is used by: names of rules, and how many open cases."""

    rules: tuple[str, ...]
    cases: int


class ReportingRules:
    def __init__(self, store: Store, clock: Clock, approvals: Approvals) -> None:
        self._store = store
        self._clock = clock
        self._approvals = approvals
        approvals.register(ApprovalKind.RULES, self._agreed, refused=self._refused)

    # reading ------------------------------------------------------------------

    def view(self, by: Operator) -> RulesView:
        """Raises NotAllowed."""
        require(by, Permission.SEE_SETTINGS)
        with self._store.read() as uow:
            settings = settings_of(uow)
            waits = uow.approvals.pending(ApprovalKind.RULES)
            people = uow.people.all()
        lines = [
            RuleLine(rule, tuple(one for one in waits if one.subject["id"] == rule.id))
            for rule in settings.rules
        ]
        lines += [
            RuleLine(from_plain(Rule, one.subject["after"]), (one,))
            for one in waits
            if one.subject["act"] == "add"
        ]
        queues = dict.fromkeys((DEFAULT_QUEUE, *(line.rule.queue for line in lines)))
        second = any(one.id != by.id and one.may(Permission.AGREE_RULES) for one in people)
        return RulesView(tuple(lines), settings.policies, tuple(queues), second)

    def problems(self, by: Operator, rule: Rule) -> dict[str, str]:
        """What is wrong with a rule as it stands in the form, in words by field."""
        require(by, Permission.SETTINGS)
        with self._store.read() as uow:
            settings = settings_of(uow)
            others = _with_asked(uow, settings)
        return rule_problems(rule, others, settings.policies)

    def usage(self, by: Operator, path: str) -> Usage:
        """Who uses a policy, or one below it: rules by name, and how many cases that nobody decided."""
        require(by, Permission.SETTINGS)
        with self._store.read() as uow:
            settings = settings_of(uow)
            wanted = CaseFilter(policy=resolve(settings.policies, path))
            count = uow.cases.count(wanted, self._clock.now())
        return Usage(named_by(settings.rules, settings.policies, path), count)

    # asking -------------------------------------------------------------------

    def ask(self, by: Operator, rule: Rule, reason: str) -> Done[Approval]:
        """Ask for a new rule (id 0) or for another form of one; whether it runs stays as it is.

        Raises NotReady with the problems by field, UserError without a reason, NotAllowed.
        """
        require(by, Permission.SETTINGS)
        with self._store.write() as uow:
            settings = settings_of(uow)
            found = rule_problems(rule, _with_asked(uow, settings), settings.policies)
            if found:
                problems = tuple((field, "rule", words) for field, words in found.items())
                raise NotReady("The rule is not complete.", "Mend what is said at its fields.", problems)
            rule = _tidy(rule)
            if rule.id == 0:
                asked = self._ask(uow, by, settings, "add", None, rule, reason)
            else:
                before = _rule(settings, rule.id)
                after = replace(rule, enabled=before.enabled, stopping=before.stopping)
                if after == before:
                    raise UserError("Nothing of the rule was changed.", "Change something first.")
                asked = self._ask(uow, by, settings, "change", before, after, reason)
        return done(asked, Change.APPROVALS, Change.SETTINGS)

    def ask_removal(self, by: Operator, rule_id: int, reason: str) -> Done[Approval]:
        """Ask that a rule be taken away."""
        require(by, Permission.SETTINGS)
        with self._store.write() as uow:
            settings = settings_of(uow)
            asked = self._ask(uow, by, settings, "remove", _rule(settings, rule_id), None, reason)
        return done(asked, Change.APPROVALS, Change.SETTINGS)

    def pause(self, by: Operator, rule_id: int, reason: str) -> Done[Approval]:
        """Stop a rule now, and ask a supervisor to agree that it stays so."""
        require(by, Permission.SETTINGS)
        with self._store.write() as uow:
            settings = settings_of(uow)
            before = _rule(settings, rule_id)
            if not before.enabled:
                raise UserError("This rule is paused already.")
            stopped = replace(before, enabled=False, stopping=True)
            asked = self._ask(uow, by, settings, "pause", before, stopped, reason)
            self._put(uow, settings, stopped, by, "rule.stopped")
        return done(asked, Change.APPROVALS, Change.SETTINGS)

    def enable(self, by: Operator, rule_id: int, reason: str) -> Done[Approval | None]:
        """Let a rule run: asked for, or at once where a supervisor has not agreed to its pause yet."""
        require(by, Permission.SETTINGS)
        now = self._clock.now()
        with self._store.write() as uow:
            settings = settings_of(uow)
            before = _rule(settings, rule_id)
            if before.enabled:
                raise UserError("This rule is enabled already.")
            if before.stopping:
                for one in uow.approvals.pending(ApprovalKind.RULES):
                    if one.subject["act"] == "pause" and one.subject["id"] == rule_id:
                        uow.approvals.decide(one.id, ApprovalState.WITHDRAWN, by.id, now, "")
                        note(uow, "approval.withdrawn", now, by, approval=one.id, kind=one.kind.value)
                self._put(uow, settings, replace(before, enabled=True, stopping=False), by, "rule.resumed")
                return done(None, Change.APPROVALS, Change.SETTINGS)
            after = replace(before, enabled=True)
            asked = self._ask(uow, by, settings, "enable", before, after, reason)
        return done(asked, Change.APPROVALS, Change.SETTINGS)

    def _ask(
        self,
        uow: UnitOfWork,
        by: Operator,
        settings: DeskSettings,
        act: str,
        before: Rule | None,
        after: Rule | None,
        reason: str,
    ) -> Approval:
        rule = after or before
        assert rule is not None
        for one in uow.approvals.pending(ApprovalKind.RULES):
            if rule.id and (one.subject["act"], one.subject["id"]) == (act, rule.id):
                raise UserError(
                    "The same was asked for already and waits for a supervisor.",
                    "Withdraw that under Approvals, or wait for the answer.",
                )
        paths = {*(before.policies if before else ()), *(after.policies if after else ())}
        named = {path: find(settings.policies, path) for path in sorted(paths)}
        subject: dict[str, Any] = {
            "act": act,
            "id": rule.id,
            "before": to_plain(before),
            "after": to_plain(after),
            "titles": {path: policy.title for path, policy in named.items() if policy is not None},
        }
        return self._approvals.ask_in(uow, by, ApprovalKind.RULES, TITLES[act], subject, reason)

    # decided ------------------------------------------------------------------

    def _agreed(self, uow: UnitOfWork, approval: Approval, by: Operator) -> tuple[Change, ...]:
        """A supervisor agreed: done, if the rule still is as it was when it was asked."""
        subject, settings = approval.subject, settings_of(uow)
        act, rule_id = subject["act"], subject["id"]
        before = from_plain(Rule, subject["before"]) if subject["before"] else None
        after = from_plain(Rule, subject["after"]) if subject["after"] else None
        current = next((rule for rule in settings.rules if rule.id == rule_id), None)
        if act == "add":
            assert after is not None
            after = replace(after, id=_next_id(uow, settings))
        elif current is None or before is None:
            raise _stale()
        elif act in ("change", "remove"):
            if _form(current) != _form(before):
                raise _stale()
            if after is not None:
                after = replace(after, enabled=current.enabled, stopping=current.stopping)
        elif act == "enable":
            if current.enabled or current.stopping:
                raise _stale()
            after = replace(current, enabled=True)
        else:
            if not current.stopping:
                raise _stale()
            after = replace(current, stopping=False)
        if after is None:
            kept = tuple(rule for rule in settings.rules if rule.id != rule_id)
            keep(uow, replace(settings, rules=kept))
            note(uow, "rule.removed", self._clock.now(), by, rule=rule_id, approval=approval.id)
        else:
            problems = rule_problems(after, settings.rules, settings.policies)
            if problems and act in ("add", "change"):
                raise UserError(next(iter(problems.values())), ASK_ANEW)
            self._put(uow, settings, after, by, DONE[act], approval.id)
        return (Change.SETTINGS, Change.QUEUE, Change.CASE)

    def _refused(self, uow: UnitOfWork, approval: Approval, by: Operator) -> tuple[Change, ...]:
        """Declined or withdrawn: a rule that was stopped while this waited runs again."""
        if approval.subject["act"] != "pause":
            return (Change.SETTINGS,)
        settings = settings_of(uow)
        current = next((rule for rule in settings.rules if rule.id == approval.subject["id"]), None)
        if current is not None and current.stopping:
            again = replace(current, enabled=True, stopping=False)
            self._put(uow, settings, again, by, "rule.resumed", approval.id)
        return (Change.SETTINGS, Change.QUEUE, Change.CASE)

    def _put(
        self,
        uow: UnitOfWork,
        settings: DeskSettings,
        rule: Rule,
        by: Operator,
        act: str,
        approval: int | None = None,
    ) -> None:
        known = any(one.id == rule.id for one in settings.rules)
        rules = tuple(rule if one.id == rule.id else one for one in settings.rules)
        keep(uow, replace(settings, rules=rules if known else (*rules, rule)))
        note(
            uow,
            act,
            self._clock.now(),
            by,
            rule=rule.id,
            policies=len(rule.policies),
            enabled=rule.enabled,
            **({"approval": approval} if approval is not None else {}),
        )


TITLES = {
    "add": "Add a reporting rule",
    "change": "Change a reporting rule",
    "remove": "Remove a reporting rule",
    "pause": "Pause a reporting rule",
    "enable": "Enable a reporting rule",
}
DONE = {
    "add": "rule.added",
    "change": "rule.changed",
    "pause": "rule.paused",
    "enable": "rule.enabled",
}


def named_by(rules: Iterable[Rule], tree: tuple[Policy, ...], path: str) -> tuple[str, ...]:
    """Names of the rules that choose this policy or one below it: without it they would choose nothing."""
    now = resolve(tree, path)
    return tuple(
        rule.name for rule in rules if any(covers(now, resolve(tree, chosen)) for chosen in rule.policies)
    )


def _stale() -> UserError:
    return UserError("The rule was changed since this was asked for.", ASK_ANEW)


def _rule(settings: DeskSettings, rule_id: int) -> Rule:
    for rule in settings.rules:
        if rule.id == rule_id:
            return rule
    raise UserError("There is no such rule any more.", "Open the settings again.")


def _form(rule: Rule) -> Rule:
    """The rule but for whether it runs."""
    return replace(rule, enabled=True, stopping=False)


def _tidy(rule: Rule) -> Rule:
    contact = rule.contact
    return replace(
        rule,
        name=rule.name.strip(),
        queue=rule.queue.strip(),
        agency=rule.agency.casefold(),
        stopping=False if rule.id == 0 else rule.stopping,
        contact=replace(
            contact,
            first_name=contact.first_name.strip(),
            last_name=contact.last_name.strip(),
            email=contact.email.strip(),
        ),
    )


def _with_asked(uow: UnitOfWork, settings: DeskSettings) -> tuple[Rule, ...]:
    """The rules, and those that wait to be added: a name is not to be given twice."""
    asked = (
        replace(from_plain(Rule, one.subject["after"]), id=-one.id)
        for one in uow.approvals.pending(ApprovalKind.RULES)
        if one.subject["act"] == "add"
    )
    return (*settings.rules, *asked)


def _next_id(uow: UnitOfWork, settings: DeskSettings) -> int:
    """Never one that another rule had: the log speaks of rules by their ids."""
    last = max((rule.id for rule in settings.rules), default=0)
    fresh = max(last, int(uow.settings.get(LAST_ID) or 0)) + 1
    uow.settings.set(LAST_ID, fresh)
    return fresh
