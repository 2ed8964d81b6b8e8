"""The people and users of a report: reported, recipients, victims, and their associated accounts."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from desk.cybertip.fields import Attr, F, Text, record
from desk.cybertip.model_shared import (
    MAX_LONG,
    Addresses,
    AllEmails,
    Compromised,
    Devices,
    DisplayNames,
    Emails,
    EspIdentifier,
    EspService,
    Group,
    IpEvents,
    Location,
    Names,
    Note,
    Notes,
    PermanentlyDisabled,
    Person,
    Phones,
    PriorReports,
    ProfileBio,
    ProfileUrls,
    ScreenName,
    TemporarilyDisabled,
)
from desk.domain.account import AssociationKind


@record("platform")
class AccountPlatform:
    """The platform of an associated account."""

    name: Annotated[str, Text("Platform", "The application's full name.", max=256)]
    third_party: Annotated[bool | None, Attr("thirdPartyUser", "Another company's user")] = None


@record("associatedAccount")
class AssociatedAccount:
    """Another account of the same person. ``type`` is required by the schema, which wins."""

    kind: Annotated[AssociationKind, Attr("type", "How it belongs")]
    platform: Annotated[AccountPlatform | None, F("platform", "Platform")] = None
    first_name: Annotated[str | None, F("firstName", "First name", Names, max=256)] = None
    middle_name: Annotated[str | None, F("middleName", "Middle name", Names, max=256)] = None
    last_name: Annotated[str | None, F("lastName", "Last name", Names, max=256)] = None
    approximate_age: Annotated[
        int | None,
        F("approximateAge", "Approximate age", "Not beside a date of birth.", low=0, high=150),
    ] = None
    date_of_birth: Annotated[
        date | None, F("dateOfBirth", "Date of birth", "Not beside an approximate age.", past=True)
    ] = None
    phones: Phones = ()
    emails: Emails = ()
    all_emails: AllEmails = None
    addresses: Addresses = ()
    esp_service: Annotated[
        str | None, F("espService", "Service", "The product or service that the account uses.", max=256)
    ] = None
    esp_identifier: Annotated[
        str | None, F("espIdentifier", "Platform ID", "The account's own ID on the platform.", max=256)
    ] = None
    profile_urls: ProfileUrls = ()
    screen_name: ScreenName = None
    display_names: DisplayNames = ()
    profile_bio: ProfileBio = None
    group: Annotated[
        str | None, F("groupIdentifier", "Organised group", "The group's name or ID.", max=256)
    ] = None
    compromised: Compromised = None
    temporarily_disabled: TemporarilyDisabled = None
    permanently_disabled: PermanentlyDisabled = None
    ip_events: IpEvents = ()
    devices: Devices = ()
    prior_reports: Annotated[
        tuple[int, ...],
        F("priorCTReport", "Earlier report", "The ID of an earlier report.", low=1, high=MAX_LONG),
    ] = ()
    note: Note = None


Associated = Annotated[tuple[AssociatedAccount, ...], F("associatedAccount", "Associated account")]


@record("personOrUserReported")
class PersonOrUserReported:
    """The reported person or user. One at most, unless the report is batched."""

    person: Annotated[Person | None, F("personOrUserReportedPerson", "Person")] = None
    vehicle: Annotated[str | None, F("vehicleDescription", "Vehicle", max=300)] = None
    esp_identifier: EspIdentifier = None
    esp_service: EspService = None
    compromised: Compromised = None
    screen_name: ScreenName = None
    display_names: DisplayNames = ()
    profile_urls: ProfileUrls = ()
    profile_bio: ProfileBio = None
    ip_events: IpEvents = ()
    devices: Devices = ()
    third_party: Annotated[
        bool | None,
        F("thirdPartyUserReported", "Another company's user", "Nothing more is known of the user here."),
    ] = None
    prior_reports: PriorReports = ()
    group: Group = None
    temporarily_disabled: TemporarilyDisabled = None
    permanently_disabled: PermanentlyDisabled = None
    location: Location = None
    all_emails: AllEmails = None
    associated: Associated = ()
    note: Note = None


@record("intendedRecipient")
class IntendedRecipient:
    """Somebody whom the content was meant for."""

    person: Annotated[Person | None, F("intendedRecipientPerson", "Person")] = None
    esp_identifier: EspIdentifier = None
    esp_service: EspService = None
    compromised: Compromised = None
    screen_name: ScreenName = None
    display_names: DisplayNames = ()
    profile_urls: ProfileUrls = ()
    profile_bio: ProfileBio = None
    ip_events: IpEvents = ()
    devices: Devices = ()
    prior_reports: PriorReports = ()
    group: Group = None
    temporarily_disabled: TemporarilyDisabled = None
    permanently_disabled: PermanentlyDisabled = None
    location: Location = None
    all_emails: AllEmails = None
    notes: Notes = ()


@record("victim")
class Victim:
    """A child who was harmed. The person is required, though nothing in it is."""

    person: Annotated[Person, F("victimPerson", "Person")]
    esp_identifier: EspIdentifier = None
    esp_service: EspService = None
    compromised: Compromised = None
    screen_name: ScreenName = None
    display_names: DisplayNames = ()
    profile_urls: ProfileUrls = ()
    profile_bio: ProfileBio = None
    ip_events: IpEvents = ()
    devices: Devices = ()
    school: Annotated[str | None, F("schoolName", "School", max=255)] = None
    prior_reports: PriorReports = ()
    temporarily_disabled: TemporarilyDisabled = None
    permanently_disabled: PermanentlyDisabled = None
    location: Location = None
    all_emails: AllEmails = None
    associated: Associated = ()
    note: Note = None
