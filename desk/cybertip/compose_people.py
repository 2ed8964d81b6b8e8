"""The desk's accounts as the people of a report.

Nothing is invented and nothing is lost: what an element has no field for is
said in its further information, with the field's name.
"""

from __future__ import annotations

from datetime import datetime

from desk.cybertip.model_people import (
    AccountPlatform,
    AssociatedAccount,
    IntendedRecipient,
    PersonOrUserReported,
    Victim,
)
from desk.cybertip.model_shared import (
    AccountPermanentlyDisabled,
    AccountTemporarilyDisabled,
    Address,
    DeviceId,
    Email,
    EstimatedLocation,
    IpCaptureEvent,
    Person,
    Phone,
)
from desk.domain import account as domain


def text(value: str | None) -> str | None:
    """A text that says something, else None: a blank one is as good as unset."""
    return value if value and not value.isspace() else None


def email(value: domain.Email) -> Email:
    return Email(
        address=value.address.strip(),
        kind=value.kind,
        verified=value.verified,
        verified_at=value.verified_at,
    )


def phone(value: domain.Phone) -> Phone:
    return Phone(
        number=value.number.strip(),
        kind=value.kind,
        verified=value.verified,
        verified_at=value.verified_at,
        calling_code=text(value.calling_code),
        extension=text(value.extension),
    )


def address(value: domain.Address) -> Address:
    return Address(
        kind=value.kind,
        address=text(value.address),
        city=text(value.city),
        zip_code=text(value.zip_code),
        state=text(value.state),
        non_usa_state=text(value.non_usa_state),
        country=text(value.country),
    )


def ip_event(value: domain.IpEvent) -> IpCaptureEvent:
    return IpCaptureEvent(
        ip=value.ip.strip(),
        event=value.event,
        at=value.at,
        possible_proxy=value.possible_proxy,
        port=value.port,
    )


def device(value: domain.Device) -> DeviceId:
    return DeviceId(id_type=value.kind, id_value=value.value, event=value.event, at=value.at)


def _location(value: domain.Location | None) -> EstimatedLocation | None:
    if value is None:
        return None
    made = EstimatedLocation(
        verified=value.verified,
        at=value.at,
        city=text(value.city),
        region=text(value.region),
        country=text(value.country),
    )
    return None if made == EstimatedLocation() else made


def _temporarily(value: domain.Disabled | None) -> AccountTemporarilyDisabled | None:
    if value is None or value.permanent:
        return None
    return AccountTemporarilyDisabled(
        disabled=True,
        at=value.at,
        notified=value.notified,
        notified_at=value.notified_at,
        reenabled_at=value.reenabled_at,
    )


def _permanently(value: domain.Disabled | None) -> AccountPermanentlyDisabled | None:
    if value is None or not value.permanent:
        return None
    return AccountPermanentlyDisabled(
        disabled=True, at=value.at, notified=value.notified, notified_at=value.notified_at
    )


def _person(value: domain.Account) -> Person:
    return Person(
        first_name=text(value.first_name),
        last_name=text(value.last_name),
        phones=tuple(phone(item) for item in value.phones),
        emails=tuple(email(item) for item in value.emails),
        addresses=tuple(address(item) for item in value.addresses),
        age=value.age,
        date_of_birth=value.date_of_birth,
    )


def _known_person(value: domain.Account) -> Person | None:
    made = _person(value)
    return None if made == Person() else made


def associated(value: domain.Associated) -> AssociatedAccount:
    platform = text(value.platform)
    lines = [text(value.note) or ""]
    if platform is None and value.third_party:  # an attribute of the platform's name
        lines.append("The account is another company's user")
    label, at = _reenabled(value.disabled)
    if at is not None:
        lines.append(f"{label}: {at}")
    return AssociatedAccount(
        kind=value.kind,
        platform=AccountPlatform(name=platform, third_party=value.third_party) if platform else None,
        first_name=text(value.first_name),
        middle_name=text(value.middle_name),
        last_name=text(value.last_name),
        approximate_age=value.age,
        date_of_birth=value.date_of_birth,
        phones=tuple(phone(item) for item in value.phones),
        emails=tuple(email(item) for item in value.emails),
        all_emails=value.all_emails,
        addresses=tuple(address(item) for item in value.addresses),
        esp_service=text(value.service),
        esp_identifier=text(value.id),
        profile_urls=tuple(url.strip() for url in value.profile_urls),
        screen_name=text(value.screen_name),
        display_names=value.display_names,
        profile_bio=text(value.bio),
        group=text(value.group),
        compromised=value.compromised,
        temporarily_disabled=_temporarily(value.disabled),
        permanently_disabled=_permanently(value.disabled),
        ip_events=tuple(ip_event(item) for item in value.ip_events),
        devices=tuple(device(item) for item in value.devices),
        prior_reports=value.prior_reports,
        note=text("\n".join(line for line in lines if line)),
    )


def _service(value: domain.Account, company_service: str | None) -> str | None:
    """The account's service; the company's own for an account that is the company's own."""
    ours = bool(text(value.id)) and not value.third_party
    return text(value.service) or (text(company_service) if ours else None)


