"""People and users of the platform: reported, recipient, victim.

The fields follow the case package; what the CyberTipline asks for besides
(vehicle, school) can be typed in the report form.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime


class PersonRole(enum.StrEnum):
    """Which part an account plays in a case."""

    REPORTED = "reported"
    RECIPIENT = "recipient"
    VICTIM = "victim"


class EventName(enum.StrEnum):
    """What an account did at an IP address or device (CyberTipline API, shared types)."""

    LOGIN = "Login"
    REGISTRATION = "Registration"
    PURCHASE = "Purchase"
    UPLOAD = "Upload"
    OTHER = "Other"
    UNKNOWN = "Unknown"


class EmailKind(enum.StrEnum):
    HOME = "Home"
    WORK = "Work"
    BUSINESS = "Business"
    RECOVERY = "Recovery"


class PhoneKind(enum.StrEnum):
    MOBILE = "Mobile"
    HOME = "Home"
    BUSINESS = "Business"
    WORK = "Work"
    FAX = "Fax"
    INTERNET = "Internet"
    RECOVERY = "Recovery"


class AddressKind(enum.StrEnum):
    HOME = "Home"
    BUSINESS = "Business"
    BILLING = "Billing"
    SHIPPING = "Shipping"
    TECHNICAL = "Technical"


class AssociationKind(enum.StrEnum):
    """How another account belongs to this person (schema: attribute ``type``)."""

    BILLING = "Billing"
    LINKED = "Linked"
    BUSINESS = "Business"
    CREATOR = "Creator"
    PARENT_GUARDIAN = "Parent/Guardian"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Email:
    address: str
    kind: EmailKind | None = None
    verified: bool | None = None
    verified_at: datetime | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Email(…)"


@dataclass(frozen=True, slots=True)
class Phone:
    number: str
    calling_code: str | None = None
    extension: str | None = None
    kind: PhoneKind | None = None
    verified: bool | None = None
    verified_at: datetime | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Phone(…)"


@dataclass(frozen=True, slots=True)
class Address:
    address: str | None = None
    city: str | None = None
    zip_code: str | None = None
    state: str | None = None
    non_usa_state: str | None = None
    country: str | None = None
    kind: AddressKind | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Address(…)"


@dataclass(frozen=True, slots=True)
class IpEvent:
    """One use of an IP address. Behind carrier-grade NAT it leads nowhere without port and time."""

    ip: str
    port: int | None = None
    at: datetime | None = None
    event: EventName | None = None
    possible_proxy: bool | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "IpEvent(…)"


@dataclass(frozen=True, slots=True)
class Device:
    kind: str
    value: str
    event: EventName | None = None
    at: datetime | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Device(…)"


@dataclass(frozen=True, slots=True)
class Location:
    """An estimated location; with country US the region is a US postal abbreviation."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    verified: bool | None = None
    at: datetime | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Location(…)"


@dataclass(frozen=True, slots=True)
class Disabled:
    """That the platform disabled the account: for good (``permanent``) or for a time."""

    permanent: bool = False
    at: datetime | None = None
    notified: bool | None = None
    notified_at: datetime | None = None
    reenabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Associated:
    """Another account of the same person."""

    kind: AssociationKind
    platform: str | None = None
    id: str | None = None
    service: str | None = None
    screen_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()
    profile_urls: tuple[str, ...] = ()
    note: str | None = None
    third_party: bool | None = None
    middle_name: str | None = None
    age: int | None = None
    date_of_birth: date | None = None
    addresses: tuple[Address, ...] = ()
    display_names: tuple[str, ...] = ()
    bio: str | None = None
    group: str | None = None
    compromised: bool | None = None
    disabled: Disabled | None = None
    ip_events: tuple[IpEvent, ...] = ()
    devices: tuple[Device, ...] = ()
    prior_reports: tuple[int, ...] = ()
    all_emails: bool | None = None

    def __repr__(self) -> str:  # what it holds stays out of tracebacks and logs
        return "Associated(…)"


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of one person or user. Absent means absent: nothing is invented."""

    id: str | None = None
    service: str | None = None
    screen_name: str | None = None
    display_names: tuple[str, ...] = ()
    profile_urls: tuple[str, ...] = ()
    bio: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    age: int | None = None
    date_of_birth: date | None = None
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    ip_events: tuple[IpEvent, ...] = ()
    devices: tuple[Device, ...] = ()
    location: Location | None = None
    compromised: bool | None = None
    third_party: bool | None = None
    group: str | None = None
    disabled: Disabled | None = None
    associated: tuple[Associated, ...] = ()
    prior_reports: tuple[int, ...] = ()
    all_emails: bool | None = None
    vehicle: str | None = None
    school: str | None = None
    note: str | None = None

    def label(self) -> str:
        """The shortest name by which a moderator knows this account."""
        return (
            self.screen_name or self.id or (self.display_names[0] if self.display_names else "") or "unknown"
        )

    def __repr__(self) -> str:  # personal data stays out of tracebacks and logs
        return "Account(…)"
