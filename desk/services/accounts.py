"""An account across cases: earlier cases and reports, and what it shares with other accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.domain.account import Account
from desk.domain.account_links import LinkKind, Weight, account_value, ip_weight
from desk.domain.channels import NCMEC
from desk.domain.roles import Operator, Permission, require
from desk.ports import AccountCase, OtherUse, OwnLink, Store, UnitOfWork

CASES = 50
"""Cases shown at a time."""
MOST_CASES = 1_000
"""Counted up to here; beyond it is 'more than'."""
LINKS = 200
OTHERS = 5
"""Other accounts named for each shared value."""
MOST_OTHERS = 100


@dataclass(frozen=True, slots=True)
class Shared:
    """A value that an account's cases name. ``others`` are some of ``count`` other accounts with it.

    ``weight``: what sharing it says; None where the value is one person's by its nature.
    """

    link: OwnLink
    others: tuple[OtherUse, ...]
    count: int
    weight: Weight | None


@dataclass(frozen=True, slots=True)
class AccountView:
    """What is known of one account. Lists are capped: ``total`` and ``next_before`` say what is not here."""

    account: str
    known: Account | None
    """As its latest case says."""
    cases: tuple[AccountCase, ...]
    total: int
    next_before: int | None
    mentions: tuple[AccountCase, ...]
    reports: tuple[tuple[str, datetime], ...]
    """Filed from this desk or by hand, the newest first; they go along as priorCTReports."""
    shared: tuple[Shared, ...]
    """What other accounts have as well, the most telling first."""
    alone: tuple[OwnLink, ...]
    """What no other account has."""

    def __repr__(self) -> str:  # people stay out of tracebacks
        return f"AccountView(cases={len(self.cases)})"


class Accounts:
    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, operator: Operator, account: str) -> AccountView:
        """All on one page. An account that no case names gives an empty view."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            cases = uow.accounts.cases(account, limit=CASES)
            links = uow.accounts.links(account, limit=LINKS)
            found = [_shared(uow, account, link) for link in links]
            filed = (*uow.filings.prior_reports(account), *uow.elsewhere.prior_reports(account, NCMEC))
            reports = sorted(filed, key=lambda one: one[1], reverse=True)
            return AccountView(
                account=account_value(account),
                known=uow.cases.get(cases[0].number).data.reported if cases else None,
                cases=cases,
                total=uow.accounts.count(account, most=MOST_CASES + 1),
                next_before=cases[-1].number if len(cases) == CASES else None,
                mentions=uow.accounts.mentions(account, limit=CASES),
                reports=tuple(reports),
                shared=tuple(sorted((one for one in found if one.count), key=_telling)),
                alone=tuple(one.link for one in found if not one.count),
            )

    def more_cases(self, operator: Operator, account: str, before: int) -> tuple[AccountCase, ...]:
        """The page of cases below this number."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return uow.accounts.cases(account, before=before, limit=CASES)

    def other_cases(self, operator: Operator, account: str) -> int:
        """How many cases besides one are about this account; counted up to MOST_CASES and one."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return max(0, uow.accounts.count(account, most=MOST_CASES + 2) - 1)

    def find(self, operator: Operator, text: str) -> tuple[str, ...]:
        """Accounts by the beginning of their id, or by a whole email, phone number, device or IP address."""
        require(operator, Permission.SEE_QUEUE)
        with self._store.read() as uow:
            return uow.accounts.find(text)


def _shared(uow: UnitOfWork, account: str, link: OwnLink) -> Shared:
    count = uow.accounts.sharing(link.kind, link.value, but=account, most=MOST_OTHERS + 1)
    others = uow.accounts.others(link.kind, link.value, but=account, limit=OTHERS) if count else ()
    weight = ip_weight(link.value) if link.kind is LinkKind.IP else None
    return Shared(link, others, count, weight)


def _telling(shared: Shared) -> tuple[int, int]:
    """One person's own things before addresses; what few share before what many do."""
    order = {None: 0, Weight.MUCH: 1, Weight.WITH_PORT: 2, Weight.NOTHING: 3}
    return order[shared.weight], shared.count
