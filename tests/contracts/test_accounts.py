"""The Accounts port, on both databases: what ties cases together, and at what size."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from alembic import command
from sqlalchemy import text

from desk.domain.account import Account, Device, Email, IpEvent, PersonRole
from desk.domain.account_links import LinkKind, links_of
from desk.domain.case import CaseState
from desk.domain.decision import Decision, DecisionKind
from desk.ports import OtherUse, Store, UnitOfWork
from desk.storage import schema
from desk.storage.engine import WRITES
from desk.storage.unit_of_work import SqlStore
from tests.contracts.samples import NOW, case_data, new_filing, person, revision

IP = "192.0.2.7"


def put(unit: UnitOfWork, name: str, account: str | None, **more: object) -> int:
    """A case about this account, with its links."""
    known = {"emails": (Email(f"{account}@Example.com"),), "ip_events": (IpEvent(IP, 51812, NOW),)} | more
    reported = Account(id=account, **known)  # type: ignore[arg-type]
    data = case_data(name, reported=reported)
    number = unit.cases.add(revision(data)).number
    unit.accounts.keep(number, account or "", links_of(data))
    return number


def test_cases_of_an_account_with_what_became_of_them(store: Store) -> None:
    with store.write() as unit:
        mo = person(unit)
        numbers = [put(unit, f"case-{n}", "u-1") for n in range(4)]
        other = put(unit, "another", "u-2")
        data = case_data("victim", reported=Account(id="u-3"), victims=(Account(id="u-1"),))
        victim = unit.cases.add(revision(data)).number
        unit.accounts.keep(victim, "u-3", links_of(data))
        unit.cases.decide(Decision(numbers[0], 1, DecisionKind.NO_VIOLATION, mo.id, NOW))
        unit.cases.decide(Decision(numbers[0], 1, DecisionKind.REPORT, mo.id, NOW))
        unit.cases.set_state(numbers[0], CaseState.REPORTED)
        unit.filings.add(new_filing(numbers[0], mo))
    with store.read() as unit:
        found = unit.accounts.cases("u-1")
        assert [one.number for one in found] == numbers[::-1]
        assert [one.number for one in unit.accounts.cases("u-1", before=numbers[2], limit=1)] == [numbers[1]]
        assert (found[-1].decision, found[-1].state) == (DecisionKind.REPORT, CaseState.REPORTED)
        assert found[-1].report_id is None  # confirmed is not filed
        assert found[0].decision is None
        assert [unit.accounts.count(name, most=3) for name in ("u-1", "u-2", "u-9")] == [3, 1, 0]
        (mention,) = unit.accounts.mentions(" u-1 ")
        assert (mention.number, mention.role) == (victim, PersonRole.VICTIM)
        assert other not in [one.number for one in found]


def test_what_accounts_share(store: Store) -> None:
    device = Device("IMEI", "356938035643809", at=NOW)
    with store.write() as unit:
        first = put(unit, "a", "u-1", devices=(device,))
        second = put(
            unit, "b", "u-2", devices=(device,), ip_events=(IpEvent("::ffff:192.0.2.7", 51999, NOW),)
        )
        nobody = put(unit, "c", None, emails=())
        links = unit.accounts.links("u-1")
        assert [(one.kind, one.cases) for one in links] == [
            (LinkKind.DEVICE, 1),
            (LinkKind.EMAIL, 1),
            (LinkKind.IP, 1),
        ]
        assert links[0].value == "imei 356938035643809"
        assert (links[2].port, links[2].at) == (51812, NOW)
        assert unit.accounts.others(LinkKind.IP, IP, but="u-1", limit=5) == (
            OtherUse("", nobody, 51812, NOW),
            OtherUse("u-2", second, 51999, NOW),
        )
        assert unit.accounts.others(LinkKind.EMAIL, "u-1@example.com", but="u-1", limit=5) == ()
        assert unit.accounts.find("u-") == ("u-1", "u-2")
        assert unit.accounts.find("U-2@example.COM") == ("u-2",)
        assert unit.accounts.find("::ffff:192.0.2.7") == ("u-1", "u-2")
        assert unit.accounts.find("imei 356938035643809") == ("u-1", "u-2")
        assert unit.accounts.find("  ") == ()
        for n in range(30):
            put(unit, f"many-{n}", f"v-{n:02}")
        some = unit.accounts.others(LinkKind.IP, IP, but="u-1", limit=10)
        assert [one.account for one in some][-1] == "v-07"
        counts = [unit.accounts.sharing(LinkKind.IP, IP, but="u-1", most=most) for most in (10, 100)]
        assert counts == [10, 32]
        unit.accounts.forget(first)
        assert unit.accounts.cases("u-1") == ()


def test_a_later_revision_adds_and_renews(store: Store) -> None:
    with store.write() as unit:
        number = put(unit, "a", "u-1")
        later = IpEvent(IP, 40000, NOW + timedelta(hours=1))
        data = case_data("a", reported=Account(id="u-1", ip_events=(later, IpEvent("192.0.2.8"))))
        unit.accounts.keep(number, "u-1", links_of(data))
        links = {one.value: one for one in unit.accounts.links("u-1")}
        assert set(links) == {"u-1@example.com", IP, "192.0.2.8"}  # what was known stays known
        assert (links[IP].port, links[IP].at) == (40000, later.at)
        renamed = replace(data, reported=Account(id="u-9"))
        unit.accounts.keep(number, "u-9", links_of(renamed))
        assert unit.accounts.links("u-1") == ()
        assert {one.value for one in unit.accounts.links("u-9")} == set(links)


def test_an_upgrade_reads_the_cases_that_are_there(store: SqlStore) -> None:
    data = case_data("old", recipients=(Account(id="u-r"),))
    content = replace(data.content[0], ip_event=IpEvent("2001:DB8::7", 443, NOW), device=Device("IMEI", "1"))
    with store.write() as unit:
        number = unit.cases.add(revision(replace(data, content=(content,)))).number
        fuller = replace(data, summary="more", reported=Account(id="u-old", ip_events=(IpEvent(IP, 9, NOW),)))
        unit.cases.add_revision(number, revision(fuller, media={}))
        unit.accounts.keep(number, "u-old", links_of(replace(data, content=(content,))))
        unit.accounts.keep(number, "u-old", links_of(fuller))
        wanted = [unit.accounts.links("u-old"), unit.accounts.mentions("u-r"), unit.accounts.cases("u-old")]
    engine = store.engine
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text("DROP TABLE account_links"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0011'"))
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.upgrade(schema._config(connection), "0012")
    with store.read() as unit:
        assert [
            unit.accounts.links("u-old"),
            unit.accounts.mentions("u-r"),
            unit.accounts.cases("u-old"),
        ] == wanted
