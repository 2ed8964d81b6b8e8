"""Words for what ties accounts together. Functions, not tables: the language may change."""

from __future__ import annotations

from desk.domain.account import PersonRole
from desk.domain.account_links import LinkKind, Weight
from desk.domain.case import CaseState
from desk.domain.decision import DecisionKind
from desk.gui.case.phrases import past_decision
from desk.gui.words import joined, moment, number, tr
from desk.ports import AccountCase, OtherUse, OwnLink


def kind(value: LinkKind) -> str:
    return {
        LinkKind.ACCOUNT: tr("Account"),
        LinkKind.EMAIL: tr("Email"),
        LinkKind.PHONE: tr("Phone"),
        LinkKind.DEVICE: tr("Device"),
        LinkKind.IP: tr("IP address"),
    }[value]


def weight(value: Weight | None) -> str:
    """What it says to share this; empty where it speaks for itself."""
    if value is Weight.NOTHING:
        return tr("A private or carrier's own address: the same number is another machine elsewhere.")
    if value is Weight.WITH_PORT:
        return tr(
            "Many customers of a carrier may share an IPv4 address at the same time (carrier-grade NAT). "
            "Only address, port and time together point to one of them."
        )
    return ""


def use(port: int | None, at: object) -> str:
    """'port 51812 · 2026-11-20 09:59 UTC+01:00'; what is not known is said."""
    ported = tr("port {n}", n=port) if port is not None else tr("port not given")
    return joined([ported, moment(at) if at is not None else tr("time not given")])  # type: ignore[arg-type]


def own(link: OwnLink) -> str:
    return joined([kind(link.kind), use(link.port, link.at) if link.kind is LinkKind.IP else ""])


def other(link: OwnLink, found: OtherUse) -> str:
    """What is said of the other account's use."""
    where = tr("case {number}", number=found.case_number)
    return joined([where, use(found.port, found.at) if link.kind is LinkKind.IP else ""])


def role(value: PersonRole) -> str:
    return {
        PersonRole.REPORTED: tr("reported"),
        PersonRole.RECIPIENT: tr("as a recipient"),
        PersonRole.VICTIM: tr("as a victim"),
    }.get(value, value.value)


def standing(case: AccountCase) -> str:
    """Where a case stands, and its outcome."""
    states = {
        CaseState.OPEN: tr("open"),
        CaseState.SNOOZED: tr("put away for later"),
        CaseState.ESCALATED: tr("escalated to a supervisor"),
        CaseState.REPORTING: tr("its report is on its way"),
        CaseState.REPORTED: tr("reported"),
        CaseState.CLOSED: tr("closed"),
    }
    decided = case.decision is not None and case.decision is not DecisionKind.REPORT
    outcome = past_decision(case.decision) if decided and case.decision is not None else ""
    if case.state is CaseState.CLOSED and outcome:
        return outcome
    return joined([states.get(case.state, case.state.value), outcome if case.state is CaseState.OPEN else ""])


def counted(n: int, most: int) -> str:
    """'1,000+' beyond what is counted."""
    return tr("{n}+", n=number(most)) if n > most else number(n)
