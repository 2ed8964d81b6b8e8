"""What ties cases of one platform together: accounts, addresses, devices, as values that compare.

Each case gives its links once, written one way: emails in lower case, phone numbers as their digits, IP
addresses in their shortest form, so that two cases that name the same thing hold the same value.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from desk.domain.account import Account, IpEvent, PersonRole
from desk.domain.case import CaseData


class LinkKind(enum.StrEnum):
    ACCOUNT = "account"
    EMAIL = "email"
    PHONE = "phone"
    DEVICE = "device"
    IP = "ip"


@dataclass(frozen=True, slots=True)
class Link:
    """One value that a case names, and whose. ``port`` and ``at``: of the latest use of an IP address."""

    kind: LinkKind
    value: str
    role: PersonRole = PersonRole.REPORTED
    port: int | None = None
    at: datetime | None = None

    def __repr__(self) -> str:  # people stay out of tracebacks
        return f"Link({self.kind.value})"


def links_of(case: CaseData) -> tuple[Link, ...]:
    """Every link of a case, each value once for each role."""
    found: dict[tuple[LinkKind, str, PersonRole], Link] = {}
    for link in _all(case):
        key = (link.kind, link.value, link.role)
        before = found.get(key)
        if link.value and (before is None or _later(link, before)):
            found[key] = link
    return tuple(found.values())


def _later(link: Link, before: Link) -> bool:
    return link.at is not None and (before.at is None or link.at > before.at)


def _all(case: CaseData) -> Iterator[Link]:
    people = (
        *(((PersonRole.REPORTED, case.reported),) if case.reported else ()),
        *((PersonRole.RECIPIENT, one) for one in case.recipients),
        *((PersonRole.VICTIM, one) for one in case.victims),
    )
    for role, account in people:
        if account.id:
            yield Link(LinkKind.ACCOUNT, account_value(account.id), role)
    if case.reported is not None:
        yield from _of_reported(case.reported)
    for piece in case.content:
        if piece.ip_event is not None:
            yield _ip(piece.ip_event)
        if piece.device is not None:
            yield Link(LinkKind.DEVICE, device_value(piece.device.kind, piece.device.value))


def _of_reported(account: Account) -> Iterator[Link]:
    for email in account.emails:
        yield Link(LinkKind.EMAIL, email.address.strip().casefold())
    for phone in account.phones:
        digits = (c for c in f"{phone.calling_code or ''}{phone.number}" if c.isdecimal())
        yield Link(LinkKind.PHONE, "".join(digits))
    for device in account.devices:
        yield Link(LinkKind.DEVICE, device_value(device.kind, device.value))
    for event in account.ip_events:
        yield _ip(event)


def _ip(event: IpEvent) -> Link:
    return Link(LinkKind.IP, ip_value(event.ip), PersonRole.REPORTED, event.port, event.at)


def account_value(account_id: str) -> str:
    """A platform's ids are its own: only white space around them goes."""
    return account_id.strip()


def device_value(kind: str, value: str) -> str:
    return f"{kind.strip().casefold()} {value.strip().casefold()}" if value.strip() else ""


def ip_value(text: str) -> str:
    """The shortest form; an IPv4 address in IPv6's clothes as what it is; what is none as it was written."""
    parsed = _parsed(text)
    return text.strip().casefold() if parsed is None else str(parsed)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


SHARED_SPACE = IPv4Network("100.64.0.0/10")
"""Between a carrier and its customers' routers (RFC 6598)."""


class Weight(enum.StrEnum):
    """What it says that two accounts used the same address."""

    NOTHING = "nothing"  # private or a carrier's own: the same number is another machine elsewhere
    WITH_PORT = "with_port"  # IPv4: many customers may share it at once (RFC 6888); the port tells them apart
    MUCH = "much"  # IPv6: rarely shared beyond one household


def ip_weight(value: str) -> Weight:
    """By the kind of address; what is no address says nothing."""
    parsed = _parsed(value)
    if parsed is None:
        return Weight.NOTHING
    if isinstance(parsed, IPv4Address):
        inner = parsed in SHARED_SPACE or any(parsed in net for net in _PRIVATE)
        return Weight.NOTHING if inner else Weight.WITH_PORT
    return Weight.NOTHING if parsed.is_link_local or parsed in _UNIQUE_LOCAL else Weight.MUCH


_PRIVATE = tuple(
    IPv4Network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")
)
_UNIQUE_LOCAL = IPv6Network("fc00::/7")
