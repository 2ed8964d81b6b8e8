"""What is asked for, in words: one describing function for each kind of request.

A further kind of act gets a function here and a line in ``DESCRIBE``; a kind without one is shown by its
title, its reason and its case alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from desk.domain.approval import Approval, ApprovalKind, ApprovalState
from desk.domain.codec import from_plain
from desk.domain.policy import Policy, resolve
from desk.domain.preservation import Basis
from desk.domain.rules import AGENCIES, Rule
from desk.domain.second_review import SampleRule
from desk.gui import words
from desk.gui.second_review import words as review_words
from desk.gui.words import joined, plural, tr


@dataclass(frozen=True)
class Line:
    """One thing that changes: as it is, and as it would be. Either may be empty."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Described:
    """``said`` is what would happen, in a sentence or two. ``final``: it can't be taken back."""

    said: str
    lines: tuple[Line, ...] = ()
    final: bool = False


Describe: TypeAlias = Callable[[Approval], Described]


def kind_words(kind: ApprovalKind) -> str:
    return {
        ApprovalKind.RULES: tr("Reporting rule"),
        ApprovalKind.POLICY: tr("Policy"),
        ApprovalKind.DESTRUCTION: tr("Destruction of media"),
        ApprovalKind.HOLD: tr("Release of a hold"),
        ApprovalKind.EVIDENCE: tr("Export of evidence"),
        ApprovalKind.LOCKING: tr("Locking"),
        ApprovalKind.SAMPLING: tr("Sampling rules"),
        ApprovalKind.SIGNING: tr("Checkpoints"),
    }.get(kind, kind.value)


def state_words(state: ApprovalState) -> tuple[str, str, str]:
    """(words, colour, icon) of a request's state."""
    return {
        ApprovalState.PENDING: (tr("Waiting"), "warn", "clock"),
        ApprovalState.APPROVED: (tr("Agreed"), "ok", "circle-check"),
        ApprovalState.DECLINED: (tr("Declined"), "bad", "x"),
        ApprovalState.WITHDRAWN: (tr("Withdrawn"), "muted", "undo-2"),
    }[state]


def describe(approval: Approval) -> Described:
    """In words what would be done."""
    found = DESCRIBE.get(approval.kind)
    return found(approval) if found is not None else Described(tr(approval.title))


# reporting rules ------------------------------------------------------------------


def rule_change(approval: Approval) -> Described:
    """The rule before and after."""
    subject = approval.subject
    before = from_plain(Rule, subject["before"]) if subject["before"] else None
    after = from_plain(Rule, subject["after"]) if subject["after"] else None
    rule = after or before
    name = rule.name if rule is not None else ""
    act = subject["act"]
    said = {
        "add": tr("A new rule “{name}” would begin to work.", name=name),
        "change": tr("The rule “{name}” would be changed.", name=before.name if before else name),
        "remove": tr(
            "The rule “{name}” would be removed: its cases are not routed and ask for no report. "
            "What was filed stays as it is.",
            name=name,
        ),
        "pause": tr(
            "The rule “{name}” is stopped since this was asked. If you agree, confirmed violations under it "
            "no longer ask for a report; if you decline, it runs again. What was filed stays as it is.",
            name=name,
        ),
        "enable": tr("The rule “{name}” would run again.", name=name),
    }[act]
    if act in ("pause", "enable"):
        return Described(said)
    titles = subject.get("titles", {})
    was, now = _rule_facts(before, titles), _rule_facts(after, titles)
    lines = tuple(
        Line(what, was.get(what, ""), now.get(what, ""))
        for what in (was or now)
        if was.get(what) != now.get(what) and (act == "add" or what != tr("Runs"))
    )
    return Described(said, lines)


def policies_words(paths: tuple[str, ...], titles: Mapping[str, str]) -> str:
    """Titles of policies, each of which covers all below it."""
    return ", ".join(titles.get(path) or path for path in paths)


def contact_words(rule: Rule) -> str:
    contact = rule.contact
    return joined([f"{contact.first_name} {contact.last_name}".strip(), contact.email])


def _rule_facts(rule: Rule | None, titles: Mapping[str, str]) -> dict[str, str]:
    if rule is None:
        return {}
    return {
        tr("Name"): rule.name,
        tr("Agency"): AGENCIES.get(rule.agency.casefold(), rule.agency),
        tr("Policies, each with all below it"): policies_words(rule.policies, titles),
        tr("Review queue"): rule.queue,
        tr("Reporting contact"): contact_words(rule),
        tr("Runs"): tr("yes, at once") if rule.enabled else tr("no, it starts paused"),
    }


# weaker policies --------------------------------------------------------------------


def policy_change(approval: Approval) -> Described:
    """Figures that would be weaker, and policies that no rule would report any more."""
    subject = approval.subject
    lines = [Line(figure_name(name), figure(name, was), figure(name, now)) for name, (was, now) in
             subject["figures"].items()]  # fmt: skip
    said = tr("The desk's protection would be weaker than it is.")
    if "after" in subject:
        before = from_plain(tuple[Policy, ...], subject["before"])
        after = from_plain(tuple[Policy, ...], subject["after"])
        lines += _tree_lines(before, after)
        count = len(subject["uncovered"])
        said = plural(
            count,
            "{n} policy would leave its rule: its violations would no longer ask for a report.",
            "{n} policies would leave their rules: their violations would no longer ask for a report.",
        )
    return Described(said, tuple(lines))


