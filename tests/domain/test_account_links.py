"""Links: each value written one way, whose it is, and what it says to share it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.domain.account import Account, Device, Email, IpEvent, PersonRole, Phone
from desk.domain.account_links import Link, LinkKind, Weight, ip_value, ip_weight, links_of
from tests.contracts.samples import NOW, case_data


def test_everything_that_ties_a_case_to_others() -> None:
    reported = Account(
        id=" u-1 ",
        emails=(Email(" A@Example.com "), Email("a@example.com")),
        phones=(Phone("(202) 555-0123", calling_code="+1"), Phone("none")),
        devices=(Device("IMEI", " 3569 "), Device("IMEI", " ")),
        ip_events=(
            IpEvent("192.0.2.7"),
            IpEvent("::ffff:192.0.2.7", 2, NOW),
            IpEvent("192.0.2.7", 1, NOW - timedelta(1)),
        ),
    )
    data = case_data(
        "a", reported=reported, recipients=(Account(id="u-2"), Account()), victims=(Account(id="v"),)
    )
    piece = replace(data.content[0], ip_event=IpEvent("not an address"), device=Device("Ad", "X"))
    found = links_of(replace(data, content=(piece,)))
    assert set(found) == {
        Link(LinkKind.ACCOUNT, "u-1"),
        Link(LinkKind.ACCOUNT, "u-2", PersonRole.RECIPIENT),
        Link(LinkKind.ACCOUNT, "v", PersonRole.VICTIM),
        Link(LinkKind.EMAIL, "a@example.com"),
        Link(LinkKind.PHONE, "12025550123"),
        Link(LinkKind.DEVICE, "imei 3569"),
        Link(LinkKind.DEVICE, "ad x"),
        Link(LinkKind.IP, "192.0.2.7", port=2, at=NOW),  # the latest use
        Link(LinkKind.IP, "not an address"),
    }
    assert "u-1" not in repr(found)
    assert links_of(case_data("b", reported=None)) == ()


def test_one_address_written_in_many_ways() -> None:
    assert {ip_value(one) for one in ("2001:DB8:0::7", " 2001:db8::0007")} == {"2001:db8::7"}
    assert ip_value("::ffff:192.0.2.7") == "192.0.2.7"


@pytest.mark.parametrize(
    ("value", "weight"),
    [
        ("100.64.3.4", Weight.NOTHING),
        ("192.168.0.2", Weight.NOTHING),
        ("10.1.1.1", Weight.NOTHING),
        ("fe80::1", Weight.NOTHING),
        ("fd00::1", Weight.NOTHING),
        ("nonsense", Weight.NOTHING),
        ("192.0.2.7", Weight.WITH_PORT),
        ("2001:db8::7", Weight.MUCH),
    ],
)
def test_what_a_shared_address_says(value: str, weight: Weight) -> None:
    assert ip_weight(value) is weight