def _note(value: domain.Account, *elsewhere: tuple[str, object]) -> str | None:
    """The note, and a line for each field that this role's element lacks."""
    lines = [text(value.note) or ""]
    for label, held in elsewhere:
        if held is None or held is False or held == "":
            continue
        lines.append(label if held is True else f"{label}: {held}")
    return text("\n".join(line for line in lines if line))


def _reenabled(held: domain.Disabled | None) -> tuple[str, object]:
    """A lasting block has no field for the time at which it ended after all."""
    at = held.reenabled_at if held is not None and held.permanent else None
    return "Account enabled again at", at.isoformat() if at else None


def _others(value: domain.Account) -> tuple[tuple[str, object], ...]:
    """Associated accounts in words, for a role that has no field for them."""
    said = []
    for other in value.associated:
        parts = (
            *(other.platform, other.service, other.id, other.screen_name),
            *(other.first_name, other.middle_name, other.last_name),
            str(other.age) if other.age is not None else None,
            other.date_of_birth.isoformat() if other.date_of_birth is not None else None,
            *(item.address for item in other.emails),
            *(f"{item.calling_code or ''} {item.number}".strip() for item in other.phones),
            *(address_words(item) for item in other.addresses),
            *other.profile_urls,
            *other.display_names,
            other.bio,
            other.group,
            *(event_words(item.ip, item.port, item.at) for item in other.ip_events),
            *(event_words(f"{item.kind} {item.value}", None, item.at) for item in other.devices),
            *(f"report {number}" for number in other.prior_reports),
            "compromised" if other.compromised else None,
            "another company's user" if other.third_party else None,
            "disabled" if other.disabled is not None else None,
            other.note,
        )
        said.append((f"Associated account ({other.kind.value})", ", ".join(part for part in parts if part)))
    return tuple(said)


def address_words(value: domain.Address) -> str:
    parts = (value.address, value.zip_code, value.city, value.state, value.non_usa_state, value.country)
    return " ".join(part for part in parts if part)


def event_words(what: str, port: int | None, at: datetime | None) -> str:
    where = f"{what} port {port}" if port is not None else what
    return f"{where} at {at.isoformat()}" if at is not None else where


def reported(value: domain.Account, company_service: str | None) -> PersonOrUserReported:
    return PersonOrUserReported(
        person=_known_person(value),
        vehicle=text(value.vehicle),
        esp_identifier=text(value.id),
        esp_service=_service(value, company_service),
        compromised=value.compromised,
        screen_name=text(value.screen_name),
        display_names=value.display_names,
        profile_urls=tuple(url.strip() for url in value.profile_urls),
        profile_bio=text(value.bio),
        ip_events=tuple(ip_event(item) for item in value.ip_events),
        devices=tuple(device(item) for item in value.devices),
        third_party=value.third_party,
        prior_reports=value.prior_reports,
        group=text(value.group),
        temporarily_disabled=_temporarily(value.disabled),
        permanently_disabled=_permanently(value.disabled),
        location=_location(value.location),
        all_emails=value.all_emails,
        associated=tuple(associated(item) for item in value.associated),
        note=_note(value, ("School", value.school), _reenabled(value.disabled)),
    )


def recipient(value: domain.Account, company_service: str | None) -> IntendedRecipient:
    note = _note(
        value,
        ("School", value.school),
        ("Vehicle", value.vehicle),
        ("The account is another company's user", value.third_party),
        *_others(value),
        _reenabled(value.disabled),
    )
    return IntendedRecipient(
        person=_known_person(value),
        esp_identifier=text(value.id),
        esp_service=_service(value, company_service),
        compromised=value.compromised,
        screen_name=text(value.screen_name),
        display_names=value.display_names,
        profile_urls=tuple(url.strip() for url in value.profile_urls),
        profile_bio=text(value.bio),
        ip_events=tuple(ip_event(item) for item in value.ip_events),
        devices=tuple(device(item) for item in value.devices),
        prior_reports=value.prior_reports,
        group=text(value.group),
        temporarily_disabled=_temporarily(value.disabled),
        permanently_disabled=_permanently(value.disabled),
        location=_location(value.location),
        all_emails=value.all_emails,
        notes=(note,) if note else (),
    )


def victim(value: domain.Account, company_service: str | None) -> Victim:
    return Victim(
        person=_person(value),
        esp_identifier=text(value.id),
        esp_service=_service(value, company_service),
        compromised=value.compromised,
        screen_name=text(value.screen_name),
        display_names=value.display_names,
        profile_urls=tuple(url.strip() for url in value.profile_urls),
        profile_bio=text(value.bio),
        ip_events=tuple(ip_event(item) for item in value.ip_events),
        devices=tuple(device(item) for item in value.devices),
        school=text(value.school),
        prior_reports=value.prior_reports,
        temporarily_disabled=_temporarily(value.disabled),
        permanently_disabled=_permanently(value.disabled),
        location=_location(value.location),
        all_emails=value.all_emails,
        associated=tuple(associated(item) for item in value.associated),
        note=_note(
            value,
            ("Vehicle", value.vehicle),
            ("Organised group", value.group),
            ("The account is another company's user", value.third_party),
            _reenabled(value.disabled),
        ),
    )