def _tree_lines(before: tuple[Policy, ...], after: tuple[Policy, ...]) -> list[Line]:
    known = {policy.path: policy for policy in after}
    lines = []
    met = set()
    for policy in before:
        now = known.get(resolve(after, policy.path))
        met.add(now.path if now else "")
        if now is None:
            lines.append(Line(policy.title, policy.path, tr("removed")))
        elif now.path != policy.path:
            lines.append(Line(policy.title, policy.path, now.path))
    lines += [Line(policy.title, "", policy.path) for policy in after if policy.path not in met]
    return lines


def figure_name(name: str) -> str:
    """A figure of the settings by its name there."""
    return {
        "hold_minutes": tr("Hold: how long a report can be taken back"),
        "rest.hold_seconds": tr("One look lasts at most"),
        "rest.prompt_after": tr("Reminder of a break after"),
        "rest.break_after": tr("Media are locked for a break after"),
        "rest.break_for": tr("The break lasts"),
        "rest.daily_cap": tr("Limit for a day"),
        "signin.idle_minutes": tr("The desk locks after"),
        "signin.at_screen_lock": tr("When the screen is locked"),
        "checkpoints.every_minutes": tr("Checkpoints are signed at least every"),
        "checkpoints.copies": tr("Copies of checkpoints go to"),
    }.get(name, name)


def figure(name: str, value: Any) -> str:
    """With its unit."""
    if name == "signin.at_screen_lock":
        return tr("the session ends") if value == "end" else tr("the desk is only locked")
    if name == "checkpoints.copies":
        return str(value) or tr("no other place")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    if name in ("hold_minutes", "signin.idle_minutes", "checkpoints.every_minutes"):
        return tr("{n} min", int(value))
    if name == "rest.hold_seconds":
        return tr("{n} s", round(value))
    if name.startswith("rest."):
        return tr("{n} min", round(value / 60))
    return words.number(int(value)) if float(value).is_integer() else str(value)


def sampling_change(approval: Approval) -> Described:
    """The sampling rules that would be other than they are."""
    subject = approval.subject
    before = {one.name: one for one in from_plain(tuple[SampleRule, ...], subject["before"])}
    after = {one.name: one for one in from_plain(tuple[SampleRule, ...], subject["after"])}
    lines = [
        Line(name, _sampling_words(before.get(name)), _sampling_words(after.get(name)) or tr("removed"))
        for name in (before | after)
        if before.get(name) != after.get(name)
    ]
    return Described(tr("Fewer decisions would be looked at again than now."), tuple(lines))


def _sampling_words(rule: SampleRule | None) -> str:
    if rule is None:
        return ""
    return review_words.rule(rule) if rule.enabled else tr("not in use")


# evidence ---------------------------------------------------------------------------


def destruction(approval: Approval) -> Described:
    """What would be gone for good, and what it rests on."""
    subject = approval.subject
    what = plural(subject.get("files", 0), "the {n} media file", "the {n} media files")
    said = tr(
        "Nobody could read {what} of case {case} any more: their key would be deleted and the files removed. "
        "Reports, receipts, hashes and the log would stay. Backups made before keep the key until they "
        "expire.",
        what=what,
        case=subject["case"],
    )
    request = subject["basis"] == Basis.LAW_ENFORCEMENT.value
    basis = tr("law enforcement asked for it in writing") if request else tr("the duty to keep it is over")
    lines = [Line(tr("Basis"), "", basis)]
    if subject["reference"]:
        lines.append(Line(tr("Reference"), "", subject["reference"]))
    if subject.get("until"):
        until = subject["until"]
        lines.append(Line(tr("Media"), tr("duty and extensions until {day}", day=until), tr("destroyed")))
    return Described(said, tuple(lines), final=True)


def hold_release(approval: Approval) -> Described:
    """Which hold would end, and what would keep the media then."""
    subject = approval.subject
    said = tr("The legal hold on case {case} would end.", case=approval.case_number)
    until = subject.get("until")
    after = tr("kept until {day}, then two people may have them destroyed", day=until) if until else ""
    return Described(said, (Line(tr("Media"), tr("under “{name}”", name=subject["reference"]), after),)
                     if subject.get("reference") else ())  # fmt: skip


def evidence_export(_approval: Approval) -> Described:
    """What would leave the desk."""
    return Described(
        tr(
            "One zip would leave the desk, once: the report, its receipt, every call and the log's entries "
            "about it, with what is needed to check them. It holds no media."
        )
    )


DESCRIBE: Mapping[ApprovalKind, Describe] = {
    ApprovalKind.RULES: rule_change,
    ApprovalKind.POLICY: policy_change,
    ApprovalKind.DESTRUCTION: destruction,
    ApprovalKind.HOLD: hold_release,
    ApprovalKind.EVIDENCE: evidence_export,
    ApprovalKind.LOCKING: policy_change,
    ApprovalKind.SAMPLING: sampling_change,
    ApprovalKind.SIGNING: policy_change,
}
