"""Records that several parts of a report share: contact data, IP events, devices, places, disabled accounts.

Source: CyberTipline Reporting API, shared types, and its schema.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from desk.cybertip.fields import Attr, F, Form, Text, record
from desk.domain.account import AddressKind, EmailKind, EventName, PhoneKind

MAX_LONG = 2**63 - 1
URL_LENGTH = 2083

EspIdentifier = Annotated[
    str | None, F("espIdentifier", "Platform ID", "The account's own ID on the platform.", max=255)
]
EspService = Annotated[
    str | None, F("espService", "Service", "The product or service that the account uses.", max=100)
]
Compromised = Annotated[
    bool | None,
    F("compromisedAccount", "Account was taken over", "Somebody else had control of it."),
]
ScreenName = Annotated[str | None, F("screenName", "Screen name", "The user name that others see.", max=256)]
DisplayNames = Annotated[
    tuple[str, ...], F("displayName", "Display name", "A name shown beside the user name.", max=255)
]
ProfileUrls = Annotated[
    tuple[str, ...],
    F("profileUrl", "Profile URL", "The address of the profile page.", max=URL_LENGTH, form=Form.URL),
]
ProfileBio = Annotated[
    str | None, F("profileBio", "Profile text", "What the account says of itself.", form=Form.LINES)
]
PriorReports = Annotated[
    tuple[int, ...],
    F("priorCTReports", "Earlier report", "The ID of an earlier CyberTipline report.", low=1, high=MAX_LONG),
]
Group = Annotated[
    str | None,
    F(
        "groupIdentifier",
        "Organised group",
        "The name or ID of an organised group for exploitation that the account belongs to.",
        max=255,
    ),
]
AllEmails = Annotated[
    bool | None, F("allEmailsReported", "All emails given", "There are no further email addresses.")
]
Note = Annotated[
    str | None, F("additionalInfo", "Further information", "What no other field holds.", form=Form.LINES)
]
Notes = Annotated[
    tuple[str, ...], F("additionalInfo", "Further information", "What no other field holds.", form=Form.LINES)
]
Names = "A name as far as it is known."


@record("email")
class Email:
    """An email address and what is known of it."""

    address: Annotated[str, Text("Address", "Such as name@example.com.", max=255, form=Form.EMAIL)]
    kind: Annotated[EmailKind | None, Attr("type", "Kind")] = None
    verified: Annotated[bool | None, Attr("verified", "Verified", "The user proved to hold it.")] = None
    verified_at: Annotated[
        datetime | None, Attr("verificationDate", "Verified at", "Only with Verified.", past=True)
    ] = None


@record("phone")
class Phone:
    """A phone number; with a calling code the number stands without it."""

    number: Annotated[str, Text("Number", "Without the calling code.", max=50, form=Form.PHONE)]
    kind: Annotated[PhoneKind | None, Attr("type", "Kind")] = None
    verified: Annotated[bool | None, Attr("verified", "Verified", "The user proved to hold it.")] = None
    verified_at: Annotated[
        datetime | None, Attr("verificationDate", "Verified at", "Only with Verified.", past=True)
    ] = None
    calling_code: Annotated[
        str | None, Attr("countryCallingCode", "Calling code", "Such as +1 or +44.", form=Form.CALLING_CODE)
    ] = None
    extension: Annotated[
        str | None, Attr("extension", "Extension", "Digits only.", max=10, form=Form.EXTENSION)
    ] = None


@record("address")
class Address:
    """A postal address."""

    kind: Annotated[AddressKind | None, Attr("type", "Kind")] = None
    address: Annotated[str | None, F("address", "Street", "House number and street.", max=255)] = None
    city: Annotated[str | None, F("city", "City", max=100)] = None
    zip_code: Annotated[str | None, F("zipCode", "Postal code", max=20)] = None
    state: Annotated[str | None, F("state", "State (US)", "A postal abbreviation.", form=Form.STATE)] = None
    non_usa_state: Annotated[str | None, F("nonUsaState", "State or province elsewhere", max=100)] = None
    country: Annotated[str | None, F("country", "Country", "Two letters, ISO 3166-1.", form=Form.COUNTRY)] = (
        None
    )


FirstName = Annotated[str | None, F("firstName", "First name", Names, max=100)]
LastName = Annotated[str | None, F("lastName", "Last name", Names, max=100)]
Phones = Annotated[tuple[Phone, ...], F("phone", "Phone")]
Emails = Annotated[tuple[Email, ...], F("email", "Email")]
Addresses = Annotated[tuple[Address, ...], F("address", "Address")]


@record("person")
class Person:
    """A person, as far as known. Age is the age at the time of the incident, in years."""

    first_name: FirstName = None
    last_name: LastName = None
    phones: Phones = ()
    emails: Emails = ()
    addresses: Addresses = ()
    age: Annotated[int | None, F("age", "Age", "In whole years; may be an estimate.", low=0, high=150)] = None
    date_of_birth: Annotated[date | None, F("dateOfBirth", "Date of birth", past=True)] = None


@record("contactPerson")
class ContactPerson:
    """Somebody whom NCMEC or law enforcement may contact."""

    first_name: FirstName = None
    last_name: LastName = None
    phones: Phones = ()
    emails: Emails = ()
    addresses: Addresses = ()


Event = Annotated[EventName | None, F("eventName", "What happened", "What the account did there.")]


@record("ipCaptureEvent")
class IpCaptureEvent:
    """One use of an IP address. With port and time it can be traced; without them often not."""

    ip: Annotated[str, F("ipAddress", "IP address", "IPv4 or IPv6.", form=Form.IP)]
    event: Event = None
    at: Annotated[datetime | None, F("dateTime", "When", "With its time zone.", past=True)] = None
    possible_proxy: Annotated[
        bool | None, F("possibleProxy", "May be a proxy", "There is reason to think that it is a proxy.")
    ] = None
    port: Annotated[int | None, F("port", "Port", "The user's port, 1 to 65535.", low=1, high=65535)] = None


@record("deviceId")
class DeviceId:
    """An identifier of a device."""

    id_type: Annotated[str, F("idType", "Kind of identifier", "Such as IMEI or advertising ID.", max=255)]
    id_value: Annotated[str, F("idValue", "Identifier", max=2083)]
    event: Event = None
    at: Annotated[datetime | None, F("dateTime", "When", "With its time zone.", past=True)] = None


@record("estimatedLocation")
class EstimatedLocation:
    """Where a person probably is. The documentation asks for the country in practice."""

    verified: Annotated[bool | None, Attr("verified", "Verified", "The place has been verified.")] = None
    at: Annotated[datetime | None, Attr("timestamp", "As of", past=True)] = None
    city: Annotated[str | None, F("city", "City", max=255)] = None
    region: Annotated[
        str | None, F("region", "Region", "In the United States a postal abbreviation.", max=255)
    ] = None
    country: Annotated[
        str | None,
        F("countryCode", "Country", "Two letters, ISO 3166-1.", form=Form.COUNTRY, required=True),
    ] = None


DisabledAt = Annotated[datetime | None, Attr("disabledDate", "Disabled at", past=True)]
Notified = Annotated[bool | None, Attr("userNotified", "User was told")]
NotifiedAt = Annotated[
    datetime | None,
    Attr("userNotifiedDate", "User was told at", "Not before it was disabled.", past=True),
]


@record("accountTemporarilyDisabled")
class AccountTemporarilyDisabled:
    """Whether the account was disabled for a time."""

    disabled: Annotated[bool, Text("Disabled for a time")]
    at: DisabledAt = None
    notified: Notified = None
    notified_at: NotifiedAt = None
    reenabled_at: Annotated[
        datetime | None, Attr("reenabledDate", "Enabled again at", "After it was disabled.")
    ] = None


@record("accountPermanentlyDisabled")
class AccountPermanentlyDisabled:
    """Whether the account was disabled for good."""

    disabled: Annotated[bool, Text("Disabled for good")]
    at: DisabledAt = None
    notified: Notified = None
    notified_at: NotifiedAt = None


IpEvents = Annotated[tuple[IpCaptureEvent, ...], F("ipCaptureEvent", "IP address in use")]
Devices = Annotated[tuple[DeviceId, ...], F("deviceId", "Device")]
TemporarilyDisabled = Annotated[
    AccountTemporarilyDisabled | None, F("accountTemporarilyDisabled", "Account disabled for a time")
]
PermanentlyDisabled = Annotated[
    AccountPermanentlyDisabled | None, F("accountPermanentlyDisabled", "Account disabled for good")
]
Location = Annotated[
    EstimatedLocation | None, F("estimatedLocation", "Estimated location", "Where the person probably is.")
]
