"""What ties cases together. Every question goes along an index, whatever the number of cases."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, func, select, text, update

from desk.domain.account import PersonRole
from desk.domain.account_links import Link, LinkKind, account_value, ip_value
from desk.domain.case import CaseState
from desk.domain.decision import DecisionKind
from desk.domain.filing import FilingState
from desk.ports import AccountCase, OtherUse, OwnLink
from desk.storage.repositories.base import Repository, insert_or_skip
from desk.storage.tables import cases, decisions, filing_cases, filings
from desk.storage.tables_accounts import account_links

_L = account_links.c
_REPORTED = PersonRole.REPORTED.value

_OTHERS = text(
    # One look-up for each account, not one for each row: an address of a large network has very many rows.
    """
    WITH RECURSIVE found(account, n) AS (
        SELECT min(account), 1 FROM account_links WHERE kind = :kind AND value = :value
        UNION ALL
        SELECT (SELECT min(account) FROM account_links
                WHERE kind = :kind AND value = :value AND account > found.account), n + 1
        FROM found WHERE found.account IS NOT NULL AND n <= :most
    )
    SELECT account FROM found WHERE account IS NOT NULL
    """
)


_VALUES = text(
    """
    WITH RECURSIVE found(value, n) AS (
        SELECT min(value), 1 FROM account_links
        WHERE account = :account AND kind = :kind AND role = 'reported'
        UNION ALL
        SELECT (SELECT min(value) FROM account_links
                WHERE account = :account AND kind = :kind AND role = 'reported'
                AND value > found.value), n + 1
        FROM found WHERE found.value IS NOT NULL AND n < :most
    )
    SELECT value FROM found WHERE value IS NOT NULL
    """
)
KINDS = (LinkKind.EMAIL, LinkKind.PHONE, LinkKind.DEVICE, LinkKind.IP)
MOST_CASES = 1_001
"""Cases with one value are counted up to here."""


class SqlAccounts(Repository):
    """The Accounts port."""

    def keep(self, case_number: int, account: str, links: Iterable[Link]) -> None:
        known = {
            (row.kind, row.value, row.role): row
            for row in self._db.execute(select(account_links).where(_L.case_number == case_number))
        }
        if any(row.account != account for row in known.values()):
            self._db.execute(
                update(account_links).where(_L.case_number == case_number).values(account=account)
            )
        new = []
        for link in links:
            key = (link.kind.value, link.value, link.role.value)
            row = known.get(key)
            values = {"port": link.port, "at": link.at}
            if row is None:
                names = zip(("kind", "value", "role"), key, strict=True)
                new.append({"case_number": case_number, "account": account, **dict(names), **values})
            elif link.at is not None and (row.at is None or link.at > row.at):
                here = (_L.case_number == case_number, *(_L[n] == v for n, v in zip(_KEY, key, strict=True)))
                self._db.execute(update(account_links).where(*here).values(values))
        if new:
            self._db.execute(insert_or_skip(self._db, account_links), new)

    def forget(self, case_number: int) -> None:
        self._db.execute(delete(account_links).where(_L.case_number == case_number))

    def cases(self, account: str, *, before: int | None = None, limit: int = 50) -> tuple[AccountCase, ...]:
        about = (*_is(account), _L.account == account_value(account), _L.role == _REPORTED)
        lower = () if before is None else (_L.case_number < before,)
        return self._cases((*about, *lower), limit)

    def count(self, account: str, *, most: int) -> int:
        about = (*_is(account), _L.account == account_value(account), _L.role == _REPORTED)
        some = select(_L.case_number).where(*about).limit(most).subquery()
        return int(self._db.execute(select(func.count()).select_from(some)).scalar_one())

    def mentions(self, account: str, *, limit: int = 50) -> tuple[AccountCase, ...]:
        return self._cases((*_is(account), _L.role != _REPORTED), limit)

    def _cases(self, where: tuple[ColumnElement[bool], ...], limit: int) -> tuple[AccountCase, ...]:
        last = (
            select(decisions.c.kind)
            .where(decisions.c.case_number == cases.c.number)
            .order_by(decisions.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        some = select(_L.case_number, _L.role).where(*where).order_by(_L.case_number.desc()).limit(limit)
        found = some.subquery()
        query = (
            select(
                cases.c.number,
                cases.c.platform_id,
                cases.c.summary,
                cases.c.state,
                cases.c.received_at,
                found.c.role,
                last.label("decision"),
            )
            .join(found, found.c.case_number == cases.c.number)
            .order_by(cases.c.number.desc(), found.c.role)
        )
        rows = self._db.execute(query).all()
        reports = self._reports([row.number for row in rows])
        return tuple(
            AccountCase(
                number=row.number,
                platform_id=row.platform_id,
                summary=row.summary,
                role=PersonRole(row.role),
                state=CaseState(row.state),
                received_at=row.received_at,
                decision=DecisionKind(row.decision) if row.decision else None,
                report_id=reports.get(row.number),
            )
            for row in rows
        )

    def _reports(self, numbers: list[int]) -> dict[int, str]:
        """The filed report of each case, its own or a batched one."""
        done = filings.c.state == FilingState.FILED.value
        own = select(filings.c.case_number, filings.c.report_id).where(
            filings.c.case_number.in_(numbers), done
        )
        batched = (
            select(filing_cases.c.case_number, filings.c.report_id)
            .join(filings, filings.c.id == filing_cases.c.filing_id)
            .where(filing_cases.c.case_number.in_(numbers), done)
        )
        return {row.case_number: row.report_id for query in (batched, own) for row in self._db.execute(query)}

    def links(self, account: str, *, limit: int = 200) -> tuple[OwnLink, ...]:
        value = account_value(account)
        found = [
            self._own(kind, name, value)
            for kind in sorted(KINDS)
            for name in self._db.execute(
                _VALUES, {"account": value, "kind": kind.value, "most": limit // len(KINDS)}
            ).scalars()
        ]
        return tuple(sorted(found, key=lambda link: (link.kind.value, -link.cases, link.value)))

    def _own(self, kind: LinkKind, value: str, account: str) -> OwnLink:
        here = (_L.kind == kind.value, _L.value == value, _L.account == account, _L.role == _REPORTED)
        some = select(_L.case_number).where(*here).limit(MOST_CASES).subquery()
        count = self._db.execute(select(func.count()).select_from(some)).scalar_one()
        latest = select(_L.port, _L.at).where(*here).order_by(_L.case_number.desc()).limit(1)
        row = self._db.execute(latest).one()
        return OwnLink(kind, value, int(count), row.port, row.at)

    def others(self, kind: LinkKind, value: str, *, but: str, limit: int) -> tuple[OtherUse, ...]:
        return tuple(self._latest(kind, value, account) for account in self._others(kind, value, but, limit))

    def sharing(self, kind: LinkKind, value: str, *, but: str, most: int) -> int:
        return len(self._others(kind, value, but, most))

    def _others(self, kind: LinkKind, value: str, but: str, limit: int) -> list[str]:
        names = {"kind": kind.value, "value": value, "most": limit + 1}
        own = account_value(but)
        return [name for name in self._db.execute(_OTHERS, names).scalars() if name != own][:limit]

    def _latest(self, kind: LinkKind, value: str, account: str) -> OtherUse:
        query = (
            select(_L.case_number, _L.port, _L.at)
            .where(_L.kind == kind.value, _L.value == value, _L.account == account)
            .order_by(_L.case_number.desc())
            .limit(1)
        )
        row = self._db.execute(query).one()
        return OtherUse(account, row.case_number, row.port, row.at)

    def find(self, text: str, *, limit: int = 20) -> tuple[str, ...]:
        wanted = account_value(text)
        if not wanted:
            return ()
        begins = (
            select(_L.value)
            .where(
                _L.kind == LinkKind.ACCOUNT.value,
                _L.value >= wanted,
                _L.value < wanted + "\U0010ffff",
                _L.role == _REPORTED,
            )
            .distinct()
            .order_by(_L.value)
            .limit(limit)
        )
        found = dict.fromkeys(self._db.execute(begins).scalars())
        digits = "".join(c for c in wanted if c.isdecimal())
        folded = wanted.casefold()
        exact = [(LinkKind.EMAIL, folded), (LinkKind.DEVICE, folded), (LinkKind.IP, ip_value(wanted))]
        if len(digits) >= 5:
            exact.append((LinkKind.PHONE, digits))
        for kind, value in exact:
            names = {"kind": kind.value, "value": value, "most": limit}
            found |= dict.fromkeys(name for name in self._db.execute(_OTHERS, names).scalars() if name)
        return tuple(found)[:limit]


_KEY = ("kind", "value", "role")


def _is(account: str) -> tuple[ColumnElement[bool], ...]:
    return _L.kind == LinkKind.ACCOUNT.value, _L.value == account_value(account)
